"""The Office on the way to its launch: who is committed, what blocks each, and what mends it."""

import datetime
import re
from typing import Any
from unittest import mock

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.catalogue.models import ImportJob, ImportState
from saleor_alencon.domain.opening_hours import ExceptionalDay, OpeningHours, Period
from saleor_alencon.domain.shop_checklist import Item
from saleor_alencon.office.launch_chart import committed_weeks, launch_chart
from saleor_alencon.office.shop_cures import checklist_lines
from saleor_alencon.onboarding import publishing
from saleor_alencon.onboarding.facts import progress_of
from saleor_alencon.provisioning.models import ShopProvision
from saleor_alencon.shops.models import Association, Dues, Shop, ShopEvent, ShopMember, ShopState
from saleor_alencon.shops.services import shop_close, shop_commit

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 25, 9, tzinfo=datetime.UTC)  # a Wednesday
WEEK = datetime.timedelta(weeks=1)
HOURS = OpeningHours(week=((Period.of("09:00", "19:00"),),) * 6 + ((),))
COMPLETE = {
    "contact_name": "gérance", "email": "m@alencon.example", "phone": "02 33 00 00 00",
    "legal_name": "Mercerie SARL", "siret": "90797728400013",
    "address_line": "3 rue aux Sieurs", "postal_code": "61000", "city": "Alençon",
    "agreement_signed_on": NOW.date(), "iban": "FR7630006000011234567890189", "bic": "AGRIFRPP",
    "hours": HOURS.to_json(),
}  # fmt: skip


def person(role: str) -> User:
    return User.objects.create_user(f"{role}@alencon.example", "x" * 12, role=role)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def operator() -> User:
    return person(Role.OPERATOR)


def make_shop(slug: str, state: str = "committed", **fields: Any) -> Shop:
    return Shop.objects.create(slug=slug, name=slug.title(), state=state, **fields)


def complete_shop(slug: str, state: str = "approved") -> Shop:
    """Return a shop whose checklist has nothing left."""
    shop = make_shop(slug, state, **COMPLETE)
    Dues.objects.create(shop=shop, year=timezone.localdate().year)
    ShopProvision.objects.create(shop=shop, warehouse_id="w", provisioned_at=NOW)
    ImportJob.objects.create(
        shop=shop, created_at=NOW, file_name="x.csv", digest="0", state=ImportState.DONE, created=3
    )
    return shop


def launch(client: Client, query: str = "") -> Any:
    response = client.get(reverse("admin:shops_shop_launch") + query)
    assert response.status_code == 200
    return response


def names(response: Any) -> list[str]:
    return [row.shop.slug for row in response.context["rows"]]


def test_the_launch_page_counts_members_against_the_goal(operator: User) -> None:
    Association.objects.create(id=1, name="Office", legal_name="Office", launch_goal=8)
    for slug, state in {
        "a": "prospect",
        "b": "committed",
        "c": "approved",
        "d": "live",
        "e": "suspended",
        "f": "closed",
    }.items():
        make_shop(slug, state)

    page = launch(signed_in(operator))

    assert (page.context["committed"], page.context["goal"], page.context["percent"]) == (4, 8, 50)
    assert "4 boutiques engagées sur 8" in page.content.decode()
    assert names(page) == ["a", "b", "c", "d", "e"]  # a closed shop is on no way


def test_the_goal_is_forty_unless_the_association_says_otherwise(operator: User) -> None:
    make_shop("a")

    assert "1 boutique engagée sur 40" in launch(signed_in(operator)).content.decode()


def test_each_blocker_is_counted_and_narrows_the_list(operator: User) -> None:
    complete_shop("prete")
    make_shop("vide")
    make_shop("sans-banque", **COMPLETE | {"iban": "", "bic": ""})
    client = signed_in(operator)

    page = launch(client)
    counts = {choice.text: choice.count for choice in page.context["blockers"]}

    assert counts == {
        "Personne à joindre": 1,
        "Identité de l'entreprise": 1,
        "Adresse": 1,
        "Convention signée": 1,
        "Cotisation de l'année": 2,
        "Compte bancaire": 2,
        "Horaires": 1,
        "Mise en place dans Saleor": 2,
        "Articles importés": 2,
    }
    assert names(page) == ["prete", "sans-banque", "vide"]  # the nearest to its opening first
    assert names(launch(client, "?blocage=bank")) == ["sans-banque", "vide"]
    assert names(launch(client, "?blocage=hours")) == ["vide"]
    assert names(launch(client, "?etat=approved")) == ["prete"]
    assert names(launch(client, "?etat=approved&blocage=hours")) == []


