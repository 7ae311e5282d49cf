"""A control of FEC files that knows nothing of how ours are written.

The rules are the published ones: livre des procédures fiscales, art. A47 A-1 (fields, names,
coding), BOI-CF-IOR-60-40-20 (what each field means), and those that the tax authority's own
control, Test Compta Demat, reports: what makes it refuse a file, and what it warns of.
"""

import datetime
import re
from collections import defaultdict
from decimal import Decimal

FIELDS = [
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
    "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
]  # fmt: skip
# The control refuses a file where these are empty, or reports them as data that is missing.
NEVER_EMPTY = [
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "ValidDate",
]  # fmt: skip
DATES = ("EcritureDate", "PieceDate", "DateLet", "ValidDate")
AMOUNTS = ("Debit", "Credit", "Montantdevise")
PAIRS = (("CompAuxNum", "CompAuxLib"), ("EcritureLet", "DateLet"), ("Montantdevise", "Idevise"))
NAMED = (("JournalCode", "JournalLib"), ("CompteNum", "CompteLib"), ("CompAuxNum", "CompAuxLib"))
NAME = re.compile(r"(\d{9})FEC((?:19|20)\d\d)(\d\d)(\d\d)\.txt")
AMOUNT = re.compile(r"-?\d+(,\d+)?")


def day_of(text):
    """Return the date that AAAAMMJJ says, or None."""
    if not re.fullmatch(r"\d{8}", text):
        return None
    try:
        return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def amount_of(text):
    return Decimal(text.replace(",", ".")) if AMOUNT.fullmatch(text) else None


def control(name, content):
    """Return what is wrong with a file, as (rule, line) pairs; nothing when it is accepted."""
    faults = []
    closing = None
    found = NAME.fullmatch(name)
    if found:
        closing = day_of("".join(found.groups()[1:]))
    if closing is None:
        faults.append(("name", 0))
    try:
        text = content.decode("iso-8859-15")
    except UnicodeDecodeError:
        return [*faults, ("character set", 0)]
    if content.startswith(b"\xef\xbb\xbf") or re.search(
        r"[^\t\r\n\x20-\x7e\xa0-\xff€ŠšŽžŒœŸ]", text
    ):
        faults.append(("character set", 0))
    if (
        not text.endswith("\r\n")
        or "\n" in text.replace("\r\n", "")
        or "\r" in text.replace("\r\n", "")
    ):
        faults.append(("line ends", 0))
    header, *lines = text.removesuffix("\r\n").split("\r\n")
    separator = "\t" if "\t" in header else "|"
    if header.split(separator) != FIELDS:
        return [*faults, ("header", 1)]
    rows = []
    for number, line in enumerate(lines, start=2):
        cells = line.split(separator)
        if len(cells) != len(FIELDS):
            faults.append(("number of fields", number))
        else:
            rows.append((number, dict(zip(FIELDS, cells, strict=True))))
    if not rows:
        faults.append(("no line", 1))
    for number, row in rows:
        faults += [(rule, number) for rule in line_faults(row, closing)]
    if faults:
        return faults
    return [*entry_faults(rows), *name_faults(rows), *lettering_faults(rows)]


def line_faults(row, closing):
    """Yield what is wrong with one line by itself."""
    for field in NEVER_EMPTY:
        if not row[field].strip():
            yield f"{field} is empty"
    for field, text in row.items():
        if text != text.strip():
            yield f"{field} has spaces around it"
    for field in DATES:
        if row[field] and day_of(row[field]) is None:
            yield f"{field} is no date"
    for field in AMOUNTS:
        if row[field] and amount_of(row[field]) is None:
            yield f"{field} is no amount"
    for one, other in PAIRS:
        if bool(row[one]) != bool(row[other]):
            yield f"{one} without {other}"
    if not re.match(r"[1-8]\d\d", row["CompteNum"]):
        yield "CompteNum is not of the plan comptable"
    debit, credit = amount_of(row["Debit"]), amount_of(row["Credit"])
    if debit is not None and credit is not None and (debit == 0) == (credit == 0):
        yield "debit and credit on one line"
    booked, valid = day_of(row["EcritureDate"]), day_of(row["ValidDate"])
    if booked and closing and not closing.replace(year=closing.year - 1) < booked <= closing:
        yield "EcritureDate outside the year"
    if booked and valid and valid < booked:
        yield "validated before it was booked"


def entry_faults(rows):
    """Yield what is wrong with entries: numbers, order, balance."""
    before, valid, sums, seen = 0, "", defaultdict(Decimal), {}
    opened = False
    for number, row in rows:
        entry = row["EcritureNum"]
        if not entry.isdecimal() or int(entry) not in (before, before + 1):
            yield "EcritureNum has a gap", number
        before = int(entry)
        if row["ValidDate"] < valid:
            yield "not in the order of validation", number
        valid = row["ValidDate"]
        facts = (row["JournalCode"], row["EcritureDate"], row["ValidDate"])
        if seen.setdefault(entry, facts) != facts:
            yield "an entry of two journals or dates", number
        sums[entry] += amount_of(row["Debit"]) - amount_of(row["Credit"])
        is_opening = row["JournalCode"] == "AN"
        if is_opening and opened:
            yield "à nouveaux after other entries", number
        opened = opened or not is_opening
    for entry, total in sums.items():
        if total:
            yield f"entry {entry} does not balance", 0
    if sum(sums.values()):
        yield "the file does not balance", 0


def name_faults(rows):
    """Yield codes that have two names."""
    for code, label in NAMED:
        names = {}
        for number, row in rows:
            if names.setdefault(row[code], row[label]) != row[label]:
                yield f"{code} has two names", number


def lettering_faults(rows):
    """Yield letterings that do not settle what they name, or before it was there."""
    groups = defaultdict(list)
    for number, row in rows:
        if row["EcritureLet"]:
            groups[row["CompteNum"], row["CompAuxNum"], row["EcritureLet"]].append((number, row))
    for members in groups.values():
        if sum(amount_of(row["Debit"]) - amount_of(row["Credit"]) for _, row in members):
            yield "a lettering does not balance", members[0][0]
        if len({row["DateLet"] for _, row in members}) > 1:
            yield "a lettering of two dates", members[0][0]
        if max(row["EcritureDate"] for _, row in members) > members[0][1]["DateLet"]:
            yield "lettered before it was booked", members[0][0]
