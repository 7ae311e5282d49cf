"""``alencon scope``: the rules of Saleor's database, from the Office's side."""

import pytest

from saleor_alencon.local.saleor_source import SaleorFailed
from saleor_alencon.local.saleor_stack import run_office
from tests.live.live_saleor import LiveSaleor


def check(live: LiveSaleor) -> str:
    url = live.stack.cluster.url("saleor")
    return run_office(live.stack, "scope", "check", SALEOR_DATABASE_URL=url)


def test_the_rules_are_in_order(live: LiveSaleor) -> None:
    assert check(live).startswith("In order: ")


def test_a_table_that_is_in_no_class_makes_the_check_fail(live: LiveSaleor) -> None:
    live.admin.execute("CREATE TABLE public.order_orderwish (id integer)")
    try:
        with pytest.raises(SaleorFailed) as refused:
            check(live)
    finally:
        live.admin.execute("DROP TABLE public.order_orderwish")

    assert "In no class: order_orderwish. Give each its class" in str(refused.value)
    assert check(live).startswith("In order: ")


def test_a_table_whose_policy_is_gone_makes_the_check_fail(live: LiveSaleor) -> None:
    live.admin.execute("ALTER TABLE warehouse_stock DISABLE ROW LEVEL SECURITY")
    try:
        with pytest.raises(SaleorFailed) as refused:
            check(live)
    finally:
        live.admin.execute("ALTER TABLE warehouse_stock ENABLE ROW LEVEL SECURITY")

    assert "warehouse_stock is not protected as installed" in str(refused.value)


def test_without_a_database_the_command_says_how_to_name_one(live: LiveSaleor) -> None:
    state = str(live.stack.folder / "nobody")

    with pytest.raises(SaleorFailed) as refused:
        run_office(live.stack, "scope", "check", SALEOR_ALENCON_STATE=state)

    assert "Set SALEOR_DATABASE_URL to the PostgreSQL URL of Saleor's role" in str(refused.value)
