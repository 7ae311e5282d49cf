"""A pickup of an order that is not paid waits for it."""

from typing import Any

from django.db import migrations, models


def wait_for_payment(apps: Any, editor: Any) -> None:
    """Let what is unpaid wait; the next snapshot would do the same."""
    pickups = apps.get_model("orders", "Pickup").objects.using(editor.connection.alias)
    unpaid = pickups.filter(shop_order__state="awaiting_payment", handing_over_since=None)
    unpaid.filter(state__in=("to_prepare", "ready", "uncollected")).update(state="awaiting_payment")


def prepare_again(apps: Any, editor: Any) -> None:
    """Take it back."""
    pickups = apps.get_model("orders", "Pickup").objects.using(editor.connection.alias)
    pickups.filter(state="awaiting_payment").update(state="to_prepare")


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0009_terms_leave_shop_orders"),
    ]

    operations = [
        migrations.AlterField(
            model_name="pickup",
            name="state",
            field=models.CharField(
                choices=[
                    ("awaiting_payment", "à payer"),
                    ("to_prepare", "à préparer"),
                    ("ready", "prêt"),
                    ("handed_over", "remis"),
                    ("uncollected", "non retiré"),
                    ("cancelled", "annulé"),
                ],
                max_length=16,
                verbose_name="état",
            ),
        ),
        migrations.RunPython(wait_for_payment, prepare_again),
    ]
