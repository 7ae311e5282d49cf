"""The scale of a chart of amounts, the same on pages and in documents."""


def ceiling_cents(cents: int) -> int:
    """Return a round amount in cents that is at least `cents` and divides in four whole euros."""
    power = 100
    while True:
        for factor in (4, 8, 12, 20, 40):
            if factor * power >= cents:
                return factor * power
        power *= 10
