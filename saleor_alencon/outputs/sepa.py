"""Payout file: one SEPA credit transfer order, ISO 20022 pain.001.001.09.

Rules come from the XSD of the message and from the European Payments Council's implementation
guidelines for the customer-to-PSP credit transfer (EPC132-08): the Latin character set, lengths,
amount limits and "NOTPROVIDED" for an unknown BIC.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sepaxml import SepaTransfer as SepaXmlTransfer  # type: ignore[import-untyped]
from sepaxml.validation import ValidationError, try_valid_xml  # type: ignore[import-untyped]
from stdnum import iban as iban_numbers

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.outputs.sepa_text import sepa_text

SCHEMA = "pain.001.001.09"
NAMESPACE = f"{{urn:iso:std:iso:20022:tech:xsd:{SCHEMA}}}"

LONGEST_ID = 35
LONGEST_NAME = 70
LONGEST_REMITTANCE = 140
LARGEST_AMOUNT_CENTS = 99_999_999_999

# Countries and territories whose accounts SEPA reaches (EPC409-09), by IBAN country code.
SEPA_COUNTRY = re.compile(
    "AD|AL|AT|BE|BG|CH|CY|CZ|DE|DK|EE|ES|FI|FR|GB|GI|GR|HR|HU|IE|IS|IT|LI|LT|LU|LV|MC|MD|ME|MK|"
    "MT|NL|NO|PL|PT|RO|RS|SE|SI|SK|SM|VA"
)


class SepaError(AlenconError):
    """A payout file cannot be made from these data; the message names transfer and field."""


@dataclass(frozen=True, slots=True)
class SepaDebtor:
    """The account that pays: the Office's. `bic` may be empty (IBAN only, since 2016)."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class SepaTransfer:
    """One payment to one shop. `amount_cents` is in euro cents and positive.

    `end_to_end_id` comes back on the shop's and the Office's bank statements; at most 35
    characters, unique in the file. `remittance` is what the shop reads.
    """

    end_to_end_id: str
    name: str
    iban: str
    bic: str
    amount_cents: int
    remittance: str


def render_pain_001(
    debtor: SepaDebtor,
    transfers: Sequence[SepaTransfer],
    *,
    message_id: str,
    created_at: datetime,
    execution_date: date,
) -> bytes:
    """Return one batch of transfers as a pain.001.001.09 document in UTF-8.

    The transfers keep their order; the batch is booked as one debit. `created_at` (aware) is
    written in the town's time. Names are cut at 70 characters and remittances at 140, after
    transliteration to SEPA's Latin set; identifiers are never altered. The same arguments give
    the same bytes. The result is valid against the message's XSD, and its control sum and
    count are those of `transfers`.

    :raises SepaError: for no transfer at all, an identifier that is too long, repeated or has
        characters outside the set, an empty name, an IBAN or BIC that is wrong or not in SEPA,
        or an amount outside 0.01 to 999 999 999.99 euros.
    """
    if not transfers:
        raise SepaError(f"message {message_id}: there is no transfer to write")
    if created_at.tzinfo is None:
        raise SepaError(f"message {message_id}: created_at has no UTC offset")
    _check_identifier(message_id, f"message {message_id!r}", "MsgId")
    writer = SepaXmlTransfer(_debtor_config(debtor), schema=SCHEMA, clean=False)
    seen: set[str] = set()
    for transfer in transfers:
        writer.add_payment(_payment(transfer, execution_date))
        if transfer.end_to_end_id in seen:
            raise SepaError(f"transfer {transfer.end_to_end_id!r}: EndToEndId: used twice")
        seen.add(transfer.end_to_end_id)
    content = _with_identity(writer.export(validate=False), message_id, created_at)
    _check_result(content, transfers)
    return content


def read_control_sum(content: bytes) -> tuple[int, int]:
    """Return the group header's control sum in cents and its number of transactions.

    :raises SepaError: if `content` is not a pain.001.001.09 document with both.
    """
    header = _parse(content).find(f"{NAMESPACE}CstmrCdtTrfInitn/{NAMESPACE}GrpHdr")
    total = "" if header is None else header.findtext(f"{NAMESPACE}CtrlSum", "")
    count = "" if header is None else header.findtext(f"{NAMESPACE}NbOfTxs", "")
    if not count.isdecimal():
        raise SepaError("NbOfTxs: not in the document")
    return _read_cents(total, "CtrlSum"), int(count)


def _debtor_config(debtor: SepaDebtor) -> dict[str, object]:
    where = f"debtor {debtor.name!r}"
    config: dict[str, object] = {
        "name": _checked_name(debtor.name, where),
        "IBAN": _checked_iban(debtor.iban, where),
        "batch": True,
        "currency": "EUR",
    }
    if debtor.bic:
        config["BIC"] = _checked_bic(debtor.bic, where)
    return config


