"""A shop's states and steps, and what its checklist lacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain.shop_checklist import FIELDS, Item, ShopFacts, blockers, checklist
from saleor_alencon.domain.shop_life import NEEDS, ShopLife, ShopStep, next_state
from saleor_alencon.shops.models import ShopEventKind, ShopState

EVERY_FIELD = [name for names in FIELDS.values() for name in names]
COMPLETE = {
    "filled": EVERY_FIELD,
    "agreement_signed": True,
    "dues_paid": True,
    "hours_given": True,
    "provisioned": True,
    "products_imported": True,
}

ALLOWED = {
    ("prospect", "commit"): "committed",
    ("prospect", "close"): "closed",
    ("committed", "approve"): "approved",
    ("committed", "close"): "closed",
    ("approved", "open"): "live",
    ("approved", "close"): "closed",
    ("live", "suspend"): "suspended",
    ("live", "close"): "closed",
    ("suspended", "resume"): "live",
    ("suspended", "close"): "closed",
    ("closed", "commit"): "committed",
}


@pytest.mark.parametrize("state", ShopLife)
@pytest.mark.parametrize("step", ShopStep)
def test_a_step_is_possible_from_these_states_only(state, step):
    assert next_state(state, step) == ALLOWED.get((state, step))


def test_the_database_knows_the_states_and_steps_of_the_domain():
    assert ShopState.values == [str(state) for state in ShopLife]
    assert set(ShopEventKind.values) == {*map(str, ShopStep), "recorded", "hours", "details"}


def test_a_complete_shop_lacks_nothing():
    assert [check.done for check in checklist(ShopFacts(**COMPLETE))] == [True] * 9
    assert blockers(ShopFacts(**COMPLETE)) == []


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("agreement_signed", Item.AGREEMENT),
        ("dues_paid", Item.DUES),
        ("hours_given", Item.HOURS),
        ("provisioned", Item.PROVISIONED),
        ("products_imported", Item.PRODUCTS),
    ],
)
def test_each_fact_blocks_its_own_item(name, item):
    facts = ShopFacts(**COMPLETE | {name: False})
    assert [check.item for check in blockers(facts)] == [item]


@pytest.mark.parametrize(
    ("connected", "missing"),
    [(None, [Item.BANK]), (False, [Item.CONNECT]), (True, [])],
)
def test_a_shop_needs_the_account_that_the_association_pays_to_and_no_other(connected, missing):
    filled = [name for name in EVERY_FIELD if name not in ("iban", "bic")]
    facts = ShopFacts(**COMPLETE | {"filled": filled, "connected": connected})
    assert [check.item for check in blockers(facts)] == missing
    assert len(checklist(facts)) == 9


def test_missing_fields_are_named_in_their_order():
    filled = [name for name in EVERY_FIELD if name not in ("city", "postal_code", "bic")]
    found = blockers(ShopFacts(**COMPLETE | {"filled": filled}))
    assert [(check.item, check.missing) for check in found] == [
        (Item.ADDRESS, ("postal_code", "city")),
        (Item.BANK, ("bic",)),
    ]


def test_what_each_step_needs():
    assert NEEDS[ShopStep.COMMIT] == {Item.CONTACT}
    assert NEEDS[ShopStep.APPROVE] == {
        Item.CONTACT,
        Item.IDENTITY,
        Item.ADDRESS,
        Item.AGREEMENT,
    }
    assert NEEDS[ShopStep.OPEN] == NEEDS[ShopStep.RESUME] == set(Item)
    assert NEEDS[ShopStep.SUSPEND] == NEEDS[ShopStep.CLOSE] == set()


@given(
    st.sets(st.sampled_from(EVERY_FIELD)),
    st.sets(st.sampled_from(list(Item))),
    st.sampled_from([None, False, True]),
)
def test_blockers_are_the_needed_items_that_are_not_done(filled, needed, connected):
    facts = ShopFacts(**COMPLETE | {"filled": filled, "connected": connected})
    checks = checklist(facts)
    open_items = {check.item for check in checks if not check.done}
    assert {check.item for check in blockers(facts, needed)} == needed & open_items
