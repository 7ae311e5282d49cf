"""The members' dues: called with an invoice, paid, withheld by consent, holding payouts."""

import datetime

import pytest

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.dues.models import DuesBill, DuesRate, OffsetConsent
from saleor_alencon.dues.services import DuesError, owed_cents, payment_record
from saleor_alencon.invoicing.models import Invoice, InvoiceKind
from saleor_alencon.invoicing.services import (
    document_of,
    dues_bill_cancel,
    dues_bill_issue,
    dues_call,
)
from saleor_alencon.ledger.balances import balances_by_kind
from saleor_alencon.settlement.services import run_cancel
from saleor_alencon.shops.models import Association, Dues, Shop, ShopState
from tests.integration.small_town import (
    NOW,
    draft,
    open_town,
    operator,
    pay,
    sell,
    stated,
    statement,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
YEAR = 2026


@pytest.fixture(autouse=True)
def town():
    open_town()
    Association.objects.update(siret="81234567800014", vat_number="FR45812345678")
    Shop.objects.filter(slug="librairie").update(state=ShopState.LIVE)
    Shop.objects.filter(slug="fromagerie").update(state=ShopState.COMMITTED)
    DuesRate.objects.create(year=YEAR, base_cents=6_000, surcharge_cents=3_500)


def call() -> DuesBill:
    """Call the bookshop's dues: 60 € exempt, 35 € of surcharge and 7 € of VAT."""
    shop = Shop.objects.get(slug="librairie")
    dues_bill_issue(shop_id=shop.pk, year=YEAR, billed_by=operator(), now=NOW)
    return DuesBill.objects.get(shop=shop)


def account_cents(kind: AccountKind) -> int:
    return balances_by_kind().get(kind, 0)


def test_members_are_called_once_listed_shops_with_the_surcharge() -> None:
    issued = dues_call(year=YEAR, billed_by=operator(), now=NOW)
    assert issued.problems == ()
    assert [(i.number, i.shop.slug, i.net_cents, i.vat_cents) for i in issued.invoices] == [
        ("F2026-00001", "fromagerie", 6_000, 0),
        ("F2026-00002", "librairie", 9_500, 700),
    ]
    assert dues_call(year=YEAR, billed_by=operator(), now=NOW).invoices == ()
    assert account_cents(AccountKind.DUES_REVENUE) == -15_500
    assert account_cents(AccountKind.COMMISSION_VAT) == -700
    assert find_problems() == []


def test_a_member_that_paid_before_is_not_called() -> None:
    Dues.objects.create(shop=Shop.objects.get(slug="fromagerie"), year=YEAR)
    issued = dues_call(year=YEAR, billed_by=operator(), now=NOW)
    assert [invoice.shop.slug for invoice in issued.invoices] == ["librairie"]


def test_a_call_without_what_an_invoice_needs_leaves_nothing_behind() -> None:
    Association.objects.update(siret="")
    issued = dues_call(year=YEAR, billed_by=operator(), now=NOW)
    assert issued.invoices == ()
    assert len(issued.problems) == 2
    assert issued.problems[0] == (
        "Fromagerie : Le SIRET de l'association manque : complétez sa fiche."
    )
    assert not DuesBill.objects.exists()
    assert account_cents(AccountKind.DUES_REVENUE) == 0


def test_a_year_without_an_amount_says_where_to_set_it() -> None:
    with pytest.raises(DuesError, match="Aucun montant n'est fixé pour 2027"):
        dues_call(year=2027, billed_by=operator(), now=NOW)


def test_parts_are_paid_until_nothing_is_owed() -> None:
    bill = call()
    paid = {"bill_id": bill.pk, "paid_on": NOW.date(), "recorded_by": operator(), "now": NOW}
    payment_record(amount_cents=4_000, method="cheque", reference="n° 12", **paid)
    assert owed_cents(bill) == 6_200
    assert not Dues.objects.filter(shop=bill.shop, year=YEAR).exists()
    with pytest.raises(DuesError, match="Il reste 62,00"):
        payment_record(amount_cents=6_201, method="transfer", **paid)
    payment_record(amount_cents=6_200, method="transfer", **paid)
    assert owed_cents(bill) == 0
    assert Dues.objects.get(shop=bill.shop, year=YEAR).paid_on == NOW.date()
    assert account_cents(AccountKind.BANK) == 10_200
    assert account_cents(AccountKind.SHOP_RECEIVABLE) == 0
    assert find_problems() == []


def test_a_day_to_come_is_no_day_of_payment() -> None:
    bill = call()
    with pytest.raises(DuesError, match="pas encore venue"):
        payment_record(bill_id=bill.pk, amount_cents=1, paid_on=NOW.date() + DAY,
                       method="transfer", recorded_by=operator(), now=NOW)  # fmt: skip


def test_a_cancelled_call_has_a_credit_note_and_may_be_called_again() -> None:
    bill = call()
    note = dues_bill_cancel(
        bill_id=bill.pk, cancelled_by=operator(), reason="Pas membre en 2026", now=NOW
    )
    assert (note.number, note.kind, note.total_cents) == ("A2026-00001", "credit_note", 10_200)
    document = document_of(note)
    assert [each.number for each in document.corrects] == ["F2026-00001"]
    assert document.reason == "Pas membre en 2026"
    assert account_cents(AccountKind.DUES_REVENUE) == 0
    assert account_cents(AccountKind.SHOP_RECEIVABLE) == 0
    with pytest.raises(DuesError, match="est annulé"):
        dues_bill_cancel(bill_id=bill.pk, cancelled_by=operator(), reason="Encore", now=NOW)
    dues_bill_issue(shop_id=bill.shop_id, year=YEAR, billed_by=operator(), now=NOW)
    invoices = Invoice.objects.filter(kind=InvoiceKind.INVOICE).order_by("sequence")
    assert [invoice.number for invoice in invoices] == ["F2026-00001", "F2026-00002"]
    assert find_problems() == []


def test_what_was_paid_in_part_is_not_cancelled() -> None:
    bill = call()
    payment_record(bill_id=bill.pk, amount_cents=1, paid_on=NOW.date(), method="transfer",
                   recorded_by=operator(), now=NOW)  # fmt: skip
    with pytest.raises(DuesError, match="ne peut plus être annulé"):
        dues_bill_cancel(bill_id=bill.pk, cancelled_by=operator(), reason="Erreur", now=NOW)


def test_nothing_is_withheld_without_consent() -> None:
    call()
    sell(cents=50_000)
    assert stated(draft(), "librairie") == (0, 45_200, 45_200, 0, "")


def test_dues_are_withheld_by_consent_and_stated() -> None:
    bill = call()
    OffsetConsent.objects.create(shop=bill.shop, given_on=NOW.date())
    sell(cents=50_000)
    run = draft()
    # 500.00 less 8 % and its VAT is 452.00; less the dues of 102.00.
    assert stated(run, "librairie") == (0, 35_000, 35_000, 0, "")
    lines = [(line["kind"], line["net_cents"], line["label"])
             for line in statement(run, "librairie").document["lines"]]  # fmt: skip
    assert lines[1] == ("dues", -10_200, "2026, retenue avec votre accord")
    pay(run)
    assert owed_cents(bill) == 0
    assert Dues.objects.filter(shop=bill.shop, year=YEAR).exists()
    assert find_problems() == []


def test_more_than_the_balance_is_never_withheld() -> None:
    bill = call()
    OffsetConsent.objects.create(shop=bill.shop, given_on=NOW.date())
    sell(cents=5_000)
    assert stated(draft(), "librairie") == (0, 0, 0, 0, "")
    assert owed_cents(bill) == 10_200 - 4_520
    assert find_problems() == []


def test_what_a_dropped_run_withheld_is_on_the_next_statement() -> None:
    bill = call()
    OffsetConsent.objects.create(shop=bill.shop, given_on=NOW.date())
    sell(cents=50_000)
    run_cancel(run_id=draft().pk, cancelled_by=operator(), now=NOW)
    assert stated(draft(), "librairie") == (0, 35_000, 35_000, 0, "")
    assert bill.payments.count() == 1
    assert find_problems() == []


def test_a_waiting_draft_is_never_paid_from_twice() -> None:
    """A second attempt to draft, refused, withholds nothing of what the first is to pay."""
    bill = call()
    sell(cents=50_000)
    run = draft()
    OffsetConsent.objects.create(shop=bill.shop, given_on=NOW.date())
    with pytest.raises(Exception, match="attend une décision"):
        draft()
    assert owed_cents(bill) == 10_200
    pay(run)
    assert find_problems() == []


def test_a_withdrawn_consent_counts_no_more() -> None:
    bill = call()
    OffsetConsent.objects.create(shop=bill.shop, given_on=NOW.date() - DAY, withdrawn_on=NOW.date())
    sell(cents=50_000)
    assert stated(draft(), "librairie") == (0, 45_200, 45_200, 0, "")


@pytest.mark.parametrize(("days", "held"), [(90, False), (91, True)])
def test_payouts_wait_for_dues_that_are_long_overdue(days, held) -> None:
    """Thirty days to pay, sixty more before payouts are held."""
    call()
    sell(cents=50_000)
    later = NOW + days * DAY
    expected = (0, 45_200, 0, 45_200, "dues_unpaid") if held else (0, 45_200, 45_200, 0, "")
    assert stated(draft(later), "librairie") == expected
    assert find_problems() == []


def test_a_rate_without_that_rule_holds_nothing() -> None:
    DuesRate.objects.update(hold_after_days=None)
    call()
    sell(cents=50_000)
    assert stated(draft(NOW + 300 * DAY), "librairie") == (0, 45_200, 45_200, 0, "")
