"""A commission rule in words, in the language of the page: when it applies, what it takes."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from saleor_alencon.commission.models import DELIVERIES, TENDERS
from saleor_alencon.domain.commission import Condition, Period, Rule
from saleor_alencon.localized import amount_text, date_text, rate_text


def condition_label(condition: Condition) -> str:
    """Return the name of what a rule may ask."""
    return {
        Condition.SHOP: _("boutique"),
        Condition.CATEGORY: _("catégorie"),
        Condition.PRODUCT_TYPE: _("type de produit"),
        Condition.DELIVERY: _("livraison"),
        Condition.TENDER: _("moyen de paiement"),
        Condition.CAMPAIGN: _("campagne"),
        Condition.PERIOD: _("période"),
    }[condition]


def conditions_lines(rule: Rule, shops: Mapping[str, str]) -> list[str]:
    """Return one line per condition of a rule; ``shops`` is the names of slugs.

    Many shops are counted; a rule that asks nothing says so.
    """
    deliveries = {str(value): str(label) for value, label in DELIVERIES}
    tenders = {str(value): str(label) for value, label in TENDERS}
    named = (
        (Condition.SHOP, [shops.get(slug, slug) for slug in rule.shops]),
        (Condition.CATEGORY, list(rule.categories)),
        (Condition.PRODUCT_TYPE, list(rule.product_types)),
        (Condition.DELIVERY, [deliveries.get(each, each) for each in rule.deliveries]),
        (Condition.TENDER, [tenders.get(each, each) for each in rule.tenders]),
    )
    lines = [_line(condition, _names(names)) for condition, names in named if names]
    periods = ((Condition.CAMPAIGN, rule.campaign), (Condition.PERIOD, rule.period))
    lines += [_line(condition, period_text(period)) for condition, period in periods if period]
    return lines or [_("toutes les ventes")]


def period_text(period: Period) -> str:
    """Return a period: "du 1er juin 2026 au 30 juin 2026"."""
    if period.first_day and period.last_day:
        days = {"first": date_text(period.first_day), "last": date_text(period.last_day)}
        return _("du %(first)s au %(last)s") % days
    if period.first_day:
        return _("dès le %(first)s") % {"first": date_text(period.first_day)}
    return _("jusqu'au %(last)s") % {"last": date_text(period.last_day) if period.last_day else ""}


def price_lines(rule: Rule) -> list[str]:
    """Return what a rule takes: rate and fixed part, bounds, tiers, one line each."""
    lines = [rate_text(rule.rate_bps)]
    if rule.fixed_cents:
        lines[0] += " + " + _("%(amount)s par ligne") % {"amount": amount_text(rule.fixed_cents)}
    if rule.minimum_cents:
        lines.append(_("au moins %(amount)s") % {"amount": amount_text(rule.minimum_cents)})
    if rule.maximum_cents is not None:
        lines.append(_("au plus %(amount)s") % {"amount": amount_text(rule.maximum_cents)})
    lines += [
        _("%(rate)s dès %(amount)s vendus le mois précédent")
        % {"rate": rate_text(tier.rate_bps), "amount": amount_text(tier.from_cents)}
        for tier in rule.tiers
    ]
    return lines


def unmet_text(unmet: Iterable[Condition]) -> str:
    """Return why a rule does not fit: "ne convient pas : catégorie, période"."""
    return _("ne convient pas : %(conditions)s") % {
        "conditions": ", ".join(map(condition_label, unmet))
    }


def _line(condition: Condition, text: str) -> str:
    return _("%(condition)s : %(text)s") % {"condition": condition_label(condition), "text": text}


def _names(names: list[str]) -> str:
    shown, more = sorted(names)[:4], len(names) - 4
    text = ", ".join(shown)
    return _("%(names)s et %(count)d autres") % {"names": text, "count": more} if more > 0 else text
