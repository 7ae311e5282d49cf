"""Tells Saleor what shops did. Nothing is sent inside a database transaction; every attempt asks
first what is done, so that a crash or a lost answer never repeats anything."""

import datetime
import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from saleor_alencon.domain.refund_marks import RefundMark
from saleor_alencon.errors import AlenconError
from saleor_alencon.pickups.models import CommandKind, CommandState, SaleorCommand
from saleor_alencon.saleor_api.client import SaleorClient

LEASE = datetime.timedelta(minutes=10)
"""Longer than any call to Saleor may take, so that no command is sent twice at once."""
FIRST_DELAY = datetime.timedelta(seconds=30)
LONGEST_DELAY = datetime.timedelta(hours=1)
MARK_WORDS = {CommandKind.REFUSE: "refus", CommandKind.RETURN: "retour"}

logger = logging.getLogger(__name__)


class CommandStuck(AlenconError):
    """Raised when Saleor's state does not allow the command; a person must look at it."""


def commands_send(
    *, client: SaleorClient, clock: Callable[[], datetime.datetime], limit: int = 100
) -> dict[str, int]:
    """Send what is due, the oldest first; return how many were done and how many failed."""
    counts = {"done": 0, "failed": 0}
    while sum(counts.values()) < limit and (command := _lease(clock())):
        try:
            STEPS[CommandKind(command.kind)](client, command)
        except AlenconError as error:
            logger.warning("%s: %s", command, error)
            _postpone(command, str(error), clock())
            counts["failed"] += 1
        else:
            SaleorCommand.objects.filter(pk=command.pk, state=CommandState.PENDING).update(
                state=CommandState.DONE, done_at=clock(), leased_until=None, reason=""
            )
            counts["done"] += 1
    return counts


def _lease(now: datetime.datetime) -> SaleorCommand | None:
    """Take one command; those of one shop order go one after the other."""
    earlier = SaleorCommand.objects.filter(
        shop_order=OuterRef("shop_order"), pk__lt=OuterRef("pk"), state=CommandState.PENDING
    )
    with transaction.atomic():
        command = (
            SaleorCommand.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("shop_order__order", "shop_order__shop")
            .filter(~Exists(earlier), state=CommandState.PENDING, not_before__lte=now)
            .filter(Q(leased_until=None) | Q(leased_until__lt=now))
            .order_by("not_before", "id")
            .first()
        )
        if command is not None:
            command.leased_until = now + LEASE
            command.save(update_fields=["leased_until"])
        return command


def _postpone(command: SaleorCommand, reason: str, now: datetime.datetime) -> None:
    attempts = command.failed_attempts + 1
    delay = min(FIRST_DELAY * 2 ** min(attempts - 1, 10), LONGEST_DELAY)
    SaleorCommand.objects.filter(pk=command.pk, state=CommandState.PENDING).update(
        failed_attempts=attempts, not_before=now + delay, leased_until=None, reason=reason[:500]
    )


def _progress(client: SaleorClient, command: SaleorCommand) -> dict[str, Any]:
    found = client.run("find_order_progress", id=command.shop_order.order.saleor_id)["order"]
    if found is None:
        raise CommandStuck(_("Saleor ne connaît plus cette commande."))
    # Saleor fulfils a cancelled order without a word.
    if found["status"] in ("CANCELED", "EXPIRED"):
        raise CommandStuck(
            _("La commande est annulée dans Saleor : réglez l'affaire avec le client, puis "
              "abandonnez cette demande.")
        )  # fmt: skip
    return dict(found)


def _fulfil(client: SaleorClient, command: SaleorCommand) -> None:
    """Fulfil everything of the shop that is left, from the shop's own warehouse."""
    own = set(command.shop_order.lines.values_list("saleor_id", flat=True))
    left = {
        line["id"]: line["quantityToFulfill"]
        for line in _progress(client, command)["lines"]
        if line["id"] in own and line["quantityToFulfill"] > 0
    }
    if not left:
        return
    warehouse = _warehouse(client, command)
    client.run(
        "fulfil_lines",
        order=command.shop_order.order.saleor_id,
        lines=[
            {"orderLineId": line, "stocks": [{"quantity": quantity, "warehouse": warehouse}]}
            for line, quantity in left.items()
        ],
    )


def _warehouse(client: SaleorClient, command: SaleorCommand) -> str:
    slug = command.shop_order.shop.slug
    edges = client.run("find_warehouse", slug=slug)["warehouses"]["edges"]
    if not edges:
        raise CommandStuck(
            _("Saleor n'a pas d'entrepôt « %(slug)s » : créez la boutique dans Saleor.")
            % {"slug": slug}
        )
    return str(edges[0]["node"]["id"])


