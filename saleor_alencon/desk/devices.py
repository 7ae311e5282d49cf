"""The devices on which a person is signed in, and signing out elsewhere."""

import datetime
import re
from collections.abc import Iterable

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.desk.models import Device
from saleor_alencon.errors import AlenconError

SEEN_EVERY = datetime.timedelta(minutes=5)
"""How old the time of the last visit may be: not each page writes."""
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip
BROWSERS = (
    (r"Edg\w*/", "Edge"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/|FxiOS/", "Firefox"),
    ("Chrome/|CriOS/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip


class DeviceError(AlenconError):
    """Raised when a device is not the person's, or signed out already."""


def device_label(user_agent: str) -> str:
    """Return what a person calls a device: "Chrome · Android"."""
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    browser = next((name for mark, name in BROWSERS if re.search(mark, user_agent)), "")
    return " · ".join(filter(None, (browser, system))) or _("appareil inconnu")


def device_seen(
    *, user_id: int, session_key: str, user_agent: str, now: datetime.datetime
) -> Device:
    """Keep that the person is signed in there; also after a sign-in that was not seen."""
    device, _made = Device.objects.get_or_create(
        session_key=session_key,
        defaults={
            "user_id": user_id,
            "label": device_label(user_agent),
            "opened_at": now,
            "seen_at": now,
        },
    )
    if now - device.seen_at >= SEEN_EVERY:
        Device.objects.filter(pk=device.pk).update(seen_at=now)
    return device


def devices_of(user_id: int) -> QuerySet[Device]:
    """Return where a person is signed in, the last seen first."""
    living = Session.objects.filter(Q(expire_date__gt=datetime.datetime.now(tz=datetime.UTC)))
    return Device.objects.filter(
        user_id=user_id, ended_at=None, session_key__in=living.values("session_key")
    )


def device_end(*, device_id: int, ended_by: User, now: datetime.datetime) -> None:
    """Sign a person's own device out: its next request is asked to sign in.

    :raises DeviceError: it is somebody else's, or signed out.
    """
    device = Device.objects.filter(pk=device_id, user=ended_by, ended_at=None).first()
    if device is None:
        raise DeviceError(_("Cet appareil n'est plus connecté à votre compte."))
    _end([device], ended_by, now)


def devices_end_others(*, session_key: str, ended_by: User, now: datetime.datetime) -> int:
    """Sign out everywhere but here; return how many devices it was."""
    others = list(Device.objects.filter(user=ended_by, ended_at=None).exclude(
        session_key=session_key
    ))  # fmt: skip
    _end(others, ended_by, now)
    return len(others)


def _end(devices: Iterable[Device], ended_by: User, now: datetime.datetime) -> None:
    with transaction.atomic():
        for device in devices:
            Session.objects.filter(session_key=device.session_key).delete()
            Device.objects.filter(pk=device.pk).update(ended_at=now, ended_by=ended_by)
