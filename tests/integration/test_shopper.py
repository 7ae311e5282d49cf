"""A shopper with a link and no account: its order, all of it, and nothing of anybody else's."""

import datetime
import re
import uuid

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_alencon.domain.pickup_slots import Slot
from saleor_alencon.domain.shop_orders import PickupState
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.links import order_url
from saleor_alencon.messaging.models import Message
from saleor_alencon.messaging.sending import messages_send
from saleor_alencon.orders.models import Order, Pickup
from saleor_alencon.pickups.links import LINK_DAYS, link_renew, order_of_token, order_token
from saleor_alencon.pickups.models import PickupEvent, SaleorCommand
from saleor_alencon.pickups.services import PickupError, pickup_ready
from saleor_alencon.shopper.models import (
    ShopperRules,
    ShopPlace,
    Throttle,
    Withdrawal,
    WithdrawalException,
    WithdrawalState,
)
from saleor_alencon.shopper.notices import about_withdrawal
from saleor_alencon.shopper.services import (
    ShopperError,
    lines_cancel,
    link_ask,
    slot_change,
    slots_offered,
)
from saleor_alencon.shopper.withdrawals import (
    withdrawal_declare,
    withdrawal_end,
    withdrawal_take_back,
)
from saleor_alencon.shops.models import Association, Shop
from tests.integration.small_town import Basket, Line, Tender, open_town, operator

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 10, 1, 12, tzinfo=datetime.UTC)  # a Thursday, 14:00 in town
DAY = datetime.timedelta(days=1)
HOURS = {
    "version": 1,
    "timezone": "Europe/Paris",
    "week": [[["09:00", "19:00"]]] * 6 + [[]],
    "exceptions": [],
    "preparation_minutes": 60,
    "slot_minutes": 60,
}
PEOPLE = {"1": ("une@alencon.example", "Une Cliente"), "2": ("autre@alencon.example", "Un Autre")}


def set_up_town() -> None:
    """Two orders of three shops, by two people."""
    open_town()
    Shop.objects.update(
        hours=HOURS,
        address_line="1 rue aux Sieurs",
        postal_code="61000",
        city="Alençon",
        phone="02 33 00 00 00",
        email="boutique@alencon.example",
    )
    for number, (email, name) in PEOPLE.items():
        lines = [Line("librairie", 3000, pieces=3), Line("fromagerie", 5001), Line("mercerie", 700)]
        Basket(number, lines, [Tender(8701)]).deliver()
        Order.objects.filter(number=number).update(customer_email=email, customer_name=name)


@pytest.fixture
def town():
    set_up_town()


def order(number: str = "1") -> Order:
    return Order.objects.get(number=number)


def pickup(shop: str = "librairie", number: str = "1") -> Pickup:
    return Pickup.objects.select_related("shop", "shop_order__order").get(
        shop__slug=shop, shop_order__order__number=number
    )


