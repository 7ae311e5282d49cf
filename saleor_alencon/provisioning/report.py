"""What setup did with each thing: created, changed or unchanged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from saleor_alencon.provisioning.differences import Difference, compare


@dataclass(frozen=True)
class Line:
    """One thing in Saleor and what became of it."""

    place: str
    outcome: str  # created, changed, unchanged
    changes: tuple[Difference, ...] = ()

    def __str__(self) -> str:
        what = f" ({'; '.join(str(change) for change in self.changes)})" if self.changes else ""
        return f"{self.outcome:9}  {self.place}{what}"


@dataclass
class Report:
    """All lines, each told as soon as it is known."""

    tell: Callable[[str], None]
    lines: list[Line] = field(default_factory=list)

    def add(self, place: str, outcome: str, changes: tuple[Difference, ...] = ()) -> None:
        """Note and tell one line."""
        line = Line(place, outcome, changes)
        self.lines.append(line)
        self.tell(str(line))

    @property
    def changed_anything(self) -> bool:
        """Whether Saleor is another one than before."""
        return any(line.outcome != "unchanged" for line in self.lines)

    def keep(
        self,
        place: str,
        wanted: Mapping[str, Any],
        found: Mapping[str, Any] | None,
        *,
        create: Callable[[], None],
        change: Callable[[list[Difference]], None],
    ) -> None:
        """Create what is not there, change what differs, and note which of them it was."""
        if found is None:
            create()
            self.add(place, "created")
            return
        differences = compare(wanted, found)
        if differences:
            change(differences)
            self.add(place, "changed", tuple(differences))
        else:
            self.add(place, "unchanged")
