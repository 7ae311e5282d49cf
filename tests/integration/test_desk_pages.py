"""The counter's pages: what they show to whom, and what a device may send."""

import json
import re
import uuid
from html import unescape
from importlib.resources import files

import pytest
from django.contrib.auth.hashers import check_password
from django.urls import reverse

from saleor_alencon.accounts.models import User
from saleor_alencon.desk.models import Action, Device
from saleor_alencon.desk.pins import pin_set
from saleor_alencon.domain.shop_orders import PickupState
from saleor_alencon.orders.models import Pickup
from saleor_alencon.outputs.theme import load_tokens
from saleor_alencon.pickups.models import PickupEvent
from saleor_alencon.shops.models import ShopMember
from tests.integration.small_town import NOW
from tests.integration.test_desk import person, pickup_of, prepare_town

pytestmark = pytest.mark.django_db
PAGES = ("today", "today-list", "search", "code", "preparation", "who", "team", "devices")


@pytest.fixture
def one(client) -> User:
    prepare_town()
    user = person("Une")
    client.force_login(user)
    return user


def text(answer) -> str:
    return unescape(answer.content.decode())


def entry(user: User, **fields) -> dict:
    """Return what a device's queue sends."""
    moment = "2026-11-25T09:00:00Z"
    return {"key": str(uuid.uuid4()), "actor": str(user.pk), "made_at": moment, **fields}


def send(client, item: dict):
    return client.post(reverse("counter:act"), json.dumps(item), content_type="application/json")


@pytest.mark.parametrize("name", PAGES)
def test_each_page_runs_own_scripts_only_and_is_kept_by_no_cache_on_the_way(client, one, name):
    answer = client.get(reverse(f"counter:{name}"))

    assert answer.status_code == 200
    assert (
        "default-src 'none'; script-src 'self'; style-src 'self'"
        in (answer["Content-Security-Policy"])
    )
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"
    assert re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", text(answer)) is None


def test_the_shop_page_s_own_pickup_and_nobody_elses(client, one):
    theirs = pickup_of("fromagerie")

    page = text(client.get(reverse("counter:today")))

    assert f'data-code="{pickup_of().code}"' in page
    assert theirs.code not in page
    assert client.get(reverse("counter:pickup", args=(theirs.pk,))).status_code == 404
    assert client.get(reverse("counter:code"), {"code": theirs.code}).status_code == 404
    found = client.get(reverse("counter:search"), {"q": theirs.code}, headers={"HX-Request": "1"})
    assert "Rien n'est trouvé" in text(found)


def test_a_typed_or_scanned_code_leads_to_its_pickup_and_hands_it_over(client, one):
    pickup = pickup_of()

    led = client.get(reverse("counter:code"), {"code": pickup.qr_text.lower()})
    page = text(client.get(led.url))
    key = re.search(
        r'name="key" value="([^"]+)"><input type="hidden" name="kind" value="hand', page
    )
    fields = {"key": key[1], "kind": "hand_over", "pickup": pickup.pk, "code": pickup.code}
    done = client.post(reverse("counter:act"), {**fields, "stay": "1"}, follow=True)
    twice = client.post(reverse("counter:act"), {**fields, "stay": "1"}, follow=True)

    assert led.url == f"/boutique/comptoir/{pickup.pk}?code={pickup.code}"
    assert "Le code du client est le bon." in page
    for answer in (done, twice):
        assert f"Retrait {pickup.code} remis." in text(answer)
    assert PickupEvent.objects.count() == Action.objects.count() == 1


def test_a_new_order_offers_accept_then_ready_then_hand_over(client, one):
    pickup = pickup_of()
    seen = []
    for kind in ("accept", "ready"):
        page = text(client.get(reverse("counter:today-list")))
        seen.append(re.findall(r'name="kind" value="(\w+)"', page))
        assert send(client, entry(one, kind=kind, pickup=pickup.pk)).status_code == 200
    page = text(client.get(reverse("counter:today-list")))

    assert seen == [["accept"], ["ready"]]
    assert f'<a class="button" href="/boutique/comptoir/{pickup.pk}">Remettre</a>' in page


def test_numbers_above_a_thousand_are_sent_as_they_are(client, one):
    Pickup.objects.filter(pk=pickup_of().pk).update(id=1234567)

    listed = text(client.get(reverse("counter:today-list")))
    page = text(client.get(reverse("counter:pickup", args=(1234567,))))

    assert 'data-newest="1234567"' in listed
    assert 'name="pickup" value="1234567"' in listed
    assert 'name="pickup" value="1234567"' in page
    assert re.search(r'name="pieces-\d+"', page)


def test_the_list_says_which_order_is_new(client, one):
    page = text(client.get(reverse("counter:today-list")))
    assert f'data-newest="{pickup_of().pk}" data-new="1 nouvelle commande"' in page
    send(client, entry(one, kind="accept", pickup=pickup_of().pk))
    page = text(client.get(reverse("counter:today-list")))
    assert 'data-newest="0" data-new="0 nouvelles commandes"' in page


def test_a_queued_action_is_answered_and_a_second_one_told_by_whom_and_when(client, one):
    pickup = pickup_of()
    fields = {"kind": "hand_over", "pickup": pickup.pk, "without_code": "1"}

    done = send(client, entry(one, **fields))
    refused = send(client, entry(one, **fields))

    assert (done.status_code, done.json()["done"]) == (200, True)
    assert (refused.status_code, refused.json()["done"]) == (409, False)
    assert re.fullmatch(
        rf"Le retrait {pickup.code} est « remis » depuis le .+ \d\d:\d\d, par Une\.",
        refused.json()["text"],
    )


