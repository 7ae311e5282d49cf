"""The words of Saleor's storefront in the real Saleor: there for everybody, given once."""

from typing import Any

import pytest

from saleor_alencon.local.saleor_source import STAFF_EMAIL, STAFF_PASSWORD
from saleor_alencon.provisioning.setup_app import log_in
from tests.live.office_town import OfficeTown

AS_THE_STOREFRONT = """
query($slugs: [String!]!) {
  pages(channel: "alencon", where: {slug: {oneOf: $slugs}}, first: 20) { edges { node {
    id slug pageType { slug }
    assignedAttributes { attribute { slug }
      ... on AssignedPlainTextAttribute { text: value }
      ... on AssignedNumericAttribute { number: value }
      ... on AssignedBooleanAttribute { flag: value }
    }
  } } }
  collection(slug: "featured-products", channel: "alencon") { name }
}"""
DELETE_PAGE = "mutation($id: ID!) { pageDelete(id: $id) { errors { field code message } } }"
UPDATE_PAGE = """
mutation($id: ID!, $input: PageInput!) {
  pageUpdate(id: $id, input: $input) { errors { field code message } }
}"""


def find_words(town: OfficeTown, slug: str) -> dict[str, Any]:
    """Return a page's values by attribute, as a shopper may read them."""
    node = find_page(town, slug)
    return {
        item["attribute"]["slug"]: item.get("text", item.get("number", item.get("flag")))
        for item in node["assignedAttributes"]
    }


def find_page(town: OfficeTown, slug: str) -> dict[str, Any]:
    (edge,) = town.ask_as_shopper(AS_THE_STOREFRONT, slugs=[slug])["pages"]["edges"]
    return dict(edge["node"])


def change(town: OfficeTown, mutation: str, **variables: Any) -> None:
    """Change something as a person in the Dashboard."""
    with log_in(f"{town.stack.saleor_url}/graphql/", STAFF_EMAIL, STAFF_PASSWORD) as staff:
        staff.mutate(mutation, **variables)


def set_up(town: OfficeTown) -> list[str]:
    """Run the setup; return what was not unchanged."""
    lines = town.run("saleor", "setup").strip().splitlines()
    return [line for line in lines if not line.startswith("unchanged")]


def test_a_shopper_may_read_the_words(town: OfficeTown) -> None:
    assert find_page(town, "storefront-policy")["pageType"] == {"slug": "storefront-policies"}
    assert find_words(town, "storefront-policy") == {
        "returns-window-days": 14.0,
        "free-shipping-threshold": 60.0,
    }
    chrome = find_words(town, "storefront-chrome")
    assert chrome["announcement-message"] == "Retrait gratuit chez chaque commerçant"
    assert chrome["announcement-dismissible"] is True
    assert find_words(town, "storefront-homepage")["hero-heading"] == "Achetez à Alençon"
    found = town.ask_as_shopper(AS_THE_STOREFRONT, slugs=[])
    assert found["collection"] == {"name": "À la une"}


@pytest.mark.parametrize("slug", ["storefront-cart", "storefront-policy"])
def test_a_setup_that_was_cut_off_before_a_page_is_completed(town: OfficeTown, slug: str) -> None:
    before = find_words(town, slug)
    change(town, DELETE_PAGE, id=find_page(town, slug)["id"])

    assert set_up(town) == [f"created    storefront page {slug}"]
    assert find_words(town, slug) == before
    assert set_up(town) == ["Nothing had to be changed."]


def test_words_that_the_office_changed_stay(town: OfficeTown) -> None:
    page = find_page(town, "storefront-checkout")["id"]
    change(town, UPDATE_PAGE, id=page, input={"title": "À nous", "isPublished": True})

    assert set_up(town) == ["Nothing had to be changed."]
    title = town.ask("query($id: ID!) { page(id: $id) { title } }", id=page)["page"]["title"]
    assert title == "À nous"
