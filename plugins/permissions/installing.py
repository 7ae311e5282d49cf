"""Brings the rules of tables.py into the database, takes them out, and compares.

Everything is dropped and made again in one transaction, so that the same call repairs whatever
was changed, and a reader sees the old rules or the new ones. A digest of them is kept in a comment
on the schema's marker function: a request refuses to run on rules of another version.
"""

import hashlib
from typing import Any

from django.db import connection, transaction

from .errors import RoleMissing, TablesUnclassed
from .predicates import LINE_SHOP, SEES, SEES_NAME, SELLER, SHOP, SHOP_KEY, marked
from .tables import TABLES, Hidden, Own, Shared

ROLE = "alencon_merchant"
GUARD = "alencon_guard"
REFUSE = "alencon_refuse"
STAMP = "alencon_stamp"
LIST = "alencon_stamp_listing"
KEEP = "alencon_keep_shop"
MORE_TRIGGERS = {"product_product": 2, "order_orderline": 1}
POLICY = "alencon_merchant"
MARKER = "alencon_scope_rules"
ON = "coalesce(current_setting('alencon.shop', true), '') <> ''"
INDEXES = {
    "alencon_product_shop": f"product_product ((private_metadata ->> '{SHOP_KEY}'))",
    "alencon_line_shop": f"order_orderline ({LINE_SHOP}, order_id)",
}


def scope_statements() -> list[str]:
    """Return every statement that installs the rules, for ``ROLE`` being there."""
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {ROLE}",
        f"ALTER TABLE order_orderline ADD COLUMN IF NOT EXISTS {LINE_SHOP} text",
        "DROP INDEX IF EXISTS alencon_order_line_shop",  # of earlier versions
        *function_statements(),
    ]
    for name, table in TABLES.items():
        statements += table_statements(name, table)
    for name, place in INDEXES.items():
        statements.append(f"CREATE INDEX IF NOT EXISTS {name} ON {place}")
    return statements


def rules_digest() -> str:
    """Return what tells these rules from those of another version."""
    return hashlib.sha256("\n".join(scope_statements()).encode()).hexdigest()[:16]


def table_statements(name: str, table: Any) -> list[str]:
    """Return the grants, policies and triggers of one table."""
    if isinstance(table, Shared):
        statements = [f"GRANT SELECT ON {name} TO {ROLE}"]
    elif isinstance(table, Hidden):
        statements = [
            f"GRANT SELECT ON {name} TO {ROLE}",
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        ]
    else:
        statements = own_statements(name, table)
    if isinstance(table, Shared | Hidden) and not table.written:
        statements.append(
            f"CREATE TRIGGER {REFUSE} BEFORE INSERT OR UPDATE OR DELETE ON {name}"
            f" FOR EACH ROW WHEN ({ON}) EXECUTE FUNCTION {REFUSE}()"
        )
    return statements


def own_statements(name: str, table: Own) -> list[str]:
    """Return what keeps a merchant to its own rows of one table, whoever runs the statement."""
    read = table.read.replace("{row}", name)
    guard = table.guard.replace("{row}", "r")
    function = f"alencon_own_{name}"
    statements = [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"GRANT SELECT ON {name} TO {ROLE}",
        f"CREATE POLICY {POLICY} ON {name} FOR SELECT TO {ROLE} USING ({read})",
        f"CREATE FUNCTION {function}(r {name}) RETURNS boolean LANGUAGE sql STABLE"
        f" SET search_path = public AS $$ SELECT coalesce(({guard}), false) $$",
    ]
    for event, row, returned in (
        ("INSERT", "NEW", "NEW"),
        ("UPDATE", "OLD", "NEW"),
        ("DELETE", "OLD", "OLD"),
    ):
        check = f"{function}({row})"
        if event == "UPDATE":
            check += f" AND {function}(NEW)"
        trigger = f"{GUARD}_{event.lower()}"
        statements += [
            f"CREATE FUNCTION {trigger}_{name}() RETURNS trigger LANGUAGE plpgsql"
            f" SET search_path = public AS $$ BEGIN IF NOT ({check}) THEN"
            f" RAISE EXCEPTION 'alencon: not a row of this shop' USING ERRCODE = '42501';"
            f" END IF; RETURN {returned}; END $$",
            # The name decides the order: after the stamp.
            f"CREATE TRIGGER {trigger} BEFORE {event} ON {name} FOR EACH ROW WHEN ({ON})"
            f" EXECUTE FUNCTION {trigger}_{name}()",
        ]
    return statements


