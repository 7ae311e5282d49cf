"""The mark that a shop's refusal leaves in the reason of the refunds it causes in Saleor.

One refusal may need several granted refunds, one per tender, and only one of them can carry the
lines. The mark says that they belong together, and to which shop. It ends the reason:
``Article indisponible [alencon:librairie-des-halles:refus-12]``, or, when the shop's share of the
delivery fee goes back too, ``... [alencon:librairie-des-halles:refus-12:livraison]``.
"""

import re
from dataclasses import dataclass
from typing import Self

MARK = re.compile(r"\[alencon:(?P<shop>[\w-]+):(?P<key>[\w-]+?)(?P<shipping>:livraison)?\]$")


@dataclass(frozen=True)
class RefundMark:
    """Which refusal, of which shop, and whether its share of the delivery fee goes back."""

    shop: str
    key: str
    includes_shipping: bool = False

    def sign(self, reason: str) -> str:
        """Return the reason with the mark at its end."""
        shipping = ":livraison" if self.includes_shipping else ""
        return f"{reason} [alencon:{self.shop}:{self.key}{shipping}]"

    @classmethod
    def read(cls, reason: str | None) -> Self | None:
        """Return the mark at the end of a reason, or None."""
        found = MARK.search(reason or "")
        return cls(found["shop"], found["key"], bool(found["shipping"])) if found else None
