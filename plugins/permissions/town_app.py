"""The App "Acheter à Alençon": the Office's pages inside the Dashboard.

Merchants find two entries in their menu, and the Office's staff two more, which are rows that a
merchant does not see (``merchant_page``). What a page shows, and to whom, the Office decides by
whom its token speaks for, and asks Saleor for that: ``/plugins/alencon.merchants/who``.

The App has no token and no webhook, and one permission that opens nothing: nobody can log in as it,
and the token that the Dashboard gives its page lets nobody do anything. Without any permission a
superuser's token would: Saleor takes an empty list for an absent one.
"""

from typing import Any

from django.db import connection, transaction
from saleor.app.models import App, AppExtension
from saleor.app.types import AppType
from saleor.core.db.connection import allow_writer
from saleor.permission.models import Permission

from .predicates import MERCHANT_PAGES, TOWN_APP

KEPT = {
    "name": "Acheter à Alençon",
    "about_app": "Comptoir et versements de la boutique ; reversements et lancement de l'Office.",
    "author": "Office de commerce",
    "type": AppType.THIRDPARTY,
    "is_active": True,
    "is_installed": True,
}
PERMISSION = ("app", "manage_observability")  # of webhooks only; Saleor 3.24 drops it
IN_MENU = {"mount": "navigation_orders", "target": "app_page"}
EXTENSIONS = {
    "today": {"label": "Comptoir", "url": "/", **IN_MENU},
    "payouts": {"label": "Versements", "url": "/versements", **IN_MENU},
    "settlement": {"label": "Reversements", "url": "/reversements", **IN_MENU},
    "launch": {"label": "Lancement", "url": "/lancement", **IN_MENU},
}
assert set(MERCHANT_PAGES) < set(EXTENSIONS)


def keep_town_app(url: str) -> str:
    """Keep the App with its pages below ``url``; return "created", "changed" or "unchanged"."""
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
            keep_extensions(app)
            return "created"
        changed = change(app, wanted)
        changed = keep_extensions(app) or changed
        if set(app.permissions.all()) != set(needed):
            app.permissions.set(needed)
            changed = True
        changed = bool(app.tokens.all().delete()[0]) or changed
        return "changed" if changed else "unchanged"


def keep_extensions(app: App) -> bool:
    """Keep the App's entries in the menu, each without permission; say whether one differed."""
    others = AppExtension.objects.filter(app=app).exclude(identifier__in=EXTENSIONS)
    changed = bool(others.delete()[0])
    for identifier, wanted in EXTENSIONS.items():
        extension, made = AppExtension.objects.get_or_create(
            app=app, identifier=identifier, defaults=wanted
        )
        changed = change(extension, wanted) or made or changed
        if extension.permissions.exists():
            extension.permissions.clear()
            changed = True
    return changed


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
