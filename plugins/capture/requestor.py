"""The App of Saleor as which the snapshot document is executed."""

from django.db import connection, transaction
from saleor.app.models import App
from saleor.permission.models import Permission

APP_IDENTIFIER = "alencon.capture"
APP_NAME = "Acheter à Alençon: capture"
# The smallest set that answers order_snapshot.graphql without an error; a live test takes one
# away at a time and expects an error each time.
APP_PERMISSIONS = frozenset({"order.manage_orders", "product.manage_products"})


def ensure_capture_app() -> App:
    """Return the App the snapshot is read as; create it, or repair its permissions, if needed.

    It has no token, so nobody can log in as it.
    """
    app = find_capture_app()
    if app is not None and app.is_active and app.get_permissions() >= APP_PERMISSIONS:
        return app
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [APP_IDENTIFIER]
            )
        app = find_capture_app()
        if app is None:
            app = App.objects.create(name=APP_NAME, identifier=APP_IDENTIFIER)
        if not app.is_active:
            app.is_active = True
            app.save(update_fields=["is_active"])
        app.permissions.set(find_permissions())
    return App.objects.get(pk=app.pk)


def find_capture_app() -> App | None:
    """Return the oldest App with our identifier that is not removed."""
    apps = App.objects.filter(identifier=APP_IDENTIFIER, removed_at__isnull=True)
    return apps.order_by("pk").first()


def find_permissions() -> list[Permission]:
    """Return the permission rows named by ``APP_PERMISSIONS``."""
    codenames = [name.split(".")[1] for name in APP_PERMISSIONS]
    rows = Permission.objects.filter(codename__in=codenames).select_related("content_type")
    return [
        row for row in rows if f"{row.content_type.app_label}.{row.codename}" in APP_PERMISSIONS
    ]
