"""What was sent to sellers by e-mail is a message of the outbox."""

import django.db.models.deletion
from django.db import migrations, models

# What left becomes a message, whose words were not kept; what had not left is asked, or told, again.
SENT = """
INSERT INTO messaging_message (key, kind, channel, audience, recipient, recipient_name, language,
    shop_id, about, facts, subject, text, html, state, attempts_count, answer, created_at,
    not_before, useful_until, settled_at)
SELECT found.key, found.kind, 'email', 'shop', found.address, shop.name, 'fr', shop.id, found.about,
    '{}', found.subject, '', '', 'sent', 0, '', found.sent_at, found.sent_at, found.sent_at,
    found.sent_at
  FROM (SELECT 'identity-request:' || id AS key, 'identity_request' AS kind, address, shop_id,
               'identity:' || shop_id AS about, sent_at,
               'Informations à fournir pour la déclaration DAC7' AS subject
          FROM dac7_identityrequest WHERE channel = 'email'
         UNION ALL
        SELECT 'dac7-notice:' || s.id, 'dac7_notice', n.address, s.shop_id,
               'dac7:' || s.report_id, n.sent_at, 'Récapitulatif DAC7'
          FROM dac7_sellernotice n JOIN dac7_reportedseller s ON s.id = n.seller_id
       ) AS found
  JOIN shops_shop shop ON shop.id = found.shop_id
 WHERE found.sent_at IS NOT NULL;
UPDATE dac7_identityrequest SET message_id = m.id
  FROM messaging_message m WHERE m.key = 'identity-request:' || dac7_identityrequest.id;
DELETE FROM dac7_identityrequest WHERE channel = 'email' AND message_id IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dac7", "0002_kept"),
        ("messaging", "0003_dac7_kinds"),
    ]

    operations = [
        migrations.AddField(
            model_name="identityrequest",
            name="message",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="messaging.message",
                verbose_name="message",
            ),
        ),
        migrations.RunSQL(SENT, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="identityrequest", name="address"),
        migrations.RemoveField(model_name="identityrequest", name="sent_at"),
        migrations.DeleteModel(name="SellerNotice"),
    ]
