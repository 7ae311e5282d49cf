"""Where the demo's shops are, and which of their goods are not given back.

The places are made up: along four streets around the middle of town, a few steps apart.
"""

from decimal import Decimal

from saleor_alencon.domain.shopper_rights import Exception221
from saleor_alencon.shopper.models import ShopPlace, WithdrawalException
from saleor_alencon.shops.models import Shop

CENTRE = (Decimal("48.431200"), Decimal("0.092700"))
STREETS = ((7, 3), (-6, 4), (4, -8), (-3, -7))
"""Steps north and east from one door to the next, in hundred-thousandths of a degree."""
WITHOUT_PLACE = 10
"""Every tenth shop has only its number in the street order."""
PERISHABLE = ("rayon-fromagerie-du-perche", "rayon-boulangerie-lancrel")


def places_seed() -> None:
    """Give a place to each shop that has none."""
    known = set(ShopPlace.objects.values_list("shop_id", flat=True))
    for number, shop in enumerate(Shop.objects.order_by("pk")):
        if shop.pk in known:
            continue
        north, east = STREETS[number % len(STREETS)]
        door = number // len(STREETS) + 1
        if number % WITHOUT_PLACE == WITHOUT_PLACE - 1:
            ShopPlace.objects.create(shop=shop, street_order=door)
            continue
        ShopPlace.objects.create(
            shop=shop,
            latitude=CENTRE[0] + Decimal(north * door * 5) / 100_000,
            longitude=CENTRE[1] + Decimal(east * door * 5) / 100_000,
        )
    for goods in PERISHABLE:
        WithdrawalException.objects.get_or_create(
            goods=goods, defaults={"ground": Exception221.PERISHABLE.value}
        )
