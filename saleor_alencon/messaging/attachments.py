"""What is attached to a message: made when it is sent, by the app that knows how.

The outbox stands below the apps whose documents it sends, so each of them registers a function.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from saleor_alencon.messaging.kinds import Kind


@dataclass(frozen=True)
class Attachment:
    """One file of a message."""

    name: str
    content: bytes
    content_type: str


Maker = Callable[[dict[str, Any]], list[Attachment]]
MAKERS: dict[Kind, Maker] = {}


def attach(kind: Kind, maker: Maker) -> None:
    """Let ``maker`` give the files of every message of a kind, from the message's facts."""
    MAKERS[kind] = maker


def attachments_of(kind: Kind, facts: dict[str, Any]) -> list[Attachment]:
    """Return the files of a message; most have none."""
    maker = MAKERS.get(kind)
    return maker(facts) if maker else []
