"""Delivery rounds: packed parcels, one round at a time, a code at the door, Saleor told once."""

import datetime
import io

import pypdf
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.timezone import localdate

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.domain.delivery_rounds import FailReason, LeftWith, ParcelState
from saleor_alencon.domain.shop_orders import PickupPlace
from saleor_alencon.orders.models import Order, ShopOrder
from saleor_alencon.outputs.round_sheets import render_collection_pdf, render_route_pdf
from saleor_alencon.pickups.links import order_link
from saleor_alencon.pickups.models import PickupEvent, SaleorCommand
from saleor_alencon.pickups.services import PickupError, lines_refuse
from saleor_alencon.rounds.driving import (
    parcel_fetch,
    parcel_missing,
    round_finish,
    round_start,
    stop_deliver,
    stop_fail,
    stop_leave,
)
from saleor_alencon.rounds.models import DeliveryRound, Parcel, PreparedParcel, RoundEvent, Stop
from saleor_alencon.rounds.planning import (
    RoundError,
    parcel_prepare,
    parcel_unprepare,
    ready_to_deliver,
    round_cancel,
    round_plan,
    stop_move,
)
from saleor_alencon.rounds.sheets import round_sheet
from saleor_alencon.rounds.words import delivery_word
from saleor_alencon.settlement.release import release_due
from saleor_alencon.shopper.models import ShopperRules
from saleor_alencon.shopper.services import can_cancel
from tests.integration.small_town import Basket, Line, Tender, open_town, operator, shop_order

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 10, 2, 9, tzinfo=datetime.UTC)
DAY = datetime.date(2026, 10, 3)
STREETS = {"1": "12 rue du Cygne", "2": "3 rue du Cygne", "3": "1 place Foch"}


def basket(number: str, **changed) -> Basket:
    lines = [Line("librairie", 3000), Line("fromagerie", 5001)]
    return Basket(number, lines, [Tender(8501)], shipping_cents=500, home=True, **changed)


def deliver_orders() -> None:
    """Three orders of two shops each, to be brought home to three doors."""
    open_town()
    for number, street in STREETS.items():
        basket(number).deliver()
        Order.objects.filter(number=number).update(
            delivery_postal_code="61000" if number != "3" else "61250",
            delivery_address={
                "name": f"Cliente {number}", "line1": street, "postal_code": "61000",
                "city": "ALENÇON", "phone": "+33200000000", "note": "Sonnez deux fois",
            },
            customer_email=f"cliente{number}@alencon.example",
        )  # fmt: skip


@pytest.fixture
def town():
    deliver_orders()


def pack(number: str, *shops: str, boxes: int = 1, place=PickupPlace.SHOP) -> None:
    for shop in shops or ("librairie", "fromagerie"):
        parcel_prepare(
            shop_order_id=shop_order(number, shop).pk, boxes=boxes, place=place,
            done_by=operator(), now=NOW,
        )  # fmt: skip


def plan(*codes: str, capacity: int = 30, courier=None) -> DeliveryRound:
    return round_plan(
        day=DAY, postal_codes=codes or ("61000:61999",), capacity=capacity, courier=courier,
        planned_by=operator(), now=NOW,
    )  # fmt: skip


def who() -> dict:
    return {"done_by": operator(), "now": NOW}


def leave(found: DeliveryRound) -> None:
    for parcel in Parcel.objects.filter(stop__round=found, state="to_fetch"):
        parcel_fetch(parcel_id=parcel.pk, **who())
    round_start(round_id=found.pk, **who())


def stop_of(number: str) -> Stop:
    return Stop.objects.filter(order__number=number).latest("id")


def states(number: str) -> set[str]:
    return set(stop_of(number).parcels.values_list("state", flat=True))


# ---- planning ----


