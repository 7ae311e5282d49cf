"""Shoppers are erased on schedule and at their request; the books stay whole."""

import datetime
import io
import json
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.inbox.models import ErasedOrder, ErasureCause, InboxDocument
from saleor_alencon.messaging import sending
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.letters import Letter
from saleor_alencon.messaging.models import Attempt, Message
from saleor_alencon.messaging.sending import messages_send
from saleor_alencon.messaging.transport import Mailer
from saleor_alencon.orders.locks import order_lock
from saleor_alencon.orders.models import Order, ShopOrder
from saleor_alencon.orders.services import document_ingest, document_store
from saleor_alencon.privacy.export import person_archive
from saleor_alencon.privacy.models import PrivacyRequest, RequestKind, Retention
from saleor_alencon.privacy.saleor import saleor_erase
from saleor_alencon.privacy.services import (
    PrivacyError,
    erase_due,
    month_later,
    order_erase,
    orders_due,
    request_erase,
    request_open,
    request_refuse,
    requests_continue,
)
from saleor_alencon.psp.models import Dispute
from saleor_alencon.saleor_api.client import SaleorRefused
from saleor_alencon.shopper.models import Withdrawal
from tests.integration.small_town import NOW, Basket, Line, Tender, draft, open_town, operator, pay
from tests.integration.test_killed import is_killed

LATER = NOW + datetime.timedelta(days=1000)
TRACES = ("customer_name", "customer_email", "customer_phone")


def basket(number: str, *, handed_over: bool = True) -> Basket:
    lines = [Line("librairie", 5000), Line("fromagerie", 5001), Line("mercerie", 700)]
    made = Basket(number, lines, [Tender(4000, gift=True), Tender(6701)])
    if handed_over:
        made.hand_over()
    made.deliver()
    return made


def person(number: str) -> str:
    return Order.objects.get(number=number).customer_email


def traces(number: str) -> list[str]:
    return [value for value in Order.objects.filter(number=number).values_list(*TRACES)[0] if value]


def texts(number: str) -> str:
    found = InboxDocument.objects.filter(order_id=f"order-{number}")
    documents = map(json.loads, found.values_list("payload", flat=True))
    return "\n".join(json.dumps(document, ensure_ascii=False) for document in documents)


def words() -> list[str]:
    """What the recorded snapshot says of its shopper."""
    order = json.loads(InboxDocument.objects.filter(erased_at=None).last().payload)["order"]
    address = order["shippingAddress"] or order["billingAddress"]
    return [word for word in (order["userEmail"], address["streetAddress1"], address["phone"])
            if word]  # fmt: skip


@pytest.fixture
def town(db):
    open_town()


def test_who_bought_is_erased_when_the_time_has_come_and_the_books_are_the_same(town):
    basket("1")
    pay(draft())
    basket("2", handed_over=False)
    said, before = words(), digest_rows()
    assert len(said) >= 2
    assert all(word in texts("1") for word in said)
    assert not orders_due(now=NOW + datetime.timedelta(days=600)).exists()

    assert erase_due(now=LATER).orders == 1  # the other still waits to be handed over

    assert traces("1") == []
    assert not any(word in texts("1") for word in said)
    assert len(traces("2")) >= 2
    assert digest_rows() == before
    assert find_problems() == []
    assert erase_due(now=LATER).orders == 0
    (mark,) = ErasedOrder.objects.all()
    assert (mark.number, mark.cause, mark.erased_at) == ("1", ErasureCause.SCHEDULE, LATER)


def written(number: str, audience: str, address: str) -> Message:
    """A message about an order that the server refused once, with the address in its answer."""
    message = Message.objects.create(
        key=f"test:{number}:{audience}", kind=Kind.REFUND, channel="email", audience=audience,
        recipient=address, recipient_name="Nom", order=Order.objects.get(number=number),
        facts={"name": address}, subject=f"Pour {address}", text=address, html=address,
        state="failed", answer=f"550 {address}", created_at=NOW, not_before=NOW,
        useful_until=LATER, attempts_count=1,
    )  # fmt: skip
    Attempt.objects.create(message=message, number=1, begun_at=NOW, answer=f"550 {address}")
    return message


