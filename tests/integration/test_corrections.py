"""Adjustments, reserves, demands: the worked examples of docs/settlement.md, told on the books."""

import datetime
import hashlib
from functools import partial
from importlib.metadata import version

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.books.ageing import AGES, aged_balances
from saleor_alencon.books.chart import current_chart
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.corrections import shop_part_cents
from saleor_alencon.dues.models import OffsetConsent
from saleor_alencon.errors import AlenconError
from saleor_alencon.ledger.balances import balances_by_kind, shop_balances
from saleor_alencon.ledger.models import Transaction
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.models import Message
from saleor_alencon.messaging.sending import messages_send
from saleor_alencon.settlement import seals
from saleor_alencon.settlement.adjustments import (
    AdjustmentError,
    adjustment_approve,
    adjustment_draft,
    adjustment_refuse,
    adjustment_reverse,
)
from saleor_alencon.settlement.attachments import MOST_BYTES, AttachmentError, attachment_check
from saleor_alencon.settlement.demand_notices import demand_pdf
from saleor_alencon.settlement.demands import (
    DemandError,
    demand_call,
    demand_cancel,
    demand_pay,
    demand_remind,
    demand_send,
)
from saleor_alencon.settlement.documents import statement_pdf, statement_xlsx
from saleor_alencon.settlement.models import (
    Adjustment,
    Demand,
    Reserve,
    RunState,
    SettlementRules,
    SettlementRun,
    ShopTerms,
    StatementSeal,
)
from saleor_alencon.settlement.preview import run_preview
from saleor_alencon.settlement.seal_models import SealKind
from saleor_alencon.settlement.seals import run_seal, statements_verify
from saleor_alencon.settlement.services import (
    SettlementError,
    run_approve,
    run_cancel,
    run_create,
    run_execute,
)
from saleor_alencon.shops.models import Association, Shop
from tests.documents import cents, pdf_text, tables
from tests.integration.at_once import at_once
from tests.integration.small_town import (
    NOW,
    approver,
    draft,
    open_town,
    operator,
    pay,
    sell,
    stated,
    statement,
)

DAY = datetime.timedelta(days=1)
PDF = b"%PDF-1.7 une facture"


@pytest.fixture
def town(db):
    open_town()


def shop(slug="librairie"):
    return Shop.objects.get(slug=slug)


def account_cents(kind, slug="mercerie"):
    return -shop_balances().get(shop(slug).pk, {}).get(kind, 0)


def lines(run, slug="mercerie"):
    return [(line["kind"], line["net_cents"]) for line in statement(run, slug).document["lines"]]


def adjust(amount_cents, *, bearer="office", slug="mercerie", kind="goodwill", **more):
    """Draft an adjustment and let a second person approve it."""
    made = adjustment_draft(
        shop=shop(slug), kind=kind, amount_cents=amount_cents, bearer=bearer,
        reason="Pull décousu", drafted_by=operator(), now=NOW, **more,
    )  # fmt: skip
    return adjustment_approve(adjustment_id=made.pk, approved_by=approver(), now=NOW)


# Adjustments


@pytest.mark.parametrize("row", tables("settlement.md", "adjustment"), ids=str)
def test_an_adjustment_changes_the_balance_as_the_page_says(row, town):
    amount, office_bps = cents(row["about"]), int(row["Office's part"].rstrip(" %")) * 100
    assert shop_part_cents(amount, office_bps) == cents(row["the shop's balance"])
    bearer = {10_000: "office", 0: "shop"}.get(office_bps, "shared")
    sell("1", 30_000, "mercerie")
    if not cents(row["the shop's balance"]):
        with pytest.raises(AdjustmentError, match="Rien ne changerait"):
            adjust(amount, bearer=bearer, kind=row["kind"])
        return
    made = adjust(
        amount, bearer=bearer, kind=row["kind"], office_bps=office_bps,
        attachment=attachment_check("accord.pdf", PDF),
    )  # fmt: skip
    assert account_cents(AccountKind.SHOP_AVAILABLE) == cents(row["the shop's balance"])
    booked = {kind: -value for kind, value in balances_by_kind().items()}
    account = AccountKind(row["booked on"])
    assert booked[account] == -cents(row["the shop's balance"])
    run = pay(draft())
    assert lines(run)[-1] == ("adjustment", made.shop_cents)
    assert find_problems() == []


