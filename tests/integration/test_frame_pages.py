"""The other pages in Saleor's Dashboard, who gets them, and the way from there to the counter."""

import datetime

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.counter import frame
from saleor_alencon.desk.entry import LASTS, EntryRefused, entry_person, entry_ticket
from saleor_alencon.desk.models import Device
from saleor_alencon.settlement.holds import hold_set
from saleor_alencon.settlement.services import run_approve, run_execute
from saleor_alencon.shops.models import Association, Shop, ShopMember, ShopState
from tests.integration.small_town import (
    NOW,
    Line,
    approver,
    draft,
    open_town,
    operator,
    statement,
)
from tests.integration.test_frame import DASHBOARD, MERCHANT, OFFICE, buy, text

pytestmark = pytest.mark.django_db

BEARER = {"authorization": "Bearer a-token"}
PAGES = ("/encart", "/encart/versements", "/encart/reversements/", "/encart/lancement")
OF_OFFICE = ("frame-settlement", "frame-launch")
NOBODY = {**MERCHANT, "email": "inconnu@alencon.example", "merchant": False, "shops": []}
LOOK = {
    **MERCHANT,
    "merchant": False,
    "look": {"shop": "librairie", "until": "2026-11-25T10:30:00+00:00"},
}


@pytest.fixture(autouse=True)
def framed(settings):
    settings.DASHBOARD_URL = f"{DASHBOARD}/"
    settings.OFFICE_URL = "https://office.alencon.example/"


@pytest.fixture
def speaks(monkeypatch):
    """Let Saleor say for whom every token speaks."""
    return lambda who: monkeypatch.setattr(frame, "who_speaks", lambda token: who)


def of_office(role: Role) -> dict:
    return {**OFFICE, "email": f"{role}@ALENCON.example"}


def ask(client, name, *args):
    return client.get(reverse(name, args=args), headers=BEARER)


def merchant_of(slug: str, email: str = MERCHANT["email"]) -> User:
    user = User.objects.create_user(email, "un-mot-de-passe-long", role=Role.MERCHANT)
    ShopMember.objects.create(shop=Shop.objects.get(slug=slug), user=user)
    return user


def executed_run():
    """Pay two shops what they sold a month ago."""
    open_town()
    Association.objects.update(hold_days=0)
    buy("601", Line("librairie", 10000, handed_over=1), Line("fromagerie", 5000, handed_over=1))
    run = draft()
    run_approve(run_id=run.pk, approved_by=approver(), now=NOW)
    return run_execute(run_id=run.pk, executed_by=operator(), now=NOW)


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_framed_by_the_dashboard_alone_and_holds_nothing_itself(client, path):
    page = client.get(path)

    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert page["Content-Security-Policy"].endswith(
        f"form-action 'none'; frame-ancestors {DASHBOARD}"
    )
    assert client.get(page.context["source"] and reverse(page.context["source"])).status_code == 401


def test_a_merchant_reads_its_balance_and_gets_its_own_statements_only(client, speaks):
    run = executed_run()
    own, theirs = statement(run, "librairie"), statement(run, "fromagerie")
    speaks(MERCHANT)

    page = text(ask(client, "frame-payouts"))
    pdf = ask(client, "frame-statement", own.pk, "pdf")

    assert own.number in page
    assert theirs.number not in page
    assert "Fromagerie" not in page
    assert "Versé : 90,40\u00a0€, virement exécuté" in page
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Disposition"] == f'attachment; filename="{own.number}.pdf"'
    assert pdf["Cache-Control"] == "private, no-store"
    assert ask(client, "frame-statement", theirs.pk, "pdf").status_code == 404
    assert ask(client, "frame-statement", own.pk, "exe").status_code == 404
    assert client.get(reverse("frame-statement", args=[own.pk, "pdf"])).status_code == 401
    speaks({**OFFICE, "shops": []})
    assert ask(client, "frame-statement", own.pk, "pdf").status_code == 404


def test_a_statement_that_nobody_approved_yet_is_not_given(client, speaks):
    open_town()
    Association.objects.update(hold_days=0)
    buy("602", Line("librairie", 10000, handed_over=1))
    found = statement(draft(), "librairie")
    speaks(MERCHANT)

    assert found.number not in text(ask(client, "frame-payouts"))
    assert ask(client, "frame-statement", found.pk, "csv").status_code == 404


