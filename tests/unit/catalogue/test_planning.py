"""What an import would do, compared with what Saleor holds: nothing is sent."""

from typing import Any
from unittest import mock

from saleor_alencon.catalogue.images import ImageRules
from saleor_alencon.catalogue.planning import Plan, Planner
from saleor_alencon.catalogue.reading import Catalogue
from saleor_alencon.catalogue.rows import ProductRow
from saleor_alencon.catalogue.saleor_shop import ExistingProduct, ExistingVariant, ShopPlaces

PLACES = ShopPlaces(
    shop="librairie",
    channel="C",
    product_type="P",
    warehouse="W",
    collection="K",
    shop_attribute="A1",
    shop_value="V1",
    variant_attribute="A2",
    tax_classes={2000: "T20"},
    weight_unit="KG",
)


def row(line: int, reference: str, code: str = "", **more: Any) -> ProductRow:
    fields = {"name": "Article", "price_cents": 100, "rate_bps": 2000, "stock": 1} | more
    return ProductRow(line, reference, code or reference, **fields)


def product(number: int, code: str, *references: str, **more: Any) -> ExistingProduct:
    variants = [
        ExistingVariant(
            id=f"v{number}-{reference}",
            reference=reference,
            sku=f"librairie/{reference}",
            name="Article",
            ean="",
            weight_grams=None,
            price_cents=100,
            listing="L",
            stock=1,
            stock_id="S",
        )
        for reference in references
    ]
    fields = {
        "id": f"p{number}",
        "code": code,
        "name": "Article",
        "description": "",
        "category": None,
        "tax_class": "T20",
        "in_collection": True,
        "media": 0,
        "image": {},
        "imported_by": "7",
        "hidden": False,
        "published": True,
        "variants": variants,
    }
    return ExistingProduct(**fields | more)


def plan(rows: list[ProductRow], *existing: ExistingProduct, **options: Any) -> Plan:
    planner = Planner(PLACES, mock.Mock(), ImageRules(()), job=options.pop("job", ""))
    return planner.plan(
        Catalogue(rows=rows), iter(existing), complete=options.pop("complete", False)
    )


def lines(rows: list[Any]) -> list[int]:
    return [each.line for each in rows]


def test_what_saleor_holds_already_is_unchanged() -> None:
    found = plan([row(2, "A"), row(3, "B")], product(1, "A", "A"), product(2, "B", "B"))

    assert (lines(found.unchanged), found.changes, found.refused) == ([2, 3], [], [])


def test_what_this_import_made_before_it_stopped_is_no_change() -> None:
    found = plan([row(2, "A"), row(3, "B")], product(1, "A", "A"), job="7")

    assert lines(found.resumed) == [2]
    assert found.counts() == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "refused": 0,
        "hidden": 0,
    }


def test_only_what_differs_is_named() -> None:
    (change,) = plan(
        [row(2, "A", name="Autre", price_cents=250)], product(1, "A", "A", imported_by="")
    ).changes

    assert change.existing is not None
    assert (change.existing.id, change.product) == ("p1", ("name",))
    ((variant, _row, fields),) = change.variants
    assert (variant.id, fields) == ("v1-A", ("name", "price"))


def test_a_product_without_an_import_is_known_by_its_reference() -> None:
    (change,) = plan([row(2, "A", "GUIDE", stock=9)], product(1, "A-1", "A")).changes

    assert change.existing is not None
    assert (change.existing.id, change.variants[0][2]) == ("p1", ("stock",))


def test_a_new_variant_of_a_known_product_is_created_beside_the_others() -> None:
    rows = [row(2, "A", "P", variant="S"), row(3, "B", "P", variant="M")]

    found = plan(rows, product(1, "P", "A"))

    (change,) = found.changes
    assert lines(list(change.new_variants)) == [3]
    assert found.counts()["created"] == 1


def test_a_reference_sold_under_another_code_is_refused_with_that_code() -> None:
    rows = [row(2, "A", "NEUF"), row(3, "B", "NEUF")]

    found = plan(rows, product(1, "NEUF", "A"), product(2, "VIEUX", "B"))

    assert lines(found.refused) == [2, 3]
    assert found.refused[1].faults[0].message == (
        "Cette référence est déjà vendue sous le code produit « VIEUX »."
    )


def test_a_reference_that_two_products_of_saleor_have_is_refused_in_any_order() -> None:
    own, other = product(1, "A", "A"), product(2, "VIEUX", "A")

    for held in ((own, other), (other, own)):
        found = plan([row(2, "A")], *held)
        assert (found.refused[0].faults[0].message, found.changes) == (
            "Cette référence est déjà vendue sous le code produit « VIEUX ».",
            [],
        )


def test_a_rate_that_saleor_lacks_refuses_its_row_whether_the_product_is_known_or_not() -> None:
    found = plan([row(2, "A", rate_bps=550), row(3, "B", rate_bps=550)], product(1, "A", "A"))

    assert lines(found.refused) == [2, 3]
    assert found.refused[0].faults[0].value == "5.5"


def test_a_complete_catalogue_hides_what_it_leaves_out_and_nothing_else() -> None:
    held = [
        product(1, "A", "A"),
        product(2, "OUT", "X"),
        product(3, "OLD", "B"),  # known by its reference
        product(4, "GONE", "Y", published=False),
    ]
    rows = [row(2, "A"), row(3, "B")]

    assert [each.id for each in plan(rows, *held, complete=True).hide] == ["p2"]
    assert plan(rows, *held).hide == []


def test_a_complete_catalogue_with_a_refused_row_hides_nothing() -> None:
    found = plan([row(2, "A", rate_bps=550)], product(1, "B", "B"), complete=True)

    assert (len(found.refused), found.hide) == (1, [])
