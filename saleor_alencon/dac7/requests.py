"""Asking sellers for what is missing of their identity, reminding them, withholding payment.

Directive (EU) 2021/514, annex V; in France CGI, art. 1649 ter D, I: whoever does not answer is
reminded. After two reminders, and 60 days after the first request, payment is withheld until the
answer comes. The account stays open: of the two measures that the directive leaves the choice of,
this one costs the merchant no sale.
"""

import datetime
import logging
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from saleor_alencon.accounts.models import User
from saleor_alencon.dac7.identities import identity_of, missing_labels
from saleor_alencon.dac7.models import Channel, IdentityRequest
from saleor_alencon.dac7.services import Dac7Error
from saleor_alencon.domain.dac7 import ANSWER_DAYS, REQUESTS, IdentityField, withheld_from
from saleor_alencon.outputs.french_text import TOWN_TIME, date_text
from saleor_alencon.shops.models import Association, Shop, ShopState

logger = logging.getLogger(__name__)

SELLERS = (ShopState.APPROVED, ShopState.LIVE, ShopState.SUSPENDED)
DAYS_BETWEEN = 14
"""Days to answer before the next reminder is due."""
RETRY_AFTER = datetime.timedelta(minutes=10)
"""A message whose sender stopped on the way may be sent by another after this time."""


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


def chases() -> list[Chase]:
    """Return every seller of which something is missing, by name."""
    return [chase for shop in Shop.objects.filter(state__in=SELLERS).order_by("name")
            if (chase := chase_of(shop)).missing]  # fmt: skip


def chase_of(shop: Shop) -> Chase:
    """Return where the asking of one shop stands."""
    found = tuple(IdentityRequest.objects.filter(shop=shop, answered_at=None).order_by("number"))
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
    """Close the requests of sellers of which nothing is missing any more; return how many."""
    open_requests = IdentityRequest.objects.filter(answered_at=None).select_related("shop")
    complete = {each.shop_id for each in open_requests if not identity_of(each.shop).missing()}
    return IdentityRequest.objects.filter(answered_at=None, shop__in=complete).update(
        answered_at=now
    )


def identity_request(
    *, shop_id: int, asked_by: User | None, channel: Channel, now: datetime.datetime
) -> IdentityRequest:
    """Ask a seller for what is missing: the first time, or as the next reminder.

    The request is kept before the message leaves; a message that could not leave is sent by the
    next call.

    :raises Dac7Error: when nothing is missing, the shop has no e-mail address, it was asked less
        than 14 days ago, all reminders were sent, or the message cannot be sent.
    """
    answers_note(now=now)
    with transaction.atomic():
        shop = Shop.objects.select_for_update().get(pk=shop_id)
        request = _next_request(shop, asked_by, channel, now)
    if request.channel == Channel.EMAIL:
        try:
            _message(request, shop).send()
        except OSError as error:
            raise Dac7Error(
                _("Le message à %(address)s n'a pas pu partir (%(error)s). Recommencez plus tard.")
                % {"address": request.address, "error": error},
            ) from error
    IdentityRequest.objects.filter(pk=request.pk).update(sent_at=now)
    request.refresh_from_db()
    return request


def identities_remind(*, now: datetime.datetime) -> int:
    """Send every reminder that is due to who was asked by e-mail; return how many left.

    The first request is a person's to make. A second call sends nothing: the next is not due.
    """
    sent, today = 0, town_day(now)
    for chase in chases():
        by_email = bool(chase.requests) and chase.requests[-1].channel == Channel.EMAIL
        if not by_email or not chase.is_due(today):
            continue
        try:
            identity_request(shop_id=chase.shop.pk, asked_by=None, channel=Channel.EMAIL, now=now)
        except Dac7Error as refusal:
            logger.warning("DAC7, %s: %s", chase.shop.slug, refusal)
        else:
            sent += 1
    return sent


def _next_request(
    shop: Shop, asked_by: User | None, channel: Channel, now: datetime.datetime
) -> IdentityRequest:
    chase, today = chase_of(shop), town_day(now)
    if not chase.missing:
        raise Dac7Error(_("L'identité de %(shop)s est complète.") % {"shop": shop})
    if channel == Channel.EMAIL and not shop.email:
        raise Dac7Error(
            _("%(shop)s n'a pas d'adresse électronique : complétez sa fiche, ou écrivez-lui.")
            % {"shop": shop}
        )
    unsent = [each for each in chase.requests if each.sent_at is None]
    if unsent:
        return _take_over(unsent[0], chase, now)
    if len(chase.days) >= REQUESTS:
        raise Dac7Error(_("%(shop)s a reçu la demande et ses deux rappels.") % {"shop": shop})
    if not chase.is_due(today):
        due = chase.next_due()
        assert due is not None
        raise Dac7Error(
            _("%(shop)s a été relancée il y a peu : prochain rappel à partir du %(day)s.")
            % {"shop": shop, "day": date_text(due)}
        )
    return IdentityRequest.objects.create(
        shop=shop,
        number=len(chase.days) + 1,
        channel=channel,
        address=shop.email if channel == Channel.EMAIL else "",
        missing=[each.value for each in chase.missing],
        asked_at=now,
        asked_by=asked_by,
    )


def _take_over(request: IdentityRequest, chase: Chase, now: datetime.datetime) -> IdentityRequest:
    """Send a message that did not leave, unless somebody is sending it right now."""
    if now - request.asked_at < RETRY_AFTER:
        raise Dac7Error(
            _("Un message à %(shop)s est en cours d'envoi : réessayez dans dix minutes.")
            % {"shop": chase.shop}
        )
    request.asked_at = now
    request.missing = [each.value for each in chase.missing]
    request.save(update_fields=["asked_at", "missing"])
    return request


def _message(request: IdentityRequest, shop: Shop) -> EmailMessage:
    office = Association.objects.get()
    with override("fr"):  # A letter of the association: French, whoever sends it.
        subject, body = request_text(request, shop, office)
    return EmailMessage(
        subject, body, settings.DEFAULT_FROM_EMAIL, [request.address], reply_to=[office.email]
    )


def request_text(request: IdentityRequest, shop: Shop, office: Association) -> tuple[str, str]:
    """Return subject and text of a request, for an e-mail or a letter."""
    reminder = (
        _("Première demande.") if request.number == 1
        else _("Rappel n° %(number)s sur 2.") % {"number": request.number - 1}
    )  # fmt: skip
    subject = _("%(office)s : informations à fournir pour la déclaration DAC7") % {
        "office": office.name
    }
    body = _(
        "Bonjour,\n\n"
        "%(office)s doit déclarer chaque année à l'administration fiscale ce que les boutiques "
        "ont vendu par son intermédiaire (directive (UE) 2021/514, article 1649 ter A du code "
        "général des impôts). Il manque pour %(shop)s :\n\n%(missing)s\n\n"
        "Répondez à ce message ou passez à l'Office. %(reminder)s Sans réponse après la demande "
        "et deux rappels, et %(days)s jours après la demande, vos versements sont retenus jusqu'à "
        "ce que ces informations soient fournies.\n\n%(office)s\n"
    ) % {
        "office": office.name,
        "shop": shop.name,
        "missing": "\n".join(f"- {each}" for each in missing_labels(request.missing)),
        "reminder": reminder,
        "days": ANSWER_DAYS,
    }
    return subject, body
