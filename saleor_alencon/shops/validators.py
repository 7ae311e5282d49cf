"""Checks of French business identifiers, for model fields and imports."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.eu import vat
from stdnum.fr import siret as siret_number

from saleor_alencon.domain.opening_hours import HoursError, OpeningHours

SIREN_DIGITS = 9
# Bank and country of a BIC (ISO 9362): what follows is the place and the branch.
BANK_AND_COUNTRY = 6
PHONE = re.compile(r"\+?[0-9](?:[ .\-]?[0-9]){5,14}")
POSTAL_CODE = re.compile(r"[0-9]{5}", re.ASCII)


def validate_siret(value: str) -> None:
    """Check the 14 digits and their Luhn key (article R123-221 of the Code de commerce)."""
    if not siret_number.is_valid(value):
        raise ValidationError(
            _("« %(value)s » n'est pas un SIRET : 14 chiffres dont la clé est juste."),
            params={"value": value},
        )


def validate_vat_number(value: str) -> None:
    """Check country, form and key of a VAT number of the European Union."""
    if not vat.is_valid(value):
        raise ValidationError(
            _("« %(value)s » n'est pas un numéro de TVA : FR, 2 chiffres, puis le SIREN."),
            params={"value": value},
        )


def validate_iban(value: str) -> None:
    """Check length, country and key of an IBAN (ISO 13616), national key included."""
    try:
        IBAN(value, validate_bban=True)
    except SchwiftyException as error:
        raise ValidationError(
            _("« %(value)s » n'est pas un IBAN valable : vérifiez chaque chiffre sur le RIB."),
            params={"value": value},
        ) from error


def validate_bic(value: str) -> None:
    """Check the form of a BIC (ISO 9362)."""
    try:
        BIC(value)
    except SchwiftyException as error:
        raise ValidationError(
            _("« %(value)s » n'est pas un BIC : 8 ou 11 lettres et chiffres."),
            params={"value": value},
        ) from error


def validate_phone(value: str) -> None:
    """Check that it can be dialled: 6 to 15 digits (ITU-T E.164), in groups, maybe after a "+"."""
    if not PHONE.fullmatch(value):
        raise ValidationError(
            _("« %(value)s » n'est pas un numéro de téléphone : 02 33 00 00 00, par exemple."),
            params={"value": value},
        )


def validate_postal_code(value: str) -> None:
    """Check the five digits of a French postal code."""
    if not POSTAL_CODE.fullmatch(value):
        raise ValidationError(
            _("« %(value)s » n'est pas un code postal : 5 chiffres."), params={"value": value}
        )


def validate_hours(value: object) -> None:
    """Check the shape of opening hours."""
    try:
        OpeningHours.from_json(value)
    except HoursError as error:
        raise ValidationError(str(error)) from error


def check_company(siret: str, vat_number: str) -> None:
    """Check that a French VAT number is that of the company of the SIRET.

    :raises ValidationError: on the field ``vat_number``. What is no SIRET or no VAT number is left
        to the fields' own checks.
    """
    if not vat_number.startswith("FR") or not siret_number.is_valid(siret):
        return
    if vat.is_valid(vat_number) and vat_number[-SIREN_DIGITS:] != siret[:SIREN_DIGITS]:
        raise ValidationError(
            {"vat_number": _("Ce numéro de TVA est celui d'une autre entreprise que le SIRET.")}
        )


def check_bank_account(iban: str, bic: str) -> None:
    """Check that IBAN and BIC are of one bank, as far as the banks' registry knows.

    The registry names the bank of an IBAN's bank code; branches have BICs of their own, so bank
    and country are compared only.

    :raises ValidationError: on the field that is missing or does not match.
    """
    if not iban and not bic:
        return
    if not iban:
        raise ValidationError({"iban": _("Un BIC ne va pas sans IBAN.")})
    if not bic:
        raise ValidationError({"bic": _("Donnez aussi le BIC : il est sur le RIB.")})
    try:
        account, given = IBAN(iban), BIC(bic)
        known = BIC.candidates_from_bank_code(account.country_code, account.bank_code)
    except SchwiftyException:
        return
    expected = {str(each)[:BANK_AND_COUNTRY] for each in known}
    if expected and str(given)[:BANK_AND_COUNTRY] not in expected:
        raise ValidationError(
            {
                "bic": _("Ce BIC n'est pas celui de la banque de l'IBAN : %(expected)s attendu.")
                % {"expected": ", ".join(sorted(str(each) for each in known))}
            }
        )