def test_a_round_has_the_packed_parcels_of_its_area_in_the_order_of_the_streets(town):
    for number in STREETS:
        pack(number)
    found = plan("61000")
    stops = [(stop.position, stop.order.number) for stop in found.stops.all()]
    assert stops == [(1, "2"), (2, "1")]
    assert Parcel.objects.filter(stop__round=found).count() == 4
    assert found.number == "T20261003-1"
    assert {each.order.number for each in ready_to_deliver()} == {"3"}


def test_what_is_not_packed_waits(town):
    with pytest.raises(RoundError, match="Aucun colis prêt pour 61000"):
        plan("61000")
    pack("1", "librairie")
    found = plan("61000")
    assert [str(each.shop_order.shop) for each in Parcel.objects.all()] == ["Librairie"]
    pack("1", "fromagerie")
    assert plan("61000").pk != found.pk


def test_an_order_goes_whole_and_the_capacity_counts_boxes(town):
    pack("1", boxes=4)
    pack("2", boxes=1)
    assert [stop.order.number for stop in plan(capacity=7).stops.all()] == ["2"]
    with pytest.raises(RoundError, match="ne tient dans 7 cartons"):
        plan(capacity=7)
    assert [stop.order.number for stop in plan(capacity=8).stops.all()] == ["1"]


@pytest.mark.parametrize("code", ["6100", "61000-61099", "Alençon", " "])
def test_a_postal_code_is_five_digits(town, code):
    with pytest.raises(RoundError, match="n'est pas un code postal"):
        plan(code)


def test_only_what_is_to_be_brought_home_is_packed(town):
    Basket("9", [Line("librairie", 100)], [Tender(100)]).deliver()
    with pytest.raises(RoundError, match="rien n'y est à livrer"):
        pack("9", "librairie")
    with pytest.raises(RoundError, match="de 1 à 99"):
        pack("1", boxes=0)


def test_packed_is_said_again_or_taken_back_until_it_is_in_a_round(town):
    pack("1", boxes=1)
    pack("1", boxes=3)
    assert set(PreparedParcel.objects.values_list("boxes", flat=True)) == {3}
    assert PickupEvent.objects.filter(step="ready").count() == 2
    assert not can_cancel(shop_order("1", "librairie"), rules=ShopperRules(), now=NOW)
    parcel_unprepare(shop_order_id=shop_order("1", "fromagerie").pk, **who())
    assert can_cancel(shop_order("1", "fromagerie"), rules=ShopperRules(), now=NOW)
    plan()
    with pytest.raises(RoundError, match="est dans la tournée T20261003-1 : « à charger »"):
        parcel_unprepare(shop_order_id=shop_order("1", "librairie").pk, **who())


def test_postgresql_keeps_a_parcel_to_one_round(town):
    pack("1")
    plan()
    parcel = Parcel.objects.first()
    with pytest.raises(IntegrityError, match="parcel_in_one_round"), transaction.atomic():
        Parcel.objects.create(stop=parcel.stop, shop_order=parcel.shop_order, boxes=1, place="shop")


def test_an_abandoned_round_gives_its_parcels_to_the_next(town):
    pack("1")
    found = plan()
    round_cancel(round_id=found.pk, **who())
    assert states("1") == {"back"}
    again = plan()
    assert again.number == "T20261003-2"
    leave(again)
    with pytest.raises(RoundError, match="« en cours »"):
        round_cancel(round_id=again.pk, **who())


def test_stops_change_places(town):
    for number in ("1", "2"):
        pack(number)
    found = plan()
    first = found.stops.first()
    stop_move(stop_id=first.pk, up=True, **who())
    stop_move(stop_id=first.pk, up=False, **who())
    assert [stop.order.number for stop in found.stops.order_by("position")] == ["1", "2"]


# ---- loading and leaving ----


