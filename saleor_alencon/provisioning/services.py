"""The use cases: setting Saleor up, and keeping the shops in it."""

import datetime
from collections.abc import Callable, Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from saleor_alencon.errors import AlenconError
from saleor_alencon.provisioning.connections import every_node
from saleor_alencon.provisioning.delivery_table import DeliveryTable
from saleor_alencon.provisioning.drift import Drift
from saleor_alencon.provisioning.locks import shop_locked
from saleor_alencon.provisioning.models import ShopProvision
from saleor_alencon.provisioning.report import Report
from saleor_alencon.provisioning.setup import keep_everything
from saleor_alencon.provisioning.setup_app import (
    AppMissing,
    check_app,
    keep_app,
    keep_town_app,
)
from saleor_alencon.provisioning.shop_keeper import ShopKeeper
from saleor_alencon.provisioning.staff import StaffLogin
from saleor_alencon.provisioning.wanted_shop import shop_wanted
from saleor_alencon.saleor_api.client import SaleorClient
from saleor_alencon.shops.models import Shop, ShopState


class NoSuchShop(AlenconError):
    """Raised when a slug names no shop of the Office."""


def saleor_setup(
    *,
    url: str,
    app_token: str | None,
    staff: SaleorClient | None,
    table: DeliveryTable,
    tell: Callable[[str], None],
    keep_token: Callable[[str], None],
    new_token: bool = False,
    page_url: str | None = None,
) -> Report:
    """Set Saleor up, and return what became of each thing.

    Everything is looked up before it is made, so that a call that was cut off is completed by
    the next one. Without ``staff`` the Office's app does all of it with ``app_token``.

    :param page_url: of the Office's page in the Dashboard; None when there is none.
    :param keep_token: called at once with the token of an app that was made, or of a new token.
    :raises SaleorRefused, SaleorUnreachable: what was done until then stays.
    :raises AppMissing: there is neither a staff login nor a token that may do it.
    """
    report = Report(tell)
    if staff:
        made = keep_app(staff, report, new_token=new_token)
        if made:
            keep_token(made)
            app_token = made
    if not app_token and not staff:
        raise AppMissing(
            "SALEOR_APP_TOKEN is not set. The first time, make the Office's app and its token with "
            "a staff login: `alencon saleor setup --email ... --password-stdin`."
        )
    if app_token:
        with SaleorClient(url, app_token) as client:
            if not staff:
                check_app(client, report)
            keep_everything(client, report, table)
        if page_url:
            keep_town_app(url, app_token, page_url, report)
    else:
        assert staff is not None
        keep_everything(staff, report, table)
        tell(
            "The app has a token already, and SALEOR_APP_TOKEN is not set. Tokens are shown once: "
            "if it is lost, make another with --new-token."
        )
    return report


def shops_to_provision(slugs: Iterable[str] = ()) -> QuerySet[Shop]:
    """Return the named shops, or all that belong into Saleor: approved, live, or already there.

    :raises NoSuchShop: naming the slugs that no shop has.
    """
    slugs = list(slugs)
    if not slugs:
        belongs = Q(state__in=(ShopState.APPROVED, ShopState.LIVE)) | ~Q(
            provision__warehouse_id=""
        ) & Q(provision__isnull=False)
        return Shop.objects.filter(belongs).order_by("slug")
    shops = Shop.objects.filter(slug__in=slugs).order_by("slug")
    unknown = sorted(set(slugs) - {shop.slug for shop in shops})
    if unknown:
        raise NoSuchShop(_("Aucune boutique : %(slugs)s.") % {"slugs": ", ".join(unknown)})
    return shops


def shop_provision(
    *, shop: Shop, client: SaleorClient, staff: StaffLogin, now: datetime.datetime
) -> list[Drift]:
    """Bring a shop in Saleor to what the Office's books say; return what was not so before.

    May be called again at any moment, also after a call that was killed: what is there is found
    and completed. Two calls for one shop wait for each other. Ids, time and failure are kept in
    ``ShopProvision``.

    :raises ShopNotReady: the shop may not be in Saleor yet, or lacks its address.
    :raises SaleorError: what was done until then stays; ``retryable`` says whether to try again.
    """
    with shop_locked(shop.pk):
        shop.refresh_from_db()
        row, _created = ShopProvision.objects.get_or_create(shop=shop)
        try:
            wanted = shop_wanted(shop)
            keeper = ShopKeeper(
                client,
                staff,
                wanted,
                warehouse_id=row.warehouse_id,
                collection_id=row.collection_id,
            )
            try:
                cured = keeper.keep()
            finally:
                # What was made is known even when a later step failed.
                row.warehouse_id = keeper.warehouse_id or row.warehouse_id
                row.collection_id = keeper.collection_id or row.collection_id
                row.group_id = keeper.group_id or row.group_id
        except AlenconError as error:
            row.failed_at = now
            row.last_error = str(error)
            row.save()
            raise
        row.provisioned_at = row.checked_at = now
        row.failed_at = None
        row.last_error = ""
        row.drift = []
        row.save()
    return cured


def shop_verify(*, shop: Shop, client: SaleorClient, now: datetime.datetime) -> list[Drift]:
    """Return what in Saleor is not as the Office's books say, and keep it; change nothing.

    :raises ShopNotReady: the shop may not be in Saleor yet.
    :raises SaleorError: Saleor could not be asked.
    """
    row, _created = ShopProvision.objects.get_or_create(shop=shop)
    keeper = ShopKeeper(
        client,
        StaffLogin(url=client.url),
        shop_wanted(shop),
        warehouse_id=row.warehouse_id,
        collection_id=row.collection_id,
    )
    drift = keeper.read()
    row.checked_at = now
    row.drift = [each.as_json() for each in drift]
    row.save(update_fields=["checked_at", "drift"])
    return drift


def strangers_find(*, client: SaleorClient) -> list[str]:
    """Return the warehouses in Saleor that say they are a shop's the Office does not know."""
    known = set(Shop.objects.values_list("slug", flat=True))
    return [
        _("entrepôt « %(name)s » : la boutique « %(shop)s » est inconnue de l'Office")
        % {"name": warehouse["name"], "shop": warehouse["shop"]}
        for warehouse in every_node(client, "shop_warehouses", "warehouses")
        if warehouse["shop"] and warehouse["shop"] not in known
    ]


def provision_summary(shop: Shop, cured: list[Drift]) -> str:
    """Return one line on what a provisioning did."""
    if not cured:
        return _("%(shop)s : rien à changer") % {"shop": shop.slug}
    return f"{shop.slug} : {' ; '.join(map(str, cured))}"
