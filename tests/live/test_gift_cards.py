"""A gift cheque in the real Saleor: one balance for web orders and for counters."""

import uuid
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.cheques import saleor as cheques_saleor
from saleor_alencon.cheques.models import Cheque, ChequeMovement, ChequeUse
from saleor_alencon.cheques.movements import (
    redemption_cancel,
    redemption_reserve,
    refund_reserve,
)
from saleor_alencon.cheques.saleor import cheques_tell, movement_settle
from saleor_alencon.cheques.services import cheque_block, cheques_sell
from saleor_alencon.local.saleor_stack import create_saleor_app, run_office
from saleor_alencon.orders.services import inbox_ingest
from saleor_alencon.saleor_api.client import SaleorClient
from saleor_alencon.shops.models import Shop
from tests.conftest import connected_to
from tests.live.live_saleor import LiveSaleor
from tests.live.shopping import PAY_BY_GIFT_CARD

PUZZLE = "jouets-de-la-grande-rue-1"  # 17.99
TOYS = "jouets-de-la-grande-rue"


@pytest.fixture(scope="module")
def token(live: LiveSaleor) -> str:
    return create_saleor_app(live.stack, "alencon.test.cheques", ("MANAGE_GIFT_CARD",))


@pytest.fixture
def client(live: LiveSaleor, token: str, settings, monkeypatch) -> Iterator[SaleorClient]:
    url = f"{live.stack.saleor_url}/graphql/"
    settings.SALEOR_API_URL = url
    monkeypatch.setattr(cheques_saleor, "office_client", lambda: SaleorClient(url, token))
    with SaleorClient(url, token) as client:
        yield client


