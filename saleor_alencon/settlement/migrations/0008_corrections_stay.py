"""A decided adjustment stays as it is, and so do the digests of statements, whoever writes."""

from django.db import migrations

INSTALL = """
CREATE FUNCTION settlement_adjustment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.state = 'draft' AND (NEW.shop_id, NEW.kind, NEW.amount_cents, NEW.bearer,
         NEW.office_bps, NEW.shop_cents, NEW.reason, NEW.drafted_by_id)
       IS NOT DISTINCT FROM (OLD.shop_id, OLD.kind, OLD.amount_cents, OLD.bearer,
         OLD.office_bps, OLD.shop_cents, OLD.reason, OLD.drafted_by_id) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'ADJUSTMENT_STAYS: % of an adjustment is refused; another one reverses it', TG_OP
    USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER settlement_adjustment_stays BEFORE UPDATE OR DELETE ON settlement_adjustment
  FOR EACH ROW EXECUTE FUNCTION settlement_adjustment_stays();

CREATE FUNCTION settlement_seal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'SEAL_STAYS: % of a statement''s digest is refused', TG_OP
    USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER settlement_seal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement_statementseal
  FOR EACH STATEMENT EXECUTE FUNCTION settlement_seal_stays();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    REVOKE DELETE, TRUNCATE ON settlement_adjustment FROM alencon;
    REVOKE UPDATE, DELETE, TRUNCATE ON settlement_statementseal FROM alencon;
  END IF;
END
$$;
"""

REMOVE = """
DROP TRIGGER settlement_adjustment_stays ON settlement_adjustment;
DROP FUNCTION settlement_adjustment_stays();
DROP TRIGGER settlement_seal_stays ON settlement_statementseal;
DROP FUNCTION settlement_seal_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0007_corrections")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
