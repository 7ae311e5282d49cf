"""The merchants' trail and looks in the back-office: who may see them, and what they show."""

from html import unescape

import pytest
from django.urls import reverse

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.office import merchants_trail
from saleor_alencon.saleor_api.merchants import ScopeAbsent, ScopeRefused
from tests.integration.small_town import open_town

pytestmark = pytest.mark.django_db

TRAIL = "admin:provisioning_shopprovision_trail"
LOOK = "admin:provisioning_shopprovision_look"
END = "admin:provisioning_shopprovision_end_look"
ACT = {
    "id": 7,
    "at": "2026-11-25T08:00:00+00:00",
    "kind": "command",
    "shop": "librairie",
    "email": "libraire@alencon.example",
    "name": "productUpdate",
    "ids": ["Product:12"],
    "outcome": "refused",
    "reason": "Ceci ne fait pas partie de votre boutique.",
    "ended_at": None,
    "look": None,
    "until": None,
}


class Scope:
    """Stands for Saleor: notes what it was asked, and answers with its acts."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.acts = [ACT]
        self.before: int | None = None

    def fetch(self, **wanted: str):
        self.asked.append(wanted)
        acts = [] if wanted.get("kind") == "look" else self.acts
        return {"acts": acts, "before": self.before}


@pytest.fixture
def scope(monkeypatch) -> Scope:
    scope = Scope()
    monkeypatch.setattr(merchants_trail, "acts_fetch", scope.fetch)
    open_town()
    return scope


def sign_in(client, role: str) -> User:
    user = User.objects.filter(role=role).first() or User.objects.create_user(
        f"{role}@alencon.example", "un-mot-de-passe-long", role=role
    )
    client.force_login(user)
    return user


def text(answer) -> str:
    return unescape(answer.content.decode())


def test_every_role_of_the_office_reads_the_trail_and_a_merchant_does_not(client, scope):
    for role in (Role.ADMINISTRATOR, Role.OPERATOR, Role.APPROVER, Role.AUDITOR):
        sign_in(client, role)
        page = text(client.get(reverse(TRAIL)))
        assert "Librairie" in page
        assert "productUpdate" in page
        assert "Product:12" in page
        assert "refusée à la boutique" in page
        assert ACT["reason"] in page
        assert "25/11/2026 09:00:00" in page
    sign_in(client, Role.MERCHANT)
    assert client.get(reverse(TRAIL)).status_code == 302


def test_the_filters_are_sent_to_saleor_and_the_last_day_counts_whole(client, scope):
    sign_in(client, Role.AUDITOR)
    scope.before = 7

    page = text(
        client.get(
            reverse(TRAIL),
            {
                "shop": "librairie",
                "email": "libraire",
                "name": "productUpdate",
                "outcome": "refused",
                "first_day": "2026-11-24",
                "last_day": "2026-11-24",
            },
        )
    )

    assert scope.asked[0] == {
        "limit": "50",
        "shop": "librairie",
        "email": "libraire",
        "name": "productUpdate",
        "outcome": "refused",
        "since": "2026-11-24T00:00:00+01:00",
        "until": "2026-11-25T00:00:00+01:00",
    }
    assert "before=7" in page


def test_a_trail_that_cannot_be_read_says_why(client, scope, monkeypatch):
    def absent(**_wanted: str):
        raise ScopeAbsent("Saleor doit tourner avec les réglages de cette version.")

    monkeypatch.setattr(merchants_trail, "acts_fetch", absent)
    sign_in(client, Role.OPERATOR)

    answer = client.get(reverse(TRAIL))

    assert answer.status_code == 200
    assert "Saleor doit tourner" in text(answer)


def test_only_administrator_and_operator_look_through_a_merchants_eyes(client, scope):
    for role in (Role.APPROVER, Role.AUDITOR):
        sign_in(client, role)
        assert client.get(reverse(LOOK)).status_code == 403
        assert client.post(reverse(END)).status_code == 403
        assert "Regarder comme une boutique" not in text(client.get(reverse(TRAIL)))
    for role in (Role.ADMINISTRATOR, Role.OPERATOR):
        sign_in(client, role)
        assert client.get(reverse(LOOK)).status_code == 200
        assert "Regarder comme une boutique" in text(client.get(reverse(TRAIL)))


def test_a_look_is_opened_with_shop_and_reason_and_ended(client, scope, monkeypatch):
    user = sign_in(client, Role.OPERATOR)
    opened, ended = [], []

    def open_it(**wanted: str):
        opened.append(wanted)
        return {"look": 9, "until": "2026-11-25T08:30:00+00:00"}

    def end_it(*, email: str) -> int:
        ended.append(email)
        return 1

    monkeypatch.setattr(merchants_trail, "look_open", open_it)
    monkeypatch.setattr(merchants_trail, "look_end", end_it)
    form = {"shop": "librairie", "reason": "Le prix affiché"}

    page = text(client.post(reverse(LOOK), form, follow=True))
    assert opened == [{"email": user.email, **form}]
    assert "en lecture seule, jusqu'à 09:30" in page
    assert client.post(reverse(LOOK), {"shop": "librairie"}).status_code == 200
    assert len(opened) == 1
    assert "Le regard est terminé." in text(client.post(reverse(END), follow=True))
    assert ended == [user.email]
    assert client.get(reverse(END)).status_code == 405


def test_a_look_that_saleor_refuses_says_what_to_do(client, scope, monkeypatch):
    def refuse(**_wanted: str):
        raise ScopeRefused("x is no active staff account.", status=409, code="account")

    monkeypatch.setattr(merchants_trail, "look_open", refuse)
    sign_in(client, Role.OPERATOR)

    page = text(client.post(reverse(LOOK), {"shop": "librairie", "reason": "x"}, follow=True))

    assert "Saleor n'a pas de compte du personnel à votre adresse électronique" in page


def test_a_running_look_is_shown_with_its_end_and_a_button(client, scope, monkeypatch):
    user = sign_in(client, Role.OPERATOR)
    look = ACT | {
        "kind": "look",
        "name": "look",
        "ids": [],
        "email": user.email,
        "outcome": "begun",
        "until": "2126-11-25T08:30:00+00:00",
    }
    other = look | {"email": f"x{user.email}", "shop": "mercerie"}
    past = look | {"until": "2026-01-01T08:30:00+00:00", "shop": "fromagerie"}

    def fetch(**wanted: str):
        return {"acts": [other, look, past], "before": None}

    monkeypatch.setattr(merchants_trail, "acts_fetch", fetch)

    page = text(client.get(reverse(TRAIL)))

    assert "Vous regardez comme « Librairie » jusqu'à 09:30." in page
    assert page.count("Vous regardez comme") == 1
    assert page.count("Terminer</button>") == 1
