-- Roles and schema of the Office service, in the database this is run on, as a superuser.
-- Idempotent. Passwords are set elsewhere (docker-compose.yml, or trust on a private socket).
--
--   alencon_owner    owns the schema: migrations run as this role, nothing else does
--   alencon          the Office service: it does not own the ledger's tables, so it cannot
--                    drop or disable the triggers that guard them
--   alencon_capture  Saleor's capture plugin: may put documents into the inbox, no more
--   alencon_merchant what a merchant's request to Saleor runs as: its own shop's rows, no more
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon_owner') THEN
    CREATE ROLE alencon_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    CREATE ROLE alencon LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon_capture') THEN
    CREATE ROLE alencon_capture LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon_merchant') THEN
    CREATE ROLE alencon_merchant NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'saleor') THEN
    GRANT alencon_merchant TO saleor;
  END IF;
  EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO alencon_owner, alencon, alencon_capture',
                 current_database());
END
$$;

CREATE SCHEMA IF NOT EXISTS alencon AUTHORIZATION alencon_owner;
GRANT USAGE ON SCHEMA alencon TO alencon, alencon_capture;
ALTER DEFAULT PRIVILEGES FOR ROLE alencon_owner IN SCHEMA alencon
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO alencon;
ALTER DEFAULT PRIVILEGES FOR ROLE alencon_owner IN SCHEMA alencon
  GRANT USAGE, SELECT ON SEQUENCES TO alencon;

-- The ledger seals a transaction by the server's own transaction id. A backup of another server
-- brings that server's ids, and this one may yet give them out: 0 is given to none.
DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_attribute
     WHERE attrelid = to_regclass('alencon.ledger_transaction') AND attname = 'created_xid'
  ) THEN
    SET LOCAL session_replication_role = replica;  -- past the trigger that refuses changes
    UPDATE alencon.ledger_transaction SET created_xid = '0'
     WHERE created_xid >= pg_current_xact_id();
  END IF;
END
$$;
