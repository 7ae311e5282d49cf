"""Every column that can hold words is in the register, and what the register says is so."""

import ast
import datetime
import io
import json
import uuid
import zipfile
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.urls import reverse

from saleor_alencon.cheques.models import ChequeEvent, ChequeSale
from saleor_alencon.desk.models import Action
from saleor_alencon.inbox.models import InboxDocument
from saleor_alencon.local.demo import privacy_seed
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.models import Attempt, Message, OptOut
from saleor_alencon.messaging.services import MessageError, message_resend
from saleor_alencon.orders.models import Order, Pickup, ShopOrder
from saleor_alencon.orders.services import document_ingest, document_store
from saleor_alencon.pickups.models import PickupEvent, SaleorCommand
from saleor_alencon.privacy.export import person_archive
from saleor_alencon.privacy.models import PrivacyRequest, RequestKind
from saleor_alencon.privacy.register import REGISTER, Fate
from saleor_alencon.privacy.services import (
    erase_due,
    request_erase,
    request_open,
    request_refuse,
    requests_continue,
)
from saleor_alencon.rounds.models import DeliveryRound, RoundEvent, Stop
from saleor_alencon.shopper.models import Withdrawal
from tests.integration.cheque_town import sell
from tests.integration.small_town import NOW, Basket, Line, Tender, open_town, operator

LATER = NOW + datetime.timedelta(days=1200)
"""Two years after the hand-over, and after the last day of a cheque that holds for one."""
TOKEN = "marqueur"
"""In all that is planted of the person, and in nothing else."""
EMAIL = f"{TOKEN}-email@a.example"
WORDS = (models.CharField, models.TextField, models.JSONField, models.FileField,
         models.BinaryField, models.GenericIPAddressField)  # fmt: skip
PLUGIN_WORDS = ("CharField", "TextField", "JSONField")
PLUGINS = Path(__file__).parents[2] / "plugins"


def our_columns() -> set[tuple[str, str]]:
    """The columns of our models that can hold words of somebody's choice."""
    return {
        (model._meta.label, field.name)
        for model in apps.get_models()
        if model.__module__.startswith("saleor_alencon.")
        for field in model._meta.concrete_fields
        if not field.choices
        and (isinstance(field, WORDS) or field.get_internal_type() == "ArrayField")
    }


def plugin_columns() -> set[tuple[str, str]]:
    """The same of the plugins' models, read from their source: they load in Saleor's process."""
    found = set()
    for path in sorted(PLUGINS.glob("*/models.py")):
        for node in ast.parse(path.read_text()).body:
            for line in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Call):
                    kind = ast.unparse(line.value.func).removeprefix("models.")
                    keywords = {keyword.arg for keyword in line.value.keywords}
                    if (
                        kind in ("CharField", "TextField", "JSONField")
                        and "choices" not in keywords
                    ):
                        label = f"plugins.{path.parent.name}.{node.name}"
                        found.add((label, ast.unparse(line.targets[0])))
    return found


def registered(**wanted) -> set[tuple[str, str]]:
    return {
        (label, column)
        for label, columns in REGISTER.items()
        for column, held in columns.items()
        if all(getattr(held, name) == value for name, value in wanted.items())
    }


def test_every_column_that_can_hold_words_is_in_the_register_and_no_other():
    assert len(plugin_columns()) >= 15
    assert our_columns() | plugin_columns() == registered()


def test_what_is_kept_or_erased_says_why():
    for columns in REGISTER.values():
        for held in columns.values():
            assert bool(held.why) is (held.fate is not Fate.NOBODY)


def mark(label: str, column: str) -> str:
    return f"{TOKEN}-{label}-{column}"


def person_of(order: dict) -> None:
    """Let an order of Saleor be the planted person's."""
    address = {
        "firstName": mark("orders.Order", "customer_name"), "lastName": "X",
        "streetAddress1": mark("inbox.InboxDocument", "payload"),
        "streetAddress2": "", "postalCode": f"{TOKEN}-61", "city": f"{TOKEN}-city",
        "phone": f"{TOKEN}-phone", "companyName": f"{TOKEN}-company",
    }  # fmt: skip
    base = order["shippingAddress"] or order["billingAddress"]
    order["shippingAddress"] = order["billingAddress"] = base | address
    order |= {"userEmail": EMAIL, "customerNote": f"{TOKEN}-note"}


def plant_order() -> Order:
    made = Basket("1", [Line("librairie", 5000)],
                  [Tender(5000, reference="gardee-psp")], home=True)  # fmt: skip
    made.hand_over()
    snapshot = json.loads(made.snapshot())
    person_of(snapshot["order"])
    document = document_store(json.dumps(snapshot), source="hook")
    assert document_ingest(document_id=document.pk, now=NOW) == "done"
    aside = document_store(json.dumps({"version": 9, "userEmail": EMAIL}), source="hook")
    assert document_ingest(document_id=aside.pk, now=NOW) == "rejected"
    InboxDocument.objects.filter(pk=aside.pk).update(
        captured_at=NOW, reason=mark("inbox.InboxDocument", "reason")
    )
    return Order.objects.get(number="1")


