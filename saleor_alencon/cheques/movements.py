"""What shops and the Office take from a cheque outside web orders, and give back.

A counter, an expiry and a refund take value in three steps: reserved here, taken from the gift
card in Saleor (:mod:`.saleor`), then done and posted. So no cheque is spent twice, here and there.
"""

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.cheques.models import (
    OPEN_MOVEMENTS,
    Cheque,
    ChequeMovement,
    ChequeState,
    MovementKind,
    MovementState,
)
from saleor_alencon.cheques.services import (
    ChequeError,
    cheque_find,
    cheques_post,
    reason_check,
    rules_at,
    shops_accepting,
    town_day,
)
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.cheques import redemption_of
from saleor_alencon.ledger.models import TransactionKind
from saleor_alencon.localized import amount_text, date_text
from saleor_alencon.shops.models import Shop, vat_rate_at


def redemption_reserve(
    *,
    code: str,
    shop: Shop,
    amount_cents: int,
    asked_by: User | None,
    now: datetime.datetime,
    key: str,
    reason: str = "",
) -> ChequeMovement:
    """Reserve what a shop takes of a cheque at its counter; a second call with ``key`` is the same.

    No change is given: at most what is left of the cheque, which keeps the rest until it expires.

    :raises ChequeError: unknown, expired, blocked or worth less; or the shop accepts none.
    """
    today = town_day(now)
    with transaction.atomic():
        cheque = Cheque.objects.select_for_update().get(pk=cheque_find(code=code).pk)
        if known := ChequeMovement.objects.filter(key=key).first():
            return known
        if shop.slug not in shops_accepting([shop.slug], today):
            raise ChequeError(
                _("« %(shop)s » n'accepte pas les chèques cadeaux : l'Office peut l'inscrire.")
                % {"shop": shop}
            )
        _usable_check(cheque, today)
        if not 0 < amount_cents <= cheque.remaining_cents:
            raise ChequeError(
                _("Il reste %(left)s sur ce chèque : %(amount)s ne convient pas.")
                % {
                    "left": amount_text(cheque.remaining_cents),
                    "amount": amount_text(amount_cents),
                }
            )
        rate_bps, vat_bps = rules_at(today).fee_rate_bps, vat_rate_at(today)
        found = redemption_of(amount_cents, fee_rate_bps=rate_bps, vat_rate_bps=vat_bps)
        return _ask(
            cheque=cheque,
            kind=MovementKind.COUNTER,
            key=key,
            effect_cents=amount_cents,
            shop=shop,
            fee_rate_bps=rate_bps,
            fee_cents=found.fee_cents,
            fee_vat_rate_bps=vat_bps if found.fee_cents else 0,
            fee_vat_cents=found.fee_vat_cents,
            reason=reason.strip()[:200],
            asked_at=now,
            asked_by=asked_by,
        )


def redemption_cancel(
    *, movement_id: int, reason: str, asked_by: User, now: datetime.datetime
) -> ChequeMovement:
    """Ask that what a shop took goes back to the cheque: a mistake, or goods that came back.

    The shop's balance is charged, the fee given back.

    :raises ChequeError: nothing was taken, it was cancelled before, or no reason is given.
    """
    reason_check(reason)
    with transaction.atomic():
        taken = ChequeMovement.objects.select_related("cheque").get(pk=movement_id)
        cheque = Cheque.objects.select_for_update().get(pk=taken.cheque_id)
        if taken.kind != MovementKind.COUNTER or taken.state != MovementState.DONE:
            raise ChequeError(_("Seul un encaissement fait en boutique peut être annulé."))
        if ChequeMovement.objects.filter(corrects=taken).exists():
            raise ChequeError(_("Cet encaissement est déjà annulé."))
        _closed_check(cheque)
        return _ask(
            cheque=cheque,
            kind=MovementKind.COUNTER_BACK,
            key=f"back-{taken.pk}",
            effect_cents=-taken.effect_cents,
            shop=taken.shop,
            fee_rate_bps=taken.fee_rate_bps,
            fee_cents=-taken.fee_cents,
            fee_vat_rate_bps=taken.fee_vat_rate_bps,
            fee_vat_cents=-taken.fee_vat_cents,
            corrects=taken,
            reason=reason.strip()[:200],
            asked_at=now,
            asked_by=asked_by,
        )


def refund_reserve(
    *, cheque_id: int, reason: str, asked_by: User, now: datetime.datetime
) -> ChequeMovement:
    """Ask to pay an unused cheque back to its buyer; it pays nothing from now on.

    :raises ChequeError: something of it was used, it is refunded already, or no reason is given.
    """
    reason_check(reason)
    with transaction.atomic():
        cheque = Cheque.objects.select_for_update().get(pk=cheque_id)
        if cheque.remaining_cents != cheque.face_cents:
            raise ChequeError(_("Ce chèque a servi : seul un chèque entier est remboursé."))
        if cheque.state == ChequeState.CANCELLED:
            raise ChequeError(_("Ce chèque est déjà remboursé."))
        _closed_check(cheque)
        return _take_rest(cheque, MovementKind.REFUNDED, reason, asked_by, now)


