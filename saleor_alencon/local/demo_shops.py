"""The shops of the demonstration town, as ``fixtures/alencon/shops.json`` describes them."""

import datetime
import json
from pathlib import Path
from typing import Any

from saleor_alencon.errors import AlenconError

LIVE = "live"


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


def next_exceptions(shop: dict[str, Any], today: datetime.date) -> list[dict[str, Any]]:
    """Return the shop's yearly exceptions as dated ones, each on its next date, soonest first."""
    exceptions = []
    for exception in shop["yearly_exceptions"]:
        month, day = (int(part) for part in exception["day"].split("-"))
        date = datetime.date(today.year, month, day)
        if date < today:
            date = date.replace(year=today.year + 1)
        exceptions.append({"date": date.isoformat(), "periods": exception["periods"]})
    return sorted(exceptions, key=lambda exception: str(exception["date"]))
