from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_terms_of_known_lines")]

    operations = [
        migrations.RemoveField(
            model_name="shoporder",
            name="commission_rate_bps",
        ),
        migrations.RemoveField(
            model_name="shoporder",
            name="commission_vat_rate_bps",
        ),
    ]
