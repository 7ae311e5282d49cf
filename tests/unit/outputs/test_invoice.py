"""Invoices: their sums, their Factur-X data and file, opened by what is not ours."""

import dataclasses
import datetime
import io
import subprocess
from pathlib import Path

import facturx
import pypdf
import pytest
from facturx import get_facturx_xml_from_pdf, xml_check_xsd
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from saxonche import PySaxonProcessor

from saleor_alencon.domain.money import share_of
from saleor_alencon.outputs.factur_x import render_factur_x
from saleor_alencon.outputs.invoice import (
    Corrected,
    InvoiceDocument,
    InvoiceError,
    InvoiceLine,
)
from saleor_alencon.outputs.invoice_pdf import render_invoice_pdf
from saleor_alencon.outputs.statement import Party

DAY = datetime.date(2026, 11, 3)
RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
EN_16931 = RULES / "facturx-en16931/FACTUR-X_EN16931.xslt"
FRENCH_REFORM = RULES / "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
FRANCHISE = "TVA non applicable, art. 293 B du CGI"
OFFICE = Party(
    "Office du commerce", "Office de commerce et de l'artisanat d'Alençon", "81234567800014",
    ("Place Foch", "61000 Alençon"), "FR45812345678", "office@alencon.example",
)  # fmt: skip
BOOKSHOP = Party(
    "Librairie", "Librairie & fils SARL", "48912345600012", ("3 rue aux Sieurs", "61000 Alençon")
)


def invoice(**changes) -> InvoiceDocument:
    document = InvoiceDocument(
        kind="invoice",
        number="F2026-00001",
        issued_on=DAY,
        seller=OFFICE,
        buyer=BOOKSHOP,
        lines=(
            InvoiceLine("Commission sur ventes", "Relevé R2026-0001", 123_456, 2000, 24_690, "", 3),
        ),
        payment="offset",
        reference="R2026-0001",
        period_start=datetime.date(2026, 10, 1),
        period_end=datetime.date(2026, 10, 31),
        due_on=DAY,
    )
    return dataclasses.replace(document, **changes)


DUES = {
    "payment": "transfer",
    "due_on": datetime.date(2026, 12, 3),
    "iban": "FR7630006000011234567890189",
    "bic": "AGRIFRPP",
    "reference": "2026",
    "lines": (
        InvoiceLine("Cotisation 2026", "", 6_000, 0, 0, "Cotisation exonérée de TVA"),
        InvoiceLine("Supplément 2026, vente en ligne", "", 3_500, 2000, 700),
    ),
}
DOCUMENTS = {
    "commission": invoice(),
    "commission under franchise": invoice(
        seller=dataclasses.replace(OFFICE, vat_number=""),
        lines=(InvoiceLine("Commission sur ventes", "", 1_000, 0, 0, FRANCHISE),),
    ),
    "commission at two rates, one of them given back": invoice(
        lines=(
            InvoiceLine("Commission sur ventes", "", 5_000, 2000, 1_000),
            InvoiceLine("Commission sur ventes", "", -1_000, 0, 0, FRANCHISE),
        )
    ),
    "dues": invoice(**DUES),
    "dues under franchise": invoice(
        **DUES
        | {
            "lines": (
                InvoiceLine("Cotisation 2026", "", 6_000, 0, 0, "Cotisation exonérée de TVA"),
                InvoiceLine("Supplément 2026, vente en ligne", "", 3_500, 0, 0, FRANCHISE),
            )
        }
    ),
    "credit note": invoice(
        kind="credit_note",
        number="A2026-00001",
        corrects=(Corrected("F2026-00001", DAY),),
        reason="Vente annulée",
    ),
    "a buyer of whom little is known": invoice(buyer=Party("Mercerie", "Mercerie", "", ())),
}


def broken_rules(xml: bytes, rules: Path, tmp_path: Path) -> tuple[int, list[str]]:
    """Return how many rules of a Schematron applied, and what those that failed say."""
    file = tmp_path / "invoice.xml"
    file.write_bytes(xml)
    with PySaxonProcessor(license=False) as processor:
        sheet = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(rules))
        report = etree.fromstring(sheet.transform_to_string(source_file=str(file)).encode())
    failed = [" ".join("".join(each.itertext()).split())
              for each in report.findall(f".//{SVRL}failed-assert")]  # fmt: skip
    return len(report.findall(f".//{SVRL}fired-rule")), failed


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_kind_of_invoice_keeps_the_european_norm(name, tmp_path) -> None:
    xml = render_factur_x(DOCUMENTS[name])
    assert xml_check_xsd(xml, flavor="factur-x", level="en16931")
    applied, failed = broken_rules(xml, EN_16931, tmp_path)
    assert failed == []
    assert applied >= 80


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if "little" not in name])
def test_each_kind_of_invoice_keeps_the_rules_of_the_french_reform(name, tmp_path) -> None:
    applied, failed = broken_rules(render_factur_x(DOCUMENTS[name]), FRENCH_REFORM, tmp_path)
    assert failed == []
    assert applied > 60


