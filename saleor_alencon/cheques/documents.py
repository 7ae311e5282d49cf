"""A sale's cheques as a sheet to print."""

from saleor_alencon.cheques.models import ChequeSale, ChequeState
from saleor_alencon.outputs.cheque_sheet import ChequeSheet, PrintedCheque, render_cheque_sheet
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.shops.models import Association


def sale_sheet(sale: ChequeSale) -> bytes:
    """Return the PDF of a sale's cheques; those that were paid back are left out."""
    office = Association.objects.get()
    cheques = sale.cheques.exclude(state=ChequeState.CANCELLED).order_by("serial")
    place = f"{office.postal_code} {office.city}".strip()
    return render_cheque_sheet(
        ChequeSheet(
            number=sale.number,
            issuer=office.name,
            issuer_lines=(office.address_line, place),
            buyer=sale.buyer_name,
            issued_on=sale.sold_at.astimezone(TOWN_TIME).date(),
            # In French whoever prints it: it is given to somebody else.
            where="À dépenser en ligne ou à la caisse des boutiques qui l’acceptent.",
            cheques=tuple(
                PrintedCheque(each.serial, each.code, each.face_cents, each.expires_on)
                for each in cheques
            ),
        )
    )
