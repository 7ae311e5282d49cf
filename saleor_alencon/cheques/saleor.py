"""A cheque is a gift card in Saleor too; this tells Saleor what the Office and its shops did.

Saleor's balance is the one that pays: web orders take from it under Saleor's own lock, and what a
counter, an expiry or a refund reserved here is taken from it before it counts. Every attempt first
asks what is done; the card's own history of adjustments says it, so that a process killed at any
point, or an answer that was lost, takes nothing twice.
"""

import datetime
import logging
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from saleor_alencon.cheques.models import (
    OPEN_MOVEMENTS,
    Cheque,
    ChequeMovement,
    ChequeState,
    MovementState,
)
from saleor_alencon.cheques.movements import movement_finish, movement_refuse
from saleor_alencon.cheques.services import ChequeError, town_day
from saleor_alencon.errors import AlenconError
from saleor_alencon.saleor_api.client import SaleorClient, office_client

LEASE = datetime.timedelta(minutes=10)
"""Longer than any call to Saleor may take, so that no cheque is told about twice at once."""
FIRST_DELAY = datetime.timedelta(seconds=30)
LONGEST_DELAY = datetime.timedelta(hours=1)
MOST_STEPS = 6
CURRENCY = "EUR"

Clock = Callable[[], datetime.datetime]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Card:
    """A gift card as Saleor holds it; ``taken_cents`` has what each adjustment took, oldest first.

    What Saleor could not take, because the balance was smaller, is not in it.
    """

    id: str
    is_active: bool
    expires_on: str | None
    balance_cents: int
    taken_cents: tuple[int, ...]


def movement_settle(*, movement_id: int, clock: Clock) -> ChequeMovement:
    """Bring a movement to its end now, if Saleor answers; else the worker does it later.

    Without a Saleor in the settings there is nothing to ask: it is done at once.
    """
    movement = ChequeMovement.objects.select_related("cheque").get(pk=movement_id)
    if movement.state not in OPEN_MOVEMENTS:
        return movement
    if settings.SALEOR_API_URL is None and not movement.cheque.saleor_id:
        return movement_finish(movement_id=movement_id, now=clock())
    try:
        with office_client() as client:
            cheque_tell(client=client, cheque_id=movement.cheque_id, clock=clock)
    except AlenconError as error:
        logger.warning("%s: %s", movement.cheque, error)
    movement.refresh_from_db()
    return movement


def cheques_tell(*, client: SaleorClient, clock: Clock, limit: int = 500) -> dict[str, int]:
    """Tell Saleor of the cheques that are due, the oldest first; count what was done and failed."""
    counts = {"done": 0, "failed": 0}
    while sum(counts.values()) < limit and (cheque := _lease(clock())):
        counts["done" if _told(client, cheque, clock) else "failed"] += 1
    return counts


def cheque_tell(*, client: SaleorClient, cheque_id: int, clock: Clock) -> bool:
    """Tell Saleor of one cheque now; False when it failed, or another process is at it."""
    cheque = _lease(clock(), cheque_id)
    return cheque is not None and _told(client, cheque, clock)


def _lease(now: datetime.datetime, cheque_id: int | None = None) -> Cheque | None:
    with transaction.atomic():
        due = Cheque.objects.select_for_update(skip_locked=True).filter(tell_saleor=True)
        due = due.filter(Q(leased_until=None) | Q(leased_until__lt=now))
        due = due.filter(pk=cheque_id) if cheque_id else due.filter(not_before__lte=now)
        cheque = due.order_by("not_before", "id").first()
        if cheque is not None:
            cheque.leased_until = now + LEASE
            cheque.save(update_fields=["leased_until"])
        return cheque


def _told(client: SaleorClient, cheque: Cheque, clock: Clock) -> bool:
    try:
        _bring(client, cheque, clock)
    except AlenconError as error:
        logger.warning("%s: %s", cheque, error)
        attempts = cheque.failed_attempts + 1
        delay = min(FIRST_DELAY * 2 ** min(attempts - 1, 10), LONGEST_DELAY)
        Cheque.objects.filter(pk=cheque.pk).update(
            failed_attempts=attempts,
            not_before=clock() + delay,
            leased_until=None,
            failure=str(error)[:500],
        )
        return False
    return True


def _bring(client: SaleorClient, cheque: Cheque, clock: Clock) -> None:
    """Make the card, take what is reserved, and bring its state and expiry to the cheque's."""
    cheque.saleor_id = cheque.saleor_id or _card_make(client, cheque, clock())
    movement = cheque.movements.filter(state__in=OPEN_MOVEMENTS).first()
    if movement is not None:
        if cheque.saleor_id:
            _settle(client, cheque, movement, clock)
        else:
            movement_finish(movement_id=movement.pk, now=clock())
    cheque.refresh_from_db(fields=["state", "expires_on"])
    if cheque.saleor_id:
        _state_bring(client, cheque, clock())
    with transaction.atomic():
        now = Cheque.objects.select_for_update().get(pk=cheque.pk)
        told = (now.state, now.expires_on) == (cheque.state, cheque.expires_on)
        now.tell_saleor = not told or now.movements.filter(state__in=OPEN_MOVEMENTS).exists()
        now.leased_until, now.failed_attempts, now.failure = None, 0, ""
        now.save(update_fields=["tell_saleor", "leased_until", "failed_attempts", "failure"])