def test_goodwill_borne_by_both_gives_the_shop_half_of_what_its_customer_got_back(town):
    # A customer gets 10.01 of 50.00 back; the bookshop and the Office agreed to share it.
    basket = sell("1", 5000, "librairie")
    pay(draft())
    basket.refund(1001)
    basket.deliver()
    adjust(1001, bearer="shared", office_bps=5000, slug="librairie")
    run = pay(draft())
    # Refunded: 10.01 less 0.80 of commission and 0.16 of VAT; back from the Office: 5.01.
    assert lines(run, "librairie") == [("refund", -905), ("adjustment", 501)]
    text = pdf_text(statement_pdf(statement(run, "librairie")))
    assert "geste commercial : Pull décousu" in text
    assert stated(run, "librairie") == (0, -404, 0, -404, "negative")
    assert find_problems() == []


def test_who_drafted_an_adjustment_cannot_approve_it_and_postgresql_says_so_too(town):
    made = adjustment_draft(
        shop=shop(), kind="goodwill", amount_cents=500, bearer="office", reason="Retard",
        drafted_by=operator(), now=NOW,
    )  # fmt: skip
    with pytest.raises(AdjustmentError, match="seconde personne"):
        adjustment_approve(adjustment_id=made.pk, approved_by=operator(), now=NOW)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        Adjustment.objects.filter(pk=made.pk).update(
            state="approved", approved_by=operator(), approved_at=NOW
        )
    assert not Transaction.objects.filter(kind="adjustment").exists()
    adjustment_refuse(adjustment_id=made.pk, refused_by=operator(), now=NOW)
    with pytest.raises(AdjustmentError, match="refusée"):
        adjustment_approve(adjustment_id=made.pk, approved_by=approver(), now=NOW)
    assert find_problems() == []


def test_an_approved_adjustment_stays_and_another_takes_it_back(town):
    sell("1", 5000, "mercerie")
    first = adjust(700)
    with pytest.raises(IntegrityError, match="ADJUSTMENT_STAYS"), transaction.atomic():
        Adjustment.objects.filter(pk=first.pk).update(reason="Autre")
    with pytest.raises(Exception, match=r"ADJUSTMENT_STAYS|permission"), transaction.atomic():
        first.delete()
    back = adjustment_reverse(
        adjustment_id=first.pk, reason="Mauvaise boutique", drafted_by=operator(), now=NOW
    )
    with pytest.raises(AdjustmentError, match="déjà préparée"):
        adjustment_reverse(adjustment_id=first.pk, reason="x", drafted_by=operator(), now=NOW)
    # A reversal that is refused may be drafted anew.
    adjustment_refuse(adjustment_id=back.pk, refused_by=approver(), now=NOW)
    back = adjustment_reverse(
        adjustment_id=first.pk, reason="Mauvaise boutique", drafted_by=operator(), now=NOW
    )
    adjustment_approve(adjustment_id=back.pk, approved_by=approver(), now=NOW)
    posted = Transaction.objects.get(kind="adjustment", source_id=str(back.pk))
    assert posted.corrects.source_id == str(first.pk)
    assert balances_by_kind()[AccountKind.GOODWILL] == 0
    run = pay(draft())
    assert lines(run)[1:] == [("adjustment", 700), ("adjustment", -700)]
    assert stated(run, "mercerie") == (0, 5000, 5000, 0, "")
    with pytest.raises(AdjustmentError, match="approuvée s'annule"):
        adjustment_reverse(adjustment_id=back.pk, reason="x", drafted_by=operator(), now=NOW)
    assert find_problems() == []