def test_a_line_says_what_is_missing_and_leads_to_where_it_is_put_right(operator: User) -> None:
    shop = make_shop("vide")
    lines = {line.item: line for line in checklist_lines(progress_of([shop], NOW)[0])}

    assert lines[Item.ADDRESS].text == "Adresse (adresse, code postal, ville)"
    page = reverse("admin:shops_shop_change", args=(shop.pk,))
    assert {item: line.url for item, line in lines.items()} == {
        Item.CONTACT: f"{page}#id_contact_name",
        Item.IDENTITY: f"{page}#id_legal_name",
        Item.ADDRESS: f"{page}#id_address_line",
        Item.AGREEMENT: f"{page}#id_agreement_signed_on",
        Item.DUES: f"{page}#dues-group",
        Item.BANK: f"{page}#id_iban",
        Item.HOURS: reverse("admin:shops_shop_hours", args=(shop.pk,)),
        Item.PROVISIONED: reverse("admin:shops_shop_provision", args=(shop.pk,)),
        Item.PRODUCTS: reverse("admin:shops_shop_import_catalogue", args=(shop.pk,)),
    }
    client = signed_in(operator)
    content = client.get(page).content.decode()
    for line in lines.values():
        assert client.get(line.url, follow=True).status_code == 200
        if "#" in line.url:
            assert f'id="{line.url.split("#")[1]}"' in content


def test_the_page_asks_as_much_for_forty_shops_as_for_one(
    operator: User, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(operator)
    complete_shop("un")
    with django_assert_max_num_queries(20) as one:
        launch(client)
    for number in range(39):
        make_shop(f"shop-{number}")
    with django_assert_max_num_queries(len(one)):
        launch(client)


def test_every_role_of_the_office_sees_the_launch_and_a_merchant_does_not() -> None:
    for role in (Role.ADMINISTRATOR, Role.OPERATOR, Role.APPROVER, Role.AUDITOR):
        launch(signed_in(person(role)))

    merchant = signed_in(person(Role.MERCHANT))
    assert merchant.get(reverse("admin:shops_shop_launch")).status_code == 302


def test_committed_shops_are_counted_week_by_week_from_their_history(operator: User) -> None:
    early, late = make_shop("early", "prospect"), make_shop("late", "prospect")
    for shop, weeks in ((early, 3), (late, 1)):
        ShopEvent.objects.create(
            shop=shop, kind="recorded", state="prospect", done_at=NOW - 10 * WEEK
        )
        shop_commit_complete(shop, operator, NOW - weeks * WEEK)
    shop_close(shop_id=early.pk, done_by=operator, now=NOW, reason="Départ", open_orders=0)

    weeks = committed_weeks(NOW, datetime.UTC)

    assert [week.committed for week in weeks] == [0] * 8 + [1, 1, 2, 1]
    assert weeks[-1].monday == datetime.date(2026, 11, 23)


def shop_commit_complete(shop: Shop, operator: User, now: datetime.datetime) -> None:
    Shop.objects.filter(pk=shop.pk).update(**COMPLETE)
    shop_commit(shop_id=shop.pk, done_by=operator, now=now)


def test_the_charts_bars_and_the_goals_line_stay_within_the_frame(operator: User) -> None:
    make_shop("a")
    for goal in (1, 40, 1000):
        chart = launch_chart(committed_weeks(NOW, datetime.UTC), goal)
        assert len(chart["bars"]) == 12
        assert 0 < chart["goal_y"] < chart["height"]
        for bar in chart["bars"]:
            assert chart["left"] <= bar["x"] <= chart["right"] - bar["width"]
            assert 0 <= bar["number_y"] <= bar["y"] <= chart["height"]


# --- Hours ---------------------------------------------------------------------------------------


def hours_data(**more: str) -> dict[str, str]:
    """Return what the page sends: open on Mondays, two rows for exceptional days."""
    data = {
        "exceptions-TOTAL_FORMS": "2",
        "exceptions-INITIAL_FORMS": "0",
        "preparation_minutes": "90",
        "slot_minutes": "30",
        "cut_off": "17:00",
        "pickup_note": "Sonner à la porte bleue.",
        "day0_opens_0": "09:00",
        "day0_closes_0": "12:30",
        "day0_opens_1": "14:00",
        "day0_closes_1": "19:00",
    }
    return data | more


@pytest.fixture(params=["office", "merchant"])
def hours_editor(request: Any, operator: User) -> tuple[Client, str, Shop]:
    """Give the same page as an operator and as the shop's merchant meet it."""
    shop = make_shop("mercerie", "committed")
    if request.param == "office":
        return signed_in(operator), reverse("admin:shops_shop_hours", args=(shop.pk,)), shop
    merchant = person(Role.MERCHANT)
    ShopMember.objects.create(shop=shop, user=merchant)
    return signed_in(merchant), reverse("counter:hours"), shop


def test_hours_are_given_with_a_holiday_and_kept_with_who_and_when(hours_editor: Any) -> None:
    client, url, shop = hours_editor
    first = timezone.localdate() + datetime.timedelta(days=10)
    last = first + datetime.timedelta(days=2)

    response = client.post(
        url,
        hours_data(
            **{"exceptions-0-first": first.isoformat(), "exceptions-0-last": last.isoformat()}
        ),
    )

    assert response.status_code == 302
    shop.refresh_from_db()
    hours = shop.opening_hours
    assert hours.week[0] == (Period.of("09:00", "12:30"), Period.of("14:00", "19:00"))
    assert hours.week[1:] == ((),) * 6
    days = [first + datetime.timedelta(days=number) for number in range(3)]
    assert hours.exceptions == tuple(ExceptionalDay(day, ()) for day in days)
    assert (hours.preparation_minutes, hours.slot_minutes, hours.cut_off_minutes) == (90, 30, 1020)
    assert shop.pickup_note == "Sonner à la porte bleue."
    event = ShopEvent.objects.get(shop=shop)
    assert (event.kind, event.detail) == ("hours", {"hours": None, "pickup_note": ""})
    page = client.get(url).content.decode()
    assert f'value="{first.isoformat()}"' in page
    assert f'value="{last.isoformat()}"' in page


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"day0_closes_0": ""}, "Donnez l’heure d’ouverture et celle de fermeture."),
        ({"day0_closes_0": "08:00"}, "La fermeture vient après l’ouverture ; 00:00 est minuit."),
        ({"day0_opens_1": "12:00"}, "Une période commence après la fin de celle d’avant."),
        ({"exceptions-0-last": "2099-01-01"}, "Donnez le premier jour."),
        ({"exceptions-0-first": "2099-01-01"}, "Ce jour est à plus de deux ans."),
    ],
)
def test_hours_that_cannot_be_are_refused_on_the_page_and_nothing_changes(
    hours_editor: Any, wrong: dict[str, str], message: str
) -> None:
    client, url, shop = hours_editor

    response = client.post(url, hours_data(**wrong))

    assert response.status_code == 200
    text = response.content.decode().replace("&#x27;", "’").replace("'", "’")
    assert message in text
    shop.refresh_from_db()
    assert shop.hours is None
    assert not ShopEvent.objects.exists()


