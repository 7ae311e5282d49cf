"""What a refusal or a return gives back: pieces, cents, and by which tender."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from saleor_alencon.domain.allocation import allocate_capped
from saleor_alencon.domain.money import price_of_pieces
from saleor_alencon.orders.models import ShopOrder, ShopOrderLine
from saleor_alencon.pickups.errors import PickupError
from saleor_alencon.pickups.models import CommandKind, CommandState

Payloads = list[dict[str, Any]]
GIVING_BACK = (CommandKind.REFUSE, CommandKind.RETURN)


def waiting_payloads(
    shop_order: ShopOrder, kinds: tuple[CommandKind, ...] = GIVING_BACK
) -> Payloads:
    """Return the payloads that Saleor has not all done, or whose result was not captured yet."""
    commands = shop_order.saleor_commands.filter(kind__in=kinds)
    commands = commands.exclude(state=CommandState.GIVEN_UP).exclude(
        done_at__lt=F("shop_order__order__captured_at")
    )
    return list(commands.values_list("payload", flat=True))


def sum_waiting(line: ShopOrderLine, waiting: Payloads, key: str) -> int:
    """Return the pieces ("quantity") or cents of a line that are on their way back."""
    return sum(
        row[key] for payload in waiting for row in payload["lines"] if row["line"] == line.pk
    )


def pieces_left(line: ShopOrderLine, waiting: Payloads) -> int:
    """Return how many pieces are still to be handed over."""
    gone = line.quantity_handed_over + line.quantity_returned
    return max(0, line.quantity - gone - sum_waiting(line, waiting, "quantity"))


def row_of_pieces(
    line: ShopOrderLine, quantity: int, *, left: int, waiting: Payloads
) -> dict[str, Any]:
    """Return what is given back for pieces of a line, of which ``left`` may be.

    :raises PickupError: there are not as many.
    """
    if not 0 < quantity <= left:
        raise PickupError(
            _("%(name)s : %(asked)s pièces à refuser, mais il en reste %(left)s.")
            % {"name": line.name, "asked": quantity, "left": left}
        )
    before = line.quantity_returned + sum_waiting(line, waiting, "quantity")
    cents = price_of_first(line, before + quantity) - price_of_first(line, before)
    room = line.paid_cents - line.refunded_cents - sum_waiting(line, waiting, "cents")
    return {
        "line": line.pk,
        "saleor_id": line.saleor_id,
        "name": line.name,
        "quantity": quantity,
        "cents": max(0, min(cents, room)),
    }


def price_of_first(line: ShopOrderLine, quantity: int) -> int:
    """Return the price of the first ``quantity`` pieces; over all pieces it is the whole line."""
    return price_of_pieces(line.gross_cents, line.quantity, quantity)


def shipping_left(shop_order: ShopOrder, lines: list[ShopOrderLine]) -> int:
    """Return the shop's share of the delivery fee that was not given back yet."""
    goods = sum(line.paid_cents - line.refunded_cents for line in lines)
    return max(0, shop_order.paid_cents - shop_order.refunded_cents - goods)


def refunds_by_tender(
    shop_order: ShopOrder, total_cents: int, waiting: Payloads
) -> list[dict[str, Any]]:
    """Share the refund over the tenders that paid this shop order, by what they still paid."""
    kept = {
        tender: charged - refunded
        for tender, charged, refunded in shop_order.tender_shares.values_list(
            "tender__saleor_id", "charged_cents", "refunded_cents"
        )
    }
    for payload in waiting:
        for refund in payload["refunds"]:
            kept[refund["transaction"]] = kept.get(refund["transaction"], 0) - refund["cents"]
    kept = {tender: max(0, cents) for tender, cents in kept.items()}
    shares = allocate_capped(total_cents, kept, kept) if total_cents else {}
    return [
        {"transaction": tender, "cents": cents} for tender, cents in sorted(shares.items()) if cents
    ]
