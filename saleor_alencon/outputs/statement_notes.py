"""How a statement explains its commission: the rule of each item, notes, a worked example.

A document of version 1 knows no rules, and reads as it did when it was made.
"""

from saleor_alencon.domain.commission import CommissionTerms
from saleor_alencon.domain.money import share_of
from saleor_alencon.outputs.french_text import amount_text, rate_text
from saleor_alencon.outputs.printable_text import printable_text
from saleor_alencon.outputs.statement import StatementDocument, StatementItem

NO_RULE = "aucune règle de commission"
LONGEST_DETAILED_DOCUMENT = 1000
"""Lines that a PDF shows one by one. Beyond it, a hundred pages and a gigabyte of memory to set
them serve nobody: it shows the days, and the attached CSV has every line."""
BY_DAY = (
    "Ce relevé compte plus de 1 000 opérations : elles sont réunies ici par jour. Le fichier "
    "releve.csv, joint à ce PDF, donne chacune d’elles, article par article."
)
FRANCHISE = "TVA non applicable, art. 293 B du CGI."


def names_rules(document: StatementDocument) -> bool:
    """Say whether the document's items name the rule of their commission."""
    return document.statement_version > 1


def is_by_day(document: StatementDocument) -> bool:
    """Say whether the PDF shows days, for the document has too many lines to show each."""
    return len(document.lines) > LONGEST_DETAILED_DOCUMENT


def rule_text(item: StatementItem) -> str:
    """Return the rule of an item, with what of it no column shows.

    "Livres", or "Épicerie : 8 % + 0,30 € par article, au moins 0,50 €, au plus 20,00 €".
    """
    if not item.commission_rule:
        return NO_RULE
    minimum, maximum = item.commission_minimum_cents, item.commission_maximum_cents
    fixed = item.commission_fixed_cents
    parts = [
        f" + {amount_text(fixed)} par article" if fixed else "",
        f", au moins {amount_text(minimum)}" if minimum else "",
        f", au plus {amount_text(maximum)}" if maximum is not None else "",
    ]
    more = "".join(parts)
    rate = rate_text(item.commission_rate_bps)
    return f"{item.commission_rule} : {rate}{more}" if more else item.commission_rule


def commission_vat_text(document: StatementDocument) -> str:
    """Return the rates of VAT on the commissions of a document: "20 %", or "0 % et 20 %"."""
    rates = {
        item.commission_vat_rate_bps
        for line in document.lines
        for item in line.items
        if item.commission_vat_rate_bps is not None and item.commission_rule
    }
    return " et ".join(map(rate_text, sorted(rates or {document.commission_vat_rate_bps})))


def statement_notes(document: StatementDocument) -> list[str]:
    """Return the paragraphs below a statement."""
    has_fees = any(line.fees_cents for line in document.lines)
    fees = ", moins les frais" if has_fees else ""
    notes = [
        "Chaque ligne se lit de gauche à droite : le montant payé par le client, moins la "
        f"commission, moins la TVA sur cette commission{fees}, donne le net qui revient à la "
        "boutique. "
        "Les montants retenus sont précédés du signe moins.",
        *([BY_DAY] if is_by_day(document) else []),
        *(_commission_notes(document) if names_rules(document) else _plain_notes(document)),
    ]
    if has_fees:
        notes.append(
            "Les frais sont ceux du prestataire de paiement, pour la part que le règlement de "
            "l’association met à la charge de la boutique, répartie au centime près entre les "
            "boutiques du panier selon ce que la carte y a payé."
        )
    example = _worked_example(document)
    return [*notes, example] if example else notes


def _plain_notes(document: StatementDocument) -> list[str]:
    return [
        "La commission est calculée article par article, sur le montant TTC payé et non "
        "remboursé, puis arrondie au centime le plus proche (un demi-centime est arrondi au "
        f"centime supérieur). La TVA de {rate_text(document.commission_vat_rate_bps)} est "
        "calculée et arrondie de la même façon sur chaque commission.",
        "Le taux appliqué est celui en vigueur le jour de la vente ; un remboursement rend la "
        "commission au même taux.",
    ]


def _commission_notes(document: StatementDocument) -> list[str]:
    vat = commission_vat_text(document)
    charged = (
        FRANCHISE
        if vat == rate_text(0)
        else f"La TVA de {vat} est calculée et arrondie de la même façon sur chaque commission."
    )
    bounds = "La part fixe s’ajoute au taux ; le minimum et le maximum bornent la somme. "
    more = any(_has_more(item) for line in document.lines for item in line.items)
    return [
        "La commission est calculée article par article, selon la règle nommée, celle du jour de "
        "la vente, sur le montant TTC payé et non remboursé, puis arrondie au centime le plus "
        f"proche (un demi-centime au centime supérieur). {bounds if more else ''}{charged}",
        "Un remboursement laisse la commission d’une vente de ce qui reste payé ; un article "
        "remboursé en entier n’en doit plus.",
    ]


def _has_more(item: StatementItem) -> bool:
    maximum = item.commission_maximum_cents
    return bool(item.commission_fixed_cents or item.commission_minimum_cents or maximum is not None)


def _worked_example(document: StatementDocument) -> str:
    """Return the first item's sum spelled out, if it follows its rule exactly."""
    for line in document.lines_of("sale"):
        for item in line.items:
            example = _item_example(document, item) if item.gross_cents > 0 else ""
            if example:
                return f"Exemple, pour « {printable_text(item.label)} » : {example}"
    return ""


def _item_example(document: StatementDocument, item: StatementItem) -> str:
    vat_rate_bps = item.commission_vat_rate_bps
    terms = CommissionTerms(
        rule_name=item.commission_rule,
        rate_bps=item.commission_rate_bps,
        vat_rate_bps=document.commission_vat_rate_bps if vat_rate_bps is None else vat_rate_bps,
        fixed_cents=item.commission_fixed_cents,
        minimum_cents=item.commission_minimum_cents,
        maximum_cents=item.commission_maximum_cents,
    )
    commission_cents = terms.commission_cents(item.gross_cents)
    vat_cents = terms.vat_cents(commission_cents)
    as_stated = (item.commission_cents, item.commission_vat_cents)
    if (commission_cents, vat_cents) != as_stated or not commission_cents:
        return ""
    percent_cents = share_of(item.gross_cents, terms.rate_bps)
    sum_cents = percent_cents + terms.fixed_cents
    steps = [
        f"{amount_text(item.gross_cents)} × {rate_text(terms.rate_bps)} = "
        f"{amount_text(percent_cents)}"
    ]
    if terms.fixed_cents:
        steps.append(
            f"plus {amount_text(terms.fixed_cents)} de part fixe, soit {amount_text(sum_cents)}"
        )
    if commission_cents != sum_cents:
        bounds = {terms.minimum_cents: "porté au minimum de", terms.maximum_cents: "limité à"}
        if commission_cents not in bounds:
            return ""
        steps.append(f"{bounds[commission_cents]} {amount_text(commission_cents)}")
    return (
        f"{', '.join(steps)} de commission, puis {amount_text(commission_cents)} × "
        f"{rate_text(terms.vat_rate_bps)} = {amount_text(vat_cents)} de TVA."
    )
