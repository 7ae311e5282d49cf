"""Integer money: amounts in cents (minor units), rates in basis points (1 % = 100 bps)."""

BASIS_POINTS = 10_000


def divide_half_up(numerator: int, denominator: int) -> int:
    """Return ``numerator / denominator`` rounded to the nearest integer, halves away from zero.

    This is commercial rounding, the one French invoices use (BOI-TVA-DECLA-30-20-20-10).

    >>> divide_half_up(5, 2), divide_half_up(-5, 2), divide_half_up(4, 3)
    (3, -3, 1)

    :raises ValueError: when the denominator is not positive.
    """
    if denominator <= 0:
        raise ValueError(f"denominator must be positive, got {denominator}")
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


def share_of(amount_cents: int, rate_bps: int) -> int:
    """Return ``rate_bps`` of ``amount_cents``, in cents, halves away from zero.

    >>> share_of(1999, 800)  # 8 % of 19.99
    160

    :raises ValueError: when the rate is negative.
    """
    if rate_bps < 0:
        raise ValueError(f"a rate cannot be negative, got {rate_bps} bps")
    return divide_half_up(amount_cents * rate_bps, BASIS_POINTS)


def price_of_pieces(line_cents: int, line_quantity: int, pieces: int) -> int:
    """Return the price of a line's first ``pieces`` in cents, rounded down; all of it for all.

    >>> [price_of_pieces(1000, 3, pieces) for pieces in (1, 2, 3)]
    [333, 666, 1000]

    :raises ValueError: when the line has no pieces, or fewer than asked for.
    """
    if not 0 <= pieces <= line_quantity or line_quantity == 0:
        raise ValueError(f"{pieces} of {line_quantity} pieces")
    return line_cents * pieces // line_quantity
