"""Who is a merchant: read from the tables that provisioning keeps, at the begin of a request."""

import base64
from dataclasses import dataclass
from typing import Any

from django.db import connection

from .predicates import SHOP_KEY

GROUP_KEY = "alencon.group"
STATE_KEY = "alencon.state"
CLOSED = "closed"
READ_ONLY_STATES = ("suspended", CLOSED)
# What a merchant's request may ask Saleor for. Given to the request and kept nowhere: in the
# database a shop's group holds no permission, so that Saleor without this package, or a request
# that it does not see, lets a merchant do nothing at all. Provisioning keeps it so.
PERMISSIONS = ("product.manage_products", "order.manage_orders", "payment.handle_payments")

FIND_SHOPS = f"""
SELECT w.private_metadata ->> '{SHOP_KEY}', w.private_metadata ->> '{STATE_KEY}',
       w.private_metadata ->> '{GROUP_KEY}'
  FROM warehouse_warehouse w
 WHERE w.private_metadata ->> '{GROUP_KEY}' = ANY(%s) AND w.private_metadata ? '{SHOP_KEY}'
 ORDER BY 1"""
FIND_GROUPS = """
SELECT g.group_id, EXISTS (SELECT FROM account_group_permissions p WHERE p.group_id = g.group_id)
  FROM account_user_groups g WHERE g.user_id = %s"""
HAS_PERMISSIONS = "SELECT EXISTS (SELECT FROM account_user_user_permissions WHERE user_id = %s)"


@dataclass(frozen=True)
class MerchantShop:
    """One shop of a merchant. One that is suspended or closed is read, and not changed."""

    slug: str
    read_only: bool
    closed: bool = False


@dataclass(frozen=True)
class Merchant:
    """A staff user who sees a shop's rows only; none at all without a shop."""

    user_id: int
    shops: tuple[MerchantShop, ...]

    def choose(self, wanted: str | None) -> MerchantShop | None:
        """Return the shop a request asked for by its slug; without one the first of them.

        :returns: None when there is no such shop, or none at all.
        """
        for shop in self.shops:
            if wanted in (None, "", shop.slug):
                return shop
        return None


def find_merchant(user: Any) -> Merchant | None:
    """Return the user as a merchant, or None: a shopper, or a member of the Office's staff.

    Who works for a shop is a merchant, whatever other groups there are; so is a staff user to whom
    nobody gave any permission. A superuser never is.
    """
    if user is None or not user.is_staff or not user.is_active or user.is_superuser:
        return None
    with connection.cursor() as cursor:
        cursor.execute(FIND_GROUPS, [user.pk])
        groups = dict(cursor.fetchall())
        cursor.execute(FIND_SHOPS, [[global_group_id(number) for number in groups]])
        shops = tuple(
            MerchantShop(slug, state in READ_ONLY_STATES, state == CLOSED)
            for slug, state, _group in cursor.fetchall()
        )
        if shops:
            return Merchant(user.pk, shops)
        cursor.execute(HAS_PERMISSIONS, [user.pk])
        may_something = cursor.fetchone()[0] or any(groups.values())
    return None if may_something else Merchant(user.pk, ())


def global_group_id(number: int) -> str:
    """Return a group's id as Saleor's API shows it, and provisioning keeps it."""
    return base64.b64encode(f"Group:{number}".encode()).decode()


def grant_permissions(user: Any) -> None:
    """Let this request's user object ask for what merchants may.

    A token that narrows the permissions down (one made for an app's page) keeps doing so.
    """
    if user._effective_permissions is None:
        user.effective_permissions = merchant_permissions()


def merchant_permissions() -> Any:
    """Return what merchants may ask Saleor for, as a query."""
    from django.db.models import Q
    from saleor.permission.models import Permission

    wanted = Q()
    for name in PERMISSIONS:
        label, codename = name.split(".")
        wanted |= Q(content_type__app_label=label, codename=codename)
    return Permission.objects.filter(wanted)
