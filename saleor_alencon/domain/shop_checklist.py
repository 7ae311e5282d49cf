"""What a shop still lacks before it may sell: a list over plain facts."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Item(StrEnum):
    """One line of the checklist, in the order in which the Office works through it."""

    CONTACT = "contact"
    IDENTITY = "identity"
    ADDRESS = "address"
    AGREEMENT = "agreement"
    DUES = "dues"
    BANK = "bank"
    CONNECT = "connect"
    HOURS = "hours"
    PROVISIONED = "provisioned"
    PRODUCTS = "products"


FIELDS: dict[Item, tuple[str, ...]] = {
    Item.CONTACT: ("contact_name", "email", "phone"),
    Item.IDENTITY: ("legal_name", "siret"),
    Item.ADDRESS: ("address_line", "postal_code", "city"),
    Item.BANK: ("iban", "bic"),
}
"""The items that are fields of the shop's record, and which."""


@dataclass(frozen=True)
class ShopFacts:
    """What is known of a shop. ``filled`` names the fields of its record that are not empty.

    ``connected`` says whether its account at the payment provider may receive money; None when
    the association pays by the bank. A shop needs one of the two accounts, never both.
    """

    filled: Collection[str]
    agreement_signed: bool
    dues_paid: bool
    hours_given: bool
    provisioned: bool
    products_imported: bool
    connected: bool | None = None


@dataclass(frozen=True)
class Check:
    """One line of the checklist; ``missing`` names the record's fields that are empty."""

    item: Item
    done: bool
    missing: tuple[str, ...] = ()


def checklist(facts: ShopFacts) -> list[Check]:
    """Return every item that the shop needs, done or not, in the order of :class:`Item`."""
    plain = {
        Item.AGREEMENT: facts.agreement_signed,
        Item.DUES: facts.dues_paid,
        Item.CONNECT: bool(facts.connected),
        Item.HOURS: facts.hours_given,
        Item.PROVISIONED: facts.provisioned,
        Item.PRODUCTS: facts.products_imported,
    }
    found = []
    not_needed = Item.CONNECT if facts.connected is None else Item.BANK
    for item in Item:
        if item is not_needed:
            continue
        missing = tuple(name for name in FIELDS.get(item, ()) if name not in facts.filled)
        found.append(Check(item, plain.get(item, not missing), missing))
    return found


def blockers(facts: ShopFacts, needed: Collection[Item] = frozenset(Item)) -> list[Check]:
    """Return the items of ``needed`` that are not done."""
    return [check for check in checklist(facts) if check.item in needed and not check.done]
