"""Each page is whole in French and in English; the choice is kept; documents stay French."""

import datetime
import re
from html.parser import HTMLParser
from pathlib import Path

import django
import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import ngettext, override

from saleor_alencon.accounts.models import User
from saleor_alencon.inbox.models import InboxDocument, InboxState
from saleor_alencon.local.demo import demo_seed
from saleor_alencon.localized import amount_text, date_text, day_text, rate_text, units_text
from saleor_alencon.orders.models import Pickup
from saleor_alencon.orders.services import document_ingest, document_store
from saleor_alencon.settlement.models import SettlementRun
from saleor_alencon.settlement.services import SettlementError, run_approve, run_create
from tests.catalogues import PACKAGE, read_catalogue, texts, translations

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 25, 9, tzinfo=datetime.UTC)
FILES = sorted((PACKAGE.parent / "fixtures/snapshots/v1").glob("*.json"))[:12]
ENGLISH = {"Accept-Language": "en"}
SHOWN_ATTRIBUTES = {"alt", "aria-label", "content", "placeholder", "title"}
LONG = 20
"""A text of so many characters is looked for within others too; a shorter one may be part of
a name."""


class Shown(HTMLParser):
    """Collects the texts of a page that a person sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = False

    def handle_starttag(self, tag, attributes) -> None:
        # Unfold writes an icon as the name of the drawing.
        icon = "material-symbols-outlined" in (dict(attributes).get("class") or "")
        self.silent = icon or tag in ("script", "style")
        self.texts += [value for name, value in attributes if value and name in SHOWN_ATTRIBUTES]

    def handle_endtag(self, _tag) -> None:
        self.silent = False

    def handle_data(self, data) -> None:
        if not self.silent and data.strip():
            self.texts.append(" ".join(data.split()))


def shown(page) -> list[str]:
    parser = Shown()
    parser.feed(page.content.decode())
    return parser.texts


def plain(text: str) -> str:
    return " ".join(text.split()).rstrip(" :").casefold()


def catalogue_words() -> list[tuple[str, str]]:
    """Return French and English of every text of this project that the two say differently."""
    pairs = [
        (plain(texts(message)[0]), plain(translations(message)[0]))
        for path in PACKAGE.rglob("locale/en/LC_MESSAGES/django.po")
        for message in read_catalogue(path)
    ]
    return [(french, english) for french, english in pairs if french != english]


def framework_words() -> list[tuple[str, str]]:
    """Return the same for what Django's admin and unfold say."""
    folder = Path(django.__file__).parent
    paths = [
        *folder.glob("contrib/a*/locale/fr/LC_MESSAGES/django.po"),
        PACKAGE / "office/locale/fr/LC_MESSAGES/django.po",
    ]
    pairs = [
        (plain(message.string), plain(message.id))
        for path in paths
        for message in read_catalogue(path)
        if isinstance(message.id, str) and message.string
    ]
    return [(french, english) for french, english in pairs if french != english]


def left_over(page, foreign: set[str]) -> list[str]:
    """Return what a page shows of the words of the other language."""
    long = [word for word in foreign if len(word) >= LONG and not re.search(r"%\(|\{", word)]
    return [
        text
        for text in shown(page)
        if plain(text) in foreign or any(word in plain(text) for word in long)
    ]


def french_only() -> set[str]:
    pairs = catalogue_words() + framework_words()
    return {french for french, _ in pairs} - {english for _, english in pairs}


def english_only() -> set[str]:
    pairs = catalogue_words() + framework_words()
    return {english for _, english in pairs} - {french for french, _ in pairs}


@pytest.fixture
def town(db):
    demo_seed()
    for file in FILES:
        document = document_store(file.read_text(), source="test")
        document_ingest(document_id=document.pk, now=NOW)
    InboxDocument.objects.create(
        order_id="T3JkZXI6MQ==", version=1, captured_at=NOW, payload="{}", digest="0" * 64,
        source="hook", state=InboxState.REJECTED, reason="order.lines[0]: no shop",
    )  # fmt: skip
    User.objects.update(name="")  # The demo's names are words of roles.
    run_create(created_by=person("operateur"), cutoff=NOW, now=NOW)


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@alencon.example")