def test_a_document_is_a_pdf_or_a_picture_of_five_megabytes_at_most(town):
    assert attachment_check('../a"b.pdf', PDF).name == "a_b.pdf"
    assert attachment_check("scan.exe", b"\x89PNG\r\n\x1a\n...").content_type == "image/png"
    for content in (b"", b"MZ\x90", PDF + b"0" * MOST_BYTES):
        with pytest.raises(AttachmentError):
            attachment_check("a.pdf", content)
    with pytest.raises(AdjustmentError, match="Joignez"):
        adjust(500, kind="manual")


def test_an_adjustment_goes_through_the_back_office_with_its_document(town, client):
    sell("7", 5000, "mercerie")
    client.force_login(operator())
    form = {
        "shop": shop("mercerie").pk, "kind": "price_error", "direction": "debit",
        "amount_cents": "12,50", "bearer": "shared", "office_percent": "40", "order_number": "7",
        "reason": "Prix affiché trop haut",
        "attachment": SimpleUploadedFile("courriel.pdf", PDF),
    }  # fmt: skip
    answer = client.post(reverse("admin:settlement_adjustment_draft"), form)
    made = Adjustment.objects.get()
    assert answer.url == reverse("admin:settlement_adjustment_change", args=[made.pk])
    assert (made.amount_cents, made.shop_cents, made.office_bps) == (-1250, -750, 4000)
    assert made.shop_order.order.number == "7"
    answer = client.get(reverse("admin:settlement_adjustment_document", args=[made.pk]))
    assert answer.content == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="courriel.pdf"'
    client.post(reverse("admin:settlement_adjustment_approve", args=[made.pk]))
    assert Adjustment.objects.get().state == "draft"
    client.force_login(approver())
    client.post(reverse("admin:settlement_adjustment_approve", args=[made.pk]))
    assert Adjustment.objects.get().state == "approved"
    assert lines(draft())[-1] == ("adjustment", -750)


# Reserve


def reserve_terms(rate_bps=1000, days=30, slug="mercerie"):
    return ShopTerms.objects.create(shop=shop(slug), reserve_rate_bps=rate_bps, reserve_days=days)


def test_part_of_new_sales_is_put_by_and_given_back_after_its_days(town):
    reserve_terms()
    sell("1", 9041, "mercerie")
    first = pay(draft())
    # 10 % of 90.41
    assert lines(first) == [("sale", 9041), ("reserve_withheld", -904)]
    assert stated(first, "mercerie") == (0, 8137, 8137, 0, "")
    assert account_cents(AccountKind.SHOP_RESERVE) == 904
    sell("2", 1000, "mercerie")
    later = NOW + 29 * DAY
    assert lines(pay(draft(later), later)) == [("sale", 1000), ("reserve_withheld", -100)]
    due = NOW + 30 * DAY
    third = pay(draft(due), due)
    assert lines(third) == [("reserve_released", 904)]
    assert stated(third, "mercerie") == (0, 904, 904, 0, "")
    assert account_cents(AccountKind.SHOP_RESERVE) == 100
    assert find_problems() == []


def test_an_abandoned_run_gives_its_reserve_back_by_correcting_entries(town):
    reserve_terms()
    sell("1", 9041, "mercerie")
    run_cancel(run_id=draft().pk, cancelled_by=operator(), now=NOW)
    assert account_cents(AccountKind.SHOP_RESERVE) == 0
    assert Reserve.objects.get().cancelled_at == NOW
    assert find_problems() == []
    second = pay(draft())
    assert lines(second) == [("sale", 9041), ("reserve_withheld", -904)]
    assert account_cents(AccountKind.SHOP_RESERVE) == 904
    assert find_problems() == []