def function_statements() -> list[str]:
    """Return the functions that refuse, that give a row its shop, and that say what is seen."""
    return [
        f"CREATE FUNCTION {REFUSE}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
        f" 'alencon: not for merchants' USING ERRCODE = '42501'; END $$",
        f"CREATE FUNCTION {STAMP}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" NEW.private_metadata := jsonb_set(coalesce(NEW.private_metadata, '{{}}'),"
        f" '{{{SHOP_KEY}}}', to_jsonb({SHOP})); RETURN NEW; END $$",
        # A merchant's product is its shop's, whatever the command says or leaves out.
        f"CREATE TRIGGER alencon_a_{STAMP} BEFORE INSERT OR UPDATE ON product_product"
        f" FOR EACH ROW WHEN ({ON}) EXECUTE FUNCTION {STAMP}()",
        # It is on the shop's page and names its shop, as an imported one.
        f"CREATE FUNCTION {LIST}() RETURNS trigger LANGUAGE plpgsql SET search_path = public"
        f" AS $$ BEGIN INSERT INTO product_collectionproduct (collection_id, product_id)"
        f" SELECT c.id, NEW.id FROM product_collection c WHERE {marked('c')};"
        " INSERT INTO attribute_assignedproductattributevalue (value_id, product_id)"
        " SELECT v.id, NEW.id FROM attribute_attributevalue v JOIN attribute_attributeproduct a"
        " ON a.attribute_id = v.attribute_id AND a.product_type_id = NEW.product_type_id"
        f" WHERE v.external_reference = '{SELLER}/' || {SHOP}; RETURN NULL; END $$",
        f"CREATE TRIGGER {LIST} AFTER INSERT ON product_product"
        f" FOR EACH ROW WHEN ({ON}) EXECUTE FUNCTION {LIST}()",
        # An order line carries its shop, in a column that Saleor does not know of: found by an
        # index, and kept when its variant is removed.
        f"CREATE FUNCTION {KEEP}() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$"
        f" {KEEP_BODY} $$",
        f"CREATE TRIGGER alencon_a_{KEEP} BEFORE INSERT OR UPDATE OF variant_id ON order_orderline"
        f" FOR EACH ROW EXECUTE FUNCTION {KEEP}()",
        *(
            f"CREATE FUNCTION {SEES_NAME}{name}(key {kind}) RETURNS boolean LANGUAGE plpgsql STABLE"
            f" PARALLEL SAFE SECURITY DEFINER SET search_path = public AS"
            f" $$ BEGIN RETURN {condition}; END $$"
            for name, (kind, condition) in SEES.items()
        ),
    ]


KEEP_BODY = f"""
DECLARE variant integer := NEW.variant_id;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF variant IS NULL OR variant IS NOT DISTINCT FROM OLD.variant_id THEN
      IF OLD.{LINE_SHOP} IS NOT NULL THEN RETURN NEW; END IF;
      variant := OLD.variant_id;
    END IF;
  END IF;
  SELECT p.private_metadata ->> '{SHOP_KEY}' INTO NEW.{LINE_SHOP} FROM product_productvariant v
    JOIN product_product p ON p.id = v.product_id WHERE v.id = variant;
  RETURN NEW;
END"""
# Lines from before the rules were there, or before their products had a shop; an earlier version
# marked those whose variant was removed.
FILL = f"""
UPDATE order_orderline l
   SET {LINE_SHOP} = coalesce(l.private_metadata ->> '{SHOP_KEY}',
         (SELECT p.private_metadata ->> '{SHOP_KEY}' FROM product_productvariant v
            JOIN product_product p ON p.id = v.product_id WHERE v.id = l.variant_id))
 WHERE {LINE_SHOP} IS NULL"""
REMOVE = f"""
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT policyname, tablename FROM pg_policies
             WHERE schemaname = 'public' AND policyname = '{POLICY}' LOOP
    EXECUTE format('DROP POLICY %I ON public.%I', one.policyname, one.tablename);
  END LOOP;
  FOR one IN SELECT oid::regprocedure AS name FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace
               AND proname ~ '^alencon_(own|guard|refuse|stamp|keep_shop|scope|sees)' LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', one.name);
  END LOOP;
  FOR one IN SELECT relname FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity LOOP
    EXECUTE format('ALTER TABLE public.%I DISABLE ROW LEVEL SECURITY', one.relname);
  END LOOP;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE};
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {ROLE};
    REVOKE ALL ON SCHEMA public FROM {ROLE};
  END IF;
END
$$"""


def scope_install() -> str:
    """Make the database as tables.py says, whatever it was before; return the rules' digest.

    :raises TablesUnclassed: Saleor has a table without class; nothing is changed.
    :raises RoleMissing: the role is not there and this login may not make it.
    """
    scope_check_tables()
    with transaction.atomic(), connection.cursor() as cursor:
        ensure_role(cursor)
        cursor.execute(REMOVE)
        for statement in scope_statements():
            cursor.execute(statement)
        cursor.execute(FILL)
        digest = rules_digest()
        cursor.execute(
            f"CREATE FUNCTION {MARKER}() RETURNS text LANGUAGE sql IMMUTABLE"
            f" AS $$ SELECT '{digest}' $$"
        )
    return digest


def scope_remove() -> None:
    """Take every rule out of the database; merchants can do nothing from then on.

    The role stays, without any right: other databases of the server may use it. The order lines'
    column stays: of a line whose variant is gone nothing else says the shop.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REMOVE)
        for name in INDEXES:
            cursor.execute(f"DROP INDEX IF EXISTS {name}")


def ensure_role(cursor: Any) -> None:
    """See that the role is there and that this login may become it.

    :raises RoleMissing: it is not, and only a superuser can cure that.
    """
    cursor.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
    may_create = cursor.fetchone()[0]
    cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [ROLE])
    found = cursor.fetchone()
    if found is None and may_create:
        cursor.execute(f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER")
        cursor.execute(f"GRANT {ROLE} TO current_user")
        return
    if found is None:
        raise RoleMissing(
            f"The role {ROLE} is missing. As a superuser of PostgreSQL: CREATE ROLE {ROLE} NOLOGIN;"
            f" GRANT {ROLE} TO <Saleor's role>;"
        )
    if found[0]:
        raise RoleMissing(f"The role {ROLE} passes by row security: ALTER ROLE it to NOSUPERUSER.")
    cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [ROLE])
    if not cursor.fetchone()[0]:
        raise RoleMissing(f"As a superuser of PostgreSQL: GRANT {ROLE} TO <Saleor's role>;")


def scope_check_tables() -> None:
    """Compare tables.py with the tables that are there.

    :raises TablesUnclassed: naming each table that is in no class, or that is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p', 'v', 'm', 'f')"
        )
        present = {name for (name,) in cursor.fetchall()}
    new, gone = sorted(present - TABLES.keys()), sorted(TABLES.keys() - present)
    if new:
        raise TablesUnclassed(
            f"In no class: {', '.join(new)}. Give each its class in"
            " plugins/permissions/tables.py, then run `alencon_scope install`."
        )
    if gone:
        raise TablesUnclassed(
            f"In tables.py, and not in Saleor: {', '.join(gone)}. Take them out of it."
        )


