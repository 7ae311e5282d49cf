"""The description that goes with the FEC: what each field is, and how the file is coded.

Livre des procédures fiscales, art. A47 A-1, XI: each file is accompanied by a description of the
fields, of the codes used as values, and of what is needed to read it.
"""

from datetime import date

from saleor_alencon.outputs.fec import FEC_COLUMNS, LINE_END
from saleor_alencon.outputs.french_text import short_date_text

# French: it is handed to the tax authority.
FIELD_MEANINGS = {
    "JournalCode": "code du journal (AN, EN, CO, RV, CT, PP, OD)",
    "JournalLib": "libellé du journal",
    "EcritureNum": "numéro de l'écriture, séquence continue sur tout le fichier, dans l'ordre de "
    "validation",
    "EcritureDate": "date de comptabilisation",
    "CompteNum": "numéro de compte, plan comptable général (ANC 2014-03) et associations "
    "(ANC 2018-06)",
    "CompteLib": "libellé du compte",
    "CompAuxNum": "compte auxiliaire : identifiant de la boutique, vide pour les comptes de "
    "l'association",
    "CompAuxLib": "nom de la boutique",
    "PieceRef": "numéro de la commande, référence du virement ou du mouvement du prestataire, ou "
    "COT et l'appel de cotisation",
    "PieceDate": "date de l'opération",
    "EcritureLib": "libellé ; entre crochets, le numéro de l'écriture dans le logiciel",
    "Debit": "montant au débit, en euros",
    "Credit": "montant au crédit, en euros",
    "EcritureLet": "lettrage : C et la commande boutique (garde et libération), numéro du relevé "
    "(ventes et virement), référence du virement (ordre et exécution), D et l'appel de cotisation",
    "DateLet": "date de la dernière écriture du lettrage",
    "ValidDate": "date d'enregistrement, à partir de laquelle l'écriture ne peut plus changer",
    "Montantdevise": "vide : tout est en euros",
    "Idevise": "vide : tout est en euros",
}


def render_fec_description(
    *, name: str, holder: str, siren: str, first_day: date, last_day: date
) -> bytes:
    """Return the description of the file `name` as plain text (UTF-8, CRLF)."""
    lines = [
        f"Description du fichier des écritures comptables {name}",
        "(article A47 A-1 du livre des procédures fiscales, XI)",
        "",
        f"Organisme : {holder}, SIREN {siren}",
        f"Exercice : du {short_date_text(first_day)} au {short_date_text(last_day)}",
        "Comptabilité d'engagement, en partie double, tenue en euros",
        "",
        "Structure : fichier à plat, une ligne d'en-tête, une ligne par mouvement",
        "Longueur des enregistrements : variable",
        "Séparateur de zones : tabulation (code 9)",
        "Séparateur d'enregistrements : retour chariot et fin de ligne (codes 13 et 10)",
        "Jeu de caractères : ISO 8859-15 ; un caractère absent de ce jeu est remplacé par son "
        "équivalent sans accent, sinon par un point d'interrogation",
        "Dates : AAAAMMJJ",
        "Montants : virgule décimale, deux décimales, sans séparateur de milliers",
        "",
        "Zones, dans l'ordre du fichier :",
        *(
            f"{place}. {column} : {FIELD_MEANINGS[column]}"
            for place, column in enumerate(FEC_COLUMNS, start=1)
        ),
        "",
    ]
    return LINE_END.join(lines).encode()
