"""Gift cheques in the back-office and at the counter: sold, printed, taken, blocked, refunded."""

import re
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import OFFICE_ROLES, Role
from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.cheques.models import Cheque, ChequeAcceptance, ChequeMovement, ChequeSale
from saleor_alencon.cheques.saleor import cheques_tell
from saleor_alencon.domain.cheques import code_text
from saleor_alencon.shops.models import Shop, ShopMember
from tests.integration.cheque_town import GiftCards, accept, available, left, saleor_there, sell
from tests.integration.small_town import open_town, operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    open_town()
    accept("librairie")
    client = Client()
    client.force_login(operator())
    return client


@pytest.fixture
def counter(office):
    merchant = User.objects.create_user("libraire@example.org", "un-mot-de-passe-long")
    ShopMember.objects.create(shop=Shop.objects.get(slug="librairie"), user=merchant)
    client = Client()
    client.force_login(merchant)
    return client


def action(model, name, cheque=None):
    arguments = (cheque.pk,) if cheque else ()
    return reverse(f"admin:cheques_{model}_{name}", args=arguments)


def sale_form(**more):
    return {
        "buyer_name": "Mairie", "face_cents": "20,00", "count": "3", "method": "transfer",
        "paid_on": str(timezone.localdate()), "key": "a form", **more,
    }  # fmt: skip


def text(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def test_a_batch_is_sold_once_however_often_the_form_is_sent_and_printed(office):
    for _ in range(2):
        page = office.post(action("chequesale", "sell"), sale_form(), follow=True)
        assert "Les chèques sont vendus : imprimez leur feuille." in text(page)
    sale = ChequeSale.objects.get()
    assert (sale.count, sale.total_cents) == (3, 6000)
    answer = office.get(action("chequesale", "sheet", sale))
    assert answer["Content-Type"] == "application/pdf"
    printed = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    for cheque in sale.cheques.all():
        assert code_text(cheque.code) in printed
        assert cheque.serial in printed
    assert printed.replace("\xa0", " ").count("20,00 €") == 3


def test_a_wrong_value_is_told_and_nothing_is_sold(office):
    page = office.post(action("chequesale", "sell"), sale_form(face_cents="900"), follow=True)
    assert "Action refusée : Un chèque vaut plus de zéro et au plus 500,00 €" in text(page)
    assert not ChequeSale.objects.exists()


def test_only_who_sells_cheques_sees_their_codes(office):
    (cheque,) = sell()
    for role in OFFICE_ROLES - {Role.OPERATOR}:
        client = Client()
        client.force_login(User.objects.create_user(f"{role}@x.org", "un-mot-de-passe", role=role))
        sheet = client.get(action("chequesale", "sheet", cheque.sale))
        assert sheet.status_code == (200 if role == Role.ADMINISTRATOR else 403)
        for model, row in (("cheque", cheque), ("chequesale", cheque.sale)):
            page = client.get(reverse(f"admin:cheques_{model}_change", args=[row.pk]))
            assert page.status_code == 200
            assert cheque.code not in page.content.decode()


def test_a_cheque_is_blocked_prolonged_and_refunded_from_its_page(office):
    (cheque,) = sell()
    page = office.post(action("cheque", "block", cheque), {"reason": "Volé"}, follow=True)
    assert "Le chèque est bloqué." in text(page)
    office.post(action("cheque", "unblock", cheque), {"reason": "Retrouvé"})
    day = {"reason": "Geste", "expires_on": "2029-01-31"}
    office.post(action("cheque", "extend", cheque), day)
    page = office.post(action("cheque", "refund", cheque), {"reason": "Erreur"}, follow=True)
    assert "Le remboursement est noté." in text(page)
    cheque.refresh_from_db()
    assert (cheque.state, cheque.remaining_cents, str(cheque.expires_on)) == (
        "cancelled", 0, "2029-01-31",
    )  # fmt: skip
    assert [each.what.split()[0] for each in cheque.events.all()] == [
        "bloqué", "utilisable", "prolongé",
    ]  # fmt: skip


def test_shops_are_inscribed_many_at_once_or_none(office):
    shops = [Shop.objects.get(slug=slug).pk for slug in ("fromagerie", "mercerie")]
    day = str(timezone.localdate())
    form = {"shops": shops, "accepts": "yes", "valid_from": day}
    office.post(action("chequeacceptance", "note"), form)
    assert ChequeAcceptance.objects.filter(valid_from=day).count() == 2
    again = {**form, "shops": [Shop.objects.get(slug="librairie").pk], "accepts": "no"}
    page = office.post(action("chequeacceptance", "note"), again, follow=True)
    assert "Action refusée : Choisissez un jour à venir" in text(page)


def test_a_counter_checks_and_takes_a_cheque_once(counter):
    (cheque,) = sell()
    url = reverse("counter:cheques")
    page = counter.post(url, {"code": code_text(cheque.code), "key": "k", "check": "1"})
    assert "50,00 € · utilisable" in text(page).replace("\xa0", " ")
    assert not ChequeMovement.objects.exists()
    taken = {"code": cheque.code, "amount": "12,50", "key": "k", "take": "1", "reason": "T 7"}
    for _ in range(2):
        page = counter.post(url, taken, follow=True)
        said = text(page).replace("\xa0", " ")
        assert "12,50 € encaissés. Il reste 37,50 € sur le chèque." in said
    assert (left(cheque), available("librairie")) == (3750, 1250)
    assert "T 7" in text(counter.get(url))
    assert find_problems() == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"code": "AAAABBBBCCCCDDDD", "amount": "1"}, "Aucun chèque cadeau n'a ce code"),
        ({"amount": ""}, "Donnez le montant à encaisser."),
        ({"amount": "0"}, "Donnez un montant supérieur à zéro."),
        ({"amount": "50,01"}, "Il reste 50,00 € sur ce chèque"),
    ],
)
def test_a_counter_is_told_why_nothing_is_taken(counter, typed, said):
    (cheque,) = sell()
    form = {"code": cheque.code, "amount": "1", "key": "k", "take": "1", **typed}
    page = counter.post(reverse("counter:cheques"), form)
    assert said in text(page).replace("\xa0", " ").replace("&#x27;", "'")
    assert not ChequeMovement.objects.exists()


