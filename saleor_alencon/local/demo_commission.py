"""The demo's commission: the rates agreed with the shops, and a project to try and simulate."""

import datetime

from saleor_alencon.commission.models import Campaign, CommissionRule, Plan, RateTier
from saleor_alencon.commission.services import plan_create, plan_publish, rule_save
from saleor_alencon.local.demo_shops import read_shops
from saleor_alencon.outputs.french_text import rate_text


def plans_seed(*, valid_from: datetime.datetime, now: datetime.datetime) -> None:
    """Publish the rates as one plan, one rule per rate, and draft another; once."""
    if Plan.objects.exists():
        return
    shops: dict[int, list[str]] = {}
    for row in read_shops():
        shops.setdefault(row["commission_rate_bps"], []).append(row["slug"])
    plan = plan_create(name="Barème 2026", now=now)
    for rate_bps, slugs in sorted(shops.items()):
        name = f"Commission {rate_text(rate_bps)}"
        rule_save(
            rule=CommissionRule(name=name, rate_bps=rate_bps, shops=sorted(slugs)),
            plan_id=plan.pk,
        )
    plan_publish(plan_id=plan.pk, valid_from=valid_from, published_by=None, now=now)
    project_seed(now)


def project_seed(now: datetime.datetime) -> None:
    """Draft a plan that has one rule of each kind."""
    first_day = datetime.date(now.year + 1, 6, 4)
    fair = Campaign.objects.create(
        name=f"Braderie {first_day:%Y}",
        first_day=first_day,
        last_day=first_day + datetime.timedelta(days=2),
    )
    project = plan_create(name="Projet : paliers et braderie", now=now)
    everyone = CommissionRule(name="Taux commun", rate_bps=900, minimum_cents=10)
    for rule in (
        CommissionRule(name="Braderie", rate_bps=300, campaign=fair),
        CommissionRule(name="Taux des chèques", rate_bps=400, tenders=["gift_cheque"]),
        CommissionRule(
            name="Taux des livraisons",
            rate_bps=700,
            fixed_cents=30,
            maximum_cents=1500,
            deliveries=["home"],
        ),
        everyone,
    ):
        rule_save(rule=rule, plan_id=project.pk)
    for from_cents, rate_bps in ((50_000, 800), (200_000, 650)):
        RateTier.objects.create(rule=everyone, from_cents=from_cents, rate_bps=rate_bps)
