"""Many who want one cheque at the same moment, and processes that die: nothing is taken twice."""

import os
import pickle

import pytest

from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.cheques.models import Cheque, ChequeMovement
from saleor_alencon.cheques.movements import redemption_cancel, refund_reserve
from saleor_alencon.cheques.saleor import cheques_tell, movement_settle
from saleor_alencon.cheques.services import ChequeError, cheques_sell
from saleor_alencon.ledger.models import Transaction
from tests.integration.at_once import at_once
from tests.integration.cheque_town import (
    GiftCards,
    accept,
    available,
    clock,
    left,
    liability,
    paid_by,
    redeem,
    saleor_there,
    sell,
)
from tests.integration.small_town import NOW, Basket, Line, open_town, operator
from tests.integration.test_killed import is_killed

MANY = 12


@pytest.fixture
def town(own_database):
    open_town()
    accept("librairie", "fromagerie")


@pytest.fixture
def cards(town, settings):
    with saleor_there(GiftCards(), settings) as double:
        yield double


def test_a_whole_cheque_at_many_counters_at_once_is_taken_by_one(town):
    (cheque,) = sell(5000)
    slugs = ["librairie", "fromagerie"] * (MANY // 2)
    done, refusals = at_once(
        [lambda slug=slug, key=f"k{n}": redeem(cheque, slug, 5000, key)
         for n, slug in enumerate(slugs)]
    )  # fmt: skip
    assert (len(done), len(refusals)) == (1, MANY - 1)
    assert available("librairie") + available("fromagerie") == 5000
    assert (left(cheque), liability()) == (0, 0)
    assert Transaction.objects.filter(kind="cheque_redeemed").count() == 1
    assert find_problems() == []


def test_one_counter_that_sends_its_form_many_times_is_credited_once(town):
    (cheque,) = sell(5000)
    done, refusals = at_once([lambda: redeem(cheque, "librairie", 2000, "the form")] * MANY)
    assert refusals == []
    assert len({movement.pk for movement in done}) == 1
    assert (left(cheque), available("librairie")) == (3000, 2000)
    assert find_problems() == []


def test_a_counter_and_a_web_order_at_once_never_take_more_than_there_is(cards):
    for number in range(4):
        (cheque,) = sell(5000, key=f"sale {number}")
        cheques_tell(client=cards, clock=clock)

        def buy(cheque=cheque, number=number):
            try:
                cards.pay(cheque, 5000)
            except AssertionError:
                return "too late"
            basket = Basket(str(number), [Line("librairie", 5000)], [paid_by(cheque, 5000)])
            basket.deliver()
            return "paid"

        done, refusals = at_once(
            [buy, lambda cheque=cheque, key=f"k{number}": redeem(cheque, "fromagerie", 5000, key)]
        )
        assert refusals == [] or "Il reste 0,00" in str(refusals[0])
        taken = ChequeMovement.objects.filter(cheque=cheque, state="done").count()
        assert ("paid" in done) + taken == 1
        assert (left(cheque), cards.of(cheque)["balance"]) == (0, 0)
        assert find_problems() == []


def test_many_refunds_and_a_counter_at_once_end_in_one(town):
    (cheque,) = sell(5000)
    person = operator()

    def refund():
        movement = refund_reserve(cheque_id=cheque.pk, reason="Erreur", asked_by=person, now=NOW)
        return movement_settle(movement_id=movement.pk, clock=clock)

    actions = [refund] * 4 + [lambda: redeem(cheque, "librairie", 5000)]
    done, refusals = at_once(actions)
    assert (len(done), len(refusals)) == (1, 4)
    assert all(isinstance(each, ChequeError) for each in refusals)
    assert (left(cheque), liability()) == (0, 0)
    assert find_problems() == []


def test_sales_at_once_are_numbered_without_a_gap(town):
    person = operator()
    done, refusals = at_once(
        [
            lambda key=f"k{number}": cheques_sell(
                buyer_name="Mairie", face_cents=1000, count=3, method="transfer",
                paid_on=NOW.date(), sold_by=person, now=NOW, key=key,
            )
            for number in range(8)
        ]
    )  # fmt: skip
    assert refusals == []
    assert {sale.number for sale in done} == {f"CC2026-{number:04}" for number in range(1, 9)}
    assert Cheque.objects.count() == 24
    assert find_problems() == []


def selling(number):
    return lambda: sell(2000, 3, f"sale {number}")


def redeeming(number):
    (cheque,) = sell(5000, key=f"sale {number}")
    return lambda: redeem(cheque, "librairie", 2000, f"counter {number}")


def giving_back(number):
    (cheque,) = sell(5000, key=f"sale {number}")
    taken, person = redeem(cheque, "librairie", 2000, f"counter {number}"), operator()

    def action():
        back = ChequeMovement.objects.filter(corrects=taken).first() or redemption_cancel(
            movement_id=taken.pk, reason="Rendu", asked_by=person, now=NOW
        )
        movement_settle(movement_id=back.pk, clock=clock)

    return action


def picture():
    return digest_rows(), list(Cheque.objects.order_by("id").values_list("remaining_cents"))


@pytest.mark.parametrize("prepare", [selling, redeeming, giving_back])
def test_an_action_whose_process_is_killed_is_completed_by_a_second_call(town, killed, prepare):
    steps, gained = 0, set()
    while True:
        action, before = prepare(steps), available("librairie")
        died = is_killed(action, steps)
        assert find_problems() == [], f"killed after {steps} steps"
        action()
        gained.add(available("librairie") - before)
        done = picture()
        action()
        assert picture() == done, f"killed after {steps} steps"
        assert find_problems() == []
        if not died:
            break
        steps += 1
    assert gained == {{selling: 0, redeeming: 2000, giving_back: -2000}[prepare]}
    assert steps > 5
    killed(f"Office: {prepare.__name__} a cheque", steps)


@pytest.mark.parametrize("balance", [5000, 1000])
def test_a_settlement_with_saleor_killed_at_any_point_takes_all_once_or_nothing(
    cards, killed, balance
):
    """With the smaller balance a web order comes in between, and Saleor clamps."""
    steps = 0
    while True:
        (cheque,) = sell(5000, key=f"sale {steps}")
        cheques_tell(client=cards, clock=clock)
        if balance != 5000:
            cards.before_adjusting = once(lambda cheque=cheque: cards.pay(cheque, 5000 - balance))
        died = died_after(cards, cheque, steps)
        cards.before_adjusting = lambda: None
        late = clock().replace(year=2027, month=1)
        cheques_tell(client=cards, clock=lambda late=late: late)
        movement = ChequeMovement.objects.filter(cheque=cheque).first()
        assert find_problems() == [], f"killed after {steps} steps"
        card = cards.of(cheque)
        if movement is not None:
            cheque.refresh_from_db()
            online = card["paid"]
            taken = 2000 if movement.state == "done" else 0
            assert movement.state in ("done", "refused")
            assert card["balance"] == 5000 - online - taken, f"killed after {steps} steps"
            assert cheque.remaining_cents == 5000 - taken
        if not died:
            break
        steps += 1
    assert steps > 10
    killed(f"Office: a counter and Saleor's card of {balance}", steps)


def once(action):
    left_to_do = [action]
    return lambda: left_to_do and left_to_do.pop()()


def died_after(cards, cheque, steps):
    """Redeem in a process that dies after so many steps, calls to Saleor included.

    What it did in Saleor comes back by a pipe, and survives it.
    """
    reading, writing = os.pipe()

    def prepare(fuse):
        run = cards.run

        def counted(operation, **variables):
            fuse.step()
            found = run(operation, **variables)
            os.write(writing, pickle.dumps(cards.cards) + END)
            fuse.step()
            return found

        cards.run = counted

    died = is_killed(
        lambda: redeem(cheque, "librairie", 2000, f"counter {cheque.pk}"), steps, prepare
    )
    os.close(writing)
    told = b""
    while part := os.read(reading, 65536):
        told += part
    os.close(reading)
    states = told.split(END)[:-1]
    if states:
        cards.cards = pickle.loads(states[-1])  # noqa: S301
    return died


END = b"--END--"
