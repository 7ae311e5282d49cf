"""What PostgreSQL keeps of invoices, whoever writes.

* A number follows the one before in its year and series, on the same day or later: an invoice
  that was issued is never missing (CGI, annexe II, art. 242 nonies A, I, 7°).
* Nothing of an invoice is changed or removed, but for the file that is made of it once.
"""

from django.db import migrations

INSTALL = """
CREATE FUNCTION invoicing_check_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.sequence <> 1 AND NOT EXISTS (
    SELECT FROM invoicing_invoice before
     WHERE before.kind = NEW.kind AND before.year = NEW.year
       AND before.sequence = NEW.sequence - 1 AND before.issued_on <= NEW.issued_on
  ) THEN
    RAISE EXCEPTION 'INVOICE_NUMBER: % does not follow another of the same year', NEW.number
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION invoicing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.file IS NULL AND to_jsonb(NEW) - 'file' = to_jsonb(OLD) - 'file' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'INVOICE_KEPT: % of an invoice is refused; issue a credit note', TG_OP
    USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER invoicing_number BEFORE INSERT ON invoicing_invoice
  FOR EACH ROW EXECUTE FUNCTION invoicing_check_number();
CREATE TRIGGER invoicing_kept BEFORE UPDATE OR DELETE ON invoicing_invoice
  FOR EACH ROW EXECUTE FUNCTION invoicing_refuse_change();
CREATE TRIGGER invoicing_not_emptied BEFORE TRUNCATE ON invoicing_invoice
  FOR EACH STATEMENT EXECUTE FUNCTION invoicing_refuse_change();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON invoicing_invoice FROM alencon;
    GRANT UPDATE (file) ON invoicing_invoice TO alencon;
  END IF;
END
$$;
"""

REMOVE = """
DROP TRIGGER invoicing_number ON invoicing_invoice;
DROP TRIGGER invoicing_kept ON invoicing_invoice;
DROP TRIGGER invoicing_not_emptied ON invoicing_invoice;
DROP FUNCTION invoicing_check_number();
DROP FUNCTION invoicing_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0001_initial")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
