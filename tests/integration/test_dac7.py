"""The yearly declaration from real orders: figures, versions, identities, messages and files."""

import datetime

import pytest
from defusedxml import ElementTree
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.dac7.figures import credited_cents, year_figures
from saleor_alencon.dac7.models import (
    Channel,
    IdentityRequest,
    ReportedSeller,
    SellerIdentity,
    YearReport,
)
from saleor_alencon.dac7.notices import notice_pdf, sellers_inform
from saleor_alencon.dac7.requests import (
    answers_note,
    chase_of,
    identities_remind,
    identity_request,
    shops_withheld,
)
from saleor_alencon.dac7.services import (
    Dac7Error,
    changed_sellers,
    latest_report,
    report_freeze,
    sellers_of,
)
from saleor_alencon.dac7.xml_file import dac7_program, tax_file
from saleor_alencon.domain.dac7 import SellerStatus, YearFigures
from saleor_alencon.messaging.models import Message
from saleor_alencon.messaging.sending import messages_send
from saleor_alencon.messaging.services import message_bounce
from saleor_alencon.settlement.release import release_due
from saleor_alencon.settlement.services import run_cancel
from saleor_alencon.shops.models import Association, Shop, ShopMember, ShopState
from tests.integration import small_town
from tests.integration.at_once import at_once
from tests.integration.small_town import (
    Basket,
    Line,
    Tender,
    draft,
    open_town,
    operator,
    pay,
    statement,
)

UTC = datetime.UTC
SIRET = "99900061500008"


def at(month, day, year=2026):
    return datetime.datetime(year, month, day, 10, tzinfo=UTC)


def release(now):
    """Release all that was handed over, whenever that was."""
    with transaction.atomic():
        release_due(cutoff=at(1, 1, 2030), now=now)


