"""What Stripe says reaches the books once, to whom the rules name, and reconciles to zero."""

import doctest

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from pydantic import SecretStr

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.errors import AlenconError
from saleor_alencon.ledger.balances import balances_by_kind
from saleor_alencon.ledger.models import Transaction
from saleor_alencon.orders.models import Order
from saleor_alencon.orders.models import Tender as OrderTender
from saleor_alencon.psp import mirror
from saleor_alencon.psp.costs import losses_post
from saleor_alencon.psp.fetching import movements_fetch
from saleor_alencon.psp.gateway import ProviderUnreachable
from saleor_alencon.psp.mirror import transaction_id
from saleor_alencon.psp.models import BalanceTransaction, Dispute, FetchState, ProviderPayout
from saleor_alencon.psp.reconciliation import psp_reconcile
from saleor_alencon.psp.tasks import fetch_from_provider
from saleor_alencon.settlement.documents import statement_csv, statement_pdf
from saleor_alencon.settlement.release import release_due
from saleor_alencon.shops.models import Association
from tests.documents import pdf_text
from tests.integration.provider_town import FEE, Provider, two_shops
from tests.integration.small_town import (
    HOUR,
    NOW,
    PLACED,
    Basket,
    Line,
    Tender,
    draft,
    open_town,
    pay,
    shop_order,
    stated,
    statement,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(db):
    open_town()
    with Provider.open() as running:
        yield running


def rule(**fields):
    Association.objects.update(**fields)


def balance(kind):
    return balances_by_kind().get(kind, 0)


def borne(kind, number="1"):
    """What entries of these transactions say each shop bears, and the Office."""
    found = {}
    for posted in Transaction.objects.filter(kind=kind, order__number=number):
        for entry in posted.entries.select_related("shop_order__shop"):
            if entry.account.kind != AccountKind.PSP_CLEARING:
                name = entry.shop_order.shop.slug if entry.shop_order else "office"
                found[name] = found.get(name, 0) + entry.amount_cents
    return {name: cents for name, cents in found.items() if cents}


def paid_basket(provider, number="1", *, handed_over=True, **changes):
    basket = two_shops(number, **changes)
    provider.pay(basket)
    if handed_over:
        basket.hand_over()
    basket.deliver()
    return basket


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"office": 175}),
        ({"charge_fee_bearer": "shop"}, {"librairie": 87, "fromagerie": 88}),
        (
            {"charge_fee_bearer": "shared", "charge_fee_shared_bps": 5000},
            {"office": 87, "librairie": 44, "fromagerie": 44},
        ),
        (
            {"charge_fee_bearer": "shared", "charge_fee_shared_bps": 3333},
            {"office": 117, "librairie": 29, "fromagerie": 29},
        ),
    ],
)
def test_the_fee_of_a_charge_is_borne_by_whom_the_rule_names_to_the_cent(
    provider, fields, expected
):
    rule(**fields)
    paid_basket(provider)
    assert provider.news().read == 1
    assert borne("psp_fee") == expected
    assert sum(expected.values()) == FEE
    assert provider.balance() == 10001 - FEE == balance(AccountKind.PSP_CLEARING)
    assert provider.agrees()
    assert find_problems() == []


def test_a_fee_is_posted_once_and_a_changed_rule_leaves_it(provider):
    paid_basket(provider)
    for _ in range(3):
        provider.news()
        rule(charge_fee_bearer="shop")
    assert borne("psp_fee") == {"office": 175}
    paid_basket(provider, "2")
    provider.news()
    assert borne("psp_fee", "2") == {"librairie": 87, "fromagerie": 88}
    assert provider.agrees()


