"""Why a shop's balance, or a transaction of the ledger, is what it is."""

from django.db.models import Min, Sum
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.explaining.entries import SHOWN, account_cents, kind_text, transaction_ref
from saleor_alencon.explaining.story import Ref, Section, Step, Story, Subject
from saleor_alencon.ledger.models import Account, Entry, Transaction
from saleor_alencon.localized import amount_text, date_text
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.settlement.models import Claim, Statement
from saleor_alencon.settlement.outlook import held_by_day
from saleor_alencon.shops.models import Association, Shop


def balance_story(shop: Shop) -> Story:
    """Explain what a shop is owed: what is held and until when, what is available and from what."""
    held = account_cents(shop.pk, AccountKind.SHOP_HOLD)
    available = account_cents(shop.pk, AccountKind.SHOP_AVAILABLE)
    owed = -account_cents(shop.pk, AccountKind.SHOP_RECEIVABLE)
    sections = [
        Section(
            _("Le solde"),
            [
                Step(_("Fonds détenus"), held, _("payables après la remise et le délai de garde")),
                Step(_("Solde disponible"), available, _("payable au prochain reversement")),
                Step(_("Pour la boutique"), held + available, role="total"),
            ],
            intro=_("La boutique doit %(amount)s à l'association (cotisations).")
            % {"amount": amount_text(owed)}
            if owed
            else "",
            adds_up=True,
        ),
        _available_section(shop, available),
        _held_days(shop, held),
        _held_orders(shop),
    ]
    return Story(
        title=_("Pourquoi ce montant ? Solde de %(shop)s") % {"shop": shop},
        amount_cents=held + available,
        summary=_("%(held)s sont détenus et %(available)s sont disponibles.")
        % {"held": amount_text(held), "available": amount_text(available)},
        sections=sections,
        shop_id=shop.pk,
    )


def _available_section(shop: Shop, available: int) -> Section:
    """Say what the last statement carries, and what is new since, order by order."""
    claims = Claim.objects.filter(
        entry__account__shop=shop, entry__account__kind=AccountKind.SHOP_AVAILABLE
    )
    carried = -int(claims.aggregate(cents=Sum("entry__amount_cents"))["cents"] or 0)
    last = Statement.objects.filter(shop=shop).order_by("-pk").first()
    ref = Ref(Subject.STATEMENT, last.pk, last.number) if last else None
    steps = [Step(_("Ce que les relevés ont compté et pas encore versé"), carried, ref=ref)]
    free = Entry.objects.filter(
        account__shop=shop, account__kind=AccountKind.SHOP_AVAILABLE, claim=None
    )
    by_order = (
        free.order_by()
        .values("shop_order")
        .annotate(cents=Sum("amount_cents"), first=Min("transaction"))
    )
    rows = [(row["shop_order"], -int(row["cents"]), row["first"]) for row in by_order]
    orders = {
        each.pk: each
        for each in ShopOrder.objects.select_related("order", "shop").filter(
            pk__in=[pk for pk, _cents, _first in rows[:SHOWN] if pk]
        )
    }
    for pk, cents, first in rows[:SHOWN]:
        steps.append(_new_step(orders.get(pk or 0), cents, first))
    if rest := sum(cents for _pk, cents, _first in rows[SHOWN:]):
        steps.append(Step(_("D'autres commandes"), rest))
    steps.append(Step(_("Solde disponible"), available, role="total"))
    return Section(_("Ce qui est disponible"), steps, adds_up=True)


def _new_step(shop_order: ShopOrder | None, cents: int, first: int) -> Step:
    if shop_order is not None:
        ref = Ref(Subject.SHOP_ORDER, shop_order.pk, _("Pourquoi ?"))
        return Step(str(shop_order.order), cents, _("pas encore sur un relevé"), ref)
    posted = Transaction.objects.get(pk=first)
    return Step(
        str(posted.get_kind_display()).capitalize(), cents, kind_text(posted.kind),
        transaction_ref(posted),
    )  # fmt: skip


def _held_days(shop: Shop, held: int) -> Section:
    association = Association.objects.first()
    steps = [
        Step(
            _("payable dès le %(day)s") % {"day": date_text(each.payable_on)}
            if each.payable_on
            else _("à remettre d'abord au client"),
            each.cents,
        )
        for each in held_by_day(shop.pk, association.hold_days if association else 0)
    ]
    steps.append(Step(_("Fonds détenus"), held, role="total"))
    return Section(_("Quand les fonds détenus deviennent payables"), steps, adds_up=True)


