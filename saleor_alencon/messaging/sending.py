"""Sending what is in the outbox: claim a message, send it, note what was answered.

Nothing is sent inside a database transaction. A claim is committed before anything leaves, so two
workers never have the same message, and a process that dies in between leaves a message that is
claimed and not settled: its outcome is unknown. What happens then is a rule of its kind
(``kinds.RULES``): it is sent once more under the same Message-ID, or left for a person to look at.
"""

import datetime
import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet

from saleor_alencon.errors import AlenconError
from saleor_alencon.messaging.kinds import RULES, Audience, Kind
from saleor_alencon.messaging.letters import email_of, message_id, write_letter
from saleor_alencon.messaging.links import order_url
from saleor_alencon.messaging.models import (
    DUE_STATES,
    Attempt,
    Channel,
    Message,
    MessageState,
    Outcome,
)
from saleor_alencon.messaging.services import is_refused
from saleor_alencon.messaging.sms import sms_send
from saleor_alencon.messaging.transport import InDoubt, Mailer, NotSent, Rejected

LEASE = datetime.timedelta(minutes=10)
"""Longer than composing and sending one message may take."""
DELAYS = tuple(
    datetime.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440)
)
"""How long to wait after each failure; after the last of them the message is given up."""

Clock = Callable[[], datetime.datetime]
logger = logging.getLogger(__name__)


class Withdrawn(AlenconError):
    """Raised when a claimed message was taken back, or erased, before it left. Do not retry."""


def messages_send(*, clock: Clock, limit: int = 500) -> dict[str, int]:
    """Send what is due, the oldest first; return how many came to which state."""
    counts: dict[str, int] = {}
    unknown_settle(now=clock())
    with Mailer() as mailer:
        while sum(counts.values()) < limit and (attempt := _claim(clock())):
            state = _deliver(mailer, attempt, clock)
            counts[state] = counts.get(state, 0) + 1
    return counts


def unknown_settle(*, now: datetime.datetime) -> int:
    """Find what was claimed and never settled, because its sender died; return how many."""
    lost = Message.objects.filter(state=MessageState.SENDING, leased_until__lt=now)
    count = 0
    for pk in lost.values_list("pk", flat=True):
        with transaction.atomic():
            message = lost.select_for_update(skip_locked=True).filter(pk=pk).first()
            if message is None:
                continue
            attempt = message.attempts.get(number=message.attempts_count)
            _in_doubt(message, attempt, "the sender ended before it noted the answer", now)
            count += 1
    return count


def _claim(now: datetime.datetime) -> Attempt | None:
    """Take one message that is due, and note the attempt, before anything is sent."""
    due = Message.objects.filter(state__in=DUE_STATES, not_before__lte=now)
    with transaction.atomic():
        message = (
            due.select_for_update(skip_locked=True, of=("self",))
            .order_by("not_before", "id")
            .first()
        )
        if message is None:
            return None
        message.state, message.leased_until = MessageState.SENDING, now + LEASE
        message.attempts_count += 1
        message.save(update_fields=["state", "leased_until", "attempts_count"])
        return Attempt.objects.create(message=message, number=message.attempts_count, begun_at=now)


def _deliver(mailer: Mailer, attempt: Attempt, clock: Clock) -> MessageState:
    message = attempt.message
    now = clock()
    if is_refused(message):
        return _settle(message, attempt, MessageState.REFUSED, Outcome.REJECTED, "", now)
    if message.useful_until < now:
        return _settle(message, attempt, MessageState.VOID, Outcome.REJECTED, "too late", now)
    try:
        answer = _hand_over(mailer, attempt)
    except Withdrawn as error:
        return _settle(message, attempt, MessageState.VOID, Outcome.REJECTED, str(error), clock())
    except Rejected as error:
        outcome = Outcome.REJECTED
        return _settle(message, attempt, MessageState.GIVEN_UP, outcome, str(error), clock())
    except InDoubt as error:
        with transaction.atomic():
            return _in_doubt(message, attempt, str(error), clock())
    except NotSent as error:
        return _postpone(message, attempt, str(error), clock())
    except Exception as error:
        # Composing failed: nothing was handed over. The others must not wait for this one.
        logger.exception("%s cannot be composed", message.pk)
        told = str(error) if isinstance(error, AlenconError) else f"{type(error).__name__}: {error}"
        return _postpone(message, attempt, told, clock())
    return _settle(message, attempt, MessageState.SENT, Outcome.SENT, answer, clock())


