import datetime
import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from saleor_alencon.domain.financial_year import financial_year
from saleor_alencon.outputs.chart_scale import ceiling_cents
from saleor_alencon.outputs.treasurer_pack import (
    AccountFigures,
    ChequeFigures,
    MonthFigures,
    ShopFigures,
    TreasurerPack,
    TreasurerPackError,
    render_treasurer_pack,
)
from saleor_alencon.outputs.treasurer_view import permille, treasurer_view

SPAN = financial_year(2026, 9)
PACK = TreasurerPack(
    office="Acheter à Alençon",
    legal_name="Office du commerce d'Alençon",
    siret="90000000000014",
    year=2026,
    first_day=SPAN.first_day,
    last_day=SPAN.last_day,
    as_of=None,
    months=tuple(
        MonthFigures(month, 100_000 * place, 500 * place, 8_000 * place, 300 * place)
        for place, month in enumerate(SPAN.months())
    ),
    shops=(
        ShopFigures("Librairie des Halles", 5_000_000, 400_000),
        ShopFigures("Fromagerie 🧀", 1_600_000, 128_000),
    ),
    accounts=(
        AccountFigures("467100", "Boutiques, fonds détenus", -100_000, 6_000_000, 6_600_000),
        AccountFigures("512100", "Banque", 100_000, 1_241_200, 0),
        AccountFigures("627800", "Frais du prestataire de paiement", 0, 19_800, 0),
        AccountFigures("706100", "Commissions sur ventes", 0, 0, 528_000),
        AccountFigures("708500", "Frais de livraison facturés", 0, 0, 33_000),
        AccountFigures("756100", "Cotisations", 0, 0, 100_000),
    ),
    owed=(("Boutiques, fonds détenus", 700_000),),
    cash=(("Banque", 1_341_200),),
    cheques=ChequeFigures(opening_cents=10_000, issued_cents=50_000, used_cents=20_000),
    dues_cents=100_000,
    members_with_dues=20,
    members=25,
)


def text_of(content):
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.replace("\u200b", "").split())


def test_the_pack_prints_the_figures_of_the_year():
    text = text_of(render_treasurer_pack(PACK))
    for words in (
        "Rapport du trésorier, exercice 2026",
        "Exercice du 1er septembre 2025 au 31 août 2026",
        "Ventes des boutiques, TTC 66 000,00 €",
        "Commissions de l'association, HT 5 280,00 €",
        "Excédent de l'exercice 6 412,00 €",
        "août 2026 11 000,00 55,00 880,00 33,00",
        "Exercice 66 000,00 330,00 5 280,00 198,00",
        "Librairie des Halles 50 000,00 75,8 % 4 000,00",
        "Fromagerie □ 16 000,00 24,2 % 1 280,00",
        "Cotisations appelées, HT 1 000,00 €",
        "Membres à jour de cotisation 20 sur 25",
        "À honorer à la fin 400,00 €",
        "il reste à l'association 6 412,00 €",
        "467100 Boutiques, fonds détenus 1 000,00 60 000,00 66 000,00 7 000,00",
    ):
        assert words in text, words
    assert "provisoires" not in text


def test_a_year_that_is_not_closed_says_so_on_its_first_page():
    pack = replace(PACK, as_of=datetime.date(2026, 3, 31))
    assert "Chiffres provisoires, arrêtés au 31 mars 2026" in text_of(render_treasurer_pack(pack))


def test_the_same_figures_give_the_same_bytes():
    assert render_treasurer_pack(PACK) == render_treasurer_pack(PACK)


def test_the_file_is_for_the_archive_and_for_screen_readers():
    content = render_treasurer_pack(PACK)
    reader = PdfReader(io.BytesIO(content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "fr-FR"
    xmp = reader.xmp_metadata.stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp


def test_bars_are_as_long_as_their_amounts():
    chart = treasurer_view(PACK)["sales_chart"]
    lengths = [group["bars"][0]["length"] for group in chart["groups"]]
    assert lengths == [0, 83, 166, 250, 333, 416, 500, 583, 666, 750, 833, 916]
    assert [step["text"] for step in chart["grid"]][-1] == "12\u202f000\u00a0€"
    assert "septembre 0,00\u00a0€, octobre 1\u202f000,00\u00a0€" in chart["alt"]
    shops = treasurer_view(PACK)["shops"]["rows"]
    assert [shop["length"] for shop in shops] == [1000, 320]


@pytest.mark.parametrize(
    ("cents", "top"), [(0, 400), (401, 800), (1201, 2000), (4001, 8000), (1_100_000, 1_200_000)]
)
def test_an_axis_ends_at_a_round_amount(cents, top):
    assert ceiling_cents(cents) == top


def test_a_bar_is_never_shorter_than_nothing():
    assert (permille(-5, 100), permille(5, 0), permille(100, 100)) == (0, 0, 1000)


def test_an_empty_year_is_printed_too():
    empty = replace(
        PACK,
        months=tuple(MonthFigures(month, 0, 0, 0, 0) for month in SPAN.months()),
        shops=(), accounts=(), owed=(), cash=(), dues_cents=0,
    )  # fmt: skip
    assert "Excédent de l'exercice 0,00 €" in text_of(render_treasurer_pack(empty))


def test_figures_that_do_not_add_up_are_refused():
    with pytest.raises(TreasurerPackError, match="6600000 by month and 5000000 by shop"):
        replace(PACK, shops=PACK.shops[:1])
    with pytest.raises(TreasurerPackError, match="accounts are 700000 cents out of balance"):
        replace(PACK, accounts=PACK.accounts[1:])


def test_a_deficit_and_a_lack_of_money_are_called_so():
    accounts = (
        AccountFigures("467100", "Boutiques, fonds détenus", 0, 0, 500),
        AccountFigures("627800", "Frais du prestataire de paiement", 0, 500, 0),
    )
    pack = replace(PACK, accounts=accounts, owed=(("Boutiques", 500),), cash=(("Banque", 200),))
    text = text_of(render_treasurer_pack(pack))
    assert "Déficit de l'exercice 5,00 €" in text
    assert "Il manque, pour couvrir ce qui est dû 3,00 €" in text
