"""What a month's sales would have cost under a plan, published or not. Reads only."""

import datetime
from dataclasses import dataclass
from functools import cache
from operator import attrgetter

from django.db.models import Sum

from saleor_alencon.commission.models import MonthlyTurnover, Plan
from saleor_alencon.commission.services import plan_rules
from saleor_alencon.domain.commission import (
    NO_COMMISSION,
    CommissionTerms,
    Rule,
    Sale,
    first_match,
    month_after,
    month_before,
)
from saleor_alencon.orders.models import ShopOrderLine
from saleor_alencon.outputs.commission_csv import SimulationRow
from saleor_alencon.outputs.french_text import TOWN_TIME

COLUMNS = (
    "shop_order__shop_id",
    "shop_order__shop__slug",
    "shop_order__shop__name",
    "category",
    "product_type",
    "sold_delivery",
    "sold_tender",
    "shop_order__order__created_at",
    "sold_at",
    "paid_cents",
    "refunded_cents",
    "commission_cents",
    "commission_vat_cents",
    "commission_vat_rate_bps",
)
NOTHING = SimulationRow("", 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Simulation:
    """The same sales by shop and by the rule that would have applied, and all of them."""

    by_shop: tuple[SimulationRow, ...]
    by_rule: tuple[SimulationRow, ...]
    total: SimulationRow


def plan_simulate(*, plan: Plan, month: datetime.date) -> Simulation:
    """Apply a plan to the orders placed in a month, by its first day, as they stand now.

    Each line keeps the facts and the VAT of its sale. A tier sees the turnover of the month before
    as it was counted, or as it would be counted now. A sale that no rule fits is under the
    rule without a name.
    """
    rules = plan_rules(plan)
    lines = ShopOrderLine.objects.filter(
        sold_at__isnull=False,
        shop_order__order__created_at__gte=_midnight(month),
        shop_order__order__created_at__lt=_midnight(month_after(month)),
    )

    @cache
    def rule_of(sale: Sale) -> Rule | None:
        return first_match(rules, sale)

    turnovers = cache(turnovers_of)
    total: dict[str, list[int]] = {}
    by_shop: dict[str, list[int]] = {}
    by_rule: dict[str, list[int]] = {}
    for row in lines.values_list(*COLUMNS).iterator(chunk_size=5000):
        shop_id, slug, name, category, product_type, delivery, tender = row[:7]
        created_at, sold_at, paid, refunded, charged, charged_vat, vat_rate_bps = row[7:]
        sale = Sale(slug, category, product_type, delivery, tender, _day(created_at))
        rule = rule_of(sale)
        terms: CommissionTerms = NO_COMMISSION
        if rule is not None:
            month_seen = month_before(_day(sold_at))
            turnover = turnovers(month_seen).get(shop_id, 0) if rule.tiers else 0
            terms = rule.terms(turnover_cents=turnover, vat_rate_bps=vat_rate_bps)
        simulated = terms.commission_cents(paid - refunded)
        figures = (1, paid - refunded, charged, charged_vat, simulated, terms.vat_cents(simulated))
        _add(total, "", figures)
        _add(by_shop, name, figures)
        _add(by_rule, rule.name if rule else "", figures)
    ranks = {rule.name: rank for rank, rule in enumerate(rules)}
    return Simulation(
        by_shop=tuple(sorted(_rows(by_shop), key=attrgetter("name"))),
        by_rule=tuple(sorted(_rows(by_rule), key=lambda row: ranks.get(row.name, len(ranks)))),
        total=(_rows(total) or [NOTHING])[0],
    )


def turnovers_of(month: datetime.date) -> dict[int, int]:
    """Return each shop's turnover of a month in cents: as it was counted, else as it stands."""
    counted = dict(
        MonthlyTurnover.objects.filter(month=month).values_list("shop_id", "turnover_cents")
    )
    if counted:
        return counted
    sold = ShopOrderLine.objects.filter(
        sold_at__gte=_midnight(month), sold_at__lt=_midnight(month_after(month))
    )
    sums = sold.values("shop_order__shop_id").annotate(cents=Sum("sold_cents"))
    return {row["shop_order__shop_id"]: int(row["cents"]) for row in sums.order_by()}


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), TOWN_TIME)


def _day(moment: datetime.datetime) -> datetime.date:
    return moment.astimezone(TOWN_TIME).date()


def _add(groups: dict[str, list[int]], name: str, figures: tuple[int, ...]) -> None:
    sums = groups.setdefault(name, [0] * len(figures))
    for place, figure in enumerate(figures):
        sums[place] += figure


def _rows(groups: dict[str, list[int]]) -> list[SimulationRow]:
    return [SimulationRow(name, *sums) for name, sums in groups.items()]
