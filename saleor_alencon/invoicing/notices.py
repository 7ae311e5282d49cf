"""What a call for dues tells the member: a message with its invoice."""

import datetime

from saleor_alencon.dues.models import DuesBill
from saleor_alencon.invoicing.models import Invoice
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.links import page_url
from saleor_alencon.messaging.services import Draft, messages_queue, messages_void
from saleor_alencon.shops.models import Association


def dues_tell(
    invoice: Invoice, bill: DuesBill, office: Association, *, now: datetime.datetime
) -> None:
    """Write to a member what it is asked for, with the invoice."""
    shop = bill.shop
    messages_queue(
        [
            Draft(
                key=_key(bill),
                kind=Kind.DUES,
                recipient=shop.email,
                recipient_name=shop.name,
                shop_id=shop.pk,
                facts={
                    "invoice_id": invoice.pk,
                    "invoice": invoice.number,
                    "shop": shop.name,
                    "year": bill.year,
                    "total_cents": bill.total_cents,
                    "due_on": bill.due_on.isoformat(),
                    "iban": office.iban,
                    "url": page_url("counter:documents"),
                },
            )
        ],
        now=now,
    )


def dues_untell(bill: DuesBill, *, now: datetime.datetime) -> None:
    """Take back what was not sent yet of a call that is cancelled."""
    messages_void(keys=[_key(bill)], now=now)


def _key(bill: DuesBill) -> str:
    return f"dues:{bill.pk}"
