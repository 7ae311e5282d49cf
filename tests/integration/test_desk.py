"""The counter's services: actions done once, PINs, devices, and what is brought back."""

import datetime
import threading
import uuid

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.desk import saleor_accounts
from saleor_alencon.desk.devices import (
    DeviceError,
    device_end,
    device_label,
    device_seen,
    devices_end_others,
    devices_of,
)
from saleor_alencon.desk.models import Action, ActionKind, Device, Pin
from saleor_alencon.desk.pins import PinError, pin_check, pin_set
from saleor_alencon.desk.services import ActionMalformed, Asked, action_run
from saleor_alencon.domain.shop_orders import PickupState, ShopOrderState
from saleor_alencon.orders.models import Pickup
from saleor_alencon.pickups.errors import PickupError
from saleor_alencon.pickups.finding import pickups_search
from saleor_alencon.pickups.models import PickupEvent, SaleorCommand
from saleor_alencon.pickups.returning import lines_return
from saleor_alencon.pickups.services import pickup_accept
from saleor_alencon.saleor_api.client import SaleorRefused
from saleor_alencon.shops.models import Shop, ShopMember
from tests.integration.small_town import (
    NOW,
    Basket,
    Line,
    Tender,
    open_town,
    order_line,
    shop_order,
)

MINUTE = datetime.timedelta(minutes=1)


def person(name: str, shop: str = "librairie") -> User:
    user = User.objects.create_user(f"{name}@alencon.example", "un-mot-de-passe-long", name=name)
    ShopMember.objects.create(user=user, shop=Shop.objects.get(slug=shop))
    return user


def prepare_town() -> Basket:
    open_town()
    basket = Basket(
        "700", [Line("librairie", 1000, pieces=3), Line("fromagerie", 700)], [Tender(1700)]
    )
    basket.deliver()
    return basket


@pytest.fixture
def basket(db) -> Basket:
    return prepare_town()


def pickup_of(shop: str = "librairie", number: str = "700") -> Pickup:
    return Pickup.objects.get(shop__slug=shop, shop_order__order__number=number)


def run(asked: Asked, who: User, *, key=None, made_at=NOW, now=NOW) -> Action:
    return action_run(
        key=key or uuid.uuid4(), asked=asked, shop_id=pickup_of().shop_id, done_by=who,
        signed_in=who, made_at=made_at, now=now,
    )  # fmt: skip


def test_a_repeated_key_gets_the_first_answer_and_does_nothing(basket):
    one, key = person("Une"), uuid.uuid4()
    asked = Asked(ActionKind.HAND_OVER, code=pickup_of().code)

    first = run(asked, one, key=key)
    again = run(asked, one, key=key, now=NOW + MINUTE)

    assert (first.done, first.answer) == (True, f"Retrait {pickup_of().code} remis.")
    assert (again.pk, again.answer) == (first.pk, first.answer)
    assert PickupEvent.objects.count() == SaleorCommand.objects.count() == 1


def test_a_refused_action_keeps_its_answer_too(basket):
    one, two, key = person("Une"), person("Deux"), uuid.uuid4()
    asked = Asked(ActionKind.HAND_OVER, pickup_id=pickup_of().pk, without_code=True)
    run(asked, one)

    refused = run(asked, two, key=key)

    words = f"Le retrait {pickup_of().code} est « remis » depuis le 25 novembre 2026 10:00, par Une"
    assert (refused.done, refused.answer) == (False, f"{words}.")
    Pickup.objects.update(state=PickupState.READY)
    assert run(asked, two, key=key).answer == refused.answer
    assert PickupEvent.objects.filter(step="hand_over").count() == 1


def test_a_key_that_served_for_something_else_is_refused(basket):
    one, key = person("Une"), uuid.uuid4()
    run(Asked(ActionKind.ACCEPT, pickup_id=pickup_of().pk), one, key=key)

    with pytest.raises(ActionMalformed, match="a déjà servi à autre chose"):
        run(Asked(ActionKind.READY, pickup_id=pickup_of().pk), one, key=key)


