"""Erasing shoppers: on schedule, and when they ask. Each order is erased whole, or not at all.

Of an order goes who bought it: name, address, e-mail, telephone, notes; in the order, in every
snapshot received of it and in what staff wrote about it. What was sold, paid and settled stays.
An order that is not handed over yet, or whose payment is disputed, keeps its shopper: the contract
and the dispute need them (RGPD, art. 17, paragraphe 3, b and e). What each column of the database
holds, and what becomes of it, is in :mod:`.register`.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.cheques.buyers import buyers_erase, sales_ended, sales_to
from saleor_alencon.cheques.models import ChequeSale
from saleor_alencon.cheques.services import town_day
from saleor_alencon.domain.shop_orders import ShopOrderState
from saleor_alencon.errors import AlenconError
from saleor_alencon.inbox.models import ErasedOrder, ErasureCause, InboxDocument, InboxState
from saleor_alencon.inbox.persons import without_person
from saleor_alencon.messaging.erasing import order_messages_erase, with_words
from saleor_alencon.messaging.models import Message
from saleor_alencon.orders.locks import order_lock
from saleor_alencon.orders.models import Order, ShopOrder
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.privacy.models import PrivacyRequest, RequestKind, RequestState, Retention
from saleor_alencon.privacy.staff_words import staff_words_erase, with_staff_words
from saleor_alencon.psp.models import Dispute
from saleor_alencon.shopper.models import Withdrawal, WithdrawalState

SETTLED_DISPUTES = ("won", "lost", "warning_closed")
AT_ONCE = 500
STILL_NEEDED = (ShopOrderState.TO_PREPARE, ShopOrderState.PARTLY_HANDED_OVER)


class PrivacyError(AlenconError):
    """Raised when a request cannot be noted or carried out; the message says why."""


@dataclass(frozen=True)
class Erased:
    """How many orders, set-aside documents and sales of gift cheques lost their buyer."""

    orders: int
    documents: int
    cheque_sales: int = 0


def retention() -> Retention:
    """Return how long contact data is kept; the default until somebody sets it."""
    return Retention.objects.filter(pk=1).first() or Retention(pk=1)


def orders_due(*, now: datetime.datetime) -> QuerySet[Order]:
    """Return the orders whose shopper is to be erased: nothing happened for the days set."""
    last = Greatest("created_at", Coalesce(Max("shop_orders__handed_over_at"), F("created_at")))
    limit = now - datetime.timedelta(days=retention().contact_days)
    return erasable(Order.objects.all()).annotate(last=last).filter(last__lt=limit).order_by("id")


def erasable(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Return those of the orders that still have a shopper, whom nothing needs any more."""
    marked = ErasedOrder.objects.filter(order_id=OuterRef("saleor_id"))
    return orders.exclude(Exists(marked)).exclude(_needed())


def _needed() -> Q:
    waiting = ShopOrder.objects.filter(order=OuterRef("pk"), state__in=STILL_NEEDED)
    disputed = Dispute.objects.filter(order=OuterRef("pk")).exclude(status__in=SETTLED_DISPUTES)
    return Q(Exists(waiting)) | Q(Exists(disputed))


def erased_by_half() -> QuerySet[Order]:
    """Return erased orders that still name their shopper: erased when less was taken than now.

    Orders erased before delivery addresses and messages went with them are such. A message
    written after the erasure does not count: nothing of the shopper was left to put in it.
    """
    marks = ErasedOrder.objects.filter(order_id=OuterRef("saleor_id"))
    older = Message.objects.filter(order=OuterRef("pk"), created_at__lte=OuterRef("marked_at"))
    marked = Order.objects.annotate(marked_at=Subquery(marks.values("erased_at")[:1]))
    withdrawn = _withdrawals_with_words(shop_order__order=OuterRef("pk"))
    left = ~Q(delivery_address={}) | ~Q(delivery_postal_code="")
    for rows in (with_words(older), withdrawn, *with_staff_words(OuterRef("pk"))):
        left |= Q(Exists(rows))
    return marked.filter(left, marked_at__isnull=False).order_by("id")


