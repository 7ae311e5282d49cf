"""A shop's hours as pages show them, in the reader's language."""

import datetime

from saleor_alencon.domain.opening_hours import ExceptionalDay
from saleor_alencon.localized import exceptional_text, week_text
from saleor_alencon.shops.hours_form import spans
from saleor_alencon.shops.models import Shop


def hours_lines(shop: Shop, today: datetime.date) -> list[str]:
    """Return the week, then the exceptional days to come; nothing when no hours were given."""
    if shop.hours is None:
        return []
    hours = shop.opening_hours
    return week_text(hours) + [
        exceptional_text(
            ExceptionalDay(row["first"], row["periods"]),
            ExceptionalDay(row["last"], row["periods"]),
        )
        for row in spans(hours, today)
    ]
