"""The use cases of a shop's life. Each locks the shop, checks, changes, and adds to its history."""

import datetime
from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.opening_hours import OpeningHours
from saleor_alencon.domain.shop_checklist import Check, blockers
from saleor_alencon.domain.shop_life import NEEDS, WITH_REASON, ShopLife, ShopStep, next_state
from saleor_alencon.errors import AlenconError
from saleor_alencon.shops.checklist import SaleorFacts, check_text, connected, facts_of
from saleor_alencon.shops.models import Shop, ShopEvent, ShopEventKind

SECRET_FIELDS = frozenset({"iban", "bic"})
"""Fields of which the history says that they changed, and not from what."""


class StepRefused(AlenconError):
    """Raised when a shop's state does not allow a step, or the step lacks its reason."""


class StepBlocked(AlenconError):
    """Raised when the checklist lacks what a step needs; ``missing`` has the items."""

    def __init__(self, message: str, missing: list[Check]) -> None:
        super().__init__(message)
        self.missing = missing


def shop_commit(
    *, shop_id: int, done_by: User | None, now: datetime.datetime, reason: str = ""
) -> Shop:
    """Note that a merchant promised to take part (or a closed shop, to come back).

    :raises StepRefused, StepBlocked: nothing is changed.
    """
    return _take(ShopStep.COMMIT, shop_id, done_by, now, reason)


def shop_approve(
    *, shop_id: int, done_by: User | None, now: datetime.datetime, reason: str = ""
) -> Shop:
    """Accept a committed shop: it may now be set up in Saleor, and sells nothing yet.

    :raises StepRefused, StepBlocked: nothing is changed.
    """
    return _take(ShopStep.APPROVE, shop_id, done_by, now, reason)


def shop_open(
    *,
    shop_id: int,
    done_by: User | None,
    now: datetime.datetime,
    saleor: SaleorFacts,
    reason: str = "",
) -> Shop:
    """Put an approved shop with a complete checklist on sale.

    :raises StepRefused, StepBlocked: nothing is changed.
    """
    return _take(ShopStep.OPEN, shop_id, done_by, now, reason, saleor)


def shop_suspend(
    *, shop_id: int, done_by: User | None, now: datetime.datetime, reason: str
) -> Shop:
    """Stop a shop's sales for a while; what was ordered is still handed over and paid.

    :raises StepRefused: nothing is changed.
    """
    return _take(ShopStep.SUSPEND, shop_id, done_by, now, reason)


def shop_resume(
    *,
    shop_id: int,
    done_by: User | None,
    now: datetime.datetime,
    saleor: SaleorFacts,
    reason: str = "",
) -> Shop:
    """Put a suspended shop on sale again; its checklist must be complete.

    :raises StepRefused, StepBlocked: nothing is changed.
    """
    return _take(ShopStep.RESUME, shop_id, done_by, now, reason, saleor)


def shop_close(
    *,
    shop_id: int,
    done_by: User | None,
    now: datetime.datetime,
    reason: str,
    open_orders: int,
) -> Shop:
    """End a shop's membership. Its books stay, and what is due to it is still paid.

    :param open_orders: how many of its orders are neither handed over nor cancelled.
    :raises StepRefused: also while it has open orders; nothing is changed.
    """
    if open_orders:
        raise StepRefused(
            _(
                "Commandes encore ouvertes : %(count)d. Remettez-les ou refusez-les ; "
                "en attendant, la boutique peut être suspendue."
            )
            % {"count": open_orders}
        )
    return _take(ShopStep.CLOSE, shop_id, done_by, now, reason)


def step_blockers(
    *, shop: Shop, step: ShopStep, saleor: SaleorFacts, now: datetime.datetime
) -> list[Check]:
    """Return what of the checklist a step still needs."""
    years = set(shop.dues.values_list("year", flat=True))
    facts = facts_of(
        shop,
        saleor,
        dues_years=years,
        year=timezone.localdate(now).year,
        connected=connected([shop.pk])[shop.pk],
    )
    return blockers(facts, NEEDS[step])


