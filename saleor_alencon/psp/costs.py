"""The legs of what the provider takes: the Office's part, and each shop order's."""

from collections.abc import Mapping

from django.db.models import Sum

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.bearing import CostShares
from saleor_alencon.ledger.models import Entry
from saleor_alencon.ledger.services import Leg, accounts_ensure
from saleor_alencon.orders.models import Order, ShopOrder, Tender

SHOP_MONEY = (AccountKind.SHOP_HOLD, AccountKind.SHOP_AVAILABLE)


def shop_orders_lock(order: Order) -> dict[str, ShopOrder]:
    """Return the shop orders of an order by shop, which nobody releases meanwhile."""
    rows = ShopOrder.objects.select_for_update(of=("self",)).filter(order=order)
    return {row.shop.slug: row for row in rows.select_related("shop").order_by("id")}


def charged_by_shop(tender: Tender) -> dict[str, int]:
    """Return what a tender charged for each shop, goods and delivery, in cents."""
    return dict(tender.shares.values_list("shop_order__shop__slug", "charged_cents"))


def refunded_by_shop(tender: Tender) -> dict[str, int]:
    """Return what a tender gave back for each shop, in cents, at most what it had charged.

    A refund may go back by another tender than paid for it: the rest counts for that one.
    """
    rows = tender.shares.values_list("shop_order__shop__slug", "charged_cents", "refunded_cents")
    return {shop: min(charged, refunded) for shop, charged, refunded in rows}


def kept_by_shop(tender: Tender) -> dict[str, int]:
    """Return what each shop still has of a tender; of one given back whole, what it charged."""
    charged, refunded = charged_by_shop(tender), refunded_by_shop(tender)
    kept = {shop: cents - refunded.get(shop, 0) for shop, cents in charged.items()}
    return kept if any(kept.values()) else charged


def cost_legs(
    shares: CostShares,
    *,
    office: AccountKind,
    against: AccountKind,
    shop_orders: Mapping[str, ShopOrder],
) -> tuple[Leg, ...]:
    """Return the legs of a cost: bearers on one side, ``against`` on the other.

    A shop's part is taken from held money, or from available money once that was released.
    """
    accounts = accounts_ensure(
        {(office, None), (against, None)} | {shop_account(row) for row in shop_orders.values()}
    )
    legs = [
        Leg(accounts[(office, None)], shares.office_cents),
        *(
            Leg(accounts[shop_account(shop_orders[shop])], cents, shop_orders[shop].pk)
            for shop, cents in sorted(shares.shop_cents.items())
        ),
        Leg(accounts[(against, None)], -shares.total_cents),
    ]
    return tuple(leg for leg in legs if leg.amount_cents)


def shop_account(row: ShopOrder) -> tuple[AccountKind, int | None]:
    kind = AccountKind.SHOP_HOLD if row.released_at is None else AccountKind.SHOP_AVAILABLE
    return kind, row.shop_id


def posted_shares(*, kinds: tuple[str, ...], subject: str, office: AccountKind) -> CostShares:
    """Return who bears, by the ledger, what transactions of these kinds say of a subject."""
    entries = Entry.objects.filter(transaction__kind__in=kinds, transaction__subject=subject)
    of_shops = entries.filter(account__kind__in=SHOP_MONEY)
    shops = of_shops.values_list("shop_order__shop__slug").annotate(cents=Sum("amount_cents"))
    of_office = entries.filter(account__kind=office).aggregate(cents=Sum("amount_cents"))["cents"]
    return CostShares(int(of_office or 0), {shop: int(cents) for shop, cents in shops if cents})
