"""Why a statement, one of its lines, or a payout is what it is."""

from django.db.models import Count, Sum
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.explaining.entries import (
    SHOWN,
    costs_section,
    kind_text,
    ledger_section,
    own_entries,
    refunds_section,
    transaction_ref,
)
from saleor_alencon.explaining.formula import commission_lines, rule_text, terms_of, vat_line
from saleor_alencon.explaining.orders import tenders_section, vat_text
from saleor_alencon.explaining.story import Ref, Section, Step, Story, Subject, more_text
from saleor_alencon.ledger.models import Transaction, TransactionKind
from saleor_alencon.localized import amount_text, date_text
from saleor_alencon.settlement.models import (
    Payout,
    Statement,
    StatementItem,
    StatementLine,
    StatementLineKind,
)

PAYOUT_KINDS = (
    TransactionKind.PAYOUT,
    TransactionKind.PAYOUT_EXECUTED,
    TransactionKind.PAYOUT_RETURNED,
)


def statement_story(statement: Statement) -> Story:
    """Explain what a statement pays or carries."""
    balance = statement.opening_cents + statement.net_cents
    words = {
        "opening": amount_text(statement.opening_cents),
        "net": amount_text(statement.net_cents),
        "balance": amount_text(balance),
    }
    claimed = statement.claims.aggregate(cents=Sum("entry__amount_cents"), count=Count("pk"))
    return Story(
        title=_("Pourquoi ce montant ? Relevé %(number)s") % {"number": statement.number},
        amount_cents=statement.payable_cents,
        summary=_(
            "Le relevé part de %(opening)s reportés, ajoute %(net)s pour la période, et arrive à "
            "%(balance)s."
        )
        % words,
        sections=[
            _balance_section(statement),
            _sums_section(statement),
            _lines_section(statement),
            _claims_section(statement, int(claimed["cents"] or 0), int(claimed["count"])),
        ],
        shop_id=statement.shop_id,
    )


def _balance_section(statement: Statement) -> Section:
    before = (
        Statement.objects.filter(shop=statement.shop_id, pk__lt=statement.pk)
        .order_by("-pk")
        .first()
    )
    ref = Ref(Subject.STATEMENT, before.pk, before.number) if before else None
    steps = [
        Step(_("Solde d'ouverture"), statement.opening_cents, _("reporté par les relevés"), ref),
        Step(_("Net de la période"), statement.net_cents),
    ]
    payout = Payout.objects.filter(statement=statement).first()
    if payout is not None:
        paid = Ref(Subject.PAYOUT, payout.pk, payout.end_to_end_id)
        state = str(payout.get_state_display())
        text = _("virement %(state)s") % {"state": state}
        steps.append(Step(_("Versé"), -payout.amount_cents, text, paid))
    reason = str(statement.get_carried_reason_display()) if statement.carried_reason else ""
    steps.append(Step(_("Solde de clôture"), statement.carried_cents, reason, role="total"))
    return Section(_("De l'ouverture à la clôture"), steps, adds_up=True)


def _sums_section(statement: Statement) -> Section:
    sums = statement.lines.aggregate(
        gross=Sum("gross_cents"),
        commission=Sum("commission_cents"),
        vat=Sum("commission_vat_cents"),
        fees=Sum("fees_cents"),
    )
    gross, commission, vat, fees = (int(sums[name] or 0) for name in sums)
    steps = [
        Step(_("Ventes, remboursements et autres lignes"), gross),
        Step(_("Commission hors taxe"), -commission),
        Step(_("TVA sur commission"), -vat),
        Step(_("Frais"), -fees),
        Step(_("Net de la période"), statement.net_cents, role="total"),
    ]
    return Section(_("La période, en tout"), steps, adds_up=True)


def _lines_section(statement: Statement) -> Section:
    lines = statement.lines.select_related(
        "shop_order__order", "shop_order__shop", "payout", "dues_payment__bill", "statement"
    ).order_by("id")
    count = lines.count()
    shown = list(lines[:SHOWN])
    steps = [
        Step(
            label=line_title(line),
            amount_cents=line.net_cents,
            text=line_sum_text(line),
            ref=Ref(Subject.LINE, line.pk, _("Pourquoi ?")),
        )
        for line in shown
    ]
    total = Step(_("Net de la période"), statement.net_cents, role="total")
    cut = count > len(shown)
    return Section(
        _("Ligne par ligne"),
        [*steps, total],
        intro=more_text(len(shown), count),
        adds_up=not cut,
    )