def plant_words(order: Order) -> None:
    """What staff, a courier and the shopper wrote about the order."""
    part = ShopOrder.objects.get(order=order)
    Pickup.objects.create(shop_order=part, shop=part.shop, code="GARDEE")
    who, at = operator(), {"done_by": operator(), "done_at": NOW}
    PickupEvent.objects.create(
        shop_order=part, step="refuse", detail=mark("pickups.PickupEvent", "detail"), **at
    )
    SaleorCommand.objects.create(
        kind="refuse", shop_order=part, created_at=NOW, not_before=NOW, state="done", done_at=NOW,
        payload={"lines": [], "reason": mark("pickups.SaleorCommand", "payload")},
        reason=mark("pickups.SaleorCommand", "reason"),
    )  # fmt: skip
    Action.objects.create(
        key=uuid.uuid4(), digest="x", shop=part.shop, shop_order=part, kind="refuse", done_by=who,
        signed_in=who, made_at=NOW, received_at=NOW, done=False,
        answer=mark("desk.Action", "answer"),
    )  # fmt: skip
    Withdrawal.objects.create(
        shop_order=part, declared_at=NOW, state="done", ended_at=NOW, ended_by=who,
        message=mark("shopper.Withdrawal", "message"),
        outcome=mark("shopper.Withdrawal", "outcome"),
    )  # fmt: skip
    trip = DeliveryRound.objects.create(
        number="T1", day=NOW.date(), capacity=9, planned_by=who, planned_at=NOW
    )
    stop = Stop.objects.create(
        round=trip, order=order, position=1, code="1", state="left", ended_at=NOW,
        detail=mark("rounds.Stop", "detail"),
    )  # fmt: skip
    said = mark("rounds.RoundEvent", "detail")
    for of_stop in (stop, None):
        RoundEvent.objects.create(round=trip, stop=of_stop, kind="left", detail=said, **at)


def plant_message(order: Order, audience: str = "shopper") -> Message:
    said = {
        name: mark("messaging.Message", name)
        for name in ("recipient_name", "subject", "text", "html", "answer")
    }
    message = Message.objects.create(
        key=f"test:{audience}", kind=Kind.REFUND, channel="email", audience=audience, order=order,
        recipient=EMAIL, facts={"name": mark("messaging.Message", "facts")}, state="given_up",
        created_at=NOW, not_before=NOW, useful_until=LATER, **said,
    )  # fmt: skip
    Attempt.objects.create(
        message=message, number=1, begun_at=NOW, answer=mark("messaging.Attempt", "answer")
    )
    return message


def plant_cheques() -> None:
    cheque = sell(buyer_name=mark("cheques.ChequeSale", "buyer_name"), buyer_email=EMAIL,
                  reference="gardee-reference")[0]  # fmt: skip
    ChequeEvent.objects.create(
        cheque=cheque, what="bloqué", reason=mark("cheques.ChequeEvent", "reason"),
        done_at=NOW, done_by=operator(),
    )  # fmt: skip


def plant_request() -> None:
    refused = request_open(
        kind=RequestKind.EXPORT, email=EMAIL, asked_on=NOW.date(), opened_by=operator(), now=NOW
    )
    request_refuse(
        request_id=refused.pk, reason=mark("privacy.PrivacyRequest", "refusal"),
        done_by=operator(), now=NOW,
    )  # fmt: skip


@pytest.fixture
def planted(db) -> Order:
    """A person in every column of which the register says that it is erased."""
    open_town()
    order = plant_order()
    plant_words(order)
    plant_message(order)
    plant_cheques()
    plant_request()
    return order