def test_a_round_leaves_once_each_parcel_is_loaded_or_missing(town):
    pack("1")
    pack("2", "librairie")
    found = plan()
    with pytest.raises(RoundError, match="3 colis ne sont pas chargés"):
        round_start(round_id=found.pk, **who())
    one, two, three = Parcel.objects.order_by("stop__position", "id")
    parcel_missing(parcel_id=one.pk, reason="Pas trouvé", **who())
    for parcel in (two, three, two):
        parcel_fetch(parcel_id=parcel.pk, **who())
    with pytest.raises(RoundError, match="« manquant »"):
        parcel_fetch(parcel_id=one.pk, **who())
    assert round_start(round_id=found.pk, **who()).state == "under_way"
    assert stop_of("2").state == "called_off"
    assert {each.order.number for each in ready_to_deliver()} == {"2"}


def test_an_empty_round_does_not_leave(town):
    pack("1")
    found = plan()
    for parcel in Parcel.objects.all():
        parcel_missing(parcel_id=parcel.pk, reason="Boutique fermée", **who())
    with pytest.raises(RoundError, match="Rien n'est chargé"):
        round_start(round_id=found.pk, **who())


# ---- at the door ----


@pytest.fixture
def under_way(town) -> DeliveryRound:
    for number in ("1", "2"):
        pack(number)
    found = plan()
    leave(found)
    return found


def test_the_code_ends_a_stop_and_saleor_is_told_of_each_shop(under_way):
    stop = stop_of("1")
    stop_deliver(stop_id=stop.pk, code=f" {stop.code.lower()} ", **who())
    assert states("1") == {"delivered"}
    told = SaleorCommand.objects.filter(kind="fulfil").values_list("shop_order__shop__slug")
    assert sorted(told) == [("fromagerie",), ("librairie",)]
    assert PickupEvent.objects.filter(step="deliver").count() == 2
    with pytest.raises(RoundError, match="« livré avec le code » depuis le 2 octobre 2026 11:00"):
        stop_deliver(stop_id=stop.pk, code=stop.code, **who())
    assert SaleorCommand.objects.count() == 2


def test_five_wrong_codes_end_the_guessing_but_not_the_delivery(under_way):
    stop = stop_of("1")
    for _number in range(5):
        with pytest.raises(RoundError, match="pas celui de cet arrêt"):
            stop_deliver(stop_id=stop.pk, code="????", **who())
    with pytest.raises(RoundError, match="Cinq codes faux"):
        stop_deliver(stop_id=stop.pk, code=stop.code, **who())
    assert RoundEvent.objects.filter(kind="wrong_code").count() == 5
    left = {"stop_id": stop.pk, "left_with": LeftWith.NEIGHBOUR}
    with pytest.raises(RoundError, match="chez qui"):
        stop_leave(note=" ", **left, **who())
    stop_leave(note="Mme Roux, au 14", **left, **who())
    word = delivery_word(shop_order("1", "librairie"))
    assert word.text == "Déposé le 2 octobre 2026 11:00, chez un voisin : Mme Roux, au 14."
    assert word.code == ""


def test_what_was_not_delivered_comes_back_and_goes_again(under_way):
    stop_fail(stop_id=stop_of("1").pk, reason=FailReason.ABSENT, note="", **who())
    with pytest.raises(RoundError, match="1 arrêts n'ont pas de suite"):
        round_finish(round_id=under_way.pk, brought_to=PickupPlace.CENTRAL, **who())
    stop = stop_of("2")
    stop_deliver(stop_id=stop.pk, code=stop.code, **who())
    assert not ready_to_deliver().exists()
    for _twice in range(2):
        round_finish(round_id=under_way.pk, brought_to=PickupPlace.CENTRAL, **who())
    assert states("1") == {"back"}
    assert {each.order.number for each in ready_to_deliver()} == {"1"}
    old = stop_of("1")
    again = plan()
    assert set(Parcel.objects.filter(stop__round=again).values_list("place", flat=True)) == {
        "central"
    }
    assert stop_of("1").pk != old.pk


