"""The Office looks through a merchant's eyes: for half an hour, in the stock Dashboard, read only.

A look belongs to one staff account and one shop. While it lasts, every request of that account
runs as a merchant's of the shop, with a merchant's permissions and not its own, and each is
written down. It ends by itself, or when the Office ends it.
"""

import copy
import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone
from saleor.core.db.connection import allow_writer

from saleor_alencon.domain.opening_hours import TIMEZONE

from .errors import ScopeError
from .merchants import find_merchant, merchant_permissions
from .models import Act, ActKind, Outcome
from .predicates import SHOP_KEY

LOOK_MINUTES = 30
NAME = "look"
LOOKING = (
    "Vous regardez la boutique « {shop} » en lecture seule jusqu'à {until} : rien ne peut être"
    " changé. Terminez le regard dans le bureau de l'Office pour agir en votre nom."
)
FIND_SHOP = f"""
SELECT EXISTS (SELECT FROM warehouse_warehouse WHERE private_metadata ->> '{SHOP_KEY}' = %s)"""


class LookRefused(ScopeError):
    """Raised when a look cannot be opened; ``code`` says why: reason, account, merchant, shop."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def look_open(*, email: str, shop: str, reason: str, now: datetime.datetime) -> Act:
    """Open a look of one staff account at one shop; a running one of the account is ended.

    :raises LookRefused: no reason, no such staff account, one that works for a shop, or no shop.
    """
    from saleor.account.models import User

    if not reason.strip():
        raise LookRefused("reason", "Say why.")
    with allow_writer(), transaction.atomic():
        user = User.objects.select_for_update().filter(email=email, is_active=True).first()
        if user is None or not user.is_staff:
            raise LookRefused("account", f"{email} is no active staff account.")
        if find_merchant(user) is not None:
            raise LookRefused("merchant", f"{email} works for a shop, or may do nothing.")
        with connection.cursor() as cursor:
            cursor.execute(FIND_SHOP, [shop])
            if not cursor.fetchone()[0]:
                raise LookRefused("shop", f"No warehouse is the shop {shop}.")
        end_running(user.pk, now)
        return Act.objects.create(
            at=now,
            kind=ActKind.LOOK,
            user_id=user.pk,
            email=user.email,
            shop=shop,
            name=NAME,
            outcome=Outcome.BEGUN,
            reason=reason.strip()[:500],
        )


def look_end(*, email: str, now: datetime.datetime) -> int:
    """End the running looks of a staff account; return how many there were."""
    from saleor.account.models import User

    with allow_writer(), transaction.atomic():
        user = User.objects.select_for_update().filter(email=email).first()
        return 0 if user is None else end_running(user.pk, now)


def end_running(user_id: int, now: datetime.datetime) -> int:
    """Add the end of each look that runs."""
    looks = list(running(user_id, now))
    for look in looks:
        Act.objects.create(
            at=now,
            kind=ActKind.LOOK,
            user_id=look.user_id,
            email=look.email,
            shop=look.shop,
            name=NAME,
            outcome=Outcome.DONE,
            begun=look,
        )
    return len(looks)


def running(user_id: int, now: datetime.datetime) -> Any:
    """Return the looks of an account that have neither ended nor run out, the newest first."""
    since = now - datetime.timedelta(minutes=LOOK_MINUTES)
    looks = Act.objects.filter(kind=ActKind.LOOK, outcome=Outcome.BEGUN, end__isnull=True)
    return looks.filter(user_id=user_id, at__gt=since).order_by("-id")


def find_look(user: Any) -> Act | None:
    """Return the look that a user of the Office's staff has open."""
    if user is None or not user.is_staff or not user.is_active:
        return None
    with allow_writer():
        return running(user.pk, timezone.now()).first()


def until(look: Act) -> datetime.datetime:
    """Return when a look ends by itself."""
    return look.at + datetime.timedelta(minutes=LOOK_MINUTES)


def refusal(look: Act) -> str:
    """Return what a mutation is answered during a look."""
    clock = until(look).astimezone(ZoneInfo(TIMEZONE))
    return LOOKING.format(shop=look.shop, until=f"{clock:%H:%M}")


def as_merchant(user: Any) -> Any:
    """Return a copy of the request's user that may ask for what a merchant may, and no more.

    A token that narrows the permissions down keeps doing so.
    """
    allowed = merchant_permissions()
    if user._effective_permissions is not None:
        allowed = user.effective_permissions & allowed
    looking = copy.copy(user)
    looking.__dict__.pop("_perm_cache", None)
    looking.is_superuser = False
    looking.effective_permissions = allowed
    return looking
