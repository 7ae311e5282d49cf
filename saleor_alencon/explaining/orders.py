"""Why a shop order brings its shop what it does: line, rule, VAT, tender, fees, refunds, ledger."""

from collections.abc import Iterable

from django.db.models import Sum
from django.utils.translation import gettext as _

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.explaining.entries import (
    costs_section,
    ledger_section,
    own_entries,
    refunds_section,
)
from saleor_alencon.explaining.formula import commission_lines, rule_text, terms_of, vat_line
from saleor_alencon.explaining.story import Ref, Section, Step, Story, Subject
from saleor_alencon.localized import amount_text, date_text, rate_text
from saleor_alencon.orders.models import ShopOrder, ShopOrderLine
from saleor_alencon.settlement.models import RunState, StatementLine


def shop_order_story(shop_order: ShopOrder) -> Story:
    """Explain what a shop order brings, as it stands."""
    lines = list(
        shop_order.lines.select_related("commission_rule__plan").order_by("position", "id")
    )
    costs = costs_section(shop_order)
    borne = sum(step.amount_cents or 0 for step in costs.steps[:-1]) if costs else 0
    sections = [
        _sum_section(shop_order, lines, borne),
        *(line_section(line) for line in lines if line.quantity or line.paid_cents),
        tenders_section(shop_order),
        refunds_section(shop_order),
        costs,
        _where_section(shop_order),
        ledger_section(
            own_entries(shop_order),
            title=_("Écritures du grand livre"),
            intro=_("Tout ce qui est passé sur le compte de la boutique pour cette commande."),
        ),
    ]
    words = {
        "kept": amount_text(_kept(lines)),
        "taken": amount_text(shop_order.commission_cents + shop_order.commission_vat_cents),
    }
    return Story(
        title=_("Pourquoi ce montant ? Commande %(order)s") % {"order": shop_order},
        amount_cents=shop_order.net_cents + borne,
        summary=_(
            "Le client a payé %(kept)s d'articles, ce qui fut remboursé déjà déduit ; "
            "l'association garde %(taken)s de commission, TVA comprise."
        )
        % words,
        sections=[section for section in sections if section],
        shop_id=shop_order.shop_id,
    )


def _kept(lines: Iterable[ShopOrderLine]) -> int:
    return sum(line.paid_cents - line.refunded_cents for line in lines)


def _sum_section(shop_order: ShopOrder, lines: list[ShopOrderLine], borne: int) -> Section:
    steps = [
        Step(_("Payé pour les articles"), sum(line.paid_cents for line in lines)),
        Step(_("Remboursé"), -sum(line.refunded_cents for line in lines)),
        Step(_("Commission hors taxe"), -shop_order.commission_cents),
        Step(_("TVA sur commission"), -shop_order.commission_vat_cents),
    ]
    if borne:
        steps.append(Step(_("Frais et litiges"), borne))
    steps.append(Step(_("Pour la boutique"), shop_order.net_cents + borne, role="total"))
    intro = ""
    if shop_order.shipping_share_cents:
        intro = _(
            "La part de livraison (%(amount)s) revient à l'association, qui livre : elle n'est "
            "pas dans ce compte."
        ) % {"amount": amount_text(shop_order.shipping_share_cents)}
    return Section(_("Le compte"), steps, intro=intro, adds_up=True)


def line_section(line: ShopOrderLine) -> Section:
    """Explain one order line: its VAT, what is kept of it, and its commission by its rule."""
    kept = line.paid_cents - line.refunded_cents
    terms = terms_of(line)
    steps = [
        Step(_("Prix payé"), line.paid_cents, text=vat_text(line)),
        Step(_("Remboursé"), -line.refunded_cents),
        Step(
            _("Commission hors taxe"),
            -line.commission_cents,
            text=rule_text(line),
            details=commission_lines(terms, kept),
        ),
        Step(
            _("TVA sur commission"),
            -line.commission_vat_cents,
            text=vat_line(terms, line.commission_cents),
        ),
        Step(
            _("Net de l'article"),
            kept - line.commission_cents - line.commission_vat_cents,
            role="total",
        ),
    ]
    return Section(f"{line.quantity} × {line.name}", steps, adds_up=True)


def vat_text(line: ShopOrderLine) -> str:
    """Return the VAT that a line's price contains, as Saleor stored it."""
    return _("%(gross)s TTC, dont %(vat)s de TVA à %(rate)s (enregistrée par la vente).") % {
        "gross": amount_text(line.gross_cents),
        "vat": amount_text(line.gross_cents - line.net_cents),
        "rate": rate_text(line.vat_rate_bps),
    }


def tenders_section(shop_order: ShopOrder) -> Section:
    """Say by which means the shop order was paid, delivery share included."""
    shares = shop_order.tender_shares.select_related("tender").order_by("tender_id")
    steps = [
        Step(
            label=str(share.tender.get_kind_display()).capitalize(),
            amount_cents=share.charged_cents - share.refunded_cents,
            text=_("encaissé %(charged)s, rendu %(refunded)s %(reference)s")
            % {
                "charged": amount_text(share.charged_cents),
                "refunded": amount_text(share.refunded_cents),
                "reference": share.tender.psp_reference[:40],
            },
        )
        for share in shares
    ]
    total = sum(step.amount_cents or 0 for step in steps)
    steps.append(Step(_("Payé et gardé, part de livraison comprise"), total, role="total"))
    intro = _("Chaque moyen de paiement est réparti entre les boutiques du panier, au centime.")
    return Section(_("Moyens de paiement"), steps, intro=intro, adds_up=True)


def _where_section(shop_order: ShopOrder) -> Section:
    """Say where the money is now: held, available, or on which statements."""
    held, available = (
        -int(
            own_entries(shop_order)
            .filter(account__kind=kind)
            .aggregate(cents=Sum("amount_cents"))["cents"]
            or 0
        )
        for kind in (AccountKind.SHOP_HOLD, AccountKind.SHOP_AVAILABLE)
    )
    stated = (
        StatementLine.objects.filter(shop_order=shop_order)
        .exclude(statement__run__state=RunState.CANCELLED)
        .select_related("statement__run")
        .order_by("id")
    )
    steps = []
    if held:
        steps.append(Step(_("Détenu"), held, text=_hold_text(shop_order)))
    for line in stated:
        ref = Ref(Subject.LINE, line.pk, line.statement.number)
        state = line.statement.run.get_state_display()
        text = _("réglé par le relevé, reversement %(state)s") % {"state": state}
        steps.append(Step(str(line.get_kind_display()).capitalize(), line.net_cents, text, ref))
    rest = available - sum(line.net_cents for line in stated)
    if rest:
        steps.append(Step(_("Disponible"), rest, text=_("sera sur le prochain relevé")))
    steps.append(Step(_("En tout"), held + available, role="total"))
    return Section(_("Où est l'argent"), steps, adds_up=True)


def _hold_text(shop_order: ShopOrder) -> str:
    if shop_order.handed_over_at is None:
        return _("jusqu'à la remise au client, puis pendant le délai de garde")
    day = date_text(shop_order.handed_over_at.date())
    return _("remise le %(day)s, le délai de garde court") % {"day": day}
