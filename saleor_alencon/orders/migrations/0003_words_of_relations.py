import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_returned_pieces"),
        ("shops", "0002_collect_within_days"),
    ]

    operations = [
        migrations.AlterField(
            model_name="pickup",
            name="shop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pickups",
                to="shops.shop",
                verbose_name="boutique",
            ),
        ),
        migrations.AlterField(
            model_name="tendershare",
            name="shop_order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tender_shares",
                to="orders.shoporder",
                verbose_name="commande boutique",
            ),
        ),
        migrations.AlterField(
            model_name="tendershare",
            name="tender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shares",
                to="orders.tender",
                verbose_name="moyen de paiement",
            ),
        ),
    ]
