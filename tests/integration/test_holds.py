"""Why a shop is paid nothing for now: each rule, several at once, a second person's word."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.dues.models import DuesBill, DuesRate
from saleor_alencon.office.dashboard import held_shops
from saleor_alencon.orders.models import Order
from saleor_alencon.psp.models import Dispute
from saleor_alencon.settlement.documents import statement_pdf
from saleor_alencon.settlement.holds import (
    HoldError,
    account_confirm,
    hold_lift,
    hold_set,
    holds_of,
)
from saleor_alencon.settlement.models import AccountConfirmation, SettlementRules, ShopHold
from saleor_alencon.settlement.services import SettlementError, run_approve, run_cancel
from saleor_alencon.shops.models import Association, ConnectedAccount, Shop, ShopMember
from saleor_alencon.shops.services import details_record
from tests.documents import pdf_text
from tests.integration.small_town import (
    NOW,
    Basket,
    Line,
    Tender,
    approver,
    draft,
    open_town,
    operator,
    pay,
    stated,
    statement,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
OTHER_IBAN = "FR1420041010050500013M02606"


@pytest.fixture
def town(db):
    """A town whose bookshop has 45.20 to get of one sale, and its cheese shop 44.01."""
    open_town()
    basket = Basket(
        "1",
        [Line("librairie", 5000), Line("fromagerie", 5001)],
        [Tender(10001, reference="pi_1")],
    )
    basket.hand_over()
    basket.deliver()


def shop(slug="librairie"):
    return Shop.objects.get(slug=slug)


def change_iban(*, by, at=NOW, slug="librairie"):
    """Give a shop another account, as its page in the back-office does."""
    before, after = shop(slug), shop(slug)
    after.iban, after.bic = OTHER_IBAN, "PSSTFRPP"
    after.save()
    details_record(shop=after, before=before, fields=["iban", "bic"], done_by=by, now=at)


def reasons(slug="librairie", now=NOW):
    return [str(each.reason) for each in holds_of([shop(slug).pk], now=now).get(shop(slug).pk, ())]


def test_a_hold_of_the_office_carries_the_balance_and_the_statement_says_why(town):
    hold = hold_set(
        shop=shop(), reason="Convention à signer à nouveau", held_by=operator(), now=NOW
    )
    run = draft()
    assert stated(run, "librairie") == (0, 4520, 0, 4520, "office")
    assert stated(run, "fromagerie") == (0, 4401, 4401, 0, "")
    assert "L'Office retient vos versements : Convention à signer" in pdf_text(
        statement_pdf(statement(run, "librairie"))
    )
    pay(run)
    with pytest.raises(HoldError, match="déjà retenus"):
        hold_set(shop=shop(), reason="Encore", held_by=operator(), now=NOW)
    hold_lift(hold_id=hold.pk, lifted_by=approver(), now=NOW)
    with pytest.raises(HoldError, match="déjà levée"):
        hold_lift(hold_id=hold.pk, lifted_by=approver(), now=NOW)
    assert stated(draft(), "librairie") == (4520, 0, 4520, 0, "")
    assert find_problems() == []


def test_a_changed_iban_holds_seven_days_and_the_old_account_is_not_paid_either(town):
    run = draft()
    change_iban(by=operator())
    with pytest.raises(SettlementError, match="Librairie"):
        run_approve(run_id=run.pk, approved_by=approver(), now=NOW)
    run_cancel(run_id=run.pk, cancelled_by=operator(), now=NOW)
    held = draft()
    assert stated(held, "librairie") == (0, 4520, 0, 4520, "iban_changed")
    text = pdf_text(statement_pdf(statement(held, "librairie")))
    assert "changé le 25 novembre 2026" in text
    assert "attendent le 2 décembre 2026" in text
    assert not held.payouts.filter(shop=shop()).exists()
    assert reasons(now=NOW + 7 * DAY - datetime.timedelta(seconds=1)) == ["iban_changed"]
    assert reasons(now=NOW + 7 * DAY) == []


def test_a_second_person_confirms_a_changed_iban_the_one_who_changed_it_cannot(town):
    change_iban(by=operator())
    assert [each.text for each in held_shops(NOW)] == [
        "1 compte bancaire changé : une seconde personne doit le confirmer."
    ]
    with pytest.raises(HoldError, match="seconde personne"):
        account_confirm(shop=shop(), how="Par téléphone", confirmed_by=operator(), now=NOW)
    with pytest.raises(HoldError, match="comment"):
        account_confirm(shop=shop(), how=" ", confirmed_by=approver(), now=NOW)
    account_confirm(shop=shop(), how="Par téléphone", confirmed_by=approver(), now=NOW)
    assert held_shops(NOW) == []
    run = pay(draft())
    assert run.payouts.get(shop=shop()).iban == OTHER_IBAN
    # Another change needs another word.
    change_iban(by=approver(), at=NOW + DAY)
    assert reasons(now=NOW + DAY) == []  # nothing changed: the same account was saved again
    Shop.objects.update(iban="")
    change_iban(by=approver(), at=NOW + DAY)
    assert reasons(now=NOW + DAY) == ["iban_changed"]


def test_a_confirmation_says_nothing_of_the_time_before_it(town):
    change_iban(by=operator())
    account_confirm(shop=shop(), how="Par téléphone", confirmed_by=approver(), now=NOW + DAY)
    assert reasons(now=NOW + DAY / 2) == ["iban_changed"]
    assert reasons(now=NOW + DAY) == []


def test_postgresql_keeps_the_two_persons_apart(town):
    change_iban(by=operator())
    event = shop().events.get()
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        AccountConfirmation.objects.create(
            event=event, changed_by=operator(), confirmed_by=operator(), confirmed_at=NOW, how="x"
        )


def test_an_iban_that_changes_does_not_hold_where_stripe_pays_or_no_wait_is_wanted(town):
    change_iban(by=operator())
    SettlementRules.objects.create(id=1, iban_hold_days=0)
    assert reasons() == []
    SettlementRules.objects.update(iban_hold_days=7)
    assert reasons() == ["iban_changed"]
    Association.objects.update(payout_rail="connect")
    assert reasons() == []


def test_a_shop_without_identity_is_held_unless_the_association_decides_otherwise(town):
    Shop.objects.filter(slug="librairie").update(siret="")
    assert stated(draft(), "librairie") == (0, 4520, 0, 4520, "missing_identity")
    SettlementRules.objects.create(id=1, hold_without_identity=False)
    assert reasons() == []


def test_what_stripe_still_asks_is_told_to_the_shop(town):
    Association.objects.update(payout_rail="connect")
    account = ConnectedAccount.objects.create(
        shop=shop(), key="k", account_id="acct_1", missing=["individual.dob"], created_at=NOW
    )
    (hold,) = holds_of([shop().pk], now=NOW)[shop().pk]
    assert hold.text == "Stripe attend encore de vous : l'identité du commerçant."
    assert hold.reason == "missing_account"
    account.ready = True
    account.save()
    assert holds_of([shop().pk], now=NOW) == {}


def test_open_disputes_hold_the_shops_whose_part_reaches_the_limit(town):
    # 60.00 of a basket of 50.00 and 50.01 are disputed: 30.00 and 30.00.
    dispute = Dispute.objects.create(
        provider_id="dp_1", payment_intent="pi_1", amount_cents=6000, status="needs_response",
        created_at=NOW, order=Order.objects.get(),
    )  # fmt: skip
    assert reasons() == []
    SettlementRules.objects.create(id=1, dispute_hold_cents=3000)
    assert reasons() == ["dispute"]
    assert reasons("fromagerie") == ["dispute"]
    assert reasons("mercerie") == []
    SettlementRules.objects.update(dispute_hold_cents=3001)
    assert reasons() == []
    SettlementRules.objects.update(dispute_hold_cents=3000)
    dispute.status = "won"
    dispute.save()
    assert reasons() == []


def test_several_rules_hold_at_once_and_the_shop_reads_each(town, client):
    DuesRate.objects.create(year=2026, base_cents=6000, hold_after_days=0)
    DuesBill.objects.create(
        shop=shop(), year=2026, base_cents=6000, surcharge_cents=0, surcharge_vat_rate_bps=0,
        surcharge_vat_cents=0, total_cents=6000, due_on=NOW.date() - 2 * DAY, billed_at=NOW,
        billed_by=operator(),
    )  # fmt: skip
    change_iban(by=operator(), at=timezone.now())
    hold_set(shop=shop(), reason="Vérification", held_by=operator(), now=NOW)
    assert reasons(now=timezone.now()) == ["office", "iban_changed", "dues_unpaid"]
    member = User.objects.create_user("m@alencon.example", "un-mot-de-passe", role=Role.MERCHANT)
    ShopMember.objects.create(shop=shop(), user=member)
    client.force_login(member)
    page = client.get(reverse("counter:shop")).content.decode()
    for text in ("Vos versements sont retenus", "Vérification", "Compte bancaire changé",
                 "Cotisation en retard"):  # fmt: skip
        assert text in page


def test_the_office_sees_who_is_held_and_confirms_or_lifts_from_there(town, client):
    change_iban(by=operator(), at=timezone.now())
    client.force_login(operator())
    answer = client.post(
        reverse("admin:settlement_shophold_hold"), {"shop": shop("fromagerie").pk, "reason": "Avis"}
    )
    assert answer.url == reverse("admin:settlement_shophold_held")
    page = client.get(answer.url).content.decode()
    assert "L&#x27;Office retient vos versements : Avis" in page
    url = reverse("admin:settlement_shophold_confirm", args=[shop().pk])
    client.post(url, {"how": "Par téléphone"})
    assert not AccountConfirmation.objects.exists()
    client.force_login(approver())
    client.post(url, {"how": "Par téléphone"})
    assert AccountConfirmation.objects.get().confirmed_by == approver()
    hold = ShopHold.objects.get()
    client.post(reverse("admin:settlement_shophold_lift", args=[hold.pk]))
    hold.refresh_from_db()
    assert hold.lifted_by == approver()
    page = client.get(reverse("admin:settlement_shophold_held")).content.decode()
    assert "Aucune boutique n'est retenue." in page