def page_url(number: str = "1") -> str:
    return reverse("counter:order-pickups", args=(order_token(order(number)),))


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    """Let the pages be asked for on the day of the orders."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


# ---- the page ----


def test_the_page_shows_each_shop_its_state_its_code_and_its_hours(client, town):
    pickup_ready(pickup_id=pickup().pk, done_by=operator(), now=NOW)
    answer = client.get(page_url())
    text = answer.content.decode()
    assert answer.status_code == 200
    for shop in ("librairie", "fromagerie", "mercerie"):
        assert pickup(shop).code in text
        assert shop.capitalize() in text
    assert "Retraits prêts : 1 sur 3." in text
    assert text.count("<svg") == 3
    assert "Ouvert, ferme à 19:00" in text
    assert "https://www.openstreetmap.org/search?query=1+rue+aux+Sieurs" in text


def test_all_ready_is_said_once_all_are(client, town):
    for each in Pickup.objects.filter(shop_order__order__number="1"):
        pickup_ready(pickup_id=each.pk, done_by=operator(), now=NOW)
    assert "Tout est prêt" in client.get(page_url()).content.decode()


def test_nothing_leaves_the_page_and_nobody_keeps_it(client, town):
    ShopPlace.objects.create(shop=pickup().shop, latitude="48.431200", longitude="0.092700")
    answer = client.get(page_url())
    text = answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert re.findall(r'(?:src|srcset|data)="([^"]*)"', text) == ["/favicon.ico"]
    outside = re.findall(r'<a [^>]*href="https?:[^>]*>', text)
    assert len(outside) == 3
    assert all('rel="noopener noreferrer"' in each for each in outside)
    assert "mlat=48.431200" in text


def test_the_page_is_in_the_language_of_the_browser_or_of_the_link(client, town):
    assert "Votre code" in client.get(page_url()).content.decode()
    english = client.get(page_url(), headers={"Accept-Language": "en"})
    assert "Your code" in english.content.decode()
    chosen = Client().get(page_url(), {"langue": "en"})
    assert "Your code" in chosen.content.decode()
    assert chosen.cookies["django_language"].value == "en"


def test_the_walk_is_by_coordinates(client, town):
    for slug, longitude in (
        ("mercerie", "0.0900"),
        ("librairie", "0.0930"),
        ("fromagerie", "0.0915"),
    ):
        ShopPlace.objects.create(
            shop=Shop.objects.get(slug=slug), latitude="48.4312", longitude=longitude
        )
    walk = client.get(page_url()).context["walk"]
    names = [part.shop.slug for part in walk]
    assert names in (
        ["mercerie", "fromagerie", "librairie"],
        ["librairie", "fromagerie", "mercerie"],
    )


# ---- nothing is guessed ----


def paths(number: str) -> list[str]:
    """Return every address below an order's link that names something of it."""
    token = order_token(order(number))
    found = pickup("librairie", number)
    withdrawn = Withdrawal.objects.filter(shop_order__order__number=number).first()
    return [
        reverse("counter:order-slot", args=(token, found.pk)),
        reverse("counter:order-cancel", args=(token, found.shop_order_id)),
        reverse("counter:order-calendar", args=(token, found.pk)),
        reverse("counter:order-withdrawal", args=(token, found.shop_order_id)),
        reverse("counter:order-acknowledgement", args=(token, withdrawn.pk)),
    ]


def declare(number: str = "1", shop: str = "librairie", pieces: int = 1, **more) -> Withdrawal:
    found = pickup(shop, number).shop_order
    return withdrawal_declare(
        shop_order_id=found.pk, quantities={found.lines.first().pk: pieces}, message="",
        language="fr", key=more.pop("key", None) or uuid.uuid4(), now=more.pop("now", NOW),
    )  # fmt: skip


def test_a_link_opens_nothing_of_another_order(client, town):
    declare("1"), declare("2")
    mine, other = order_token(order("1")), order_token(order("2"))
    wrong = client.get(reverse("counter:order-pickups", args=("x",)))
    for path in paths("2"):
        crossed = path.replace(other, mine)
        answers = [client.post(crossed), client.get(crossed)]
        seen = {(each.status_code, each.content) for each in answers if each.status_code != 405}
        assert seen == {(404, wrong.content)}, crossed
    assert SaleorCommand.objects.count() == 0
    text = client.get(page_url("1")).content.decode()
    for each in Pickup.objects.filter(shop_order__order__number="2"):
        assert each.code not in text
    assert PEOPLE["2"][0] not in text
    assert PEOPLE["2"][1] not in text


def test_wrong_renewed_and_expired_links_have_one_answer(client, town, monkeypatch):
    token = order_token(order())
    link_renew(order_id=order().pk, now=NOW)
    bodies = {
        client.get(reverse("counter:order-pickups", args=(each,))).content
        for each in (token, "17.0.abc", "x", order_token(order())[:-1], "9" * 300)
    }
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + (LINK_DAYS + 1) * DAY)
    answer = client.get(page_url())
    assert answer.status_code == 404
    assert bodies == {answer.content}


def test_messages_to_a_shopper_lead_to_the_page(town, settings):
    assert order_url(order()) == ""
    settings.OFFICE_URL = "https://office.alencon.example/"
    assert order_url(order()) == f"https://office.alencon.example{page_url()}"