def tables_with_token() -> set[str]:
    """The tables of the whole database that hold the token, as text or as bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(schemaname) || '.' || quote_ident(tablename)"
                       " FROM pg_tables WHERE schemaname NOT IN"
                       " ('pg_catalog', 'information_schema')")  # fmt: skip
        tables = [name for (name,) in cursor.fetchall()]
        assert len(tables) > 80
        found = set()
        for table in tables:
            cursor.execute(
                f"SELECT count(*) FROM {table} AS t WHERE t::text ILIKE %s OR t::text ILIKE %s",
                [f"%{TOKEN}%", f"%{TOKEN.encode().hex()}%"],
            )
            if cursor.fetchone() != (0,):
                found.add(table.partition(".")[2])
    return found


def column_has_token(label: str, column: str) -> bool:
    model = apps.get_model(label)
    table, name = model._meta.db_table, model._meta.get_field(column).column
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{name}"::text LIKE %s',
                       [f"%{TOKEN}%"])  # fmt: skip
        return cursor.fetchone() != (0,)


def tables_of(columns: set[tuple[str, str]]) -> set[str]:
    return {apps.get_model(label)._meta.db_table for label, _column in columns}


def test_the_person_is_planted_in_every_column_that_is_erased_and_in_no_other_table(planted):
    erased = registered(fate=Fate.ERASED)
    assert {each for each in erased if not column_has_token(*each)} == set()
    assert tables_with_token() == tables_of(erased)


def test_nothing_of_the_person_is_anywhere_in_the_database_when_its_time_has_come(planted):
    done = erase_due(now=LATER)
    requests_continue(now=LATER)
    assert (done.orders, done.documents, done.cheque_sales) == (1, 1, 1)
    assert tables_with_token() == set()
    done = erase_due(now=LATER)
    assert (done.orders, done.documents, done.cheque_sales) == (0, 0, 0)


def test_one_who_asks_is_nowhere_but_in_the_answers_to_its_requests(planted):
    asked = request_open(
        kind=RequestKind.ERASE, email=EMAIL, asked_on=NOW.date(), opened_by=operator(), now=NOW
    )
    assert request_erase(request_id=asked.pk, done_by=operator(), now=NOW).state == "done"
    assert tables_with_token() == {"privacy_privacyrequest"}  # that one was refused, and why
    requests_continue(now=LATER)
    assert tables_with_token() == set()


def test_words_written_after_an_erasure_go_the_next_night(planted):
    erase_due(now=LATER)
    requests_continue(now=LATER)
    PickupEvent.objects.update(detail=f"rapporté par {TOKEN}")
    assert erase_due(now=LATER).orders == 1
    assert tables_with_token() == set()
    assert erase_due(now=LATER).orders == 0


def exported_words() -> dict[tuple[str, str], str]:
    """What must be in the copy, by column."""
    words = {each: mark(*each) for each in registered(exported=True)}
    return words | {
        ("orders.Order", "customer_email"): EMAIL,
        ("orders.Order", "customer_phone"): f"{TOKEN}-phone",
        ("orders.Order", "delivery_address"): f"{TOKEN}-company",
        ("orders.Order", "delivery_postal_code"): f"{TOKEN}-61",
        ("orders.Tender", "psp_reference"): "gardee-psp",
        ("orders.Pickup", "code"): "GARDEE",
        ("messaging.Message", "recipient"): EMAIL,
        ("cheques.ChequeSale", "buyer_email"): EMAIL,
        ("cheques.ChequeSale", "reference"): "gardee-reference",
        ("privacy.PrivacyRequest", "email"): EMAIL,
    }


@pytest.mark.parametrize("name", ["donnees.json", "resume.html"])
def test_what_is_exported_is_in_the_copy_for_machines_and_in_that_for_people(planted, name):
    archive = zipfile.ZipFile(io.BytesIO(person_archive(EMAIL, now=NOW)))
    copy, words = archive.read(name).decode(), exported_words()
    assert len(words) >= 20
    assert {column for column, word in words.items() if word not in copy} == set()


def test_the_copy_says_which_messages_the_person_refuses(planted):
    OptOut.objects.create(address=EMAIL, kind=Kind.REMINDER, since=NOW)
    archive = zipfile.ZipFile(io.BytesIO(person_archive(EMAIL.upper(), now=NOW)))
    (refused,) = json.loads(archive.read("donnees.json"))["refused_messages"]
    assert refused["kind"] == "rappel de retrait"
    assert "Rappel de retrait" in archive.read("resume.html").decode()


def test_a_message_of_an_erased_order_is_not_sent_again(planted, client):
    message = Message.objects.get()
    erase_due(now=LATER)
    message.refresh_from_db()
    assert message.state == "given_up"
    with pytest.raises(MessageError, match="Le client de cette commande est effacé"):
        message_resend(message_id=message.pk, recipient="x@y.example", now=LATER)
    client.force_login(operator())
    url = reverse("admin:messaging_message_resend", args=[message.pk])
    page = client.post(url, {"recipient": "x@y.example"}, follow=True).content.decode()
    assert "n&#x27;a plus de contenu" in page or "n'a plus de contenu" in page
    message.refresh_from_db()
    assert (message.state, message.recipient) == ("given_up", "")


CHANGES = [
    (ChequeSale, {"buyer_name": "Autre"}),
    (ChequeSale, {"reference": ""}),
    (ChequeSale, {"total_cents": 1}),
    (ChequeEvent, {"reason": "autre"}),
    (ChequeEvent, {"what": ""}),
    (RoundEvent, {"detail": "autre"}),
    (RoundEvent, {"kind": "failed"}),
]


def test_postgresql_lets_histories_lose_their_person_and_nothing_else(planted):
    for model, change in CHANGES:
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all().delete()


def test_the_demo_has_a_request_to_look_at_and_gets_one_only(db):
    open_town()
    plant_order()
    for _ in range(2):
        privacy_seed(operator(), NOW)
    request = PrivacyRequest.objects.get()
    assert (request.kind, request.email, request.state) == ("export", EMAIL, "open")
