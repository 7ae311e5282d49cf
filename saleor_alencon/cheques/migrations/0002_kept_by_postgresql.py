"""What a cheque is still worth is counted by PostgreSQL, and nothing takes more than that.

* ``remaining_cents`` is the face value less what web orders paid and less what was taken or is
  reserved outside of them. A trigger writes it, whoever changes a use or a movement.
* A movement that takes more than what is left is refused, also when two come at once: each waits
  for the cheque's row. What Saleor says of a web order is never refused: it has happened.
* Rules, acceptances, sales and events only grow; a movement's figures and its end are final.
"""

from django.db import migrations

INSTALL = """
CREATE FUNCTION cheques_count(wanted bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT c.face_cents
       - coalesce((SELECT sum(u.charged_cents - u.refunded_cents)
                     FROM cheques_chequeuse u WHERE u.cheque_id = c.id), 0)::bigint
       - coalesce((SELECT sum(m.effect_cents) FROM cheques_chequemovement m
                    WHERE m.cheque_id = c.id
                      AND (m.state = 'done'
                           OR (m.state IN ('pending', 'giving_back') AND m.effect_cents > 0))
                  ), 0)::bigint
    FROM cheques_cheque c WHERE c.id = wanted
$$;

CREATE FUNCTION cheques_recount() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  wanted bigint;
  rest bigint;
BEGIN
  FOR wanted IN
    SELECT DISTINCT id FROM unnest(ARRAY[
      CASE WHEN TG_OP <> 'INSERT' THEN OLD.cheque_id END,
      CASE WHEN TG_OP <> 'DELETE' THEN NEW.cheque_id END]) AS both_sides(id)
     WHERE id IS NOT NULL ORDER BY id
  LOOP
    PERFORM FROM cheques_cheque WHERE id = wanted FOR UPDATE;
    rest := cheques_count(wanted);
    -- Two conditions, one in the other: a use has no effect_cents.
    IF rest < 0 AND TG_TABLE_NAME = 'cheques_chequemovement' AND TG_OP = 'INSERT' THEN
      IF NEW.effect_cents > 0 THEN
        RAISE EXCEPTION 'CHEQUE_OVERDRAWN: cheque % would be worth % cents', wanted, rest
          USING ERRCODE = 'check_violation';
      END IF;
    END IF;
    UPDATE cheques_cheque SET remaining_cents = rest
     WHERE id = wanted AND remaining_cents <> rest;
  END LOOP;
  RETURN NULL;
END
$$;
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION cheques_recount() SET search_path = %I, pg_temp',
                 current_schema());
  EXECUTE format('ALTER FUNCTION cheques_count(bigint) SET search_path = %I, pg_temp',
                 current_schema());
END
$$;

CREATE TRIGGER cheques_use_counts AFTER INSERT OR UPDATE OR DELETE ON cheques_chequeuse
  FOR EACH ROW EXECUTE FUNCTION cheques_recount();
CREATE TRIGGER cheques_movement_counts AFTER INSERT OR UPDATE ON cheques_chequemovement
  FOR EACH ROW EXECUTE FUNCTION cheques_recount();

CREATE FUNCTION cheques_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'CHEQUES_KEPT: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER cheques_sale_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON cheques_chequesale
  FOR EACH STATEMENT EXECUTE FUNCTION cheques_refuse_change();
CREATE TRIGGER cheques_rules_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON cheques_chequerules
  FOR EACH STATEMENT EXECUTE FUNCTION cheques_refuse_change();
CREATE TRIGGER cheques_acceptance_stays BEFORE UPDATE OR DELETE OR TRUNCATE
  ON cheques_chequeacceptance FOR EACH STATEMENT EXECUTE FUNCTION cheques_refuse_change();
CREATE TRIGGER cheques_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON cheques_chequeevent
  FOR EACH STATEMENT EXECUTE FUNCTION cheques_refuse_change();
CREATE TRIGGER cheques_cheque_stays BEFORE DELETE OR TRUNCATE ON cheques_cheque
  FOR EACH STATEMENT EXECUTE FUNCTION cheques_refuse_change();
CREATE TRIGGER cheques_movement_stays BEFORE DELETE OR TRUNCATE ON cheques_chequemovement
  FOR EACH STATEMENT EXECUTE FUNCTION cheques_refuse_change();
CREATE TRIGGER cheques_cheque_is_what_was_sold BEFORE UPDATE ON cheques_cheque FOR EACH ROW
  WHEN ((OLD.sale_id, OLD.serial, OLD.code, OLD.last_characters, OLD.face_cents)
        IS DISTINCT FROM
        (NEW.sale_id, NEW.serial, NEW.code, NEW.last_characters, NEW.face_cents))
  EXECUTE FUNCTION cheques_refuse_change();
CREATE TRIGGER cheques_movement_is_what_was_asked BEFORE UPDATE ON cheques_chequemovement
  FOR EACH ROW
  WHEN (OLD.state IN ('done', 'refused')
        OR (OLD.state = 'giving_back' AND NEW.state NOT IN ('giving_back', 'refused'))
        OR (OLD.cheque_id, OLD.kind, OLD.key, OLD.effect_cents, OLD.shop_id, OLD.fee_rate_bps,
            OLD.fee_cents, OLD.fee_vat_rate_bps, OLD.fee_vat_cents, OLD.corrects_id)
        IS DISTINCT FROM
           (NEW.cheque_id, NEW.kind, NEW.key, NEW.effect_cents, NEW.shop_id, NEW.fee_rate_bps,
            NEW.fee_cents, NEW.fee_vat_rate_bps, NEW.fee_vat_cents, NEW.corrects_id))
  EXECUTE FUNCTION cheques_refuse_change();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON cheques_chequesale, cheques_chequerules,
      cheques_chequeacceptance, cheques_chequeevent FROM alencon;
    REVOKE DELETE, TRUNCATE ON cheques_chequemovement FROM alencon;
    REVOKE UPDATE, DELETE, TRUNCATE ON cheques_cheque FROM alencon;
    GRANT UPDATE (expires_on, state, saleor_id, tell_saleor, not_before, leased_until,
                  failed_attempts, failure) ON cheques_cheque TO alencon;
  END IF;
END
$$;
"""

REMOVE = """
DROP TRIGGER cheques_use_counts ON cheques_chequeuse;
DROP TRIGGER cheques_movement_counts ON cheques_chequemovement;
DROP TRIGGER cheques_sale_stays ON cheques_chequesale;
DROP TRIGGER cheques_rules_stay ON cheques_chequerules;
DROP TRIGGER cheques_acceptance_stays ON cheques_chequeacceptance;
DROP TRIGGER cheques_event_stays ON cheques_chequeevent;
DROP TRIGGER cheques_cheque_stays ON cheques_cheque;
DROP TRIGGER cheques_movement_stays ON cheques_chequemovement;
DROP TRIGGER cheques_cheque_is_what_was_sold ON cheques_cheque;
DROP TRIGGER cheques_movement_is_what_was_asked ON cheques_chequemovement;
DROP FUNCTION cheques_recount();
DROP FUNCTION cheques_count(bigint);
DROP FUNCTION cheques_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("cheques", "0001_gift_cheques"), ("ledger", "0007_gift_cheques")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