def _own(attempt: Attempt) -> QuerySet[Message]:
    """Return the message while it is still the attempt's: not lost, nor erased meanwhile."""
    return Message.objects.filter(
        pk=attempt.message_id, state=MessageState.SENDING, attempts_count=attempt.number
    )


def _hand_over(mailer: Mailer, attempt: Attempt) -> str:
    """Compose a message and send it; what it says is kept when it is first composed.

    :raises Withdrawn: it was taken back since it was claimed; nothing is written or sent.
    """
    message = attempt.message
    facts = message.facts
    if message.audience == Audience.SHOPPER and (url := order_url(message.order)):
        facts = facts | {"url": url}
    letter = write_letter(
        Kind(message.kind), facts, language=message.language, recipient=message.recipient
    )
    is_sms = message.channel == Channel.SMS
    if not message.subject:
        message.subject = letter.subject
        message.text, message.html = (letter.sms, "") if is_sms else (letter.text, letter.html)
        kept = _own(attempt).update(subject=message.subject, text=message.text, html=message.html)
    else:
        kept = _own(attempt).count()
    if not kept:
        raise Withdrawn("withdrawn before it was sent")
    if is_sms:
        return sms_send(message_id=message_id(message), to=message.recipient, text=message.text)
    return mailer.send(email_of(message, letter))


def _settle(
    message: Message,
    attempt: Attempt,
    state: MessageState,
    outcome: Outcome,
    answer: str,
    now: datetime.datetime,
    *,
    not_before: datetime.datetime | None = None,
) -> MessageState:
    """Note how an attempt ended.

    Of one that was taken for lost, or whose message was erased meanwhile, only the outcome is
    noted: a server's answer may name whom it was for.
    """
    final = not_before is None
    with transaction.atomic():
        is_own = _own(attempt).select_for_update().exists()
        Attempt.objects.filter(pk=attempt.pk).update(
            outcome=outcome, answer=answer[:500] if is_own else "", ended_at=now
        )
        _own(attempt).update(
            state=state,
            answer=answer[:500],
            leased_until=None,
            settled_at=now if final else None,
            **({} if final else {"not_before": not_before}),
        )
    if state not in (MessageState.SENT, MessageState.REFUSED):
        logger.warning("message %s: %s %s", message.pk, state, answer)
    return state


def _postpone(
    message: Message, attempt: Attempt, answer: str, now: datetime.datetime
) -> MessageState:
    """Try again later, or give up after the last delay."""
    failures = message.attempts.filter(outcome=Outcome.FAILED).count()
    if failures >= len(DELAYS):
        return _settle(message, attempt, MessageState.GIVEN_UP, Outcome.FAILED, answer, now)
    return _settle(
        message, attempt, MessageState.FAILED, Outcome.FAILED, answer, now,
        not_before=now + DELAYS[failures],
    )  # fmt: skip


def _in_doubt(
    message: Message, attempt: Attempt, answer: str, now: datetime.datetime
) -> MessageState:
    """Decide by rule what becomes of a message that may have left; once more at most."""
    before = message.attempts.filter(outcome=Outcome.UNKNOWN).exclude(pk=attempt.pk)
    if RULES[Kind(message.kind)].resent_in_doubt and not before.exists():
        return _settle(
            message, attempt, MessageState.FAILED, Outcome.UNKNOWN, answer, now,
            not_before=now + DELAYS[0],
        )  # fmt: skip
    return _settle(message, attempt, MessageState.UNKNOWN, Outcome.UNKNOWN, answer, now)