def held(message: Message) -> str:
    return json.dumps(
        [
            list(Message.objects.filter(pk=message.pk).values("facts", "recipient", "state")),
            list(Message.objects.filter(pk=message.pk).values("subject", "text", "html", "answer")),
            list(Attempt.objects.filter(message=message).values("answer")),
        ]
    )


def test_the_delivery_address_and_the_messages_lose_the_shopper_too(town):
    basket("1")
    basket("2", handed_over=False)
    Order.objects.update(delivery_address={"name": "Nom", "line1": "1 rue du Test"})
    to_shopper, to_shop = (
        written("1", "shopper", "qui@a.example"),
        written("1", "shop", "b@b.example"),
    )
    others = written("2", "shopper", "autre@a.example")
    erase_due(now=LATER)
    assert "qui@a.example" not in held(to_shopper)
    assert held(to_shop).count("b@b.example") == 1  # only where it went
    assert held(others).count("autre@a.example") == 7
    for message, state in ((to_shopper, "void"), (to_shop, "void"), (others, "failed")):
        message.refresh_from_db()
        assert message.state == state
    assert Order.objects.get(number="1").delivery_address == {}
    assert Order.objects.get(number="2").delivery_address["line1"] == "1 rue du Test"


def test_an_order_erased_by_half_before_is_erased_whole_the_next_night(town):
    basket("1")
    erase_due(now=NOW + datetime.timedelta(days=800))
    Order.objects.update(delivery_address={"name": "Nom", "line1": "1 rue du Test"})
    before = written("1", "shopper", "qui@a.example")
    since = written("1", "shop", "b@b.example")
    Message.objects.filter(pk=since.pk).update(created_at=LATER)  # of a late refund: not lost

    assert not orders_due(now=LATER).exists()
    assert erase_due(now=LATER).orders == 1
    assert "qui@a.example" not in held(before)
    assert held(since).count("b@b.example") == 7
    assert Order.objects.get().delivery_address == {}
    assert erase_due(now=LATER).orders == 0
    assert ErasedOrder.objects.get().erased_at == NOW + datetime.timedelta(days=800)


def test_the_words_of_a_withdrawal_go_once_it_is_closed_and_are_in_the_copy(town):
    basket("1")
    of_shop = ShopOrder.objects.filter(order__number="1").first()
    withdrawal = Withdrawal.objects.create(
        shop_order=of_shop, declared_at=NOW, message="je suis Nom"
    )
    archive = zipfile.ZipFile(io.BytesIO(person_archive(person("1"), now=NOW)))
    assert "je suis Nom" in archive.read("donnees.json").decode()
    assert erase_due(now=LATER).orders == 1
    withdrawal.refresh_from_db()
    assert withdrawal.message == "je suis Nom"  # who handles it must know what was asked
    assert erase_due(now=LATER).orders == 0
    Withdrawal.objects.update(state="done", ended_at=LATER, outcome="remboursé à Nom")
    assert erase_due(now=LATER).orders == 1
    withdrawal.refresh_from_db()
    assert (withdrawal.message, withdrawal.outcome, withdrawal.state) == ("", "", "done")
    assert erase_due(now=LATER).orders == 0


@pytest.mark.parametrize("moment", ["before it is composed", "while the server has it"])
def test_a_message_under_way_does_not_get_its_words_back(town, monkeypatch, moment):
    basket("1")
    message = written("1", "shopper", "qui@a.example")
    Message.objects.exclude(pk=message.pk).update(state="void")
    Message.objects.filter(pk=message.pk).update(subject="", text="", html="")
    sent = []

    def erase():
        order_erase(saleor_id="order-1", cause=ErasureCause.REQUEST, now=NOW)

    def write(*args, **more):
        if moment == "before it is composed":
            erase()
        return Letter("Pour qui@a.example", "qui@a.example", "qui@a.example", "")

    def to_server(mailer, email):
        sent.append(email)
        erase()
        return "250 qui@a.example"

    monkeypatch.setattr(sending, "write_letter", write)
    monkeypatch.setattr(sending, "email_of", lambda message, letter: letter.text)
    monkeypatch.setattr(Mailer, "send", to_server)
    is_sent = moment == "while the server has it"
    assert messages_send(clock=lambda: NOW) == {"sent" if is_sent else "void": 1}
    message.refresh_from_db()
    assert "qui@a.example" not in held(message)
    assert (message.state, message.subject, message.recipient) == ("void", "", "")
    assert sent == ["qui@a.example"] * is_sent
    assert message.attempts.get(outcome="sent" if is_sent else "rejected").ended_at == NOW