def _claims_section(statement: Statement, cents: int, count: int) -> Section:
    """Say that the ledger's entries of the statement sum to the same."""
    intro = _(
        "Le relevé compte chaque écriture du solde disponible une fois pour toutes. Leur somme est "
        "le net de la période, moins ce qui est versé."
    )
    counted = _("%(count)s écritures comptées par ce relevé") % {"count": count}
    return Section(_("Preuve par le grand livre"), [Step(counted, -cents)], intro=intro)


def line_title(line: StatementLine) -> str:
    """Return what a line is about: "Vente, commande n° 12"."""
    kind = str(line.get_kind_display()).capitalize()
    if line.shop_order is not None:
        return _("%(kind)s, commande %(order)s") % {"kind": kind, "order": line.shop_order.order}
    return f"{kind}, {line.payout or line.dues_payment}"


def line_sum_text(line: StatementLine) -> str:
    """Return a line's own sum: "120,00 € − 9,60 € de commission − 1,92 € de TVA"."""
    parts = [amount_text(line.gross_cents)]
    if line.commission_cents:
        parts.append(_("− %(amount)s de commission") % _amount(line.commission_cents))
    if line.commission_vat_cents:
        parts.append(_("− %(amount)s de TVA sur commission") % _amount(line.commission_vat_cents))
    if line.fees_cents:
        parts.append(_("− %(amount)s de frais") % _amount(line.fees_cents))
    return " ".join(parts)


def _amount(cents: int) -> dict[str, str]:
    return {"amount": amount_text(cents)}


def line_story(line: StatementLine) -> Story:
    """Explain one line of a statement down to the order line, the rule and the ledger."""
    sections = [_line_sum(line), *(_item_section(item) for item in _items(line))]
    shop_order = line.shop_order
    if shop_order is not None:
        if line.tenders.exists():
            sections.append(_line_tenders(line))
        sections.append(tenders_section(shop_order))
        sections += [
            section
            for section in (refunds_section(shop_order), costs_section(shop_order))
            if section
        ]
        sections.append(
            ledger_section(
                own_entries(shop_order),
                title=_("Écritures du grand livre"),
                intro=_("Tout ce qui est passé sur le compte de la boutique pour cette commande."),
            )
        )
    else:
        sections.append(_other_postings(line))
    return Story(
        title=_("Pourquoi ce montant ? %(line)s") % {"line": line_title(line)},
        amount_cents=line.net_cents,
        summary=_line_summary(line),
        sections=sections,
        shop_id=line.statement.shop_id,
    )


def _line_summary(line: StatementLine) -> str:
    return {
        StatementLineKind.SALE: _("Une commande dont le délai de garde est passé."),
        StatementLineKind.CORRECTION: _(
            "Ce qui a changé depuis un relevé antérieur : remboursement, retour ou frais."
        ),
        StatementLineKind.PAYOUT_RETURNED: _("Un virement revenu : la somme est due à nouveau."),
        StatementLineKind.DISPUTE: _("Un paiement contesté par le client auprès de sa banque."),
        StatementLineKind.DUES: _("La cotisation, retenue avec l'accord de la boutique."),
    }[StatementLineKind(line.kind)]


def _line_sum(line: StatementLine) -> Section:
    steps = [
        Step(_("Montant TTC de la ligne"), line.gross_cents),
        Step(_("Commission hors taxe"), -line.commission_cents),
        Step(_("TVA sur commission"), -line.commission_vat_cents),
        Step(_("Frais"), -line.fees_cents),
    ]
    ref = Ref(Subject.STATEMENT, line.statement_id, line.statement.number)
    steps.append(Step(_("Net de la ligne"), line.net_cents, role="total", ref=ref))
    if line.shop_order is not None:
        whole = Ref(Subject.SHOP_ORDER, line.shop_order.pk, str(line.shop_order.order))
        steps[0] = Step(steps[0].label, line.gross_cents, ref=whole)
    return Section(_("Le compte"), steps, adds_up=True)


