"""From the Dashboard to the counter without a second password: a ticket that opens it once.

The ticket is given to a merchant whom Saleor has just vouched for, and opens its own account, for a
minute. It is no row: like Django's links for a forgotten password it is made of what changes by its
use, the time of the last sign-in, so neither it nor an older one opens anything afterwards.
"""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.errors import AlenconError

LASTS = datetime.timedelta(minutes=1)
SALT = "saleor_alencon.desk.entry"


class EntryRefused(AlenconError):
    """Raised when the counter is not opened; the message says what to do instead."""


def entry_ticket(*, email: str, slugs: Collection[str], now: datetime.datetime) -> str:
    """Return a ticket for the merchant of an address, who must work for one of the shops here too.

    :raises EntryRefused: the Office knows no such merchant.
    """
    people = User.objects.filter(
        email=email.lower(),
        role=Role.MERCHANT,
        is_active=True,
        shop_memberships__shop__slug__in=slugs,
    )
    user = people.first()
    if user is None:
        raise EntryRefused(
            _(
                "L'Office n'a pas encore de comptoir pour %(email)s : demandez-lui de vous ajouter "
                "aux personnes de la boutique."
            )
            % {"email": email}
        )
    seconds = int(now.timestamp())
    return f"{user.pk}-{seconds}-{_signature(user, seconds)}"


def entry_person(*, ticket: str, now: datetime.datetime) -> User:
    """Return whose counter a ticket opens. Within a transaction, nobody else uses it meanwhile.

    :raises EntryRefused: it is none, too old, or was used; so did signing in elsewhere since.
    """
    try:
        number, seconds, signature = ticket.split("-")
        made_at = datetime.datetime.fromtimestamp(int(seconds), tz=datetime.UTC)
        people = User.objects.filter(pk=int(number), role=Role.MERCHANT, is_active=True)
        if transaction.get_connection().in_atomic_block:
            people = people.select_for_update()
        user = people.first()
    except (ValueError, OverflowError, OSError):
        user = None
    if (
        user is None
        or not constant_time_compare(signature, _signature(user, int(seconds)))
        or not datetime.timedelta() <= now - made_at < LASTS + datetime.timedelta(seconds=1)
    ):
        raise EntryRefused(
            _(
                "Ce lien a déjà servi, ou a plus d'une minute. Retournez dans le tableau de bord "
                "et appuyez de nouveau sur « Ouvrir le comptoir »."
            )
        )
    return user


def _signature(user: User, seconds: int) -> str:
    last = "" if user.last_login is None else user.last_login.isoformat()
    value = f"{user.pk}|{seconds}|{last}|{user.get_session_auth_hash()}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()
