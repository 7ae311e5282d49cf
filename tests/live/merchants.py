"""Two shops' merchants in a running Saleor, as provisioning would make them, and their requests."""

import base64
import contextlib
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from saleor_alencon.local.saleor_seed import CHANNEL
from saleor_alencon.local.saleor_source import STAFF_EMAIL, STAFF_PASSWORD
from saleor_alencon.provisioning.setup_app import log_in
from saleor_alencon.saleor_api.client import SaleorClient, SaleorRefused
from tests.live.live_saleor import LiveSaleor

PASSWORD = "merchant-demo-1"
TOKEN_SECONDS = 150  # of the five minutes that a token is good for
BOOKSHOP = "librairie-des-halles"
CHEESE = "fromagerie-du-perche"
CREATE_GROUP = """
mutation($input: PermissionGroupCreateInput!) {
  permissionGroupCreate(input: $input) { group { id } errors { field code message } }
}"""
CREATE_STAFF = """
mutation($input: StaffCreateInput!) {
  staffCreate(input: $input) { user { id } errors { field code message } }
}"""
LOG_IN = """
mutation($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token errors { field code message } }
}"""


@dataclass
class Answer:
    """What Saleor answered to one document."""

    status: int
    data: Any
    errors: list[dict[str, Any]]
    text: str


class Merchant:
    """A merchant's session: asks with its token, and tells what came back."""

    def __init__(self, url: str, email: str) -> None:
        self.url = url
        self.email = email
        self.http = httpx.Client(timeout=120, trust_env=False)
        self._token = self.log_in()
        self._logged_in_at = time.monotonic()

    @property
    def token(self) -> str:
        """The session's token, a new one before it expires: the tests are longer than a token."""
        if time.monotonic() - self._logged_in_at > TOKEN_SECONDS:
            self._token, self._logged_in_at = self.log_in(), time.monotonic()
        return self._token

    @property
    def headers(self) -> dict[str, str]:
        """What a request of the session carries."""
        return {"Authorization": f"Bearer {self.token}"}

    def log_in(self) -> str:
        """Return a token; Saleor makes logins that follow each other closely wait."""
        who = {"email": self.email, "password": PASSWORD}
        for _attempt in range(20):
            body = {"query": LOG_IN, "variables": who}
            answer = read_answer(self.http.post(self.url, json=body))
            if answer.data["tokenCreate"]["token"]:
                return str(answer.data["tokenCreate"]["token"])
            time.sleep(1)
        raise AssertionError(answer.text)

    def ask(self, document: str, /, shop: str | None = None, **variables: Any) -> Answer:
        """Send one document, and return whatever came back."""
        body = {"query": document, "variables": variables}
        headers = self.headers | ({"Alencon-Shop": shop} if shop else {})
        response = self.http.post(self.url, json=body, headers=headers)
        return read_answer(response)

    def get(self, document: str, /, shop: str | None = None, **variables: Any) -> Any:
        """Return the data of a document that must be answered without error."""
        answer = self.ask(document, shop=shop, **variables)
        assert not answer.errors, answer.text
        return answer.data

    def do(self, document: str, /, **variables: Any) -> Any:
        """Return the payload of a mutation that must be done without error."""
        payload = next(iter(self.get(document, **variables).values()))
        assert payload["errors"] == [], payload
        return payload

    def refused(self, document: str, /, **variables: Any) -> str:
        """Return the reason why a mutation is refused; it must be, in the Dashboard's own shape."""
        answer = self.ask(document, **variables)
        assert not answer.errors, answer.text
        errors = next(iter(answer.data.values()))["errors"]
        assert errors, answer.text
        return str(errors[0]["message"])


def read_answer(response: httpx.Response) -> Answer:
    """Take a response apart."""
    body = response.json()
    if isinstance(body, list):
        return Answer(response.status_code, body, [], response.text)
    return Answer(response.status_code, body.get("data"), body.get("errors") or [], response.text)


@contextlib.contextmanager
def admin(live: LiveSaleor) -> Iterator[SaleorClient]:
    """Log in as the superuser, when Saleor lets us."""
    for _attempt in range(20):
        try:
            session = log_in(live.town.public.url, STAFF_EMAIL, STAFF_PASSWORD)
        except SaleorRefused:
            time.sleep(1)
            continue
        with session as client:
            yield client
        return
    raise AssertionError("Saleor does not let the superuser in")


def make_group(live: LiveSaleor, slug: str) -> str:
    """Make a shop's permission group, without any permission, and name it on its warehouse."""
    with admin(live) as staff:
        channel = staff.execute("query($s: String!) { channel(slug: $s) { id } }", s=CHANNEL)
        group = staff.mutate(
            CREATE_GROUP,
            input={
                "name": f"Boutique {slug}",
                "addPermissions": [],
                "restrictedAccessToChannels": True,
                "addChannels": [channel["channel"]["id"]],
            },
        )["group"]["id"]
    live.admin.execute(
        "UPDATE warehouse_warehouse SET private_metadata = private_metadata"
        " || jsonb_build_object('alencon.group', %s::text)"
        " WHERE private_metadata ->> 'alencon.shop' = %s",
        [group, slug],
    )
    return str(group)


def make_merchant(live: LiveSaleor, email: str, groups: list[str]) -> Merchant:
    """Make a staff account in the given groups, and log in as it."""
    with admin(live) as staff:
        staff.mutate(CREATE_STAFF, input={"email": email, "isActive": True, "addGroups": groups})
    live.admin.execute(
        "UPDATE account_user SET password = %s, is_confirmed = true WHERE email = %s",
        [PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-the-tests"), email],
    )
    return Merchant(live.town.public.url, email)


@dataclass
class Shops:
    """Two shops of the town: their merchants, and what is in the database of each."""

    live: LiveSaleor
    a: Merchant
    b: Merchant
    both: Merchant
    group_a: str

    def one(self, sql: str, *values: Any) -> Any:
        """Return one value from the database, past everything."""
        row = self.live.admin.execute(sql, list(values)).fetchone()
        assert row is not None, sql
        return row[0]

    def product(self, slug: str) -> str:
        """Return a product's global id."""
        number = self.one("SELECT id FROM product_product WHERE slug = %s", slug)
        return global_id("Product", number)

    def key(self, global_id: str) -> str:
        """Return what a global id of Saleor's API names in its table."""
        return base64.b64decode(global_id).decode().split(":", 1)[1]

    def variant(self, sku: str) -> str:
        """Return a variant's global id."""
        number = self.one("SELECT id FROM product_productvariant WHERE sku = %s", sku)
        return global_id("ProductVariant", number)

    def warehouse(self, slug: str) -> str:
        """Return a warehouse's global id."""
        number = self.one("SELECT id FROM warehouse_warehouse WHERE slug = %s", slug)
        return global_id("Warehouse", number)


def global_id(kind: str, key: Any) -> str:
    """Return an id as Saleor's API shows it."""
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


def open_shops(live: LiveSaleor, first: str = BOOKSHOP, second: str = CHEESE) -> Shops:
    """Make the first shop's merchant, the second's, and one who works for both."""
    mark = uuid.uuid4().hex[:6]  # the same Saleor may have had some before
    live.admin.execute("UPDATE account_group SET name = name || %s", [mark])
    groups = {slug: make_group(live, slug) for slug in (first, second)}
    return Shops(
        live,
        make_merchant(live, f"a-{mark}@alencon.example", [groups[first]]),
        make_merchant(live, f"b-{mark}@alencon.example", [groups[second]]),
        make_merchant(live, f"both-{mark}@alencon.example", list(groups.values())),
        groups[first],
    )
