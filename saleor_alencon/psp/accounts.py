"""Shops' accounts at the provider: made once, filled in by the merchant, asked about now and then.

The key of a creation is stored before the provider is asked. When its answer did not come, the
provider's list is searched for the shop's account before the same request is sent again.
"""

import datetime
import logging
import secrets

from django.db import transaction

from saleor_alencon.psp.gateway import Gateway, Json, ProviderRefused, every
from saleor_alencon.shops.models import ConnectedAccount, Shop, ShopState

logger = logging.getLogger(__name__)

SHOP_METADATA = "alencon_shop"


def account_ensure(*, shop_id: int, gateway: Gateway, now: datetime.datetime) -> ConnectedAccount:
    """Return a shop's account at the provider, made now when it has none. A second call is free.

    :raises ProviderError: the account may exist all the same; the next call finds it.
    """
    with transaction.atomic():
        shop = Shop.objects.select_for_update().get(pk=shop_id)
        account, is_new = ConnectedAccount.objects.get_or_create(
            shop=shop, defaults={"key": f"alencon-account-{shop.slug}", "created_at": now}
        )
    if account.account_id:
        return account
    found = None if is_new else _search(gateway, shop.slug)
    try:
        answer = found or gateway.account_create(_details(shop), key=account.key)
    except ProviderRefused:
        # Nothing was made; the same key with corrected details would be refused for a day.
        account.key = f"alencon-account-{shop.slug}-{secrets.token_hex(4)}"
        account.save(update_fields=["key"])
        raise
    return _write(account, answer, now)


def account_refresh(
    *, account: ConnectedAccount, gateway: Gateway, now: datetime.datetime
) -> ConnectedAccount:
    """Ask the provider where an account stands."""
    if not account.account_id:
        return account_ensure(shop_id=account.shop_id, gateway=gateway, now=now)
    return _write(account, gateway.account(account.account_id), now)


def accounts_refresh(*, gateway: Gateway, now: datetime.datetime) -> int:
    """Ask about every account that is not ready, or was not asked about for a day.

    One that the provider refuses to tell about is not ready; the others are asked about all the
    same.
    """
    since = now - datetime.timedelta(days=1)
    open_shops = ConnectedAccount.objects.exclude(shop__state=ShopState.CLOSED)
    open_shops = open_shops.select_related("shop")
    due = [each for each in open_shops if not each.ready or (each.checked_at or since) <= since]
    for account in due:
        try:
            account_refresh(account=account, gateway=gateway, now=now)
        except ProviderRefused as refusal:
            logger.warning("account of %s: %s", account.shop, refusal)
            account.ready, account.checked_at = False, now
            account.save(update_fields=["ready", "checked_at"])
    return len(due)


def onboarding_url(
    *, shop_id: int, gateway: Gateway, return_url: str, now: datetime.datetime
) -> str:
    """Return the address where the merchant fills in the provider's form; it is good once.

    ``return_url`` is where the provider leads back to, also when the address has run out.
    """
    account = account_ensure(shop_id=shop_id, gateway=gateway, now=now)
    return gateway.onboarding_url(account.account_id, return_url=return_url, refresh_url=return_url)


def _details(shop: Shop) -> Json:
    details: Json = {
        "type": "express",
        "country": "FR",
        "capabilities": {"transfers": {"requested": True}},
        "business_profile": {"name": shop.name},
        "metadata": {SHOP_METADATA: shop.slug},
    }
    return details | ({"email": shop.email} if shop.email else {})


def _search(gateway: Gateway, slug: str) -> Json | None:
    found = every(gateway.accounts)
    return next(
        (each for each in found if (each.get("metadata") or {}).get(SHOP_METADATA) == slug), None
    )


def _write(account: ConnectedAccount, answer: Json, now: datetime.datetime) -> ConnectedAccount:
    requirements = answer.get("requirements") or {}
    account.account_id = answer["id"]
    account.ready = (answer.get("capabilities") or {}).get("transfers") == "active"
    account.details_submitted = bool(answer.get("details_submitted"))
    account.missing = list(requirements.get("currently_due") or ())
    account.checked_at = now
    account.save()
    return account