def test_a_reserve_covers_a_balance_that_went_below_zero_before_its_days_are_over(town):
    reserve_terms(rate_bps=5000)
    basket = sell("1", 9000, "mercerie")
    pay(draft())
    basket.refund(6000)
    basket.deliver()
    second = pay(draft())
    # 60.00 are missing, 45.00 are put by.
    assert sorted(lines(second)) == [("refund", -6000), ("reserve_released", 4500)]
    assert stated(second, "mercerie") == (0, -1500, 0, -1500, "negative")
    assert account_cents(AccountKind.SHOP_RESERVE) == 0
    assert find_problems() == []


# Negative balances


def below_zero(gross_cents=3000, slug="mercerie"):
    """Pay a sale out, then refund it: the shop owes its whole amount."""
    basket = sell("1", gross_cents, slug)
    pay(draft())
    basket.refund(gross_cents, lines={0: 1})
    basket.deliver()


def test_a_negative_balance_is_asked_for_paid_in_parts_and_aged(town):
    below_zero()
    demand = demand_call(
        shop_id=shop("mercerie").pk, reason="Ventes arrêtées", called_by=operator(), now=NOW
    )
    assert (demand.number, demand.amount_cents) == ("AR2026-0001", 3000)
    assert demand.due_on == NOW.date() + 30 * DAY
    assert account_cents(AccountKind.SHOP_AVAILABLE) == 0
    assert account_cents(AccountKind.SHOP_RECEIVABLE) == -3000
    with pytest.raises(DemandError, match="n'est pas négatif"):
        demand_call(shop_id=shop("mercerie").pk, reason="x", called_by=operator(), now=NOW)
    run = pay(draft())
    assert sorted(lines(run)) == [("demand", 3000), ("refund", -3000)]
    assert stated(run, "mercerie") == (0, 0, 0, 0, "")

    paid = {"demand_id": demand.pk, "method": "transfer", "recorded_by": operator(), "now": NOW}
    demand_pay(amount_cents=1000, paid_on=NOW.date(), **paid)
    with pytest.raises(DemandError, match="20,00"):
        demand_pay(amount_cents=2001, paid_on=NOW.date(), **paid)
    with pytest.raises(DemandError, match="pas encore venue"):
        demand_pay(amount_cents=1, paid_on=NOW.date() + DAY, **paid)
    (aged,) = aged_balances(current_chart(), day=NOW.date() + 45 * DAY)
    assert aged.account.number == "467300"
    assert aged.cents == (0, 2000, *[0] * (AGES - 2))
    demand_remind(demand_id=demand.pk, now=NOW + 40 * DAY)
    demand.refresh_from_db()
    assert (demand.reminders, demand.remind_on) == (1, NOW.date() + 70 * DAY)
    demand_pay(amount_cents=2000, paid_on=NOW.date(), **paid)
    assert account_cents(AccountKind.SHOP_RECEIVABLE) == 0
    assert not Demand.objects.owed().exists()
    assert find_problems() == []


def test_what_is_left_of_a_demand_is_cancelled_and_carried_again(town):
    below_zero()
    demand = demand_call(
        shop_id=shop("mercerie").pk, reason="Fin des ventes", called_by=operator(), now=NOW
    )
    demand_pay(
        demand_id=demand.pk, amount_cents=1000, paid_on=NOW.date(), method="cheque",
        recorded_by=operator(), now=NOW,
    )  # fmt: skip
    demand_cancel(
        demand_id=demand.pk, cancelled_by=operator(), reason="Elle vend à nouveau", now=NOW
    )
    assert account_cents(AccountKind.SHOP_RECEIVABLE) == 0
    run = pay(draft())
    assert sorted(lines(run)) == [("demand", -2000), ("demand", 3000), ("refund", -3000)]
    assert stated(run, "mercerie") == (0, -2000, 0, -2000, "negative")
    with pytest.raises(DemandError, match="annulé"):
        demand_cancel(demand_id=demand.pk, cancelled_by=operator(), reason="x", now=NOW)
    assert find_problems() == []


