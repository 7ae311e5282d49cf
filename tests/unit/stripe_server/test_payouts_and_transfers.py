"""Money leaves: to the bank by payouts, to connected accounts by transfers."""

import http.client

import stripe

from tests.unit.stripe_server.conftest import connect
from tests.unit.stripe_server.shop import MONDAY, refused

THURSDAY_MIDNIGHT = MONDAY - 10 * 3_600 + 3 * 86_400


def express(shop, server, *, complete=True):
    account = shop.client.accounts.create(
        {
            "type": "express",
            "country": "FR",
            "email": "librairie@alencon.example",
            "capabilities": {"transfers": {"requested": True}},
            "metadata": {"alencon_shop": "librairie"},
        }
    )
    if complete:
        server.complete_onboarding(account.id)
    return account


def funded(shop, server, amount=10_000):
    """Have money that is available."""
    return shop.paid(amount, card="pm_card_bypassPending")


def test_a_charge_is_available_three_business_days_later(shop, server) -> None:
    intent = shop.paid(10_000, expand=["latest_charge.balance_transaction"])
    booked = intent.latest_charge.balance_transaction
    assert (booked.available_on, booked.status) == (THURSDAY_MIDNIGHT, "pending")
    server.change_rules(automatic_payouts=False)

    server.advance(days=3)

    assert shop.balance() == (9_825, 0)
    assert shop.client.balance_transactions.retrieve(booked.id).status == "available"


def test_the_daily_payout_pays_all_that_is_available_and_names_it(shop, server) -> None:
    paid, refunded = shop.paid(10_000), shop.paid(2_000)
    shop.refund(refunded, 500)
    shop.client.payment_intents.retrieve(paid.id)

    server.advance(days=3)

    [payout] = shop.client.payouts.list().data
    assert (payout.amount, payout.status, payout.automatic) == (11_270, "in_transit", True)
    assert payout.created == THURSDAY_MIDNIGHT
    assert payout.arrival_date == THURSDAY_MIDNIGHT + 86_400
    assert shop.transactions(payout=payout.id) == [
        ("charge", 10_000, 175),
        ("charge", 2_000, 55),
        ("refund", -500, 0),
        ("payout", -11_270, 0),
    ]
    assert shop.balance() == (0, 0)
    server.advance(days=1)
    assert shop.client.payouts.retrieve(payout.id).status == "paid"
    assert shop.events()[-4:] == [
        "payout.created",
        "payout.reconciliation_completed",
        "payout.updated",
        "payout.paid",
    ]


