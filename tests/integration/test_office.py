"""The back-office as each role meets it: pages open, records stay, commands ask first."""

import datetime
from importlib.resources import files
from unittest import mock

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import OFFICE_ROLES, Role
from saleor_alencon.errors import AlenconError
from saleor_alencon.inbox.models import InboxDocument, InboxState
from saleor_alencon.office.chart import Week, chart
from saleor_alencon.orders.models import (
    Order,
    Pickup,
    ShopOrder,
    ShopOrderLine,
    Tender,
    TenderShare,
)
from saleor_alencon.outputs.chart_scale import ceiling_cents
from saleor_alencon.outputs.theme import load_tokens
from saleor_alencon.pickups.models import SaleorCommand
from saleor_alencon.settlement.models import (
    CarriedReason,
    Payout,
    PayoutState,
    RunState,
    SettlementRun,
    Statement,
)
from saleor_alencon.shops.models import Association, Shop

pytestmark = pytest.mark.django_db

PASSWORD = "un-mot-de-passe-long"
NOW = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
CHANGEABLE = {
    "shops.shop",
    "shops.association",
    "accounts.user",
    "commission.plan",
    "commission.commissionrule",
    "shopper.shopperrules",
    "shopper.shopplace",
    "shopper.withdrawalexception",
    "dues.duesrate",
    "dues.offsetconsent",
    "dac7.selleridentity",
}
ADDABLE = CHANGEABLE | {"commission.campaign", "cheques.chequerules"}


def person(role: str) -> User:
    return User.objects.create_user(f"{role}@example.org", PASSWORD, role=role)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def operator() -> User:
    return person(Role.OPERATOR)


@pytest.fixture
def approver() -> User:
    return person(Role.APPROVER)


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(slug="mercerie", name="Mercerie")


@pytest.fixture
def run(operator: User, shop: Shop) -> SettlementRun:
    run = SettlementRun.objects.create(
        number="2026-001", cutoff=NOW, created_by=operator, created_at=NOW
    )
    amounts = {"opening_cents": 0, "net_cents": 123456, "payable_cents": 123456}
    statement = Statement.objects.create(
        run=run, shop=shop, number="2026-001-mercerie", carried_cents=0, **amounts
    )
    Payout.objects.create(
        run=run,
        statement=statement,
        shop=shop,
        amount_cents=123456,
        payee_name="Mercerie",
        iban="FR7630006000011234567890189",
        bic="AGRIFRPP",
        end_to_end_id="2026-001-mercerie",
    )
    return run


@pytest.fixture
def shop_order(shop: Shop) -> ShopOrder:
    order = Order.objects.create(
        saleor_id="T3JkZXI6MQ==",
        number="1001",
        created_at=NOW,
        saleor_status="UNFULFILLED",
        channel="default",
        currency="EUR",
        customer_name="Cliente",
        delivery_choice="collect",
        total_gross_cents=123456,
        shipping_gross_cents=0,
        captured_at=NOW,
    )
    money = {"paid_cents": 123456, "refunded_cents": 0, "commission_cents": 0}
    shop_order = ShopOrder.objects.create(
        order=order,
        shop=shop,
        state="to_prepare",
        goods_gross_cents=123456,
        shipping_share_cents=0,
        commission_vat_cents=0,
        net_cents=123456,
        **money,
    )
    ShopOrderLine.objects.create(
        shop_order=shop_order,
        saleor_id="T3JkZXJMaW5lOjE=",
        position=0,
        name="Bobine",
        quantity=1,
        quantity_handed_over=0,
        gross_cents=123456,
        net_cents=102880,
        vat_rate_bps=2000,
        commission_vat_cents=0,
        **money,
    )
    Pickup.objects.create(shop_order=shop_order, shop=shop, code="K7", state="to_prepare")
    return shop_order


@pytest.fixture
def rejected() -> InboxDocument:
    return InboxDocument.objects.create(
        order_id="T3JkZXI6MQ==",
        version=1,
        captured_at=NOW,
        payload="{}",
        digest="0" * 64,
        source="hook",
        state=InboxState.REJECTED,
        reason="Boutique inconnue",
    )


def messages_of(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def page(obj, name: str = "change") -> str:
    meta = obj._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=(obj.pk,))


def registered() -> list:
    return list(admin.site._registry)


@pytest.mark.parametrize("role", sorted(OFFICE_ROLES))
def test_every_list_opens_for_the_office(role: str, run, shop_order, rejected) -> None:
    client = signed_in(User.objects.filter(role=role).first() or person(role))
    for model in registered():
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert client.get(url).status_code == 200, url
        assert client.get(url, {"q": "x"}).status_code == 200, url
        for obj in model.objects.all()[:1]:
            assert client.get(page(obj)).status_code == 200, page(obj)