def test_the_rule_asks_after_so_many_negative_statements_in_a_row(town):
    SettlementRules.objects.create(id=1, demand_after_runs=2)
    below_zero()
    for _ in range(2):
        pay(draft())
        assert not Demand.objects.exists()
    run = pay(draft())
    demand = Demand.objects.get()
    assert (demand.called_by, demand.amount_cents) == (None, 3000)
    assert stated(run, "mercerie") == (-3000, 3000, 0, 0, "")
    assert find_problems() == []


def test_new_sales_pay_a_demand_only_of_a_shop_that_consented(town):
    below_zero()
    demand = demand_call(
        shop_id=shop("mercerie").pk, reason="Ventes arrêtées", called_by=operator(), now=NOW
    )
    pay(draft())
    sell("2", 1000, "mercerie")
    assert stated(pay(draft()), "mercerie") == (0, 1000, 1000, 0, "")
    OffsetConsent.objects.create(shop=shop("mercerie"), given_on=NOW.date())
    sell("3", 3500, "mercerie")
    run = pay(draft())
    assert lines(run) == [("sale", 3500), ("demand", -3000)]
    assert stated(run, "mercerie") == (0, 500, 500, 0, "")
    assert demand.payments.get().method == "offset"
    assert find_problems() == []


def test_a_demand_is_a_document_that_is_no_invoice_and_comes_out_the_same(town):
    Association.objects.update(siret="81234567800014")
    below_zero()
    pay(draft())
    demand = demand_call(
        shop_id=shop("mercerie").pk, reason="Ventes arrêtées", called_by=operator(), now=NOW
    )
    content = demand_pdf(demand)
    Shop.objects.update(name="Autre nom")
    assert demand_pdf(Demand.objects.get()) == content
    text = pdf_text(content)
    for words in ("AR2026-0001", "30,00 €", "R2026-0002-mercerie", "n’est pas une facture",
                  "25 décembre 2026", "Mercerie"):  # fmt: skip
        assert words in text


def test_a_demand_and_its_reminder_go_to_the_shop_by_e_mail_with_the_pdf(town, mailoutbox):
    Shop.objects.update(email="mercerie@boutique.example")
    Association.objects.update(iban="FR7630006000011234567890189")
    below_zero()
    Message.objects.all().delete()
    demand = demand_call(
        shop_id=shop("mercerie").pk, reason="Ventes arrêtées", called_by=operator(), now=NOW
    )
    assert messages_send(clock=lambda: NOW) == {"sent": 1}
    demand_pay(
        demand_id=demand.pk, amount_cents=1000, paid_on=NOW.date(), method="transfer",
        recorded_by=operator(), now=NOW,
    )  # fmt: skip
    later = NOW + 31 * DAY
    demand_remind(demand_id=demand.pk, now=later)
    assert messages_send(clock=lambda: later) == {"sent": 1}
    first, second = mailoutbox
    assert first.subject.replace("\u00a0", " ") == "Appel de règlement AR2026-0001 : 30,00 €"
    assert second.subject.replace("\u00a0", " ") == (
        "Rappel : appel de règlement AR2026-0001, 20,00 € à payer"
    )
    for letter in mailoutbox:
        assert letter.to == ['"Mercerie" <mercerie@boutique.example>']
        assert "FR7630006000011234567890189" in letter.body
        assert letter.attachments == [("AR2026-0001.pdf", demand_pdf(demand), "application/pdf")]


def test_a_demand_that_is_settled_before_it_left_is_not_sent(town):
    below_zero()
    Shop.objects.update(email="mercerie@boutique.example")
    demands = Message.objects.filter(kind=Kind.DEMAND)
    called = {"shop_id": shop("mercerie").pk, "reason": "Fin", "called_by": operator(), "now": NOW}
    demand = demand_call(**called)
    demand_cancel(demand_id=demand.pk, cancelled_by=operator(), reason="Erreur", now=NOW)
    assert demands.get().state == "void"
    demand = demand_call(**called)
    demand_pay(
        demand_id=demand.pk, amount_cents=3000, paid_on=NOW.date(), method="transfer",
        recorded_by=operator(), now=NOW,
    )  # fmt: skip
    assert [each.state for each in demands.all()] == ["void", "void"]


