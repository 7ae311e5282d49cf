"""A sale's gift cheques as a sheet to print, cut and give: amount, code, QR code, last day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from saleor_alencon.domain.cheques import code_text, qr_text
from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.french_text import amount_text, date_text
from saleor_alencon.outputs.printable_text import printable_text
from saleor_alencon.outputs.qr import qr_image
from saleor_alencon.outputs.theme import DEFAULT_THEME
from saleor_alencon.outputs.themed_pdf import render_themed_pdf


class ChequeSheetError(AlenconError):
    """The template could not be set; the message is typst's own."""


@dataclass(frozen=True, slots=True)
class PrintedCheque:
    """One cheque; its code is what pays: whoever has the sheet has the money."""

    serial: str
    code: str
    amount_cents: int
    expires_on: date


@dataclass(frozen=True, slots=True)
class ChequeSheet:
    """The cheques of one sale, and who issued them for whom. ``where`` says who accepts them."""

    number: str
    issuer: str
    issuer_lines: tuple[str, ...]
    buyer: str
    issued_on: date
    where: str
    cheques: tuple[PrintedCheque, ...]


def render_cheque_sheet(sheet: ChequeSheet, theme: str = DEFAULT_THEME) -> bytes:
    """Return the sheet as PDF, eight cheques on a page of A4. The same sheet gives the same bytes.

    :raises ChequeSheetError: if the theme's template does not compile.
    :raises ThemeError: if the theme or one of its files is missing.
    """
    view = {
        "title": f"Chèques cadeaux {printable_text(sheet.number)}",
        "number": printable_text(sheet.number),
        "issuer": printable_text(sheet.issuer),
        "issuer_lines": [printable_text(line) for line in sheet.issuer_lines],
        "buyer": printable_text(sheet.buyer),
        "where": printable_text(sheet.where),
        "rules": (
            "Sans rendu de monnaie : ce qui n’est pas dépensé reste sur le chèque jusqu’à son "
            "dernier jour. Ni remboursé ni échangé contre des espèces."
        ),
        "cheques": _cheques(sheet.cheques),
    }
    return render_themed_pdf(
        "cheques",
        view,
        theme=theme,
        issued_on=sheet.issued_on,
        standards=["a-2b"],
        error=ChequeSheetError,
        name=f"cheques {sheet.number}",
        tagged=False,
    )


def _cheques(cheques: Sequence[PrintedCheque]) -> list[dict[str, str]]:
    return [
        {
            "serial": cheque.serial,
            "code": code_text(cheque.code),
            "amount": amount_text(cheque.amount_cents),
            "expires": f"Valable jusqu’au {date_text(cheque.expires_on)}",
            "qr": qr_image(qr_text(cheque.code)),
        }
        for cheque in cheques
    ]
