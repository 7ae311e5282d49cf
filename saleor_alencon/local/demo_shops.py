"""The shops of the demonstration town, as ``fixtures/alencon/shops.json`` describes them."""

import datetime
import json
from pathlib import Path
from typing import Any

from saleor_alencon.domain.opening_hours import TIMEZONE, VERSION, OpeningHours
from saleor_alencon.errors import AlenconError

LIVE = "live"
SLOT_MINUTES = 60


def fixtures_folder() -> Path:
    """Return the folder of recorded data.

    :raises AlenconError: outside a checkout of the project, which is where the demo lives.
    """
    folder = Path(__file__).resolve().parents[2] / "fixtures"
    if not folder.is_dir():
        raise AlenconError("fixtures/ was not found: run the demo from a checkout of the project")
    return folder


def read_shops() -> list[dict[str, Any]]:
    """Return all the town's shops, in an order that only grows at its end."""
    text = (fixtures_folder() / "alencon" / "shops.json").read_text("utf-8")
    return list(json.loads(text))


def read_live_shops() -> list[dict[str, Any]]:
    """Return the shops that sell: those of the recorded orders, in the order of the recording."""
    return [shop for shop in read_shops() if shop["state"] == LIVE]


def read_hours(shop: dict[str, Any], today: datetime.date) -> OpeningHours:
    """Return a shop's hours; its yearly exceptions fall on their next dates from ``today`` on."""
    return OpeningHours.from_json(
        {
            "version": VERSION,
            "timezone": TIMEZONE,
            "week": shop["week"],
            "exceptions": [
                {"date": next_date(each["day"], today).isoformat(), "periods": each["periods"]}
                for each in shop["yearly_exceptions"]
            ],
            "preparation_minutes": shop["preparation_minutes"],
            "slot_minutes": SLOT_MINUTES,
        }
    )


def next_date(day: str, today: datetime.date) -> datetime.date:
    """Return the next date of a day of the year: "12-25" is Christmas, today's if it is today."""
    month, number = (int(part) for part in day.split("-"))
    date = datetime.date(today.year, month, number)
    return date if date >= today else date.replace(year=today.year + 1)