def _withdrawals_with_words(**of_an_order: Any) -> QuerySet[Withdrawal]:
    """Return closed withdrawals in which somebody wrote; an open one still needs its words."""
    closed = Withdrawal.objects.exclude(state=WithdrawalState.OPEN)
    return closed.filter(**of_an_order).exclude(message="", outcome="")


def order_erase(
    *,
    saleor_id: str,
    cause: ErasureCause,
    now: datetime.datetime,
    request: PrivacyRequest | None = None,
) -> bool:
    """Take the shopper out of an order and its snapshots; say whether they were there.

    What is being ingested meanwhile waits for the order's lock, then sees the mark: it is passed
    over here, and loses its shopper there.
    """
    with transaction.atomic():
        order_lock(saleor_id)
        order = Order.objects.filter(saleor_id=saleor_id).first()
        mark, is_new = ErasedOrder.objects.get_or_create(
            order_id=saleor_id,
            defaults={
                "number": order.number if order else "",
                "cause": cause,
                "request_id": request.pk if request else None,
                "erased_at": now,
            },
        )
        Order.objects.filter(saleor_id=saleor_id).update(
            customer_name="",
            customer_email="",
            customer_phone="",
            delivery_address={},
            delivery_postal_code="",
        )
        _withdrawals_with_words(shop_order__order__saleor_id=saleor_id).update(
            message="", outcome=""
        )
        if order is not None:
            staff_words_erase(order.pk)
            until = None if is_new else mark.erased_at
            order_messages_erase(order_id=order.pk, now=now, until=until)
        documents = InboxDocument.objects.select_for_update(skip_locked=True)
        _documents_erase(documents.filter(order_id=saleor_id, erased_at=None), now)
        return is_new


def _documents_erase(documents: Iterable[InboxDocument], now: datetime.datetime) -> int:
    count = 0
    for document in documents:
        document.payload, document.erased_at = without_person(document.payload), now
        document.reason = ""  # may quote what could not be read
        document.save(update_fields=["payload", "reason", "erased_at"])
        count += 1
    return count


def erase_due(*, now: datetime.datetime, limit: int = 100_000) -> Erased:
    """Erase the shoppers of all orders that are due, and of old documents that no order came of.

    Orders that an earlier version erased by half are erased whole, whatever their age.
    Interrupted at any point, the next call does the rest.
    """
    keys = [
        *erased_by_half().values_list("saleor_id", flat=True)[:limit],
        *orders_due(now=now).values_list("saleor_id", flat=True)[:limit],
    ]
    for key in keys:
        order_erase(saleor_id=key, cause=ErasureCause.SCHEDULE, now=now)
    documents = _old_documents(now)
    count = 0
    while True:
        with transaction.atomic():
            some = documents.select_for_update(skip_locked=True)[:AT_ONCE]
            erased = _documents_erase(some, now)
        count += erased
        if erased < AT_ONCE:
            return Erased(len(keys), count, buyers_erase(_cheque_sales_due(now)))


def _old_documents(now: datetime.datetime) -> QuerySet[InboxDocument]:
    """Return documents set aside that long ago: no order is known that says when they are due."""
    limit = now - datetime.timedelta(days=retention().contact_days)
    return InboxDocument.objects.filter(
        state=InboxState.REJECTED, erased_at=None, captured_at__lt=limit
    ).order_by("id")


def _cheque_sales_due(now: datetime.datetime) -> QuerySet[ChequeSale]:
    """Return the sales whose cheques were last valid that long ago."""
    last = town_day(now) - datetime.timedelta(days=retention().contact_days)
    return sales_ended(before=last)


def person_orders(email: str) -> QuerySet[Order]:
    """Return the orders placed with an e-mail address, whatever its capitals."""
    return Order.objects.filter(customer_email__iexact=email.strip()).order_by("created_at", "id")


def person_documents(email: str) -> QuerySet[InboxDocument]:
    """Return the documents that name an address and of which no order is known."""
    known = Order.objects.filter(saleor_id=OuterRef("order_id"))
    return (
        InboxDocument.objects.filter(erased_at=None, payload__icontains=email.strip())
        .exclude(Exists(known))
        .exclude(state=InboxState.PENDING)
        .order_by("id")
    )


