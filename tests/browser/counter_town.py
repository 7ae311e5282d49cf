"""Puts orders of today into the visited database: run as a module, for Django needs its own thread.

Prints, as JSON, each shop's pickup: number of the row, code, text of the QR code, people.
"""

import datetime
import json
import os
import subprocess
import sys
from typing import Any

SHOPS = {
    "librairie-des-halles": "librairie@alencon.example",
    "fromagerie-du-perche": "fromagerie@alencon.example",
    "jouets-de-la-grande-rue": "jouets@alencon.example",
}
SECOND = "librairie-bis@alencon.example"
PINS = {"librairie@alencon.example": "4917", SECOND: "2580"}


def fill(database_url: str, number: str = "9001") -> dict[str, dict[str, Any]]:
    """Place and pay one basket of three shops, to be collected today; return its pickups."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.counter_town", number],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "DATABASE_URL": database_url},
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def main(number: str) -> dict[str, dict[str, Any]]:
    from django.utils import timezone

    from saleor_alencon.accounts.models import User
    from saleor_alencon.desk.pins import pin_set
    from saleor_alencon.domain.pickup_slots import instant
    from saleor_alencon.local.demo import PASSWORD
    from saleor_alencon.orders.models import Pickup
    from saleor_alencon.shops.models import Shop, ShopMember
    from tests.integration.small_town import Basket, Line, Tender

    now = timezone.now()
    for email, slug in [
        *((email, slug) for slug, email in SHOPS.items()),
        (SECOND, "librairie-des-halles"),
    ]:
        user = User.objects.filter(email=email).first()
        user = user or User.objects.create_user(email, PASSWORD, name=email.split("@")[0])
        ShopMember.objects.get_or_create(user=user, shop=Shop.objects.get(slug=slug))
        if email in PINS:
            pin_set(user_id=user.pk, pin=PINS[email], now=now)
    lines = [
        Line(slug, cents, pieces=2) for slug, cents in zip(SHOPS, (2000, 700, 1500), strict=True)
    ]
    Basket(number, lines, [Tender(4200)], captured_at=now).deliver()
    starts = instant(timezone.localdate(), 10 * 60)
    rows = Pickup.objects.filter(shop_order__order__number=number)
    rows.update(slot_starts_at=starts, slot_ends_at=starts + datetime.timedelta(hours=1))
    return {
        pickup.shop.slug: {
            "pk": pickup.pk,
            "code": pickup.code,
            "qr": pickup.qr_text,
            "line": pickup.shop_order.lines.get().pk,
        }
        for pickup in rows.select_related("shop")
    }


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saleor_alencon_settings.test")
    django.setup()
    print(json.dumps(main(sys.argv[1])))