def _refuse(client: SaleorClient, command: SaleorCommand) -> None:
    """Return the pieces, correct the stock, grant the refunds, and ask for the money."""
    payload = command.payload
    word = MARK_WORDS[CommandKind(command.kind)]
    mark = RefundMark(
        command.shop_order.shop.slug, f"{word}-{command.pk}", bool(payload["shipping_cents"])
    )
    progress = _progress(client, command)
    _return_lines(client, command, mark, progress)
    if not payload["restock"] and command.kind == CommandKind.REFUSE:
        _empty_stock(client, command, progress)
    _grant_refunds(client, command, mark, progress)
    for refund in _marked(_progress(client, command)["grantedRefunds"], mark):
        if refund["status"] == "FAILURE":
            raise CommandStuck(
                _("Le remboursement a échoué chez le prestataire de paiement : voyez la commande "
                  "dans Saleor.")
            )  # fmt: skip
        if refund["status"] == "NONE":
            client.run(
                "request_refund", transaction=refund["transaction"]["id"], refund=refund["id"]
            )


def _marked(items: list[dict[str, Any]], mark: RefundMark) -> list[dict[str, Any]]:
    return [item for item in items if RefundMark.read(item["reason"]) == mark]


def _return_lines(
    client: SaleorClient, command: SaleorCommand, mark: RefundMark, progress: dict[str, Any]
) -> None:
    """Return pieces that were not handed over, or take back those that were; once."""
    if _marked(progress["fulfillments"], mark):
        return
    rows, brought_back = command.payload["lines"], command.kind == CommandKind.RETURN
    client.run(
        "return_lines",
        order=command.shop_order.order.saleor_id,
        lines=[]
        if brought_back
        else [{"orderLineId": row["saleor_id"], "quantity": row["quantity"]} for row in rows],
        fulfillmentLines=_handed_over(rows, progress) if brought_back else [],
        reason=mark.sign(command.payload["reason"]),
    )


def _handed_over(rows: list[dict[str, Any]], progress: dict[str, Any]) -> list[dict[str, Any]]:
    """Return where in Saleor's fulfilments the pieces are that come back.

    :raises CommandStuck: fewer were handed over; somebody took them back in Saleor.
    """
    lines = [
        line
        for fulfilment in progress["fulfillments"]
        if fulfilment["status"] == "FULFILLED"
        for line in fulfilment["lines"]
    ]
    found = []
    for row in rows:
        missing = row["quantity"]
        for line in lines:
            if line["orderLine"]["id"] == row["saleor_id"] and missing:
                pieces = min(missing, line["quantity"])
                found.append({"fulfillmentLineId": line["id"], "quantity": pieces})
                missing -= pieces
        if missing:
            raise CommandStuck(
                _("%(name)s : ces pièces ne sont plus remises au client dans Saleor ; réglez "
                  "l'affaire avec lui, puis abandonnez cette demande.") % {"name": row["name"]}
            )  # fmt: skip
    return found


def _empty_stock(client: SaleorClient, command: SaleorCommand, progress: dict[str, Any]) -> None:
    """Leave only what other orders have reserved: the shop says that it has no more."""
    refused = {row["saleor_id"] for row in command.payload["lines"]}
    variants = {
        line["variant"]["id"]
        for line in progress["lines"]
        if line["id"] in refused and line["variant"]
    }
    warehouse = _warehouse(client, command)
    stocks = [
        {"variantId": variant, "warehouseId": warehouse, "quantity": stock["quantityAllocated"]}
        for variant in sorted(variants)
        for stock in client.run("find_stock", variant=variant)["productVariant"]["stocks"]
        if stock["warehouse"]["id"] == warehouse and stock["quantity"] > stock["quantityAllocated"]
    ]
    if stocks:
        client.run("set_stocks", stocks=stocks)


def _grant_refunds(
    client: SaleorClient, command: SaleorCommand, mark: RefundMark, progress: dict[str, Any]
) -> None:
    """Grant what is missing: one refund per tender; the first carries the lines."""
    granted = {item["transaction"]["id"] for item in _marked(progress["grantedRefunds"], mark)}
    for number, refund in enumerate(command.payload["refunds"]):
        if refund["transaction"] in granted:
            continue
        data: dict[str, Any] = {
            "transactionId": refund["transaction"],
            "amount": f"{refund['cents'] // 100}.{refund['cents'] % 100:02}",
            "reason": mark.sign(command.payload["reason"]),
        }
        if number == 0:
            data["lines"] = [
                {"id": row["saleor_id"], "quantity": row["quantity"]}
                for row in command.payload["lines"]
            ]
        client.run("grant_refund", order=command.shop_order.order.saleor_id, input=data)


STEPS: dict[CommandKind, Callable[[SaleorClient, SaleorCommand], None]] = {
    CommandKind.FULFIL: _fulfil,
    CommandKind.REFUSE: _refuse,
    CommandKind.RETURN: _refuse,
}
