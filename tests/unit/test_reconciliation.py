"""Books and provider, movement by movement: whatever differs explains the residual."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain.reconciliation import Booked, MovementKind, Provided, reconcile

KINDS = st.sampled_from([MovementKind.CHARGE, MovementKind.REFUND, MovementKind.TRANSFER])
NAMES = st.sampled_from(["x", "y", "z", ""])


def booked(key, cents, *references, kind=MovementKind.CHARGE, group=""):
    return Booked(key, kind, cents, frozenset(references), group)


def provided(key, cents, *references, kind=MovementKind.CHARGE, fee=0, posted=0, group=""):
    return Provided(key, kind, cents, fee, posted, frozenset(references), group)


def statuses(found):
    return [match.status.value for match in found.matches]


def test_a_charge_with_its_fee_posted_matches():
    found = reconcile(
        [booked("c", 1000, "pi_1")], [provided("t", 1000, "pi_1", fee=40, posted=-40)],
        here_cents=960,
    )  # fmt: skip
    assert statuses(found) == ["matched"]
    assert (found.residual_cents, found.unexplained_cents) == (0, 0)


@pytest.mark.parametrize(
    ("here", "there", "status", "difference"),
    [
        ([booked("c", 1000, "pi_1")], [], "missing_there", 1000),
        ([], [provided("t", 1000, "pi_1", fee=40)], "missing_here", -960),
        ([booked("c", 1000, "pi_1")], [provided("t", 999, "pi_1")], "amount_differs", 1),
        ([booked("c", 1000, "pi_1")], [provided("t", 1000, "pi_1", fee=40)], "amount_differs", 40),
        ([], [provided("t", -20, kind=MovementKind.OTHER, posted=-21)], "amount_differs", -1),
    ],
)
def test_what_is_on_one_side_or_differs_explains_its_part(here, there, status, difference):
    cents = sum(each.amount_cents for each in here) + sum(each.posted_cents for each in there)
    found = reconcile(here, there, here_cents=cents)
    assert statuses(found) == [status]
    assert found.residual_cents == difference == found.matches[0].difference_cents
    assert found.unexplained_cents == 0


def test_a_reference_of_another_kind_does_not_match():
    found = reconcile(
        [booked("r", -1000, "x", kind=MovementKind.REFUND)], [provided("t", 1000, "x")],
        here_cents=-1000,
    )  # fmt: skip
    assert statuses(found) == ["missing_here", "missing_there"]


def test_refunds_without_reference_match_within_their_payment_by_amount_in_order():
    refund = MovementKind.REFUND
    here = [booked(f"r{number}", -500, kind=refund, group="p") for number in (1, 2)]
    there = [
        provided("t1", -500, "re_1", kind=refund, group="other"),
        provided("t2", -500, "re_2", kind=refund, group="p"),
        provided("t3", -400, "re_3", kind=refund, group="p"),
    ]
    found = reconcile(here, there, here_cents=-1000)
    assert statuses(found) == ["missing_here", "matched", "missing_here", "missing_there"]
    assert found.matches[1].booked.key == "r1"


def test_what_no_movement_explains_is_told_apart():
    found = reconcile([booked("c", 1000, "x")], [provided("t", 1000, "x")], here_cents=1003)
    assert (statuses(found), found.residual_cents, found.unexplained_cents) == (["matched"], 3, 3)


@given(
    here=st.lists(st.tuples(KINDS, st.integers(-9, 9), NAMES, NAMES), max_size=8),
    there=st.lists(
        st.tuples(KINDS, st.integers(-9, 9), NAMES, NAMES, st.integers(0, 3), st.integers(-3, 3)),
        max_size=8,
    ),
    random=st.randoms(use_true_random=False),
)
def test_every_movement_is_in_one_match_and_the_differences_sum_to_the_residual(
    here, there, random
):
    books = [
        booked(f"b{number}", cents, *filter(None, [name]), kind=kind, group=group)
        for number, (kind, cents, name, group) in enumerate(here)
    ]
    mirror = [
        provided(
            f"p{number}", cents, *filter(None, [name]), kind=kind, group=group, fee=fee,
            posted=posted,
        )
        for number, (kind, cents, name, group, fee, posted) in enumerate(there)
    ]  # fmt: skip
    here_cents = sum(each.amount_cents for each in books) + sum(p.posted_cents for p in mirror)
    found = reconcile(books, mirror, here_cents=here_cents)
    keys = [match.booked.key for match in found.matches if match.booked]
    assert sorted(keys) == sorted(each.key for each in books)
    keys = [match.provided.key for match in found.matches if match.provided]
    assert keys == [each.key for each in mirror]
    assert found.unexplained_cents == 0
    random.shuffle(books)
    again = reconcile(books, mirror, here_cents=here_cents)
    assert again.residual_cents == found.residual_cents