def test_another_shops_pickup_is_neither_found_nor_changed(basket):
    one = person("Une")
    theirs = pickup_of("fromagerie")

    by_number = run(Asked(ActionKind.READY, pickup_id=theirs.pk), one)
    by_code = run(Asked(ActionKind.HAND_OVER, code=theirs.code), one)

    assert by_number.answer == "Ce retrait n'est pas de votre boutique."
    assert "Aucun retrait de cette boutique" in by_code.answer
    assert (by_number.done, by_code.done) == (False, False)
    theirs.refresh_from_db()
    assert theirs.state == PickupState.TO_PREPARE


def test_a_wrong_code_hands_nothing_over(basket):
    Basket("701", [Line("librairie", 500)], [Tender(500)]).deliver()
    one, other = person("Une"), pickup_of(number="701")

    refused = run(Asked(ActionKind.HAND_OVER, pickup_id=pickup_of().pk, code=other.code), one)
    empty = run(Asked(ActionKind.HAND_OVER, pickup_id=pickup_of().pk), one)

    assert refused.answer == "Ce code est celui d'un autre retrait de votre boutique."
    assert empty.done is False
    assert not PickupEvent.objects.exists()


def test_what_was_made_offline_and_without_code_says_so_in_the_trace(basket):
    one = person("Une")
    asked = Asked(ActionKind.HAND_OVER, pickup_id=pickup_of().pk, without_code=True)

    run(asked, one, made_at=NOW - 18 * MINUTE, now=NOW)

    event = PickupEvent.objects.get()
    assert (event.done_at, event.done_by) == (NOW, one)
    assert event.detail == "sans code, nom vérifié, fait hors ligne à 09:42"


def test_an_action_from_the_future_is_dated_now(basket):
    action = run(
        Asked(ActionKind.ACCEPT, pickup_id=pickup_of().pk), person("Une"), made_at=NOW + MINUTE
    )
    assert action.made_at == NOW


def test_an_order_is_accepted_once(basket):
    one, two = person("Une"), person("Deux")
    pickup_accept(pickup_id=pickup_of().pk, done_by=one, now=NOW)
    with pytest.raises(
        PickupError, match=r"déjà accepté depuis le 25 novembre 2026 10:00, par Une"
    ):
        pickup_accept(pickup_id=pickup_of().pk, done_by=two, now=NOW + MINUTE)
    assert PickupEvent.objects.count() == 1
    assert pickup_of().state == PickupState.TO_PREPARE


def test_the_same_key_from_eight_connections_is_done_once(own_database):
    prepare_town()
    one, key = person("Une"), uuid.uuid4()
    asked = Asked(ActionKind.HAND_OVER, code=pickup_of().code)
    barrier, answers = threading.Barrier(8), []

    def send() -> None:
        barrier.wait()
        try:
            answers.append(run(asked, one, key=key).answer)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [f"Retrait {pickup_of().code} remis."] * 8
    assert Action.objects.count() == SaleorCommand.objects.count() == 1


def test_a_refusal_by_line_and_its_repetition_ask_for_one_refund(basket):
    one, key = person("Une"), uuid.uuid4()
    line = order_line("700")
    asked = Asked(ActionKind.REFUSE, pickup_id=pickup_of().pk, quantities={str(line.pk): 1})

    for _ in range(3):
        run(asked, one, key=key)

    command = SaleorCommand.objects.get()
    assert command.payload["lines"][0]["cents"] == 333
    assert command.payload["restock"] is False


def test_what_was_handed_over_is_taken_back_to_the_cent_and_no_more(basket):
    one = person("Une")
    basket.hand_over("librairie")
    basket.deliver()
    line, order = order_line("700"), shop_order("700", "librairie")

    cents = []
    for _ in range(3):
        command = lines_return(
            shop_order_id=order.pk, quantities={line.pk: 1}, done_by=one, now=NOW
        )
        cents.append(command.payload["lines"][0]["cents"])
    with pytest.raises(PickupError, match="il en reste 0"):
        lines_return(shop_order_id=order.pk, quantities={line.pk: 1}, done_by=one, now=NOW)

    assert (cents, sum(cents)) == ([333, 333, 334], 1000)
    assert command.kind == "return"
    assert command.payload["shipping_cents"] == 0
    steps = PickupEvent.objects.values_list("step", "detail")
    assert list(steps) == [("return", f"1 × {line.name}")] * 3


