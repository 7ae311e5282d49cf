"""The two papers of a delivery round, as PDF: what to fetch where, and whom to bring it to.

They never hold the shoppers' codes: who carries a paper could else sign for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.french_text import date_text
from saleor_alencon.outputs.printable_text import printable_text
from saleor_alencon.outputs.theme import DEFAULT_THEME
from saleor_alencon.outputs.themed_pdf import render_themed_pdf


class RoundPdfError(AlenconError):
    """The template could not be set; the message is typst's own."""


@dataclass(frozen=True)
class SheetParcel:
    """One shop's part of one order: its number, who gets it, and how many boxes it is."""

    order_number: str
    shop: str
    recipient: str
    boxes: int
    stop: int


@dataclass(frozen=True)
class SheetPlace:
    """Where parcels are fetched: a shop, or the central point."""

    name: str
    lines: tuple[str, ...]
    parcels: tuple[SheetParcel, ...]


@dataclass(frozen=True)
class SheetStop:
    """One door of the route."""

    position: int
    recipient: str
    lines: tuple[str, ...]
    phone: str
    note: str
    parcels: tuple[SheetParcel, ...]


@dataclass(frozen=True)
class RoundSheet:
    """One round as its papers show it."""

    number: str
    day: date
    courier: str
    association: str
    places: tuple[SheetPlace, ...]
    stops: tuple[SheetStop, ...]

    @property
    def boxes(self) -> int:
        return sum(parcel.boxes for stop in self.stops for parcel in stop.parcels)


def render_collection_pdf(sheet: RoundSheet, theme: str = DEFAULT_THEME) -> bytes:
    """Return the list of what is fetched at each shop, PDF/UA-1.

    :raises RoundPdfError: if the theme's template does not compile.
    """
    places = [
        {
            "name": printable_text(place.name),
            "lines": [printable_text(line) for line in place.lines],
            "boxes": boxes_text(sum(parcel.boxes for parcel in place.parcels)),
            "rows": [
                [
                    printable_text(parcel.order_number),
                    printable_text(parcel.recipient),
                    printable_text(parcel.shop),
                    str(parcel.stop),
                    str(parcel.boxes),
                ]
                for parcel in place.parcels
            ],
        }
        for place in sheet.places
    ]
    return _pdf("round_collection", "Liste de collecte", sheet, {"places": places}, theme)


def render_route_pdf(sheet: RoundSheet, theme: str = DEFAULT_THEME) -> bytes:
    """Return the stops in their order, each with room for a name, PDF/UA-1.

    :raises RoundPdfError: if the theme's template does not compile.
    """
    stops = [
        {
            "position": str(stop.position),
            "recipient": printable_text(stop.recipient),
            "lines": [printable_text(line) for line in stop.lines],
            "phone": printable_text(stop.phone),
            "note": printable_text(stop.note),
            "parcels": [
                f"{boxes_text(parcel.boxes)} · {printable_text(parcel.shop)} · "
                f"n° {printable_text(parcel.order_number)}"
                for parcel in stop.parcels
            ],
        }
        for stop in sheet.stops
    ]
    return _pdf("round_route", "Feuille de route", sheet, {"stops": stops}, theme)


def boxes_text(boxes: int) -> str:
    """Return "1 carton", "3 cartons"."""
    return f"{boxes} carton{'s' if boxes > 1 else ''}"


def _pdf(
    template: str, title: str, sheet: RoundSheet, data: Mapping[str, Any], theme: str
) -> bytes:
    view = {
        "title": f"{title} {sheet.number}",
        "heading": title,
        "number": sheet.number,
        "association": printable_text(sheet.association),
        "facts": [
            ["Jour", date_text(sheet.day)],
            ["Livreur", printable_text(sheet.courier) or "à désigner"],
            ["Arrêts", str(len(sheet.stops))],
            ["Cartons", str(sheet.boxes)],
        ],
        **data,
    }
    return render_themed_pdf(
        template,
        view,
        theme=theme,
        issued_on=sheet.day,
        standards=["ua-1"],
        error=RoundPdfError,
        name=f"round {sheet.number}",
        files=None,
    )
