import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from pypdf import PdfReader

from saleor_alencon.outputs.french_text import amount_text, figure_text, rate_text
from saleor_alencon.outputs.statement import StatementDocument, StatementPayment
from saleor_alencon.outputs.statement_csv import render_statement_csv
from saleor_alencon.outputs.statement_pdf import StatementPdfError, render_statement_pdf
from saleor_alencon.outputs.theme import ThemeError
from tests.unit.outputs import samples
from tests.unit.outputs.strategies import documents


def read(content):
    return PdfReader(io.BytesIO(content))


def text_of(content):
    text = "\n".join(page.extract_text() for page in read(content).pages)
    return " ".join(text.replace("\u200b", "").split())


def shown(text):
    return " ".join(text.split())


def test_every_amount_of_the_document_is_printed():
    document = samples.typical_document()
    text = text_of(render_statement_pdf(document))
    for line in document.lines:
        for part in (line, *line.items):
            assert shown(figure_text(part.gross_cents)) in text
            assert shown(figure_text(-part.commission_cents)) in text
            assert shown(figure_text(-part.commission_vat_cents)) in text
        assert shown(figure_text(line.net_cents)) in text
        for tender in line.tenders:
            assert shown(f"{tender.label} {amount_text(tender.amount_cents)}") in text
        for item in line.items:
            assert shown(rate_text(item.commission_rate_bps)) in text
            assert item.label in text
            assert item.commission_rule in text
    assert "Payé par : Carte bancaire 44,70 € · Chèque cadeau 20,00 €" in text
    assert "Rendu par : Carte bancaire −39,80 €" in text
    for amount_cents in (120170, -3980, -150, -9259, -1852, 104929, -1234, 103695):
        assert shown(amount_text(amount_cents)) in text


def test_the_summary_tells_who_what_and_when():
    text = text_of(render_statement_pdf(samples.typical_document()))
    for words in (
        "Relevé de reversement n° R-2026-09-001",
        "SIRET 90797728400013",
        "86 Grande Rue",
        "1er octobre 2026",
        "30 septembre 2026 à 23 h 59",
        "FR76 •••• •••• 7606",
        "24,90 € × 8 % = 1,99 € de commission, puis 1,99 € × 20 % = 0,40 € de TVA",
        "Page 1 sur 1",
    ):
        assert words in text
    assert samples.IBAN not in text


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (samples.document(samples.line(samples.item(5000)), iban=""), "IBAN manquant"),
        (samples.document(samples.line(samples.item(500))), "inférieur au minimum de versement"),
        (samples.document(opening_cents=-500), "Solde négatif reporté"),
        (samples.document(), "Solde nul"),
        (samples.document(), "Aucune opération sur la période"),
    ],
)
def test_when_nothing_is_paid_the_reason_is_said(document, words):
    text = text_of(render_statement_pdf(document))
    assert words in text
    assert "Net versé 0,00 €" in text


PAYMENT = StatementPayment("executed", "R2026-0001-7", date(2026, 10, 5))


@pytest.mark.parametrize(
    ("payment", "words"),
    [
        (None, ["Net à verser", "Projet : ce reversement n’est pas encore approuvé."]),
        (
            replace(PAYMENT, status="ordered"),
            ["Net à verser", "Exécution demandée le 5 octobre 2026", "R2026-0001-7"],
        ),
        (PAYMENT, ["Net versé", "Exécuté le 5 octobre 2026", "R2026-0001-7"]),
        (
            replace(PAYMENT, status="returned", reason="Compte clos (AC04)"),
            ["Retourné le 5 octobre 2026", "Motif Compte clos (AC04)", "est due à nouveau"],
        ),
    ],
)
def test_the_file_tells_what_became_of_the_payment(payment, words):
    document = samples.typical_document()
    content = render_statement_pdf(document, payment)
    text = text_of(content)
    for each in [*words, shown(amount_text(document.payable_cents))]:
        assert each in text
    assert ("Net versé" in text) == (payment == PAYMENT)
    assert content == render_statement_pdf(document, payment)