@pytest.mark.parametrize("name", OF_OFFICE)
@pytest.mark.parametrize("who", [MERCHANT, LOOK, {**MERCHANT, "shops": []}, NOBODY])
def test_a_merchant_a_look_and_a_stranger_get_no_page_of_the_office(client, speaks, name, who):
    open_town()
    buy("603", Line("librairie", 10000))
    speaks(who)

    answer = ask(client, name)

    assert answer.status_code == 403
    assert 'role="alert"' in text(answer)
    assert "€" not in text(answer)
    assert "Librairie" not in text(answer)


def test_neither_an_address_of_the_office_nor_saleors_permissions_make_a_merchant_the_office(
    client, speaks
):
    open_town()
    speaks({**MERCHANT, "email": operator().email, "sees_orders": True})
    assert [ask(client, name).status_code for name in OF_OFFICE] == [403, 403]

    speaks({**OFFICE, "email": "superuser@alencon.example"})
    assert [ask(client, name).status_code for name in (*OF_OFFICE, "frame-payouts")] == [403] * 3

    User.objects.filter(role=Role.OPERATOR).update(is_active=False)
    speaks(of_office(Role.OPERATOR))
    assert ask(client, "frame-settlement").status_code == 403


def test_the_office_reads_the_runs_that_wait_and_who_may_approve_them(client, speaks):
    open_town()
    Association.objects.update(hold_days=0)
    buy("604", Line("librairie", 10000, handed_over=1))
    Shop.objects.filter(slug="mercerie").update(state=ShopState.LIVE)
    hold_set(
        shop=Shop.objects.get(slug="mercerie"), reason="contrat échu", held_by=operator(), now=NOW
    )
    run = draft()
    address = reverse("admin:settlement_settlementrun_change", args=[run.pk])

    speaks(of_office(Role.OPERATOR))
    own = text(ask(client, "frame-settlement"))
    speaks(of_office(Role.APPROVER))
    others = text(ask(client, "frame-settlement"))

    assert "Vous l'avez préparé : une seconde personne l'approuve." in own
    assert "Il attend votre approbation, dans le bureau." in others
    for page in (own, others):
        assert f'<a href="{address}" data-open>' in page
        assert "90,40\u00a0€" in page
        assert "1 virement<" in page
        assert "contrat échu" in page
        assert "Aucun reversement exécuté pour l'instant." in page
    run_approve(run_id=run.pk, approved_by=approver(), now=NOW)
    assert "Il attend votre approbation" not in text(ask(client, "frame-settlement"))
    run_execute(run_id=run.pk, executed_by=operator(), now=NOW)
    assert "Aucun reversement n'attend." in text(ask(client, "frame-settlement"))


def test_the_office_reads_each_shops_balance(client, speaks):
    open_town()
    buy("605", Line("librairie", 10000), Line("fromagerie", 5000))
    speaks(of_office(Role.OPERATOR))

    page = text(ask(client, "frame-payouts"))

    # Held: less 8 % (10 %) commission and its VAT of 20 %.
    assert page.index("44,00\u00a0€") < page.index("90,40\u00a0€")
    assert page.count('<th scope="row">') == 2


def test_the_office_reads_how_far_the_launch_is_and_what_each_shop_lacks(client, speaks):
    open_town()
    Association.objects.update(launch_goal=3)
    Shop.objects.filter(slug="librairie").update(state=ShopState.LIVE)
    Shop.objects.filter(slug="fromagerie").update(state=ShopState.COMMITTED)
    Shop.objects.filter(slug="mercerie").update(state=ShopState.PROSPECT)
    speaks(of_office(Role.AUDITOR))
    User.objects.create_user("auditor@alencon.example", "un-mot-de-passe-long", role=Role.AUDITOR)

    page = text(ask(client, "frame-launch"))

    assert "Il manque 1 boutique engagée pour ouvrir." in page
    assert "<strong>2</strong> engagées, pour un objectif de 3" in page
    assert "<strong>0</strong> prêtes à vendre, sur 3" in page
    assert "<strong>1</strong> en ligne" in page
    assert "Convention signée" in page
    assert "Fromagerie" in page
    assert "Librairie" not in page


