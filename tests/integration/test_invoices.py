"""Commission invoices: one per statement, unbroken numbers, kept by PostgreSQL, credit notes."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from facturx import get_facturx_xml_from_pdf

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.invoicing.models import Invoice
from saleor_alencon.invoicing.services import (
    commission_invoices_issue,
    document_of,
    invoice_file,
)
from saleor_alencon.invoicing.tasks import issue_commission_invoices
from saleor_alencon.settlement.models import Statement
from saleor_alencon.shops.models import Association, Shop, VatStatus
from tests.integration.small_town import (
    NOW,
    PLACED,
    Basket,
    Line,
    Tender,
    draft,
    open_town,
    pay,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def town():
    open_town()
    Association.objects.update(siret="81234567800014", vat_number="FR45812345678")
    Shop.objects.update(legal_name="SARL", siret="48912345600012")


def sold() -> Basket:
    """A basket of the bookshop (8 %), the cheese shop (10 %) and the haberdasher (none)."""
    basket = Basket(
        "1",
        [Line("librairie", 10_000), Line("fromagerie", 5_000), Line("mercerie", 2_000)],
        [Tender(17_000)],
    )
    basket.hand_over()
    basket.deliver()
    return basket


def figures(issued) -> list[tuple]:
    return [(i.number, i.shop.slug, i.net_cents, i.vat_cents) for i in issued.invoices]


def test_nothing_is_invoiced_before_a_run_is_approved(town) -> None:
    sold()
    draft()
    assert commission_invoices_issue(now=NOW).invoices == ()


def test_each_statement_with_a_commission_is_invoiced_once(town) -> None:
    sold()
    pay(draft())
    assert figures(commission_invoices_issue(now=NOW)) == [
        ("F2026-00001", "librairie", 800, 160),
        ("F2026-00002", "fromagerie", 500, 100),
    ]
    assert commission_invoices_issue(now=NOW).invoices == ()
    assert issue_commission_invoices() == 0
    assert find_problems() == []


def test_an_invoice_says_what_its_statement_says(town) -> None:
    sold()
    run = pay(draft())
    document = document_of(commission_invoices_issue(now=NOW).invoices[0])
    assert (document.payment, document.due_cents) == ("offset", 0)
    assert document.reference == f"{run.number}-librairie"
    assert (document.period_start, document.period_end) == (datetime.date(2026, 10, 1),) * 2
    assert [(line.label, line.detail) for line in document.lines] == [
        ("Commission sur ventes", f"Relevé {run.number}-librairie, lignes : 1")
    ]


def test_a_commission_given_back_is_a_credit_note_of_the_invoice_it_corrects(town) -> None:
    basket = sold()
    pay(draft())
    commission_invoices_issue(now=NOW)
    basket.refund(10_000, lines={0: 1})
    basket.deliver()
    pay(draft(NOW + DAY), NOW + DAY)
    issued = commission_invoices_issue(now=NOW + DAY)
    assert figures(issued) == [("A2026-00001", "librairie", 800, 160)]
    document = document_of(issued.invoices[0])
    assert [each.number for each in document.corrects] == ["F2026-00001"]
    assert find_problems() == []


def test_an_association_under_franchise_invoices_without_vat(town) -> None:
    Association.objects.update(vat_number="")
    VatStatus.objects.create(valid_from=PLACED.date(), regime="franchise", rate_bps=0)
    sold()
    pay(draft())
    issued = commission_invoices_issue(now=NOW)
    assert figures(issued)[0] == ("F2026-00001", "librairie", 800, 0)
    assert document_of(issued.invoices[0]).lines[0].exemption.startswith("TVA non applicable")


def test_a_missing_mention_names_the_statement_and_the_cure_and_stops_no_other(town) -> None:
    Association.objects.update(vat_number="")
    sold()
    run = pay(draft())
    issued = commission_invoices_issue(now=NOW)
    assert issued.invoices == ()
    assert len(issued.problems) == 2
    assert issued.problems[0].startswith(f"{run.number}-librairie : ")
    assert "Le numéro de TVA de l'association manque" in issued.problems[0]
    Association.objects.update(vat_number="FR45812345678")
    assert len(commission_invoices_issue(now=NOW).invoices) == 2


def test_numbers_begin_again_with_the_year(town) -> None:
    sold()
    pay(draft())
    later = datetime.datetime(2027, 1, 2, 9, tzinfo=datetime.UTC)
    assert figures(commission_invoices_issue(now=later))[0][0] == "F2027-00001"


def test_a_clock_that_went_back_is_refused(town) -> None:
    basket = sold()
    pay(draft())
    commission_invoices_issue(now=NOW)
    basket.lines[2].shop = "mercerie"
    other = Basket("2", [Line("librairie", 3_000)], [Tender(3_000)])
    other.hand_over()
    other.deliver()
    pay(draft(NOW + DAY), NOW + DAY)
    issued = commission_invoices_issue(now=NOW - DAY)
    assert issued.invoices == ()
    assert "réglez l'horloge" in issued.problems[0]


def test_the_file_is_made_once_and_stays_the_same(town) -> None:
    sold()
    pay(draft())
    invoice = commission_invoices_issue(now=NOW).invoices[0]
    first = invoice_file(Invoice.objects.get(pk=invoice.pk))
    assert invoice_file(Invoice.objects.get(pk=invoice.pk)) == first
    assert get_facturx_xml_from_pdf(first)[0] == "factur-x.xml"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoicing_invoice SET total_cents = 0, net_cents = 0, vat_cents = 0",
        "UPDATE invoicing_invoice SET file = NULL",
        "DELETE FROM invoicing_invoice",
        "TRUNCATE invoicing_invoice",
    ],
)
def test_the_service_can_neither_change_nor_remove_an_invoice(town, statement) -> None:
    sold()
    pay(draft())
    invoice_file(commission_invoices_issue(now=NOW).invoices[0])
    with (
        pytest.raises(DatabaseError, match=r"INVOICE_KEPT|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_skipped_number_is_refused_by_the_database(town) -> None:
    sold()
    pay(draft())
    invoice = commission_invoices_issue(now=NOW).invoices[-1]
    statement = Statement.objects.get(shop__slug="mercerie")
    invoice.pk, invoice.statement, invoice.file = None, statement, None
    invoice.sequence, invoice.number = 4, "F2026-00004"
    with pytest.raises(DatabaseError, match="INVOICE_NUMBER"), transaction.atomic():
        invoice.save(force_insert=True)
