"""A counter's action whose process is killed is done once when the device sends it again."""

import uuid

import pytest

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.desk.models import Action, ActionKind
from saleor_alencon.desk.services import Asked, action_run
from saleor_alencon.domain.shop_orders import PickupState
from saleor_alencon.messaging.models import Message
from saleor_alencon.orders.models import Pickup, ShopOrderLine
from saleor_alencon.pickups.models import PickupEvent, SaleorCommand
from tests.integration.small_town import NOW, order_line
from tests.integration.test_desk import person, pickup_of, prepare_town, run
from tests.integration.test_killed import every_row, is_killed

KEY = uuid.UUID(int=1)


def asked_of(kind: ActionKind) -> Asked:
    """Return what is asked, of a pickup that is in the state for it."""
    line = str(order_line("700").pk)
    if kind in (ActionKind.REFUSE, ActionKind.RETURN):
        return Asked(kind, pickup_id=pickup_of().pk, quantities={line: 2}, reason="abîmé")
    return Asked(kind, pickup_id=pickup_of().pk, without_code=True)


def make_ready_for(kind: ActionKind, basket, who) -> None:
    if kind in (ActionKind.UNREADY, ActionKind.UNCOLLECTED, ActionKind.HAND_OVER):
        run(Asked(ActionKind.READY, pickup_id=pickup_of().pk), who)
    if kind == ActionKind.RETURN:
        Pickup.objects.filter(pk=pickup_of().pk).update(state=PickupState.HANDED_OVER)
        basket.hand_over("librairie")
        basket.deliver()


def picture():
    """All that an action of a counter may change."""
    return (
        sorted(Pickup.objects.values_list("code", "state")),
        sorted(PickupEvent.objects.values_list("shop_order", "step", "detail")),
        sorted(
            (each.kind, each.state, each.shop_order_id, str(each.payload))
            for each in SaleorCommand.objects.all()
        ),
        sorted(Action.objects.values_list("key", "kind", "done", "answer")),
        sorted(ShopOrderLine.objects.values_list("saleor_id", "quantity_handed_over")),
        sorted(Message.objects.values_list("key", "state")),
    )


@pytest.mark.parametrize("kind", ActionKind, ids=lambda kind: kind.value)
def test_an_action_whose_process_is_killed_is_done_once_when_it_is_sent_again(
    own_database, killed, kind
):
    basket, who = prepare_town(), person("Une")
    make_ready_for(kind, basket, who)
    asked, shop_id = asked_of(kind), pickup_of().shop_id

    def send():
        return action_run(
            key=KEY, asked=asked, shop_id=shop_id, done_by=who, signed_in=who, made_at=NOW, now=NOW
        )

    before, left = picture(), []
    while is_killed(send, len(left)):
        left.append(every_row())
        assert find_problems() == []
        done = Action.objects.filter(key=KEY).exists()
        assert done or picture() == before, f"half done after {len(left) - 1} steps"
    done = picture()
    assert left.count(left[0]) > 2, "killed among its statements, which leaves nothing of them"
    assert left[-1] == every_row() != left[0], "killed after its commit, which leaves all of it"
    answer = send()
    assert (answer.done, picture()) == (True, done)
    assert Action.objects.filter(key=KEY).count() == 1
    killed(f"Office: {kind.value} at a counter", len(left))