def test_a_link_lasts_from_the_sale_or_from_its_renewal(town):
    token, sold = order_token(order()), order().created_at
    assert order_of_token(token, now=sold + LINK_DAYS * DAY - datetime.timedelta(seconds=1))
    assert order_of_token(token, now=sold + LINK_DAYS * DAY) is None
    renewed = link_renew(order_id=order().pk, now=NOW + 100 * DAY)
    assert order_of_token(order_token(renewed), now=NOW + 200 * DAY) == order()
    assert order_of_token(token, now=NOW) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(place=st.integers(0, 200), letter=st.sampled_from("ABCxyz019.-_"))
def test_no_changed_letter_of_a_link_opens_an_order(town, place, letter):
    token = order_token(order())
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    found = order_of_token(changed, now=NOW)
    assert found is None or changed == token


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    guess=st.text(max_size=60) | st.integers(0, 10**9).map(lambda number: f"{number}.0.{'A' * 43}")
)
def test_no_guess_opens_an_order(town, guess):
    assert order_of_token(guess, now=NOW) is None


def test_links_of_another_secret_open_nothing(town, settings):
    token = order_token(order())
    settings.SECRET_KEY = "another-secret-another-secret-another-secret"
    from saleor_alencon.pickups import links

    assert links.Signer(salt="alencon.shopper.order", sep=".").sign("1.0") != token


def test_too_many_wrong_links_from_one_place_are_answered_for_a_while(client, town):
    url = reverse("counter:order-pickups", args=("x",))
    here, there = {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "192.0.2.2"}
    codes = {client.get(url, headers=here).status_code for _ in range(60)}
    assert codes == {404}
    assert client.get(url, headers=here).status_code == 429
    assert client.get(page_url(), headers=there).status_code == 200
    assert not any("192.0.2" in each.place for each in Throttle.objects.all())


# ---- a new link ----


def send(now: datetime.datetime = NOW) -> None:
    messages_send(clock=lambda: now)


def ask(client, number: str, email: str):
    return client.post(reverse("counter:ask-link"), {"number": number, "email": email})


def test_a_new_link_is_sent_to_the_order_s_own_address_and_the_answer_is_the_same(
    client, town, settings
):
    settings.OFFICE_URL = "https://office.alencon.example/"
    bodies = {
        ask(client, "1", "UNE@alencon.example").content,
        ask(client, "1", "autre@alencon.example").content,
        ask(client, "404", "une@alencon.example").content,
    }
    assert len(bodies) == 1
    send()
    assert [each.to for each in mail.outbox] == [['"Une Cliente" <une@alencon.example>']]
    assert page_url() in mail.outbox[0].body
    send()
    assert len(mail.outbox) == 1


def test_a_link_is_asked_for_once_in_ten_minutes(town):
    for minutes in (0, 5, 9, 11):
        link_ask(number="1", email="une@alencon.example", language="fr",
                 now=NOW + datetime.timedelta(minutes=minutes))  # fmt: skip
    assert Message.objects.filter(kind=Kind.LINK).count() == 2


def test_an_expired_link_is_renewed_by_asking(town, settings):
    settings.OFFICE_URL = "https://office.alencon.example/"
    later = order().created_at + (LINK_DAYS + 5) * DAY
    link_ask(number="1", email="une@alencon.example", language="en", now=later)
    send(later)
    token = re.search(r"/commande/([^/]+)/", mail.outbox[0].body)[1]
    assert order_of_token(token, now=later) == order()
    assert "Hello" in mail.outbox[0].body


# ---- slots ----


def test_a_slot_is_changed_once_and_told_to_the_shop(client, town):
    found = pickup()
    slot = slots_offered(found, now=NOW)[3]
    url = reverse("counter:order-slot", args=(order_token(order()), found.pk))
    for _ in range(2):
        assert client.post(url, {"slot": slot.to_text()}).status_code == 302
    found.refresh_from_db()
    assert (found.slot_starts_at, found.slot_ends_at) == (slot.starts_at, slot.ends_at)
    event = PickupEvent.objects.get()
    assert (event.step, event.by_shopper, event.done_by, event.who) == (
        "slot", True, None, "le client",
    )  # fmt: skip


def test_a_changed_slot_stays_when_saleor_says_the_order_again(town):
    found = pickup()
    slot = slots_offered(found, now=NOW)[5]
    slot_change(pickup_id=found.pk, slot=slot, now=NOW)
    lines = [Line("librairie", 3000, pieces=3), Line("fromagerie", 5001), Line("mercerie", 700)]
    Basket("1", lines, [Tender(8701)], captured_at=NOW).deliver()
    assert pickup().slot_starts_at == slot.starts_at


