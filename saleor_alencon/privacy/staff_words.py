"""What staff, shops and couriers wrote about an order: free words, which may name its shopper."""

from typing import Any

from django.db.models import Q, QuerySet

from saleor_alencon.desk.models import Action
from saleor_alencon.inbox.persons import ERASED_TEXT
from saleor_alencon.pickups.models import PickupEvent, SaleorCommand
from saleor_alencon.rounds.models import RoundEvent, Stop


def with_staff_words(order: Any) -> list[QuerySet[Any]]:
    """Return the rows with words about an order, by its key or as an ``OuterRef``."""
    return [
        PickupEvent.objects.filter(shop_order__order=order).exclude(detail=""),
        Stop.objects.filter(order=order).exclude(detail=""),
        _round_events(order),
        Action.objects.filter(shop_order__order=order).exclude(answer=""),
        _commands(order),
    ]


def staff_words_erase(order_id: int) -> None:
    """Take the words out; what was done, when and by whom stays.

    A demand that Saleor has not done yet goes on: of its payload only the reason goes.
    """
    for command in _commands(order_id):
        command.reason = ""
        if "reason" in command.payload:
            command.payload["reason"] = ERASED_TEXT
        command.save(update_fields=["reason", "payload"])
    PickupEvent.objects.filter(shop_order__order=order_id).exclude(detail="").update(detail="")
    Stop.objects.filter(order=order_id).exclude(detail="").update(detail="")
    Action.objects.filter(shop_order__order=order_id).exclude(answer="").update(answer="")
    keys = list(_round_events(order_id).values_list("pk", flat=True))
    RoundEvent.objects.filter(pk__in=keys).update(detail="")


def _commands(order: Any) -> QuerySet[SaleorCommand]:
    said = Q(payload__has_key="reason") & ~Q(payload__reason=ERASED_TEXT)
    return SaleorCommand.objects.filter(~Q(reason="") | said, shop_order__order=order)


def _round_events(order: Any) -> QuerySet[RoundEvent]:
    """Return those of an order's stops, and those of its rounds that are about no stop."""
    rounds = Stop.objects.filter(order=order).values("round")
    of_order = Q(stop__order=order) | Q(stop=None, round__in=rounds)
    return RoundEvent.objects.filter(of_order).exclude(detail="")
