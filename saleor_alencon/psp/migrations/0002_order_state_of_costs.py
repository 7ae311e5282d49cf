"""Bearers are determined by the order's newest state: which one it was is kept, and disputes' rules."""

from django.db import migrations, models

WHOLE_BPS = 10_000


def rules_fill(apps, schema_editor):
    """Freeze today's rules on what was posted without any, and let no posted cost move by itself."""
    alias = schema_editor.connection.alias
    association = apps.get_model("shops", "Association").objects.using(alias).first()
    movements = apps.get_model("psp", "BalanceTransaction").objects.using(alias)

    def shop_bps(kind):
        shared_bps = getattr(association, f"{kind}_shared_bps")
        bearer = getattr(association, f"{kind}_bearer")
        return {"office": 0, "shop": WHOLE_BPS, "shared": shared_bps}[bearer]

    posted = movements.filter(posted_at__isnull=False, tender__isnull=False)
    if association is None:
        return
    posted.filter(source__startswith="re_").update(fee_shop_bps=shop_bps("refund_fee"))
    for prefix in ("dp_", "du_"):
        posted.filter(source__startswith=prefix).update(
            fee_shop_bps=shop_bps("dispute_fee"), taken_shop_bps=shop_bps("dispute")
        )
    for movement in posted.select_related("tender__order").iterator():
        movement.counted_digest = movement.tender.order.digest
        movement.save(update_fields=["counted_digest"])


class Migration(migrations.Migration):
    dependencies = [("psp", "0001_initial")]

    operations = [
        migrations.RemoveField(model_name="balancetransaction", name="refunds_counted_cents"),
        migrations.AddField(
            model_name="balancetransaction",
            name="counted_digest",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="balancetransaction",
            name="taken_shop_bps",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.RunPython(rules_fill, migrations.RunPython.noop),
    ]
