"""What the merchants' rules keep in the database, and who is a merchant at all."""

from typing import Any

from saleor_alencon.local.saleor_stack import run_office
from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import BOOKSHOP, CHEESE, Shops
from tests.live.test_plugin_in_process import run_inside


def change_rules(live: LiveSaleor, action: str) -> str:
    url = live.stack.cluster.url("saleor")
    return run_office(live.stack, "scope", action, SALEOR_DATABASE_URL=url)


def read_line_shops(live: LiveSaleor, order: str) -> dict[str, Any]:
    rows = live.admin.execute(
        "SELECT product_sku, alencon_shop FROM order_orderline WHERE order_id = %s", [order]
    ).fetchall()
    return dict(rows)


def test_an_order_line_knows_its_shop_from_the_order_on(shops: Shops) -> None:
    order = shops.live.town.buy({f"{BOOKSHOP}-1": 1, f"{CHEESE}-1": 2})

    assert read_line_shops(shops.live, shops.key(order.id)) == {
        f"{BOOKSHOP}-1": BOOKSHOP,
        f"{CHEESE}-1": CHEESE,
    }


def test_a_line_whose_variant_is_gone_stays_its_shops(shops: Shops) -> None:
    order = shops.live.town.buy({f"{BOOKSHOP}-2": 1})
    key = shops.key(order.id)
    shops.live.admin.execute(
        "UPDATE order_orderline SET variant_id = NULL WHERE order_id = %s", [key]
    )

    assert read_line_shops(shops.live, key) == {f"{BOOKSHOP}-2": BOOKSHOP}


def test_installing_gives_older_lines_their_shop(shops: Shops) -> None:
    order = shops.live.town.buy({f"{CHEESE}-2": 1})
    key = shops.key(order.id)
    shops.live.admin.execute(
        "UPDATE order_orderline SET alencon_shop = NULL WHERE order_id = %s", [key]
    )
    assert read_line_shops(shops.live, key) == {f"{CHEESE}-2": None}

    removed = change_rules(shops.live, "remove")
    installed = change_rules(shops.live, "install")

    assert removed.startswith("Removed. Merchants can do nothing")
    assert installed.startswith("Installed rules ")
    assert read_line_shops(shops.live, key) == {f"{CHEESE}-2": CHEESE}
    assert change_rules(shops.live, "check").startswith("In order: ")


WHO_IS_A_MERCHANT = """
import json
from django.conf import settings
from django.db import transaction
from saleor.account.models import User
from saleor.warehouse.models import Warehouse
from saleor_alencon_plugins.permissions.merchants import find_merchant
settings.DATABASE_CONNECTION_REPLICA_NAME = "default"
with transaction.atomic():
    user = User.objects.create(email="nobody@alencon.example", is_staff=True)
    found = [find_merchant(user) is not None]
    for warehouse in Warehouse.objects.all():
        warehouse.private_metadata.pop("alencon.group", None)
        warehouse.save()
    found.append(find_merchant(user) is not None)
    transaction.set_rollback(True)
print(json.dumps({"merchant": found}))
"""


def test_staff_without_permission_is_nobody_once_a_shop_has_a_group_and_not_before(
    shops: Shops,
) -> None:
    assert run_inside(shops.live, WHO_IS_A_MERCHANT) == {"merchant": [True, False]}


STALE_SCOPE = """
import json
from django.conf import settings
from saleor.account.models import User
from saleor_alencon_plugins.permissions.commands import COMMANDS
from saleor_alencon_plugins.permissions.merchants import MerchantShop
from saleor_alencon_plugins.permissions.ownership import Refused
from saleor_alencon_plugins.permissions.scope import RequestScope
from saleor_alencon_plugins.permissions.scoped_schema import MerchantResolvers
user = User.objects.get(email=EMAIL)
told = []
for slug in (OWN, OTHER):
    try:
        resolvers = MerchantResolvers(RequestScope(user.pk, MerchantShop(slug, read_only=False)))
        resolvers.confirm(COMMANDS["productUpdate"])
        told.append("may")
    except Refused as error:
        told.append(str(error))
print(json.dumps({"told": told}))
"""


def test_a_command_asks_the_database_itself_whether_the_shop_may_still_do_it(
    shops: Shops,
) -> None:
    code = f"EMAIL, OWN, OTHER = {shops.a.email!r}, {BOOKSHOP!r}, {CHEESE!r}\n{STALE_SCOPE}"
    state = (
        "UPDATE warehouse_warehouse SET private_metadata = private_metadata"
        " || jsonb_build_object('alencon.state', %s::text) WHERE slug = %s"
    )
    not_open = "Cette action n'est pas ouverte aux boutiques : adressez-vous à l'Office."
    assert run_inside(shops.live, code) == {"told": ["may", not_open]}

    shops.live.admin.execute(state, ["suspended", BOOKSHOP])
    try:
        told = run_inside(shops.live, code)
    finally:
        shops.live.admin.execute(state, ["live", BOOKSHOP])

    suspended = "Votre boutique est suspendue : vous pouvez tout consulter et ne rien changer."
    assert told == {"told": [suspended, not_open]}
