"""The onboarding checklist: facts read from the books, and words for people."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saleor_alencon.domain.shop_checklist import FIELDS, Check, Item, ShopFacts
from saleor_alencon.shops.models import Association, ConnectedAccount, PayoutRail, Shop


@dataclass(frozen=True)
class SaleorFacts:
    """What Saleor holds of a shop; whoever knows Saleor fills it in."""

    provisioned: bool = False
    products_imported: bool = False


ITEM_LABELS: Mapping[Item, str | Promise] = {
    Item.CONTACT: gettext_lazy("Personne à joindre"),
    Item.IDENTITY: gettext_lazy("Identité de l'entreprise"),
    Item.ADDRESS: gettext_lazy("Adresse"),
    Item.AGREEMENT: gettext_lazy("Convention signée"),
    Item.DUES: gettext_lazy("Cotisation de l'année"),
    Item.BANK: gettext_lazy("Compte bancaire"),
    Item.CONNECT: gettext_lazy("Compte Stripe"),
    Item.HOURS: gettext_lazy("Horaires"),
    Item.PROVISIONED: gettext_lazy("Mise en place dans Saleor"),
    Item.PRODUCTS: gettext_lazy("Articles importés"),
}


def connected(shop_ids: Collection[int]) -> dict[int, bool | None]:
    """Say which shops have an account that transfers can be made to; None when nobody needs one."""
    if not Association.objects.filter(payout_rail=PayoutRail.CONNECT).exists():
        return dict.fromkeys(shop_ids)
    ready = ConnectedAccount.objects.filter(shop__in=shop_ids, ready=True)
    found = set(ready.values_list("shop_id", flat=True))
    return {shop_id: shop_id in found for shop_id in shop_ids}


def facts_of(
    shop: Shop,
    saleor: SaleorFacts,
    *,
    dues_years: Collection[int],
    year: int,
    connected: bool | None = None,
) -> ShopFacts:
    """Return what the checklist wants to know of a shop in a year."""
    fields = [name for names in FIELDS.values() for name in names]
    return ShopFacts(
        filled=frozenset(name for name in fields if str(getattr(shop, name)).strip()),
        agreement_signed=shop.agreement_signed_on is not None,
        dues_paid=year in dues_years,
        hours_given=shop.opening_hours.is_ever_open,
        provisioned=saleor.provisioned,
        products_imported=saleor.products_imported,
        connected=connected,
    )


def check_text(check: Check) -> str:
    """Return an item with what it lacks: "Adresse (code postal, ville)"."""
    label = str(ITEM_LABELS[check.item])
    if not check.missing:
        return label
    names = ", ".join(field_label(name) for name in check.missing)
    return _("%(item)s (%(fields)s)") % {"item": label, "fields": names}


def field_label(name: str) -> str:
    """Return the label of a field of the shop's record."""
    return str(getattr(Shop._meta.get_field(name), "verbose_name", name))
