"""States of a delivery round, its stops and its parcels, and the order of its stops."""

import re
from collections.abc import Iterable
from enum import StrEnum

POSTAL_CODE = re.compile(r"\d{5}(?::\d{5})?")
HOUSE_NUMBER = re.compile(r"^\s*(\d+)\s*(.*)$")


class RoundState(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class StopState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    LEFT = "left"
    FAILED = "failed"
    CALLED_OFF = "called_off"


class ParcelState(StrEnum):
    TO_FETCH = "to_fetch"
    ON_BOARD = "on_board"
    MISSING = "missing"
    DELIVERED = "delivered"
    FAILED = "failed"
    BACK = "back"


TAKEN = (
    ParcelState.TO_FETCH,
    ParcelState.ON_BOARD,
    ParcelState.DELIVERED,
    ParcelState.FAILED,
)
"""A shop order with a parcel in one of these is in a round: it goes into no other."""


class LeftWith(StrEnum):
    NEIGHBOUR = "neighbour"
    SAFE_PLACE = "safe_place"


class FailReason(StrEnum):
    ABSENT = "absent"
    WRONG_ADDRESS = "wrong_address"
    REFUSED = "refused"
    DAMAGED = "damaged"
    OTHER = "other"


def is_in_area(postal_code: str, codes: Iterable[str]) -> bool:
    """Say whether a postal code is one of ``codes``, each "61000" or a range "61000:61099".

    >>> is_in_area("61250", ["61000", "61200:61299"])
    True
    """
    for code in codes:
        first, _, last = code.partition(":")
        if first <= postal_code <= (last or first):
            return True
    return False


def stop_order(postal_code: str, street: str) -> tuple[str, str, int, str]:
    """Return the key that puts stops into the order of a route: by town, street, then number.

    >>> sorted(["12 rue du Cygne", "3 rue du Cygne"], key=lambda line: stop_order("61000", line))
    ['3 rue du Cygne', '12 rue du Cygne']
    """
    found = HOUSE_NUMBER.match(street)
    number, name = (int(found[1]), found[2]) if found else (0, street)
    return postal_code, " ".join(name.casefold().split()), number, street
