"""The history of shops only grows, whoever writes; it begins with the shops that there are."""

from django.db import migrations

INSTALL = """
CREATE FUNCTION shops_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'SHOP_HISTORY_APPEND_ONLY: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER shops_shopevent_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shops_shopevent
  FOR EACH STATEMENT EXECUTE FUNCTION shops_refuse_change();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON shops_shopevent FROM alencon;
  END IF;
END
$$;

INSERT INTO shops_shopevent (shop_id, kind, state, done_at, reason, detail)
SELECT id, 'recorded', state, created_at, '', '{}' FROM shops_shop ORDER BY id;
"""

REMOVE = """
DROP TRIGGER shops_shopevent_append_only ON shops_shopevent;
DROP FUNCTION shops_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("shops", "0003_shop_life")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
