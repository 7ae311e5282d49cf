"""The letters that the law or a lost link asks for; sent by the worker until they are gone.

A letter is leased before it is sent and marked after: two workers do not send it twice, and after
a crash it is sent again rather than never.
"""

import datetime
import logging
import smtplib
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from saleor_alencon.pickups.links import order_link
from saleor_alencon.shopper.models import LinkRequest, Withdrawal
from saleor_alencon.shops.models import Association

LEASE = datetime.timedelta(minutes=5)
MOST_AT_ONCE = 100

logger = logging.getLogger(__name__)


def mails_send(*, clock: Callable[[], datetime.datetime]) -> dict[str, int]:
    """Send what waits, the oldest first; return how many left and how many failed."""
    counts = {"sent": 0, "failed": 0}
    for model, field, send in (
        (LinkRequest, "sent_at", _link),
        (Withdrawal, "acknowledged_at", _acknowledgement),
        (Withdrawal, "told_at", _word_to_shop),
    ):
        for row in _leased(model.objects.filter(**{field: None}), clock):
            try:
                send(row)
            except (smtplib.SMTPException, OSError) as error:
                # The lease runs out by itself: it is tried again then.
                logger.warning("%s %s: %s", model.__name__, row.pk, error)
                counts["failed"] += 1
            else:
                model.objects.filter(pk=row.pk).update(**{field: clock(), "leased_until": None})
                counts["sent"] += 1
    return counts


def _leased(rows: "QuerySet[Any]", clock: Callable[[], datetime.datetime]) -> Iterator[Any]:
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        now = clock()
        free = rows.filter(pk=pk).filter(Q(leased_until=None) | Q(leased_until__lt=now))
        if free.update(leased_until=now + LEASE):
            yield rows.get(pk=pk)


def _link(request: LinkRequest) -> None:
    order = request.order
    with override(request.language):
        _letter(
            subject=_("Votre commande n° %(number)s") % {"number": order.number},
            template="shopper/mail_link.txt",
            context={"order": order, "link": order_link(order)},
            to=order.customer_email,
        )


def _acknowledgement(withdrawal: Withdrawal) -> None:
    order = withdrawal.shop_order.order
    with override(withdrawal.language):
        _letter(
            subject=_("Accusé de réception de votre rétractation, commande n° %(number)s")
            % {"number": order.number},
            template="shopper/mail_acknowledgement.txt",
            context=withdrawal_facts(withdrawal),
            to=order.customer_email,
        )


def _word_to_shop(withdrawal: Withdrawal) -> None:
    association = Association.objects.first()
    with override(settings.LANGUAGE_CODE):
        _letter(
            subject=_("Rétractation à traiter, commande n° %(number)s")
            % {"number": withdrawal.shop_order.order.number},
            template="shopper/mail_word_to_shop.txt",
            context=withdrawal_facts(withdrawal),
            to=withdrawal.shop_order.shop.email,
            copy=association.email if association else "",
        )


def withdrawal_facts(withdrawal: Withdrawal) -> dict[str, Any]:
    """Return what each letter and file about a declaration says."""
    return {
        "withdrawal": withdrawal,
        "order": withdrawal.shop_order.order,
        "shop": withdrawal.shop_order.shop,
        "lines": list(withdrawal.lines.select_related("line")),
        "declared_at": localtime(withdrawal.declared_at),
        "association": Association.objects.first(),
    }


def _letter(
    *, subject: str, template: str, context: dict[str, Any], to: str, copy: str = ""
) -> None:
    addresses = [each for each in (to, copy) if each]
    if not addresses:
        return
    EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string(template, context),
        to=addresses,
    ).send()
