"""PINs: who acts on a device that somebody signed in.

Five wrong tries block a PIN for five minutes, each later one for twice as long, at most a day. A
PIN of four digits is then guessed in some 14 years on average, beginning with the likely ones
that :func:`pin_set` refuses.
"""

import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.desk.models import Pin
from saleor_alencon.errors import AlenconError
from saleor_alencon.shops.models import ShopMember

FREE_TRIES = 5
FIRST_BLOCK = datetime.timedelta(minutes=5)
LONGEST_BLOCK = datetime.timedelta(days=1)
SEQUENCES = ("01234567890", "09876543210")


class PinError(AlenconError):
    """Raised when a PIN cannot be chosen, or does not let the person act; the text says why."""


def pin_set(*, user_id: int, pin: str, now: datetime.datetime) -> Pin:
    """Choose a PIN of four to six digits; the tries at the one before are forgotten.

    :raises PinError: it is none, or the first that anybody would try.
    """
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 6):
        raise PinError(_("Un code a 4 à 6 chiffres."))
    if len(set(pin)) == 1 or any(pin in sequence for sequence in SEQUENCES):
        raise PinError(_("Ce code se devine trop vite : évitez 0000 ou 1234."))
    pin_row, _made = Pin.objects.update_or_create(
        user_id=user_id,
        defaults={
            "digest": make_password(pin),
            "set_at": now,
            "failed_attempts": 0,
            "blocked_until": None,
        },
    )
    return pin_row


def pin_check(
    *, shop_id: int, signed_in_id: int, user_id: int, pin: str, now: datetime.datetime
) -> User:
    """Return the member of the shop whose PIN it is, so that it acts from now on.

    Whoever signed the device in must have a PIN too: without one anybody could act as that person
    again.

    :raises PinError: not a member any more, no PIN chosen, a wrong one, or blocked until when.
    """
    if not Pin.objects.filter(user_id=signed_in_id).exists():
        raise PinError(
            _("Choisissez d'abord votre propre code : sans lui, n'importe qui agirait ensuite "
              "en votre nom sur cet appareil.")
        )  # fmt: skip
    with transaction.atomic():
        row = (
            Pin.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(
                user_id=user_id,
                user__is_active=True,
                user__in=ShopMember.objects.filter(shop_id=shop_id).values("user"),
            )
            .first()
        )
        refusal = _refusal(row, pin, now)
    # The count of tries is kept: the error is raised outside the transaction.
    if refusal or row is None:
        raise PinError(refusal)
    return row.user


def _refusal(row: Pin | None, pin: str, now: datetime.datetime) -> str:
    """Count the try; return why it fails, "" when it does not."""
    if row is None:
        return _(
            "Cette personne n'a pas encore choisi de code : elle le fait sous « Équipe », une "
            "fois connectée avec son propre compte."
        )
    if row.blocked_until is not None and row.blocked_until > now:
        return _("Trop d'essais : ce code est bloqué jusqu'à %(time)s.") % {
            "time": f"{localtime(row.blocked_until):%H:%M}"
        }
    if check_password(pin, row.digest):
        Pin.objects.filter(pk=row.pk).update(failed_attempts=0, blocked_until=None)
        return ""
    row.failed_attempts += 1
    over = row.failed_attempts - FREE_TRIES
    if over >= 0:
        row.blocked_until = now + min(FIRST_BLOCK * 2 ** min(over, 12), LONGEST_BLOCK)
    row.save(update_fields=["failed_attempts", "blocked_until"])
    return _("Ce code n'est pas le bon.")
