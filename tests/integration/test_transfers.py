"""A run paid by Stripe Connect: one transfer a payout, whatever fails, repeats or is killed."""

import pytest
from django.test import override_settings

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.balances import balances_by_kind
from saleor_alencon.office.dashboard import returned_payouts
from saleor_alencon.psp.accounts import account_ensure
from saleor_alencon.psp.gateway import ProviderRefused
from saleor_alencon.psp.models import Transfer
from saleor_alencon.psp.transfers import run_send, transfer_reverse
from saleor_alencon.settlement.documents import statement_pdf
from saleor_alencon.settlement.models import Payout
from saleor_alencon.settlement.services import SettlementError, run_approve, run_execute
from saleor_alencon.shops.models import Association, ConnectedAccount, Shop
from tests.documents import pdf_text
from tests.integration.provider_town import Provider, two_shops
from tests.integration.small_town import (
    NOW,
    PLACED,
    approver,
    draft,
    open_town,
    operator,
    stated,
    statement,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(db):
    open_town()
    with Provider.in_settings() as running:
        yield running


def approved(provider, *shops, available=True):
    """An approved run of 100.01 over two shops, whose money is at Stripe."""
    basket = two_shops()
    provider.pay(basket)
    basket.hand_over()
    basket.deliver()
    provider.connect(*shops)
    if available:
        provider.server.advance(days=7)
    run = draft()
    run_approve(run_id=run.pk, approved_by=approver(), now=NOW)
    return run


def send(provider, run, now=NOW):
    return run_send(run_id=run.pk, executed_by=operator(), gateway=provider.gateway(), now=now)


def transfers(provider, group="R2026-0001"):
    found = provider.stripe.transfers.list({"transfer_group": group, "limit": 100})
    return sorted((each.metadata["alencon_payout"], each.amount) for each in found.data)


def payouts():
    return list(Payout.objects.order_by("shop__slug").values_list("shop__slug", "state"))


def test_a_run_is_paid_by_one_transfer_a_shop_in_the_run_s_group(provider):
    run = approved(provider)
    assert run.rail == "connect"
    done = send(provider, run)
    assert (done.sent, done.refused, done.waiting, done.problem) == (2, 0, 0, "")
    shops = {shop.slug: shop.pk for shop in Shop.objects.all()}
    assert transfers(provider) == sorted(
        [
            (f"R2026-0001-{shops['librairie']}", 4520),
            (f"R2026-0001-{shops['fromagerie']}", 4401),
        ]
    )
    run.refresh_from_db()
    assert run.state == "executed"
    assert payouts() == [("fromagerie", "executed"), ("librairie", "executed")]
    provider.news()
    # What stays at Stripe is the Office's commission with its VAT, less Stripe's fee.
    assert provider.balance() == 10001 - 175 - 4520 - 4401 == 905
    assert balances_by_kind()[AccountKind.PSP_CLEARING] == 905
    assert balances_by_kind().get(AccountKind.PAYOUT_TRANSIT, 0) == 0
    assert balances_by_kind().get(AccountKind.BANK, 0) == 0
    assert provider.agrees()
    assert find_problems() == []
    assert "Exécuté le 25 novembre 2026" in pdf_text(statement_pdf(statement(run, "librairie")))


def test_a_run_that_was_sent_is_not_sent_again(provider):
    run = approved(provider)
    send(provider, run)
    with pytest.raises(SettlementError, match="n'a rien à envoyer"):
        send(provider, run)
    assert len(transfers(provider)) == 2


def test_each_rail_refuses_the_other_s_command(provider):
    run = approved(provider)
    with pytest.raises(SettlementError, match="part par Stripe"):
        run_execute(run_id=run.pk, executed_by=operator(), now=NOW)
    run.rail = "sepa"
    run.save()
    with pytest.raises(SettlementError, match="part par fichier SEPA"):
        send(provider, run)
    assert transfers(provider) == []


def test_a_run_keeps_the_rail_that_it_was_drafted_with(provider):
    run = approved(provider)
    Association.objects.update(payout_rail="sepa")
    assert send(provider, run).sent == 2
    assert run.payment_file is None


def test_without_a_key_a_run_by_stripe_is_not_approved(provider):
    basket = two_shops()
    basket.hand_over()
    basket.deliver()
    provider.connect()
    run = draft()
    with (
        override_settings(STRIPE_SECRET_KEY=None),
        pytest.raises(SettlementError, match="STRIPE_SECRET_KEY"),
    ):
        run_approve(run_id=run.pk, approved_by=approver(), now=NOW)
    run.refresh_from_db()
    assert run.state == "draft"


def test_a_shop_whose_account_is_not_ready_is_carried_forward(provider):
    run = approved(provider, "librairie")
    assert stated(run, "fromagerie") == (0, 4401, 0, 4401, "missing_account")
    assert "Compte de paiement incomplet" in pdf_text(statement_pdf(statement(run, "fromagerie")))
    assert send(provider, run).sent == 1
    assert payouts() == [("librairie", "executed")]


def test_money_that_is_not_available_yet_lets_the_payouts_wait_and_a_later_call_sends(provider):
    run = approved(provider, available=False)
    done = send(provider, run)
    assert (done.sent, done.refused, done.waiting) == (0, 0, 2)
    assert "insufficient available funds" in done.problem
    provider.server.advance(days=7)
    done = send(provider, run)
    assert (done.sent, done.waiting, done.run.state) == (2, 0, "executed")
    # A new attempt has a new key: the old one would bring the old refusal again.
    assert sorted(Transfer.objects.values_list("attempt", "state")) == [
        (1, "refused"), (1, "refused"), (2, "sent"), (2, "sent"),
    ]  # fmt: skip
    assert len(transfers(provider)) == 2
    assert find_problems() == []


def test_5_a_transfer_that_is_refused_opens_the_debt_again_and_the_statement_says_so(provider):
    run = approved(provider)
    account = ConnectedAccount.objects.get(shop__slug="librairie")
    provider.server.set_account(account.account_id, transfers="inactive")
    done = send(provider, run)
    assert (done.sent, done.refused, done.waiting, done.run.state) == (1, 1, 0, "executed")
    assert payouts() == [("fromagerie", "executed"), ("librairie", "failed")]
    assert "Virement refusé" in pdf_text(statement_pdf(statement(run, "librairie")))
    assert returned_payouts()[0].text.startswith("1 transfert refusé par Stripe")
    provider.news()  # Its account is asked about before the next run.
    account.refresh_from_db()
    assert not account.ready
    provider.server.set_account(account.account_id, transfers="active")
    provider.news()
    second = draft()
    assert stated(second, "librairie") == (0, 4520, 4520, 0, "")
    run_approve(run_id=second.pk, approved_by=approver(), now=NOW)
    assert send(provider, second).sent == 1
    provider.news()
    assert provider.agrees()
    assert find_problems() == []


def test_5_a_reversed_transfer_opens_the_debt_again_and_the_statement_says_so(provider):
    run = approved(provider)
    send(provider, run)
    payout = run.payouts.get(shop__slug="librairie")
    with pytest.raises(SettlementError, match="motif"):
        transfer_reverse(
            payout_id=payout.pk, returned_by=operator(), reason=" ", gateway=provider.gateway(),
            now=NOW,
        )  # fmt: skip
    transfer_reverse(
        payout_id=payout.pk, returned_by=operator(), reason="Boutique fermée",
        gateway=provider.gateway(), now=NOW,
    )  # fmt: skip
    payout.refresh_from_db()
    assert (payout.state, payout.return_reason) == ("returned", "Boutique fermée")
    assert "Boutique fermée" in pdf_text(statement_pdf(statement(run, "librairie")))
    provider.news()
    assert provider.balance() == 905 + 4520
    assert provider.agrees()
    assert find_problems() == []
    assert stated(draft(), "librairie") == (0, 4520, 4520, 0, "")


def test_5_a_reversal_made_at_stripe_itself_opens_the_debt_too(provider):
    run = approved(provider)
    send(provider, run)
    payout = run.payouts.get(shop__slug="librairie")
    transfer = Transfer.objects.get(payout=payout)
    provider.stripe.transfers.reversals.create(transfer.provider_id, {})
    for _ in range(2):
        provider.news()
    payout.refresh_from_db()
    assert (payout.state, payout.return_reason) == ("returned", "Transfert repris chez Stripe")
    assert provider.agrees()
    assert find_problems() == []


def test_a_part_taken_back_at_stripe_is_left_to_a_person(provider):
    run = approved(provider)
    send(provider, run)
    transfer = Transfer.objects.get(payout__shop__slug="librairie")
    provider.stripe.transfers.reversals.create(transfer.provider_id, {"amount": 1000})
    provider.news()
    assert payouts() == [("fromagerie", "executed"), ("librairie", "executed")]
    (problem,) = find_problems()
    assert "missing here: — 0 | txn_" in problem


@pytest.mark.parametrize("mode", ["drop_answer", "drop_request"])
def test_a_call_without_answer_is_resolved_by_asking(provider, mode):
    run = approved(provider)
    provider.server.fault(mode, "/v1/transfers")
    done = send(provider, run)
    assert (done.sent, done.waiting, done.problem) == (
        0, 2, "Stripe n'a pas répondu : réessayez.",
    )  # fmt: skip
    assert Transfer.objects.get().state == "prepared"
    assert len(transfers(provider)) == (1 if mode == "drop_answer" else 0)
    done = send(provider, run)
    assert (done.sent, done.waiting, done.run.state) == (2, 0, "executed")
    assert len(transfers(provider)) == 2
    assert set(Transfer.objects.values_list("attempt", "state")) == {(1, "sent")}
    provider.news()
    assert provider.agrees()


@pytest.mark.parametrize("mode", ["drop_answer", "drop_request"])
def test_a_reversal_without_answer_is_resolved_by_asking(provider, mode):
    run = approved(provider)
    send(provider, run)
    payout = run.payouts.get(shop__slug="librairie")
    provider.server.fault(mode, "/v1/transfers/")
    call = {"payout_id": payout.pk, "returned_by": operator(), "reason": "Erreur", "now": NOW}
    with pytest.raises(Exception, match="pas répondu"):
        transfer_reverse(gateway=provider.gateway(), **call)
    transfer_reverse(gateway=provider.gateway(), **call)
    provider.news()
    assert provider.balance() == 905 + 4520
    assert provider.agrees()
    assert find_problems() == []


@pytest.mark.parametrize("mode", ["drop_answer", "drop_request"])
def test_an_account_whose_creation_had_no_answer_is_found_and_made_once(provider, mode):
    shop = Shop.objects.get(slug="mercerie")
    provider.server.fault(mode, "/v1/accounts")
    with pytest.raises(Exception, match="pas répondu"):
        account_ensure(shop_id=shop.pk, gateway=provider.gateway(), now=PLACED)
    assert ConnectedAccount.objects.get().account_id == ""
    made = account_ensure(shop_id=shop.pk, gateway=provider.gateway(), now=NOW)
    again = account_ensure(shop_id=shop.pk, gateway=provider.gateway(), now=NOW)
    assert made.account_id == again.account_id
    assert [each.id for each in provider.stripe.accounts.list().data] == [made.account_id]
    assert (made.ready, made.details_submitted) == (False, False)
    assert "external_account" in made.missing
    provider.server.complete_onboarding(made.account_id)
    provider.news()
    made.refresh_from_db()
    assert (made.ready, made.missing) == (True, [])


def test_a_transfer_taken_back_at_stripe_in_parts_is_taken_back_whole_in_the_end(provider):
    run = approved(provider)
    send(provider, run)
    payout = run.payouts.get(shop__slug="librairie")
    transfer = Transfer.objects.get(payout=payout)
    for cents in (1000, 3520):
        provider.stripe.transfers.reversals.create(transfer.provider_id, {"amount": cents})
        provider.news()
    payout.refresh_from_db()
    assert payout.state == "returned"
    assert provider.agrees()
    assert find_problems() == []


def test_what_is_left_of_a_transfer_is_taken_back_after_a_part_was_at_stripe(provider):
    run = approved(provider)
    send(provider, run)
    payout = run.payouts.get(shop__slug="librairie")
    transfer = Transfer.objects.get(payout=payout)
    provider.stripe.transfers.reversals.create(transfer.provider_id, {"amount": 1000})
    transfer_reverse(
        payout_id=payout.pk, returned_by=operator(), reason="Erreur",
        gateway=provider.gateway(), now=NOW,
    )  # fmt: skip
    provider.news()
    assert provider.balance() == 905 + 4520
    assert provider.agrees()
    assert find_problems() == []


def test_an_account_that_stripe_does_not_know_stops_no_other(provider, caplog):
    provider.connect("librairie", "fromagerie")
    ConnectedAccount.objects.filter(shop__slug="fromagerie").update(account_id="acct_of_nobody")
    ConnectedAccount.objects.update(checked_at=None)
    ConnectedAccount.objects.filter(shop__slug="librairie").update(ready=False)
    provider.news()
    ready = dict(ConnectedAccount.objects.values_list("shop__slug", "ready"))
    assert ready == {"librairie": True, "fromagerie": False}
    assert "account of Fromagerie: Stripe refuse" in caplog.text


def test_an_account_that_stripe_refuses_to_make_is_asked_for_under_another_key(provider):
    shop = Shop.objects.get(slug="mercerie")
    gateway, keys = provider.gateway(), []

    def create(_details, *, key):
        keys.append(key)
        raise ProviderRefused("Stripe refuse : Invalid email address", "email_invalid")

    gateway.account_create = create
    for _ in range(2):
        with pytest.raises(ProviderRefused):
            account_ensure(shop_id=shop.pk, gateway=gateway, now=NOW)
    assert len(set(keys)) == 2
    made = account_ensure(shop_id=shop.pk, gateway=provider.gateway(), now=NOW)
    assert made.account_id.startswith("acct_")
