"""A line's commission spelled out: the rule's formula with the line's own figures."""

from django.utils.translation import gettext as _

from saleor_alencon.domain.commission import CommissionTerms
from saleor_alencon.domain.money import share_of
from saleor_alencon.localized import amount_text, rate_text
from saleor_alencon.orders.models import ShopOrderLine


def terms_of(line: ShopOrderLine) -> CommissionTerms:
    """Return what was frozen for a line at its sale."""
    return CommissionTerms(
        rule_name=line.commission_rule_name,
        rate_bps=line.commission_rate_bps,
        vat_rate_bps=line.commission_vat_rate_bps,
        fixed_cents=line.commission_fixed_cents,
        minimum_cents=line.commission_minimum_cents,
        maximum_cents=line.commission_maximum_cents,
    )


def rule_text(line: ShopOrderLine) -> str:
    """Return the rule that a line follows, where it comes from and when it was frozen."""
    if not line.commission_rule_name:
        return _("Aucune règle de commission ne convenait : rien n'est prélevé.")
    rule = line.commission_rule
    words = {"rule": line.commission_rule_name, "plan": rule.plan if rule else ""}
    if rule is None:
        return _("Règle « %(rule)s », figée le jour de la vente.") % words
    text = _("Règle « %(rule)s » du barème « %(plan)s », figée le jour de la vente.") % words
    if rule.tiers.exists():
        text += " " + _("Le taux est celui du palier atteint par les ventes du mois précédent.")
    return text


def commission_lines(terms: CommissionTerms, kept_cents: int) -> list[str]:
    """Return the formula of a commission, one step a line; the last figure is the commission.

    "100,00 € × 8 % = 8,00 €", "+ 0,30 € de part fixe = 8,30 €", "portée au minimum de 9,00 €".
    """
    due_cents = terms.commission_cents(max(kept_cents, 0))
    if kept_cents <= 0:
        return [_("Rien n'est gardé de cet article : aucune commission n'est due.")]
    percent_cents = share_of(kept_cents, terms.rate_bps)
    lines = [
        f"{amount_text(kept_cents)} × {rate_text(terms.rate_bps)} = {amount_text(percent_cents)}"
    ]
    reached = percent_cents + terms.fixed_cents
    if terms.fixed_cents:
        words = {"fixed": amount_text(terms.fixed_cents), "sum": amount_text(reached)}
        lines.append(_("+ %(fixed)s de part fixe = %(sum)s") % words)
    if reached < terms.minimum_cents:
        reached = terms.minimum_cents
        lines.append(_("portée au minimum de %(amount)s") % {"amount": amount_text(reached)})
    if terms.maximum_cents is not None and reached > terms.maximum_cents:
        reached = terms.maximum_cents
        lines.append(_("limitée au maximum de %(amount)s") % {"amount": amount_text(reached)})
    if due_cents < reached:
        lines.append(
            _("limitée à %(amount)s : avec sa TVA elle ne dépasse pas ce que l'article a rapporté")
            % {"amount": amount_text(due_cents)}
        )
    return lines


def vat_line(terms: CommissionTerms, commission_cents: int) -> str:
    """Return the VAT on a commission, or why there is none."""
    if not terms.vat_rate_bps:
        return _("TVA non applicable sur la commission le jour de la vente.")
    vat = terms.vat_cents(commission_cents)
    return _("TVA sur la commission : %(base)s × %(rate)s = %(vat)s") % {
        "base": amount_text(commission_cents),
        "rate": rate_text(terms.vat_rate_bps),
        "vat": amount_text(vat),
    }