def test_an_item_of_which_only_an_amount_changed_has_no_count():
    text = text_of(
        render_statement_pdf(samples.document(samples.line(samples.item(-500, "Atlas"))))
    )
    assert "1 × Atlas" in text
    changed = samples.document(samples.line(samples.item(-500, "Atlas", quantity=0)))
    assert "× Atlas" not in text_of(render_statement_pdf(changed))


def test_the_fees_column_appears_with_the_first_fee():
    plain = samples.document(samples.line(samples.item(9900)))
    charged = samples.document(samples.line(samples.item(9900), fees_cents=45))
    assert "Frais" not in text_of(render_statement_pdf(plain))
    assert "Frais −0,45 €" in text_of(render_statement_pdf(charged))
    assert "moins les frais" in text_of(render_statement_pdf(charged))


def test_the_same_document_gives_the_same_bytes_even_read_back_from_storage():
    document = samples.typical_document()
    stored = StatementDocument.from_json(document.to_json())
    assert render_statement_pdf(document) == render_statement_pdf(stored)


def test_the_file_is_archivable_accessible_and_titled():
    reader = read(render_statement_pdf(samples.typical_document()))
    metadata = reader.xmp_metadata.stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    catalog = reader.trailer["/Root"]
    assert catalog["/Lang"].lower().startswith("fr")
    assert catalog["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == "Relevé de reversement n° R-2026-09-001"
    assert reader.metadata.creation_date.date() == samples.typical_document().issued_on


def test_the_csv_travels_inside_the_file():
    document = samples.typical_document()
    attachments = read(render_statement_pdf(document)).attachments
    assert attachments["releve.csv"] == [render_statement_csv(document)]


def test_hostile_labels_are_printed_and_never_run():
    text = text_of(render_statement_pdf(samples.hostile_document()))
    assert '#panic("x") *gras* _it_ $x^2$ `code` <label> @ref' in text
    assert '#read("/etc/passwd") #import "x.typ" #eval("1")' in text
    assert "root:" not in text
    assert "Pain □ et famille □" in text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_any_statement_can_be_printed(document):
    text = text_of(render_statement_pdf(document))
    assert shown(amount_text(document.payable_cents)) in text


def test_a_thousand_lines_are_printed_one_by_one():
    lines = [samples.line(samples.item(1000 + i), order_number=str(i)) for i in range(1000)]
    content = render_statement_pdf(samples.document(*lines))
    reader = read(content)
    assert len(reader.pages) > 20
    assert len(content) < 1_000_000
    last = " ".join(reader.pages[-1].extract_text().split())
    assert f"Page {len(reader.pages)} sur {len(reader.pages)}" in last
    assert "commande 999" in " ".join(page.extract_text() for page in reader.pages[-3:])


def test_of_more_than_a_thousand_lines_the_days_are_printed_and_each_line_attached():
    days = (date(2026, 9, 12), date(2026, 9, 13))
    lines = [
        samples.line(samples.item(1000 + i), order_number=f"n{i}", occurred_on=days[i % 2])
        for i in range(1001)
    ]
    content = render_statement_pdf(samples.document(*lines))
    text = text_of(content)
    assert len(read(content).pages) <= 3
    assert shown("Vente · 501") in text
    assert shown("Vente · 500") in text
    assert shown("réunies ici par jour") in text
    (attached,) = read(content).attachments["releve.csv"]
    assert all(f"n{i};" in attached.decode("utf-8-sig") for i in range(1001))


def test_a_long_statement_gives_up_tags_and_stays_archivable():
    lines = [samples.line(samples.item(1000 + i)) for i in range(501)]
    metadata = read(render_statement_pdf(samples.document(*lines))).xmp_metadata
    assert "<pdfaid:conformance>U</pdfaid:conformance>" in metadata.stream.get_data().decode()


def test_an_unknown_theme_is_named():
    with pytest.raises(ThemeError, match="nowhere"):
        render_statement_pdf(samples.document(), theme="nowhere")


def test_a_template_that_does_not_compile_says_which_statement(monkeypatch):
    monkeypatch.setattr(
        "saleor_alencon.outputs.statement_pdf.statement_view", lambda *_: {"title": ""}
    )
    with pytest.raises(StatementPdfError, match="statement R-2026-09-001"):
        render_statement_pdf(replace(samples.document()))
