"""Selling gift cheques, who accepts them, blocking and prolonging them, and their uses online."""

import datetime
import secrets
from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.cheques.models import (
    Cheque,
    ChequeAcceptance,
    ChequeEvent,
    ChequeRules,
    ChequeSale,
    ChequeState,
    ChequeUse,
    PaymentMethod,
)
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.cheques import (
    PUBLIC_LENGTH,
    draw_code,
    last_day,
    read_code,
)
from saleor_alencon.errors import AlenconError
from saleor_alencon.ledger.models import Transaction, TransactionKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.localized import amount_text, date_text
from saleor_alencon.outputs.french_text import TOWN_TIME

MOST_CHEQUES = 2000
"""Cheques of one sale: a sheet of more is too long to print."""
HIGHEST_FACE_CENTS = 50_000


class ChequeError(AlenconError):
    """Raised when a cheque cannot be sold, used, changed or refunded; the message says why."""


def rules_at(day: datetime.date) -> ChequeRules:
    """Return the rules in force on a day; before the first ones, those of a new association."""
    found = ChequeRules.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    return found or ChequeRules(valid_from=day)


def shops_accepting(slugs: Iterable[str], day: datetime.date) -> frozenset[str]:
    """Return which of the shops accept gift cheques on a day."""
    rows = (
        ChequeAcceptance.objects.filter(shop__slug__in=set(slugs), valid_from__lte=day)
        .order_by("valid_from")
        .values_list("shop__slug", "accepts")
    )
    return frozenset(slug for slug, accepts in dict(rows).items() if accepts)


def acceptance_set(
    *, shop_id: int, accepts: bool, valid_from: datetime.date, now: datetime.datetime
) -> ChequeAcceptance:
    """Note that a shop accepts gift cheques, or no longer does, from a day on.

    :raises ChequeError: for a day that has begun, unless it is the shop's first: a sale keeps what
        was agreed when it was made.
    """
    known = ChequeAcceptance.objects.filter(shop_id=shop_id)
    if valid_from <= town_day(now) and known.exists():
        raise ChequeError(_("Choisissez un jour à venir : les ventes passées gardent leur règle."))
    if known.filter(valid_from=valid_from).exists():
        raise ChequeError(_("Une ligne existe déjà pour ce jour."))
    return ChequeAcceptance.objects.create(shop_id=shop_id, accepts=accepts, valid_from=valid_from)


def cheques_sell(
    *,
    buyer_name: str,
    face_cents: int,
    count: int,
    method: str,
    paid_on: datetime.date,
    sold_by: User,
    now: datetime.datetime,
    key: str,
    expires_on: datetime.date | None = None,
    reference: str = "",
    buyer_email: str = "",
) -> ChequeSale:
    """Sell cheques that are paid for; they hold until ``expires_on``, or as the rules say.

    The money is owed to their holders: no revenue, and no VAT (article 256 ter of the CGI).
    A second call with the same ``key`` returns the first one's sale.

    :raises ChequeError: for a value, a number or a day that cannot be; nothing is sold.
    """
    today = town_day(now)
    expires_on = expires_on or last_day(today, rules_at(today).validity_months)
    _sale_check(buyer_name, face_cents, count, paid_on, expires_on, today)
    with transaction.atomic():
        _numbering_lock()
        if known := ChequeSale.objects.filter(key=key).first():
            return known
        number = f"CC{today:%Y}-{ChequeSale.objects.count() + 1:04d}"
        sale = ChequeSale.objects.create(
            number=number,
            buyer_name=buyer_name.strip()[:160],
            buyer_email=buyer_email,
            face_cents=face_cents,
            count=count,
            total_cents=face_cents * count,
            expires_on=expires_on,
            method=PaymentMethod(method),
            reference=reference.strip()[:80],
            paid_on=paid_on,
            sold_at=now,
            sold_by=sold_by,
            key=key,
        )
        Cheque.objects.bulk_create(
            Cheque(
                sale=sale,
                serial=f"{number}-{position:04d}",
                code=code,
                last_characters=code[-PUBLIC_LENGTH:],
                face_cents=face_cents,
                remaining_cents=face_cents,
                expires_on=expires_on,
                not_before=now,
            )
            for position, code in enumerate(_free_codes(count), start=1)
        )
        cheques_post(
            TransactionKind.CHEQUES_SOLD, number, now,
            {(AccountKind.BANK, None): sale.total_cents,
             (AccountKind.GIFT_CHEQUE_LIABILITY, None): -sale.total_cents},
        )  # fmt: skip
        return sale