def test_a_merchant_does_not_get_in() -> None:
    response = signed_in(person(Role.MERCHANT)).get(reverse("admin:index"))
    assert response.status_code == 302


@pytest.mark.parametrize("role", Role.values)
def test_what_is_recorded_stays(role: str, rf) -> None:
    request = rf.get("/")
    request.user = person(role)
    for model, page_of in admin.site._registry.items():
        label = model._meta.label_lower
        assert not page_of.has_delete_permission(request), label
        if label not in CHANGEABLE:
            assert not page_of.has_change_permission(request), label
        if label not in ADDABLE:
            assert not page_of.has_add_permission(request), label


def test_amounts_read_as_in_french(run: SettlementRun, approver: User) -> None:
    text = signed_in(approver).get(page(run)).content.decode()
    assert "1\u202f234,56\u00a0€" in text
    assert "FR76 •••• •••• 0189" in text


def test_an_approver_is_asked_then_approves(run: SettlementRun, approver: User) -> None:
    client = signed_in(approver)
    url = page(run, "approve")
    with mock.patch("saleor_alencon.settlement.services.run_approve") as approve:
        asked = client.get(url)
        assert "1\u202f234,56\u00a0€" in asked.content.decode()
        assert approve.call_count == 0
        assert "approuvé" in messages_of(client.post(url, follow=True))
    assert approve.call_args.kwargs["run_id"] == run.pk
    assert approve.call_args.kwargs["approved_by"] == approver


def test_a_refusal_is_told(run: SettlementRun, approver: User) -> None:
    refusal = AlenconError("une seconde personne doit approuver")
    with mock.patch("saleor_alencon.settlement.services.run_approve", side_effect=refusal):
        response = signed_in(approver).post(page(run, "approve"), follow=True)
    assert "une seconde personne doit approuver" in messages_of(response)


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("approve", {Role.APPROVER}),
        ("cancel", {Role.OPERATOR, Role.APPROVER}),
        ("execute", {Role.OPERATOR, Role.APPROVER}),
        ("payment_file", {Role.OPERATOR, Role.APPROVER}),
    ],
)
def test_commands_on_a_run_by_role(name: str, roles: set[str], run: SettlementRun) -> None:
    for role in (Role.ADMINISTRATOR, Role.OPERATOR, Role.APPROVER, Role.AUDITOR):
        user = User.objects.filter(role=role).first() or person(role)
        status = signed_in(user).get(page(run, name)).status_code
        assert (status != 403) == (role in roles), role


def test_a_run_is_drafted_to_the_end_of_a_day(operator: User) -> None:
    client = signed_in(operator)
    url = reverse("admin:settlement_settlementrun_draft")
    assert 'type="date"' in client.get(url).content.decode()
    with mock.patch("saleor_alencon.settlement.services.run_create") as create:
        client.post(url, {"last_day": "2026-02-28"})
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        assert client.post(url, {"last_day": tomorrow.isoformat()}).status_code == 200
    assert create.call_count == 1
    end = datetime.datetime(2026, 2, 28, 23, tzinfo=datetime.UTC)
    assert create.call_args.kwargs["cutoff"] == end


def test_a_payment_file_is_downloaded(run: SettlementRun, approver: User) -> None:
    client = signed_in(approver)
    assert "fichier SEPA" in messages_of(client.get(page(run, "payment_file"), follow=True))
    run.payment_file = b"<Document/>"
    run.save()
    response = client.get(page(run, "payment_file"))
    assert response.content == b"<Document/>"
    assert "2026-001.xml" in response["Content-Disposition"]


def test_statements_are_downloaded(run: SettlementRun, operator: User) -> None:
    statement = run.statements.get()
    client = signed_in(operator)
    documents = "saleor_alencon.settlement.documents"
    with (
        mock.patch(f"{documents}.statement_pdf", return_value=b"%PDF"),
        mock.patch(f"{documents}.statement_csv", return_value=b"a;b"),
    ):
        assert client.get(page(statement, "pdf")).content == b"%PDF"
        assert client.get(page(statement, "csv")).content == b"a;b"


def test_a_returned_payout_needs_a_reason(run: SettlementRun, operator: User) -> None:
    payout = run.payouts.get()
    client = signed_in(operator)
    with mock.patch("saleor_alencon.settlement.services.payout_return") as give_back:
        assert client.post(page(payout, "declare_returned"), {"reason": ""}).status_code == 200
        assert give_back.call_count == 0
        client.post(page(payout, "declare_returned"), {"reason": "Compte clos"})
    assert give_back.call_args.kwargs["reason"] == "Compte clos"


