"""What the capture plugin's role may do here: put documents in, and keep its watermarks."""

from django.db import migrations

GRANT = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon_capture') THEN
    GRANT INSERT, SELECT (id, order_id, digest) ON inbox_document TO alencon_capture;
    GRANT SELECT, INSERT, UPDATE ON inbox_watermark TO alencon_capture;
  END IF;
END
$$
"""
REVOKE = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon_capture') THEN
    REVOKE ALL ON inbox_document, inbox_watermark FROM alencon_capture;
  END IF;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial")]
    operations = [migrations.RunSQL(GRANT, REVOKE)]
