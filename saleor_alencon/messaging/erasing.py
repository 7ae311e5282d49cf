"""Taking shoppers out of the messages about their orders; that a message was sent stays."""

import datetime

from saleor_alencon.messaging.kinds import Audience
from saleor_alencon.messaging.models import OPEN_STATES, Attempt, Message, MessageState


def order_messages_erase(*, order_id: int, now: datetime.datetime) -> None:
    """Erase words and facts of an order's messages, and the address of those to its shopper.

    What still waits is void: without its facts it could not be composed. Servers' answers go too,
    since they repeat the address that they refuse.
    """
    messages = Message.objects.filter(order=order_id)
    messages.filter(state__in=OPEN_STATES).update(state=MessageState.VOID, settled_at=now)
    messages.update(facts={}, subject="", text="", html="", answer="")
    Attempt.objects.filter(message__order=order_id).update(answer="")
    messages.filter(audience=Audience.SHOPPER).update(recipient="", recipient_name="")