def expiries_reserve(*, now: datetime.datetime) -> list[ChequeMovement]:
    """Reserve what is left of the cheques that expired long enough ago, by the rules of the day."""
    today = town_day(now)
    days = rules_at(today).write_off_after_days
    if days is None:
        return []
    last = today - datetime.timedelta(days=days)
    due = Cheque.objects.filter(expires_on__lt=last, remaining_cents__gt=0)
    due = due.exclude(movements__state__in=OPEN_MOVEMENTS).order_by("id")
    found = []
    for cheque_id in due.values_list("pk", flat=True):
        with transaction.atomic():
            cheque = Cheque.objects.select_for_update().get(pk=cheque_id)
            is_open = cheque.movements.filter(state__in=OPEN_MOVEMENTS).exists()
            if is_open or cheque.remaining_cents <= 0 or cheque.expires_on >= last:
                continue
            found.append(_take_rest(cheque, MovementKind.EXPIRED, "", None, now))
    return found


def movement_finish(*, movement_id: int, now: datetime.datetime) -> ChequeMovement:
    """Post what was reserved and taken in Saleor; a second call changes nothing."""
    with transaction.atomic():
        movement, cheque = _movement_locked(movement_id)
        if movement.state != MovementState.PENDING:
            return movement
        movement.state, movement.done_at = MovementState.DONE, now
        movement.save(update_fields=["state", "done_at"])
        _movement_post(movement, now)
        if movement.kind == MovementKind.REFUNDED:
            cheque.state, cheque.tell_saleor = ChequeState.CANCELLED, True
            cheque.not_before = now
            cheque.save(update_fields=["state", "tell_saleor", "not_before"])
        return movement


def movement_refuse(*, movement_id: int, refusal: str, give_back: bool) -> ChequeMovement:
    """Free what was reserved; with ``give_back`` only once Saleor has given back what it took."""
    with transaction.atomic():
        movement, _cheque = _movement_locked(movement_id)
        if movement.state in OPEN_MOVEMENTS:
            movement.state = MovementState.GIVING_BACK if give_back else MovementState.REFUSED
            movement.refusal = movement.refusal or refusal[:200]
            movement.save(update_fields=["state", "refusal"])
        return movement


def _usable_check(cheque: Cheque, today: datetime.date) -> None:
    if cheque.state == ChequeState.BLOCKED:
        raise ChequeError(_("Ce chèque est bloqué : adressez-vous à l'Office."))
    if cheque.state == ChequeState.CANCELLED:
        raise ChequeError(_("Ce chèque a été remboursé : il ne paie plus rien."))
    if cheque.expires_on < today:
        raise ChequeError(_("Ce chèque n'est plus valable depuis le %(day)s.")
                          % {"day": date_text(cheque.expires_on)})  # fmt: skip
    _closed_check(cheque)


def _closed_check(cheque: Cheque) -> None:
    if cheque.movements.filter(state__in=OPEN_MOVEMENTS).exists():
        raise ChequeError(_("Ce chèque est en cours d'encaissement : patientez, puis vérifiez-le."))


def _take_rest(
    cheque: Cheque, kind: MovementKind, reason: str, asked_by: User | None, now: datetime.datetime
) -> ChequeMovement:
    times = cheque.movements.filter(kind=kind).count()
    return _ask(
        cheque=cheque,
        kind=kind,
        key=f"{kind}-{cheque.pk}-{times}",
        effect_cents=cheque.remaining_cents,
        reason=reason.strip()[:200],
        asked_at=now,
        asked_by=asked_by,
    )


def _ask(**fields: Any) -> ChequeMovement:
    """Reserve a movement of a locked cheque, and let Saleor be told."""
    movement: ChequeMovement = ChequeMovement.objects.create(**fields)
    cheque = movement.cheque
    cheque.tell_saleor, cheque.not_before = True, movement.asked_at
    cheque.save(update_fields=["tell_saleor", "not_before"])
    cheque.refresh_from_db(fields=["remaining_cents"])
    return movement


def _movement_locked(movement_id: int) -> tuple[ChequeMovement, Cheque]:
    """Lock a movement's cheque, then read the movement: always in this order."""
    cheque_id = ChequeMovement.objects.values_list("cheque_id", flat=True).get(pk=movement_id)
    cheque = Cheque.objects.select_for_update().get(pk=cheque_id)
    return ChequeMovement.objects.select_for_update().get(pk=movement_id), cheque


def _movement_post(movement: ChequeMovement, now: datetime.datetime) -> None:
    liability = (AccountKind.GIFT_CHEQUE_LIABILITY, None)
    legs: dict[tuple[AccountKind, int | None], int] = {liability: movement.effect_cents}
    if movement.kind in (MovementKind.COUNTER, MovementKind.COUNTER_BACK):
        legs[(AccountKind.SHOP_AVAILABLE, movement.shop_id)] = -movement.net_cents
        legs[(AccountKind.COMMISSION_REVENUE, None)] = -movement.fee_cents
        legs[(AccountKind.COMMISSION_VAT, None)] = -movement.fee_vat_cents
    elif movement.kind == MovementKind.EXPIRED:
        legs[(AccountKind.GIFT_CHEQUES_EXPIRED, None)] = -movement.effect_cents
    else:
        legs[(AccountKind.BANK, None)] = -movement.effect_cents
    corrected = f"{movement.cheque.serial}#{movement.corrects_id}" if movement.corrects_id else ""
    cheques_post(
        TRANSACTIONS[MovementKind(movement.kind)], f"{movement.cheque.serial}#{movement.pk}", now,
        legs, subject=str(movement.pk), corrected=corrected, reason=movement.reason,
    )  # fmt: skip


TRANSACTIONS = {
    MovementKind.COUNTER: TransactionKind.CHEQUE_REDEEMED,
    MovementKind.COUNTER_BACK: TransactionKind.CHEQUE_GIVEN_BACK,
    MovementKind.EXPIRED: TransactionKind.CHEQUE_EXPIRED,
    MovementKind.REFUNDED: TransactionKind.CHEQUE_REFUNDED,
}
