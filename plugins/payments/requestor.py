"""The App of Saleor that owns the payments; the storefront names it by this identifier."""

from django.db import connection, transaction
from saleor.app.models import App
from saleor.core.db.connection import allow_writer
from saleor.permission.models import Permission

APP_IDENTIFIER = "saleor.app.payment.stripe"
APP_NAME = "Acheter à Alençon: Stripe"
PERMISSION = "payment.handle_payments"


def ensure_payment_app() -> App:
    """Return the App that owns the transactions; create it, or repair it, if needed.

    It has no token and no webhook: nobody can log in as it, and Saleor asks this plugin instead.
    """
    app = find_payment_app()
    if app is not None and app.is_active and PERMISSION in app.get_permissions():
        return app
    with allow_writer(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [APP_IDENTIFIER]
            )
        app = find_payment_app()
        if app is None:
            app = App.objects.create(name=APP_NAME, identifier=APP_IDENTIFIER)
        if not app.is_active:
            app.is_active = True
            app.save(update_fields=["is_active"])
        label, codename = PERMISSION.split(".")
        app.permissions.add(
            Permission.objects.get(content_type__app_label=label, codename=codename)
        )
    return App.objects.get(pk=app.pk)


def find_payment_app() -> App | None:
    """Return the oldest App with the identifier that is not removed."""
    apps = App.objects.filter(identifier=APP_IDENTIFIER, removed_at__isnull=True)
    return apps.order_by("pk").first()
