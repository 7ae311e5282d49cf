"""The mark that a shop's refund leaves in the reason of what it causes in Saleor.

One refusal may need several granted refunds, one per tender, and only one of them can carry the
lines. The mark says that they belong together, and to which shop. It ends the reason:
``Article indisponible [alencon:librairie-des-halles:refus-12]``, or, when the shop's share of the
delivery fee goes back too, ``... [alencon:librairie-des-halles:refus-12:livraison]``. A refund that
the shop gives in Saleor's Dashboard ends ``... [alencon:librairie-des-halles:tableau-4f1c09ab]``.
"""

import re
from dataclasses import dataclass
from typing import Self

MARK = re.compile(r"\[alencon:(?P<shop>[\w-]+):(?P<key>[\w-]+?)(?P<shipping>:livraison)?\]$")
ANY_MARK = re.compile(r"\s*\[alencon:[^\]]*\]?")


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


def without_mark(reason: str | None) -> str:
    """Return a reason as a person wrote it, without any mark; nobody writes one by hand.

    >>> without_mark("Abîmé [alencon:librairie-des-halles:refus-12]")
    'Abîmé'
    """
    return ANY_MARK.sub("", reason or "").strip()
