"""The page inside Saleor's Dashboard: who may frame it, and what it shows to whom."""

import datetime
from html import unescape
from importlib.resources import files

import pytest
from django.urls import reverse
from django.utils import timezone

from saleor_alencon.counter import frame
from saleor_alencon.domain.pickup_slots import instant
from saleor_alencon.orders.models import Pickup, ShopOrder
from saleor_alencon.outputs.theme import load_tokens
from saleor_alencon.saleor_api.client import SaleorUnreachable
from saleor_alencon.saleor_api.merchants import ScopeRefused
from saleor_alencon.settlement.outlook import payout_outlook
from saleor_alencon.settlement.services import run_approve, run_execute
from saleor_alencon.shops.models import Association, Shop
from tests.integration.small_town import (
    NOW,
    Basket,
    Line,
    Tender,
    approver,
    draft,
    open_town,
    operator,
)

pytestmark = pytest.mark.django_db

DASHBOARD = "https://dashboard.alencon.example"
MERCHANT = {
    "email": "a@alencon.example",
    "merchant": True,
    "shops": [{"slug": "librairie", "read_only": False}],
    "sees_orders": False,
    "look": None,
}
OFFICE = {**MERCHANT, "merchant": False, "shops": [], "sees_orders": True}


@pytest.fixture(autouse=True)
def framed(settings):
    settings.DASHBOARD_URL = f"{DASHBOARD}/"
    settings.OFFICE_URL = "https://office.alencon.example/"


@pytest.fixture
def speaks(monkeypatch):
    """Let Saleor say for whom every token speaks."""

    def say(who):
        def answer(token):
            assert token == "a-token"
            if isinstance(who, Exception):
                raise who
            return who

        monkeypatch.setattr(frame, "who_speaks", answer)

    return say


def ask(client, language="fr"):
    headers = {"authorization": "Bearer a-token", "accept-language": language}
    return client.get(reverse("frame-today"), headers=headers)


def text(answer) -> str:
    """Return a page's text as a reader has it."""
    return unescape(answer.content.decode())


def buy(number: str, *lines: Line, days_ago: int = 0) -> Basket:
    """Place and pay a basket whose capture is so many days old."""
    paid = sum(line.gross_cents for line in lines)
    basket = Basket(number, list(lines), [Tender(paid)])
    basket.captured_at = NOW - datetime.timedelta(days=days_ago)
    basket.deliver()
    return basket


def put_in_slot(number: str, hour: int | None, days: int = 0, state: str = "to_prepare") -> None:
    """Give an order's pickups a slot of one hour, so many days from today."""
    day = timezone.localdate() + datetime.timedelta(days=days)
    starts = None if hour is None else instant(day, hour * 60)
    Pickup.objects.filter(shop_order__order__number=number).update(
        slot_starts_at=starts,
        slot_ends_at=starts and starts + datetime.timedelta(hours=1),
        state=state,
    )


def test_only_the_dashboard_may_frame_the_page_and_nothing_of_it_needs_a_cookie(client):
    for path in ("/encart", "/encart/"):
        page = client.get(path)

        assert page.status_code == 200
        assert "X-Frame-Options" not in page.headers
        assert "Set-Cookie" not in page.headers
        assert page["Content-Security-Policy"].split("; ")[-1] == f"frame-ancestors {DASHBOARD}"
        assert "unsafe" not in page["Content-Security-Policy"]
        assert f'data-dashboard="{DASHBOARD}"' in page.content.decode()
    assert client.get(reverse("sign-in"))["X-Frame-Options"] == "DENY"


def test_without_a_dashboard_there_is_no_page(client, settings):
    settings.DASHBOARD_URL = None

    assert client.get("/encart/").status_code == 404
    assert ask(client).status_code == 404


def test_a_token_that_saleor_refuses_shows_nothing(client, speaks):
    speaks(ScopeRefused("The token is not valid.", status=401))

    answer = ask(client)

    assert answer.status_code == 401
    assert "votre session" in answer.content.decode().lower()
    assert "<section" not in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"


