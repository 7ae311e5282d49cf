"""Which event writes which message, to whom, in which language; and what takes one back."""

import datetime
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from pydantic import SecretStr

from saleor_alencon.dues.models import DuesRate
from saleor_alencon.invoicing.services import dues_bill_cancel, dues_bill_issue
from saleor_alencon.messaging.content import content_of
from saleor_alencon.messaging.kinds import RULES, Audience, Kind
from saleor_alencon.messaging.letters import write_letter
from saleor_alencon.messaging.models import Channel, Message
from saleor_alencon.messaging.samples import SAMPLES
from saleor_alencon.messaging.sending import DELAYS, messages_send
from saleor_alencon.messaging.sms import mobile_number, sms_send
from saleor_alencon.messaging.transport import InDoubt, NotSent, Rejected
from saleor_alencon.orders.models import Order, Pickup
from saleor_alencon.orders.services import document_ingest, document_store
from saleor_alencon.pickups.links import order_link
from saleor_alencon.pickups.notices import pickups_remind
from saleor_alencon.pickups.services import (
    pickup_hand_over,
    pickup_ready,
    pickup_uncollected,
    pickup_unready,
)
from saleor_alencon.settlement.services import payout_return
from saleor_alencon.shops.models import Association, Shop
from tests.integration.small_town import Basket, Line, Tender, draft, open_town, operator, pay

pytestmark = pytest.mark.django_db

PLACED = datetime.datetime(2026, 11, 25, 9, tzinfo=datetime.UTC)
SOON = PLACED + datetime.timedelta(hours=3)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def town(db):
    open_town()
    for shop in Shop.objects.all():
        Shop.objects.filter(pk=shop.pk).update(email=f"{shop.slug}@boutique.example")


def deliver(basket, now=SOON):
    document = document_store(basket.snapshot(), source="file")
    assert document_ingest(document_id=document.pk, now=now) == "done"
    return Order.objects.get(number=basket.number)


def basket(number="1", shops=("librairie", "fromagerie"), paid=True):
    lines = [Line(shop, 1000) for shop in shops]
    tenders = [Tender(1000 * len(shops))] if paid else []
    return Basket(number, lines, tenders, placed_at=PLACED, captured_at=PLACED)


def told(*kinds):
    rows = Message.objects.filter(kind__in=kinds).order_by("id") if kinds else Message.objects.all()
    return [(row.kind, row.recipient) for row in rows]


def pickup_of(shop):
    return Pickup.objects.get(shop__slug=shop)


def test_a_paid_order_is_told_to_each_shop_and_once_to_its_shopper(town):
    sold = basket()
    order = deliver(sold)
    expected = {
        ("shop_order", "librairie@boutique.example"),
        ("shop_order", "fromagerie@boutique.example"),
        ("order_received", order.customer_email),
    }
    assert set(told()) == expected
    deliver(sold)  # A newer snapshot that says nothing new.
    assert len(told()) == 3
    received = Message.objects.get(kind=Kind.ORDER_RECEIVED)
    code = pickup_of("librairie").code
    text = write_letter(Kind.ORDER_RECEIVED, received.facts, language="fr", recipient="x@y.fr").text
    assert code in text
    assert "Librairie : 10,00" in text.replace("\u00a0", " ")


def test_an_order_that_waits_for_its_money_is_told_to_nobody_until_it_came(town):
    unpaid = basket(paid=False)
    deliver(unpaid)
    assert told() == []
    unpaid.tenders.append(Tender(2000))
    deliver(unpaid)
    assert len(told()) == 3


def test_what_is_known_late_is_history(town):
    order = deliver(basket(), now=PLACED + 4 * DAY)
    assert order.pk
    assert told() == []


def test_a_refund_is_told_once_with_what_is_new_of_it(town):
    sold = basket()
    deliver(sold)
    sold.refund(400, lines={0: 1})
    deliver(sold)
    deliver(sold)
    sold.refund(100)
    deliver(sold)
    refunds = Message.objects.filter(kind=Kind.REFUND).order_by("id")
    assert [row.facts["amount_cents"] for row in refunds] == [400, 100]


