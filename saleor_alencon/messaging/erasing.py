"""Taking shoppers out of the messages about their orders; that a message was sent stays."""

import datetime

from django.db.models import Q, QuerySet

from saleor_alencon.messaging.kinds import Audience
from saleor_alencon.messaging.models import OPEN_STATES, Attempt, Message, MessageState


def order_messages_erase(
    *, order_id: int, now: datetime.datetime, until: datetime.datetime | None = None
) -> None:
    """Erase words and facts of an order's messages, and the address of those to its shopper.

    ``until`` leaves those written later: of an order erased before, they never named its shopper.

    What still waits is void: without its facts it could not be composed. Servers' answers go too,
    since they repeat the address that they refuse.
    """
    messages = Message.objects.filter(order=order_id)
    if until is not None:
        messages = messages.filter(created_at__lte=until)
    # Locks them in one order, so that what is being settled ends first, or sees them void.
    list(messages.select_for_update().order_by("id").values_list("pk", flat=True))
    messages.filter(state__in=OPEN_STATES).update(state=MessageState.VOID, settled_at=now)
    messages.update(facts={}, subject="", text="", html="", answer="")
    Attempt.objects.filter(message__in=messages).update(answer="")
    messages.filter(audience=Audience.SHOPPER).update(recipient="", recipient_name="")


def with_words(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Return those of the messages that still say something, or name the shopper they went to."""
    named = Q(audience=Audience.SHOPPER) & ~Q(recipient="", recipient_name="")
    return messages.filter(named | ~Q(facts={}, subject="", text="", html="", answer=""))
