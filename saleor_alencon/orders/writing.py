"""Writing one order's derived rows and the difference of its books."""

import datetime
import secrets
from collections.abc import Mapping

from saleor_alencon.cheques.services import cards_offered, shops_accepting, uses_record
from saleor_alencon.domain.delivery_choices import ShopDelivery
from saleor_alencon.domain.order_books import (
    OrderBooks,
    OrderFacts,
    PartBooks,
    derive_order_books,
)
from saleor_alencon.domain.pickup_slots import Slot, first_slot
from saleor_alencon.domain.shop_orders import (
    DeliveryChoice,
    LineProgress,
    PickupState,
    ShopOrderState,
    derive_pickup_state,
    derive_shop_order_state,
)
from saleor_alencon.inbox.snapshot import Order as SaleorOrder
from saleor_alencon.inbox.snapshot import OrderSnapshot
from saleor_alencon.inbox.snapshot_parts import OrderLine
from saleor_alencon.orders.facts import (
    UnknownShop,
    charged_cents,
    delivery_choice,
    gift_cards,
    handed_over,
    line_shop,
    order_facts,
    paid_at,
    pickup_place,
    refund_movements,
    returned,
    shop_delivery,
    sorted_transactions,
    tender_kind,
)
from saleor_alencon.orders.models import (
    Order,
    Pickup,
    ShopOrder,
    ShopOrderLine,
    Tender,
    TenderRefund,
    TenderShare,
)
from saleor_alencon.orders.posting import positions_post
from saleor_alencon.orders.terms import Sold, line_terms, lines_sold
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.shops.models import Shop

CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that cannot be taken for one another."""

UNNAMED_VARIANT = "UHJvZHVjdFZhcmlhbnQ6"
"""How Saleor's ids of variants begin: it names a variant by its id when it is given no name."""


def snapshot_write(snapshot: OrderSnapshot, digest: str, *, now: datetime.datetime) -> Order:
    """Bring the order, its shop orders, tenders, pickups and postings to the snapshot.

    :raises UnknownShop: a line's shop is not known to the Office.
    """
    saleor = snapshot.order
    known = {
        line.saleor_id: line
        for line in ShopOrderLine.objects.filter(
            shop_order__order__saleor_id=saleor.id
        ).select_related("shop_order__shop")
    }
    known_shops = {line_id: line.shop_order.shop.slug for line_id, line in known.items()}
    slugs = {line.id: line_shop(line, known_shops) for line in saleor.lines}
    # A shop whose lines were all taken out of the order keeps its shop order, worth nothing.
    wanted = {*slugs.values(), *known_shops.values()}
    shops = {shop.slug: shop for shop in Shop.objects.filter(slug__in=wanted)}
    for line in saleor.lines:
        if slugs[line.id] not in shops:
            raise UnknownShop(
                f"order.lines[{line.id}] ({line.product_name}): shop « {slugs[line.id]} » is not "
                "known to the Office; create it, then replay"
            )
    sold = lines_sold(snapshot, digest, slugs, shops, known)
    order = _order_write(snapshot, digest, slugs)
    accepting = shops_accepting(shops, saleor.created.astimezone(TOWN_TIME).date())
    cards = gift_cards(saleor)
    facts = order_facts(saleor, slugs, accepting, cards_offered(cards))
    books = derive_order_books(
        facts, {line_id: line_terms(sold.get(line_id, {})) for line_id in slugs}
    )
    order.shopper_credit_cents = books.shopper_credit_cents
    order.save(update_fields=["shopper_credit_cents"])
    shop_orders = {
        slug: _shop_order_write(order, saleor, shops[slug], facts, books, sold)
        for slug in sorted(shops)
    }
    _tenders_write(order, saleor, books, shop_orders)
    uses_record(order_number=saleor.number, tenders=cards)
    positions_post(order, shop_orders, books, occurred_at=saleor.updated_at, now=now)
    return order


def _order_write(snapshot: OrderSnapshot, digest: str, slugs: Mapping[str, str]) -> Order:
    saleor = snapshot.order
    address = saleor.shipping_address or saleor.billing_address
    name = f"{address.first_name} {address.last_name}".strip() if address else ""
    delivered = any(
        shop_delivery(saleor, slug).choice is DeliveryChoice.HOME for slug in set(slugs.values())
    )
    order, _ = Order.objects.update_or_create(
        saleor_id=saleor.id,
        defaults={
            "number": saleor.number,
            "created_at": saleor.created,
            "saleor_status": saleor.status,
            "channel": saleor.channel.slug,
            "currency": saleor.channel.currency_code,
            "customer_name": name,
            "customer_email": saleor.user_email or "",
            "customer_phone": (address.phone or "") if address else "",
            "language_code": saleor.language_code[:16],
            "delivery_choice": delivery_choice(saleor),
            "total_gross_cents": saleor.total.gross.cents,
            "shipping_gross_cents": saleor.shipping_price.gross.cents,
            "delivery_postal_code": address.postal_code[:20] if address and delivered else "",
            "delivery_address": _delivery_address(saleor) if delivered else {},
            "captured_at": snapshot.captured_at,
            "digest": digest,
        },
    )
    return order


