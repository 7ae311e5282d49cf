from django.db import migrations

INSTALL = """
DROP TRIGGER rounds_history_stays ON rounds_roundevent;
CREATE TRIGGER rounds_history_stays BEFORE DELETE OR TRUNCATE ON rounds_roundevent
  FOR EACH STATEMENT EXECUTE FUNCTION rounds_history_stays();
CREATE TRIGGER rounds_history_only_loses_words BEFORE UPDATE ON rounds_roundevent
  FOR EACH ROW
  WHEN (to_jsonb(OLD) - 'detail' IS DISTINCT FROM to_jsonb(NEW) - 'detail'
        OR NEW.detail NOT IN (OLD.detail, ''))
  EXECUTE FUNCTION rounds_history_stays();
"""

REMOVE = """
DROP TRIGGER rounds_history_only_loses_words ON rounds_roundevent;
DROP TRIGGER rounds_history_stays ON rounds_roundevent;
CREATE TRIGGER rounds_history_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON rounds_roundevent
  FOR EACH STATEMENT EXECUTE FUNCTION rounds_history_stays();
"""


class Migration(migrations.Migration):
    """What was done stays; the words about it go with the shopper they may name."""

    dependencies = [("rounds", "0002_history_stays")]

    operations = [migrations.RunSQL(INSTALL, REMOVE)]
