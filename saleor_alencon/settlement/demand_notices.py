"""What a demand tells its shop: the demand with its PDF, and its reminders."""

import datetime
import json
from typing import Any

from saleor_alencon.messaging.attachments import Attachment
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.links import page_url
from saleor_alencon.messaging.models import Message
from saleor_alencon.messaging.services import (
    Draft,
    messages_address,
    messages_queue,
    messages_void,
)
from saleor_alencon.outputs.demand import DemandDocument, render_demand_pdf
from saleor_alencon.settlement.demand_models import Demand


def about_demand(demand_id: int) -> str:
    """Return what the messages about a demand are found by."""
    return f"demand:{demand_id}"


def demand_pdf(demand: Demand) -> bytes:
    """Render the demand as it was made: the same bytes at any time."""
    return render_demand_pdf(_document(demand))


def demand_tell(demand: Demand, owed_cents: int, *, now: datetime.datetime) -> None:
    """Write to a shop what it is asked for, or reminded of, with the demand's PDF."""
    shop, document = demand.shop, _document(demand)
    draft = Draft(
        key=f"{about_demand(demand.pk)}:{demand.reminders}",
        kind=Kind.DEMAND,
        recipient=shop.email,
        recipient_name=shop.name,
        shop_id=shop.pk,
        about=about_demand(demand.pk),
        facts={
            "demand": demand.pk,
            "number": demand.number,
            "shop": shop.name,
            "owed_cents": owed_cents,
            "reminder": demand.reminders,
            "due_on": demand.due_on.isoformat(),
            "motive": demand.reason,
            "iban": document.iban,
            "url": page_url("counter:documents"),
        },
    )
    messages_queue([draft], now=now)


def demand_untell(demand: Demand, *, now: datetime.datetime) -> None:
    """Take back what was not sent yet of a demand of which nothing is owed any more."""
    messages_void(keys=_keys(demand), now=now)


def demand_tell_again(demand: Demand, *, now: datetime.datetime) -> int:
    """Let go what had no address, to the one that the shop's record has now; return how many."""
    return messages_address(dict.fromkeys(_keys(demand), demand.shop.email), now=now)


def _keys(demand: Demand) -> list[str]:
    told = Message.objects.filter(about=about_demand(demand.pk))
    return list(told.values_list("key", flat=True))


def demand_files(facts: dict[str, Any]) -> list[Attachment]:
    """Return the PDF that goes with the message of a demand."""
    demand = Demand.objects.get(pk=facts["demand"])
    return [Attachment(f"{demand.number}.pdf", demand_pdf(demand), "application/pdf")]


def _document(demand: Demand) -> DemandDocument:
    return DemandDocument.from_json(json.dumps(demand.document))