def test_fees_are_on_the_statement_the_csv_and_the_pdf_and_lessen_what_is_paid(provider):
    rule(charge_fee_bearer="shop")
    paid_basket(provider)
    provider.news()
    run = pay(draft())
    assert stated(run, "librairie") == (0, 4520 - 87, 4433, 0, "")
    (line,) = statement(run, "librairie").document["lines"]
    assert (line["gross_cents"], line["fees_cents"], line["net_cents"]) == (5000, 87, 4433)
    row = statement_csv(statement(run, "librairie")).decode("utf-8-sig").splitlines()[1]
    assert ";0,87;44,33;" in row
    text = pdf_text(statement_pdf(statement(run, "librairie")))
    assert "−0,87" in text
    assert "Les frais sont ceux du prestataire de paiement" in text
    assert find_problems() == []


def test_a_fee_that_comes_after_the_statement_is_a_line_of_the_next_one(provider):
    rule(charge_fee_bearer="shop", minimum_payout_cents=0)
    paid_basket(provider)
    pay(draft())
    provider.news()
    run = pay(draft())
    assert stated(run, "fromagerie") == (0, -88, 0, -88, "negative")
    (line,) = statement(run, "fromagerie").document["lines"]
    assert (line["kind"], line["gross_cents"], line["fees_cents"]) == ("correction", 0, 88)
    assert line["label"] == (
        "frais du prestataire de paiement, vente du relevé R2026-0001-fromagerie"
    )
    assert find_problems() == []


@pytest.mark.parametrize("released_first", [True, False])
def test_a_fee_is_taken_from_held_or_from_available_money_alike(provider, released_first):
    rule(charge_fee_bearer="shop")
    paid_basket(provider)
    if released_first:
        release_due(cutoff=NOW, now=NOW)
    provider.news()
    assert find_problems() == []
    assert stated(draft(), "librairie")[2] == 4433


def test_the_fee_kept_on_a_refund_follows_the_rule_for_refunds(provider):
    rule(charge_fee_bearer="shop", refund_fee_bearer="office")
    basket = paid_basket(provider)
    provider.news()
    provider.refund(basket, 2500, lines={0: 1})
    basket.deliver()
    provider.news()
    # Half of the bookshop's sale was given back: 44 cents of its 87 are the Office's now.
    assert borne("psp_fee_moved") == {"office": 44, "librairie": -44}
    provider.refund(basket, 2500, lines={0: 1})
    basket.deliver()
    provider.news()
    assert borne("psp_fee_moved") == {"office": 87, "librairie": -87}
    assert provider.balance() == 10001 - FEE - 5000
    assert provider.agrees()
    assert find_problems() == []


def test_refunds_known_before_the_fee_end_in_the_same_books(provider):
    rule(charge_fee_bearer="shop", refund_fee_bearer="shared", refund_fee_shared_bps=2500)
    basket = paid_basket(provider)
    provider.refund(basket, 2500, lines={0: 1})
    basket.deliver()
    provider.news()
    assert borne("psp_fee") == {"office": 33, "librairie": 54, "fromagerie": 88}
    assert provider.agrees()


def test_a_shop_bears_the_fee_of_a_sale_that_came_to_nothing_on_its_next_statement(provider):
    rule(charge_fee_bearer="shop", refund_fee_bearer="shop")
    basket = paid_basket(provider, handed_over=False)
    provider.refund(basket, 10001, lines={0: 1, 1: 1})
    basket.deliver()
    provider.news()
    assert shop_order("1", "librairie").state == "cancelled"
    run = draft()
    assert stated(run, "librairie") == (0, -87, 0, -87, "negative")
    assert find_problems() == []


def test_a_refund_made_in_the_dashboard_is_missing_here_until_saleor_knows(provider):
    basket = paid_basket(provider)
    made = provider.server.refund(provider.charge_id(basket), 1000)
    provider.news(PLACED)
    found = psp_reconcile()
    assert [(m.status.value, m.difference_cents) for m in found.matches] == [
        ("matched", 0),
        ("missing_here", 1000),
    ]
    assert (found.residual_cents, found.unexplained_cents) == (1000, 0)
    assert find_problems() == []  # Saleor has an hour to tell.
    provider.news(PLACED + 2 * HOUR)
    (problem,) = find_problems()
    assert problem.startswith("PSP clearing is what the provider says it holds: missing here")
    basket.tenders[0].returned[made["id"]] = 1000
    basket.refund(1000)
    basket.deliver()
    assert provider.agrees()
    assert find_problems() == []


