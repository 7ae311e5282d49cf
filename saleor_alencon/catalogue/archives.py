"""ZIP containers (workbooks, images) that are looked at before anything in them is read."""

import zipfile
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from saleor_alencon.catalogue.faults import FileRefused

MOST_ENTRIES = 20_000
MOST_RATIO = 200  # a sheet of blank rows reaches some 100; a bomb 1,000
SMALL_BYTES = 1024 * 1024  # below, a high ratio harms nobody
ENCRYPTED = 0x1


def open_archive(path: Path, *, most_bytes: int) -> zipfile.ZipFile:
    """Open a ZIP that is harmless: names, sizes, ratio and encryption are checked first.

    :raises FileRefused: naming what is wrong.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused(_("Le fichier est abîmé : enregistrez-le à nouveau.")) from error
    try:
        refuse_hostile(archive.infolist(), most_bytes)
    except FileRefused:
        archive.close()
        raise
    return archive


def refuse_hostile(entries: list[zipfile.ZipInfo], most_bytes: int) -> None:
    """Raise for the first thing that no honest archive has."""
    if len(entries) > MOST_ENTRIES:
        raise FileRefused(_("Plus de %(most)d fichiers dans le ZIP.") % {"most": MOST_ENTRIES})
    for entry in entries:
        if is_outside(entry.filename):
            raise FileRefused(
                _("Nom de fichier interdit dans le ZIP : « %(name)s ».")
                % {"name": entry.filename[:80]}
            )
        if entry.flag_bits & ENCRYPTED:
            raise FileRefused(_("Le ZIP est protégé par un mot de passe : refaites-le sans."))
        if entry.file_size > SMALL_BYTES and entry.file_size > MOST_RATIO * max(
            entry.compress_size, 1
        ):
            raise FileRefused(
                _("« %(name)s » est comprimé de façon anormale : fichier refusé.")
                % {"name": entry.filename[:80]}
            )
    total = sum(entry.file_size for entry in entries)
    if total > most_bytes:
        raise FileRefused(
            _("Le contenu du ZIP fait %(size)d Mo ; %(most)d Mo sont possibles.")
            % {"size": total // 1024**2, "most": most_bytes // 1024**2}
        )


def is_outside(name: str) -> bool:
    """Say whether a name leads out of the archive's own folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name
