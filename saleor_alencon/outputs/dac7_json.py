"""The inputs of the program that writes the tax authority's file: two lists and the operator.

The program is the library `dac7` (see docs/dac7.md): its pins do not fit ours, so that it has an
environment of its own and is given these JSON files. Amounts are whole euros there, rounded half up
per quarter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from saleor_alencon.domain.dac7 import (
    FRANCE,
    QUARTERS,
    Identity,
    IdentityField,
    SellerKind,
    YearFigures,
    declared_quarters,
)

SCHEMA_YEAR = 2025
"""The revenues for which the DGFiP published the schema (v1.6, November 2025) in the library."""
CENTS = 100
RESIDENT, GIVEN_NAME = "RPONEX1", "OECD202"
"""OECD's names for an operator resident in the country, and for a person's own name."""


@dataclass(frozen=True)
class FileSeller:
    """One declared seller; ``reference`` names it for good, ``revision`` counts its corrections."""

    reference: str
    revision: int
    identity: Identity
    figures: YearFigures

    @property
    def is_tellable(self) -> bool:
        """Whether anything is left in whole euros: the schema refuses a seller of nothing."""
        cents = declared_quarters(self.figures.consideration_cents).cents
        return any(_euros(each) for each in cents)

    def missing(self) -> tuple[IdentityField, ...]:
        """Return what the file needs and is not known: the program wants a place of birth of
        every person, with a tax number or without.
        """
        found, identity = self.identity.missing(), self.identity
        person = identity.kind is SellerKind.INDIVIDUAL
        if (
            person
            and IdentityField.BIRTH_PLACE not in found
            and not (identity.birth_city and identity.birth_country)
        ):
            return (*found, IdentityField.BIRTH_PLACE)
        return found


def operator_json(operator: Mapping[str, str], *, first: bool) -> dict[str, Any]:
    """Return the platform operator; ``first`` is the year's first declaration."""
    return {
        "residence_country_code": FRANCE,
        "tax_identification_numbers": [{"issued_by": FRANCE, "value": operator["siret"][:9]}],
        "vat_number": operator["vat_number"],
        "legal_names": [operator["name"]],
        "business_names": [operator["trade_name"]],
        "addresses": [_address(operator["address_line"], operator["postal_code"],
                               operator["city"])],
        "nexus": RESIDENT,
        "version": 1,
        "updated": first,
    }  # fmt: skip


def entity_json(seller: FileSeller) -> dict[str, Any]:
    """Return a company: its tax number is its SIREN."""
    identity = seller.identity
    return _seller(seller) | {
        "legal_names": [identity.legal_name],
        "tax_identification_numbers": [{"issued_by": FRANCE, "value": identity.siren}],
    }


def individual_json(seller: FileSeller) -> dict[str, Any]:
    """Return a person in business in its own name."""
    identity = seller.identity
    numbers = [{"issued_by": identity.country, "value": identity.tax_number}]
    return _seller(seller) | {
        "name_type": GIVEN_NAME,
        "first_name": identity.first_name,
        "last_name": identity.last_name,
        "birth_date": identity.birth_date.isoformat() if identity.birth_date else None,
        "birth_city": identity.birth_city,
        "birth_country_code": identity.birth_country,
        "tax_identification_numbers": numbers if identity.tax_number else [],
    }


def _seller(seller: FileSeller) -> dict[str, Any]:
    identity, figures = seller.identity, seller.figures
    consideration = declared_quarters(figures.consideration_cents).cents
    fees = declared_quarters(figures.fees_cents).cents
    goods: dict[str, Any] = {"currency_code": "EUR"}
    for quarter in range(QUARTERS):
        euros = _euros(consideration[quarter])
        goods |= {
            f"consideration_amount_q{quarter + 1}": euros,
            # The schema's rules refuse sales that brought nothing.
            f"activities_number_q{quarter + 1}": figures.sales[quarter] if euros else 0,
            f"fees_amount_q{quarter + 1}": _euros(fees[quarter]),
            f"taxes_amount_q{quarter + 1}": 0,
        }
    return {
        "seller_id": seller.reference,
        "version": seller.revision,
        "residence_country_code": identity.country,
        "vat_number": identity.vat_number or None,
        "addresses": [_address(identity.address_line, identity.postal_code, identity.city)],
        "financial_identifiers": [
            {
                "type": "IBAN",
                "account_number": identity.iban,
                "account_holder_name": identity.account_holder,
            }
        ],
        "sale_of_goods": goods,
    }


def _address(street: str, post_code: str, city: str) -> dict[str, str]:
    # Shops of the town: the record has no country, and asks for a French postal code.
    return {"country_code": FRANCE, "street": street, "post_code": post_code, "city": city}


def _euros(cents: int) -> int:
    return (cents + CENTS // 2) // CENTS