def test_two_refunds_are_told_apart_by_their_references_and_else_by_their_amounts(provider):
    basket = paid_basket(provider)
    provider.refund(basket, 300)
    provider.refund(basket, 500)
    first, second = basket.tenders[0].returned
    basket.tenders[0].returned = {second: 500}
    basket.tenders[0].refunded_cents = 500
    basket.deliver()
    provider.news()
    found = psp_reconcile()
    missing = found.of("missing_here")
    assert [match.provided.references for match in missing] == [frozenset({first})]
    basket.tenders[0].returned = {}
    basket.tenders[0].refunded_cents = 300
    basket.deliver()
    (missing,) = psp_reconcile().of("missing_here")
    assert missing.there_cents == -500


def test_a_refund_that_comes_back_from_the_bank_counts_as_none(provider):
    basket = paid_basket(provider)
    name = provider.refund(basket, 700)
    provider.server.fail_refund(name)
    basket.tenders[0].refunded_cents, basket.tenders[0].returned = 0, {}
    basket.refunds[0].status = "FAILURE"
    basket.deliver()
    provider.news()
    assert provider.balance() == 10001 - FEE
    assert provider.agrees()


def test_8_a_dispute_is_withheld_with_its_fee_from_whom_the_rules_name(provider):
    rule(dispute_bearer="shop", dispute_fee_bearer="office")
    basket = paid_basket(provider)
    dispute = provider.dispute(basket)
    basket.deliver()
    provider.news()
    assert borne("dispute_opened") == {"librairie": 5000, "fromagerie": 5001}
    assert borne("dispute_fee") == {"office": 2000}
    assert provider.balance() == 10001 - FEE - 10001 - 2000
    assert provider.agrees()
    # The sale stands: the commission is owed, nothing was refunded.
    assert (shop_order("1", "librairie").paid_cents, shop_order("1", "librairie").net_cents) == (
        5000, 4520,
    )  # fmt: skip
    provider.end_dispute(basket, dispute, won=False)
    basket.deliver()
    provider.news()
    assert Dispute.objects.get().status == "lost"
    assert borne("dispute_lost") == {}
    run = pay(draft())
    assert stated(run, "librairie") == (0, -480, 0, -480, "negative")
    sale, withheld = statement(run, "librairie").document["lines"]
    assert (sale["kind"], sale["net_cents"]) == ("sale", 4520)
    assert (withheld["kind"], withheld["gross_cents"], withheld["net_cents"]) == (
        "dispute", -5000, -5000,
    )  # fmt: skip
    assert "Litige · commande 1" in pdf_text(statement_pdf(statement(run, "librairie")))
    assert provider.agrees()
    assert find_problems() == []


def test_8_a_lost_dispute_that_the_office_bears_is_its_loss(provider):
    rule(dispute_bearer="shared", dispute_shared_bps=2500, dispute_fee_bearer="shop")
    basket = paid_basket(provider)
    dispute = provider.dispute(basket, 4000)
    basket.deliver()
    provider.news()
    assert borne("dispute_opened") == {"office": 3000, "librairie": 500, "fromagerie": 500}
    assert borne("dispute_fee") == {"librairie": 1000, "fromagerie": 1000}
    assert balance(AccountKind.DISPUTES_PENDING) == 3000
    provider.end_dispute(basket, dispute, won=False)
    for _ in range(2):
        basket.deliver()
        provider.news()
    assert balance(AccountKind.DISPUTES_PENDING) == 0
    assert balance(AccountKind.DISPUTE_LOSSES) == 3000
    assert provider.agrees()
    assert find_problems() == []