def test_a_slot_that_is_not_offered_or_comes_too_late_is_refused(town):
    found = pickup()
    night = Slot(NOW.replace(hour=22), NOW.replace(hour=23))
    with pytest.raises(ShopperError, match="n'est plus proposé"):
        slot_change(pickup_id=found.pk, slot=night, now=NOW)
    slot = slots_offered(found, now=NOW)[0]
    Pickup.objects.filter(pk=found.pk).update(state=PickupState.HANDED_OVER)
    with pytest.raises(ShopperError, match="son créneau ne change plus"):
        slot_change(pickup_id=found.pk, slot=slot, now=NOW)


def test_a_slot_goes_into_the_calendar(client, town):
    answer = client.get(reverse("counter:order-calendar", args=(order_token(order()), pickup().pk)))
    assert answer["Content-Type"].startswith("text/calendar")
    assert f"code {pickup().code}" in answer.content.decode().replace("\r\n ", "")


# ---- cancelling ----


def cancel(pieces: int = 1, key=None, now=NOW, shop: str = "librairie") -> bool:
    found = pickup(shop).shop_order
    return lines_cancel(
        shop_order_id=found.pk, quantities={found.lines.first().pk: pieces},
        key=key or uuid.uuid4(), now=now,
    )  # fmt: skip


def test_a_cancelled_piece_is_refunded_once_however_often_it_is_clicked(client, town):
    found = pickup().shop_order
    url = reverse("counter:order-cancel", args=(order_token(order()), found.pk))
    data = {"key": str(uuid.uuid4()), f"line_{found.lines.get().pk}": "1"}
    for _ in range(3):
        assert client.post(url, data).status_code == 302
    command = SaleorCommand.objects.get()
    assert [row["cents"] for row in command.payload["lines"]] == [1000]
    assert command.payload["reason"] == "Annulé par le client"
    assert command.payload["restock"] is True
    event = PickupEvent.objects.get()
    assert (event.step, event.by_shopper) == ("cancel", True)


@pytest.mark.parametrize(
    ("rule", "minutes_later", "allowed"),
    [
        ("until_ready", 5000, True),
        ("minutes", 29, True),
        ("minutes", 31, False),
        ("never", 0, False),
    ],
)
def test_the_association_says_until_when(town, rule, minutes_later, allowed):
    ShopperRules.objects.create(id=1, cancel_rule=rule, cancel_minutes=30)
    now = order().created_at + datetime.timedelta(minutes=minutes_later)
    if allowed:
        assert cancel(now=now)
    else:
        with pytest.raises(ShopperError, match="Librairie prépare déjà votre commande"):
            cancel(now=now)


def test_what_is_ready_is_not_cancelled(town):
    pickup_ready(pickup_id=pickup().pk, done_by=operator(), now=NOW)
    with pytest.raises(ShopperError):
        cancel()
    assert not SaleorCommand.objects.exists()
    assert cancel(shop="mercerie")


def test_no_more_is_cancelled_than_there_is(town):
    with pytest.raises(PickupError, match="il en reste 3"):
        cancel(pieces=4)
    with pytest.raises(PickupError, match="au moins un article"):
        cancel(pieces=0)


# ---- withdrawing ----


def test_a_withdrawal_is_kept_acknowledged_and_told_and_refunds_nothing(client, town):
    found = pickup().shop_order
    url = reverse("counter:order-withdrawal", args=(order_token(order()), found.pk))
    assert client.get(url).status_code == 200
    data = {"key": str(uuid.uuid4()), f"line_{found.lines.get().pk}": "2", "message": "Trop grand"}
    for _ in range(2):
        assert client.post(url, data).status_code == 302
    withdrawal = Withdrawal.objects.get()
    assert withdrawal.lines.get().quantity == 2
    assert not SaleorCommand.objects.exists()

    send()
    acknowledged, told, told_office = mail.outbox
    assert "une@alencon.example" in acknowledged.to[0]
    assert "2 × : Article" in acknowledged.body
    assert "boutique@alencon.example" in told.to[0]
    assert "office@alencon.example" in told_office.to[0]
    assert "Trop grand" in told.body
    assert "Trop grand" in told_office.body
    assert Message.objects.filter(about=about_withdrawal(withdrawal.pk)).count() == 3
    kept = client.get(
        reverse("counter:order-acknowledgement", args=(order_token(order()), withdrawal.pk))
    )
    assert "1 octobre 2026" in kept.content.decode()