def enter(client, target=""):
    return client.post(f"{reverse('frame-entry-make')}?vers={target}", headers=BEARER)


def test_a_merchant_comes_from_the_dashboard_to_its_counter_without_a_password(client, speaks):
    open_town()
    user = merchant_of("librairie")
    speaks(MERCHANT)

    url = enter(client, "documents").json()["url"]
    page = client.get(url)
    before = Session.objects.count()
    done = client.post(url)

    assert before == 0, "opening the address signs nobody in"
    assert user.email in text(page)
    assert page["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert (done.status_code, done["Location"]) == (302, reverse("counter:documents"))
    assert client.session["_auth_user_id"] == str(user.pk)
    assert Device.objects.filter(user=user, ended_at=None).count() == 1
    assert client.get(reverse("counter:today")).status_code == 200
    client.logout()
    again = client.post(url)
    assert again.status_code == 403
    assert "Ce lien a déjà servi" in text(again)


def test_the_way_leads_to_a_pickup_or_the_list_and_nowhere_else(client, speaks):
    open_town()
    client.force_login(merchant_of("librairie"))
    speaks(MERCHANT)

    def led_to(target):
        return client.get(enter(client, target).json()["url"])["Location"]

    assert led_to("17") == reverse("counter:pickup", args=[17])
    assert led_to("") == led_to("ailleurs") == led_to("9" * 40) == reverse("counter:today")
    assert led_to("//x.example") == led_to("%3Fa=b") == reverse("counter:today")


@pytest.mark.parametrize("who", [LOOK, OFFICE, NOBODY])
def test_nobody_else_gets_a_way_to_a_counter(client, speaks, who):
    open_town()
    merchant_of("librairie")
    speaks(who)

    assert enter(client).status_code == 403
    assert client.post(reverse("frame-entry-make")).status_code == 401


def test_the_office_must_know_the_merchant_and_of_that_shop(client, speaks):
    open_town()
    speaks(MERCHANT)
    assert enter(client).status_code == 409

    user = merchant_of("fromagerie")
    assert enter(client).status_code == 409
    assert "comptoir" in enter(client).json()["error"]

    speaks({**MERCHANT, "shops": [{"slug": "fromagerie", "read_only": False}]})
    assert enter(client).status_code == 200
    User.objects.filter(pk=user.pk).update(role=Role.OPERATOR)
    assert enter(client).status_code == 409


def test_a_ticket_ends_by_a_minute_a_change_of_password_or_another_sign_in():
    open_town()
    user = merchant_of("librairie")

    def ticket():
        return entry_ticket(email=user.email, slugs=["librairie"], now=NOW)

    def refused(given, now=NOW):
        with pytest.raises(EntryRefused, match="Ce lien a déjà servi"):
            entry_person(ticket=given, now=now)

    assert entry_person(ticket=ticket(), now=NOW + LASTS) == user
    refused(ticket(), NOW + LASTS + datetime.timedelta(seconds=2))
    refused(ticket(), NOW - datetime.timedelta(seconds=1))
    other = merchant_of("fromagerie", "b@alencon.example")
    number, seconds, signature = ticket().split("-")
    refused(f"{other.pk}-{seconds}-{signature}")
    refused(f"{number}-{int(seconds) + 1}-{signature}")
    for broken in ("", "a-b-c", "1", f"{number}-{'9' * 30}-{signature}", f"{number}-{seconds}-"):
        refused(broken)
    old = ticket()
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
    refused(old)
    old = ticket()
    user.set_password("un-autre-mot-de-passe")
    user.save()
    refused(old)


def test_a_form_of_another_site_signs_nobody_in(speaks, client):
    from django.test import Client

    open_town()
    merchant_of("librairie")
    speaks(MERCHANT)
    strict = Client(enforce_csrf_checks=True)

    url = enter(strict).json()["url"]

    assert strict.post(url, headers={"origin": "https://x.example"}).status_code == 403
    assert Session.objects.count() == 0
