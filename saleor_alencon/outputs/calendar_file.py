"""A calendar entry as a file that every calendar takes (iCalendar, RFC 5545)."""

import datetime
from dataclasses import dataclass

LINE_OCTETS = 75
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class CalendarEntry:
    """One event; the moments have offsets. The same ``uid`` again replaces what it was before."""

    uid: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    title: str
    place: str
    description: str
    changed_at: datetime.datetime


def render_calendar(entry: CalendarEntry) -> bytes:
    """Return the file, in UTC, with lines folded at 75 octets and CRLF as the standard has it."""
    assert entry.starts_at < entry.ends_at
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//saleor-alencon//pickups//FR",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}",
        f"DTSTAMP:{_moment(entry.changed_at)}",
        f"DTSTART:{_moment(entry.starts_at)}",
        f"DTEND:{_moment(entry.ends_at)}",
        f"SUMMARY:{_text(entry.title)}",
        f"LOCATION:{_text(entry.place)}",
        f"DESCRIPTION:{_text(entry.description)}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _moment(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime(STAMP)


def _text(text: str) -> str:
    """Escape what the standard gives a meaning; what is typed can never begin a new property."""
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return "\\n".join(" ".join(part.split()) for part in text.splitlines())


def _folded(line: str) -> str:
    parts: list[str] = []
    part = ""
    for character in line:
        if len((part + character).encode()) > LINE_OCTETS - bool(parts):
            parts.append(part)
            part = ""
        part += character
    return "\r\n ".join([*parts, part])
