"""Asking sellers for what is missing of their identity, reminding them, withholding payment.

Directive (EU) 2021/514, annex V; in France CGI, art. 1649 ter D, I: whoever does not answer is
reminded. After two reminders, and 60 days after the first request, payment is withheld until the
answer comes. The account stays open: of the two measures that the directive leaves the choice of,
this one costs the merchant no sale.
"""

import datetime
import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from saleor_alencon.accounts.models import User
from saleor_alencon.dac7.identities import identity_of, missing_labels
from saleor_alencon.dac7.models import Channel, IdentityRequest
from saleor_alencon.dac7.services import Dac7Error
from saleor_alencon.domain.dac7 import ANSWER_DAYS, REQUESTS, IdentityField, withheld_from
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.links import page_url
from saleor_alencon.messaging.models import OPEN_STATES, Message
from saleor_alencon.messaging.services import (
    Draft,
    message_resend,
    messages_queue,
    messages_void,
)
from saleor_alencon.outputs.french_text import TOWN_TIME, date_text
from saleor_alencon.shops.models import Shop, ShopState

logger = logging.getLogger(__name__)

SELLERS = (ShopState.APPROVED, ShopState.LIVE, ShopState.SUSPENDED)
DAYS_BETWEEN = 14
"""Days to answer before the next reminder is due."""


@dataclass(frozen=True)
class Chase:
    """Where the asking of one seller stands; ``missing`` is not empty."""

    shop: Shop
    missing: tuple[IdentityField, ...]
    requests: tuple[IdentityRequest, ...]
    withheld_from: datetime.date | None

    @property
    def days(self) -> list[datetime.date]:
        return [town_day(each.sent_at) for each in self.requests if each.sent_at]

    def next_due(self) -> datetime.date | None:
        """Return when the next reminder is due; None when the first or all were sent."""
        if not self.days or len(self.days) >= REQUESTS:
            return None
        return self.days[-1] + datetime.timedelta(days=DAYS_BETWEEN)

    def is_due(self, today: datetime.date) -> bool:
        """Say whether the next message may be sent today."""
        due = self.next_due()
        return not self.days or (due is not None and due <= today)


def town_day(moment: datetime.datetime) -> datetime.date:
    return moment.astimezone(TOWN_TIME).date()


def about_identity(shop_id: int) -> str:
    """Return what the messages about a shop's identity are found by."""
    return f"identity:{shop_id}"


def chases() -> list[Chase]:
    """Return every seller of which something is missing, by name."""
    return [chase for shop in Shop.objects.filter(state__in=SELLERS).order_by("name")
            if (chase := chase_of(shop)).missing]  # fmt: skip


def chase_of(shop: Shop) -> Chase:
    """Return where the asking of one shop stands."""
    asked = IdentityRequest.objects.filter(shop=shop, answered_at=None)
    found = tuple(asked.select_related("message").order_by("number"))
    sent = [town_day(each.sent_at) for each in found if each.sent_at]
    return Chase(shop, identity_of(shop).missing(), found, withheld_from(sent))


def shops_withheld(today: datetime.date) -> set[int]:
    """Return the shops whose payment is withheld for want of an answer."""
    asked = IdentityRequest.objects.filter(answered_at=None).values("shop")
    return {
        shop.pk
        for shop in Shop.objects.filter(pk__in=asked)
        if (chase := chase_of(shop)).missing
        and chase.withheld_from is not None
        and chase.withheld_from <= today
    }


def answers_note(*, now: datetime.datetime) -> int:
    """Close the requests of sellers of which nothing is missing any more; return how many.

    What still waits to be sent to them is taken back.
    """
    open_requests = IdentityRequest.objects.filter(answered_at=None).select_related("shop")
    complete = {each.shop_id for each in open_requests if not identity_of(each.shop).missing()}
    answered = open_requests.filter(shop__in=complete)
    with transaction.atomic():
        messages_void(keys=list(answered.values_list("message__key", flat=True)), now=now)
        return answered.update(answered_at=now)