def hours_set(
    *,
    shop_id: int,
    hours: OpeningHours,
    pickup_note: str,
    done_by: User | None,
    now: datetime.datetime,
) -> bool:
    """Replace a shop's hours and pickup note; say whether anything changed.

    Exceptional days that are over are dropped; the history has them.

    :raises StepRefused: when the shop is closed.
    """
    today = timezone.localdate(now)
    kept = OpeningHours(
        week=hours.week,
        exceptions=tuple(each for each in hours.exceptions if each.date >= today),
        preparation_minutes=hours.preparation_minutes,
        slot_minutes=hours.slot_minutes,
        cut_off_minutes=hours.cut_off_minutes,
    )
    with transaction.atomic():
        shop = Shop.objects.select_for_update().get(pk=shop_id)
        if shop.state == ShopLife.CLOSED:
            raise StepRefused(_("La boutique est fermée : ses horaires ne changent plus."))
        before = {"hours": shop.hours, "pickup_note": shop.pickup_note}
        after = {"hours": kept.to_json(), "pickup_note": pickup_note.strip()}
        if before == after:
            return False
        shop.hours = after["hours"]
        shop.pickup_note = pickup_note.strip()
        shop.save(update_fields=["hours", "pickup_note"])
        changed = {name: value for name, value in before.items() if value != after[name]}
        event_add(shop=shop, kind=ShopEventKind.HOURS, done_by=done_by, now=now, detail=changed)
    return True


def details_record(
    *,
    shop: Shop,
    before: Shop | None,
    fields: Collection[str],
    done_by: User,
    now: datetime.datetime,
) -> None:
    """Add to the history that a shop's record was made, or which of its fields changed."""
    if before is None:
        event_add(shop=shop, kind=ShopEventKind.RECORDED, done_by=done_by, now=now)
        return
    detail = {
        name: "•••" if name in SECRET_FIELDS else str(getattr(before, name) or "")
        for name in fields
        if getattr(before, name) != getattr(shop, name)
    }
    if detail:
        event_add(shop=shop, kind=ShopEventKind.DETAILS, done_by=done_by, now=now, detail=detail)


def event_add(
    *,
    shop: Shop,
    kind: ShopEventKind,
    done_by: User | None,
    now: datetime.datetime,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add one row to a shop's history, with the state that it is in now."""
    ShopEvent.objects.create(
        shop=shop,
        kind=kind,
        state=shop.state,
        done_by=done_by,
        done_at=now,
        reason=reason,
        detail=dict(detail or {}),
    )


def _take(
    step: ShopStep,
    shop_id: int,
    done_by: User | None,
    now: datetime.datetime,
    reason: str,
    saleor: SaleorFacts | None = None,
) -> Shop:
    reason = reason.strip()
    with transaction.atomic():
        shop = Shop.objects.select_for_update().get(pk=shop_id)
        following = next_state(ShopLife(shop.state), step)
        if following is None:
            raise StepRefused(
                _("« %(shop)s » est à l'état « %(state)s » : cette action n'y est pas possible.")
                % {"shop": shop.name, "state": shop.get_state_display()}
            )
        if step in WITH_REASON and not reason:
            raise StepRefused(_("Donnez la raison : elle reste dans l'historique."))
        missing = step_blockers(shop=shop, step=step, saleor=saleor or SaleorFacts(), now=now)
        if missing:
            raise StepBlocked(
                _("il manque à « %(shop)s » : %(items)s.")
                % {"shop": shop.name, "items": " ; ".join(map(check_text, missing))},
                missing,
            )
        shop.state = following
        shop.save(update_fields=["state"])
        event_add(shop=shop, kind=ShopEventKind(step), done_by=done_by, now=now, reason=reason)
    return shop