def test_8_a_won_dispute_gives_back_to_the_cent_what_each_bore_after_a_statement_too(provider):
    rule(dispute_bearer="shared", dispute_shared_bps=3333, dispute_fee_bearer="shop")
    provider.server.change_rules(dispute_fee_returned_when_won=True)
    basket = paid_basket(provider)
    dispute = provider.dispute(basket)
    basket.deliver()
    provider.news()
    opened = borne("dispute_opened")
    assert opened == {"office": 6668, "librairie": 1666, "fromagerie": 1667}
    first = pay(draft())
    assert stated(first, "librairie")[1] == 4520 - 1666 - 1000
    rule(dispute_bearer="office", dispute_fee_bearer="office")
    provider.end_dispute(basket, dispute, won=True)
    basket.deliver()
    provider.news()
    assert borne("dispute_won") == {name: -cents for name, cents in opened.items()}
    assert borne("dispute_fee") == {}
    second = pay(draft())
    assert stated(second, "librairie") == (0, 2666, 2666, 0, "")
    (line,) = statement(second, "librairie").document["lines"]
    assert (line["kind"], line["gross_cents"], line["fees_cents"]) == ("dispute", 1666, -1000)
    assert line["label"] == "litige gagné, somme rendue"
    assert balance(AccountKind.DISPUTES_PENDING) == 0
    assert provider.balance() == 10001 - FEE
    assert provider.agrees()
    assert find_problems() == []


@pytest.mark.parametrize("told_first", ["refund", "dispute"])
def test_a_dispute_is_shared_alike_whether_the_refund_before_it_is_known_or_not(
    provider, told_first
):
    rule(dispute_bearer="shop", dispute_fee_bearer="shop")
    basket = paid_basket(provider)
    provider.refund(basket, 5000, lines={0: 1})
    provider.dispute(basket, 3000)
    if told_first == "refund":
        basket.deliver()
    provider.news()
    basket.deliver()
    provider.news()
    # All of the bookshop's sale was given back before: the dispute is about the cheese.
    assert borne("dispute_opened") == {"fromagerie": 3000}
    assert borne("dispute_fee") == {"fromagerie": 2000}
    assert provider.agrees()
    assert find_problems() == []


def test_a_lost_dispute_that_is_won_after_all_is_a_loss_no_more(provider):
    rule(dispute_bearer="office")
    basket = paid_basket(provider)
    dispute = provider.dispute(basket, 4000)
    provider.news()
    Dispute.objects.update(status="lost")
    losses_post(now=NOW)
    assert balance(AccountKind.DISPUTE_LOSSES) == 4000
    provider.end_dispute(basket, dispute, won=True)
    basket.deliver()
    for _ in range(2):
        provider.news()
    assert balance(AccountKind.DISPUTE_LOSSES) == 0
    assert balance(AccountKind.DISPUTES_PENDING) == 0
    assert provider.agrees()
    assert find_problems() == []


def test_9_what_is_read_again_changes_nothing(provider):
    basket = paid_basket(provider)
    provider.refund(basket, 1000)
    provider.dispute(basket)
    basket.deliver()
    provider.news()
    before = (Transaction.objects.count(), balances_by_kind(), BalanceTransaction.objects.count())
    FetchState.objects.update(reached=None)
    for _ in range(3):
        provider.news()
        basket.deliver()
    after = (Transaction.objects.count(), balances_by_kind(), BalanceTransaction.objects.count())
    assert after == before
    assert provider.agrees()


def test_7_a_refund_is_matched_with_the_payment_that_took_the_money(provider):
    """Two payments of one order at two moments: each refund belongs to its own."""
    lines = [Line("librairie", 5000), Line("fromagerie", 5001)]
    basket = Basket("1", lines, [Tender(4000), Tender(6001)])
    provider.pay(basket)
    basket.deliver()
    provider.refund(basket, 500, tender=1)
    provider.refund(basket, 500, tender=0)
    basket.deliver()
    provider.news()
    refunds = BalanceTransaction.objects.filter(kind="refund").order_by("id")
    assert {row.tender.saleor_id for row in refunds} == {"tender-1-0", "tender-1-1"}
    for row in refunds:
        tender = int(row.tender.saleor_id[-1])
        assert row.payment_intent == basket.tenders[tender].reference
    assert provider.agrees()