@pytest.fixture(autouse=True)
def office(live: LiveSaleor, django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Let this process be the Office service on Saleor's database."""
    run_office(live.stack, "seed")
    with django_db_blocker.unblock(), connected_to(live.stack.cluster.url("alencon")):
        yield


@pytest.fixture
def operator(office: None) -> User:
    return User.objects.get(email="operateur@alencon.example")


@pytest.fixture
def cheque(client: SaleorClient, operator: User) -> Cheque:
    """A cheque of 50.00 that Saleor knows."""
    now = timezone.now()
    sale = cheques_sell(
        buyer_name="Mairie", face_cents=5000, count=1, method="transfer", sold_by=operator,
        paid_on=timezone.localdate(now), now=now, key=uuid.uuid4().hex,
    )  # fmt: skip
    assert cheques_tell(client=client, clock=timezone.now) == {"done": 1, "failed": 0}
    return sale.cheques.get()


def card(client: SaleorClient, cheque: Cheque) -> tuple[float, bool, str]:
    cheque.refresh_from_db()
    found = client.run("gift_card_state", id=cheque.saleor_id)["giftCard"]
    return found["currentBalance"]["amount"], found["isActive"], found["expiryDate"]


def redeem(cheque: Cheque, cents: int) -> ChequeMovement:
    movement = redemption_reserve(
        code=cheque.code, shop=Shop.objects.get(slug=TOYS), amount_cents=cents, asked_by=None,
        now=timezone.now(), key=uuid.uuid4().hex,
    )  # fmt: skip
    return movement_settle(movement_id=movement.pk, clock=timezone.now)


def basket(live: LiveSaleor) -> tuple[str, Decimal]:
    checkout = live.town.start_checkout({PUZZLE: 1})
    return checkout, live.town.total(checkout)


def buy(live: LiveSaleor, cheque: Cheque, amount: Decimal) -> tuple[str, str]:
    """Buy a puzzle, so much of it by the cheque; return the order's and the tender's id."""
    checkout, total = basket(live)
    tender = live.town.pay_by_gift_card(checkout, cheque.code, amount)
    if total > amount:
        live.town.pay(checkout, total - amount)
    return live.town.complete(checkout).id, tender


def catch_up(live: LiveSaleor, order_id: str) -> None:
    live.wait_until_quiet(order_id, seconds=1)
    live.sweep()
    inbox_ingest(now=timezone.now())


def left(cheque: Cheque) -> int:
    cheque.refresh_from_db()
    return cheque.remaining_cents


def test_a_counter_and_a_web_order_spend_one_cheque(
    live: LiveSaleor, client: SaleorClient, cheque: Cheque
) -> None:
    assert card(client, cheque) == (50.0, True, cheque.expires_on.isoformat())
    assert redeem(cheque, 2000).state == "done"
    assert card(client, cheque)[0] == 30.0

    order, _tender = buy(live, cheque, Decimal("12.50"))
    catch_up(live, order)

    use = ChequeUse.objects.get(cheque=cheque)
    assert (use.charged_cents, use.refunded_cents) == (1250, 0)
    assert (left(cheque), card(client, cheque)[0]) == (1750, 17.5)
    assert find_problems() == []


def test_a_counter_is_refused_what_an_order_took_before_the_office_knows(
    live: LiveSaleor, client: SaleorClient, cheque: Cheque
) -> None:
    assert redeem(cheque, 3500).state == "done"
    order, _tender = buy(live, cheque, Decimal("12.50"))
    assert left(cheque) == 1500  # the Office has not seen the order
    movement = redeem(cheque, 1500)
    assert movement.state == "refused"
    assert card(client, cheque)[0] == 2.5
    catch_up(live, order)
    assert left(cheque) == 250
    assert find_problems() == []


def test_what_saleor_clamps_is_seen_and_given_back(
    live: LiveSaleor, client: SaleorClient, cheque: Cheque, monkeypatch
) -> None:
    """The order comes between the look at the balance and the taking of it."""
    run, orders = SaleorClient.run, []

    def slow(self, operation, **variables):
        if operation == "gift_card_adjust" and not orders:
            orders.append(buy(live, cheque, Decimal("12.50"))[0])
        return run(self, operation, **variables)

    monkeypatch.setattr(SaleorClient, "run", slow)
    movement = redeem(cheque, 4000)
    monkeypatch.setattr(SaleorClient, "run", run)
    assert (movement.state, movement.refusal) == (
        "refused", "Une commande en ligne vient d'utiliser ce chèque.",
    )  # fmt: skip
    catch_up(live, orders[0])
    assert (left(cheque), card(client, cheque)[0]) == (3750, 37.5)
    assert find_problems() == []


def test_an_order_whose_card_a_counter_emptied_meanwhile_is_not_paid_by_it(
    live: LiveSaleor, client: SaleorClient, cheque: Cheque
) -> None:
    checkout, total = basket(live)
    live.town.pay_by_gift_card(checkout, cheque.code, total)
    assert redeem(cheque, 5000).state == "done"
    order = live.town.complete(checkout).id
    catch_up(live, order)
    assert not ChequeUse.objects.filter(cheque=cheque, charged_cents__gt=0).exists()
    tenders = live.town.order(order)["transactions"]
    assert [each["chargedAmount"]["amount"] for each in tenders] == [0]
    assert (left(cheque), card(client, cheque)[0]) == (0, 0.0)
    assert find_problems() == []
    live.town.cancel(order)


def test_a_refund_goes_back_to_the_cheque(
    live: LiveSaleor, client: SaleorClient, cheque: Cheque
) -> None:
    order, tender = buy(live, cheque, Decimal("12.50"))
    refund, amount = live.town.grant_refund(order, tender, amount=Decimal("10.00"))
    assert amount == 10
    live.town.request_refund(tender, refund)
    catch_up(live, order)
    assert (left(cheque), card(client, cheque)[0]) == (4750, 47.5)
    assert redeem(cheque, 4750).state == "done"
    assert find_problems() == []


def test_a_blocked_and_a_repaid_cheque_pay_nothing_online(
    live: LiveSaleor, client: SaleorClient, cheque: Cheque, operator: User
) -> None:
    checkout, total = basket(live)
    asked = {"cheque_id": cheque.pk, "reason": "Volé", "now": timezone.now()}
    cheque_block(done_by=operator, **asked)
    cheques_tell(client=client, clock=timezone.now)
    tried = live.town.public.mutate(
        PAY_BY_GIFT_CARD, id=checkout, amount=str(total), data={"code": cheque.code}
    )
    assert tried["transactionEvent"]["type"] == "AUTHORIZATION_FAILURE"
    movement = refund_reserve(asked_by=operator, **asked)
    assert movement_settle(movement_id=movement.pk, clock=timezone.now).state == "done"
    assert card(client, cheque)[:2] == (0.0, False)
    assert find_problems() == []


def test_a_cancelled_redemption_can_be_spent_online(
    live: LiveSaleor, client: SaleorClient, cheque: Cheque, operator: User
) -> None:
    taken = redeem(cheque, 5000)
    back = redemption_cancel(
        movement_id=taken.pk, reason="Rendu", asked_by=operator, now=timezone.now()
    )
    assert movement_settle(movement_id=back.pk, clock=timezone.now).state == "done"
    assert card(client, cheque)[0] == 50.0
    order, _tender = buy(live, cheque, Decimal("12.50"))
    catch_up(live, order)
    assert left(cheque) == 3750
    assert find_problems() == []
