"""The statement: what one shop gets in one settlement run, every cent explained.

These frozen dataclasses are the whole input of the PDF and the CSV. They check their own
arithmetic when built, so that no document with a wrong sum can be rendered or stored.
Amounts are integer cents, signed from the shop's point of view: a sale is positive, a refund
negative; a commission is positive when the Office keeps it and negative when it gives it back.
Rates are basis points (550 is 5.5 %).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.strict_json import StrictJsonError, decode, encode

STATEMENT_VERSION = 2
"""Version 2 names, for each item, the rule its commission follows. Documents of version 1 are
read, and printed, as they were."""

LineKind = Literal["sale", "refund", "correction", "payout_returned", "dispute", "dues"]
CarriedReason = Literal[
    "",
    "negative",
    "below_minimum",
    "missing_iban",
    "missing_account",
    "dues_unpaid",
    "missing_identity",
]
PaymentStatus = Literal["ordered", "executed", "returned", "refused"]


class StatementError(AlenconError):
    """A statement's figures do not add up, or its stored form is not one of ours."""


def _require(condition: bool, message: str) -> None:
    # Not `assert`: `python -O` would drop it, and a wrong statement must never be printed.
    if not condition:
        raise StatementError(message)


@dataclass(frozen=True, slots=True)
class Party:
    """The Office or a shop, as it must be named on an accounting document.

    `address_lines` are printed one under the other. `siret` and `vat_number` are printed as
    given, without a check: they were checked where they were entered.
    """

    name: str
    legal_name: str
    siret: str
    address_lines: tuple[str, ...]
    vat_number: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class StatementItem:
    """One order line: what the shopper paid for it, and the commission taken on it.

    `quantity` counts pieces: negative when they were given back, zero when only an amount
    changed. `gross_cents` includes VAT and leaves out what was refunded. `vat_rate_bps` is None
    when the rate is unknown. `vat_cents` is the VAT contained in `gross_cents`: its part of what
    Saleor stored for the order line, never computed from the rate; None when unknown.

    `commission_rule` is the name of the rule frozen at the sale, empty when none applied; the
    fixed part and the bounds are the rule's, per order line.
    """

    label: str
    sku: str
    quantity: int
    vat_rate_bps: int | None
    gross_cents: int
    commission_rate_bps: int
    commission_cents: int
    commission_vat_cents: int
    vat_cents: int | None = None
    commission_rule: str = ""
    commission_fixed_cents: int = 0
    commission_minimum_cents: int = 0
    commission_maximum_cents: int | None = None
    commission_vat_rate_bps: int | None = None


ADDED_TO_ITEMS = {
    "commission_rule": "",
    "commission_fixed_cents": 0,
    "commission_minimum_cents": 0,
    "commission_maximum_cents": None,
    "commission_vat_rate_bps": None,
}
"""What version 2 has of an item and version 1 has not, with what stands for it when it is read."""