def office_pages() -> list[str]:
    """Return the addresses of the back-office's pages: lists, records, forms and questions."""
    run = SettlementRun.objects.get()
    rejected = InboxDocument.objects.get(state=InboxState.REJECTED)
    found = [
        reverse("admin:index"),
        reverse("admin:settlement_settlementrun_draft"),
        reverse("admin:settlement_settlementrun_approve", args=[run.pk]),
        reverse("admin:settlement_settlementrun_cancel", args=[run.pk]),
        reverse("admin:inbox_inboxdocument_replay_one", args=[rejected.pk]),
        reverse("admin:shops_shop_add"),
        *(
            reverse(f"admin:books_closedyear_{name}")
            for name in ("balance", "ledger", "aged", "sales")
        ),
    ]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        found += [reverse(f"{name}_change", args=[row.pk]) for row in model.objects.all()[:1]]
    return found


@pytest.mark.parametrize(
    ("language", "foreign"), [("en", french_only), ("fr", english_only)], ids=["en", "fr"]
)
def test_no_word_of_the_other_language_is_in_the_back_office(client, town, language, foreign):
    words = foreign()
    for name in ("operateur", "approbateur"):
        client.force_login(person(name))
        for url in office_pages():
            page = client.get(url, headers={"Accept-Language": language})
            if page.status_code == 200:
                assert left_over(page, words) == [], f"{url} for {name}"
                assert f'<html lang="{language}"' in page.content.decode(), url


@pytest.mark.parametrize(
    ("language", "foreign"), [("en", french_only), ("fr", english_only)], ids=["en", "fr"]
)
def test_no_word_of_the_other_language_is_on_the_merchants_pages(client, town, language, foreign):
    words = foreign()
    headers = {"Accept-Language": language}
    pages = [
        client.get(reverse("sign-in"), headers=headers),
        client.post(reverse("sign-in"), {"username": "x@y.fr", "password": "x"}, headers=headers),
        client.get(reverse("admin:login"), headers=headers),
    ]
    client.force_login(person("librairie"))
    counter = ("shop", "today", "search", "code", "preparation", "who", "team", "devices")
    pages += [client.get(reverse(f"counter:{name}"), headers=headers) for name in counter]
    pickup = Pickup.objects.filter(shop__members__user=person("librairie")).first()
    pages.append(client.get(reverse("counter:pickup", args=(pickup.pk,)), headers=headers))
    for page in pages:
        assert page.status_code == 200
        assert left_over(page, words) == []
        assert f'<html lang="{language}"' in page.content.decode()


def test_home_speaks_english_to_who_asks_for_it(client, town):
    client.force_login(person("operateur"))
    english = client.get(reverse("admin:index"), headers=ENGLISH)
    french = client.get(reverse("admin:index"))

    number = SettlementRun.objects.get().number
    assert f"Settlement run {number} waits for the approval of a second person." in shown(english)
    assert "1 document set aside: its order is not up to date in the books." in shown(english)
    assert {"Shop orders", "Payouts", "Last twelve weeks", "Hold"} <= set(shown(english))
    assert f"Le reversement {number} attend l'approbation d'une seconde personne." in shown(french)
    assert {"Commandes par boutique", "Virements", "Fonds détenus"} <= set(shown(french))


def test_a_third_language_gets_french(client):
    page = client.get(reverse("sign-in"), headers={"Accept-Language": "de"})
    assert page["Content-Language"] == "fr"
    assert "Se connecter" in shown(page)