def test_a_stop_has_no_outcome_before_the_round_leaves(town):
    pack("1")
    plan()
    stop = stop_of("1")
    with pytest.raises(RoundError, match="partez d'abord"):
        stop_deliver(stop_id=stop.pk, code=stop.code, **who())


def test_what_was_cancelled_meanwhile_is_brought_back_and_saleor_not_told(under_way):
    ShopOrder.objects.filter(order__number="1", shop__slug="librairie").update(state="cancelled")
    stop = stop_of("1")
    stop_deliver(stop_id=stop.pk, code=stop.code, **who())
    assert states("1") == {"delivered", "failed"}
    assert [each.shop_order.shop.slug for each in SaleorCommand.objects.all()] == ["fromagerie"]


def test_nothing_is_refused_of_what_was_delivered(under_way):
    stop = stop_of("1")
    stop_deliver(stop_id=stop.pk, code=stop.code, **who())
    found = shop_order("1", "librairie")
    with pytest.raises(PickupError, match="rien ne peut y être refusé"):
        lines_refuse(
            shop_order_id=found.pk, quantities={found.lines.get().pk: 1}, restock=True, **who()
        )


def test_a_delivery_releases_the_hold_as_a_hand_over_does(under_way):
    stop = stop_of("1")
    stop_deliver(stop_id=stop.pk, code=stop.code, **who())
    said = basket("1", captured_at=NOW)
    said.hand_over()
    for position, line in enumerate(said.lines):
        line.id = f"line-1-{position}"
    said.deliver()
    assert shop_order("1", "librairie").state == "handed_over"
    assert not ready_to_deliver().exists()
    with transaction.atomic():
        assert release_due(cutoff=NOW + datetime.timedelta(days=20), now=NOW) == 2
    assert shop_order("1", "librairie").released_at is not None
    assert find_problems() == []


