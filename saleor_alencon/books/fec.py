"""The fichier des écritures comptables of a year: from the ledger to the file's lines."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.utils.translation import gettext as _

from saleor_alencon.books.entries import movements, opening_balances
from saleor_alencon.books.journals import OPENING, journal_of
from saleor_alencon.books.years import (
    BooksError,
    BooksYear,
    YearState,
    digest_keep,
    not_over,
    office_record,
)
from saleor_alencon.outputs.fec import FecLine, fec_name, fec_text, render_fec
from saleor_alencon.outputs.fec_description import render_fec_description

LONGEST_LABEL = 220


def fec_check(found: BooksYear, *, provisional: bool) -> None:
    """Refuse a final file of a year that may still change.

    :raises BooksError: when the year is not closed, saying what is missing to it.
    """
    if provisional or found.is_final:
        return
    if found.state is YearState.RUNNING:
        raise BooksError(not_over(found) + " " + _("Demandez un fichier provisoire."))
    raise BooksError(
        _(
            "L'exercice %(year)s est terminé mais pas clos : clôturez-le, ou demandez un fichier "
            "provisoire."
        )
        % {"year": found.year}
    )


def fec_file_name(found: BooksYear, *, provisional: bool) -> str:
    """Return the file's legal name; a provisional one says that it is."""
    name = fec_name(found.siren(), found.span.last_day)
    return f"PROVISOIRE-{name}" if provisional and not found.is_final else name


def fec_lines(found: BooksYear) -> Iterator[FecLine]:
    """Yield the lines of a year: the à nouveaux, then every leg in the order of validation."""
    span, chart = found.span, found.chart()
    opening = opening_balances(span, chart)
    for each in opening:
        yield FecLine(
            journal_code=OPENING.number,
            journal_label=OPENING.label,
            entry_number=1,
            booked_on=span.first_day,
            account_number=each.account.number,
            account_label=each.account.label,
            auxiliary_number=each.auxiliary.number,
            auxiliary_label=each.auxiliary.label,
            piece_reference=f"AN{span.year}",
            piece_on=span.first_day,
            label=f"À nouveaux de l'exercice {span.year}",
            debit_cents=max(each.amount_cents, 0),
            credit_cents=max(-each.amount_cents, 0),
            lettering=each.lettering,
            lettered_on=each.lettered_on,
            valid_on=span.first_day,
        )
    number, latest = (1 if opening else 0), None
    for leg in movements(span, chart):
        if leg.transaction_id != latest:
            number, latest = number + 1, leg.transaction_id
        journal = journal_of(leg.kind)
        yield FecLine(
            journal_code=journal.number,
            journal_label=journal.label,
            entry_number=number,
            booked_on=leg.booked_on,
            account_number=leg.account.number,
            account_label=leg.account.label,
            auxiliary_number=leg.auxiliary.number,
            auxiliary_label=leg.auxiliary.label,
            piece_reference=fec_text(leg.piece) or str(leg.transaction_id),
            piece_on=leg.occurred_on,
            # The number in brackets is the transaction's in the back-office.
            label=f"{leg.label[:LONGEST_LABEL]} [{leg.transaction_id}]",
            debit_cents=max(leg.amount_cents, 0),
            credit_cents=max(-leg.amount_cents, 0),
            lettering=leg.lettering,
            lettered_on=leg.lettered_on,
            valid_on=leg.valid_on,
        )


def fec_chunks(found: BooksYear) -> Iterator[bytes]:
    """Yield the file of a year in pieces. Of a closed year it is the same bytes at any time."""
    return render_fec(fec_lines(found))


def fec_description(found: BooksYear, *, name: str) -> bytes:
    """Return the description that the law wants beside the file (art. A47 A-1, XI)."""
    office = office_record()
    return render_fec_description(
        name=name,
        holder=office.legal_name or office.name,
        siren=found.siren(),
        first_day=found.span.first_day,
        last_day=found.span.last_day,
    )


def fec_seal(found: BooksYear) -> str:
    """Make a closed year's file once, keep its digest and return it.

    :raises BooksError: when the file is no longer the one whose digest is kept.
    """
    assert found.closing is not None
    digest = hashlib.sha256()
    for chunk in fec_chunks(found):
        digest.update(chunk)
    digest_keep(found.closing, digest)
    return found.closing.digest


def fec_write(found: BooksYear, folder: Path, *, provisional: bool) -> Path:
    """Write the file and its description into ``folder``, whole or not at all; return its path.

    :raises BooksError: when the year is not closed and no provisional file is wanted, or when a
        closed year's file is no longer the one of the closing.
    :raises FecError: when the entries are no file that the tax authority accepts.
    :raises OSError: when the folder cannot be written to.
    """
    fec_check(found, provisional=provisional)
    path = folder / fec_file_name(found, provisional=provisional)
    whole = path.with_suffix(".part")
    digest = hashlib.sha256()
    try:
        with whole.open("wb") as file:
            for chunk in fec_chunks(found):
                file.write(chunk)
                digest.update(chunk)
        if found.closing:
            digest_keep(found.closing, digest)
        whole.replace(path)
    finally:
        with suppress(FileNotFoundError):
            whole.unlink()
    description = path.with_name(path.stem + "-description.txt")
    description.write_bytes(fec_description(found, name=path.name))
    return path
