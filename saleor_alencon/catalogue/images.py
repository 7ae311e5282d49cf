"""Images of products: files of a ZIP, or addresses on hosts that the Office allows."""

import hashlib
import ipaddress
import socket
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from saleor_alencon.catalogue.archives import open_archive
from saleor_alencon.catalogue.faults import FileRefused

MOST_ZIP_BYTES = 500 * 1024 * 1024
MOST_IMAGE_BYTES = 10 * 1024 * 1024
MOST_ADDRESS_CHARACTERS = 1_000
KINDS = {
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/webp": ((0, b"RIFF"), (8, b"WEBP")),
    "image/gif": ((0, b"GIF8"),),
}


def kind_of_image(data: bytes) -> str | None:
    """Return the media type that the first bytes say, None for anything but an image."""
    for kind, marks in KINDS.items():
        if all(data[place : place + len(mark)] == mark for place, mark in marks):
            return kind
    return None


class ImageArchive:
    """The images of one ZIP, by file name; none is read before it is asked for."""

    def __init__(self, path: Path) -> None:
        self._archive = open_archive(path, most_bytes=MOST_ZIP_BYTES)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in self._archive.infolist():
            name = entry.filename.rsplit("/", 1)[-1].casefold()
            if name and not entry.is_dir():
                self._entries.setdefault(name, entry)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._archive.close()

    def find_fault(self, name: str) -> str | None:
        """Return why the file of this name cannot be used, or None."""
        entry = self._entries.get(name.casefold())
        if entry is None:
            return _("Cette image n'est pas dans le ZIP : ajoutez-la ou corrigez le nom.")
        if entry.file_size > MOST_IMAGE_BYTES:
            return _("Image de plus de %(most)d Mo : réduisez-la.") % {
                "most": MOST_IMAGE_BYTES // 1024**2
            }
        try:
            with self._archive.open(entry) as file:
                start = file.read(16)
        except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError):
            return _("Cette image est abîmée dans le ZIP.")
        if kind_of_image(start) is None:
            return _("Ce fichier n'est pas une image JPEG, PNG, WebP ou GIF.")
        return None

    def key(self, name: str) -> str:
        """Return what tells this image from another of the same name."""
        entry = self._entries[name.casefold()]
        return f"zip:{entry.CRC:08x}-{entry.file_size}"

    def read(self, name: str) -> tuple[str, bytes, str]:
        """Return a safe file name, the content and the media type.

        :raises FileRefused: the content is damaged or is no image.
        """
        entry = self._entries[name.casefold()]
        try:
            data = self._archive.read(entry)
        except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError) as error:
            raise FileRefused(_("L'image « %(name)s » est abîmée.") % {"name": name}) from error
        kind = kind_of_image(data)
        if kind is None:
            raise FileRefused(_("« %(name)s » n'est pas une image.") % {"name": name})
        return f"{hashlib.sha256(data).hexdigest()[:16]}.{kind.split('/')[1]}", data, kind


class ImageRules:
    """Says which image a row may name."""

    def __init__(self, hosts: Sequence[str], archive: ImageArchive | None = None) -> None:
        self._hosts = frozenset(host.casefold() for host in hosts)
        self._archive = archive
        self._private: dict[str, bool] = {}

    def find_fault(self, image: str) -> str | None:
        """Return why an image of the column cannot be used, or None."""
        if "://" in image:
            return self._address_fault(image)
        if "/" in image or "\\" in image:
            return _("Écrivez le seul nom du fichier, sans dossier.")
        if self._archive is None:
            return _("Aucun ZIP d'images n'accompagne le fichier : joignez-le.")
        return self._archive.find_fault(image)

    def key(self, image: str) -> str:
        """Return what an image that has no fault is known by."""
        if "://" in image or self._archive is None:
            return f"url:{image}"
        return self._archive.key(image)

    def _address_fault(self, address: str) -> str | None:
        try:
            parts = urlsplit(address)
            host, port = (parts.hostname or "").casefold(), parts.port
        except ValueError:
            return _("Cette adresse est mal formée.")
        if parts.scheme != "https" or parts.username or port not in (None, 443):
            return _("Seules les adresses https://, sans port ni mot de passe, sont acceptées.")
        if len(address) > MOST_ADDRESS_CHARACTERS:
            return _("Adresse trop longue.")
        if host not in self._hosts:
            return _("Site non autorisé : demandez à l'Office de l'autoriser, ou joignez un ZIP.")
        if self._is_private(host):
            return _("Cette adresse ne mène pas à un site public d'Internet.")
        return None

    def _is_private(self, host: str) -> bool:
        if host not in self._private:
            self._private[host] = is_private(host)
        return self._private[host]


def is_private(host: str) -> bool:
    """Say whether a host has no address, or one that is not on the public Internet."""
    try:
        found = socket.getaddrinfo(host, 443, proto=socket.IPPROTO_TCP)
    except OSError:
        return True
    addresses = [ipaddress.ip_address(str(item[4][0]).split("%")[0]) for item in found]
    return not addresses or not all(
        address.is_global and not address.is_multicast for address in addresses
    )