@dataclass(frozen=True, slots=True)
class TenderPart:
    """The part of a line paid by one means of payment, such as "Carte bancaire".

    It is negative for what went back by it, also beyond what it had paid on this line.
    """

    label: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One event of the shop's account: a shop order sold, a refund, a correction.

    :raises StatementError: unless gross = commission + VAT on it + fees + net, and, when items
        or tenders are given, they sum to the line's own figures.
    """

    occurred_on: date
    kind: LineKind
    order_number: str
    label: str
    gross_cents: int
    commission_cents: int
    commission_vat_cents: int
    fees_cents: int
    net_cents: int
    items: tuple[StatementItem, ...] = ()
    tenders: tuple[TenderPart, ...] = ()

    def __post_init__(self) -> None:
        name = f"{self.kind} {self.order_number}"
        parts = self.commission_cents + self.commission_vat_cents + self.fees_cents + self.net_cents
        _require(
            self.gross_cents == parts,
            f"{name}: gross {self.gross_cents} is not commission {self.commission_cents} "
            f"+ VAT {self.commission_vat_cents} + fees {self.fees_cents} + net {self.net_cents}",
        )
        if self.items:
            for field in ("gross_cents", "commission_cents", "commission_vat_cents"):
                total = sum(getattr(item, field) for item in self.items)
                _require(
                    total == getattr(self, field),
                    f"{name}: items' {field} sum to {total}, the line says {getattr(self, field)}",
                )
        if self.tenders:
            total = sum(tender.amount_cents for tender in self.tenders)
            _require(
                total == self.gross_cents,
                f"{name}: tenders sum to {total}, the line's gross is {self.gross_cents}",
            )


@dataclass(frozen=True, slots=True)
class StatementPayment:
    """What became of the payment since the statement was made; known once it is ordered.

    `reference` is what the shop finds on its bank's statement. `day` is when the bank was asked
    to execute it, when it was declared executed, or when it was returned or refused for `reason`.
    """

    status: PaymentStatus
    reference: str
    day: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VatTotal:
    """The gross sold at one VAT rate and the VAT in it; None when a part of it is unknown."""

    vat_rate_bps: int | None
    gross_cents: int
    vat_cents: int | None
    commission_cents: int
    commission_vat_cents: int


@dataclass(frozen=True, slots=True)
class StatementDocument:
    """Everything printed on one shop's statement for one settlement run.

    `cutoff` is the moment, with its UTC offset, after which events wait for the next run.
    `opening_cents` is the balance earlier runs carried here, `net_cents` the sum of the lines,
    `payable_cents` what is paid now and `carried_cents` what the next run starts from.
    `commission_vat_rate_bps` is the association's rate on the day of issue; an item of version 2
    has the one frozen at its sale.

    :raises StatementError: unless net = sum of the lines, opening + net = payable + carried,
        nothing is both paid and carried, and `carried_reason` fits the carried amount.
    """

    number: str
    run_number: str
    issued_on: date
    cutoff: datetime
    issuer: Party
    shop: Party
    lines: tuple[StatementLine, ...]
    opening_cents: int
    net_cents: int
    payable_cents: int
    carried_cents: int
    carried_reason: CarriedReason
    minimum_cents: int
    iban: str
    commission_vat_rate_bps: int
    currency: str = "EUR"
    statement_version: int = STATEMENT_VERSION

    def __post_init__(self) -> None:
        _require(self.cutoff.tzinfo is not None, f"{self.number}: cutoff has no UTC offset")
        net = sum(line.net_cents for line in self.lines)
        _require(net == self.net_cents, f"{self.number}: lines' net is {net}, not {self.net_cents}")
        _require(
            self.opening_cents + self.net_cents == self.payable_cents + self.carried_cents,
            f"{self.number}: opening {self.opening_cents} + net {self.net_cents} is not "
            f"payable {self.payable_cents} + carried {self.carried_cents}",
        )
        _require(self.payable_cents >= 0, f"{self.number}: payable is negative")
        _require(
            self.payable_cents == 0 or self.carried_cents == 0,
            f"{self.number}: a balance is paid or carried, never split",
        )
        fits = {
            "": self.carried_cents == 0,
            "negative": self.carried_cents < 0,
            "below_minimum": 0 < self.carried_cents < self.minimum_cents,
            "missing_iban": self.carried_cents > 0 and not self.iban,
            "missing_account": self.carried_cents > 0 and not self.iban,
            "dues_unpaid": self.carried_cents > 0,
            "missing_identity": self.carried_cents > 0,
        }
        _require(
            fits[self.carried_reason],
            f"{self.number}: carrying {self.carried_cents} does not fit the reason "
            f"{self.carried_reason!r}",
        )

    def lines_of(self, *kinds: LineKind) -> tuple[StatementLine, ...]:
        """Return the lines of these kinds, in the document's order."""
        return tuple(line for line in self.lines if line.kind in kinds)

    def to_json(self) -> str:
        """Return the document as canonical JSON: sorted keys, no spaces, moments in UTC."""
        payload = encode(self)
        if self.statement_version == 1:
            for item in _stored_items(payload):
                for name in ADDED_TO_ITEMS:
                    del item[name]
        return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "StatementDocument":
        """Return the document that `to_json` wrote.

        :raises StatementError: for another version, any missing, unknown or mistyped field,
            or figures that no longer add up.
        """
        try:
            payload = json.loads(text)
        except ValueError as error:
            raise StatementError(f"a stored statement is not JSON: {error}") from error
        version = payload.get("statement_version") if isinstance(payload, dict) else None
        if type(version) is not int or version not in (1, STATEMENT_VERSION):
            raise StatementError(f"unknown statement version {version!r}")
        if version == 1:
            for item in _stored_items(payload):
                if item.keys() & ADDED_TO_ITEMS.keys():
                    raise StatementError("a stored statement of version 1 has fields of version 2")
                item.update(ADDED_TO_ITEMS)
        try:
            return decode(cls, payload, "statement")
        except StrictJsonError as error:
            raise StatementError(str(error)) from error


def _stored_items(payload: Any) -> Iterator[dict[str, Any]]:
    """Give the items of a document's JSON, as far as it has the shape of one."""
    lines = payload.get("lines")
    for line in lines if isinstance(lines, list) else ():
        items = line.get("items") if isinstance(line, dict) else None
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield item


def sum_by_vat_rate(lines: Iterable[StatementLine]) -> tuple[VatTotal, ...]:
    """Return the items' totals by VAT rate, lowest rate first, unknown rates last.

    A line without items (a refund of a mere amount) counts whole under the unknown rate, so
    that the totals always sum to the lines' gross and commission.
    """
    groups: dict[int | None, list[VatTotal]] = {}
    for line in lines:
        for part in line.items or (line,):
            rate_bps, vat_cents = None, None
            if isinstance(part, StatementItem):
                rate_bps, vat_cents = part.vat_rate_bps, part.vat_cents
            total = VatTotal(
                rate_bps,
                part.gross_cents,
                vat_cents,
                part.commission_cents,
                part.commission_vat_cents,
            )
            groups.setdefault(rate_bps, []).append(total)
    rates = sorted(groups, key=lambda rate: (rate is None, rate or 0))
    return tuple(_sum_vat_totals(rate, groups[rate]) for rate in rates)


def _sum_vat_totals(rate: int | None, parts: list[VatTotal]) -> VatTotal:
    amounts = [part.vat_cents for part in parts]
    known = [amount for amount in amounts if amount is not None]
    return VatTotal(
        vat_rate_bps=rate,
        gross_cents=sum(part.gross_cents for part in parts),
        vat_cents=sum(known) if len(known) == len(amounts) else None,
        commission_cents=sum(part.commission_cents for part in parts),
        commission_vat_cents=sum(part.commission_vat_cents for part in parts),
    )