def test_the_last_of_several_to_be_ready_says_that_all_is(town):
    deliver(basket())
    person = operator()
    pickup_ready(pickup_id=pickup_of("librairie").pk, done_by=person, now=SOON)
    assert told("ready", "all_ready")[0][0] == "ready"
    pickup_ready(pickup_id=pickup_of("fromagerie").pk, done_by=person, now=SOON)
    assert [kind for kind, _address in told("ready", "all_ready")] == ["ready", "all_ready"]
    whole = Message.objects.get(kind=Kind.ALL_READY)
    codes = {part["code"] for part in whole.facts["parts"]}
    assert codes == {pickup_of("librairie").code, pickup_of("fromagerie").code}
    # SOON, and fourteen days to come.
    assert whole.facts["until"] == "2026-12-09"


def test_the_only_pickup_of_an_order_is_ready_not_all(town):
    deliver(basket(shops=("librairie",)))
    pickup_ready(pickup_id=pickup_of("librairie").pk, done_by=operator(), now=SOON)
    assert [kind for kind, _address in told("ready", "all_ready")] == ["ready"]


def test_ready_taken_back_before_it_was_sent_is_not_sent_and_ready_again_is(town, mailoutbox):
    deliver(basket(shops=("librairie",)))
    person, pickup = operator(), pickup_of("librairie")
    pickup_ready(pickup_id=pickup.pk, done_by=person, now=SOON)
    pickup_unready(pickup_id=pickup.pk, done_by=person, now=SOON)
    states = Message.objects.filter(kind=Kind.READY).values_list("state", flat=True)
    assert list(states) == ["void"]
    pickup_ready(pickup_id=pickup.pk, done_by=person, now=SOON)
    assert sorted(states.all()) == ["queued", "void"]
    messages_send(clock=lambda: SOON)
    assert sum("est prête" in each.subject for each in mailoutbox) == 1


def test_whoever_has_not_come_by_half_the_time_is_reminded_once(town):
    deliver(basket(shops=("librairie",)))
    pickup = pickup_of("librairie")
    pickup_ready(pickup_id=pickup.pk, done_by=operator(), now=SOON)
    assert pickups_remind(now=SOON + 6 * DAY) == 0
    assert pickups_remind(now=SOON + 7 * DAY + datetime.timedelta(minutes=1)) == 1
    assert pickups_remind(now=SOON + 8 * DAY) == 0
    pickup_hand_over(pickup_id=pickup.pk, done_by=operator(), now=SOON + 8 * DAY)
    # It had not left yet: whoever came is not reminded.
    assert Message.objects.get(kind=Kind.REMINDER).state == "void"
    assert pickups_remind(now=SOON + 9 * DAY) == 0


def test_what_nobody_came_for_is_told(town):
    deliver(basket(shops=("librairie",)))
    pickup = pickup_of("librairie")
    pickup_ready(pickup_id=pickup.pk, done_by=operator(), now=SOON)
    pickup_uncollected(pickup_id=pickup.pk, done_by=None, now=SOON + 15 * DAY)
    assert [kind for kind, _address in told("uncollected")] == ["uncollected"]


def test_a_shopper_is_written_to_in_the_language_of_the_order(town, mailoutbox):
    document = json.loads(basket(shops=("librairie",)).snapshot())
    document["order"]["languageCode"] = "EN_GB"
    stored = document_store(json.dumps(document), source="file")
    assert document_ingest(document_id=stored.pk, now=SOON) == "done"
    messages_send(clock=lambda: SOON)
    subjects = {each.subject for each in mailoutbox}
    assert subjects == {"Order no. 1: the shops have it", "Nouvelle commande n° 1"}
    assert {each.extra_headers["Content-Language"] for each in mailoutbox} == {"en", "fr"}


def test_a_call_for_dues_is_told_with_its_invoice_and_taken_back_with_it(town, mailoutbox):
    Association.objects.update(siret="99900061500008", vat_number="FR35999000615")
    DuesRate.objects.create(year=2026, base_cents=12_000)
    Shop.objects.update(state="live")
    shop, other = Shop.objects.order_by("id")[:2]
    invoice = dues_bill_issue(shop_id=shop.pk, year=2026, billed_by=operator(), now=SOON)
    messages_send(clock=lambda: SOON)
    (letter,) = mailoutbox
    name, content, kind = letter.attachments[0]
    assert (name, kind) == (f"{invoice.number}.pdf", "application/pdf")
    assert content[:4] == b"%PDF"
    assert "120,00" in letter.body

    second = dues_bill_issue(shop_id=other.pk, year=2026, billed_by=operator(), now=SOON)
    dues_bill_cancel(
        bill_id=second.dues_bill_id, cancelled_by=operator(), reason="erreur", now=SOON
    )
    assert messages_send(clock=lambda: SOON) == {}


