"""The books in the back-office: who sees what, what is exported, and in which language."""

import io

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.books.models import ClosedYear
from saleor_alencon.shops.models import Association, Shop
from tests.conftest import connected_to
from tests.fec_control import control

REPORTS = ("balance", "ledger", "aged", "sales")
FILES = ("fec", "fec_description", "pack")
# The months begin in November, so that a year of the recorded town is over.
NAME = "999000615FEC20261031.txt"


@pytest.fixture(scope="module", autouse=True)
def town(books_database, django_db_blocker):
    """Read the recorded town's books; nothing that a test changes is left."""
    with django_db_blocker.unblock(), connected_to(books_database), transaction.atomic():
        Association.objects.update(year_start_month=11)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone():
    """Undo what one test changes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def visit():
    def signed_in(role):
        client = Client()
        client.force_login(User.objects.filter(role=role).first())
        return client

    return signed_in


def page(name, *args):
    return reverse(f"admin:books_closedyear_{name}", args=args)


def text_of(response):
    return response.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def streamed(response):
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.APPROVER, Role.TREASURER, Role.AUDITOR])
@pytest.mark.parametrize("name", ["changelist", *REPORTS])
def test_the_office_reads_every_page(visit, role, name):
    assert visit(role).get(page(name)).status_code == 200


@pytest.mark.parametrize("name", ["changelist", *REPORTS])
def test_a_merchant_reads_none(visit, name):
    response = visit(Role.MERCHANT).get(page(name))
    assert response.status_code == 302
    assert "/connexion/" in response["Location"] or "login" in response["Location"]


@pytest.mark.parametrize("name", FILES)
def test_only_treasurer_and_auditor_export(visit, name):
    for role, status in (
        (Role.OPERATOR, 403), (Role.APPROVER, 403), (Role.AUDITOR, 200), (Role.TREASURER, 200),
    ):  # fmt: skip
        assert visit(role).get(page(name, 2026)).status_code == status, role


def test_only_the_treasurer_closes_a_year_after_a_question(visit):
    for role in (Role.OPERATOR, Role.AUDITOR):
        assert visit(role).post(page("close", 2026)).status_code == 403
    treasurer = visit(Role.TREASURER)
    assert "Clore l&#x27;exercice 2026 ?" in text_of(treasurer.get(page("close", 2026)))
    assert ClosedYear.objects.count() == 0
    response = treasurer.post(page("close", 2026), follow=True)
    closed = ClosedYear.objects.get(year=2026)
    assert closed.closed_by.role == Role.TREASURER
    assert f"SHA-256 du FEC : {closed.digest}" in text_of(response)
    assert "est clos." in text_of(response)
    response = treasurer.post(page("close", 2026), follow=True)
    assert "2026 est déjà clos." in text_of(response).replace("&#x27;", "'")


def test_the_fec_is_provisional_until_the_year_is_closed(visit):
    treasurer = visit(Role.TREASURER)
    response = treasurer.get(page("fec", 2026))
    assert response["Content-Disposition"] == f'attachment; filename="PROVISOIRE-{NAME}"'
    provisional = streamed(response)
    assert control(NAME, provisional) == []
    treasurer.post(page("close", 2026))
    response = treasurer.get(page("fec", 2026))
    assert response["Content-Disposition"] == f'attachment; filename="{NAME}"'
    assert streamed(response) == provisional
    described = treasurer.get(page("fec_description", 2026))
    assert described["Content-Disposition"].endswith('FEC20261031-description.txt"')


def test_without_a_siret_the_fec_says_what_to_do(visit):
    Association.objects.update(siret="")
    response = visit(Role.AUDITOR).get(page("fec", 2026), follow=True)
    assert "Le SIRET de l'association manque" in text_of(response).replace("&#x27;", "'")


def test_the_pack_is_one_pdf(visit):
    response = visit(Role.AUDITOR).get(page("pack", 2026))
    assert response["Content-Type"] == "application/pdf"
    text = PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    assert "Rapport du trésorier, exercice 2026" in text


def test_the_balance_is_narrowed_to_days_of_one_year(visit):
    client = visit(Role.AUDITOR)
    text = text_of(client.get(page("balance"), {"year": "2026", "start": "2026-10-01"}))
    assert "467100" in text
    assert "librairie-des-halles" not in text
    text = text_of(client.get(page("balance"), {"year": "2026", "by_shop": "on"}))
    assert "librairie-des-halles" in text
    text = text_of(
        client.get(page("balance"), {"year": "2026", "start": "2026-11-15", "end": "2026-11-20"})
    )
    assert "va du 01/11/2025 au 31/10/2026" in text
    text = text_of(
        client.get(page("balance"), {"year": "2026", "start": "2026-10-02", "end": "2026-10-01"})
    )
    assert "La période se termine avant de commencer." in text


def test_the_ledger_turns_its_pages_and_keeps_what_was_chosen(visit):
    client = visit(Role.AUDITOR)
    shop = Shop.objects.get(slug="librairie-des-halles")
    chosen = {"year": "2026", "account": "467100"}
    response = client.get(page("ledger"), {**chosen, "page": "2"})
    assert f"?{'&amp;'.join(f'{n}={v}' for n, v in chosen.items())}&amp;page=1" in text_of(response)
    assert len(response.context["rows"]) == 100
    response = client.get(page("ledger"), {**chosen, "shop": str(shop.pk)})
    assert {row["cells"][2]["text"] for row in response.context["rows"]} == {shop.slug}


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_is_a_file_of_two_kinds(visit, name):
    client = visit(Role.AUDITOR)
    response = client.get(page(name), {"format": "csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    lines = streamed(response).decode("utf-8-sig").count("\r\n")
    response = client.get(page(name), {"format": "xlsx"})
    assert response["Content-Disposition"].endswith('.xlsx"')
    assert load_workbook(io.BytesIO(response.content)).active.max_row == lines > 5


def test_a_file_is_not_made_of_what_the_form_refuses(visit):
    asked = {"year": "2026", "start": "2026-10-02", "end": "2026-10-01", "format": "csv"}
    response = visit(Role.AUDITOR).get(page("balance"), asked)
    assert response["Content-Type"].startswith("text/html")


def test_sales_are_shown_by_what_was_chosen(visit):
    client = visit(Role.OPERATOR)
    period = {"start": "2026-09-01", "end": "2026-11-30"}
    for by, first in (("hour", "08 h"), ("month", "2026-09"), ("delivery", "retrait en boutique")):
        response = client.get(page("sales"), {"by": by, **period})
        assert response.context["rows"][0]["cells"][0]["text"] == first
        assert response.context["total"][5]["text"] == "15\u202f162,64"
    longest = client.get(page("sales"), period).context["rows"]
    assert [row["bar"] for row in longest][:2] == [100, 93]


def test_the_aged_balance_is_of_a_day(visit):
    response = visit(Role.OPERATOR).get(page("aged"), {"day": "2027-06-01"})
    figures = dict(response.context["figures"])
    assert figures["Dû aux boutiques"] == "2\u202f527,61\xa0€"
    assert figures["Dont depuis plus de 90 jours"] == "2\u202f527,61\xa0€"
    assert figures["Dû par les boutiques"] == "0,00\xa0€"


def test_pages_speak_english_and_files_french(visit):
    client = visit(Role.AUDITOR)
    client.cookies["django_language"] = "en"
    text = text_of(client.get(page("balance"), {"year": "2026"}))
    assert "Opening debit" in text
    assert "Commission on sales" in text
    assert "11,788.97" in text
    content = streamed(client.get(page("sales"), {"by": "delivery", "format": "csv"}))
    assert content.decode("utf-8-sig").startswith("Livraison;Commandes;Pièces;Payé TTC;")


def test_years_that_no_longer_fit_the_first_month_say_so(visit):
    treasurer = visit(Role.TREASURER)
    treasurer.post(page("close", 2026))
    Association.objects.update(year_start_month=1)
    for name in ("changelist", "balance", "ledger"):
        response = treasurer.get(page(name), follow=True)
        assert "remettez ce mois comme" in text_of(response), name


def test_the_first_month_is_chosen_in_the_association_s_record(visit):
    client = visit(Role.OPERATOR)
    text = text_of(client.get(reverse("admin:shops_association_change", args=(1,))))
    assert 'name="year_start_month"' in text
