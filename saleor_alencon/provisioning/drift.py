"""What in Saleor is not as the Office wants it: where, what, and how to cure it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saleor_alencon.provisioning.differences import compare

if TYPE_CHECKING:
    from saleor_alencon.provisioning.found_shop import FoundShop
    from saleor_alencon.provisioning.wanted_shop import WantedShop

PLACES = {
    "warehouse": gettext_lazy("entrepôt"),
    "channel": gettext_lazy("canal de vente"),
    "zone": gettext_lazy("zone de livraison"),
    "collection": gettext_lazy("page de la boutique"),
    "menu": gettext_lazy("menu de pied de page"),
    "value": gettext_lazy("attribut « boutique »"),
    "group": gettext_lazy("groupe et comptes"),
}
FIELDS = {
    "": gettext_lazy("présence"),
    "slug": gettext_lazy("identifiant"),
    "name": gettext_lazy("nom"),
    "email": gettext_lazy("adresse électronique"),
    "isPrivate": gettext_lazy("caché"),
    "clickAndCollectOption": gettext_lazy("retrait sur place"),
    "address": gettext_lazy("adresse"),
    "shop": gettext_lazy("métadonnée alencon.shop"),
    "state": gettext_lazy("métadonnée alencon.state"),
    "group": gettext_lazy("métadonnée alencon.group"),
    "hours": gettext_lazy("métadonnée alencon.hours"),
    "description": gettext_lazy("description"),
    "logo": gettext_lazy("image"),
    "published": gettext_lazy("publication"),
    "member": gettext_lazy("entrepôt présent"),
    "linked": gettext_lazy("lien vers la page"),
    "permissions": gettext_lazy("droits"),
    "restricted": gettext_lazy("limité à ses canaux"),
    "channel": gettext_lazy("canal de vente"),
    "members": gettext_lazy("membres"),
}


@dataclass(frozen=True)
class Drift:
    """One value at one place of a shop that is not as wanted; ``field`` is empty for all of it."""

    place: str
    field: str
    wanted: Any
    found: Any

    def __str__(self) -> str:
        place = PLACES.get(self.place, self.place)
        if not self.field:
            return _("%(place)s : absent") % {"place": place}
        first = self.field.split(".")[0]
        return _("%(place)s, %(field)s : %(found)s au lieu de %(wanted)s") % {
            "place": place,
            "field": FIELDS.get(first, first),
            "found": show(self.found),
            "wanted": show(self.wanted),
        }

    def as_json(self) -> dict[str, Any]:
        """Return it as the database keeps it."""
        return {
            "place": self.place,
            "field": self.field,
            "wanted": self.wanted,
            "found": self.found,
        }


def show(value: Any) -> str:
    """Return a value as a person reads it."""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if value is None or value in ("", []):
        return _("rien")
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"« {text if len(text) <= 80 else text[:80] + '…'} »"


def shop_drift(wanted: "WantedShop", found: "FoundShop") -> list[Drift]:
    """Compare a shop with what it is to be. Pure.

    A place that is not there is one line. A footer that has no room for shops is the Office's
    choice.
    """
    present = found.in_saleor()
    drift: list[Drift] = []
    for place, values in wanted.in_saleor().items():
        if place == "menu" and found.shops_item is None:
            continue
        there = present[place]
        if there is None:
            drift.append(Drift(place, "", True, None))
            continue
        drift.extend(
            Drift(place, difference.field, difference.wanted, difference.found)
            for difference in compare(values, there)
        )
    return drift