def scope_check() -> list[str]:
    """Return what is wrong with the rules in the database; nothing when all is well."""
    try:
        scope_check_tables()
    except TablesUnclassed as error:
        return [str(error)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc(%s) IS NOT NULL", [f"public.{MARKER}"])
        if not cursor.fetchone()[0]:
            return ["The rules are not installed: run `alencon_scope install`."]
        cursor.execute(f"SELECT {MARKER}()")
        wrong = []
        if cursor.fetchone()[0] != rules_digest():
            wrong.append("The rules are of another version: run `alencon_scope install`.")
        return wrong + differences(cursor)


def differences(cursor: Any) -> list[str]:
    """Return the tables whose protection is not what was installed."""
    cursor.execute(
        """
        SELECT c.relname, c.relrowsecurity,
               (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid),
               (SELECT count(*) FROM pg_trigger
                 WHERE tgrelid = c.oid AND tgname LIKE 'alencon\\_%%' AND tgenabled = 'O'),
               has_table_privilege(%s, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
          FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        """,
        [ROLE],
    )
    wrong = []
    for name, secured, policies, triggers, writable in cursor.fetchall():
        if (secured, policies, triggers, writable) != expected_protection(name):
            wrong.append(f"{name} is not protected as installed: run `alencon_scope install`.")
    return wrong


def expected_protection(name: str) -> tuple[bool, int, int, bool]:
    """Return row security, policies, triggers and direct writing of one table, as installed."""
    table = TABLES[name]
    if isinstance(table, Own):
        return True, 1, 3 + MORE_TRIGGERS.get(name, 0), False
    triggers = 0 if table.written else 1
    return isinstance(table, Hidden), 0, triggers, False
