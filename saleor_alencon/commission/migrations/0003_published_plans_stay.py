"""A published plan, its rules and their tiers never change, nor do campaigns and turnovers."""

from django.db import migrations

INSTALL = """
CREATE FUNCTION commission_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'COMMISSION_PLAN_PUBLISHED: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'check_violation';
END
$$;

CREATE FUNCTION commission_check_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM commission_plan
              WHERE published_at IS NOT NULL AND id IN (OLD.plan_id, NEW.plan_id)) THEN
    RAISE EXCEPTION 'COMMISSION_PLAN_PUBLISHED: % of % is refused', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END
$$;

CREATE FUNCTION commission_check_tier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM commission_plan p JOIN commission_commissionrule r ON r.plan_id = p.id
              WHERE p.published_at IS NOT NULL AND r.id IN (OLD.rule_id, NEW.rule_id)) THEN
    RAISE EXCEPTION 'COMMISSION_PLAN_PUBLISHED: % of % is refused', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END
$$;

CREATE TRIGGER commission_plan_stays BEFORE UPDATE OR DELETE ON commission_plan
  FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION commission_refuse_change();
CREATE TRIGGER commission_rule_stays BEFORE INSERT OR UPDATE OR DELETE
  ON commission_commissionrule FOR EACH ROW EXECUTE FUNCTION commission_check_rule();
CREATE TRIGGER commission_tier_stays BEFORE INSERT OR UPDATE OR DELETE
  ON commission_ratetier FOR EACH ROW EXECUTE FUNCTION commission_check_tier();
CREATE TRIGGER commission_campaign_stays BEFORE UPDATE ON commission_campaign
  FOR EACH STATEMENT EXECUTE FUNCTION commission_refuse_change();
CREATE TRIGGER commission_turnover_stays BEFORE UPDATE OR DELETE OR TRUNCATE
  ON commission_monthlyturnover FOR EACH STATEMENT EXECUTE FUNCTION commission_refuse_change();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON commission_monthlyturnover FROM alencon;
    REVOKE UPDATE, TRUNCATE ON commission_campaign FROM alencon;
    REVOKE TRUNCATE ON commission_plan, commission_commissionrule, commission_ratetier
      FROM alencon;
  END IF;
END
$$;
"""

REMOVE = """
DROP TRIGGER commission_plan_stays ON commission_plan;
DROP TRIGGER commission_rule_stays ON commission_commissionrule;
DROP TRIGGER commission_tier_stays ON commission_ratetier;
DROP TRIGGER commission_campaign_stays ON commission_campaign;
DROP TRIGGER commission_turnover_stays ON commission_monthlyturnover;
DROP FUNCTION commission_check_tier();
DROP FUNCTION commission_check_rule();
DROP FUNCTION commission_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("commission", "0002_rates_become_plans")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