def test_without_a_token_saleor_is_not_even_asked(client, speaks):
    speaks(AssertionError("Saleor was asked"))

    for header in ({}, {"authorization": "Basic a-token"}, {"authorization": "Bearer "}):
        assert client.get(reverse("frame-today"), headers=header).status_code == 401


def test_when_saleor_is_away_the_page_says_so(client, speaks):
    speaks(SaleorUnreachable("Saleor ne répond pas à http://x : y"))

    answer = ask(client)

    assert (answer.status_code, "Saleor ne répond pas" in answer.content.decode()) == (503, True)


def test_a_merchant_sees_its_pickups_by_slot_and_nothing_of_another_shop(client, speaks):
    open_town()
    buy("101", Line("librairie", 2000, pieces=2), Line("fromagerie", 700))
    buy("102", Line("librairie", 1000))
    buy("103", Line("librairie", 1500))
    buy("104", Line("fromagerie", 900))
    put_in_slot("101", 14, state="ready")
    put_in_slot("102", 10)
    put_in_slot("103", 9, days=1)
    speaks(MERCHANT)

    page = ask(client).content.decode()

    assert page.index("10:00 – 11:00") < page.index("14:00 – 15:00")
    assert page.index("102") < page.index("101")
    assert "103" not in page
    assert "104" not in page
    assert "Fromagerie" not in page
    assert "2 articles" in page
    counts = [text.split("</strong>")[0] for text in page.split("<li><strong>")[1:]]
    assert counts == ["1", "1", "0", "0"]
    assert page.count('data-enter="horaires"') == 1
    number = Pickup.objects.get(shop_order__order__number="102").pk
    assert page.count(f'data-enter="{number}"') == 1


def test_what_waits_from_before_or_has_no_slot_comes_first_and_an_unpaid_one_not_at_all(
    client, speaks
):
    open_town()
    buy("201", Line("librairie", 1000))
    buy("202", Line("librairie", 1000))
    buy("203", Line("librairie", 1000))
    unpaid = Basket("204", [Line("librairie", 1000)], [])
    unpaid.deliver()
    put_in_slot("201", 9, days=-1)
    put_in_slot("202", None)
    put_in_slot("203", 9, days=-2, state="handed_over")
    speaks(MERCHANT)

    page = text(ask(client))

    assert "En attente, sans créneau ou d'un jour précédent" in page
    assert "201" in page
    assert "202" in page
    assert "203" not in page
    assert "204" not in page


def test_the_outlook_says_what_is_held_until_when_and_sums_to_the_books():
    open_town()
    shop = Shop.objects.get(slug="librairie")
    buy("301", Line("librairie", 10000))
    for number, gross_cents, day in (("302", 5000, 20), ("303", 2000, 23), ("304", 1000, 23)):
        buy(number, Line("librairie", gross_cents, handed_over=1))
        moment = datetime.datetime(2026, 11, day, 23, 30, tzinfo=datetime.UTC)
        ShopOrder.objects.filter(order__number=number).update(handed_over_at=moment)

    outlook = payout_outlook(shop_id=shop.pk)

    # Less 8 % commission and its VAT of 20 %; 14 days of holding from the town's midnight on.
    assert [(each.payable_on, each.cents) for each in outlook.held] == [
        (datetime.date(2026, 12, 5), 5000 - 400 - 80),
        (datetime.date(2026, 12, 8), 2000 - 160 - 32 + 1000 - 80 - 16),
        (None, 10000 - 800 - 160),
    ]
    assert sum(each.cents for each in outlook.held) == outlook.held_cents
    assert (outlook.available_cents, outlook.under_way, outlook.last) == (0, None, None)