def test_a_demand_without_an_address_waits_for_one_and_its_page_says_so(town, client):
    below_zero()
    Shop.objects.update(email="")
    demand = demand_call(shop_id=shop("mercerie").pk, reason="Fin", called_by=operator(), now=NOW)
    client.force_login(User.objects.create_user("t@alencon.example", "x", role=Role.TREASURER))
    page = reverse("admin:settlement_demand_change", args=[demand.pk])
    button = reverse("admin:settlement_demand_send", args=[demand.pk])
    content = client.get(page).content.decode()
    assert "sans adresse" in content
    assert button in content
    with pytest.raises(DemandError, match="complétez sa fiche"):
        demand_send(demand_id=demand.pk, now=NOW)
    Shop.objects.update(email="mercerie@boutique.example")
    client.post(button)
    message = Message.objects.get(kind=Kind.DEMAND)
    assert (message.state, message.recipient) == ("queued", "mercerie@boutique.example")
    content = client.get(page).content.decode()
    assert "à envoyer" in content
    assert button not in content
    with pytest.raises(DemandError, match="Rien n'attend"):
        demand_send(demand_id=demand.pk, now=NOW)


def test_the_treasurer_calls_a_balance_and_notes_its_payment_on_the_pages(town, client):
    below_zero()
    treasurer = User.objects.create_user("t@alencon.example", "mot-de-passe", role=Role.TREASURER)
    client.force_login(treasurer)
    url = reverse("admin:settlement_demand_call")
    client.post(url, {"shop": shop("mercerie").pk, "reason": "Ventes arrêtées"})
    demand = Demand.objects.get()
    page = client.get(reverse("admin:settlement_demand_change", args=[demand.pk]))
    assert page.status_code == 200
    form = {"amount_cents": "12,00", "paid_on": "2026-01-05", "method": "transfer"}
    client.post(reverse("admin:settlement_demand_pay", args=[demand.pk]), form)
    assert demand.payments.get().amount_cents == 1200
    answer = client.get(reverse("admin:settlement_demand_pdf", args=[demand.pk]))
    assert answer.content.startswith(b"%PDF")


# As of a past instant, and bit for bit


def test_a_preview_as_of_a_past_instant_says_what_the_run_then_paid(town, client, capsys):
    reserve_terms(slug="librairie")
    sell("1", 5000, "librairie")
    sell("2", 300, "mercerie")
    first = pay(draft(), NOW + DAY)
    basket = sell("3", 4000, "librairie")
    later = NOW + 2 * DAY
    basket.refund(4000)
    basket.deliver()
    pay(draft(later), later + DAY)
    found = {line.shop.slug: line for line in run_preview(as_of=NOW, now=later)}
    assert set(found) == {"librairie", "mercerie"}
    for slug, line in found.items():
        opening, net, payable, carried, reason = stated(first, slug)
        assert line.balance_cents - line.reserve_cents == opening + net
        assert (line.payable_cents, line.carried_cents, line.reason) == (payable, carried, reason)
    # A month later, with nothing new, what was put by would be given back.
    month = NOW + 30 * DAY
    found = {line.shop.slug: line.balance_cents for line in run_preview(as_of=month, now=month)}
    assert found == {"librairie": 452, "mercerie": 300}
    with pytest.raises(SettlementError, match="passé"):
        run_preview(as_of=later + DAY, now=later)
    call_command("settlement", "preview", as_of="2026-11-25T12:00")
    assert "mercerie: balance 300, reserve 0, paid 0, carried 300 below_minimum" in (
        capsys.readouterr().out
    )
    client.force_login(operator())
    url = reverse("admin:settlement_settlementrun_preview_page")
    page = client.get(url, {"as_of": "2026-11-25T12:00"}).content.decode()
    assert "3,00\u00a0€" in page
    assert "inférieur au minimum" in page


