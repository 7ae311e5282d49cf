"""The use cases of commission plans: drafted, ordered, published; and what a sale asks of them."""

import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.commission.models import CommissionRule, MonthlyTurnover, Plan, RateTier
from saleor_alencon.domain.commission import Rule
from saleor_alencon.errors import AlenconError
from saleor_alencon.shops.models import VatStatus


class PlanRefused(AlenconError):
    """Raised when a plan's state or content does not allow what was asked; nothing is changed."""


class TurnoverNotCounted(AlenconError):
    """Raised when a sale needs a month's turnovers that are not counted yet; count, then retry."""

    def __init__(self, month: datetime.date) -> None:
        super().__init__(f"the turnovers of {month:%Y-%m} are not counted yet")
        self.month = month


def plan_at(moment: datetime.datetime) -> Plan | None:
    """Return the published plan in force at a moment."""
    return Plan.objects.filter(valid_from__lte=moment).order_by("-valid_from").first()


def plan_rules(plan: Plan | None) -> tuple[Rule, ...]:
    """Return a plan's rules in their order; none when there is no plan."""
    if plan is None:
        return ()
    rows = plan.rules.select_related("campaign").prefetch_related("tiers").order_by("rank")
    return tuple(row.to_domain() for row in rows)


def turnover_at(*, shop_id: int, month: datetime.date) -> int:
    """Return what a shop sold in a month, by its first day, in cents; 0 for a newer shop.

    :raises TurnoverNotCounted: when the month was not counted yet.
    """
    counted = MonthlyTurnover.objects.filter(month=month)
    cents = counted.filter(shop_id=shop_id).values_list("turnover_cents", flat=True).first()
    if cents is None and not counted.exists():
        raise TurnoverNotCounted(month)
    return cents or 0


def plan_create(*, name: str, now: datetime.datetime, like: Plan | None = None) -> Plan:
    """Begin a draft, empty or with the rules of another plan."""
    with transaction.atomic():
        plan = Plan.objects.create(name=name, created_at=now)
        rules = like.rules.prefetch_related("tiers").order_by("rank") if like else ()
        for rule in rules:
            tiers = list(rule.tiers.all())
            rule.pk, rule.plan = None, plan
            rule._state.adding = True
            rule.save()
            RateTier.objects.bulk_create(
                RateTier(rule=rule, from_cents=tier.from_cents, rate_bps=tier.rate_bps)
                for tier in tiers
            )
    return plan


def plan_publish(
    *,
    plan_id: int,
    valid_from: datetime.datetime,
    published_by: User | None,
    now: datetime.datetime,
) -> Plan:
    """Put a draft in force from an instant on; its rules never change afterwards.

    Sales of the past keep their terms whatever is published. So that the terms of a sale do not
    depend on when it is processed, a plan begins in the future, except the first of all.

    :raises PlanRefused: the plan is published or empty, the instant is past or taken, or the
        association's VAT status is missing on its day.
    """
    with transaction.atomic():
        plan = _draft(plan_id)
        others = Plan.objects.exclude(valid_from=None)
        if not plan.rules.exists():
            raise PlanRefused(_("Le barème n'a pas de règle : ajoutez-en une."))
        if valid_from < now and others.exists():
            raise PlanRefused(
                _("Un barème ne commence pas dans le passé : choisissez un moment à venir.")
            )
        if others.filter(valid_from=valid_from).exists():
            raise PlanRefused(_("Un autre barème commence à ce moment : choisissez-en un autre."))
        if not VatStatus.objects.filter(valid_from__lte=valid_from).exists():
            raise PlanRefused(
                _(
                    "Le statut de TVA de l'association manque à cette date : "
                    "ajoutez-le à la page de l'association."
                )
            )
        plan.valid_from, plan.published_at, plan.published_by = valid_from, now, published_by
        plan.save(update_fields=["valid_from", "published_at", "published_by"])
    return plan


def plan_discard(*, plan_id: int) -> None:
    """Delete a draft with its rules.

    :raises PlanRefused: the plan is published.
    """
    with transaction.atomic():
        _draft(plan_id).delete()


def rule_save(*, rule: CommissionRule, plan_id: int) -> CommissionRule:
    """Save a rule of a draft; a new one comes last.

    :raises PlanRefused: the plan is published.
    """
    with transaction.atomic():
        rule.plan = _draft(plan_id)
        if rule.pk is None:
            last = rule.plan.rules.order_by("-rank").values_list("rank", flat=True).first()
            rule.rank = (last or 0) + 1
        rule.save()
    return rule


def rule_move(*, rule_id: int, up: bool) -> None:
    """Exchange a rule of a draft with the one above or below; the first or last one stays.

    :raises PlanRefused: the plan is published.
    """
    with transaction.atomic():
        rule = CommissionRule.objects.select_related("plan").get(pk=rule_id)
        plan = _draft(rule.plan_id)
        side = Q(rank__lt=rule.rank) if up else Q(rank__gt=rule.rank)
        other = plan.rules.filter(side).order_by("-rank" if up else "rank").first()
        if other is None:
            return
        # The unique rank is checked at the end of the transaction.
        plan.rules.filter(pk=rule.pk).update(rank=other.rank)
        plan.rules.filter(pk=other.pk).update(rank=rule.rank)


def rule_delete(*, rule_id: int) -> None:
    """Take a rule out of a draft.

    :raises PlanRefused: the plan is published.
    """
    with transaction.atomic():
        rule = CommissionRule.objects.get(pk=rule_id)
        plan = _draft(rule.plan_id)
        rule.delete()
        plan.rules.filter(rank__gt=rule.rank).update(rank=F("rank") - 1)


def _draft(plan_id: int) -> Plan:
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    if not plan.is_draft:
        raise PlanRefused(
            _("« %(plan)s » est publié et ne change plus : faites-en une copie.")
            % {"plan": plan.name}
        )
    return plan