def test_the_copy_has_the_messages_to_the_shopper_and_not_the_shops(town):
    basket("1")
    written("1", "shopper", "qui@a.example")
    written("1", "shop", "b@b.example")
    Order.objects.update(delivery_address={"name": "Nom", "line1": "1 rue du Test"})
    archive = zipfile.ZipFile(io.BytesIO(person_archive(person("1"), now=NOW)))
    (order,) = json.loads(archive.read("donnees.json"))["orders"]
    assert "Pour qui@a.example" in [message["subject"] for message in order["messages"]]
    assert "b@b.example" not in json.dumps(order)
    assert order["delivered_to"]["line1"] == "1 rue du Test"


def test_the_days_are_those_of_the_association(town):
    basket("1")
    soon = NOW + datetime.timedelta(days=40)
    assert not orders_due(now=soon).exists()
    Retention.objects.filter(pk=1).update(contact_days=30)
    assert orders_due(now=soon).count() == 1


def test_a_late_snapshot_does_not_bring_the_person_back(town):
    made = basket("1")
    said = words()
    late = document_store(made.snapshot(), source="hook")
    erase_due(now=LATER)
    assert not any(word in texts("1") for word in said)  # also in what was not processed yet

    assert document_ingest(document_id=late.pk, now=LATER) == "done"
    made.refund(700, lines={2: 1})
    newest = document_store(made.snapshot(), source="sweep")
    assert any(word in texts("1") for word in said)
    assert document_ingest(document_id=newest.pk, now=LATER) == "done"

    assert traces("1") == []
    assert not any(word in texts("1") for word in said)
    assert Order.objects.get().captured_at == newest.captured_at
    assert find_problems() == []


def test_a_disputed_payment_keeps_its_shopper_until_it_is_decided(town):
    basket("1")
    dispute = Dispute.objects.create(
        provider_id="dp_1", payment_intent="pi_1", amount_cents=100, status="needs_response",
        created_at=NOW, answer_by=None, order=Order.objects.get(),
    )  # fmt: skip
    assert erase_due(now=LATER).orders == 0
    Dispute.objects.filter(pk=dispute.pk).update(status="lost")
    assert erase_due(now=LATER).orders == 1


def test_a_document_that_was_set_aside_loses_its_shopper_too(town):
    document = document_store('{"version": 9, "order": {"userEmail": "a@b.example"}}', source="x")
    InboxDocument.objects.filter(pk=document.pk).update(captured_at=NOW)
    assert document_ingest(document_id=document.pk, now=NOW) == "rejected"
    assert erase_due(now=NOW).documents == 0
    assert erase_due(now=LATER).documents == 1
    assert "a@b.example" not in InboxDocument.objects.get().payload


def asks(kind=RequestKind.ERASE, email="") -> PrivacyRequest:
    return request_open(
        kind=kind, email=email or person("1"), asked_on=NOW.date(), opened_by=operator(), now=NOW
    )