def identity_request(
    *, shop_id: int, asked_by: User | None, channel: Channel, now: datetime.datetime
) -> IdentityRequest:
    """Ask a seller for what is missing: the first time, or as the next reminder.

    An e-mail is put into the outbox; one that did not arrive is sent again instead of another.

    :raises Dac7Error: when nothing is missing, the shop has no e-mail address, a message to it
        waits to leave, it was asked less than 14 days ago, or all reminders were sent.
    """
    answers_note(now=now)
    with transaction.atomic():
        shop = Shop.objects.select_for_update().get(pk=shop_id)
        chase = chase_of(shop)
        _may_ask_check(chase, channel)
        undelivered = [each.message for each in chase.requests if each.sent_at is None]
        if undelivered:
            return _send_again(chase, undelivered[0], now)
        _is_due_check(chase, town_day(now))
        return _ask(chase, asked_by, channel, now)


def identities_remind(*, now: datetime.datetime) -> int:
    """Write every reminder that is due to who was asked by e-mail; return how many are new.

    The first request is a person's to make, and so is asking again when a message did not arrive.
    A second call writes nothing: the next is not due.
    """
    sent, today = 0, town_day(now)
    for chase in chases():
        by_email = bool(chase.requests) and chase.requests[-1].channel == Channel.EMAIL
        arrived = all(each.sent_at for each in chase.requests)
        if not (by_email and arrived and chase.is_due(today)):
            continue
        try:
            identity_request(shop_id=chase.shop.pk, asked_by=None, channel=Channel.EMAIL, now=now)
        except Dac7Error as refusal:
            logger.warning("DAC7, %s: %s", chase.shop.slug, refusal)
        else:
            sent += 1
    return sent


def _may_ask_check(chase: Chase, channel: Channel) -> None:
    if not chase.missing:
        raise Dac7Error(_("L'identité de %(shop)s est complète.") % {"shop": chase.shop})
    if channel == Channel.EMAIL and not chase.shop.email:
        raise Dac7Error(
            _("%(shop)s n'a pas d'adresse électronique : complétez sa fiche, ou écrivez-lui.")
            % {"shop": chase.shop}
        )


def _is_due_check(chase: Chase, today: datetime.date) -> None:
    if len(chase.days) >= REQUESTS:
        raise Dac7Error(_("%(shop)s a reçu la demande et ses deux rappels.") % {"shop": chase.shop})
    if not chase.is_due(today):
        due = chase.next_due()
        assert due is not None
        raise Dac7Error(
            _("%(shop)s a été relancée il y a peu : prochain rappel à partir du %(day)s.")
            % {"shop": chase.shop, "day": date_text(due)}
        )


def _ask(
    chase: Chase, asked_by: User | None, channel: Channel, now: datetime.datetime
) -> IdentityRequest:
    request = IdentityRequest.objects.create(
        shop=chase.shop,
        number=len(chase.days) + 1,
        channel=channel,
        missing=[each.value for each in chase.missing],
        asked_at=now,
        asked_by=asked_by,
    )
    if channel == Channel.EMAIL:
        draft = _draft(request)
        messages_queue([draft], now=now)
        request.message = Message.objects.get(key=draft.key)
        request.save(update_fields=["message"])
    return request


def _send_again(chase: Chase, message: Message | None, now: datetime.datetime) -> IdentityRequest:
    """Let a request go that did not arrive, to the address that the shop has now."""
    assert message is not None, "a letter counts as sent"
    if message.state in OPEN_STATES:
        raise Dac7Error(
            _("Un message à %(shop)s attend de partir : voyez « Messages ».") % {"shop": chase.shop}
        )
    message_resend(message_id=message.pk, recipient=chase.shop.email, now=now)
    return IdentityRequest.objects.select_related("message").get(message=message)


def _draft(request: IdentityRequest) -> Draft:
    shop = request.shop
    with override("fr"):  # Shops are written to in French, whoever asks.
        missing = [str(each) for each in missing_labels(request.missing)]
    return Draft(
        key=f"identity-request:{request.pk}",
        kind=Kind.IDENTITY_REQUEST,
        recipient=shop.email,
        recipient_name=shop.name,
        shop_id=shop.pk,
        about=about_identity(shop.pk),
        facts={
            "shop": shop.name,
            "missing": missing,
            "reminder": request.number - 1,
            "days": ANSWER_DAYS,
            "url": page_url("counter:declarations"),
        },
    )
