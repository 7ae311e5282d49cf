"""What a correction takes from a shop or gives to it, and what of its sales is put by."""

from saleor_alencon.domain.money import BASIS_POINTS, share_of


def shop_part_cents(amount_cents: int, office_bps: int) -> int:
    """Return what a correction changes of the shop's balance, signed, in cents.

    ``amount_cents`` above zero is what the shop has lost or is owed: the Office makes good its
    part of it. Below zero it is what the Office has paid or is owed: the shop gives back the
    rest, which the Office does not bear. The Office's part is rounded half up, the shop has what
    is left, so the two always make the whole.

    >>> shop_part_cents(1000, 10_000), shop_part_cents(1000, 0), shop_part_cents(1001, 5000)
    (1000, 0, 501)
    >>> shop_part_cents(-1000, 0), shop_part_cents(-1001, 5000), shop_part_cents(-1000, 10_000)
    (-1000, -500, 0)

    :raises ValueError: when the part is not between nothing and the whole.
    """
    if not 0 <= office_bps <= BASIS_POINTS:
        raise ValueError(f"a part is from 0 to 10000 bps, got {office_bps}")
    office_cents = share_of(abs(amount_cents), office_bps)
    return office_cents if amount_cents > 0 else -(abs(amount_cents) - office_cents)


def reserve_cents(sales_cents: int, rate_bps: int, available_cents: int) -> int:
    """Return what is put by of a shop's new sales: never more than it has, never below zero.

    ``sales_cents`` is what became available of sales, refunds and their costs since the last
    statement, ``available_cents`` all that it would be paid. Rounded half up.

    >>> reserve_cents(9041, 1000, 9041), reserve_cents(9041, 1000, 500), reserve_cents(-1, 1000, 9)
    (904, 500, 0)
    """
    if sales_cents <= 0 or available_cents <= 0:
        return 0
    return min(share_of(sales_cents, rate_bps), available_cents)
