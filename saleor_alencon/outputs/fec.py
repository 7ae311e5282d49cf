"""The fichier des écritures comptables (FEC): a year's entries as the tax authority reads them.

Livre des procédures fiscales, art. A47 A-1, VII (the eighteen fields) and XII (their coding);
BOI-CF-IOR-60-40-20. One line per leg, tabs between fields, CRLF, ISO 8859-15, dates AAAAMMJJ,
decimal commas. Streamed: a year of a million lines never sits in memory.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.csv_text import amount_cell

SEPARATOR = "\t"
LINE_END = "\r\n"
ENCODING = "iso-8859-15"
LINES_PER_CHUNK = 2000
LONGEST_FIELD = 250

# Documented one by one in docs/books.md; a unit test compares the two.
FEC_COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)

# What a typist means by characters that ISO 8859-15 does not have.
_WRITTEN_AS = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "…": "...",
               "•": "-", "|": "/"}  # fmt: skip
_SPACES = "\u00a0\u202f"
_FRACTION_SLASH = "\u2044"
_UNKNOWN = "?"


class FecError(AlenconError):
    """The lines are no file that the tax authority accepts; the message names the line."""


@dataclass(frozen=True, slots=True)
class FecLine:
    """One leg of an entry: one of `debit_cents` and `credit_cents` is positive, one zero.

    `entry_number` is the same for the legs that balance together. `valid_on` is the day from
    which the entry could no longer change. `lettering` names the legs that settle each other;
    it is empty, and `lettered_on` None, for a leg that is open.
    """

    journal_code: str
    journal_label: str
    entry_number: int
    booked_on: date
    account_number: str
    account_label: str
    auxiliary_number: str
    auxiliary_label: str
    piece_reference: str
    piece_on: date
    label: str
    debit_cents: int
    credit_cents: int
    lettering: str
    lettered_on: date | None
    valid_on: date


def fec_name(siren: str, last_day: date) -> str:
    """Return the file's name, SIREN + FEC + closing date: "123456789FEC20261231.txt".

    :raises FecError: when `siren` is not nine digits.
    """
    if len(siren) != 9 or not siren.isdecimal():
        raise FecError(f"SIREN {siren!r}: nine digits are needed to name the file")
    return f"{siren}FEC{last_day:%Y%m%d}.txt"


def fec_text(text: str) -> str:
    """Return `text` as one field: no separator, no line break, only ISO 8859-15.

    Accents that the character set lacks are dropped ("ő" is "o"), what has no near character
    becomes "?"; white space and controls become single spaces; the end of a text of more than
    250 characters is cut.
    """
    shown: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        written = _WRITTEN_AS.get(character, character)
        if character in _SPACES or character.isspace():
            shown.append(" ")
        elif unicodedata.category(character)[0] == "C":
            # Format characters join what they stand in; controls divide it.
            shown.append("" if unicodedata.category(character) == "Cf" else " ")
        elif _is_known(written):
            shown.append(written)
        else:
            parts = unicodedata.normalize("NFKD", written)
            base = "".join(each for each in parts if not unicodedata.combining(each))
            base = base.replace(_FRACTION_SLASH, "/")
            shown.append(base if base and _is_plain(base) else _UNKNOWN)
    return " ".join("".join(shown).split())[:LONGEST_FIELD].rstrip()


def _is_known(text: str) -> bool:
    try:
        text.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def _is_plain(text: str) -> bool:
    """Say whether a decomposed character is free of separators, spaces and the unknown."""
    return _is_known(text) and text.isprintable() and "|" not in text and " " not in text


def render_fec(lines: Iterable[FecLine]) -> Iterator[bytes]:
    """Yield the file, header first, then 2,000 lines at a time.

    :raises FecError: for a line that is no leg, a field that must not be empty, an account whose
        first three characters are no digits, an entry that does not balance, a number that does
        not follow the one before, or a validation earlier than the one before. What is wrong at
        a line is said before that line is yielded.
    """
    yield (SEPARATOR.join(FEC_COLUMNS) + LINE_END).encode(ENCODING)
    checked = _checked(lines)
    while chunk := [_row(line) for line in islice(checked, LINES_PER_CHUNK)]:
        yield "".join(chunk).encode(ENCODING)


def _checked(lines: Iterable[FecLine]) -> Iterator[FecLine]:
    number, balance_cents, valid_on = 0, 0, date.min
    for line in lines:
        where = f"entry {line.entry_number}, account {line.account_number}"
        sides = (line.debit_cents, line.credit_cents)
        if min(sides) != 0 or max(sides) <= 0:
            raise FecError(f"{where}: debit and credit are {sides}")
        if not line.account_number[:3].isdecimal() or len(line.account_number) < 3:
            raise FecError(f"{where}: an account begins with three digits of the plan comptable")
        if line.valid_on < valid_on:
            raise FecError(f"{where}: validated {line.valid_on}, before the entry ahead of it")
        if line.entry_number != number:
            if balance_cents:
                raise FecError(f"entry {number}: debit and credit differ by {balance_cents} cents")
            if line.entry_number != number + 1:
                raise FecError(f"{where}: follows entry {number}, the numbers have a gap")
        number, valid_on = line.entry_number, line.valid_on
        balance_cents += line.debit_cents - line.credit_cents
        yield line
    if balance_cents:
        raise FecError(f"entry {number}: debit and credit differ by {balance_cents} cents")


def _row(line: FecLine) -> str:
    fields = (
        _needed(line, "JournalCode", line.journal_code),
        _needed(line, "JournalLib", line.journal_label),
        str(line.entry_number),
        _day(line.booked_on),
        _needed(line, "CompteNum", line.account_number),
        _needed(line, "CompteLib", line.account_label),
        fec_text(line.auxiliary_number),
        fec_text(line.auxiliary_label),
        _needed(line, "PieceRef", line.piece_reference),
        _day(line.piece_on),
        _needed(line, "EcritureLib", line.label),
        amount_cell(line.debit_cents),
        amount_cell(line.credit_cents),
        fec_text(line.lettering),
        _day(line.lettered_on) if line.lettered_on else "",
        _day(line.valid_on),
        # Everything is in euros: an amount in another currency has nothing to say.
        "",
        "",
    )
    return SEPARATOR.join(fields) + LINE_END


def _needed(line: FecLine, name: str, text: str) -> str:
    field = fec_text(text)
    if not field:
        raise FecError(f"entry {line.entry_number}, account {line.account_number}: no {name}")
    return field


def _day(day: date) -> str:
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"