def test_a_return_settled_in_saleor_is_in_the_books(basket):
    one = person("Une")
    basket.hand_over("librairie")
    basket.deliver()
    line, order = order_line("700"), shop_order("700", "librairie")
    lines_return(shop_order_id=order.pk, quantities={line.pk: 3}, done_by=one, now=NOW)
    basket.refund(1000, lines={0: 3})
    basket.take_back("librairie")
    basket.deliver()

    order.refresh_from_db()
    assert (order.refunded_cents, order.state) == (1000, ShopOrderState.CANCELLED)
    assert find_problems() == []


def test_nothing_is_taken_back_that_was_not_handed_over(basket):
    line = order_line("700")
    with pytest.raises(PickupError, match="il en reste 0"):
        lines_return(
            shop_order_id=line.shop_order_id, quantities={line.pk: 1}, done_by=person("Une"),
            now=NOW,
        )  # fmt: skip
    assert not SaleorCommand.objects.exists()


def test_a_return_waits_until_saleor_knows_of_the_hand_over(basket):
    one = person("Une")
    run(Asked(ActionKind.HAND_OVER, code=pickup_of().code), one)
    line = order_line("700")
    back = run(
        Asked(ActionKind.RETURN, pickup_id=pickup_of().pk, quantities={str(line.pk): 1}), one
    )
    assert back.done is False
    assert "réessayez dans une minute" in back.answer


@pytest.mark.parametrize("pin", ["", "123", "1234567", "12a4", "1234", "9876", "0000", "٤٥٦٧"])
def test_a_pin_that_is_none_or_the_first_to_be_tried_is_refused(basket, pin):
    with pytest.raises(PinError):
        pin_set(user_id=person("Une").pk, pin=pin, now=NOW)
    assert not Pin.objects.exists()


def test_a_pin_lets_a_member_act_is_hashed_and_blocks_after_five_wrong_tries(basket):
    one, two = person("Une"), person("Deux")
    shop = pickup_of().shop_id

    def check(pin: str, now: datetime.datetime) -> User:
        return pin_check(shop_id=shop, signed_in_id=one.pk, user_id=two.pk, pin=pin, now=now)

    with pytest.raises(PinError, match="Choisissez d'abord votre propre code"):
        check("2580", NOW)
    pin_set(user_id=one.pk, pin="4917", now=NOW)
    with pytest.raises(PinError, match="n'a pas encore choisi de code"):
        check("2580", NOW)
    pin_set(user_id=two.pk, pin="2580", now=NOW)
    assert "2580" not in Pin.objects.get(user=two).digest
    assert check("2580", NOW) == two

    for _ in range(5):
        with pytest.raises(PinError, match="n'est pas le bon"):
            check("2581", NOW)
    with pytest.raises(PinError, match=r"bloqué jusqu'à 10:05"):
        check("2580", NOW + 4 * MINUTE)
    with pytest.raises(PinError, match="n'est pas le bon"):
        check("2581", NOW + 6 * MINUTE)
    with pytest.raises(PinError, match=r"bloqué jusqu'à 10:16"):
        check("2580", NOW + 15 * MINUTE)
    assert check("2580", NOW + 17 * MINUTE) == two
    assert Pin.objects.get(user=two).failed_attempts == 0


def test_a_pin_of_another_shop_or_of_who_left_opens_nothing(basket):
    one, theirs = person("Une"), person("Deux", shop="fromagerie")
    for user in (one, theirs):
        pin_set(user_id=user.pk, pin="2580", now=NOW)
    shop = pickup_of().shop_id
    with pytest.raises(PinError, match="n'a pas encore choisi"):
        pin_check(shop_id=shop, signed_in_id=one.pk, user_id=theirs.pk, pin="2580", now=NOW)
    ShopMember.objects.filter(user=one).delete()
    with pytest.raises(PinError):
        pin_check(shop_id=shop, signed_in_id=one.pk, user_id=one.pk, pin="2580", now=NOW)


