"""Who is a merchant: read from the tables that provisioning keeps, at the begin of a request."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections

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
SELECT w.private_metadata ->> '{SHOP_KEY}', w.private_metadata ->> '{STATE_KEY}'
  FROM warehouse_warehouse w
 WHERE w.private_metadata ->> '{GROUP_KEY}' = ANY (ARRAY(
         SELECT encode(convert_to('Group:' || g.group_id, 'UTF8'), 'base64')
           FROM account_user_groups g WHERE g.user_id = %s))
   AND w.private_metadata ? '{SHOP_KEY}' ORDER BY 1"""
# Whether somebody gave the user any permission, and whether there are merchants at all.
FIND_OTHERS = f"""
SELECT EXISTS (SELECT FROM account_user_user_permissions WHERE user_id = %(user)s)
       OR EXISTS (SELECT FROM account_user_groups g JOIN account_group_permissions p
                    ON p.group_id = g.group_id WHERE g.user_id = %(user)s),
       EXISTS (SELECT FROM warehouse_warehouse WHERE private_metadata ? '{GROUP_KEY}')"""


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
    nobody gave any permission, once any shop has a group. A superuser never is.
    """
    if user is None or not user.is_staff or not user.is_active or user.is_superuser:
        return None
    alias = settings.DATABASE_CONNECTION_REPLICA_NAME
    shops = find_shops(user.pk, alias)
    if shops:
        return Merchant(user.pk, shops)
    with connections[alias].cursor() as cursor:
        cursor.execute(FIND_OTHERS, {"user": user.pk})
        may_something, any_shop = cursor.fetchone()
    return Merchant(user.pk, ()) if any_shop and not may_something else None


def find_shops(user_id: int, alias: str) -> tuple[MerchantShop, ...]:
    """Return the shops whose group the user is in, by slug; within a scope, its own shop only."""
    with connections[alias].cursor() as cursor:
        cursor.execute(FIND_SHOPS, [user_id])
        return tuple(
            MerchantShop(slug, state in READ_ONLY_STATES, state == CLOSED) for slug, state in cursor
        )


def grant_permissions(user: Any) -> None:
    """Let this request's user object ask for what merchants may.

    A token that narrows the permissions down (one made for an app's page) keeps doing so.
    """
    if user._effective_permissions is None:
        user.effective_permissions = merchant_permissions()
        user._effective_permissions_cache = set(PERMISSIONS)  # what that query would find


def merchant_permissions() -> Any:
    """Return what merchants may ask Saleor for, as a query."""
    from django.db.models import Q
    from saleor.permission.models import Permission

    wanted = Q()
    for name in PERMISSIONS:
        label, codename = name.split(".")
        wanted |= Q(content_type__app_label=label, codename=codename)
    return Permission.objects.filter(wanted)
