"""Putting messages into the outbox, and what a person does with them there."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils.translation import gettext as _

from saleor_alencon.errors import AlenconError
from saleor_alencon.messaging.kinds import RULES, Kind
from saleor_alencon.messaging.models import (
    DUE_STATES,
    Channel,
    Message,
    MessageState,
    OptOut,
)

RESENDABLE = (
    MessageState.FAILED,
    MessageState.UNKNOWN,
    MessageState.GIVEN_UP,
    MessageState.BOUNCED,
    MessageState.NO_ADDRESS,
)


class MessageError(AlenconError):
    """Raised when a message cannot be sent again or classed; the message says why."""


@dataclass(frozen=True)
class Draft:
    """A message to put into the outbox. ``key`` names the event; see :class:`Message`."""

    key: str
    kind: Kind
    recipient: str
    facts: dict[str, Any] = field(default_factory=dict)
    recipient_name: str = ""
    language: str = "fr"
    channel: Channel = Channel.EMAIL
    shop_id: int | None = None
    order_id: int | None = None
    about: str = ""


def messages_queue(drafts: Iterable[Draft], *, now: datetime.datetime) -> int:
    """Write messages with the event they tell, in its transaction; return how many are new.

    One without an address is kept as such, so that whoever looks for it finds it.
    """
    assert connection.in_atomic_block, "a message is written with its event, or not at all"
    rows = [
        Message(
            key=draft.key,
            kind=draft.kind,
            channel=draft.channel,
            audience=RULES[draft.kind].audience,
            recipient=draft.recipient.strip(),
            recipient_name=draft.recipient_name[:256],
            language=draft.language,
            shop_id=draft.shop_id,
            order_id=draft.order_id,
            about=draft.about,
            facts=draft.facts,
            state=MessageState.QUEUED if draft.recipient.strip() else MessageState.NO_ADDRESS,
            created_at=now,
            not_before=now,
            useful_until=now + RULES[draft.kind].useful_for,
        )
        for draft in drafts
    ]
    if not rows:
        return 0
    known = set(
        Message.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True)
    )
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    return sum(row.key not in known for row in rows)


def messages_void(*, keys: Sequence[str], now: datetime.datetime) -> int:
    """Take back what was not sent yet, because it is no longer true; return how many."""
    waiting = Message.objects.filter(key__in=keys, state__in=DUE_STATES)
    return waiting.update(state=MessageState.VOID, settled_at=now)


def messages_address(addresses: Mapping[str, str], *, now: datetime.datetime) -> int:
    """Let go what had no address, to the one now given for its key; return how many.

    Called inside a database transaction.
    """
    waiting = Message.objects.select_for_update().filter(
        key__in=addresses, state=MessageState.NO_ADDRESS
    )
    count = 0
    for message in waiting:
        if recipient := addresses[message.key]:
            message.recipient, message.state = recipient, MessageState.QUEUED
            message.not_before = now
            message.save(update_fields=["recipient", "state", "not_before"])
            count += 1
    return count


def message_resend(*, message_id: int, recipient: str, now: datetime.datetime) -> Message:
    """Let a message that did not arrive be sent again, to the address given.

    :raises MessageError: it waits already or was sent, the address is none, or its order's
        shopper was erased: nothing is left to say.
    """
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=message_id)
        if message.order_id and not message.facts:
            raise MessageError(
                _("Le client de cette commande est effacé : ce message n'a plus de contenu et ne "
                  "peut pas être renvoyé.")
            )  # fmt: skip
        if message.state not in RESENDABLE:
            raise MessageError(
                _("Ce message est « %(state)s » : il ne peut pas être renvoyé.")
                % {"state": message.get_state_display()}
            )
        if message.channel == Channel.EMAIL:
            try:
                validate_email(recipient.strip())
            except ValidationError as error:
                raise MessageError(
                    _("« %(address)s » n'est pas une adresse électronique : corrigez-la.")
                    % {"address": recipient.strip()[:80]}
                ) from error
        message.recipient = recipient.strip()
        message.state, message.not_before, message.settled_at = MessageState.QUEUED, now, None
        # A message whose time had passed is sent all the same: a person asks for it.
        message.useful_until = now + RULES[Kind(message.kind)].useful_for
        message.save()
        return message


def message_give_up(*, message_id: int, reason: str, now: datetime.datetime) -> None:
    """Stop trying to send a message.

    :raises MessageError: it waits for nothing, or no reason is given.
    """
    _class(message_id, (*DUE_STATES, MessageState.UNKNOWN), MessageState.GIVEN_UP, reason, now)


def message_bounce(*, message_id: int, reason: str, now: datetime.datetime) -> None:
    """Note that a message came back after its server had accepted it.

    :raises MessageError: it was not sent, or no reason is given.
    """
    _class(message_id, (MessageState.SENT, MessageState.UNKNOWN), MessageState.BOUNCED, reason, now)


def message_arrived(*, message_id: int, reason: str, now: datetime.datetime) -> None:
    """Note that a message whose outcome was unknown did arrive.

    :raises MessageError: its outcome is known, or no reason is given.
    """
    _class(message_id, (MessageState.UNKNOWN,), MessageState.SENT, reason, now)


def _class(
    message_id: int,
    states: Sequence[MessageState],
    state: MessageState,
    reason: str,
    now: datetime.datetime,
) -> None:
    if not reason.strip():
        raise MessageError(_("Indiquez le motif."))
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=message_id)
        if message.state not in states:
            raise MessageError(
                _("Ce message est « %(state)s » : cela ne peut pas être noté.")
                % {"state": message.get_state_display()}
            )
        message.state, message.settled_at = state, now
        message.answer = reason.strip()[:500]
        message.save(update_fields=["state", "settled_at", "answer"])


def opt_out(*, address: str, kind: str, now: datetime.datetime) -> None:
    """Note that an address refuses a kind of message. A second call changes nothing.

    :raises MessageError: the kind belongs to a sale or a contract and cannot be refused.
    """
    if kind not in RULES or not RULES[Kind(kind)].refusable:
        raise MessageError(_("Ces messages font partie du service : ils ne se refusent pas."))
    OptOut.objects.get_or_create(
        address=address.strip().lower(), kind=kind, defaults={"since": now}
    )


def opt_in(*, address: str, kind: str) -> None:
    """Take a refusal back."""
    OptOut.objects.filter(address=address.strip().lower(), kind=kind).delete()


def is_refused(message: Message) -> bool:
    """Say whether the recipient refuses messages of this kind."""
    refusals = OptOut.objects.filter(address=message.recipient.lower(), kind=message.kind)
    return RULES[Kind(message.kind)].refusable and refusals.exists()