def test_a_payout_that_came_back_is_told_and_a_notice_of_it_that_waits_is_taken_back(
    town, mailoutbox
):
    sold = basket(shops=("mercerie",))
    sold.hand_over()
    deliver(sold)
    later = SOON + 30 * DAY
    (payout,) = pay(draft(later), later).payouts.all()
    payout_return(payout_id=payout.pk, returned_by=operator(), reason="AC04", now=later)
    assert Message.objects.get(kind=Kind.PAYOUT).state == "void"
    messages_send(clock=lambda: later)
    (letter,) = [each for each in mailoutbox if "revenu" in each.subject]
    assert letter.to == ['"Mercerie" <mercerie@boutique.example>']
    text = letter.body.replace("\u00a0", " ")
    assert "Votre banque a rendu le virement de 10,00 €" in text
    assert "AC04" in text
    assert payout.end_to_end_id in text


def test_a_payout_that_never_left_is_told_as_such():
    facts = SAMPLES[Kind.PAYOUT_RETURNED] | {"refused": True}
    letter = write_letter(Kind.PAYOUT_RETURNED, facts, language="fr", recipient="x@y.fr")
    assert letter.subject.replace("\u00a0", " ") == "Virement de 482,15 € refusé"
    assert "n'a pas pu partir" in letter.text


def test_a_shopper_gets_the_link_to_the_order_where_the_offices_address_is_known(
    town, mailoutbox, settings, client
):
    settings.OFFICE_URL = "https://office.example"
    order = deliver(basket(shops=("librairie",)))
    messages_send(clock=lambda: SOON)
    shopper, shop = sorted(mailoutbox, key=lambda each: "boutique.example" in each.to[0])
    url = order_link(order)
    assert url.startswith("https://office.example/commande/")
    assert url in shopper.body
    assert url in shopper.alternatives[0][0]
    assert "/commande/" not in shop.body
    assert client.get(url.removeprefix("https://office.example")).status_code == 200


def test_without_the_offices_address_a_message_has_no_link(town, mailoutbox, settings):
    settings.OFFICE_URL = None
    deliver(basket(shops=("librairie",)))
    messages_send(clock=lambda: SOON)
    assert [each.body for each in mailoutbox if "/commande/" in each.body] == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_says_the_same_as_text_and_as_html(town, kind, language):
    letter = write_letter(kind, SAMPLES[kind], language=language, recipient="x@y.example")
    assert letter.subject
    assert f'<html lang="{language}">' in letter.html
    from django.utils.html import escape
    from django.utils.translation import override

    with override(language):
        content = content_of(kind, SAMPLES[kind])
    for part in [*content.paragraphs, *content.after, *sum(content.rows, ())]:
        assert part in letter.text
        assert escape(part) in letter.html
    assert bool(letter.sms) == RULES[kind].by_sms


def test_nothing_typed_by_a_shop_becomes_markup():
    facts = {**SAMPLES[Kind.READY], "shop": "<b>x</b>\nBcc: y@z", "note": "<script>"}
    with_office = write_letter(Kind.READY, facts, language="fr", recipient="x@y.example")
    assert "<script>" not in with_office.html
    assert "<b>x</b>" not in with_office.html
    assert "\n" not in with_office.subject


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("+33 (0)7.12.34.56.78", ""),
        ("0033712345678", "+33712345678"),
        ("02 33 00 00 00", ""),
        ("+32 470 12 34 56", "+32470123456"),
        ("", ""),
    ],
)
def test_only_a_mobile_number_gets_text_messages(phone, number):
    assert mobile_number(phone) == number


def test_text_messages_are_closed_by_default_and_open_with_a_file(town, settings, tmp_path):
    order = deliver(basket(shops=("librairie",)))
    Order.objects.update(customer_phone="06 12 34 56 78")
    person, pickup = operator(), pickup_of("librairie")
    pickup_ready(pickup_id=pickup.pk, done_by=person, now=SOON)
    assert not Message.objects.filter(channel=Channel.SMS).exists()

    pickup_unready(pickup_id=pickup.pk, done_by=person, now=SOON)
    settings.SMS_URL = f"file:{tmp_path / 'sms.jsonl'}"
    pickup_ready(pickup_id=pickup.pk, done_by=person, now=SOON)
    messages_send(clock=lambda: SOON)
    (line,) = (tmp_path / "sms.jsonl").read_text().splitlines()
    sent = json.loads(line)
    assert (sent["to"], sent["from"]) == ("+33612345678", "ALENCON")
    expected = f"Commande {order.number} prête chez Librairie. Code : {pickup.code}."
    assert sent["text"] == expected


