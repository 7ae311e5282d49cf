"""What PostgreSQL keeps of declarations, whoever writes: nothing of a frozen one changes."""

from django.db import migrations

INSTALL = """
CREATE FUNCTION dac7_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'DAC7_KEPT: % of a frozen declaration is refused; freeze a corrected version',
    TG_OP USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER dac7_report_kept BEFORE UPDATE OR DELETE ON dac7_yearreport
  FOR EACH ROW EXECUTE FUNCTION dac7_refuse_change();
CREATE TRIGGER dac7_report_not_emptied BEFORE TRUNCATE ON dac7_yearreport
  FOR EACH STATEMENT EXECUTE FUNCTION dac7_refuse_change();
CREATE TRIGGER dac7_seller_kept BEFORE UPDATE OR DELETE ON dac7_reportedseller
  FOR EACH ROW EXECUTE FUNCTION dac7_refuse_change();
CREATE TRIGGER dac7_seller_not_emptied BEFORE TRUNCATE ON dac7_reportedseller
  FOR EACH STATEMENT EXECUTE FUNCTION dac7_refuse_change();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON dac7_yearreport, dac7_reportedseller FROM alencon;
  END IF;
END
$$;
"""

REMOVE = """
DROP TRIGGER dac7_report_kept ON dac7_yearreport;
DROP TRIGGER dac7_report_not_emptied ON dac7_yearreport;
DROP TRIGGER dac7_seller_kept ON dac7_reportedseller;
DROP TRIGGER dac7_seller_not_emptied ON dac7_reportedseller;
DROP FUNCTION dac7_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("dac7", "0001_initial")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
