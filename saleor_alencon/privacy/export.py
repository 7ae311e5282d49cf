"""One person's data, as they may ask for it (RGPD, art. 15 et 20): JSON, and a page to read."""

import datetime
import io
import json
import zipfile
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import override

from saleor_alencon.cheques.buyers import sales_to
from saleor_alencon.cheques.models import ChequeEvent, ChequeSale
from saleor_alencon.inbox.models import InboxDocument
from saleor_alencon.inbox.snapshot import Address, OrderSnapshot, parse_snapshot
from saleor_alencon.inbox.snapshot_errors import SnapshotError
from saleor_alencon.localized import amount_text
from saleor_alencon.messaging.kinds import Audience
from saleor_alencon.messaging.models import Message, OptOut
from saleor_alencon.orders.models import Order, Pickup, ShopOrder
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.privacy.models import PrivacyRequest
from saleor_alencon.privacy.services import person_documents, person_orders
from saleor_alencon.shops.models import Association

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of the archive's files: the same data gives the same bytes."""


def person_data(email: str, *, now: datetime.datetime) -> dict[str, Any]:
    """Return everything the Office holds about an e-mail address, as JSON types."""
    return {
        "version": 1,
        "email": email.strip().lower(),
        "made_at": now.isoformat(),
        "orders": [_order(order) for order in person_orders(email)],
        "cheque_sales": [_cheque_sale(sale) for sale in sales_to(email)],
        "refused_messages": [
            {"kind": str(refusal.get_kind_display()), "since_at": refusal.since.isoformat()}
            for refusal in OptOut.objects.filter(address=email.strip().lower()).order_by("kind")
        ],
        "requests": [
            {
                "kind": str(request.get_kind_display()),
                "asked_on": request.asked_on.isoformat(),
                "state": str(request.get_state_display()),
                "refusal": request.refusal,
            }
            for request in PrivacyRequest.objects.filter(email__iexact=email.strip()).order_by("id")
        ],
        "documents_set_aside": [
            {"captured_at": document.captured_at.isoformat(), "text": document.payload}
            for document in person_documents(email)
        ],
    }


def person_archive(email: str, *, now: datetime.datetime) -> bytes:
    """Return a ZIP: ``donnees.json``, and ``resume.html`` that says the same in French."""
    data = person_data(email, now=now)
    with override("fr"):
        summary = render_to_string(
            "privacy/summary.html", {"data": _shown(data), "office": Association.objects.first()}
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("donnees.json", json.dumps(data, ensure_ascii=False, indent=2) + "\n"),
            ("resume.html", summary),
        ):
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), text)
    return buffer.getvalue()


def _order(order: Order) -> dict[str, Any]:
    snapshot = _newest(order)
    shop_orders = order.shop_orders.select_related("shop", "pickup").prefetch_related("lines")
    return {
        "number": order.number,
        "placed_at": order.created_at.isoformat(),
        "state": order.saleor_status,
        "name": order.customer_name,
        "email": order.customer_email,
        "phone": order.customer_phone,
        "billing_address": _address(snapshot.order.billing_address if snapshot else None),
        "shipping_address": _address(snapshot.order.shipping_address if snapshot else None),
        "delivered_to": order.delivery_address,
        "delivered_in": order.delivery_postal_code,
        "deliveries": [
            {
                "state": str(stop.get_state_display()),
                "ended_at": _moment(stop.ended_at),
                "detail": stop.detail,
            }
            for stop in order.stops.order_by("id")
        ],
        "messages": [
            {
                "to": message.recipient,
                "channel": message.channel,
                "state": str(message.get_state_display()),
                "written_at": message.created_at.isoformat(),
                "subject": message.subject,
                "text": message.text,
            }
            for message in Message.objects.filter(order=order, audience=Audience.SHOPPER).order_by(
                "id"
            )
        ],
        "note": snapshot.order.customer_note if snapshot else "",
        "language": snapshot.order.language_code if snapshot else "",
        "total_cents": order.total_gross_cents,
        "delivery_cents": order.shipping_gross_cents,
        "currency": order.currency,
        "shops": [_shop_order(each) for each in shop_orders.order_by("shop__name")],
        "payments": [
            {
                "kind": str(tender.get_kind_display()),
                "reference": tender.psp_reference,
                "charged_cents": tender.charged_cents,
                "refunded_cents": tender.refunded_cents,
                "is_refunded": tender.refunded_cents > 0,
                "at": tender.created_at.isoformat(),
            }
            for tender in order.tenders.order_by("created_at", "id")
        ],
    }


