"""Refunds and disputes: what comes back, what Stripe keeps, what is refused."""

import pytest

from tests.unit.stripe_server.shop import refused


def test_refunds_add_up_to_the_charge_and_stripe_keeps_its_fee(shop) -> None:
    intent = shop.paid(1_000)

    first = shop.refund(intent, 300, reason="requested_by_customer", metadata={"line": "7"})
    second = shop.refund(intent)

    charge = shop.client.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})
    assert (first.amount, second.amount) == (300, 700)
    assert (first.reason, first.metadata["line"], first.status) == (
        "requested_by_customer",
        "7",
        "succeeded",
    )
    assert (charge.amount_refunded, charge.refunded) == (1_000, True)
    assert [refund.id for refund in charge.refunds.data] == [second.id, first.id]
    assert shop.transactions() == [("charge", 1_000, 40), ("refund", -300, 0), ("refund", -700, 0)]
    assert shop.balance() == (0, -40)


def test_more_than_what_is_left_is_not_refunded(shop) -> None:
    intent = shop.paid(1_000)

    whole = refused(shop.refund, intent, 1_001)
    shop.refund(intent, 300)
    rest = refused(shop.refund, intent, 701)

    assert (whole.http_status, whole.param) == (400, "amount")
    assert whole.user_message == ("Refund amount (€10.01) is greater than charge amount (€10.00)")
    assert rest.user_message == (
        "Refund amount (€7.01) is greater than unrefunded amount on charge (€7.00)"
    )
    assert shop.balance() == (0, 660)


def test_a_wholly_refunded_charge_is_not_refunded_again(shop) -> None:
    intent = shop.paid(1_000)
    shop.refund(intent)

    error = refused(shop.refund, intent)

    assert error.code == "charge_already_refunded"


@pytest.mark.parametrize("card", ["pm_card_authenticationRequired", None])
def test_what_was_not_charged_is_not_refunded(shop, card) -> None:
    intent = shop.paid(card=card) if card else shop.intent()

    error = refused(shop.refund, intent, 100)

    assert error.http_status == 400
    assert "does not have a successful charge to refund" in error.user_message


def test_a_refund_may_be_pending_first(shop, server) -> None:
    intent = shop.paid(card="pm_card_pendingRefund")
    refund = shop.refund(intent)
    assert refund.status == "pending"

    server.advance(seconds=60)

    assert shop.client.refunds.retrieve(refund.id).status == "succeeded"
    assert shop.events()[-1] == "refund.updated"


def test_a_refund_that_fails_later_returns_to_the_balance(shop, server) -> None:
    intent = shop.paid(1_000, card="pm_card_refundFail")
    refund = shop.refund(intent, 400)
    assert refund.status == "succeeded"

    server.advance(seconds=60)

    after = shop.client.refunds.retrieve(
        refund.id, {"expand": ["charge", "failure_balance_transaction"]}
    )
    assert (after.status, after.failure_reason) == ("failed", "unknown")
    assert after.failure_balance_transaction.reporting_category == "refund_failure"
    assert after.charge.amount_refunded == 0
    assert shop.balance() == (0, 960)
    assert shop.events()[-3:] == ["charge.refund.updated", "refund.updated", "refund.failed"]


def test_a_refund_in_the_dashboard_is_one_of_the_charge(shop, server) -> None:
    intent = shop.paid(1_000)

    server.refund(intent.latest_charge, 250)

    assert [refund.amount for refund in shop.client.refunds.list().data] == [250]
    assert shop.events()[-2:] == ["refund.created", "charge.refunded"]


def test_a_dispute_takes_the_amount_and_a_fee(shop, server) -> None:
    intent = shop.paid(10_000)

    opened = server.open_dispute(intent.latest_charge)

    dispute = shop.client.disputes.retrieve(opened["id"], {"expand": ["charge"]})
    assert (dispute.amount, dispute.status, dispute.reason) == (
        10_000,
        "needs_response",
        "fraudulent",
    )
    assert dispute.charge.disputed is True
    [taken] = dispute.balance_transactions
    assert (taken.type, taken.reporting_category) == ("adjustment", "dispute")
    assert (taken.amount, taken.fee, taken.net) == (-10_000, 2_000, -12_000)
    assert taken.source == dispute.id
    assert shop.balance() == (-12_000, 9_825)
    assert shop.events()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


def test_a_won_dispute_brings_the_amount_back_without_the_fee(shop, server) -> None:
    intent = shop.paid(10_000)
    opened = server.open_dispute(intent.latest_charge)

    server.end_dispute(opened["id"], won=True)

    dispute = shop.client.disputes.retrieve(opened["id"])
    assert dispute.status == "won"
    assert [each.net for each in dispute.balance_transactions] == [-12_000, 10_000]
    assert dispute.balance_transactions[1].reporting_category == "dispute_reversal"
    assert shop.events()[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]


def test_the_fee_of_a_won_dispute_comes_back_when_the_rules_say_so(shop, server) -> None:
    server.change_rules(dispute_fee_returned_when_won=True, dispute_fee_cents=1_500)
    opened = server.open_dispute(shop.paid(10_000).latest_charge)

    server.end_dispute(opened["id"], won=True)

    assert shop.transactions()[1:] == [
        ("adjustment", -10_000, 1_500),
        ("adjustment", 10_000, -1_500),
    ]


def test_a_lost_dispute_moves_nothing_more(shop, server) -> None:
    intent = shop.paid(10_000)
    opened = server.open_dispute(intent.latest_charge, 4_000)

    shop.client.disputes.close(opened["id"])

    assert shop.client.disputes.retrieve(opened["id"]).status == "lost"
    assert shop.transactions() == [("charge", 10_000, 175), ("adjustment", -4_000, 2_000)]
    assert refused(shop.client.disputes.close, opened["id"]).http_status == 400


def test_a_charged_back_charge_is_not_refunded_until_it_is_won(shop, server) -> None:
    intent = shop.paid(10_000)
    opened = server.open_dispute(intent.latest_charge)
    assert refused(shop.refund, intent).code == "charge_disputed"

    server.end_dispute(opened["id"], won=True)

    assert shop.refund(intent).amount == 10_000


def test_evidence_of_the_test_mode_decides_a_dispute(shop, server) -> None:
    shop.paid(card="pm_card_createDispute")
    server.advance(seconds=0)
    [dispute] = shop.client.disputes.list().data

    shop.client.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    )

    assert shop.client.disputes.retrieve(dispute.id).status == "won"