def _card_make(client: SaleorClient, cheque: Cheque, now: datetime.datetime) -> str:
    """Return the id of the cheque's card, made unless it is there; none for what pays no more."""
    edges = client.run("gift_card_by_code", code=cheque.code)["giftCards"]["edges"]
    if edges:
        card_id = str(edges[0]["node"]["id"])
    else:
        cheque.refresh_from_db()
        taking = cheque.movements.filter(state=MovementState.PENDING, effect_cents__gt=0).first()
        balance_cents = cheque.remaining_cents + (taking.effect_cents if taking else 0)
        pays = cheque.state != ChequeState.CANCELLED and cheque.expires_on > town_day(now)
        if balance_cents <= 0 or not pays:
            return ""
        fields = {
            "code": cheque.code,
            "balance": {"amount": _amount(balance_cents), "currency": CURRENCY},
            "expiryDate": cheque.expires_on.isoformat(),
            "isActive": cheque.state == ChequeState.ACTIVE,
            "note": f"Office : {cheque.serial}",
        }
        payload = client.run("gift_card_create", input=fields)
        card_id = str(payload["giftCardCreate"]["giftCard"]["id"])
    Cheque.objects.filter(pk=cheque.pk).update(saleor_id=card_id)
    return card_id


def _settle(client: SaleorClient, cheque: Cheque, movement: ChequeMovement, clock: Clock) -> None:
    """Let the card's adjustments since the reservation sum to what is to be taken: all or nothing.

    Saleor takes no more than there is, without a word: what it took too little is given back, and
    the movement refused.
    """
    card = _card(client, cheque)
    if movement.saleor_adjustments is None:
        # Stored before anything is sent: what comes after is this movement's.
        movement.saleor_adjustments = len(card.taken_cents)
        movement.save(update_fields=["saleor_adjustments"])
    for _step in range(MOST_STEPS):
        sent = card.taken_cents[movement.saleor_adjustments :]
        taken = sum(sent)
        is_pending = movement.state == MovementState.PENDING
        target = movement.effect_cents if is_pending else 0
        if taken == target:
            if is_pending:
                movement_finish(movement_id=movement.pk, now=clock())
            else:
                movement_refuse(movement_id=movement.pk, refusal="", give_back=False)
            return
        too_little = card.balance_cents < target - taken or bool(sent)
        if is_pending and taken < target and movement.effect_cents > 0 and too_little:
            refusal = _("Une commande en ligne vient d'utiliser ce chèque.")
            movement = movement_refuse(
                movement_id=movement.pk, refusal=refusal, give_back=taken != 0
            )
            if movement.state == MovementState.REFUSED:
                return
            continue
        client.run("gift_card_adjust", id=cheque.saleor_id, amount=_amount(taken - target))
        card = _card(client, cheque)
    raise ChequeError(_("Saleor ne prend pas la somme du chèque %(cheque)s : voyez sa carte.")
                      % {"cheque": cheque})  # fmt: skip


def _state_bring(client: SaleorClient, cheque: Cheque, now: datetime.datetime) -> None:
    card = _card(client, cheque)
    if card.is_active != (cheque.state == ChequeState.ACTIVE):
        operation = "gift_card_deactivate" if card.is_active else "gift_card_activate"
        client.run(operation, id=cheque.saleor_id)
    expires_on = cheque.expires_on.isoformat()
    if card.expires_on != expires_on and cheque.expires_on > town_day(now):
        client.run("gift_card_update", id=cheque.saleor_id, input={"expiryDate": expires_on})


def _card(client: SaleorClient, cheque: Cheque) -> Card:
    found: dict[str, Any] | None = client.run("gift_card_state", id=cheque.saleor_id)["giftCard"]
    if found is None:
        raise ChequeError(
            _("Saleor n'a plus la carte cadeau du chèque %(cheque)s : bloquez-le, puis "
              "remboursez-le ou vendez-en un autre.") % {"cheque": cheque}
        )  # fmt: skip
    events = sorted(found["events"] or [], key=lambda each: (each["date"], _number(each["id"])))
    return Card(
        id=cheque.saleor_id,
        is_active=found["isActive"],
        expires_on=found["expiryDate"],
        balance_cents=_cents(found["currentBalance"]["amount"]),
        taken_cents=tuple(
            _cents(each["balance"]["oldCurrentBalance"]["amount"])
            - _cents(each["balance"]["currentBalance"]["amount"])
            for each in events
        ),
    )


def _number(saleor_id: str) -> tuple[int, str]:
    """Order Saleor's ids, which are numbers in base 64, by length first."""
    return len(saleor_id), saleor_id


def _cents(amount: float | str) -> int:
    return int(Decimal(str(amount)) * 100)


def _amount(cents: int) -> str:
    return str(Decimal(cents).scaleb(-2))
