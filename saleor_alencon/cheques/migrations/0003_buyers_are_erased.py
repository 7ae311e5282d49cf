from django.db import migrations

INSTALL = """
DROP TRIGGER cheques_sale_stays ON cheques_chequesale;
CREATE TRIGGER cheques_sale_stays BEFORE DELETE OR TRUNCATE ON cheques_chequesale
  FOR EACH STATEMENT EXECUTE FUNCTION cheques_refuse_change();
CREATE TRIGGER cheques_sale_only_loses_its_buyer BEFORE UPDATE ON cheques_chequesale
  FOR EACH ROW
  WHEN (to_jsonb(OLD) - 'buyer_name' - 'buyer_email'
        IS DISTINCT FROM to_jsonb(NEW) - 'buyer_name' - 'buyer_email'
        OR NEW.buyer_name NOT IN (OLD.buyer_name, '')
        OR NEW.buyer_email NOT IN (OLD.buyer_email, ''))
  EXECUTE FUNCTION cheques_refuse_change();

DROP TRIGGER cheques_event_stays ON cheques_chequeevent;
CREATE TRIGGER cheques_event_stays BEFORE DELETE OR TRUNCATE ON cheques_chequeevent
  FOR EACH STATEMENT EXECUTE FUNCTION cheques_refuse_change();
CREATE TRIGGER cheques_event_only_loses_its_reason BEFORE UPDATE ON cheques_chequeevent
  FOR EACH ROW
  WHEN (to_jsonb(OLD) - 'reason' IS DISTINCT FROM to_jsonb(NEW) - 'reason'
        OR NEW.reason NOT IN (OLD.reason, ''))
  EXECUTE FUNCTION cheques_refuse_change();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    GRANT UPDATE (buyer_name, buyer_email) ON cheques_chequesale TO alencon;
    GRANT UPDATE (reason) ON cheques_chequeevent TO alencon;
  END IF;
END
$$;
"""

REMOVE = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    REVOKE UPDATE (buyer_name, buyer_email) ON cheques_chequesale FROM alencon;
    REVOKE UPDATE (reason) ON cheques_chequeevent FROM alencon;
  END IF;
END
$$;
DROP TRIGGER cheques_event_only_loses_its_reason ON cheques_chequeevent;
DROP TRIGGER cheques_event_stays ON cheques_chequeevent;
CREATE TRIGGER cheques_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON cheques_chequeevent
  FOR EACH STATEMENT EXECUTE FUNCTION cheques_refuse_change();

DROP TRIGGER cheques_sale_only_loses_its_buyer ON cheques_chequesale;
DROP TRIGGER cheques_sale_stays ON cheques_chequesale;
CREATE TRIGGER cheques_sale_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON cheques_chequesale
  FOR EACH STATEMENT EXECUTE FUNCTION cheques_refuse_change();
"""


class Migration(migrations.Migration):
    """Sales and events stay as they were recorded, but may lose who bought, and staff's words."""

    dependencies = [("cheques", "0002_kept_by_postgresql")]

    operations = [migrations.RunSQL(INSTALL, REMOVE)]
