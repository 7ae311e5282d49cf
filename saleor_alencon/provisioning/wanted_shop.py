"""What a shop of the Office is to be in Saleor."""

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from saleor_alencon.errors import AlenconError
from saleor_alencon.provisioning.editor_text import editor_json, plain_text
from saleor_alencon.provisioning.names import COUNTRY
from saleor_alencon.shops.models import Shop, ShopState

PROVISIONED = (ShopState.APPROVED, ShopState.LIVE, ShopState.SUSPENDED, ShopState.CLOSED)

# What a merchant's account may do in Saleor. Nothing: any of Saleor's permissions would open every
# shop to every merchant. The permissions plugin gives a merchant's request what it needs.
MERCHANT_PERMISSIONS: tuple[str, ...] = ()
GROUP_PREFIX = "Boutique "


class ShopNotReady(AlenconError):
    """Raised when a shop lacks what Saleor needs of it; says what to fill in."""


@dataclass(frozen=True)
class Member:
    """A person who works for the shop."""

    email: str
    name: str


@dataclass(frozen=True)
class Logo:
    """The image of the shop's page."""

    name: str
    data: bytes

    @property
    def digest(self) -> str:
        """What tells this image from another."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class WantedShop:
    """All that provisioning takes from the Office's books about one shop.

    ``is_open`` is false for a shop that is approved, suspended or closed: it is in Saleor, and
    nothing of it can be bought or seen there.
    """

    slug: str
    name: str
    email: str
    address_line: str
    postal_code: str
    city: str
    is_open: bool
    state: str = ShopState.LIVE.value
    members: tuple[Member, ...] = ()
    description: str = ""
    hours: dict[str, Any] | None = None
    logo: Logo | None = None

    @property
    def group_name(self) -> str:
        """Name of the shop's permission group; names of groups are unique in Saleor."""
        return f"{GROUP_PREFIX}{self.slug}"

    @property
    def address(self) -> dict[str, str]:
        """The shop's address as Saleor takes it."""
        return {
            "companyName": self.name,
            "streetAddress1": self.address_line,
            "postalCode": self.postal_code,
            "city": self.city,
            "country": COUNTRY,
        }

    def in_saleor(self) -> dict[str, dict[str, Any]]:
        """Return every value that provisioning keeps in Saleor, by place.

        What the Office's books leave empty (description, logo, hours) is not kept: a person may
        have written it in Saleor.
        """
        warehouse = {
            "slug": self.slug,
            "name": self.name,
            "email": self.email,
            "isPrivate": False,
            "clickAndCollectOption": "LOCAL" if self.is_open else "DISABLED",
            "address": self.address | {"city": self.city.upper()},  # as Saleor keeps cities
            "shop": self.slug,
            "state": self.state,
            "group": True,
        }
        collection = {
            "slug": self.slug,
            "name": self.name,
            "shop": self.slug,
            "published": self.is_open,
        }
        if self.hours is not None:
            # What may be left out is compared too: a limit that was taken away must go.
            warehouse["hours"] = {"cut_off_minutes": None} | self.hours
        if self.description:
            # As Saleor gives it back: spaces are one, and headings plain.
            collection["description"] = plain_text(editor_json(self.description))
        if self.logo:
            collection["logo"] = self.logo.digest
        return {
            "warehouse": warehouse,
            "channel": {"member": self.is_open},
            "zone": {"member": self.is_open},
            "collection": collection,
            "menu": {"linked": self.is_open},
            "value": {"name": self.name},
            "group": {
                "name": self.group_name,
                "permissions": sorted(MERCHANT_PERMISSIONS),
                "restricted": True,
                "channel": True,
                "members": sorted(member.email for member in self.members),
            },
        }


def shop_wanted(shop: Shop) -> WantedShop:
    """Read a shop of the Office.

    :raises ShopNotReady: it is not approved yet, or its address is incomplete.
    """
    if shop.state not in PROVISIONED:
        raise ShopNotReady(
            _("%(shop)s est à l'état « %(state)s » : seule une boutique validée va dans Saleor.")
            % {"shop": shop.name, "state": shop.get_state_display()}
        )
    needed = (
        (shop.address_line, _("l'adresse")),
        (shop.postal_code, _("le code postal")),
        (shop.city, _("la ville")),
    )
    missing = [label for value, label in needed if not value.strip()]
    if missing:
        raise ShopNotReady(
            _("%(shop)s : complétez d'abord %(fields)s.")
            % {"shop": shop.name, "fields": ", ".join(missing)}
        )
    members = shop.members.select_related("user").filter(user__is_active=True)
    return WantedShop(
        slug=shop.slug,
        name=shop.name,
        email=shop.email,
        address_line=shop.address_line.strip(),
        postal_code=shop.postal_code.strip(),
        city=shop.city.strip(),
        is_open=shop.state == ShopState.LIVE,
        state=str(shop.state),
        members=tuple(
            Member(member.user.email.lower(), member.user.name)
            for member in members.order_by("user__email")
        ),
        description=shop.description.strip(),
        hours=shop.hours,
        logo=read_logo(shop),
    )


def read_logo(shop: Shop) -> Logo | None:
    """Return the shop's logo.

    :raises ShopNotReady: the record names a file that is not there.
    """
    if not shop.logo:
        return None
    try:
        with shop.logo.open("rb") as file:
            return Logo(PurePosixPath(str(shop.logo.name)).name, file.read())
    except OSError as error:
        raise ShopNotReady(
            _("%(shop)s : le fichier du logo est introuvable, donnez-le à nouveau.")
            % {"shop": shop.name}
        ) from error