def test_one_who_asks_is_erased_now_and_from_what_is_not_handed_over_yet_later(town):
    basket("1")
    waiting = basket("2", handed_over=False)
    email, said = person("1"), words()
    request = asks(email=email.upper())
    assert request.due_on == datetime.date(2026, 12, 25)

    request = request_erase(request_id=request.pk, done_by=operator(), now=NOW)
    assert (request.state, request.orders_erased, request.orders_kept) == ("waiting", 1, 1)
    assert (traces("1"), person("2")) == ([], email)
    assert requests_continue(now=NOW) == 0

    waiting.hand_over()
    waiting.deliver()
    assert requests_continue(now=NOW) == 1
    request.refresh_from_db()
    assert (request.state, request.orders_erased, request.orders_kept) == ("done", 2, 0)
    assert (request.email, request.done_by) == ("", operator())
    assert traces("2") == []
    assert not any(word in texts("1") + texts("2") for word in said)
    assert request_erase(request_id=request.pk, done_by=None, now=LATER).done_at == NOW
    assert find_problems() == []


def test_the_same_request_is_noted_once_and_a_begun_one_is_not_refused(town):
    basket("1", handed_over=False)
    request = asks()
    with pytest.raises(PrivacyError, match="déjà ouverte"):
        asks()
    with pytest.raises(PrivacyError, match="après aujourd'hui"):
        request_open(kind=RequestKind.EXPORT, email="a@b.example", asked_on=LATER.date(),
                     opened_by=None, now=NOW)  # fmt: skip
    request_erase(request_id=request.pk, done_by=operator(), now=NOW)
    with pytest.raises(PrivacyError, match="ne se refuse plus"):
        request_refuse(request_id=request.pk, reason="non", done_by=operator(), now=NOW)


@pytest.mark.parametrize(
    ("asked", "due"),
    [((2026, 1, 31), (2026, 2, 28)), ((2028, 1, 30), (2028, 2, 29)), ((2026, 12, 5), (2027, 1, 5))],
)
def test_the_answer_is_due_a_month_later(asked, due):
    assert month_later(datetime.date(*asked)) == datetime.date(*due)


def test_the_copy_has_all_that_is_held_and_nobody_elses(town):
    basket("1")
    Order.objects.create(
        saleor_id="other", number="77", created_at=NOW, saleor_status="UNFULFILLED",
        channel="alencon", currency="EUR", customer_name="Autre", customer_email="autre@b.example",
        delivery_choice="collect", total_gross_cents=1, shipping_gross_cents=0, captured_at=NOW,
    )  # fmt: skip
    said = words()
    archive = zipfile.ZipFile(io.BytesIO(person_archive(person("1"), now=NOW)))
    data = json.loads(archive.read("donnees.json"))
    page = archive.read("resume.html").decode()
    (order,) = data["orders"]
    assert (order["number"], order["total_cents"]) == ("1", 10_701)
    assert [part["paid_cents"] for part in order["shops"]] == [5001, 5000, 700]
    assert [payment["charged_cents"] for payment in order["payments"]] == [4000, 6701]
    assert all(word in json.dumps(data, ensure_ascii=False) for word in said)
    assert all(word in page for word in said[:1])
    assert "107,01" in page.replace("\u00a0", " ")
    assert "autre@b.example" not in page + json.dumps(data)


class Saleor:
    """A Saleor that keeps what it is told, and refuses orders of some ids."""

    def __init__(self, *refused: str) -> None:
        self.refused, self.told = refused, []

    def run(self, operation, *, id, input):
        assert operation == "order_forget_shopper"
        if id in self.refused:
            raise SaleorRefused("no such order", [])
        self.told.append((id, input["userEmail"], input["billingAddress"]["lastName"]))


def test_saleor_is_told_once_of_each_order_and_a_refusal_is_kept(town):
    for number in ("1", "2"):
        basket(number)
    erase_due(now=LATER)
    saleor = Saleor("order-2")
    assert saleor_erase(client=saleor, clock=lambda: LATER) == 1
    assert saleor_erase(client=saleor, clock=lambda: LATER) == 0
    key = ErasedOrder.objects.get(number="1").pk
    assert saleor.told == [("order-1", f"client-{key}@efface.invalid", "effacé")]
    assert ErasedOrder.objects.get(number="2").saleor_refusal == "no such order"