def test_a_rejected_document_is_played_again(rejected: InboxDocument, operator: User) -> None:
    client = signed_in(operator)
    with mock.patch("saleor_alencon.orders.services.document_replay") as replay:
        replay.return_value = InboxState.DONE
        client.get(page(rejected, "replay_one"))
        assert replay.call_count == 0
        assert "traité" in messages_of(client.post(page(rejected, "replay_one"), follow=True))
        replay.return_value = InboxState.REJECTED
        data = {"action": "replay_selected", "_selected_action": [rejected.pk]}
        url = reverse("admin:inbox_inboxdocument_changelist")
        assert "à nouveau mis de côté" in messages_of(client.post(url, data, follow=True))
    assert [call.kwargs["document_id"] for call in replay.call_args_list] == [rejected.pk] * 2


def test_an_auditor_replays_nothing(rejected: InboxDocument) -> None:
    client = signed_in(person(Role.AUDITOR))
    assert client.post(page(rejected, "replay_one")).status_code == 403


def test_orders_are_found_by_number(shop_order: ShopOrder, operator: User) -> None:
    client = signed_in(operator)
    url = reverse("admin:orders_shoporder_changelist")
    query = {"state__exact": "to_prepare", "shop__id__exact": shop_order.shop_id, "q": "1001"}
    assert "Cliente" in client.get(url, query).content.decode()
    assert "Cliente" not in client.get(url, {"q": "1002"}).content.decode()


def test_an_operator_edits_a_shop_but_not_its_identifier(shop: Shop, operator: User) -> None:
    form = signed_in(operator).get(page(shop)).context["adminform"].form
    assert "iban" in form.fields
    assert "slug" not in form.fields


def test_there_is_one_association(operator: User) -> None:
    client = signed_in(operator)
    url = reverse("admin:shops_association_add")
    assert client.get(url).status_code == 200
    Association.objects.create(pk=1, name="Office", legal_name="Office")
    assert client.get(url).status_code == 403


def test_an_administrator_adds_people() -> None:
    client = signed_in(person(Role.ADMINISTRATOR))
    data = {"email": "Neuve@example.org", "role": Role.AUDITOR, "usable_password": "true"}
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    response = client.post(reverse("admin:accounts_user_add"), {**data, **passwords})
    assert response.status_code == 302
    assert User.objects.get(email="neuve@example.org").check_password(PASSWORD)
    assert client.get(page(User.objects.get(email="neuve@example.org"))).status_code == 200


def test_home_says_what_needs_attention(run, rejected, operator: User, shop: Shop) -> None:
    statement = run.statements.get()
    run.payouts.update(state=PayoutState.RETURNED)
    statement.carried_reason = CarriedReason.MISSING_IBAN
    statement.save()
    response = signed_in(operator).get(reverse("admin:index"))
    assert [each.grave for each in response.context["attention"]] == [True, True, False, False]
    text = response.content.decode()
    assert "1 document mis de côté" in text
    assert "1 virement retourné" in text
    assert page(run) in text
    assert "1 relevé reporté" in text
    assert "<svg" in text


def test_every_thing_to_see_leads_to_an_open_page(run, rejected, operator: User) -> None:
    run.statements.update(carried_reason=CarriedReason.MISSING_IBAN)
    run.payouts.update(state=PayoutState.RETURNED)
    client = signed_in(operator)
    for each in client.get(reverse("admin:index")).context["attention"]:
        assert client.get(each.url).status_code == 200, each


def test_home_is_quiet_when_nothing_waits(operator: User) -> None:
    response = signed_in(operator).get(reverse("admin:index"))
    assert response.context["attention"] == []


def test_money_that_waits_for_a_month_is_noticed(run: SettlementRun) -> None:
    from saleor_alencon.office.dashboard import late_run

    run.state = RunState.CANCELLED
    run.save()
    assert "encore" in late_run(100, NOW)[0].text
    SettlementRun.objects.filter(pk=run.pk).update(
        state=RunState.EXECUTED, approved_at=NOW, approved_by=person(Role.APPROVER)
    )
    assert late_run(100, NOW + datetime.timedelta(days=34)) == []
    assert "2\u00a0mars 2026" in late_run(100, NOW + datetime.timedelta(days=36))[0].text
    assert late_run(0, NOW + datetime.timedelta(days=36)) == []


def test_a_chart_stays_within_its_frame() -> None:
    weeks = [Week(NOW.date(), 500_000, -300, 999_999), Week(NOW.date(), 0, 0, 0)]
    drawn = chart(weeks)
    assert len(drawn["bars"]) == 6
    for bar in drawn["bars"]:
        assert 0 <= bar["y"] <= bar["y"] + bar["height"] <= drawn["height"]
        assert drawn["left"] <= bar["x"] <= drawn["right"]
    assert chart([])["bars"] == []


@pytest.mark.parametrize(("cents", "top"), [(0, 400), (401, 800), (1_000_000, 1_200_000)])
def test_the_ceiling_is_round(cents: int, top: int) -> None:
    assert ceiling_cents(cents) == top


