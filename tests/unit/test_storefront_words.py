"""What Saleor's storefront is given to say."""

from saleor_alencon.provisioning.delivery_table import PACKAGED, read_delivery_table
from saleor_alencon.provisioning.setup_storefront import (
    FREE_FROM,
    VALUE_FIELDS,
    given,
    read_storefront_pages,
)


def test_the_basket_with_free_delivery_is_that_of_the_table() -> None:
    policy = read_storefront_pages(read_delivery_table(PACKAGED))[0]

    assert (policy.slug, policy.type) == ("storefront-policy", "storefront-policies")
    assert policy.values == {"returns-window-days": 14, FREE_FROM: 60}


def test_a_basket_is_rounded_up_to_whole_euros() -> None:
    table = read_delivery_table(PACKAGED)
    tiers = table.home[0].tiers
    area = table.home[0].model_copy(
        update={"tiers": (tiers[0], tiers[1].model_copy(update={"from_cents": 5001}))}
    )

    policy = read_storefront_pages(table.model_copy(update={"home": (area,)}))[0]

    assert policy.values[FREE_FROM] == 51


def test_a_table_without_free_delivery_promises_none() -> None:
    table = read_delivery_table(PACKAGED)
    area = table.home[0].model_copy(update={"tiers": table.home[0].tiers[:1]})

    for home in ((area,), ()):
        policy = read_storefront_pages(table.model_copy(update={"home": home}))[0]
        assert FREE_FROM not in policy.values


def test_an_attribute_has_one_kind_of_value_and_a_place_on_one_page() -> None:
    pages = read_storefront_pages(read_delivery_table(PACKAGED))
    slugs = [slug for page in pages for slug in page.values]

    assert len(slugs) == len(set(slugs))
    assert len(slugs) <= 100  # what one page of Saleor's answer holds
    assert {type(value) for page in pages for value in page.values.values()} <= set(VALUE_FIELDS)
    assert (given(60), given(True), given("Retour")) == ("60", True, "Retour")
