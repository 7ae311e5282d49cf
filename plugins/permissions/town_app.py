"""The App "Acheter à Alençon": the Office's page inside the Dashboard.

It has no token and no webhook, and one permission that opens nothing: nobody can log in as it, and
the token that the Dashboard gives its page lets nobody do anything. Without any permission a
superuser's token would: Saleor takes an empty list for an absent one. Saleor is asked for whom the
token speaks, by ``/plugins/alencon.merchants/who``.
"""

from typing import Any

from django.db import connection, transaction
from saleor.app.models import App, AppExtension
from saleor.app.types import AppType
from saleor.core.db.connection import allow_writer
from saleor.permission.models import Permission

from .predicates import TOWN_APP

KEPT = {
    "name": "Acheter à Alençon",
    "about_app": "Retraits du jour et prochain virement de la boutique.",
    "author": "Office de commerce",
    "type": AppType.THIRDPARTY,
    "is_active": True,
    "is_installed": True,
}
PERMISSION = ("app", "manage_observability")  # of webhooks only; Saleor 3.24 drops it
EXTENSION = "today"
KEPT_EXTENSION = {
    "label": "Retraits et virement",
    "url": "/",
    "mount": "navigation_orders",
    "target": "app_page",
}


def keep_town_app(url: str) -> str:
    """Keep the App with its page at ``url``; return "created", "changed" or "unchanged"."""
    wanted = KEPT | {"app_url": url}
    with allow_writer(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [TOWN_APP])
        label, codename = PERMISSION
        needed = Permission.objects.filter(content_type__app_label=label, codename=codename)
        present = App.objects.filter(identifier=TOWN_APP, removed_at__isnull=True)
        app = present.order_by("pk").first()
        if app is None:
            app = App.objects.create(identifier=TOWN_APP, **wanted)
            app.permissions.set(needed)
            AppExtension.objects.create(app=app, identifier=EXTENSION, **KEPT_EXTENSION)
            return "created"
        changed = change(app, wanted)
        extension, made = AppExtension.objects.get_or_create(
            app=app, identifier=EXTENSION, defaults=KEPT_EXTENSION
        )
        changed = change(extension, KEPT_EXTENSION) or made or changed
        if set(app.permissions.all()) != set(needed):
            app.permissions.set(needed)
            changed = True
        if extension.permissions.exists():
            extension.permissions.clear()
            changed = True
        changed = bool(app.tokens.all().delete()[0]) or changed
        return "changed" if changed else "unchanged"


def change(row: Any, wanted: dict[str, Any]) -> bool:
    """Bring a row's fields to what is wanted; say whether one differed."""
    different = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    if different:
        row.save(update_fields=list(different))
    return bool(different)


def is_town_app(number: int) -> bool:
    """Say whether a number is that of the App."""
    with allow_writer():
        return App.objects.filter(
            pk=number, identifier=TOWN_APP, type=AppType.THIRDPARTY, is_active=True
        ).exists()