def test_old_statements_are_reproduced_bit_for_bit(town, capsys):
    sell("1", 5000, "librairie")
    run = pay(draft())
    run_seal(run_id=run.pk, now=NOW)
    sealed = dict(StatementSeal.objects.values_list("kind", "sha256"))
    assert sorted(sealed) == ["csv", "document", "pdf", "xlsx"]
    # What changes later changes nothing of it: names, rates, the payment's fate.
    Shop.objects.update(name="Autre", iban="")
    Association.objects.update(name="Autre office")
    call_command("statements", "verify")
    assert "1 statements reproduced bit for bit" in capsys.readouterr().out
    assert run_seal(run_id=run.pk, now=NOW) == 0
    with pytest.raises(Exception, match=r"SEAL_STAYS|permission"), transaction.atomic():
        StatementSeal.objects.update(sha256="0")
    found = statement(run, "librairie")
    found.document["shop"]["name"] = "Retouchée"
    found.save()
    with pytest.raises(CommandError, match="4 files are not what they were"):
        call_command("statements", "verify", run=run.number)
    assert any("sealed" in problem for problem in find_problems())


def test_a_sheet_that_another_version_wrote_is_named_with_both_versions(town, monkeypatch):
    sell("1", 5000, "librairie")
    run = pay(draft())
    run_seal(run_id=run.pk, now=NOW)
    sealed = StatementSeal.objects.get(kind="xlsx")
    written = statement_xlsx(sealed.statement)
    assert hashlib.sha256(written).hexdigest() == sealed.sha256
    assert sealed.made_with == version("xlsxwriter")
    assert statements_verify([sealed.statement]) == []
    monkeypatch.setitem(seals.FILES, SealKind.XLSX, lambda _statement: written + b"x")
    monkeypatch.setattr(seals, "version", lambda _package: "9.9")
    (broken,) = statements_verify([sealed.statement])
    assert (broken.kind, broken.sealed) == ("xlsx", sealed.sha256)
    assert broken.hint == f"sealed with xlsxwriter {sealed.made_with}, this is 9.9"


# Many at once


FIFTY = 50


def test_fifty_attempts_to_run_approve_and_pay_end_in_one(own_database):
    open_town()
    reserve_terms()
    sell("1", 5000, "mercerie")
    first, second = operator(), approver()

    def whole_run():
        """Do all three steps, whoever is refused at one goes on with the run that there is."""
        done = []
        try:
            run_create(created_by=first, cutoff=NOW, now=NOW)
            done.append("run")
        except AlenconError:
            pass
        for name, step in (("approve", run_approve), ("pay", run_execute)):
            who = {"approve": {"approved_by": second}, "pay": {"executed_by": first}}[name]
            for run in SettlementRun.objects.exclude(state=RunState.CANCELLED):
                try:
                    step(run_id=run.pk, now=NOW, **who)
                    done.append(name)
                except AlenconError:
                    pass
        return done

    runs, _refusals = at_once([whole_run] * FIFTY)
    done = [step for steps in runs for step in steps]
    assert sorted(done) == ["approve", "pay", "run"]
    run = SettlementRun.objects.get()
    assert run.state == RunState.EXECUTED
    assert run.payouts.get().amount_cents == 4500
    assert find_problems() == []


def test_fifty_approvals_of_an_adjustment_and_fifty_demands_end_in_one_each(own_database):
    open_town()
    below_zero()
    made = adjustment_draft(
        shop=shop("mercerie"), kind="goodwill", amount_cents=500, bearer="office",
        reason="Retard", drafted_by=operator(), now=NOW,
    )  # fmt: skip
    second, mercer = approver(), shop("mercerie")
    approve = partial(adjustment_approve, adjustment_id=made.pk, approved_by=second, now=NOW)
    done, _refusals = at_once([approve] * FIFTY)
    assert len(done) == 1
    call = partial(demand_call, shop_id=mercer.pk, reason="Fin", called_by=second, now=NOW)
    (demand,), _refusals = at_once([call] * FIFTY)
    assert demand.amount_cents == 2500
    assert find_problems() == []