def _delivery_address(saleor: SaleorOrder) -> dict[str, str]:
    """Return where a courier goes; kept only of orders of which something is delivered.

    Nothing of an order whose shopper was erased: its snapshot has the country alone.
    """
    address = saleor.shipping_address or saleor.billing_address
    if address is None:
        return {}
    where = {
        "name": f"{address.first_name} {address.last_name}".strip(),
        "company": address.company_name,
        "line1": address.street_address1,
        "line2": address.street_address2,
        "postal_code": address.postal_code,
        "city": address.city,
        "phone": address.phone or "",
        "note": saleor.customer_note,
    }
    return where if any(where.values()) else {}


def _shop_order_write(
    order: Order,
    saleor: SaleorOrder,
    shop: Shop,
    facts: OrderFacts,
    books: OrderBooks,
    sold: Mapping[str, Sold],
) -> ShopOrder:
    lines = [line for line in facts.lines if line.shop == shop.slug]
    line_ids = {line.id for line in lines}
    pieces, back = handed_over(saleor), returned(saleor)
    parts = [part for part in books.parts.values() if part.shop == shop.slug]
    goods = [books.parts[line.id] for line in lines]
    state = derive_shop_order_state(
        [
            LineProgress(line.quantity, pieces.get(line.id, 0), back.get(line.id, 0))
            for line in saleor.lines
            if line.id in line_ids
        ],
        order_cancelled=saleor.status == "CANCELED" or not lines,
        gross_cents=sum(part.gross_cents for part in parts),
        paid_cents=sum(part.charged_cents for part in parts),
        refunded_cents=sum(part.refunded_cents for part in parts),
    )
    delivery = shop_delivery(saleor, shop.slug)
    derived = {
        "state": state,
        "delivery_choice": delivery.choice,
        "handed_over_at": _handed_over_at(saleor, line_ids, state),
        "goods_gross_cents": sum(part.gross_cents for part in goods),
        "shipping_share_cents": sum(part.gross_cents for part in parts)
        - sum(part.gross_cents for part in goods),
        "paid_cents": sum(part.charged_cents for part in parts),
        "refunded_cents": sum(part.refunded_cents for part in parts),
        "commission_cents": sum(part.commission_cents for part in goods),
        "commission_vat_cents": sum(part.commission_vat_cents for part in goods),
        "net_cents": sum(part.net_cents for part in goods),
    }
    shop_order, _ = ShopOrder.objects.update_or_create(order=order, shop=shop, defaults=derived)
    _lines_write(shop_order, saleor, books.parts, sold, line_ids, pieces, back)
    _pickup_write(shop_order, saleor, state, delivery)
    return shop_order


def _handed_over_at(
    saleor: SaleorOrder, line_ids: set[str], state: ShopOrderState
) -> datetime.datetime | None:
    if state is not ShopOrderState.HANDED_OVER:
        return None
    return max(
        fulfillment.created
        for fulfillment in saleor.fulfillments
        if fulfillment.status != "CANCELED"
        and any(
            line.order_line and line.order_line.id in line_ids for line in fulfillment.lines or ()
        )
    )


def _lines_write(
    shop_order: ShopOrder,
    saleor: SaleorOrder,
    parts: Mapping[str, PartBooks],
    sold: Mapping[str, Sold],
    line_ids: set[str],
    pieces: Mapping[str, int],
    back: Mapping[str, int],
) -> None:
    rows = [
        ShopOrderLine(
            shop_order=shop_order,
            saleor_id=line.id,
            position=position,
            name=_line_name(line)[:512],
            sku=line.product_sku or "",
            quantity=line.quantity,
            quantity_handed_over=pieces.get(line.id, 0),
            quantity_returned=back.get(line.id, 0),
            gross_cents=line.total_price.gross.cents,
            net_cents=line.total_price.net.cents,
            vat_rate_bps=round(line.tax_rate * 10_000),
            paid_cents=parts[line.id].charged_cents,
            refunded_cents=parts[line.id].refunded_cents,
            commission_cents=parts[line.id].commission_cents,
            commission_vat_cents=parts[line.id].commission_vat_cents,
            **sold.get(line.id, {}),
        )
        for position, line in enumerate(saleor.lines)
        if line.id in line_ids
    ]
    fields = [
        field.name
        for field in ShopOrderLine._meta.concrete_fields
        if field.name not in ("id", "saleor_id")
    ]
    ShopOrderLine.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["saleor_id"], update_fields=fields
    )
    # A line taken out of the order is worth nothing any more; its row stays for its history.
    shop_order.lines.exclude(saleor_id__in=line_ids).update(
        quantity=0, quantity_handed_over=0, quantity_returned=0, gross_cents=0, net_cents=0,
        paid_cents=0, refunded_cents=0, commission_cents=0, commission_vat_cents=0,
    )  # fmt: skip


