import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# A row that may be changed or taken away proves nothing. After a year it may go.
KEEP = """
CREATE FUNCTION alencon_trail_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.at < now() - interval '1 year' THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'alencon: the trail of merchants is only added to';
END $$;
CREATE TRIGGER trail_kept BEFORE UPDATE OR DELETE ON alencon_permissions_act
  FOR EACH ROW EXECUTE FUNCTION alencon_trail_kept();
CREATE TRIGGER trail_kept_whole BEFORE TRUNCATE ON alencon_permissions_act
  EXECUTE FUNCTION alencon_trail_kept();
"""
FORGET = """
DROP TRIGGER trail_kept ON alencon_permissions_act;
DROP TRIGGER trail_kept_whole ON alencon_permissions_act;
DROP FUNCTION alencon_trail_kept();
"""
KINDS = [
    ("command", "a mutation of a merchant"),
    ("look", "the Office looks through a merchant's eyes"),
    ("read", "a document asked during a look"),
]
OUTCOMES = [
    ("begun", "begun"),
    ("done", "done"),
    ("refused", "refused by the merchants' scope"),
    ("invalid", "refused by Saleor"),
    ("failed", "broken off by an error"),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("kind", models.CharField(choices=KINDS, max_length=8)),
                ("user_id", models.IntegerField()),
                ("email", models.CharField(max_length=254)),
                ("shop", models.CharField(blank=True, max_length=80)),
                ("name", models.CharField(max_length=100)),
                ("ids", models.JSONField(default=list)),
                ("outcome", models.CharField(choices=OUTCOMES, max_length=8)),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "look",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="alencon_permissions.act",
                    ),
                ),
                (
                    "begun",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="end",
                        to="alencon_permissions.act",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shop", "-id"], name="alencon_act_of_shop"),
                    models.Index(
                        condition=models.Q(("kind", "look"), ("outcome", "begun")),
                        fields=["user_id", "at"],
                        name="alencon_look_of_user",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP, FORGET),
    ]