def test_the_choice_of_a_language_is_kept_and_leads_back(client):
    page = client.get(reverse("sign-in"), {"next": "/boutique/"})
    assert 'name="language" value="en" lang="en">English</button>' in page.content.decode()

    chosen = client.post(
        reverse("set_language"), {"language": "en", "next": "/connexion/?next=/boutique/"}
    )

    assert chosen.url == "/connexion/?next=/boutique/"
    assert chosen.cookies["django_language"].value == "en"
    assert chosen.cookies["django_language"]["max-age"] == 365 * 24 * 3600
    back = client.get(reverse("sign-in"), headers={"Accept-Language": "fr"})
    assert back["Content-Language"] == "en"
    assert 'name="language" value="fr" lang="fr">Français</button>' in back.content.decode()


def test_the_back_office_offers_both_languages(client, town):
    client.force_login(person("operateur"))
    page = client.get(reverse("admin:index")).content.decode()
    assert 'action="/langue/"' in page
    assert re.findall(r'<input name="language" type="hidden" value="(..)">', page) == ["fr", "en"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", ["1\u202f234,56\u00a0€", "\u22120,05\u00a0€", "3\u202f000\u00a0€", "5,5\u00a0%"]),
        ("en", ["€1,234.56", "\u2212€0.05", "€3,000", "5.5%"]),
    ],
)
def test_figures_are_written_as_the_reader_writes_them(language, expected):
    with override(language):
        shown = [amount_text(123456), amount_text(-5), units_text(3000), rate_text(550)]
    assert shown == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fr", ["1er\u00a0octobre 2026", "01/10"]), ("en", ["Oct. 1, 2026", "1 Oct"])],
)
def test_days_are_written_as_the_reader_writes_them(language, expected):
    day = datetime.date(2026, 10, 1)
    with override(language):
        assert [date_text(day), day_text(day)] == expected


def test_a_refusal_speaks_the_language_of_the_page(town):
    run = SettlementRun.objects.get()
    with override("en"), pytest.raises(SettlementError, match="a second person must approve it"):
        run_approve(run_id=run.pk, approved_by=run.created_by, now=NOW)
    with override("fr"), pytest.raises(SettlementError, match="une seconde personne doit"):
        run_approve(run_id=run.pk, approved_by=run.created_by, now=NOW)


def test_documents_are_french_whoever_asks_for_them(client, town):
    client.force_login(person("approbateur"))
    run = SettlementRun.objects.get()
    statement = run.statements.first()
    journal = reverse("admin:ledger_transaction_journal")
    csv = reverse("admin:settlement_statement_csv", args=[statement.pk])

    def both(url):
        french, english = client.get(url), client.get(url, headers=ENGLISH)
        return [b"".join(each) for each in (french, english)]

    french, english = both(journal)
    assert french == english
    assert "encaissement" in french.decode()
    assert "Boutiques, fonds détenus" in french.decode()
    french, english = both(csv)
    assert french == english


def test_a_run_made_in_english_says_the_same_to_the_bank_and_the_shops(town):
    with override("en"):
        run = SettlementRun.objects.get()
        run = run_approve(run_id=run.pk, approved_by=person("approbateur"), now=NOW)
    assert f"Reversement {run.number}" in bytes(run.payment_file).decode()
    assert "Settlement" not in bytes(run.payment_file).decode()


def test_the_french_words_of_unfold_are_whole() -> None:
    own = read_catalogue(PACKAGE / "office/locale/fr/LC_MESSAGES/django.po")
    assert [texts(each)[0] for each in own if each.fuzzy or not all(translations(each))] == []
    assert [texts(each)[0] for each in own if len(texts(each)) != len(translations(each))] == []


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 payouts returned by the bank: check the shops' IBANs."),
        (1, "1 payout returned by the bank: check the shop's IBAN."),
        (2, "2 payouts returned by the bank: check the shops' IBANs."),
    ],
)
def test_english_counts_as_english_does(count: int, text: str) -> None:
    with override("en"):
        plural = ngettext(
            "%(count)d virement retourné par la banque : vérifiez l'IBAN de la boutique.",
            "%(count)d virements retournés par la banque : vérifiez les IBAN des boutiques.",
            count,
        )
    assert plural % {"count": count} == text
