"""What is wrong with a catalogue file: as a whole, or in one cell."""

from dataclasses import dataclass

from saleor_alencon.errors import AlenconError

SHOWN_CHARACTERS = 80


class FileRefused(AlenconError):
    """Raised when a file is refused as a whole: nothing of it is imported."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """One cell that keeps its row out: where it is, what it holds, and the cure."""

    line: int
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        value = f" « {self.value} »" if self.value else ""
        return f"{self.line}, {self.column}{value} : {self.message}"


def shortened(text: str) -> str:
    """Return the start of a long value, fit for a message."""
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