def basket(number, shop, cents, placed, pieces=1):
    lines = [Line(shop, cents // pieces * pieces, pieces)]
    return Basket(number, lines, [Tender(cents)], captured_at=placed, placed_at=placed)


def sold(number, shop, cents, placed):
    """Sell and hand over on a day; the money is released by the next run."""
    found = basket(number, shop, cents, placed)
    found.hand_over()
    found.deliver()
    return found


@pytest.fixture
def town(db, monkeypatch):
    # Rules, and VAT on commissions, from before the first of these sales.
    monkeypatch.setattr(small_town, "BEFORE", at(1, 1, 2025))
    open_town()
    Association.objects.update(siret=SIRET, vat_number="FR35999000615")
    Shop.objects.update(
        state=ShopState.LIVE, legal_name="Société", siret=SIRET, address_line="Place Foch",
        postal_code="61000", city="Alençon",
    )  # fmt: skip
    for shop in Shop.objects.all():
        Shop.objects.filter(pk=shop.pk).update(email=f"{shop.slug}@alencon.example")
        SellerIdentity.objects.create(shop=shop, account_holder="Société")


def leave(now):
    """Let the outbox's worker send what is due."""
    return messages_send(clock=lambda: now)


@pytest.fixture
def treasurer(town):
    return User.objects.create_user("tresorier@alencon.example", "un-long-mot", role=Role.TREASURER)


def figures(slug, year=2026):
    return year_figures(year).get(Shop.objects.get(slug=slug).pk, YearFigures())


def freeze(by, year=2026, reason="", now=None):
    return report_freeze(year=year, frozen_by=by, reason=reason, now=now or at(1, 10, year + 1))


def test_money_counts_in_the_quarter_in_which_it_is_released(town):
    sold("1", "librairie", 10_000, at(3, 2))
    assert figures("librairie").is_nothing
    release(at(4, 20))
    assert figures("librairie") == YearFigures((0, 9_040, 0, 0), (0, 960, 0, 0), (0, 1, 0, 0))


def test_what_was_refunded_before_its_release_never_counts(town):
    order = sold("1", "librairie", 10_000, at(3, 2))
    order.refund(10_000, lines={0: 1})
    order.deliver()
    release(at(4, 20))
    assert figures("librairie").is_nothing


def test_a_refund_after_the_release_counts_on_its_own_day(town):
    order = basket("1", "librairie", 10_000, at(3, 2), pieces=2)
    order.hand_over()
    order.deliver()
    release(at(4, 20))
    order.captured_at = at(7, 5)
    order.refund(5_000, lines={0: 1})
    order.deliver()
    assert figures("librairie") == YearFigures(
        (0, 9_040, -4_520, 0), (0, 960, -480, 0), (0, 1, 0, 0)
    )
    row = next(each for each in sellers_of(2026) if each.shop.slug == "librairie")
    assert row.left_cents == 0


def test_a_payout_uses_money_that_was_credited_and_credits_none(town):
    sold("1", "librairie", 10_000, at(3, 2))
    release(at(4, 20))
    run = draft(at(6, 20))
    before = figures("librairie")
    pay(run, at(7, 21))
    assert figures("librairie") == before
    assert credited_cents(2026) == 9_040


def test_new_year_s_eve_is_told_by_the_town_s_clocks(town):
    sold("1", "mercerie", 5_000, at(11, 2))
    # Half past eleven in the evening in UTC is the next year in Alençon.
    release(datetime.datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert figures("mercerie").is_nothing
    assert figures("mercerie", 2027) == YearFigures((5_000, 0, 0, 0), (0,) * 4, (1, 0, 0, 0))


def test_a_hand_over_taken_back_takes_its_money_out_again(town):
    order = sold("1", "librairie", 10_000, at(3, 2))
    release(at(4, 20))
    order.captured_at = at(7, 5)
    order.take_back("librairie")
    order.deliver()
    release(at(8, 20))
    assert figures("librairie") == YearFigures((0, 9_040, -9_040, 0), (0, 960, -960, 0),
                                               (0, 1, 0, 0))  # fmt: skip


def test_the_quarters_of_all_shops_sum_to_the_ledger(town):
    for number, (slug, cents) in enumerate(
        [("librairie", 12_345), ("fromagerie", 999), ("mercerie", 77_777), ("librairie", 1)]
    ):
        sold(str(number), slug, cents, at(2 + 2 * number, 3))
        release(at(3 + 2 * number, 28))
    total = sum(each.total_cents for each in year_figures(2026).values())
    assert total == credited_cents(2026) > 0


def test_a_year_is_frozen_once_it_is_over_and_only_when_something_changed(treasurer):
    order = sold("1", "mercerie", 250_000, at(3, 2))
    release(at(4, 20))
    with pytest.raises(Dac7Error, match=r"n'est pas terminée.*1er\s+janvier 2027"):
        freeze(treasurer, now=datetime.datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    first = freeze(treasurer, now=datetime.datetime(2026, 12, 31, 23, 1, tzinfo=UTC))
    seller = first.sellers.get()
    assert (seller.status, seller.revision, seller.total_cents) == ("declared", 1, 250_000)
    assert find_problems() == []
    with pytest.raises(Dac7Error, match="Rien n'a changé"):
        freeze(treasurer, reason="encore")
    order.captured_at = at(12, 30)
    order.refund(250_000, lines={0: 1})
    order.deliver()
    assert changed_sellers(first) == ["Mercerie"]
    with pytest.raises(Dac7Error, match="a un motif"):
        freeze(treasurer)
    second = freeze(treasurer, reason="Remboursement du 30 décembre")
    assert (second.version, second.sellers.get().status) == (2, "nothing")
    assert first.sellers.get().total_cents == 250_000
    assert latest_report(2026) == second
    assert find_problems() == []


def test_without_a_siret_of_the_association_nothing_is_frozen(treasurer):
    Association.objects.update(siret="")
    with pytest.raises(Dac7Error, match="SIRET de l'association"):
        freeze(treasurer)
    assert not YearReport.objects.exists()


@pytest.mark.parametrize("table", ["dac7_yearreport", "dac7_reportedseller"])
@pytest.mark.parametrize(
    "action", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_nothing_of_a_frozen_declaration_changes(treasurer, table, action):
    sold("1", "mercerie", 250_000, at(3, 2))
    release(at(4, 20))
    freeze(treasurer)
    refused = pytest.raises(DatabaseError, match=r"DAC7_KEPT|permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(action.format(table))


def test_two_who_freeze_at_once_make_one_version(own_database):
    open_town()
    Association.objects.update(siret=SIRET)
    by = User.objects.create_user("t@alencon.example", "un-long-mot", role=Role.TREASURER)
    sold("1", "mercerie", 250_000, at(3, 2))
    release(at(4, 20))
    done, refusals = at_once([lambda: freeze(by)] * 5)
    assert [report.version for report in done] == [1]
    assert {str(each) for each in refusals} == {
        "Rien n'a changé depuis la version 1 de 2026 : rien à corriger."
    }
    assert YearReport.objects.count() == 1
    assert find_problems() == []


def test_a_seller_is_asked_reminded_twice_then_its_payout_is_withheld(town, mailoutbox):
    shop = Shop.objects.get(slug="librairie")
    SellerIdentity.objects.filter(shop=shop).update(account_holder="")
    Shop.objects.filter(pk=shop.pk).update(iban="FR7630006000011234567890189")
    sold("1", "librairie", 10_000, at(9, 2))
    days = [at(10, 1), at(10, 20), at(11, 10)]
    for number, day in enumerate(days, start=1):
        request = identity_request(
            shop_id=shop.pk, asked_by=operator(), channel=Channel.EMAIL, now=day
        )
        assert (request.number, request.sent_at) == (number, None)
        with pytest.raises(Dac7Error, match="attend de partir"):
            identity_request(shop_id=shop.pk, asked_by=None, channel=Channel.EMAIL, now=day)
        leave(day)
        assert chase_of(shop).days[-1] == day.date()
        with pytest.raises(Dac7Error, match=r"prochain rappel|deux rappels"):
            identity_request(shop_id=shop.pk, asked_by=None, channel=Channel.EMAIL, now=day)
    asked = [message for message in mailoutbox if "DAC7" in message.subject]
    assert [message.to for message in asked] == [['"Librairie" <librairie@alencon.example>']] * 3
    assert "titulaire du compte bancaire" in asked[0].body
    assert "Rappel n° 2 : informations à fournir" in asked[2].subject
    assert shops_withheld(datetime.date(2026, 11, 29)) == set()
    assert shops_withheld(datetime.date(2026, 11, 30)) == {shop.pk}
    run = draft(at(11, 30))
    found = statement(run, "librairie")
    assert (found.payable_cents, found.carried_cents) == (0, 9_040)
    assert found.get_carried_reason_display() == "identité incomplète, reporté"
    run_cancel(run_id=run.pk, cancelled_by=operator(), now=at(12, 1))
    SellerIdentity.objects.filter(shop=shop).update(account_holder="Société")
    assert shops_withheld(datetime.date(2026, 12, 1)) == set()
    assert statement(draft(at(12, 1)), "librairie").payable_cents == 9_040


def test_reminders_leave_by_themselves_once_each_to_who_was_asked_by_e_mail(town, mailoutbox):
    by_email, by_letter, never = Shop.objects.order_by("slug")
    SellerIdentity.objects.update(account_holder="")
    for shop, channel in ((by_email, Channel.EMAIL), (by_letter, Channel.LETTER)):
        identity_request(shop_id=shop.pk, asked_by=operator(), channel=channel, now=at(10, 1))
    leave(at(10, 1))
    assert len(mailoutbox) == 1
    days = [at(10, 14), at(10, 15), at(10, 15), at(10, 28), at(10, 29), at(11, 30)]
    assert [(identities_remind(now=day), leave(day))[0] for day in days] == [0, 1, 0, 0, 1, 0]
    assert len(chase_of(by_email).days) == 3
    assert len(chase_of(by_letter).days) == 1
    assert chase_of(never).days == []
    assert {message.recipient for message in Message.objects.all()} == {by_email.email}
    assert len(mailoutbox) == 3


def test_a_reminder_that_cannot_leave_stops_no_other(town):
    broken, other, _ = Shop.objects.order_by("slug")
    SellerIdentity.objects.update(account_holder="")
    for shop in (broken, other):
        identity_request(shop_id=shop.pk, asked_by=None, channel=Channel.EMAIL, now=at(10, 1))
    leave(at(10, 1))
    Shop.objects.filter(pk=broken.pk).update(email="")
    assert identities_remind(now=at(10, 15)) == 1
    leave(at(10, 15))
    assert [len(chase_of(shop).days) for shop in (broken, other)] == [1, 2]


def test_what_is_missing_again_after_an_answer_is_asked_from_the_first(town):
    shop = Shop.objects.get(slug="librairie")
    SellerIdentity.objects.filter(shop=shop).update(account_holder="")
    identity_request(shop_id=shop.pk, asked_by=None, channel=Channel.LETTER, now=at(1, 5))
    assert not Message.objects.exists()
    SellerIdentity.objects.filter(shop=shop).update(account_holder="Société")
    with pytest.raises(Dac7Error, match="est complète"):
        identity_request(shop_id=shop.pk, asked_by=None, channel=Channel.EMAIL, now=at(1, 6))
    assert IdentityRequest.objects.get().answered_at == at(1, 6)
    SellerIdentity.objects.filter(shop=shop).update(account_holder="")
    again = identity_request(shop_id=shop.pk, asked_by=None, channel=Channel.EMAIL, now=at(1, 7))
    leave(at(1, 7))
    assert (again.number, len(chase_of(shop).days)) == (1, 1)


def test_what_still_waits_to_be_sent_is_taken_back_when_the_answer_comes(town, mailoutbox):
    shop = Shop.objects.get(slug="librairie")
    SellerIdentity.objects.filter(shop=shop).update(account_holder="")
    identity_request(shop_id=shop.pk, asked_by=None, channel=Channel.EMAIL, now=at(1, 5))
    SellerIdentity.objects.filter(shop=shop).update(account_holder="Société")
    answers_note(now=at(1, 5))
    leave(at(1, 6))
    assert mailoutbox == []


def test_a_request_that_came_back_is_not_counted_and_goes_to_the_new_address(town, mailoutbox):
    shop = Shop.objects.get(slug="librairie")
    SellerIdentity.objects.filter(shop=shop).delete()
    ask = {"shop_id": shop.pk, "asked_by": None, "channel": Channel.EMAIL}
    asked = identity_request(**ask, now=at(1, 5))
    leave(at(1, 5))
    assert len(chase_of(shop).days) == 1
    message_bounce(message_id=asked.message_id, reason="550 no such user", now=at(1, 6))
    assert chase_of(shop).days == []
    assert identities_remind(now=at(2, 1)) == 0
    Shop.objects.filter(pk=shop.pk).update(email="nouvelle@alencon.example")
    again = identity_request(**ask, now=at(2, 1))
    leave(at(2, 2))
    assert (again.pk, again.number, IdentityRequest.objects.count()) == (asked.pk, 1, 1)
    assert chase_of(shop).days == [datetime.date(2026, 2, 2)]
    assert mailoutbox[-1].to == ['"Librairie" <nouvelle@alencon.example>']


def test_two_who_ask_at_once_write_one_message(own_database):
    open_town()
    Shop.objects.update(state=ShopState.LIVE, email="boutique@alencon.example")
    shop = Shop.objects.get(slug="librairie")
    ask = {"shop_id": shop.pk, "asked_by": None, "channel": Channel.EMAIL, "now": at(1, 5)}
    done, refusals = at_once([lambda: identity_request(**ask)] * 5)
    assert (len(done), len(refusals), Message.objects.count()) == (1, 4, 1)


def test_every_seller_is_told_once_with_its_document(treasurer, mailoutbox):
    sold("1", "mercerie", 250_000, at(3, 2))
    sold("2", "librairie", 10_000, at(3, 2))
    release(at(4, 20))
    report = freeze(treasurer)
    Shop.objects.filter(slug="librairie").update(email="")
    told_on = at(1, 11, 2027)
    # The address is the one that was frozen: what changed since is a correction's.
    assert sellers_inform(report=report, now=told_on) == 2
    assert sellers_inform(report=report, now=at(1, 12, 2027)) == 0
    leave(told_on)
    assert sorted(message.to[0] for message in mailoutbox) == [
        '"Librairie" <librairie@alencon.example>', '"Mercerie" <mercerie@alencon.example>',
    ]  # fmt: skip
    name, content, kind = mailoutbox[1].attachments[0]
    assert (name, kind) == ("dac7-2026-v1-mercerie.pdf", "application/pdf")
    assert content.startswith(b"%PDF")
    assert "votre récapitulatif DAC7 2026" in mailoutbox[1].subject


def test_a_seller_that_had_no_address_is_told_once_it_has_one(treasurer, mailoutbox):
    sold("1", "mercerie", 250_000, at(3, 2))
    release(at(4, 20))
    Shop.objects.filter(slug="mercerie").update(email="")
    report = freeze(treasurer)
    sellers_inform(report=report, now=at(1, 11, 2027))
    leave(at(1, 11, 2027))
    assert mailoutbox == []
    Shop.objects.filter(slug="mercerie").update(email="mercerie@alencon.example")
    assert sellers_inform(report=report, now=at(1, 12, 2027)) == 1
    leave(at(1, 12, 2027))
    assert len(mailoutbox) == 1


def test_the_document_says_what_is_declared(treasurer, tmp_path):
    sold("1", "fromagerie", 250_000, at(3, 2))
    release(at(4, 20))
    reported = freeze(treasurer).sellers.select_related("shop", "report").get()
    content = notice_pdf(reported)
    assert content == notice_pdf(reported)
    path = tmp_path / "notice.pdf"
    path.write_bytes(content)
    text = " ".join(PdfReader(path).pages[0].extract_text().replace("\u202f", " ").split())
    assert "Récapitulatif DAC7 2026" in text
    assert "2e trimestre 1 300,00 2 200,00" in text
    assert "au plus tard le 31 janvier 2027" in text
    assert "FR76 •••• •••• 0189" in text.replace("\xa0", " ")


@pytest.fixture
def program():
    try:
        return dac7_program()
    except Dac7Error:
        pytest.skip("needs the library dac7: make dac7")


NAMES = {"dpi": "urn:oecd:ties:dpi", "stf": "urn:oecd:ties:dpistf"}


def test_the_tax_authority_s_file_is_accepted_by_its_schema(treasurer, program):
    person = SellerIdentity.objects.get(shop__slug="mercerie")
    person.kind, person.first_name, person.last_name = "individual", "Prénom", "Nom"
    person.birth_date, person.birth_city = datetime.date(1980, 2, 29), "Laval"
    person.birth_country = "FR"
    person.save()
    for number, slug in enumerate(("librairie", "mercerie", "fromagerie")):
        sold(str(number), slug, 250_050, at(3, 2))
    order = sold("small", "librairie", 1_000, at(6, 2))
    release(at(4, 20))
    release(at(7, 20))
    report = freeze(treasurer)
    found = tax_file(report)
    assert found.name == "DPIDAC7_2026_999000615_001_20270110110000.xml"
    tree = ElementTree.fromstring(found.content)
    sellers = tree.findall(".//dpi:ReportableSeller", NAMES)
    assert len(sellers) == report.sellers.filter(status=SellerStatus.DECLARED).count() == 3
    people = tree.findall(".//dpi:IndividualSeller//dpi:LastName", NAMES)
    assert [each.text for each in people] == ["Nom"]
    cheese = next(each for each in sellers if b"fromagerie" in ElementTree.tostring(each))
    assert cheese.find(".//dpi:ConsQ2", NAMES).text == "2200"
    assert cheese.find(".//dpi:FeesQ2", NAMES).text == "300"
    assert tax_file(report) == found

    order.captured_at = at(12, 1)
    order.refund(1_000, lines={0: 1})
    order.deliver()
    corrected = tax_file(freeze(treasurer, reason="Remboursement"))
    tree = ElementTree.fromstring(corrected.content)
    (books,) = tree.findall(".//dpi:ReportableSeller", NAMES)
    assert books.find(".//stf:DocTypeIndic", NAMES).text == "OECD2"
    assert books.find(".//stf:CorrDocRefId", NAMES).text == "OP_2026_999000615_librairie_v1"
    assert corrected.name.startswith("DPIDAC7_2026_999000615_002_")


def test_the_file_is_refused_with_what_is_missing(treasurer, program):
    sold("1", "mercerie", 250_000, at(3, 2))
    release(at(4, 20))
    SellerIdentity.objects.filter(shop__slug="mercerie").update(account_holder="")
    with pytest.raises(Dac7Error, match=r"Mercerie \(titulaire du compte bancaire\)"):
        tax_file(freeze(treasurer))


def test_a_program_that_is_not_there_is_said_with_the_cure(settings, treasurer, tmp_path):
    settings.DAC7_COMMAND = tmp_path / "none"
    with pytest.raises(Dac7Error, match="make dac7"):
        dac7_program()


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def office(name, *arguments):
    return reverse(f"admin:dac7_yearreport_{name}", args=arguments)


def test_the_treasurer_declares_a_year_by_its_pages(treasurer):
    sold("1", "mercerie", 250_000, at(3, 2, 2025))
    sold("2", "librairie", 10_000, at(3, 2, 2025))
    release(at(4, 20, 2025))
    SellerIdentity.objects.filter(shop__slug="librairie").update(account_holder="")
    client = client_of(treasurer)
    assert "à arrêter" in client.get(office("changelist")).content.decode()
    page = client.get(office("year", 2025)).content.decode()
    assert "Mercerie" in page
    assert "titulaire du compte bancaire" in page
    assert "sous les seuils" in page
    asked = client.get(office("freeze", 2025))
    assert not YearReport.objects.exists()
    assert "ne changent plus" in asked.content.decode()
    done = client.post(office("freeze", 2025), follow=True).content.decode()
    assert "La déclaration est arrêtée." in done
    report = YearReport.objects.get()
    assert (report.year, report.version, report.frozen_by) == (2025, 1, treasurer)
    sheet = b"".join(client.get(office("sheet", 2025, "csv")).streaming_content).decode("utf-8-sig")
    assert sheet.count("\r\n") == 3
    assert "2500,00" in sheet
    assert client.get(office("sheet", 2025, "xlsx")).content.startswith(b"PK")
    seller = report.sellers.get(shop__slug="mercerie")
    assert client.get(office("notice", seller.pk, "pdf")).content.startswith(b"%PDF")
    assert (
        "Messages à envoyer : 2."
        in client.post(office("inform", 2025), follow=True).content.decode()
    )
    assert "à envoyer" in client.get(office("year", 2025)).content.decode()


def test_an_operator_asks_and_may_not_freeze(treasurer):
    SellerIdentity.objects.filter(shop__slug="librairie").update(account_holder="")
    shop = Shop.objects.get(slug="librairie")
    client = client_of(operator())
    assert client.get(office("freeze", 2025)).status_code == 403
    page = client.get(office("chase")).content.decode()
    assert "Librairie" in page
    assert "Mercerie" not in page
    done = client.post(office("request", shop.pk), {"channel": "email"}, follow=True)
    assert "La demande est enregistrée ; un courriel part" in done.content.decode()
    assert Message.objects.get().get_state_display() in done.content.decode()
    auditor = User.objects.create_user("a@alencon.example", "un-long-mot", role=Role.AUDITOR)
    assert client_of(auditor).get(office("request", shop.pk)).status_code == 403
    assert client_of(auditor).get(office("chase")).status_code == 200


def test_a_merchant_reads_its_own_declaration_and_no_other(treasurer):
    sold("1", "mercerie", 250_000, at(3, 2))
    sold("2", "librairie", 10_000, at(3, 2))
    release(at(4, 20))
    report = freeze(treasurer)
    own, other = (report.sellers.get(shop__slug=slug) for slug in ("librairie", "mercerie"))
    user = User.objects.create_user("m@alencon.example", "un-long-mot", role=Role.MERCHANT)
    ShopMember.objects.create(shop=own.shop, user=user)
    SellerIdentity.objects.filter(shop=own.shop).update(account_holder="")
    client = client_of(user)
    page = client.get(reverse("counter:declarations")).content.decode()
    assert "titulaire du compte bancaire" in page
    assert "90,40" in page
    assert "2\u202f500" not in page
    for suffix in ("pdf", "csv"):
        mine = client.get(reverse("counter:declaration", args=(own.pk, suffix)))
        assert mine.status_code == 200
        assert (
            client.get(reverse("counter:declaration", args=(other.pk, suffix))).status_code == 404
        )
    for name, arguments in (("changelist", ()), ("year", (2026,)), ("sheet", (2026, "csv")),
                            ("notice", (own.pk, "pdf")), ("chase", ())):  # fmt: skip
        assert client.get(office(name, *arguments)).status_code == 302, name
    assert ReportedSeller.objects.count() == 2
