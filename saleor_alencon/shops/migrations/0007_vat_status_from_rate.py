"""The association's rate of VAT becomes its first status, which is added to and never edited."""

from django.db import migrations

INSTALL = """
INSERT INTO shops_vatstatus (association_id, valid_from, regime, rate_bps)
SELECT id, DATE '2000-01-01',
       CASE WHEN commission_vat_rate_bps > 0 THEN 'liable' ELSE 'franchise' END,
       commission_vat_rate_bps
  FROM shops_association;

CREATE TRIGGER shops_vatstatus_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shops_vatstatus
  FOR EACH STATEMENT EXECUTE FUNCTION shops_refuse_change();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON shops_vatstatus FROM alencon;
  END IF;
END
$$;
"""

REMOVE = "DROP TRIGGER shops_vatstatus_append_only ON shops_vatstatus;"


class Migration(migrations.Migration):
    dependencies = [("shops", "0006_vat_status")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
