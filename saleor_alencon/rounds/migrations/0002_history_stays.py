"""The history of a round only grows, whoever writes."""

from django.db import migrations

INSTALL = """
CREATE FUNCTION rounds_history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ROUND_HISTORY_STAYS: what was done in a round is not changed'
    USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER rounds_history_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON rounds_roundevent
  FOR EACH STATEMENT EXECUTE FUNCTION rounds_history_stays();
"""

REMOVE = """
DROP TRIGGER rounds_history_stays ON rounds_roundevent;
DROP FUNCTION rounds_history_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("rounds", "0001_initial")]

    operations = [migrations.RunSQL(INSTALL, REMOVE)]