def test_a_charge_of_no_order_is_missing_here_and_a_tender_of_no_charge_missing_there(provider):
    provider.charge(1234)
    basket = two_shops()
    basket.tenders[0].reference = "pi_that_stripe_does_not_know"
    basket.deliver()
    provider.news()
    found = psp_reconcile()
    assert [(m.status.value, m.here_cents, m.there_cents) for m in found.matches] == [
        ("missing_here", 0, 1234 - 44),
        ("missing_there", 10001, 0),
    ]
    assert found.residual_cents == 10001 - 1190
    assert found.unexplained_cents == 0
    provider.news(NOW + 2 * HOUR)
    assert len(find_problems()) == 2


def test_another_amount_than_the_order_says_is_shown_as_such(provider):
    basket = two_shops()
    provider.pay(basket)
    basket.tenders[0].charged_cents = 10000
    basket.deliver()
    provider.news()
    (match,) = psp_reconcile().of("amount_differs")
    assert (match.here_cents, match.there_cents) == (10000 - FEE, 10001 - FEE)


def test_a_payout_to_the_bank_leaves_psp_clearing_and_comes_back_when_it_fails(provider):
    paid_basket(provider)
    provider.server.advance(days=7)
    made = provider.server.pay_out()
    provider.news()
    assert balance(AccountKind.BANK) == 9826
    assert balance(AccountKind.PSP_CLEARING) == 0 == provider.balance()
    payout = ProviderPayout.objects.get()
    assert (payout.amount_cents, payout.automatic, payout.status) == (9826, True, "in_transit")
    composed = payout.movements.order_by("created_at", "id")
    assert [(row.kind, row.net_cents) for row in composed] == [("charge", 9826), ("payout", -9826)]
    provider.server.fail_payout(made["id"])
    provider.news()
    assert balance(AccountKind.BANK) == 0
    assert balance(AccountKind.PSP_CLEARING) == 9826 == provider.balance()
    payout.refresh_from_db()
    assert (payout.status, payout.failure) == ("failed", "The bank account has been closed")
    assert provider.agrees()
    assert find_problems() == []


def test_a_reading_that_is_cut_off_goes_on_where_it_was(provider, monkeypatch):
    monkeypatch.setattr("saleor_alencon.psp.gateway.PAGE", 3)
    for _ in range(8):
        provider.charge(1000)
    gateway, asked = provider.gateway(), []
    page = gateway.balance_transactions

    def cut_off(**wanted):
        asked.append(wanted.get("after"))
        if len(asked) == 3:
            raise ProviderUnreachable("gone")
        return page(**wanted)

    monkeypatch.setattr(gateway, "balance_transactions", cut_off)
    with pytest.raises(ProviderUnreachable):
        movements_fetch(gateway=gateway, now=NOW)
    assert BalanceTransaction.objects.count() == 6
    assert FetchState.objects.get().complete_at is None
    provider.charge(1000)
    assert movements_fetch(gateway=gateway, now=NOW) == 2 + 9
    assert asked[3] == asked[2]  # It went on after the last page that was stored.
    assert BalanceTransaction.objects.count() == 9
    assert FetchState.objects.get().complete_at == NOW


@pytest.fixture
def configured(provider):
    with override_settings(
        STRIPE_SECRET_KEY=SecretStr(provider.server.secret_key), STRIPE_API_BASE=provider.server.url
    ):
        yield provider