@pytest.mark.parametrize(
    "change",
    [{"kind": "dance"}, {"key": "x"}, {"pickup": "x"}, {"pieces-1": "x"}, {"kind": None}],
)
def test_what_is_malformed_does_nothing(client, one, change):
    item = entry(one, kind="accept", pickup=pickup_of().pk) | change
    answer = send(client, item)
    assert answer.status_code == 422
    assert answer.json()["done"] is False
    assert not Action.objects.exists()


@pytest.mark.parametrize("body", ["[]", "{", "null", '"x"'])
def test_what_is_no_object_does_nothing(client, one, body):
    answer = client.post(reverse("counter:act"), body, content_type="application/json")
    assert answer.status_code == 422


def test_an_action_is_sent_by_nobody_else_than_who_made_it(client, one):
    two = person("Deux")
    refused = send(client, entry(two, kind="accept", pickup=pickup_of().pk))
    assert refused.status_code == 423
    assert not Action.objects.exists()


def test_a_device_without_token_or_session_changes_nothing(one):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    item = entry(one, kind="accept", pickup=pickup_of().pk)
    assert send(strict, item).status_code == 403
    strict.force_login(one)
    assert send(strict, item).status_code == 403
    token = strict.get(reverse("counter:me")).json()["csrf"]
    answer = strict.post(
        reverse("counter:act"), json.dumps(item), content_type="application/json",
        headers={"X-CSRFToken": token},
    )  # fmt: skip
    assert answer.status_code == 200


def test_who_takes_over_by_pin_is_recorded_and_the_own_account_is_closed_to_them(client, one):
    two = person("Deux")
    for user, pin in ((one, "4917"), (two, "2580")):
        pin_set(user_id=user.pk, pin=pin, now=NOW)
    wrong = client.post(reverse("counter:who"), {"person": two.pk, "pin": "2581"}, follow=True)
    assert "Ce code n'est pas le bon." in text(wrong)
    client.post(reverse("counter:who"), {"person": two.pk, "pin": "2580"})

    answer = client.post(
        reverse("counter:act"),
        {"key": uuid.uuid4(), "kind": "accept", "pickup": pickup_of().pk},
    )

    assert answer.status_code == 302
    assert PickupEvent.objects.get().done_by == two
    action = Action.objects.get()
    assert (action.done_by, action.signed_in) == (two, one)
    assert "Librairie · Deux" in text(client.get(reverse("counter:today")))
    client.post(reverse("counter:team"), {"pin": "7391", "again": "7391"})
    one.refresh_from_db()
    assert one.pin.set_at == NOW
    assert "<code>" not in text(client.get(reverse("counter:devices")))
    assert client.get(reverse("counter:me")).json()["actor"] == two.pk
    ShopMember.objects.filter(user=two).delete()
    assert client.get(reverse("counter:me")).json()["actor"] == one.pk


def test_a_person_chooses_a_pin_and_must_type_it_twice_alike(client, one):
    differ = client.post(reverse("counter:team"), {"pin": "2580", "again": "2581"}, follow=True)
    assert "Les deux codes ne sont pas les mêmes." in text(differ)
    client.post(reverse("counter:team"), {"pin": "2580", "again": "2580"})
    one.refresh_from_db()
    assert check_password("2580", one.pin.digest)
    assert "2580" not in one.pin.digest


def test_signing_out_elsewhere_ends_that_session_at_its_next_request(client, one):
    from django.test import Client

    other = Client(headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/126.0"})
    other.force_login(one)
    assert other.get(reverse("counter:today")).status_code == 200
    page = text(client.get(reverse("counter:devices")))
    assert "Chrome · Android" in page
    device = re.search(r'name="device" value="(\d+)"', page)[1]

    client.post(reverse("counter:devices"), {"device": device})

    assert other.get(reverse("counter:today")).url.startswith(reverse("sign-in"))
    assert client.get(reverse("counter:today")).status_code == 200
    assert Device.objects.filter(ended_by=one).count() == 1


def test_the_preparation_list_sums_the_articles_of_all_orders(client, one):
    page = text(client.get(reverse("counter:preparation")))
    assert "☐ 3 ×" in page
    assert page.count("<section") == 1
    Pickup.objects.update(state=PickupState.READY)
    assert "Rien n'est à préparer." in text(client.get(reverse("counter:preparation")))


def test_the_counter_is_installable(client):
    manifest = client.get(reverse("counter:manifest"))
    worker = client.get(reverse("counter:worker"))

    assert manifest["Content-Type"] == "application/manifest+json"
    assert manifest.json()["start_url"] == "/boutique/comptoir/"
    sizes = {icon["sizes"] for icon in manifest.json()["icons"]}
    assert sizes == {"192x192", "512x512"}
    assert worker["Service-Worker-Allowed"] == "/boutique/"
    assert worker.content.decode().startswith('const VERSION = "')
    assert "Set-Cookie" not in worker.headers


def test_strangers_and_merchants_without_a_shop_see_nothing(client):
    for name in PAGES:
        assert client.get(reverse(f"counter:{name}")).url.startswith(reverse("sign-in"))
    client.force_login(User.objects.create_user("sans-boutique@alencon.example", "x" * 12))
    for name in PAGES:
        assert client.get(reverse(f"counter:{name}")).status_code == 404


def test_the_counters_colours_are_the_themes():
    sheet = files("saleor_alencon").joinpath("counter/static/counter/counter.css").read_text()
    light, dark = sheet.split("@media (prefers-color-scheme: dark)")
    tokens, compared = load_tokens(), 0
    for part, palette in ((light, tokens.light), (dark.split("/* Names")[0], tokens.dark)):
        for name, value in re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part):
            assert palette[name.replace("-", "_")] == value, name
            compared += 1
    assert compared == 40