def _held_orders(shop: Shop) -> Section:
    """List the orders whose money is held."""
    held = (
        Entry.objects.filter(account__shop=shop, account__kind=AccountKind.SHOP_HOLD)
        .order_by()
        .values("shop_order")
        .annotate(cents=Sum("amount_cents"))
        .exclude(cents=0)
    )
    cents = {row["shop_order"]: -int(row["cents"]) for row in held}
    orders = ShopOrder.objects.select_related("order", "shop").filter(pk__in=cents)
    steps = [
        Step(
            str(each.order),
            cents[each.pk],
            str(each.get_state_display()),
            Ref(Subject.SHOP_ORDER, each.pk, _("Pourquoi ?")),
        )
        for each in orders.order_by("-pk")[:SHOWN]
    ]
    return Section(_("Commandes dont l'argent est détenu"), steps)


def transaction_story(posted: Transaction) -> Story:
    """Explain a transaction: what happened, both sides, what it belongs to, what corrects it."""
    entries = list(
        posted.entries.select_related("account__shop", "shop_order__order", "shop_order__shop")
    )
    total = sum(each.amount_cents for each in entries if each.amount_cents > 0)
    day = date_text(localtime(posted.occurred_at).date())
    sections = [_sides_section(entries), _belongs_section(posted, entries)]
    return Story(
        title=_("Pourquoi ce montant ? Écriture n° %(number)s") % {"number": posted.pk},
        amount_cents=total,
        summary=" ".join(
            filter(
                None, (f"{day} : {kind_text(posted.kind)}", posted.reason and f"{posted.reason}.")
            )
        ),
        sections=[section for section in sections if section.steps],
    )


def _sides_section(entries: list[Entry]) -> Section:
    steps = [
        Step(
            label=str(each.account),
            amount_cents=each.amount_cents,
            text=_side_text(each.account, each.amount_cents),
            ref=Ref(Subject.SHOP_ORDER, each.shop_order.pk, str(each.shop_order))
            if each.shop_order
            else None,
        )
        for each in entries
    ]
    steps.append(Step(_("Une écriture s'équilibre toujours"), 0, role="total"))
    intro = _("Un débit est écrit en positif, un crédit en négatif.")
    return Section(_("Les deux côtés"), steps, intro=intro, adds_up=True)


def _side_text(account: Account, cents: int) -> str:
    """Say what a debit or a credit on an account means, without an accountant's words."""
    owed = (AccountKind.SHOP_HOLD, AccountKind.SHOP_AVAILABLE)
    if account.kind in owed:
        return _("moins est dû à la boutique") if cents > 0 else _("plus est dû à la boutique")
    if account.kind == AccountKind.SHOP_RECEIVABLE:
        return _("la boutique doit plus") if cents > 0 else _("la boutique doit moins")
    money = (AccountKind.BANK, AccountKind.PSP_CLEARING, AccountKind.OTHER_TENDER_CLEARING)
    if account.kind in money:
        return _("l'argent entre") if cents > 0 else _("l'argent sort")
    if account.kind == AccountKind.GIFT_CHEQUE_LIABILITY:
        return _("un chèque cadeau est utilisé") if cents > 0 else _("un chèque cadeau reste dû")
    gains = (AccountKind.COMMISSION_REVENUE, AccountKind.DELIVERY_REVENUE, AccountKind.DUES_REVENUE)
    if account.kind in gains:
        return _("l'association rend") if cents > 0 else _("l'association gagne")
    if account.kind == AccountKind.COMMISSION_VAT:
        return _("moins de TVA est due") if cents > 0 else _("de la TVA est due à l'État")
    return _("débit") if cents > 0 else _("crédit")


def _belongs_section(posted: Transaction, entries: list[Entry]) -> Section:
    """Say what a transaction corrects or is corrected by, and which statements count it."""
    steps = []
    if posted.corrects is not None:
        steps.append(Step(_("Elle corrige"), ref=transaction_ref(posted.corrects)))
    for later in Transaction.objects.filter(corrects=posted).order_by("id"):
        steps.append(Step(_("Elle est corrigée par"), ref=transaction_ref(later)))
    claims = Claim.objects.filter(entry__in=[each.pk for each in entries])
    for claim in claims.select_related("statement", "entry").order_by("pk"):
        ref = Ref(Subject.STATEMENT, claim.statement_id, claim.statement.number)
        steps.append(Step(_("Comptée par le relevé"), -claim.entry.amount_cents, ref=ref))
    return Section(_("À quoi elle appartient"), steps)
