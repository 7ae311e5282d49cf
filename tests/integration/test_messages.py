"""The outbox against a real SMTP server: once, again when need be, and never without a trace."""

import datetime
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from saleor_alencon.accounts.models import User
from saleor_alencon.messaging.kinds import RULES, Kind
from saleor_alencon.messaging.models import Attempt, Message, MessageState, OptOut
from saleor_alencon.messaging.sending import DELAYS, LEASE, messages_send
from saleor_alencon.messaging.services import (
    Draft,
    MessageError,
    message_arrived,
    message_bounce,
    message_give_up,
    message_resend,
    messages_queue,
    opt_out,
)
from saleor_alencon.settlement.services import run_approve, run_cancel
from saleor_alencon.shops.models import Shop
from tests.integration.at_once import at_once
from tests.integration.mail_server import HOST, running_mail_server, silent_server
from tests.integration.small_town import NOW, Basket, Line, Tender, draft, open_town, operator, pay
from tests.integration.test_killed import is_killed

SHOPS = ("fromagerie", "librairie", "mercerie")


@pytest.fixture
def mail(settings):
    with running_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, server.port
        settings.EMAIL_TIMEOUT = 5
        yield server


@pytest.fixture
def town(own_database):
    """Three shops with sales handed over long ago, each with an address."""
    open_town()
    for shop in Shop.objects.all():
        Shop.objects.filter(pk=shop.pk).update(email=f"{shop.slug}@boutique.example")
    lines = [Line("librairie", 5000), Line("fromagerie", 5001), Line("mercerie", 700)]
    basket = Basket("1", lines, [Tender(10701)])
    basket.hand_over()
    basket.deliver()


def send(now=NOW):
    return messages_send(clock=lambda: now)


def queue(*keys, kind=Kind.RUN_TO_APPROVE, **more):
    """Put messages that need nothing else into the outbox."""
    facts = {"run": "R1", "by": "x", "count": 1, "total_cents": 100}
    if kind == Kind.PAYOUT:
        facts = {"amount_cents": 100, "reference": "R1-1", "run": "R1", "day": "2026-11-25"}
    from django.db import transaction

    with transaction.atomic():
        messages_queue(
            [
                Draft(key=key, kind=kind, recipient=f"{key}@office.example", facts=facts, **more)
                for key in keys
            ],
            now=NOW,
        )
    return [Message.objects.get(key=key) for key in keys]


def states(kind=None):
    rows = Message.objects.filter(kind=kind) if kind else Message.objects.all()
    return dict(rows.order_by("key").values_list("recipient", "state"))


def test_each_shop_of_an_executed_run_gets_its_statement_once_with_its_files(town, mail):
    run = pay(draft())
    assert set(states(Kind.STATEMENT).values()) == {"queued"}
    counts = send()
    assert counts == {"sent": 3 + 3 + 1}  # statements, payout notices, "to approve"
    assert send() == {}

    found = {each["To"]: each for each in mail.arrived if "relevé" in each["Subject"]}
    assert sorted(found) == [f"{shop.capitalize()} <{shop}@boutique.example>" for shop in SHOPS]
    letter = found["Librairie <librairie@boutique.example>"]
    names = [part.get_filename() for part in letter.iter_attachments()]
    number = f"{run.number}-librairie"
    assert names == [f"{number}.pdf", f"{number}.csv", f"{number}.xlsx"]
    pdf, csv, xlsx = (part.get_content() for part in letter.iter_attachments())
    assert pdf.startswith(b"%PDF")
    assert "Taux librairie" in (csv if isinstance(csv, str) else csv.decode("utf-8-sig"))
    assert load_workbook(io.BytesIO(xlsx)).sheetnames == ["Lignes", "Soldes"]
    text = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    # 50.00 less 8 % and 20 % of VAT on it.
    assert "Versé : 45,20" in text.replace("\u00a0", " ")
    assert "45,20" in html
    assert '<html lang="fr">' in html
    assert letter["List-Unsubscribe"] is None
    assert len(set(mail.ids())) == 7
    message = Message.objects.get(recipient="librairie@boutique.example", kind=Kind.STATEMENT)
    assert (message.state, message.answer) == ("sent", "250 2.0.0 queued as TEST")
    assert message.attempts.get().outcome == "sent"