def test_killed_anywhere_an_erasure_is_whole_or_not_and_ends_the_next_time(own_database):
    open_town()
    basket("1")
    said, before = words(), digest_rows()

    def erase():
        order_erase(saleor_id="order-1", cause=ErasureCause.SCHEDULE, now=LATER)

    steps = 0
    while is_killed(erase, steps):
        gone = not any(word in texts("1") for word in said)
        assert ErasedOrder.objects.exists() is gone is (traces("1") == [])
        steps += 1
    assert steps >= 5
    assert traces("1") == []
    assert not any(word in texts("1") for word in said)
    assert digest_rows() == before


def test_what_is_ingested_while_a_person_is_erased_brings_nobody_back(own_database):
    open_town()
    made = basket("1")
    said = words()
    late = document_store(made.snapshot(), source="hook")
    held = threading.Event()

    def ingest():
        held.wait()
        try:
            return document_ingest(document_id=late.pk, now=LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        ingested = pool.submit(ingest)
        with transaction.atomic():
            order_lock("order-1")
            held.set()  # it now waits for the order, its own document locked
            wait_until_a_session_waits()
            order_erase(saleor_id="order-1", cause=ErasureCause.REQUEST, now=LATER)
        assert ingested.result() == "done"
    assert traces("1") == []
    assert not any(word in texts("1") for word in said)
    assert find_problems() == []


def wait_until_a_session_waits() -> None:
    for _ in range(3000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                           " AND datname = current_database()")  # fmt: skip
            if cursor.fetchone() != (0,):
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits for the order")


def test_the_marks_cannot_be_removed(town):
    ErasedOrder.objects.create(order_id="x", cause="request", erased_at=NOW)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ErasedOrder.objects.all().delete()


def test_an_operator_notes_a_request_erases_and_downloads(town):
    basket("1")
    client = Client()
    client.force_login(operator())
    listed = "admin:privacy_privacyrequest"
    for kind in ("export", "erase"):
        form = {"kind": kind, "email": person("1"), "asked_on": "2026-11-20"}
        noted = client.post(reverse(f"{listed}_note"), form)
        assert noted.status_code == 302, noted.content
    export, erase = PrivacyRequest.objects.order_by("id")
    assert person("1") in client.get(reverse(f"{listed}_changelist")).content.decode()
    done = client.post(reverse(f"{listed}_export", args=(export.pk,)))
    assert zipfile.ZipFile(io.BytesIO(done.content)).namelist() == ["donnees.json", "resume.html"]
    export.refresh_from_db()
    assert (export.state, export.done_by) == ("done", operator())
    asked = client.get(reverse(f"{listed}_erase", args=(erase.pk,))).content.decode()
    assert "Commandes à effacer maintenant : 1" in asked
    assert traces("1") != []
    client.post(reverse(f"{listed}_erase", args=(erase.pk,)))
    erase.refresh_from_db()
    assert (erase.state, traces("1")) == ("done", [])
    assert client.get(reverse("admin:inbox_erasedorder_changelist")).status_code == 200


def test_who_only_reads_does_not_erase(town):
    basket("1")
    request = asks()
    reader = User.objects.create_user("lit@b.example", "un-mot-de-passe-long", role=Role.AUDITOR)
    client = Client()
    client.force_login(reader)
    url = reverse("admin:privacy_privacyrequest_erase", args=(request.pk,))
    assert client.post(url).status_code == 403
    assert traces("1") != []


def test_the_command_reports_erases_and_exports(town, tmp_path, capsys):
    basket("1")
    email = person("1")
    call_command("privacy", "report")
    assert "1 of 1 orders have a shopper, 0 are due" in capsys.readouterr().out
    call_command("privacy", "export", email, "--to", str(tmp_path / "copie.zip"))
    assert zipfile.ZipFile(tmp_path / "copie.zip").namelist() == ["donnees.json", "resume.html"]
    assert (tmp_path / "copie.zip").stat().st_mode & 0o077 == 0
    call_command("privacy", "erase", email, "--by", operator().email)
    assert "1 orders erased, 0 kept" in capsys.readouterr().out
    call_command("privacy", "erase-due")
    assert "0 orders and 0 set-aside documents erased" in capsys.readouterr().out
    assert traces("1") == []
