"""An invoice or credit note of the association to one of its merchants.

These frozen dataclasses are the whole input of the PDF and of its Factur-X data. They check
their own arithmetic when built, so that no document with a wrong sum can be numbered. Amounts are
integer cents; those of a credit note are what is given back, so positive as an invoice's are. A
line may be negative (a commission given back on an invoice that also takes some), the whole never.
Rates are basis points (2000 is 20 %).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from saleor_alencon.domain.money import share_of
from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.statement import Party
from saleor_alencon.outputs.strict_json import StrictJsonError, decode, encode

INVOICE_VERSION = 1

InvoiceKind = Literal["invoice", "credit_note"]
Payment = Literal["offset", "transfer"]
"""Withheld from a settlement, or to be paid to the association's account."""


class InvoiceError(AlenconError):
    """An invoice's figures do not add up, a mention is missing, or its stored form is not ours."""


def _require(condition: bool, message: str) -> None:
    # Not `assert`: `python -O` would drop it, and a wrong invoice must never be numbered.
    if not condition:
        raise InvoiceError(message)


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One service: what it is, its amount without VAT, and the VAT on it.

    ``vat_cents`` may differ from the rate by the roundings of what it sums (a commission is
    rounded for each order line), by one cent per ``roundings``. ``exemption`` says why there is no
    VAT; it is empty when there is a rate.
    """

    label: str
    detail: str
    net_cents: int
    vat_rate_bps: int
    vat_cents: int
    exemption: str = ""
    roundings: int = 1

    def __post_init__(self) -> None:
        _require(bool(self.label.strip()), "an invoice's line has no label")
        _require(
            bool(self.exemption) == (not self.vat_rate_bps),
            f"{self.label}: VAT at {self.vat_rate_bps} bps, exempt by {self.exemption!r}",
        )
        off = abs(self.vat_cents - share_of(self.net_cents, self.vat_rate_bps))
        limit = self.roundings if self.vat_rate_bps else 0
        _require(
            off <= limit,
            f"{self.label}: VAT of {self.vat_cents} on {self.net_cents} at "
            f"{self.vat_rate_bps} bps, with {self.roundings} roundings",
        )


@dataclass(frozen=True, slots=True)
class VatTotal:
    """What is due at one VAT rate, with the reasons of an exemption."""

    vat_rate_bps: int
    net_cents: int
    vat_cents: int
    exemption: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """An earlier invoice that a credit note corrects."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """Everything an invoice says.

    The period is when the service was given, both days included. ``due_on`` is the day to pay by,
    or the one on which the amount was withheld. ``iban`` and ``bic`` are where to pay, for a
    transfer. ``reference`` is the statement or the year that it is about.

    :raises InvoiceError: for no line, a negative whole, or a mention that the law asks for and
        that is missing (CGI, annexe II, art. 242 nonies A).
    """

    kind: InvoiceKind
    number: str
    issued_on: date
    seller: Party
    buyer: Party
    lines: tuple[InvoiceLine, ...]
    payment: Payment
    reference: str
    period_start: date
    period_end: date
    due_on: date
    iban: str = ""
    bic: str = ""
    corrects: tuple[Corrected, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        name = f"{self.kind} {self.number}"
        _require(bool(self.lines), f"{name}: no line")
        _require(self.net_cents >= 0 and self.total_cents >= 0, f"{name}: negative on the whole")
        _require(self.period_start <= self.period_end, f"{name}: the period ends before it starts")
        for role, party in (("seller", self.seller), ("buyer", self.buyer)):
            _require(bool(party.legal_name), f"{name}: the {role} has no legal name")
        _require(bool(self.seller.siret), f"{name}: the seller has no SIRET")
        _require(bool(self.seller.address_lines), f"{name}: the seller has no address")
        _require(
            self.seller.vat_number != "" or all(not line.vat_rate_bps for line in self.lines),
            f"{name}: VAT without the seller's VAT number",
        )

    @property
    def net_cents(self) -> int:
        return sum(line.net_cents for line in self.lines)

    @property
    def vat_cents(self) -> int:
        return sum(line.vat_cents for line in self.lines)

    @property
    def total_cents(self) -> int:
        return self.net_cents + self.vat_cents

    @property
    def due_cents(self) -> int:
        """What is still to be paid when the document is issued."""
        return 0 if self.payment == "offset" else self.total_cents

    def vat_totals(self) -> tuple[VatTotal, ...]:
        """Return the totals by rate, highest first; one for all that is exempt (EN 16931, BR-E-1).

        The VAT of a rate is the sum of its lines'.
        """
        rates = sorted({line.vat_rate_bps for line in self.lines}, reverse=True)
        return tuple(
            _vat_total(rate, [line for line in self.lines if line.vat_rate_bps == rate])
            for rate in rates
        )

    def to_json(self) -> str:
        """Return the document as canonical JSON: sorted keys, no spaces."""
        payload = {"invoice_version": INVOICE_VERSION, **encode(self)}
        return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "InvoiceDocument":
        """Return the document that `to_json` wrote.

        :raises InvoiceError: for another version, any missing, unknown or mistyped field, or
            figures that do not add up.
        """
        try:
            payload = json.loads(text)
        except ValueError as error:
            raise InvoiceError(f"a stored invoice is not JSON: {error}") from error
        version = payload.pop("invoice_version", None) if isinstance(payload, dict) else None
        _require(version == INVOICE_VERSION, f"unknown invoice version {version!r}")
        try:
            return decode(cls, payload, "invoice")
        except StrictJsonError as error:
            raise InvoiceError(str(error)) from error


def _vat_total(rate: int, lines: Iterable[InvoiceLine]) -> VatTotal:
    lines = list(lines)
    reasons = dict.fromkeys(line.exemption for line in lines if line.exemption)
    return VatTotal(
        rate,
        sum(line.net_cents for line in lines),
        sum(line.vat_cents for line in lines),
        " ; ".join(reasons),
    )