def test_a_withdrawal_needs_its_term(town):
    found = pickup().shop_order
    found.handed_over_at, found.state = NOW, "handed_over"
    found.save()
    last = datetime.datetime(2026, 10, 15, 21, 59, tzinfo=datetime.UTC)
    assert declare(now=last)
    with pytest.raises(ShopperError, match="est passé"):
        declare(now=last + datetime.timedelta(minutes=1))


@pytest.mark.parametrize("goods", ["article", "livres"])
def test_what_the_law_excepts_is_not_withdrawn_from(town, goods):
    line = pickup("fromagerie").shop_order.lines.get()
    assert (line.product_type, line.category) == ("article", "livres")
    WithdrawalException.objects.create(goods=goods, ground="4")
    with pytest.raises(ShopperError, match=r"périssable rapidement \(L221-28, 4°\)"):
        declare(shop="fromagerie")


def test_a_piece_is_withdrawn_from_once_and_again_after_a_refusal(town):
    first = declare(pieces=3)
    with pytest.raises(ShopperError, match="il y en a 0"):
        declare()
    end = {"withdrawal_id": first.pk, "ended_by": operator(), "now": NOW}
    with pytest.raises(ShopperError, match="suite donnée"):
        withdrawal_end(state=WithdrawalState.REFUSED, outcome=" ", **end)
    withdrawal_end(state=WithdrawalState.REFUSED, outcome="Articles portés", **end)
    with pytest.raises(ShopperError, match="déjà « refusée »"):
        withdrawal_end(state=WithdrawalState.DONE, outcome="Rendu", **end)
    assert declare()


def test_the_office_closes_a_withdrawal_in_the_back_office(client, town):
    withdrawal = declare()
    client.force_login(operator())
    url = reverse("admin:shopper_withdrawal_settle", args=(withdrawal.pk,))
    assert "Les articles sont revenus" in client.get(url).content.decode()
    client.post(url, {"outcome": "Rendu et remboursé"})
    withdrawal.refresh_from_db()
    assert (withdrawal.state, withdrawal.outcome) == ("done", "Rendu et remboursé")


def test_goods_are_taken_back_and_refunded_once_whether_handed_over_or_not(town):
    waiting = declare(pieces=2)
    lines = [Line("librairie", 3000, pieces=3), Line("fromagerie", 5001), Line("mercerie", 700)]
    basket = Basket("1", lines, [Tender(8701)], captured_at=NOW)
    for position, line in enumerate(lines):
        line.id = f"line-1-{position}"
    basket.hand_over("fromagerie")
    basket.deliver()
    received = declare(shop="fromagerie")
    for withdrawal in (waiting, received):
        withdrawal_take_back(withdrawal_id=withdrawal.pk, done_by=operator(), now=NOW)
        with pytest.raises(ShopperError, match="déjà « traitée »"):
            withdrawal_take_back(withdrawal_id=withdrawal.pk, done_by=operator(), now=NOW)
    told = [
        (command.kind, [row["cents"] for row in command.payload["lines"]])
        for command in SaleorCommand.objects.order_by("id")
    ]
    assert told == [("refuse", [2000]), ("return", [5001])]


def test_only_who_works_on_pickups_sees_the_link_in_the_back_office(client, town):
    url = reverse("admin:orders_order_change", args=(order().pk,))
    client.force_login(operator())
    assert page_url() in client.get(url).content.decode()
    operator_page = reverse("admin:orders_order_renew_link", args=(order().pk,))
    before = page_url()
    client.post(operator_page)
    assert page_url() != before
    from tests.integration.small_town import approver

    client.force_login(approver())
    assert page_url() not in client.get(url).content.decode()


def test_the_association_is_named_on_the_page(client, town):
    assert Association.objects.get().email in client.get(page_url()).content.decode()