def _items(line: StatementLine) -> list[StatementItem]:
    items = line.items.select_related("order_line__commission_rule__plan").order_by("pk")
    return list(items[:SHOWN])


def _item_section(item: StatementItem) -> Section:
    """Explain what a line says of one order line: by the rule, what is due now less what was."""
    line, terms = item.order_line, terms_of(item.order_line)
    earlier = line.statement_items.filter(line__lt=item.line_id).aggregate(
        gross=Sum("gross_cents"),
        commission=Sum("commission_cents"),
        vat=Sum("commission_vat_cents"),
    )
    before, taken, taken_vat = (int(earlier[name] or 0) for name in ("gross", "commission", "vat"))
    kept = before + item.gross_cents
    details = commission_lines(terms, kept)
    due = terms.commission_cents(max(kept, 0))
    if before or taken:
        details = [
            _("Gardé à ce jour par l'article : %(amount)s") % _amount(kept),
            *details,
            _("Déjà compté par les relevés précédents : %(amount)s de commission") % _amount(taken),
            f"{amount_text(due)} − {amount_text(taken)} = {amount_text(item.commission_cents)}",
        ]
    vat = vat_line(terms, due)
    if taken_vat:
        vat += " " + _("Déjà comptée : %(amount)s.") % _amount(taken_vat)
    contained = _("Dont %(amount)s de TVA.") % _amount(item.vat_cents)
    steps = [
        Step(_("Payé et non remboursé"), item.gross_cents, f"{vat_text(line)} {contained}"),
        Step(_("Commission hors taxe"), -item.commission_cents, rule_text(line), details=details),
        Step(_("TVA sur commission"), -item.commission_vat_cents, vat),
        Step(
            _("Net de l'article"),
            item.gross_cents - item.commission_cents - item.commission_vat_cents,
            role="total",
        ),
    ]
    return Section(f"{line.quantity} × {line.name}", steps, adds_up=True)


def _line_tenders(line: StatementLine) -> Section:
    steps = [
        Step(str(part.tender.get_kind_display()).capitalize(), part.amount_cents)
        for part in line.tenders.select_related("tender").order_by("pk")
    ]
    steps.append(Step(_("Montant TTC de la ligne"), line.gross_cents, role="total"))
    return Section(_("Ce que chaque moyen de paiement a payé de la ligne"), steps, adds_up=True)


def _other_postings(line: StatementLine) -> Section:
    """Return the transactions of a returned payout or of withheld dues."""
    if line.payout is not None:
        found = Transaction.objects.filter(
            kind__in=PAYOUT_KINDS, source_id=line.payout.end_to_end_id
        )
    else:
        found = Transaction.objects.filter(
            kind=TransactionKind.DUES_WITHHELD, source_id=str(line.dues_payment_id)
        )
    steps = [_transaction_step(each) for each in found.order_by("id")]
    return Section(_("Écritures du grand livre"), steps)


def _transaction_step(posted: Transaction) -> Step:
    debits = posted.entries.filter(amount_cents__gt=0).aggregate(cents=Sum("amount_cents"))["cents"]
    day = date_text(localtime(posted.occurred_at).date())
    return Step(
        label=f"{day} · {posted.get_kind_display()}",
        amount_cents=int(debits or 0),
        text=" ".join(filter(None, (kind_text(posted.kind), posted.reason))),
        ref=transaction_ref(posted),
    )


def payout_story(payout: Payout) -> Story:
    """Explain what a payout pays, and what became of it."""
    statement = payout.statement
    postings = Transaction.objects.filter(
        kind__in=PAYOUT_KINDS, source_id=payout.end_to_end_id
    ).order_by("id")
    sections = [_balance_section(statement), _sums_section(statement), _lines_section(statement)]
    if postings:
        steps = [_transaction_step(each) for each in postings]
        sections.append(Section(_("Écritures du virement"), steps))
    words = {"number": statement.number, "amount": amount_text(payout.amount_cents)}
    return Story(
        title=_("Pourquoi ce montant ? Virement %(payout)s") % {"payout": payout},
        amount_cents=payout.amount_cents,
        summary=_("Le virement paie tout le solde du relevé %(number)s : %(amount)s.") % words,
        sections=sections,
        shop_id=payout.shop_id,
    )