class Gateway(BaseHTTPRequestHandler):
    asked: list[tuple[dict, dict]] = []
    answers: list[int] = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((dict(self.headers), body))
        status = self.answers.pop(0)
        if status == 0:
            self.connection.close()
            return
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b"told")

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def gateway(settings):
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Gateway.asked, Gateway.answers = [], []
    settings.SMS_URL = f"http://127.0.0.1:{server.server_port}/sms"
    settings.SMS_TOKEN = SecretStr("jeton")
    yield Gateway
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_gateways_answer_says_what_became_of_a_text_message(gateway, settings):
    gateway.answers += [202, 400, 429, 503, 0]
    assert sms_send(message_id="<a@b>", to="+33612345678", text="é") == "202 told"
    for refusal in (Rejected, NotSent, NotSent, InDoubt):
        with pytest.raises(refusal):
            sms_send(message_id="<a@b>", to="+33612345678", text="é")
    headers, body = gateway.asked[0]
    assert headers["Authorization"] == "Bearer jeton"
    assert {each["Idempotency-Key"] for each, _body in gateway.asked} == {"<a@b>"}
    assert body == {"id": "<a@b>", "to": "+33612345678", "from": "ALENCON", "text": "é"}
    settings.SMS_URL = "http://127.0.0.1:1/"
    with pytest.raises(NotSent):
        sms_send(message_id="<a@b>", to="+33612345678", text="é")


def test_the_command_sends_and_names_what_did_not_arrive(town, mailoutbox, capsys):
    now = timezone.now()
    Shop.objects.filter(slug="fromagerie").update(email="")
    sold = basket()
    sold.placed_at = sold.captured_at = now - DAY
    deliver(sold, now=now)
    call_command("messages", "send")
    assert capsys.readouterr().out == "2 sent\n"
    with pytest.raises(CommandError, match="did not arrive"):
        call_command("messages", "stuck")
    assert "shop_order — no_address (0)" in capsys.readouterr().out


def test_the_journal_and_the_preview_open_and_a_message_is_sent_again(town, client, mailoutbox):
    Shop.objects.filter(slug="librairie").update(email="")
    deliver(basket(shops=("librairie",)))
    lost = Message.objects.get(state="no_address")
    client.force_login(operator())
    page = client.get(reverse("admin:messaging_message_changelist"), {"state": "no_address"})
    assert "nouvelle commande pour la boutique" in page.content.decode()
    shown = client.get(reverse("admin:messaging_message_change", args=[lost.pk])).content.decode()
    assert "Renvoyer" in shown
    resend = reverse("admin:messaging_message_resend", args=[lost.pk])
    refused = client.post(resend, {"recipient": "pas une adresse"}, follow=True)
    assert "est pas une adresse électronique" in refused.content.decode()
    client.post(resend, {"recipient": "librairie@boutique.example"})
    messages_send(clock=timezone.now)
    assert '"Librairie" <librairie@boutique.example>' in [each.to[0] for each in mailoutbox]

    preview = reverse("admin:messaging_message_preview")
    for kind in Kind:
        for language in ("fr", "en"):
            page = client.get(preview, {"nature": kind.value, "langue": language})
            frame = client.get(
                reverse("admin:messaging_message_frame", args=[kind.value, language])
            )
            assert page.status_code == frame.status_code == 200
            assert frame["X-Frame-Options"] == "SAMEORIGIN"
            assert frame["Content-Security-Policy"].startswith("default-src 'none'")
    assert client.get(preview, {"nature": "x", "langue": "de"}).status_code == 200


def test_every_kind_has_rules_and_only_unasked_ones_are_refusable():
    assert {kind for kind, rules in RULES.items() if rules.refusable} == {
        Kind.REMINDER,
        Kind.PAYOUT,
    }
    assert {rules.audience for rules in RULES.values()} == set(Audience)
    assert len(DELAYS) == 8
