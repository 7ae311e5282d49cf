"""Checks of French business identifiers, for model fields and imports."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.fr import siret as siret_number


def validate_siret(value: str) -> None:
    """Check the 14 digits and their Luhn key (article R123-221 of the Code de commerce)."""
    if not siret_number.is_valid(value):
        raise ValidationError(
            _("« %(value)s » n'est pas un SIRET : 14 chiffres dont la clé est juste."),
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