def test_a_counter_sees_nothing_of_another_shop_s_redemptions(counter):
    (cheque,) = sell()
    accept("fromagerie")
    other = ChequeMovement.objects.create(
        cheque=cheque, kind="counter", effect_cents=100, key="x", asked_at=timezone.now(),
        shop=Shop.objects.get(slug="fromagerie"),
    )  # fmt: skip
    assert counter.get(reverse("counter:cheque-outcome", args=[other.pk])).status_code == 404
    assert cheque.serial not in text(counter.get(reverse("counter:cheques")))


def test_while_saleor_does_not_answer_the_counter_is_told_not_to_hand_over(counter, settings):
    with saleor_there(GiftCards(), settings) as cards:
        (cheque,) = sell()
        cheques_tell(client=cards, clock=timezone.now)
        cards.lost_calls = 1
        form = {"code": cheque.code, "amount": "10", "key": "k", "take": "1"}
        page = counter.post(reverse("counter:cheques"), form, follow=True)
        assert "Pas encore encaissé." in text(page)
        assert available("librairie") == 0
        movement = ChequeMovement.objects.get()
        url = reverse("counter:cheque-outcome", args=[movement.pk])
        assert "10,00 € encaissés." in text(counter.post(url, follow=True)).replace("\xa0", " ")
        assert (cards.of(cheque)["balance"], available("librairie")) == (4000, 1000)


def test_a_redemption_is_cancelled_from_its_page_once(office, counter):
    (cheque,) = sell()
    form = {"code": cheque.code, "amount": "10", "key": "k", "take": "1"}
    counter.post(reverse("counter:cheques"), form)
    movement = ChequeMovement.objects.get()
    url = action("chequemovement", "give_back", movement)
    assert "L'encaissement est annulé." in text(
        office.post(url, {"reason": "Article rendu"}, follow=True)
    ).replace("&#x27;", "'")
    office.post(url, {"reason": "encore"})
    assert (left(cheque), available("librairie")) == (5000, 0)
    assert Cheque.objects.get().movements.count() == 2
    assert find_problems() == []