def test_a_run_told_twice_writes_to_nobody_twice_and_to_who_has_an_address_since(town, mail):
    Shop.objects.filter(slug="mercerie").update(email="")
    run = pay(draft())
    send()
    lost = Message.objects.get(kind=Kind.STATEMENT, shop__slug="mercerie")
    assert lost.state == MessageState.NO_ADDRESS
    from saleor_alencon.settlement.notices import statements_tell

    assert statements_tell(run, now=NOW) == 0
    Shop.objects.filter(slug="mercerie").update(email="mercerie@boutique.example")
    assert statements_tell(run, now=NOW) == 1
    assert send() == {"sent": 1}
    assert statements_tell(run, now=NOW) == 0
    subjects = [each["Subject"] for each in mail.arrived if "relevé" in each["Subject"]]
    assert len(subjects) == len(set(subjects)) == 3


def test_who_may_approve_is_told_and_no_more_when_the_run_is_abandoned(town, mail):
    run = draft()
    (message,) = Message.objects.filter(kind=Kind.RUN_TO_APPROVE)
    assert message.recipient == "approver@alencon.example"
    assert message.facts["total_cents"] == 4520 + 4401 + 700
    run_cancel(run_id=run.pk, cancelled_by=operator(), now=NOW)
    assert send() == {}
    assert Message.objects.get(pk=message.pk).state == MessageState.VOID


def test_an_address_that_the_server_refuses_is_given_up_with_its_words(town, mail):
    mail.recipients["gone@office.example"] = "550 5.1.1 no such mailbox"
    gone, there = queue("gone", "there")
    assert send() == {"given_up": 1, "sent": 1}
    gone.refresh_from_db()
    assert (gone.state, gone.answer) == ("given_up", "550 5.1.1 no such mailbox")
    assert gone.attempts.get().outcome == "rejected"
    assert mail.ids() != []

    mail.recipients.clear()
    message_resend(message_id=gone.pk, recipient="new@office.example", now=NOW)
    assert send() == {"sent": 1}
    assert mail.arrived[-1]["To"] == "new@office.example"
    with pytest.raises(MessageError, match="parti"):
        message_resend(message_id=there.pk, recipient="x@y.example", now=NOW)


def test_a_server_that_says_later_is_asked_later(town, mail):
    mail.recipients["busy@office.example"] = "451 4.7.1 greylisted"
    (message,) = queue("busy")
    assert send() == {"failed": 1}
    message.refresh_from_db()
    assert (message.state, message.answer) == ("failed", "451 4.7.1 greylisted")
    assert message.not_before == NOW + DELAYS[0]
    assert send() == {}
    mail.recipients.clear()
    assert send(NOW + DELAYS[0]) == {"sent": 1}
    outcomes = message.attempts.values_list("outcome", flat=True)
    assert list(outcomes) == ["failed", "sent"]


def test_a_text_that_is_refused_is_given_up_and_one_put_off_is_tried_again(town, mail):
    mail.texts += ["554 5.7.1 looks like spam", "452 4.3.1 disk full"]
    never, later = queue("never", "later")
    assert send() == {"given_up": 1, "failed": 1}
    assert send(NOW + DELAYS[0]) == {"sent": 1}
    never.refresh_from_db()
    later.refresh_from_db()
    assert (never.answer, later.state) == ("554 5.7.1 looks like spam", "sent")
    assert len(mail.arrived) == 1