def _newest(order: Order) -> OrderSnapshot | None:
    payload = (
        InboxDocument.objects.filter(order_id=order.saleor_id, captured_at=order.captured_at)
        .filter(digest=order.digest)
        .values_list("payload", flat=True)
        .first()
    )
    try:
        return parse_snapshot(payload) if payload else None
    except SnapshotError:
        return None


def _address(address: Address | None) -> dict[str, Any] | None:
    return address.model_dump(mode="json") if address else None


def _shop_order(shop_order: ShopOrder) -> dict[str, Any]:
    pickup = Pickup.objects.filter(shop_order=shop_order).first()
    return {
        "shop": shop_order.shop.name,
        "state": str(shop_order.get_state_display()),
        "handed_over_at": _moment(shop_order.handed_over_at),
        "paid_cents": shop_order.paid_cents,
        "refunded_cents": shop_order.refunded_cents,
        "pickup": pickup
        and {
            "code": pickup.code,
            "state": str(pickup.get_state_display()),
            "slot_starts_at": _moment(pickup.slot_starts_at),
            "slot_ends_at": _moment(pickup.slot_ends_at),
        },
        "history": [
            {
                "done_at": event.done_at.isoformat(),
                "step": str(event.get_step_display()),
                "detail": event.detail,
            }
            for event in shop_order.pickup_events.order_by("id")
        ],
        "given_back": [
            {
                "asked_at": command.created_at.isoformat(),
                "kind": str(command.get_kind_display()),
                "reason": command.payload["reason"],
            }
            for command in shop_order.saleor_commands.filter(payload__has_key="reason").order_by(
                "id"
            )
        ],
        "withdrawals": [
            {
                "declared_at": withdrawal.declared_at.isoformat(),
                "state": str(withdrawal.get_state_display()),
                "message": withdrawal.message,
                "outcome": withdrawal.outcome,
            }
            for withdrawal in shop_order.withdrawals.order_by("id")
        ],
        "lines": [
            {"name": line.name, "quantity": line.quantity, "total_cents": line.gross_cents}
            for line in shop_order.lines.order_by("position")
        ],
    }


def _cheque_sale(sale: ChequeSale) -> dict[str, Any]:
    """Return a sale of gift cheques; not their codes, which their holders may have by now."""
    return {
        "number": sale.number,
        "sold_at": sale.sold_at.isoformat(),
        "buyer": sale.buyer_name,
        "email": sale.buyer_email,
        "count": sale.count,
        "face_cents": sale.face_cents,
        "total_cents": sale.total_cents,
        "method": str(sale.get_method_display()),
        "reference": sale.reference,
        "events": [
            {"done_at": event.done_at.isoformat(), "what": event.what, "reason": event.reason}
            for event in ChequeEvent.objects.filter(cheque__sale=sale).order_by("id")
        ],
    }


def _moment(moment: datetime.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _shown(value: Any, name: str = "") -> Any:
    """Return the data as a page shows it: amounts and moments as people write them."""
    if isinstance(value, dict):
        return {key.removesuffix("_cents"): _shown(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if name.endswith("_cents"):
        return amount_text(value)
    if name.endswith("_on") and value:
        return datetime.date.fromisoformat(value)
    if name.endswith("_at") and value:
        return datetime.datetime.fromisoformat(value).astimezone(TOWN_TIME)
    return value
