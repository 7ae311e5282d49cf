"""The message catalogues, as the tests read them."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parents[1] / "saleor_alencon"


def texts(message):
    """Return a message's French texts: one, or singular and plural."""
    return message.id if isinstance(message.id, tuple) else (message.id,)


def translations(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)


def read_catalogue(path):
    """Return the messages of a .po file, without its header and its obsolete entries."""
    with path.open("rb") as file:
        return [message for message in read_po(file) if message.id]


def compile_changed():
    """Compile each .po that is newer than its .mo: an installed checkout has last time's."""
    for source in PACKAGE.rglob("*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        whole = source.with_suffix(f".{os.getpid()}")
        with source.open("rb") as read, whole.open("wb") as write:
            write_mo(write, read_po(read))
        whole.replace(compiled)