def test_the_stylesheet_has_the_themes_colours() -> None:
    sheet = files("saleor_alencon").joinpath("office/static/office/office.css").read_text()
    light, dark = sheet.split(".dark {")
    tokens = load_tokens()
    for part, palette in ((light, tokens.light), (dark, tokens.dark)):
        for line in part.split("}")[0].splitlines():
            if line.strip().startswith("--office-"):
                name, value = line.strip().rstrip(";").split(": ")
                assert palette[name.removeprefix("--office-").replace("-", "_")] == value, line


@pytest.fixture
def pickup(shop: Shop) -> Pickup:
    order = Order.objects.create(
        saleor_id="T3JkZXI6MQ==", number="61", created_at=NOW, saleor_status="UNFULFILLED",
        channel="alencon", currency="EUR", delivery_choice="collect", total_gross_cents=1000,
        shipping_gross_cents=0, captured_at=NOW, customer_name="Cliente Démo 61",
    )  # fmt: skip
    shop_order = ShopOrder.objects.create(
        order=order, shop=shop, state="to_prepare", goods_gross_cents=1000, shipping_share_cents=0,
        paid_cents=1000, refunded_cents=0,
        commission_cents=0, commission_vat_cents=0, net_cents=1000,
    )  # fmt: skip
    ShopOrderLine.objects.create(
        shop_order=shop_order, saleor_id="TGluZTox", position=0, name="Bobine de fil", quantity=4,
        quantity_handed_over=0, gross_cents=1000, net_cents=833, vat_rate_bps=2000,
        paid_cents=1000, refunded_cents=0, commission_cents=0, commission_vat_cents=0,
    )  # fmt: skip
    tender = Tender.objects.create(
        order=order, saleor_id="VHJhbnNhY3Rpb246MQ==", kind="card", created_at=NOW,
        charged_cents=1000, refunded_cents=0, pending_cents=0,
    )  # fmt: skip
    TenderShare.objects.create(
        tender=tender, shop_order=shop_order, charged_cents=1000, refunded_cents=0
    )
    return Pickup.objects.create(
        shop_order=shop_order, shop=shop, code="K7P3QM", state="to_prepare"
    )


def test_an_operator_serves_a_pickup_and_the_page_tells_its_story(
    operator: User, pickup: Pickup
) -> None:
    client = signed_in(operator)
    page = reverse("admin:orders_pickup_change", args=(pickup.pk,))
    shown = client.get(page).content.decode()
    assert "<svg" in shown
    assert "/pret" in shown
    assert "/en-preparation" not in shown

    client.post(reverse("admin:orders_pickup_ready", args=(pickup.pk,)))
    client.post(reverse("admin:orders_pickup_hand_over", args=(pickup.pk,)))

    pickup.refresh_from_db()
    assert pickup.state == "handed_over"
    shown = client.get(page).content.decode()
    assert shown.index("prêt · ") < shown.index("remis · ")
    assert "/remettre" not in shown


def test_an_operator_refuses_pieces_and_sees_the_request(operator: User, pickup: Pickup) -> None:
    client = signed_in(operator)
    line = pickup.shop_order.lines.get()
    url = reverse("admin:orders_shoporder_refuse", args=(pickup.shop_order_id,))
    assert "Bobine de fil : pièces refusées, sur 4" in client.get(url).content.decode()

    too_many = client.post(url, {f"line_{line.pk}": "5", "restock": "no"})
    assert "inférieure ou égale à 4" in too_many.content.decode()
    nothing = client.post(url, {f"line_{line.pk}": "0", "restock": "no"}, follow=True)
    assert "au moins un article" in nothing.content.decode()
    client.post(url, {f"line_{line.pk}": "1", "restock": "yes", "reason": "Fil cassé"})

    command = SaleorCommand.objects.get()
    assert command.payload["lines"][0]["cents"] == 250
    assert command.payload["restock"] is True
    assert command.payload["reason"] == "Fil cassé"
    SaleorCommand.objects.update(failed_attempts=3, reason="Saleor ne répond pas")
    home = client.get(reverse("admin:index")).content.decode()
    assert "1 demande que Saleor n&#x27;accepte pas" in home
    stuck = reverse("admin:pickups_saleorcommand_change", args=(command.pk,))
    assert "Saleor ne répond pas" in client.get(stuck).content.decode()
    client.post(
        reverse("admin:pickups_saleorcommand_give_up", args=(command.pk,)),
        {"reason": "réglé par téléphone"},
    )
    command.refresh_from_db()
    assert command.state == "given_up"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER])
def test_only_an_operator_serves_pickups(role: str, pickup: Pickup) -> None:
    page = reverse("admin:orders_pickup_hand_over", args=(pickup.pk,))
    assert signed_in(person(role)).post(page).status_code == 403
    pickup.refresh_from_db()
    assert pickup.state == "to_prepare"
