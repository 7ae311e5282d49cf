"""Scenario 19: the whole path in one test, from a shopper's checkout to the bank's file."""

from collections.abc import Iterator
from importlib.resources import files

import pytest
from lxml import etree

from saleor_alencon.local.processes import find_free_port, started_processes
from saleor_alencon.local.saleor_stack import run_office, start_office
from tests.live.live_saleor import LiveSaleor
from tests.live.office_visitor import OfficeVisitor

BASKET = {
    "fromagerie-du-perche-1": 3,
    "chaussures-saint-leonard-2": 1,
    "jouets-de-la-grande-rue-1": 1,
}
NET_CENTS = {
    # gross - commission - VAT on it: 8 %, 10 % and 10 %, VAT 20 %
    "fromagerie-du-perche": 1635 - 131 - 26,
    "chaussures-saint-leonard": 5995 - 600 - 120,
    "jouets-de-la-grande-rue": 1799 - 180 - 36,
}
PAYOUTS = """
{
  payouts(first: 100) { edges { node { endToEndId amountCents shop { slug } } } }
  settlementRuns(first: 1) { edges { node { number state } } }
}"""
NAMESPACES = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


@pytest.fixture
def office(live: LiveSaleor) -> Iterator[str]:
    """Give the address of the real Office service on the same database."""
    run_office(live.stack, "seed")
    port = find_free_port()
    with started_processes() as processes:
        start_office(live.stack, processes, port, log=live.stack.folder / "office.log")
        yield f"http://127.0.0.1:{port}"


def test_scenario_19_a_basket_of_three_shops_reaches_the_banks_file(
    live: LiveSaleor, office: str
) -> None:
    operator = OfficeVisitor(office, "operateur@alencon.example")
    approver = OfficeVisitor(office, "approbateur@alencon.example")

    # A shopper buys, online and once; each shop sees its part.
    order = live.town.buy(BASKET, customer="Cliente Démo 19")
    parts = operator.wait_for_shop_orders(order.number, "TO_PREPARE")
    assert {slug: part["netCents"] for slug, part in parts.items()} == NET_CENTS
    assert all(part["pickup"]["code"] for part in parts.values())

    # Each shop hands over, in Saleor; the Office hears of it by itself.
    live.town.fulfil(order.id)
    operator.wait_for_shop_orders(order.number, "HANDED_OVER")

    # The Office pays at once in this test, and settles. The operator may not approve.
    operator.submit("/bureau/shops/association/1/change/", hold_days="0", payout_rail="sepa")
    draft = operator.submit("/bureau/settlement/settlementrun/preparer").url
    assert operator.get(f"{draft}".replace("change/", "approuver")).status_code == 403
    number = draft.path.split("/")[-3]
    page = approver.submit(f"/bureau/settlement/settlementrun/{number}/approuver")
    assert "approuvé" in page.text

    # The bank's file follows its standard and pays each shop what the books say.
    data = approver.get(f"/bureau/settlement/settlementrun/{number}/sepa").content
    root = etree.fromstring(data)
    schema = files("sepaxml").joinpath("schemas/pain.001.001.09.xsd").read_bytes()
    etree.XMLSchema(etree.fromstring(schema)).assertValid(root)
    answer = approver.ask(PAYOUTS)
    payouts = [edge["node"] for edge in answer["payouts"]["edges"]]
    run = answer["settlementRuns"]["edges"][0]["node"]
    assert run["state"] == "APPROVED"
    paid = {
        item.findtext(".//p:EndToEndId", namespaces=NAMESPACES): item.findtext(
            ".//p:InstdAmt", namespaces=NAMESPACES
        )
        for item in root.iterfind(".//p:CdtTrfTxInf", NAMESPACES)
    }
    assert paid == {
        payout["endToEndId"]: f"{payout['amountCents'] / 100:.2f}" for payout in payouts
    }
    by_shop = {payout["shop"]["slug"]: payout["amountCents"] for payout in payouts}
    assert {slug: by_shop[slug] for slug in NET_CENTS} == NET_CENTS
    total = sum(payout["amountCents"] for payout in payouts)
    assert root.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=NAMESPACES) == f"{total / 100:.2f}"

    # Executed by the bank; the books hold every invariant.
    approver.submit(f"/bureau/settlement/settlementrun/{number}/execute")
    assert approver.ask(PAYOUTS)["settlementRuns"]["edges"][0]["node"]["state"] == "EXECUTED"
    assert "0 problem" in run_office(live.stack, "check")
    operator.close()
    approver.close()


def test_documents_delivered_late_and_out_of_order_leave_the_same_books(live: LiveSaleor) -> None:
    run_office(live.stack, "seed")
    order = live.town.buy({"cave-notre-dame-1": 2, "torrefaction-des-ducs-1": 1})
    live.wait_for(order.id, lambda row: row.order["isPaid"])
    live.town.fulfil(order.id, {"cave-notre-dame-1"})
    live.wait_for(order.id, lambda row: row.order["status"] == "PARTIALLY_FULFILLED")
    transaction = live.town.order(order.id)["transactions"][0]["id"]
    refund, _ = live.town.grant_refund(order.id, transaction, skus={"torrefaction-des-ducs-1": 1})
    live.town.request_refund(transaction, refund)
    live.wait_for(
        order.id,
        lambda row: [item["status"] for item in row.order["grantedRefunds"]] == ["SUCCESS"],
    )
    history = live.wait_until_quiet(order.id)
    assert len(history) >= 3

    # The newest document arrives first, the older ones an hour later.
    live.admin.execute(
        "UPDATE alencon.inbox_document SET not_before = now() + interval '1 hour'"
        " WHERE order_id = %s AND id <> %s",
        [order.id, history[-1].id],
    )
    run_office(live.stack, "ingest")
    newest_alone = run_office(live.stack, "check", "--digest")
    live.admin.execute(
        "UPDATE alencon.inbox_document SET not_before = NULL WHERE order_id = %s", [order.id]
    )
    run_office(live.stack, "ingest")

    states = live.admin.execute(
        "SELECT state FROM alencon.inbox_document WHERE order_id = %s ORDER BY id", [order.id]
    ).fetchall()
    assert [state for (state,) in states] == ["stale"] * (len(history) - 1) + ["done"]
    assert run_office(live.stack, "check", "--digest") == newest_alone