def cheque_find(*, code: str) -> Cheque:
    """Return the cheque of a code, however it was typed or scanned.

    :raises ChequeError: no cheque has it; the message tells nothing of the others.
    """
    cheque = Cheque.objects.filter(code=read_code(code)).first()
    if cheque is None:
        raise ChequeError(_("Aucun chèque cadeau n'a ce code : vérifiez-le."))
    return cheque


def cheque_block(*, cheque_id: int, reason: str, done_by: User, now: datetime.datetime) -> Cheque:
    """Let a stolen or lost cheque pay nothing, here and in Saleor.

    :raises ChequeError: it is not active, or no reason is given.
    """
    return _state_set(cheque_id, ChequeState.ACTIVE, ChequeState.BLOCKED, reason, done_by, now)


def cheque_unblock(*, cheque_id: int, reason: str, done_by: User, now: datetime.datetime) -> Cheque:
    """Let a blocked cheque pay again.

    :raises ChequeError: it is not blocked, or no reason is given.
    """
    return _state_set(cheque_id, ChequeState.BLOCKED, ChequeState.ACTIVE, reason, done_by, now)


def cheque_extend(
    *,
    cheque_id: int,
    expires_on: datetime.date,
    reason: str,
    done_by: User,
    now: datetime.datetime,
) -> Cheque:
    """Let a cheque hold longer, for instance one that a refund filled after it expired.

    :raises ChequeError: for a day that is not later, or no reason.
    """
    reason_check(reason)
    with transaction.atomic():
        cheque = Cheque.objects.select_for_update().get(pk=cheque_id)
        latest = max(cheque.expires_on, town_day(now))
        if expires_on <= latest:
            raise ChequeError(
                _("Choisissez un jour après le %(day)s.") % {"day": date_text(latest)}
            )
        what = _("prolongé jusqu'au %(day)s") % {"day": date_text(expires_on)}
        _event(cheque, what, reason, done_by, now)
        cheque.expires_on, cheque.tell_saleor, cheque.not_before = expires_on, True, now
        cheque.save(update_fields=["expires_on", "tell_saleor", "not_before"])
        return cheque


def cards_offered(tenders: Mapping[str, tuple[str, int, int]]) -> frozenset[str]:
    """Return the tenders whose gift card the Office did not sell; see :func:`uses_record`.

    Who made such a card in Saleor's Dashboard gave it away: it is a charge when it is used.
    """
    known = _cheques_by_end(last for last, _charged, _refunded in tenders.values())
    return frozenset(
        tender for tender, (last, _charged, _refunded) in tenders.items() if last not in known
    )


def _cheques_by_end(ends: Iterable[str]) -> dict[str, int]:
    """Return the cheques whose codes end so, by that end."""
    wanted = {end for end in ends if end}
    found = Cheque.objects.filter(last_characters__in=wanted) if wanted else Cheque.objects.none()
    return dict(found.values_list("last_characters", "pk"))


def uses_record(*, order_number: str, tenders: Mapping[str, tuple[str, int, int]]) -> None:
    """Bring what a web order says of its gift cards to the cheques.

    ``tenders`` is, by the tender's id: the end of the card's code, what was charged, what was
    refunded, in cents. A card that the Office did not sell is nobody's use. Called inside the
    database transaction that applies a snapshot.
    """
    known = _cheques_by_end(last for last, _charged, _refunded in tenders.values())
    for tender, (last, charged_cents, refunded_cents) in sorted(tenders.items()):
        if last in known:
            ChequeUse.objects.update_or_create(
                tender=tender,
                defaults={
                    "cheque_id": known[last],
                    "order_number": order_number,
                    "charged_cents": charged_cents,
                    "refunded_cents": refunded_cents,
                },
            )


