"""Holding the books against what the payment provider says, movement by movement.

The residual (PSP clearing in the ledger, less the balance at the provider) is the sum of the items'
differences: an item that differs, or is on one side only, explains its part of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class MatchStatus(StrEnum):
    MATCHED = "matched"
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT_DIFFERS = "amount_differs"


class MovementKind(StrEnum):
    """What moved. Both sides are matched within one kind only."""

    CHARGE = "charge"
    REFUND = "refund"
    TRANSFER = "transfer"
    REVERSAL = "reversal"
    OTHER = "other"


@dataclass(frozen=True)
class Booked:
    """A movement of PSP clearing that the books derive from elsewhere: an order, a payout.

    ``references`` are its names at the provider, any of which identifies it; ``group`` (a tender)
    lets a refund without a reference be matched with one of the same amount.
    """

    key: str
    kind: MovementKind
    amount_cents: int
    references: frozenset[str]
    group: str = ""


@dataclass(frozen=True)
class Provided:
    """A movement at the provider: signed amount, fee, and what its own postings moved here."""

    key: str
    kind: MovementKind
    amount_cents: int
    fee_cents: int
    posted_cents: int
    references: frozenset[str]
    group: str = ""

    @property
    def net_cents(self) -> int:
        return self.amount_cents - self.fee_cents


@dataclass(frozen=True)
class Match:
    """One line of the reconciliation; either side may be missing. Amounts in signed cents."""

    status: MatchStatus
    booked: Booked | None
    provided: Provided | None
    here_cents: int
    there_cents: int

    @property
    def difference_cents(self) -> int:
        return self.here_cents - self.there_cents


@dataclass(frozen=True)
class Reconciliation:
    """All matches, and the two balances they explain."""

    matches: tuple[Match, ...]
    here_cents: int
    there_cents: int

    @property
    def residual_cents(self) -> int:
        return self.here_cents - self.there_cents

    @property
    def unexplained_cents(self) -> int:
        """What of the residual no item explains; anything but 0 is a fault of the books."""
        return self.residual_cents - sum(match.difference_cents for match in self.matches)

    def count(self, status: MatchStatus) -> int:
        return sum(match.status == status for match in self.matches)

    def of(self, *statuses: MatchStatus) -> list[Match]:
        return [match for match in self.matches if match.status in statuses]


def reconcile(
    booked: Sequence[Booked], provided: Sequence[Provided], *, here_cents: int
) -> Reconciliation:
    """Match both sides: by reference first, then within a group by equal amount, in order.

    ``here_cents`` is the balance of PSP clearing in the ledger.
    """
    free: dict[str, Booked] = {each.key: each for each in booked}
    assert len(free) == len(booked), "a booked movement was given twice"
    pairs = _pairs_by_reference(booked, provided, free)
    waiting: dict[tuple[str, str, int], list[Booked]] = {}
    for each in free.values():
        if each.group:
            waiting.setdefault((each.kind, each.group, each.amount_cents), []).append(each)
    for movement in provided:
        alike = waiting.get((movement.kind, movement.group, movement.amount_cents), [])
        if movement.group and movement.key not in pairs and alike:
            pairs[movement.key] = alike.pop(0)
            del free[pairs[movement.key].key]
    matches = [_match(movement, pairs.get(movement.key)) for movement in provided]
    matches += [
        Match(MatchStatus.MISSING_THERE, each, None, each.amount_cents, 0) for each in free.values()
    ]
    there_cents = sum(movement.net_cents for movement in provided)
    return Reconciliation(tuple(matches), here_cents, there_cents)


def _pairs_by_reference(
    booked: Iterable[Booked], provided: Iterable[Provided], free: dict[str, Booked]
) -> dict[str, Booked]:
    """Pair what has a reference in common, and take it out of ``free``."""
    named: dict[tuple[str, str], Booked] = {}
    for each in booked:
        for reference in each.references:
            named.setdefault((each.kind, reference), each)
    pairs: dict[str, Booked] = {}
    for movement in provided:
        for reference in sorted(movement.references):
            found = named.get((movement.kind, reference))
            if found is not None and found.key in free:
                pairs[movement.key] = free.pop(found.key)
                break
    return pairs


def _match(movement: Provided, booked: Booked | None) -> Match:
    here = movement.posted_cents + (booked.amount_cents if booked else 0)
    there = movement.net_cents
    if here == there and (booked or movement.posted_cents or not there):
        status = MatchStatus.MATCHED
    elif booked is None and not movement.posted_cents:
        status = MatchStatus.MISSING_HERE
    else:
        status = MatchStatus.AMOUNT_DIFFERS
    return Match(status, booked, movement, here, there)