def test_signing_out_elsewhere_ends_the_other_sessions_and_nobody_elses(basket):
    one, two = person("Une"), person("Deux")
    keys = []
    for user in (one, one, two):
        session = SessionStore()
        session.create()
        keys.append(str(session.session_key))
        device_seen(user_id=user.pk, session_key=keys[-1], user_agent="Firefox/1", now=NOW)

    with pytest.raises(DeviceError):
        device_end(device_id=Device.objects.get(user=two).pk, ended_by=one, now=NOW)
    assert devices_end_others(session_key=keys[0], ended_by=one, now=NOW) == 1

    assert set(Session.objects.values_list("session_key", flat=True)) == {keys[0], keys[2]}
    assert [device.session_key for device in devices_of(one.pk)] == [keys[0]]
    assert Device.objects.get(session_key=keys[1]).ended_by == one


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
         "Chrome · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1",
         "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
         "Firefox · Linux"),
        ("", "appareil inconnu"),
    ],
)  # fmt: skip
def test_a_device_is_named_as_a_person_names_it(user_agent, label):
    assert device_label(user_agent) == label


def test_pickups_are_found_by_code_number_and_name(basket):
    pickup = pickup_of()
    order = pickup.shop_order.order
    order.customer_name = "Cliente Démo 12"
    order.save()

    for text in (pickup.code.lower(), pickup.code[:3], "700", "#700", "démo 12", pickup.qr_text):
        assert pickups_search(shop_id=pickup.shop_id, text=text) == [pickup], text
    for text in ("", " ", "70", "x", "personne"):
        assert pickups_search(shop_id=pickup.shop_id, text=text) == [], text
    theirs = pickup_of("fromagerie")
    assert pickup not in pickups_search(shop_id=theirs.shop_id, text=pickup.code)


class SaleorThatKnows:
    """Answers a sign-in as Saleor does."""

    account: dict | None = None

    def __init__(self, url: str, **_options) -> None:
        assert url == "http://saleor.example/graphql/"

    def __enter__(self):
        return self

    def __exit__(self, *_error) -> None:
        pass

    def run(self, operation: str, *, email: str, password: str) -> dict:
        assert operation == "sign_in"
        if password != "le-bon-mot-de-passe":
            raise SaleorRefused("INVALID_CREDENTIALS", [])
        return {"tokenCreate": {"user": self.account}}


@pytest.fixture
def saleor(settings, monkeypatch):
    settings.SALEOR_API_URL = "http://saleor.example/graphql/"
    monkeypatch.setattr(saleor_accounts, "SaleorClient", SaleorThatKnows)
    return SaleorThatKnows


def test_a_merchant_signs_in_with_the_password_of_its_saleor_account(basket, client, saleor):
    one = person("Une")
    saleor.account = {"email": one.email, "isStaff": True, "isActive": True}

    wrong = client.post("/connexion/", {"username": one.email, "password": "un-autre"})
    right = client.post(
        "/connexion/", {"username": one.email.upper(), "password": "le-bon-mot-de-passe"}
    )

    assert wrong.status_code == 200
    assert right.url == "/"
    assert Device.objects.get().user == one


@pytest.mark.parametrize("change", [{"isStaff": False}, {"isActive": False}, {"email": "x@y.fr"}])
def test_a_shoppers_or_another_account_of_saleor_signs_nobody_in(basket, client, saleor, change):
    one = person("Une")
    saleor.account = {"email": one.email, "isStaff": True, "isActive": True} | change
    client.post("/connexion/", {"username": one.email, "password": "le-bon-mot-de-passe"})
    assert "_auth_user_id" not in client.session


def test_the_offices_people_do_not_sign_in_through_saleor(basket, client, saleor):
    approver = User.objects.get(role=Role.APPROVER)
    saleor.account = {"email": approver.email, "isStaff": True, "isActive": True}
    client.post("/connexion/", {"username": approver.email, "password": "le-bon-mot-de-passe"})
    assert "_auth_user_id" not in client.session
