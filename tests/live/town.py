"""Opens the shop of a running stack for the tests: demo data, apps, payment app."""

import contextlib
from collections.abc import Iterator

from saleor_alencon.local.saleor_seed import seed_saleor
from saleor_alencon.local.saleor_stack import SEED_APP_PERMISSIONS, Stack, create_saleor_app
from tests.live.payment_app import PaymentApp, running_payment_app
from tests.live.shopping import Town

SET_PLUGIN_ACTIVE = """
mutation($id: ID!, $active: Boolean!) {
  pluginUpdate(id: $id, input: {active: $active}) { errors { field code message } }
}"""


@contextlib.contextmanager
def open_town(stack: Stack) -> Iterator[tuple[Town, PaymentApp]]:
    """Seed the stack's Saleor, whose API is running, and give access to it."""
    staff_token = create_saleor_app(stack, "alencon.test.staff", SEED_APP_PERMISSIONS)
    payment_token = create_saleor_app(stack, "alencon.test.payments", ("HANDLE_PAYMENTS",))
    url = f"{stack.saleor_url}/graphql/"
    seed_saleor(url, staff_token, lambda _line: None)
    town = Town(url, staff_token, payment_token)
    try:
        with running_payment_app() as payment_app:
            payment_app.subscribe(town.payments)
            yield town, payment_app
    finally:
        town.close()


def set_plugin_active(town: Town, active: bool) -> None:
    """Switch the capture plugin's hooks on or off."""
    town.staff.mutate(SET_PLUGIN_ACTIVE, id="alencon.capture", active=active)