def test_a_day_given_twice_is_named(hours_editor: Any) -> None:
    client, url, _shop = hours_editor
    day = (timezone.localdate() + datetime.timedelta(days=30)).isoformat()
    twice = {"exceptions-0-first": day, "exceptions-1-first": day}

    response = client.post(url, hours_data(**twice))

    assert re.search(r"Le .+ est donné deux fois\.", response.content.decode())


# --- Saleor --------------------------------------------------------------------------------------


@pytest.fixture
def asked(settings: Any, monkeypatch: Any) -> list[int]:
    """Keep the shops that Saleor would be told of."""
    settings.SALEOR_API_URL = "http://127.0.0.1:9/graphql/"
    found: list[int] = []
    monkeypatch.setattr(publishing.provision_shop, "delay", found.append)
    return found


@pytest.mark.parametrize(
    ("state", "step", "told"),
    [("committed", "approve", True), ("approved", "open", True), ("live", "suspend", True),
     ("suspended", "resume", True), ("live", "close", True), ("prospect", "commit", False)],
)  # fmt: skip
def test_a_step_tells_saleor_when_the_shop_belongs_there(
    operator: User, asked: list[int], state: str, step: str, told: bool
) -> None:
    shop = complete_shop("mercerie", state)
    url = reverse(f"admin:shops_shop_{step}", args=(shop.pk,))
    client = signed_in(operator)

    assert client.get(url).status_code == 200
    client.post(url, {"reason": "Inventaire"})

    event = ShopEvent.objects.get(shop=shop)
    assert (event.kind, event.done_by, event.reason) == (step, operator, "Inventaire")
    assert asked == ([shop.pk] if told else [])