def test_nobody_listening_is_tried_for_two_days_then_given_up(town, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with silent_server() as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, port
    (message,) = queue("nobody")
    now = NOW
    for delay in DELAYS:
        assert send(now) == {"failed": 1}
        message.refresh_from_db()
        assert message.not_before == now + delay
        assert "Connection refused" in message.answer
        now += delay
    assert send(now) == {"given_up": 1}
    assert now - NOW == datetime.timedelta(days=1, hours=22, minutes=21)
    assert send(now + DELAYS[-1]) == {}


def test_a_server_that_never_answers_is_left_after_a_while(town, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 1
    with silent_server() as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, port
        (message,) = queue("silent")
        assert send() == {"failed": 1}
    message.refresh_from_db()
    assert "timed out" in message.answer


def test_a_line_cut_after_the_text_leaves_doubt_and_the_same_message_goes_once_more(town, mail):
    mail.texts += ["break"]
    (message,) = queue("cut")
    assert send() == {"failed": 1}
    message.refresh_from_db()
    attempt = message.attempts.get()
    assert (attempt.outcome, message.state) == ("unknown", "failed")
    assert "SMTPServerDisconnected" in attempt.answer
    assert send(NOW + DELAYS[0]) == {"sent": 1}
    # The same id: a mailbox that has the first copy knows the second.
    assert len(mail.ids()) == 2
    assert len(set(mail.ids())) == 1


def test_a_line_cut_twice_leaves_the_message_to_a_person(town, mail):
    mail.texts += ["break", "break"]
    (message,) = queue("cut")
    send()
    assert send(NOW + DELAYS[0]) == {"unknown": 1}
    assert send(NOW + 30 * LEASE) == {}
    message_arrived(message_id=message.pk, reason="le client l'a", now=NOW)
    message.refresh_from_db()
    assert (message.state, message.answer) == ("sent", "le client l'a")


def test_a_payout_notice_in_doubt_is_not_sent_again(town, mail):
    assert not RULES[Kind.PAYOUT].resent_in_doubt
    mail.texts += ["break"]
    queue("cut", kind=Kind.PAYOUT)
    assert send() == {"unknown": 1}
    assert send(NOW + 30 * LEASE) == {}
    assert len(mail.arrived) == 1


def test_after_a_cut_line_the_next_message_has_a_connection_of_its_own(town, mail):
    mail.texts += ["break"]
    queue("a-cut", "b-fine")
    assert send() == {"failed": 1, "sent": 1}
    assert [each["To"] for each in mail.arrived] == [
        "a-cut@office.example",
        "b-fine@office.example",
    ]


def test_many_senders_at_once_send_each_message_once(town, mail):
    queue(*(f"m{number:02}" for number in range(30)))
    results, refusals = at_once([send] * 6)
    assert refusals == []
    assert sum(counts.get("sent", 0) for counts in results) == 30
    assert len(mail.arrived) == len(set(mail.ids())) == 30
    assert Attempt.objects.count() == 30


def test_a_sender_killed_anywhere_sends_each_message_and_at_most_twice_under_one_id(
    town, mail, killed
):
    for kind, most in ((Kind.RUN_TO_APPROVE, 2), (Kind.PAYOUT, 1)):
        steps, alive = 0, False
        while not alive:
            key = f"{kind}-{steps}"
            (message,) = queue(key, kind=kind)
            before = len(mail.arrived)
            alive = not is_killed(send, steps)
            later = NOW + 2 * LEASE
            send(later)
            send(later + DELAYS[0])
            copies = mail.ids()[before:]
            message.refresh_from_db()
            assert len(copies) <= most, (kind, steps)
            assert len(set(copies)) <= 1
            if message.state == MessageState.SENT:
                assert copies
            else:
                # Only what is not sent again in doubt may be left, and it says so.
                assert (message.state, kind) == (MessageState.UNKNOWN, Kind.PAYOUT)
            steps += 1
        assert steps > 8
        killed(f"sending a message, {kind}", steps - 1)


def test_what_is_refused_is_not_sent_and_only_what_may_be_is_refused(town, mail):
    opt_out(address="Cut@office.example", kind=Kind.PAYOUT, now=NOW)
    queue("cut", kind=Kind.PAYOUT)
    assert send() == {"refused": 1}
    with pytest.raises(MessageError, match="ne se refusent pas"):
        opt_out(address="cut@office.example", kind=Kind.STATEMENT, now=NOW)
    assert mail.arrived == []


def test_a_refusable_message_has_a_link_that_needs_no_account(town, mail, settings, client):
    settings.OFFICE_URL = "https://office.example/"
    queue("some", kind=Kind.PAYOUT)
    send()
    (letter,) = mail.arrived
    url = letter["List-Unsubscribe"].strip(" <>")
    assert url.startswith("https://office.example/messages/refuser/")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in letter.get_body(("plain",)).get_content()
    path = url.removeprefix("https://office.example")

    asked = client.get(path)
    assert "some@office.example reçoit : avis de virement" in asked.content.decode()
    assert not OptOut.objects.exists()
    # A mail program posts this by itself.
    done = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert "some@office.example ne reçoit plus : avis de virement" in done.content.decode()
    assert OptOut.objects.get().address == "some@office.example"
    client.post(path, {"again": "1"})
    assert not OptOut.objects.exists()
    assert client.get(path[:-2] + "xx").status_code == 404


def test_a_message_too_late_to_be_of_use_is_not_sent(town, mail):
    queue("late")
    late = NOW + RULES[Kind.RUN_TO_APPROVE].useful_for + LEASE
    assert send(late) == {"void": 1}
    assert mail.arrived == []


def test_one_that_cannot_be_composed_does_not_stop_the_others(town, mail):
    broken, fine = queue("a-broken", "b-fine")
    Message.objects.filter(pk=broken.pk).update(facts={})
    assert send() == {"failed": 1, "sent": 1}
    broken.refresh_from_db()
    assert broken.answer == "KeyError: 'run'"
    assert fine.pk


def test_a_person_notes_what_came_back_and_stops_what_keeps_failing(town, mail):
    (message,) = queue("some")
    send()
    with pytest.raises(MessageError, match="motif"):
        message_bounce(message_id=message.pk, reason=" ", now=NOW)
    message_bounce(message_id=message.pk, reason="boîte pleine", now=NOW)
    message.refresh_from_db()
    assert (message.state, message.answer) == ("bounced", "boîte pleine")
    with pytest.raises(MessageError, match="revenu"):
        message_give_up(message_id=message.pk, reason="x", now=NOW)


def test_the_runs_page_says_where_each_statement_is(town, mail, client):
    mail.recipients["mercerie@boutique.example"] = "550 5.1.1 no such mailbox"
    run = draft()
    client.force_login(operator())
    url = reverse("admin:settlement_settlementrun_change", args=[run.pk])
    assert "Ils partent quand le reversement est exécuté." in client.get(url).content.decode()
    pay(run)
    send()
    page = client.get(url).content.decode()
    assert "Parti : 2" in page
    assert "Envoi abandonné : 1" in page
    assert "550 5.1.1 no such mailbox" in page

    button = reverse("admin:settlement_settlementrun_send_statements", args=[run.pk])
    assert "3 boutiques reçoivent leur relevé" in client.get(button).content.decode()
    client.post(button)
    assert Message.objects.filter(kind=Kind.STATEMENT).count() == 3
    approver = User.objects.get(role="approver")
    client.force_login(approver)
    assert client.post(button).status_code == 403


def test_nothing_is_written_when_the_event_did_not_happen(town):
    run = draft()
    before = Message.objects.count()
    with pytest.raises(Exception, match="seconde personne"):
        run_approve(run_id=run.pk, approved_by=operator(), now=NOW)
    assert Message.objects.count() == before