def test_the_command_says_what_agrees_and_fails_on_what_does_not(configured, capsys):
    basket = paid_basket(configured)
    call_command("reconcile")
    out = capsys.readouterr().out
    assert "1 movements read, 1 posted\nmatched: 1\n" in out
    assert "residual 0.00, unexplained 0.00" in out
    made = configured.server.refund(configured.charge_id(basket), 1000)
    with pytest.raises(CommandError):
        call_command("reconcile")
    out = capsys.readouterr().out
    assert "missing here: — 0.00 | txn_" in out
    assert "-10.00\n" in out
    assert "residual 10.00, unexplained 0.00" in out
    basket.tenders[0].returned[made["id"]] = 1000
    basket.refund(1000)
    basket.deliver()
    call_command("reconcile", offline=True)
    assert "residual 0.00, unexplained 0.00" in capsys.readouterr().out


def test_without_a_key_nothing_is_asked_and_the_command_names_the_cure(db, capsys):
    assert fetch_from_provider() == 0
    with pytest.raises(AlenconError, match="STRIPE_SECRET_KEY"):
        call_command("reconcile")
    with pytest.raises(CommandError, match="never read"):
        call_command("reconcile", offline=True)


def test_the_order_of_news_and_snapshots_does_not_matter(provider):
    basket = two_shops()
    provider.pay(basket)
    provider.news()
    assert psp_reconcile().count("missing_here") == 1
    assert Order.objects.count() == 0
    basket.deliver()
    provider.news()
    assert borne("psp_fee") == {"office": 175}
    assert provider.agrees()


def test_a_payment_is_known_by_the_token_that_its_metadata_has(provider):
    token = "f993f425-fde5-4340-beb1-e501cbf13938"
    basket = two_shops()
    basket.tenders[0].reference = "another-name"
    basket.deliver()
    OrderTender.objects.update(saleor_id=transaction_id(token))
    provider.charge(10001, token)
    provider.news()
    assert borne("psp_fee") == {"office": 175}
    assert psp_reconcile().count("matched") == 1
    assert doctest.testmod(mirror).failed == 0


def test_a_statement_says_that_a_shop_s_part_of_a_dispute_was_corrected(provider):
    rule(dispute_bearer="shop", minimum_payout_cents=0)
    basket = paid_basket(provider)
    provider.dispute(basket, 3000)
    provider.news()
    first = pay(draft())
    assert statement(first, "librairie").document["lines"][1]["gross_cents"] == -1500
    basket.refund(5000, lines={0: 1})  # Known to Saleor only now.
    basket.deliver()
    provider.news()
    lines = statement(pay(draft()), "librairie").document["lines"]
    (corrected,) = [line for line in lines if line["kind"] == "dispute"]
    assert (corrected["label"], corrected["gross_cents"]) == ("litige, part corrigée", 1500)
    assert borne("dispute_opened") == {"fromagerie": 3000}


def test_a_movement_in_another_currency_is_said_and_kept_out_of_the_sums(configured, capsys):
    paid_basket(configured)
    configured.news()
    BalanceTransaction.objects.create(
        provider_id="txn_usd", kind="charge", amount_cents=777, fee_cents=0, currency="USD",
        created_at=NOW,
    )  # fmt: skip
    assert psp_reconcile().residual_cents == 0
    with pytest.raises(CommandError):
        call_command("reconcile", offline=True)
    assert "in another currency: txn_usd USD" in capsys.readouterr().out
    assert find_problems() == [
        "PSP clearing is what the provider says it holds: in another currency: txn_usd USD"
    ]


def test_a_payout_that_is_not_the_sum_of_its_movements_is_found(provider):
    paid_basket(provider)
    provider.server.advance(days=7)
    provider.server.pay_out()
    provider.news()
    assert find_problems() == []
    BalanceTransaction.objects.filter(kind="charge").update(provider_payout=None)
    (problem,) = find_problems()
    assert problem.startswith("an automatic payout of the provider's is made of its movements: po_")
    assert problem.endswith(": -9826 cents")
