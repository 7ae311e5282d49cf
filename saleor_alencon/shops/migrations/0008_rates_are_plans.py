from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0007_vat_status_from_rate"),
        ("commission", "0002_rates_become_plans"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="association",
            name="commission_vat_rate_bps",
        ),
        migrations.DeleteModel(
            name="CommissionRate",
        ),
    ]