def test_the_french_rules_find_what_is_missing(tmp_path) -> None:
    """The check above can fail: a buyer without SIREN has no electronic address."""
    xml = render_factur_x(DOCUMENTS["a buyer of whom little is known"])
    _, failed = broken_rules(xml, FRENCH_REFORM, tmp_path)
    assert any("BR-FR-12" in each or "BT-49" in each for each in failed), failed


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_file_is_an_archivable_pdf_with_its_data_in_it(name, tmp_path) -> None:
    document = DOCUMENTS[name]
    pdf = render_invoice_pdf(document)
    file_name, xml = get_facturx_xml_from_pdf(pdf, check_xsd=True)
    assert (file_name, xml) == ("factur-x.xml", render_factur_x(document))
    metadata = pypdf.PdfReader(io.BytesIO(pdf)).xmp_metadata.stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata.replace(" ", "")
    assert "EN 16931" in metadata
    path = tmp_path / "invoice.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True
    ).stdout
    assert document.number in text
    assert document.buyer.legal_name in text


def test_the_page_says_what_the_law_asks_for(tmp_path) -> None:
    path = tmp_path / "invoice.pdf"
    path.write_bytes(render_invoice_pdf(DOCUMENTS["dues under franchise"]))
    read = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True)
    text = " ".join(read.stdout.split())
    for mention in (
        "TVA non applicable, art. 293 B du CGI", "Cotisation exonérée de TVA",
        "SIRET 81234567800014", "SIRET 48912345600012", "Prestation de services",
        "trois fois le taux de l’intérêt légal", "40 €", "Pas d’escompte",
        "3 décembre 2026", "FR76 3000 6000 0112 3456 7890 189", "95,00 €",
    ):  # fmt: skip
        assert mention in text, mention


def test_a_document_is_read_back_as_it_was_written() -> None:
    for document in DOCUMENTS.values():
        assert InvoiceDocument.from_json(document.to_json()) == document
    with pytest.raises(InvoiceError, match="unknown invoice version"):
        InvoiceDocument.from_json("{}")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lines": ()}, "no line"),
        ({"lines": (InvoiceLine("Avoir", "", -5, 0, 0, FRANCHISE),)}, "negative on the whole"),
        ({"seller": dataclasses.replace(OFFICE, siret="")}, "the seller has no SIRET"),
        ({"seller": dataclasses.replace(OFFICE, vat_number="")}, "without the seller's VAT number"),
        ({"buyer": dataclasses.replace(BOOKSHOP, legal_name="")}, "the buyer has no legal name"),
        ({"period_end": datetime.date(2026, 9, 1)}, "the period ends before it starts"),
    ],
)
def test_what_may_not_be_an_invoice_is_refused(changes, message) -> None:
    with pytest.raises(InvoiceError, match=message):
        invoice(**changes)


def test_vat_that_is_not_of_its_rate_is_refused() -> None:
    with pytest.raises(InvoiceError, match="VAT of 250 on 1000 at 2000 bps"):
        InvoiceLine("Commission", "", 1_000, 2000, 250)
    with pytest.raises(InvoiceError, match="exempt by ''"):
        InvoiceLine("Commission", "", 1_000, 0, 0)


@given(
    st.lists(
        st.tuples(st.integers(1, 10**9), st.sampled_from([0, 550, 2000])), min_size=1, max_size=6
    )
)
def test_totals_by_rate_sum_to_the_whole(amounts) -> None:
    document = invoice(
        lines=tuple(
            InvoiceLine("Commission", "", net, rate, share_of(net, rate), "" if rate else FRANCHISE)
            for net, rate in amounts
        )
    )
    totals = document.vat_totals()
    assert sum(total.net_cents for total in totals) == document.net_cents
    assert sum(total.vat_cents for total in totals) == document.vat_cents
    assert [total.vat_rate_bps for total in totals] == sorted(
        {rate for _, rate in amounts}, reverse=True
    )
    assert xml_check_xsd(render_factur_x(document), flavor="factur-x", level="en16931")