def test_a_shop_with_held_money_only_is_told_from_when_the_first_is_payable(client, speaks):
    open_town()
    buy("351", Line("librairie", 5000, handed_over=1))
    moment = datetime.datetime(2026, 11, 20, 9, tzinfo=datetime.UTC)
    ShopOrder.objects.filter(order__number="351").update(handed_over_at=moment)
    speaks(MERCHANT)

    page = text(ask(client))

    assert "Rien n'est à verser pour l'instant ; 45,20\u00a0€ le deviennent" in page
    assert "à partir du 4 décembre 2026." in page


def test_the_payout_of_a_run_is_announced_then_dated_then_the_last_one(client, speaks):
    open_town()
    Association.objects.update(hold_days=0)
    shop = Shop.objects.get(slug="librairie")
    buy("401", Line("librairie", 10000, handed_over=1), days_ago=30)
    speaks(MERCHANT)
    run = draft()
    assert payout_outlook(shop_id=shop.pk).under_way.amount_cents == 9040
    assert "90,40\u00a0€ sont proposés au virement et attendent l'approbation" in text(ask(client))

    run_approve(run_id=run.pk, approved_by=approver(), now=NOW)
    approved = payout_outlook(shop_id=shop.pk)
    assert (approved.under_way.state, approved.available_cents) == ("approved", 0)

    run_execute(run_id=run.pk, executed_by=operator(), now=NOW)
    paid = payout_outlook(shop_id=shop.pk)
    assert (paid.under_way, paid.last.amount_cents) == (None, 9040)
    assert "90,40" in text(ask(client))


def test_a_suspended_shop_and_one_the_office_does_not_know_are_told_so(client, speaks):
    open_town()
    shops = [{"slug": "librairie", "read_only": True}, {"slug": "inconnue", "read_only": False}]
    speaks({**MERCHANT, "shops": shops})

    page = text(ask(client))

    assert "Votre boutique est suspendue ou fermée" in page
    assert "L'Office ne connaît pas la boutique « inconnue »" in page


def test_a_merchant_without_shop_is_sent_to_the_office(client, speaks):
    speaks({**MERCHANT, "shops": []})

    assert "n'est rattaché à aucune boutique" in text(ask(client))


def test_the_office_sees_all_shops_counts_and_no_money(client, speaks):
    open_town()
    buy("501", Line("librairie", 2000), Line("fromagerie", 700))
    put_in_slot("501", 14, state="ready")
    speaks(OFFICE)

    page = text(ask(client))

    assert "Retraits du jour par boutique" in page
    assert page.count('<tr><th scope="row">') == 2
    assert 'href="https://office.alencon.example/"' in page
    assert "€" not in page
    speaks({**OFFICE, "sees_orders": False})
    assert "Retraits du jour par boutique" not in text(ask(client))


def test_an_operator_who_looks_is_told_so(client, speaks):
    open_town()
    look = {"shop": "librairie", "until": "2026-11-25T10:30:00+00:00"}
    speaks({**MERCHANT, "merchant": False, "look": look})

    page = text(ask(client))

    assert "Vous regardez la boutique « librairie » en lecture seule jusqu'à 11:30." in page
    assert "Librairie" in page


def test_the_page_speaks_the_language_that_it_is_asked_in(client, speaks):
    open_town()
    speaks(MERCHANT)

    assert "Next payout" in text(ask(client, "en-GB"))
    assert "Prochain virement" in text(ask(client, "de"))


def test_the_pages_colours_are_the_themes():
    sheet = files("saleor_alencon").joinpath("counter/static/counter/frame.css").read_text()
    light, dark = sheet.split("[data-theme=dark]")
    tokens = load_tokens()
    compared = 0
    for part, palette in ((light, tokens.light), (dark, tokens.dark)):
        for line in part.split("}")[0].splitlines():
            if line.strip().startswith("--"):
                name, value = line.strip().rstrip(";").split(": ")
                assert palette[name.removeprefix("--").replace("-", "_")] == value, line
                compared += 1
    assert compared == 28