def test_a_shop_that_was_never_in_saleor_closes_without_it(
    operator: User, asked: list[int]
) -> None:
    shop = make_shop("jamais", "committed", **COMPLETE)

    signed_in(operator).post(
        reverse("admin:shops_shop_close", args=(shop.pk,)), {"reason": "Renonce"}
    )

    shop.refresh_from_db()
    assert (shop.state, asked) == (ShopState.CLOSED, [])


def test_an_incomplete_shop_is_told_what_it_lacks_before_it_opens(operator: User) -> None:
    shop = make_shop("presque", "approved", **COMPLETE | {"iban": ""})

    response = signed_in(operator).get(
        reverse("admin:shops_shop_open", args=(shop.pk,)), follow=True
    )

    told = " ".join(str(message) for message in response.context["messages"])
    for item in ("Compte bancaire (IBAN)", "Cotisation de l'année", "Mise en place dans Saleor"):
        assert item in told


def test_provisioning_is_asked_for_done_and_told(operator: User, monkeypatch: Any) -> None:
    from saleor_alencon.office.admin import provisions

    shop = make_shop("mercerie", "approved", **COMPLETE)
    url = reverse("admin:shops_shop_provision", args=(shop.pk,))
    client = signed_in(operator)
    done = mock.Mock(return_value=[])
    monkeypatch.setattr(provisions, "office_client", mock.MagicMock())
    monkeypatch.setattr(provisions, "office_staff_login", mock.MagicMock())
    monkeypatch.setattr(provisions, "shop_provision", done)

    assert "Mettre « Mercerie » en place dans Saleor ?" in client.get(url).content.decode()
    done.assert_not_called()
    response = client.post(url, follow=True)

    assert done.call_args.kwargs["shop"] == shop
    told = [str(message) for message in response.context["messages"]]
    assert told == ["mercerie : rien à changer"]


def test_without_a_saleor_provisioning_says_which_settings_are_missing(operator: User) -> None:
    shop = make_shop("mercerie", "approved", **COMPLETE)

    response = signed_in(operator).post(
        reverse("admin:shops_shop_provision", args=(shop.pk,)), follow=True
    )

    told = " ".join(str(message) for message in response.context["messages"])
    assert "SALEOR_API_URL et SALEOR_APP_TOKEN doivent être définis" in told


def test_the_page_of_a_shop_in_saleor_shows_what_failed_and_what_differs(operator: User) -> None:
    failed = ShopProvision.objects.create(
        shop=make_shop("cave", "live"), failed_at=NOW, last_error="Saleor ne répond pas"
    )
    differs = ShopProvision.objects.create(
        shop=make_shop("mercerie", "live"),
        warehouse_id="w",
        provisioned_at=NOW,
        drift=[{"place": "warehouse", "field": "name", "wanted": "Mercerie", "found": "Autre"}],
    )
    client = signed_in(operator)

    text = client.get(reverse("admin:provisioning_shopprovision_changelist")).content.decode()

    assert "Saleor ne répond pas" in text
    assert "entrepôt, nom : « Autre » au lieu de « Mercerie »" in text
    for row in (failed, differs):
        url = reverse("admin:provisioning_shopprovision_change", args=(row.pk,))
        assert client.get(url).status_code == 200


def test_only_operators_and_administrators_bring_shops_into_saleor() -> None:
    shop = make_shop("mercerie", "approved", **COMPLETE)
    url = reverse("admin:shops_shop_provision", args=(shop.pk,))
    for role, status in (
        (Role.ADMINISTRATOR, 200),
        (Role.OPERATOR, 200),
        (Role.APPROVER, 403),
        (Role.AUDITOR, 403),
        (Role.MERCHANT, 302),
    ):
        assert signed_in(person(role)).get(url).status_code == status


def test_a_shop_in_saleor_is_never_edited_by_hand(operator: User) -> None:
    request = RequestFactory().get("/")
    request.user = operator
    model_admin = admin.site._registry[ShopProvision]

    assert not model_admin.has_add_permission(request)
    assert not model_admin.has_change_permission(request)
    assert not model_admin.has_delete_permission(request)


def test_the_import_form_opens_with_the_shop_chosen(operator: User) -> None:
    shop = make_shop("mercerie", "approved", **COMPLETE)

    response = signed_in(operator).get(
        reverse("admin:shops_shop_import_catalogue", args=(shop.pk,)), follow=True
    )

    assert f'<option value="{shop.pk}" selected>' in response.content.decode()