def _line_name(line: OrderLine) -> str:
    """Return the product's name and its variant's, unless Saleor made the latter from an id."""
    named = not line.variant_name.startswith(UNNAMED_VARIANT)
    return " · ".join(filter(None, (line.product_name, line.variant_name if named else "")))


def _pickup_write(
    shop_order: ShopOrder, saleor: SaleorOrder, state: ShopOrderState, delivery: ShopDelivery
) -> None:
    """Bring the pickup to the order. Its slot is given anew once an order's money has come.

    A slot that the shopper asked for, and that ended before, counts as not asked for.
    """
    pickup = Pickup.objects.filter(shop_order=shop_order).first()
    is_collected = delivery.choice is DeliveryChoice.COLLECT
    if pickup is None and not is_collected:
        return
    waited = pickup is None or pickup.state == PickupState.AWAITING_PAYMENT
    if pickup is None:
        code = _free_code(shop_order.shop_id)
        pickup = Pickup(shop_order=shop_order, shop_id=shop_order.shop_id, code=code)
    paid = paid_at(saleor)
    if waited:
        _slot_set(pickup, first_slot(shop_order.shop.opening_hours, placed_at=paid), asked=False)
    # What the shopper chose since is newer than what the order said.
    kept = pickup.slot_changed_at is not None and not waited
    if delivery.slot is not None and delivery.slot.ends_at > paid and not kept:
        _slot_set(pickup, delivery.slot, asked=True)
    pickup.place = pickup_place(saleor)
    if not is_collected or state in (ShopOrderState.HANDED_OVER, ShopOrderState.CANCELLED):
        pickup.handing_over_since = None
    pickup.state = derive_pickup_state(
        state if is_collected else ShopOrderState.CANCELLED,
        PickupState(pickup.state) if pickup.state else None,
        handing_over=pickup.handing_over_since is not None,
    )
    pickup.save()


def _slot_set(pickup: Pickup, slot: Slot | None, *, asked: bool) -> None:
    pickup.slot_starts_at = slot.starts_at if slot else None
    pickup.slot_ends_at = slot.ends_at if slot else None
    pickup.slot_asked = asked


def _free_code(shop_id: int) -> str:
    """Return a code that no pickup of the shop has; the unique constraint has the last word."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(6))
        if not Pickup.objects.filter(shop_id=shop_id, code=code).exists():
            return code


def _tenders_write(
    order: Order, saleor: SaleorOrder, books: OrderBooks, shop_orders: Mapping[str, ShopOrder]
) -> None:
    tenders = {}
    for item in sorted_transactions(saleor):
        tenders[item.id], _ = Tender.objects.update_or_create(
            saleor_id=item.id,
            defaults={
                "order": order,
                "kind": tender_kind(item),
                "label": item.name[:160],
                "psp_reference": item.psp_reference[:512],
                "created_at": item.created_at,
                "charged_cents": charged_cents(item),
                "refunded_cents": item.refunded_amount.cents,
                "pending_cents": item.charge_pending_amount.cents,
            },
        )
    # By their ids, not by a join: PostgreSQL takes a table for empty until it has counted it, and
    # then reads all of it for each order of a first large ingest.
    known = list(Tender.objects.filter(order=order).values_list("pk", flat=True))
    TenderRefund.objects.filter(tender__in=known).delete()
    TenderRefund.objects.bulk_create(
        TenderRefund(tender=tenders[item.id], reference=reference[:512], amount_cents=cents)
        for item in sorted_transactions(saleor)
        for reference, cents in sorted(refund_movements(item).items())
    )
    TenderShare.objects.filter(tender__in=known).delete()
    TenderShare.objects.bulk_create(
        TenderShare(
            tender=tenders[tender_id],
            shop_order=shop_orders[slug],
            charged_cents=share.charged_cents,
            refunded_cents=share.refunded_cents,
        )
        for (tender_id, slug), share in sorted(books.tender_shares.items())
    )