def request_open(
    *,
    kind: RequestKind,
    email: str,
    asked_on: datetime.date,
    opened_by: User | None,
    now: datetime.datetime,
) -> PrivacyRequest:
    """Note what a shopper asks.

    :raises PrivacyError: the same is open already, or the date is in the future.
    """
    email = email.strip().lower()
    if asked_on > now.astimezone(TOWN_TIME).date():
        raise PrivacyError(_("La demande ne peut pas être reçue après aujourd'hui."))
    if not email:
        raise PrivacyError(_("L'adresse électronique manque : c'est par elle qu'on retrouve tout."))
    try:
        with transaction.atomic():
            return PrivacyRequest.objects.create(
                kind=kind,
                email=email,
                asked_on=asked_on,
                due_on=month_later(asked_on),
                opened_by=opened_by,
            )
    except IntegrityError as error:
        raise PrivacyError(
            _("La même demande est déjà ouverte pour cette adresse : traitez-la.")
        ) from error


def month_later(day: datetime.date) -> datetime.date:
    """Return the same day of the next month, or that month's last.

    >>> month_later(datetime.date(2026, 1, 31))
    datetime.date(2026, 2, 28)
    """
    first = (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
    last = (first + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def request_erase(
    *, request_id: int, done_by: User | None, now: datetime.datetime
) -> PrivacyRequest:
    """Erase a person from all orders that do not need them; done once none is left.

    Called again, it does what is left to do; a request that is done stays as it is.

    :raises PrivacyError: the request is refused, or for something else.
    """
    request = PrivacyRequest.objects.get(pk=request_id)
    if request.state == RequestState.DONE:
        return request
    if request.state == RequestState.REFUSED or request.kind != RequestKind.ERASE:
        raise PrivacyError(_("Cette demande n'est pas un effacement à traiter."))
    for key in list(erasable(person_orders(request.email)).values_list("saleor_id", flat=True)):
        order_erase(saleor_id=key, cause=ErasureCause.REQUEST, now=now, request=request)
    with transaction.atomic():
        _documents_erase(person_documents(request.email).select_for_update(skip_locked=True), now)
    buyers_erase(sales_to(request.email))
    with transaction.atomic():
        request = PrivacyRequest.objects.select_for_update().get(pk=request_id)
        if request.state == RequestState.DONE:
            return request
        request.orders_erased = ErasedOrder.objects.filter(request_id=request.pk).count()
        request.orders_kept = person_orders(request.email).count()
        request.state, request.done_by = RequestState.WAITING, done_by or request.done_by
        if not request.orders_kept:
            request.state, request.done_at, request.email = RequestState.DONE, now, ""
        request.save()
        return request


def request_answered(*, request_id: int, done_by: User | None, now: datetime.datetime) -> None:
    """Note that a person got the copy of their data."""
    PrivacyRequest.objects.filter(
        pk=request_id, kind=RequestKind.EXPORT, state=RequestState.OPEN
    ).update(state=RequestState.DONE, done_by=done_by, done_at=now)


def request_refuse(
    *, request_id: int, reason: str, done_by: User, now: datetime.datetime
) -> PrivacyRequest:
    """Refuse a request, with the reason that the person is told (RGPD, art. 12, paragraphe 4).

    :raises PrivacyError: it was begun or answered already.
    """
    with transaction.atomic():
        request = PrivacyRequest.objects.select_for_update().get(pk=request_id)
        if request.state != RequestState.OPEN:
            raise PrivacyError(_("Cette demande est déjà traitée : elle ne se refuse plus."))
        request.state, request.refusal = RequestState.REFUSED, reason.strip()[:300]
        request.done_by, request.done_at = done_by, now
        request.save()
        return request


def requests_continue(*, now: datetime.datetime) -> int:
    """Go on with erasures that had to wait; forget who made requests long answered, and what
    they were told."""
    waiting = PrivacyRequest.objects.filter(state=RequestState.WAITING)
    done = [
        request_erase(request_id=key, done_by=None, now=now).state
        for key in waiting.values_list("pk", flat=True)
    ]
    limit = now - datetime.timedelta(days=retention().contact_days)
    answered = PrivacyRequest.objects.filter(done_at__lt=limit).exclude(email="", refusal="")
    answered.update(email="", refusal="")
    return done.count(RequestState.DONE)
