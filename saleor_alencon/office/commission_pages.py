"""Pages of a commission plan: its rules in order, an example line, a month's simulation."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from saleor_alencon.commission.models import Plan
from saleor_alencon.commission.services import plan_at, plan_rules
from saleor_alencon.domain.commission import CommissionTerms, Rule, Sale, first_match
from saleor_alencon.domain.money import share_of
from saleor_alencon.localized import amount_text, rate_text
from saleor_alencon.office.admin.base import download
from saleor_alencon.office.admin.commission_form import ExampleForm, SimulationForm
from saleor_alencon.office.commission_text import conditions_lines, price_lines, unmet_text
from saleor_alencon.orders.commission_simulation import Simulation, plan_simulate
from saleor_alencon.orders.models import ShopOrderLine
from saleor_alencon.outputs.commission_csv import SimulationRow, render_simulation_csv
from saleor_alencon.shops.models import Shop, vat_rate_at

CSV = "csv"
CSV_TYPE = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class RuleRow:
    """One rule as a page shows it; ``verdict`` says what became of it for an example."""

    rule: Rule
    rank: int
    conditions: list[str]
    price: list[str]
    verdict: str = ""
    applies: bool = False


@dataclass(frozen=True)
class Figures:
    """One row of a simulation, written out."""

    name: str
    lines: int
    kept: str
    charged: str
    simulated: str
    difference: str
    rates: str


def rule_rows(plan: Plan) -> list[RuleRow]:
    """Return a plan's rules in order, in words."""
    shops = dict(Shop.objects.values_list("slug", "name"))
    return [
        RuleRow(rule, rank, conditions_lines(rule, shops), price_lines(rule))
        for rank, rule in enumerate(plan_rules(plan), start=1)
    ]


def example_page(request: HttpRequest, plan: Plan, context: dict[str, Any]) -> HttpResponse:
    """Show which rule a line would fall under, why not the others, and what it would owe."""
    form = ExampleForm(request.GET or None)
    rows, sums = rule_rows(plan), []
    if form.is_valid():
        chosen = form.cleaned_data
        sale = Sale(
            shop=chosen["shop"],
            category=chosen["category"].strip(),
            product_type=chosen["product_type"].strip(),
            delivery=chosen["delivery"],
            tender=chosen["tender"],
            day=chosen["day"],
        )
        rule = first_match([row.rule for row in rows], sale)
        rows = [_judged(row, rule, sale) for row in rows]
        if rule is not None:
            terms = rule.terms(
                turnover_cents=form.cents("turnover"),
                vat_rate_bps=vat_rate_at(sale.day),
            )
            sums = example_sums(terms, form.cents("amount"))
    return TemplateResponse(
        request,
        "office/commission_example.html",
        {
            **context,
            "title": _("Essayer « %(plan)s »") % {"plan": plan.name},
            "plan": plan,
            "form": form,
            "rows": rows,
            "sums": sums,
            "judged": form.is_valid(),
            "categories": _known("category"),
            "product_types": _known("product_type"),
        },
    )


def example_sums(terms: CommissionTerms, kept_cents: int) -> list[tuple[str, str]]:
    """Return the sum of a line's commission, step by step."""
    percent_cents = share_of(kept_cents, terms.rate_bps)
    commission_cents = terms.commission_cents(kept_cents)
    vat_cents = terms.vat_cents(commission_cents)
    sums = [
        (
            f"{amount_text(kept_cents)} × {rate_text(terms.rate_bps)}",
            amount_text(percent_cents),
        )
    ]
    if terms.fixed_cents:
        sums.append((_("Part fixe"), amount_text(terms.fixed_cents)))
    if commission_cents != percent_cents + terms.fixed_cents:
        difference = commission_cents - percent_cents - terms.fixed_cents
        sums.append((_("Minimum, maximum"), amount_text(difference)))
    return [
        *sums,
        (_("Commission HT"), amount_text(commission_cents)),
        (_("TVA %(rate)s") % {"rate": rate_text(terms.vat_rate_bps)}, amount_text(vat_cents)),
        (_("Net boutique"), amount_text(kept_cents - commission_cents - vat_cents)),
    ]


def simulation_url(plan_id: object = "") -> str:
    """Return the address of the simulation, of a plan or of none yet."""
    url = reverse("admin:commission_plan_simulation")
    if not plan_id:
        return url
    return f"{url}?plan={plan_id}&month={SimulationForm.last_month():%Y-%m}"


def simulation_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show a month's sales under a plan beside what was charged; with ``csv``, as a file."""
    start = {"plan": plan_at(timezone.now()), "month": SimulationForm.last_month()}
    asked = request.GET.get("plan")
    form = SimulationForm(request.GET, initial=start) if asked else SimulationForm(initial=start)
    found: Simulation | None = None
    month: datetime.date | None = None
    if asked and form.is_valid():
        plan, month = form.cleaned_data["plan"], form.cleaned_data["month"]
        assert month is not None
        found = plan_simulate(plan=plan, month=month)
        if CSV in request.GET:
            content = render_simulation_csv(plan.name, month, found.by_shop)
            return download(content, f"simulation-{plan.pk}-{month:%Y-%m}.csv", CSV_TYPE)
    return TemplateResponse(
        request,
        "office/commission_simulation.html",
        {
            **context,
            "title": _("Simuler un mois"),
            "form": form,
            "month": date_format(month, "F Y") if month else "",
            "total": _figures(found.total) if found else None,
            "by_shop": [_figures(row) for row in found.by_shop] if found else [],
            "by_rule": [_figures(row) for row in found.by_rule] if found else [],
            "csv_url": f"?{request.GET.urlencode()}&{CSV}=1",
        },
    )


def _judged(row: RuleRow, chosen: Rule | None, sale: Sale) -> RuleRow:
    unmet = row.rule.unmet(sale)
    if row.rule == chosen:
        verdict = _("s'applique")
    elif unmet:
        verdict = unmet_text(unmet)
    else:
        verdict = _("conviendrait, mais une règle plus haute s'applique")
    return RuleRow(row.rule, row.rank, row.conditions, row.price, verdict, row.rule == chosen)


def _figures(row: SimulationRow) -> Figures:
    rates = [
        rate_text(cents * 10_000 // row.kept_cents) if row.kept_cents else "—"
        for cents in (row.charged_cents, row.simulated_cents)
    ]
    return Figures(
        name=row.name,
        lines=row.lines,
        kept=amount_text(row.kept_cents),
        charged=amount_text(row.charged_cents),
        simulated=amount_text(row.simulated_cents),
        difference=("+" if row.difference_cents > 0 else "") + amount_text(row.difference_cents),
        rates=" → ".join(rates),
    )


def _known(field: str) -> list[str]:
    values = ShopOrderLine.objects.exclude(**{field: ""}).order_by(field)
    return list(values.values_list(field, flat=True).distinct())