def _sale_check(
    buyer: str,
    face_cents: int,
    count: int,
    paid_on: datetime.date,
    expires_on: datetime.date,
    today: datetime.date,
) -> None:
    if not buyer.strip():
        raise ChequeError(_("Indiquez l'acheteur."))
    if not 0 < face_cents <= HIGHEST_FACE_CENTS:
        raise ChequeError(_("Un chèque vaut plus de zéro et au plus %(most)s.")
                          % {"most": amount_text(HIGHEST_FACE_CENTS)})  # fmt: skip
    if not 0 < count <= MOST_CHEQUES:
        raise ChequeError(_("Une vente compte de 1 à %(most)s chèques.") % {"most": MOST_CHEQUES})
    if paid_on > today:
        raise ChequeError(_("La date du paiement n'est pas encore venue."))
    if expires_on <= today:
        raise ChequeError(_("Un chèque doit être valable au moins jusqu'à demain."))


def reason_check(reason: str) -> None:
    """Ask for a reason.

    :raises ChequeError: there is none.
    """
    if not reason.strip():
        raise ChequeError(_("Donnez le motif : il reste avec le chèque."))


def _state_set(
    cheque_id: int,
    before: ChequeState,
    after: ChequeState,
    reason: str,
    done_by: User,
    now: datetime.datetime,
) -> Cheque:
    reason_check(reason)
    with transaction.atomic():
        cheque = Cheque.objects.select_for_update().get(pk=cheque_id)
        if cheque.state != before:
            raise ChequeError(
                _("Le chèque %(cheque)s est « %(state)s » : cette action demande « %(wanted)s ».")
                % {"cheque": cheque, "state": cheque.get_state_display(), "wanted": before.label}
            )
        _event(cheque, str(after.label), reason, done_by, now)
        cheque.state, cheque.tell_saleor, cheque.not_before = after, True, now
        cheque.save(update_fields=["state", "tell_saleor", "not_before"])
        return cheque


def _event(cheque: Cheque, what: str, reason: str, done_by: User, now: datetime.datetime) -> None:
    ChequeEvent.objects.create(
        cheque=cheque, what=what[:120], reason=reason.strip()[:200], done_at=now, done_by=done_by
    )


def _free_codes(count: int) -> list[str]:
    """Return new codes whose last characters name one cheque only."""
    taken = set(Cheque.objects.values_list("last_characters", flat=True))
    codes: list[str] = []
    while len(codes) < count:
        code = draw_code(secrets.choice)
        if code[-PUBLIC_LENGTH:] not in taken:
            taken.add(code[-PUBLIC_LENGTH:])
            codes.append(code)
    return codes


def _numbering_lock() -> None:
    """Let one sale be numbered at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('cheques', 62))")


def town_day(now: datetime.datetime) -> datetime.date:
    """Return the day in the town."""
    return now.astimezone(TOWN_TIME).date()


def cheques_post(
    kind: TransactionKind,
    source_id: str,
    now: datetime.datetime,
    legs: Mapping[tuple[AccountKind, int | None], int],
    *,
    subject: str = "",
    corrected: str = "",
    reason: str = "",
) -> None:
    """Post one transaction about cheques; ``corrected`` is the source of the redemption undone."""
    accounts = accounts_ensure(key for key, cents in legs.items() if cents)
    first = Transaction.objects.filter(
        kind=TransactionKind.CHEQUE_REDEEMED, source_id=corrected
    ).values_list("pk", flat=True)
    draft = Draft(
        kind=kind,
        source_id=source_id,
        subject=subject,
        occurred_at=now,
        corrects_id=first.first() if corrected else None,
        reason=reason,
        legs=tuple(Leg(accounts[key], cents) for key, cents in legs.items() if cents),
    )
    posted = transactions_post([draft], now=now)
    assert posted, f"{kind} {source_id} was posted before"
