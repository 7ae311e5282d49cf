"""The table of delivery prices: which postal codes, at which price from which basket on."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

from django.conf import settings
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from saleor_alencon.errors import AlenconError

PACKAGED = Path(__file__).with_name("town") / "delivery.json"


class DeliveryTableWrong(AlenconError):
    """Raised when the file of delivery prices cannot be used; names the file and the line."""


def check_postal_code(code: str) -> str:
    """Refuse what is neither a French postal code nor a range of them (``61000:61099``)."""
    if not re.fullmatch(r"\d{5}(:\d{5})?", code):
        raise ValueError("a postal code has five digits; a range is written 61000:61099")
    return code


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tier(Strict):
    """The price of one delivery for baskets of at least ``from_cents``."""

    from_cents: Annotated[int, Field(ge=0)]
    price_cents: Annotated[int, Field(ge=0)]


class HomeDelivery(Strict):
    """One area. ``key`` ties it to Saleor: it never changes once used."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    postal_codes: Annotated[
        tuple[Annotated[str, AfterValidator(check_postal_code)], ...], Field(min_length=1)
    ]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def check_tiers(self) -> Self:
        """Each basket has exactly one price: the first tier starts at 0, the others above."""
        starts = [tier.from_cents for tier in self.tiers]
        if starts[0] != 0 or starts != sorted(set(starts)):
            raise ValueError("the tiers start at 0 and rise")
        return self


class Central(Strict):
    """Where any basket can be collected."""

    name: str
    address_line: str
    postal_code: str
    city: str


class DeliveryTable(Strict):
    """All ways of delivery."""

    zone: Annotated[str, Field(min_length=1, max_length=100)]
    collect: Annotated[str, Field(min_length=1, max_length=100)]
    central: Central
    home: tuple[HomeDelivery, ...]

    @model_validator(mode="after")
    def check_areas(self) -> Self:
        """An address belongs to one area at most, and each area has its own key."""
        keys = [area.key for area in self.home]
        if len(keys) != len(set(keys)):
            raise ValueError("two areas have the same key")
        spans = sorted(postal_span(code) for area in self.home for code in area.postal_codes)
        for (_, end), (start, _) in pairwise(spans):
            if start <= end:
                raise ValueError(f"postal code {start} is in two places of the table")
        return self


def postal_span(code: str) -> tuple[str, str]:
    """Return the first and the last postal code of an entry.

    >>> postal_span("61000"), postal_span("61000:61099")
    (('61000', '61000'), ('61000', '61099'))
    """
    start, _, end = code.partition(":")
    return start, end or start


def read_delivery_table(path: Path | None = None) -> DeliveryTable:
    """Read the Office's file (setting ``SALEOR_DELIVERY_FILE``), or the one of the package.

    :raises DeliveryTableWrong: it is not there or not right.
    """
    path = path or settings.SALEOR_DELIVERY_FILE or PACKAGED
    try:
        return DeliveryTable.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DeliveryTableWrong(f"{path}: {error.strerror}") from None
    except ValidationError as error:
        first: Any = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the table"
        raise DeliveryTableWrong(f"{path}: {place}: {first['msg']}") from None


def wanted_methods(table: DeliveryTable) -> list[dict[str, Any]]:
    """Return Saleor's delivery methods that the table asks for: one per area and tier.

    Saleor's two limits are both inclusive, so that a tier ends one cent below the next.
    """
    free = {"price_cents": 0, "from_cents": 0, "to_cents": None}
    # The stock storefront shows no collection points: there the central point is a method too.
    methods: list[dict[str, Any]] = [
        {"key": kind, "name": name, "delivery": kind, "rules": [], "listing": free}
        for kind, name in (("collect", table.collect), ("central", table.central.name))
    ]
    for area in table.home:
        ends = [tier.from_cents - 1 for tier in area.tiers[1:]]
        for number, (tier, end) in enumerate(zip(area.tiers, [*ends, None], strict=True), start=1):
            methods.append(
                {
                    "key": f"home.{area.key}.{number}",
                    "name": area.name,
                    "delivery": "home",
                    "rules": sorted(postal_span(code) for code in area.postal_codes),
                    "listing": {
                        "price_cents": tier.price_cents,
                        "from_cents": tier.from_cents,
                        "to_cents": end,
                    },
                }
            )
    return methods