def test_a_returned_payout_is_paid_again_with_the_next_one(shop, server) -> None:
    funded(shop, server)
    first = server.pay_out()

    server.fail_payout(first["id"], "no_account")

    failed = shop.client.payouts.retrieve(first["id"], {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_code) == ("failed", "no_account")
    assert failed.failure_balance_transaction.type == "payout_failure"
    assert failed.failure_balance_transaction.reporting_category == "payout_reversal"
    assert shop.balance() == (9_825, 0)
    second = server.pay_out()
    assert shop.transactions(payout=second["id"]) == [
        ("payout_failure", 9_825, 0),
        ("payout", -9_825, 0),
    ]


def test_nothing_is_paid_out_of_an_empty_or_negative_balance(shop, server) -> None:
    assert server.pay_out() == {"made": False}
    intent = funded(shop, server)
    server.open_dispute(intent.latest_charge)

    assert shop.balance() == (-2_175, 0)
    assert server.pay_out() == {"made": False}


def test_a_payout_by_hand_needs_the_money_and_lists_nothing(shop, server) -> None:
    funded(shop, server)
    assert refused(shop.client.payouts.create, {"amount": 9_826, "currency": "eur"}).code == (
        "balance_insufficient"
    )

    payout = shop.client.payouts.create({"amount": 5_000, "currency": "eur"})

    assert shop.balance() == (4_825, 0)
    error = refused(shop.client.balance_transactions.list, {"payout": payout.id})
    assert error.user_message.startswith("Balance transaction history can only be filtered on")


def test_a_transfer_moves_available_money_to_the_shop(shop, server) -> None:
    funded(shop, server)
    account = express(shop, server)

    transfer = shop.client.transfers.create(
        {
            "amount": 6_000,
            "currency": "eur",
            "destination": account.id,
            "transfer_group": "run-7",
            "metadata": {"payout": "12"},
        }
    )

    there = shop.client.balance.retrieve({}, {"stripe_account": account.id})
    assert shop.balance() == (3_825, 0)
    assert there.available[0].amount == 6_000
    assert shop.transactions(source=transfer.id) == [("transfer", -6_000, 0)]
    payment = shop.client.charges.retrieve(
        transfer.destination_payment, {}, {"stripe_account": account.id}
    )
    assert (payment.amount, payment.source_transfer) == (6_000, transfer.id)
    listed = shop.client.transfers.list({"transfer_group": "run-7"}).data
    assert [each.id for each in listed] == [transfer.id]


def test_a_transfer_without_the_money_is_refused(shop, server) -> None:
    shop.paid(10_000)
    account = express(shop, server)

    error = refused(
        shop.client.transfers.create,
        {"amount": 1_000, "currency": "eur", "destination": account.id},
    )

    assert (error.http_status, error.code) == (400, "balance_insufficient")
    assert shop.client.transfers.list().data == []


def test_a_transfer_of_a_charge_waits_for_its_money(shop, server) -> None:
    intent = shop.paid(10_000)
    account = express(shop, server)

    transfer = shop.client.transfers.create(
        {
            "amount": 6_000,
            "currency": "eur",
            "destination": account.id,
            "source_transaction": intent.latest_charge,
            "expand": ["balance_transaction"],
        }
    )

    assert transfer.balance_transaction.available_on == THURSDAY_MIDNIGHT
    assert transfer.transfer_group == f"group_{intent.id}"
    assert shop.balance() == (0, 3_825)
    error = refused(
        shop.client.transfers.create,
        {
            "amount": 4_001,
            "currency": "eur",
            "destination": account.id,
            "source_transaction": intent.latest_charge,
        },
    )
    assert "must not exceed the source amount of €100.00" in error.user_message


def test_a_transfer_is_reversed_in_part_and_then_wholly(shop, server) -> None:
    funded(shop, server)
    account = express(shop, server)
    transfer = shop.client.transfers.create(
        {"amount": 6_000, "currency": "eur", "destination": account.id}
    )

    reversal = shop.client.transfers.reversals.create(transfer.id, {"amount": 1_500})
    shop.client.transfers.reversals.create(transfer.id)

    after = shop.client.transfers.retrieve(transfer.id)
    assert (after.amount_reversed, after.reversed) == (6_000, True)
    assert [each.amount for each in after.reversals.data] == [4_500, 1_500]
    assert shop.transactions(source=reversal.id) == [("transfer_refund", 1_500, 0)]
    assert shop.balance() == (9_825, 0)
    assert shop.events()[-1] == "transfer.reversed"


def test_what_the_shop_was_paid_out_cannot_be_reversed(shop, server) -> None:
    funded(shop, server)
    account = express(shop, server)
    transfer = shop.client.transfers.create(
        {"amount": 6_000, "currency": "eur", "destination": account.id}
    )
    assert server.pay_out(account=account.id)["amount"] == 6_000

    error = refused(shop.client.transfers.reversals.create, transfer.id)

    assert error.code == "balance_insufficient"


def test_an_account_receives_nothing_before_it_is_complete(shop, server) -> None:
    funded(shop, server)
    account = express(shop, server, complete=False)
    assert (account.details_submitted, account.capabilities.transfers) == (False, "inactive")

    error = refused(
        shop.client.transfers.create,
        {"amount": 1_000, "currency": "eur", "destination": account.id},
    )

    assert error.code == "insufficient_capabilities_for_transfer"


def test_the_link_leads_the_merchant_to_a_complete_account(shop, server) -> None:
    account = express(shop, server, complete=False)
    link = shop.client.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "http://127.0.0.1/again",
            "return_url": "http://127.0.0.1/done",
        }
    )
    assert link.expires_at == MONDAY + 300

    page = http.client.HTTPConnection(server.url.removeprefix("http://"))
    page.request("GET", link.url.removeprefix(server.url) + "?outcome=succeed")
    answer = page.getresponse()
    answer.read()

    after = shop.client.accounts.retrieve(account.id)
    assert (answer.status, answer.headers["Location"]) == (303, "http://127.0.0.1/done")
    assert (after.details_submitted, after.payouts_enabled) == (True, True)
    assert after.capabilities.transfers == "active"
    assert after.requirements.currently_due == []

    page.request("GET", link.url.removeprefix(server.url))
    answer = page.getresponse()
    assert (answer.status, answer.headers["Location"]) == (303, "http://127.0.0.1/again")
    page.close()


def test_a_link_that_is_too_old_leads_back_to_where_another_is_made(shop, server) -> None:
    account = express(shop, server, complete=False)
    link = shop.client.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "http://127.0.0.1/again",
            "return_url": "http://127.0.0.1/done",
        }
    )
    server.advance(seconds=300)

    page = http.client.HTTPConnection(server.url.removeprefix("http://"))
    page.request("GET", link.url.removeprefix(server.url) + "?outcome=succeed")
    answer = page.getresponse()
    page.close()

    assert (answer.status, answer.headers["Location"]) == (303, "http://127.0.0.1/again")
    assert not shop.client.accounts.retrieve(account.id).details_submitted


def test_stripe_may_stop_an_account_again(shop, server) -> None:
    account = express(shop, server)

    server.set_account(
        account.id,
        payouts_enabled=False,
        transfers="inactive",
        requirements={"currently_due": ["external_account"], "disabled_reason": "listed"},
    )

    after = shop.client.accounts.retrieve(account.id)
    assert (after.payouts_enabled, after.capabilities.transfers) == (False, "inactive")
    assert after.requirements.disabled_reason == "listed"


def test_an_unknown_account_is_not_accessible(server) -> None:
    client = connect(server)

    error = refused(client.v1.accounts.retrieve, "acct_1Nobody")

    assert isinstance(error, stripe.PermissionError)
    assert error.error.code == "account_invalid"
