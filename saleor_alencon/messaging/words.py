"""What the messages share: what one is in words, and days, slots, places and names in it."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.localized import date_text

Facts = dict[str, Any]


@dataclass(frozen=True)
class Content:
    """A message in words: its subject, paragraphs, a table of label and value, and one link."""

    subject: str
    paragraphs: list[str]
    rows: list[tuple[str, str]] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    link: str = ""
    link_text: str = ""
    sms: str = ""


def day_text(text: str) -> str:
    """Return a day in words, from its ISO 8601 form."""
    day = parse_date(text)
    assert day is not None, text
    return date_text(day)


def slot_text(facts: Facts) -> str:
    """Return a slot in the town's time: "mardi 1 décembre 2026 de 10:00 à 11:00"."""
    if not facts.get("slot_starts_at"):
        return ""
    start, end = (localtime(moment(facts[name])) for name in ("slot_starts_at", "slot_ends_at"))
    words = {
        "day": f"{date_format(start, 'l')} {date_text(start.date())}",
        "from": f"{start:%H:%M}",
        "to": f"{end:%H:%M}",
    }
    return _("%(day)s de %(from)s à %(to)s") % words


def moment(text: str) -> datetime.datetime:
    """Return the moment that a fact names, in ISO 8601."""
    found = parse_datetime(text)
    assert found is not None, text
    return found


def place_text(facts: Facts) -> str:
    """Return where a shop is, or the central pickup point."""
    address = _("au point de retrait central") if facts.get("central") else facts.get("address", "")
    return ", ".join(filter(None, (facts["shop"], address)))


def hello(facts: Facts) -> str:
    """Return the greeting, by name where there is one."""
    name = facts.get("name", "")
    return _("Bonjour %(name)s,") % {"name": name} if name else _("Bonjour,")
