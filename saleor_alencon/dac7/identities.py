"""Who each seller is to the tax authority, from the shop's record and its tax identity."""

import dataclasses
import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saleor_alencon.dac7.models import SellerIdentity
from saleor_alencon.domain.dac7 import Exclusion, Identity, IdentityField, SellerKind
from saleor_alencon.shops.models import Shop

FIELD_LABELS: dict[IdentityField, str | Promise] = {
    IdentityField.LEGAL_NAME: _("raison sociale"),
    IdentityField.FIRST_NAME: _("prénom"),
    IdentityField.LAST_NAME: _("nom de famille"),
    IdentityField.BIRTH_DATE: _("date de naissance"),
    IdentityField.BIRTH_PLACE: _("numéro fiscal, ou ville et pays de naissance"),
    IdentityField.ADDRESS: _("adresse"),
    IdentityField.SIRET: _("SIRET"),
    IdentityField.IBAN: _("IBAN"),
    IdentityField.ACCOUNT_HOLDER: _("titulaire du compte bancaire"),
}
SHOP_RECORD = frozenset(
    {IdentityField.LEGAL_NAME, IdentityField.ADDRESS, IdentityField.SIRET, IdentityField.IBAN}
)
"""What is filled in on the shop's own record; the rest is its tax identity."""


def identity_of(shop: Shop) -> Identity:
    """Return a seller's identity. A shop without a tax identity is taken for a company."""
    found = SellerIdentity.objects.filter(shop=shop).first() or SellerIdentity(shop=shop)
    return Identity(
        kind=SellerKind(found.kind),
        legal_name=shop.legal_name,
        trade_name=shop.name,
        first_name=found.first_name,
        last_name=found.last_name,
        birth_date=found.birth_date,
        birth_city=found.birth_city,
        birth_country=found.birth_country,
        tax_number=found.tax_number,
        siret=shop.siret,
        vat_number=shop.vat_number,
        address_line=shop.address_line,
        postal_code=shop.postal_code,
        city=shop.city,
        country=found.country,
        iban=shop.iban,
        account_holder=found.account_holder,
        email=shop.email,
    )


def exclusion_of(shop: Shop) -> Exclusion:
    found = SellerIdentity.objects.filter(shop=shop).first()
    return Exclusion(found.exclusion) if found else Exclusion.NONE


def missing_labels(missing: list[str] | tuple[IdentityField, ...]) -> list[str]:
    """Return what is missing in the reader's words."""
    return [str(FIELD_LABELS[IdentityField(each)]) for each in missing]


def identity_to_json(identity: Identity) -> dict[str, Any]:
    found = dataclasses.asdict(identity)
    day = identity.birth_date
    return found | {"kind": identity.kind.value, "birth_date": day.isoformat() if day else None}


def identity_from_json(data: dict[str, Any]) -> Identity:
    day = data["birth_date"]
    return Identity(
        **data
        | {
            "kind": SellerKind(data["kind"]),
            "birth_date": datetime.date.fromisoformat(day) if day else None,
        }
    )