def _payment(transfer: SepaTransfer, execution_date: date) -> dict[str, object]:
    where = f"transfer {transfer.end_to_end_id!r}"
    _check_identifier(transfer.end_to_end_id, where, "EndToEndId")
    amount_cents = transfer.amount_cents
    if type(amount_cents) is not int or not 0 < amount_cents <= LARGEST_AMOUNT_CENTS:
        raise SepaError(f"{where}: InstdAmt: {amount_cents!r} is not 1 to {LARGEST_AMOUNT_CENTS}")
    remittance = sepa_text(transfer.remittance)[:LONGEST_REMITTANCE].strip()
    if not remittance:
        raise SepaError(f"{where}: Ustrd: nothing left of {transfer.remittance!r}")
    payment: dict[str, object] = {
        "name": _checked_name(transfer.name, where),
        "IBAN": _checked_iban(transfer.iban, where),
        "amount": amount_cents,
        "execution_date": execution_date,
        "description": remittance,
        "endtoend_id": transfer.end_to_end_id,
    }
    if transfer.bic:
        payment["BIC"] = _checked_bic(transfer.bic, where)
    return payment


def _check_identifier(value: str, where: str, field: str) -> None:
    if not 0 < len(value) <= LONGEST_ID:
        raise SepaError(f"{where}: {field}: {len(value)} characters, 1 to {LONGEST_ID} allowed")
    if sepa_text(value) != value or value.startswith("/") or value.endswith("/") or "//" in value:
        raise SepaError(f"{where}: {field}: {value!r} has characters SEPA does not allow there")


def _checked_name(name: str, where: str) -> str:
    shown = sepa_text(name)[:LONGEST_NAME].strip()
    if not shown:
        raise SepaError(f"{where}: Nm: nothing left of {name!r}")
    return shown


def _checked_iban(iban: str, where: str) -> str:
    compact = "".join(iban.split()).upper()
    if not iban_numbers.is_valid(compact):
        # The value stays out of the message: messages end up in logs.
        raise SepaError(f"{where}: IBAN: not a valid IBAN")
    if not SEPA_COUNTRY.match(compact):
        raise SepaError(f"{where}: IBAN: country {compact[:2]} is outside SEPA")
    return compact


def _checked_bic(bic: str, where: str) -> str:
    compact = "".join(bic.split()).upper()
    if not re.fullmatch(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", compact):
        raise SepaError(f"{where}: BIC: {bic!r} is not a BIC of 8 or 11 characters")
    return compact


def _with_identity(content: bytes, message_id: str, created_at: datetime) -> bytes:
    """Replace what sepaxml draws from the clock and from chance, and name unknown BICs."""
    root = _parse(content)
    moment = created_at.astimezone(TOWN_TIME).strftime("%Y-%m-%dT%H:%M:%S")
    for tag, text in (("MsgId", message_id), ("CreDtTm", moment), ("PmtInfId", message_id)):
        for node in root.iter(f"{NAMESPACE}{tag}"):
            node.text = text
    for node in root.iter(f"{NAMESPACE}FinInstnId"):
        if len(node) == 0:
            other = ET.SubElement(node, f"{NAMESPACE}Othr")
            ET.SubElement(other, f"{NAMESPACE}Id").text = "NOTPROVIDED"
    ET.register_namespace("", NAMESPACE.strip("{}"))
    ET.indent(root)
    declaration = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    body: bytes = ET.tostring(root, "utf-8")
    return declaration + body + b"\n"


def _check_result(content: bytes, transfers: Sequence[SepaTransfer]) -> None:
    try:
        try_valid_xml(content, SCHEMA)
    except ValidationError as error:
        raise SepaError(f"the file does not follow {SCHEMA}.xsd: {error.__cause__}") from error
    expected = (sum(transfer.amount_cents for transfer in transfers), len(transfers))
    amounts = [
        _read_cents(node.text or "", "InstdAmt")
        for node in _parse(content).iter(f"{NAMESPACE}InstdAmt")
    ]
    written = (sum(amounts), len(amounts))
    if not expected == written == read_control_sum(content):
        raise SepaError(f"sum and count {expected} became {written} in the file")


def _parse(content: bytes) -> ET.Element:
    if b"<!DOCTYPE" in content:
        raise SepaError("the document declares a DOCTYPE, which no payout file has")
    try:
        return ET.fromstring(content)  # noqa: S314 - no DOCTYPE, so no entity to expand
    except ET.ParseError as error:
        raise SepaError(f"the document is not XML: {error}") from error


def _read_cents(text: str, field: str) -> int:
    match = re.fullmatch(r"(\d+)\.(\d{2})", text)
    if not match:
        raise SepaError(f"{field}: {text!r} is not an amount in euros and cents")
    return int(match[1]) * 100 + int(match[2])