def test_the_history_of_a_round_stays(under_way):
    with (
        pytest.raises(Exception, match="ROUND_HISTORY_STAYS"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE rounds_roundevent SET detail = 'x'")


# ---- papers and pages ----


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_the_papers_say_what_to_fetch_and_whom_to_see_and_no_code(town):
    pack("1", "librairie", boxes=2)
    pack("1", "fromagerie", place=PickupPlace.CENTRAL)
    pack("2", "librairie")
    found = plan()
    sheet = round_sheet(found)
    assert [(place.name, len(place.parcels)) for place in sheet.places] == [
        ("Librairie", 2),
        ("Point de retrait central", 1),
    ]
    collection, route = text_of(render_collection_pdf(sheet)), text_of(render_route_pdf(sheet))
    assert "3 cartons" in collection
    for word in ("Cliente 1", "12 rue du Cygne", "Sonnez deux fois", "+33200000000"):
        assert word in route
    for stop in found.stops.all():
        assert stop.code not in collection + route
    assert render_route_pdf(sheet) == render_route_pdf(sheet)


def test_a_courier_drives_its_own_round_on_the_phone(client, town):
    courier = User.objects.create_user("livreur@example.org", "un-mot-de-passe", role=Role.COURIER)
    other = User.objects.create_user("autre@example.org", "un-mot-de-passe", role=Role.COURIER)
    pack("1")
    found = plan(courier=courier)
    stop = stop_of("1")
    client.force_login(other)
    assert client.get(reverse("counter:round", args=(found.pk,))).status_code == 404
    client.force_login(courier)
    assert client.get(reverse("home"))["Location"] == reverse("counter:rounds")
    assert found.number in client.get(reverse("counter:rounds")).content.decode()
    page = client.get(reverse("counter:round", args=(found.pk,))).content.decode()
    assert "12 rue du Cygne" in page
    assert stop.code not in page
    for step in ("charger", "partir"):
        client.post(reverse("counter:round-step", args=(found.pk, step)))
    door = reverse("counter:round-stop", args=(found.pk, stop.pk, "livre"))
    answer = client.post(door, {"code": "no"}, follow=True)
    assert "Ce code n&#x27;est pas celui de cet arrêt" in answer.content.decode()
    assert stop.code not in answer.content.decode()
    client.post(door, {"code": stop.code})
    client.post(reverse("counter:round-step", args=(found.pk, "terminer")), {"place": "shop"})
    found.refresh_from_db()
    assert found.state == "finished"
    assert list(RoundEvent.objects.values_list("kind", flat=True)) == [
        "planned", "fetched", "fetched", "started", "wrong_code", "delivered", "finished",
    ]  # fmt: skip
    assert client.get(reverse("counter:round-paper", args=(found.pk, "route"))).status_code == 200
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_merchant_and_a_treasurer_drive_nothing(client, town):
    for role in (Role.MERCHANT, Role.TREASURER):
        client.force_login(User.objects.create_user(f"{role}@example.org", "x" * 12, role=role))
        assert client.get(reverse("counter:rounds")).status_code == 403


def test_a_shop_packs_its_own_deliveries_only(client, town):
    merchant = User.objects.create_user("marchand@example.org", "un-mot-de-passe")
    mine, other = shop_order("1", "librairie"), shop_order("1", "fromagerie")
    mine.shop.members.create(user=merchant)
    client.force_login(merchant)
    page = client.get(reverse("counter:deliveries")).content.decode()
    assert page.count("Emballé") == 3
    client.post(reverse("counter:delivery-step", args=(mine.pk,)), {"boxes": "2"})
    assert PreparedParcel.objects.get().boxes == 2
    refused = client.post(reverse("counter:delivery-step", args=(other.pk,)), {"boxes": "2"})
    assert refused.status_code == 404
    client.post(reverse("counter:delivery-step", args=(mine.pk,)), {"step": "defaire"})
    assert not PreparedParcel.objects.exists()


def test_the_shopper_reads_where_the_parcel_is_and_the_code(client, town):
    url, found = order_link(Order.objects.get(number="1")), shop_order("1", "librairie")

    def page() -> str:
        # Dates have no-break spaces.
        return client.get(url).content.decode().replace("\xa0", " ")

    assert "La boutique prépare votre colis." in page()
    pack("1")
    assert "Votre colis est prêt et attend sa tournée." in page()
    planned = plan()
    code = stop_of("1").code
    assert "Livraison prévue le 3 octobre 2026." in page()
    assert code in page()
    assert code not in client.get(order_link(Order.objects.get(number="2"))).content.decode()
    leave(planned)
    assert "Votre colis est en route." in page()
    stop_deliver(stop_id=stop_of("1").pk, code=code, **who())
    assert "Livré le 2 octobre 2026 11:00." in page()
    assert delivery_word(found).code == ""


def test_an_operator_plans_a_round_in_the_back_office(client, town):
    pack("1")
    pack("3")
    client.force_login(operator())
    url = reverse("admin:rounds_deliveryround_plan")
    assert "61000 (2), 61250 (2)" in client.get(url).content.decode()
    data = {"day": localdate().isoformat(), "postal_codes": "61000, 61250", "capacity": 30}
    answer = client.post(url, data, follow=True)
    assert "La tournée est planifiée." in answer.content.decode()
    found = DeliveryRound.objects.get()
    assert found.postal_codes == ["61000", "61250"]
    for paper in ("collection", "route"):
        paper_url = reverse(f"admin:rounds_deliveryround_{paper}", args=(found.pk,))
        assert client.get(paper_url)["Content-Type"] == "application/pdf"
    client.post(reverse("admin:rounds_deliveryround_give_up", args=(found.pk,)))
    assert ready_to_deliver().count() == 4
    packed = reverse("admin:orders_shoporder_packed", args=(shop_order("2", "librairie").pk,))
    client.post(packed, {"boxes": 2, "place": "central"})
    assert PreparedParcel.objects.get(boxes=2).place == "central"
    assert set(Parcel.objects.values_list("state", flat=True)) == {ParcelState.BACK}
