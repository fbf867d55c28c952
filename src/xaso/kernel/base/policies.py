"""Row-level security in words: who sees a row, put together by migrations. The table is docs/build/rls.md.

Every policy is default deny: without a reach told to the connection nothing is seen and nothing written. The
conditions are written so that PostgreSQL asks for the reach once per statement (a scalar subquery), and a parent
row by its key, once per row (``OFFSET 0`` keeps it from reading the whole parent table first).
"""

from __future__ import annotations

from django.db import migrations

EVERYWHERE = "'' = ANY ((SELECT xaso_paths())::text[])"
KNOWN = "(SELECT xaso_kind()) IN ('system', 'officer', 'machine', 'citizen')"
STAFF = "(SELECT xaso_kind()) IN ('system', 'officer', 'machine')"
ANYBODY = "(SELECT xaso_kind()) IS NOT NULL"


def under(*columns: str) -> str:
    """The row's unit (any of these columns) lies where the viewer holds a right."""
    return any_of(*(f"{column} ^@ ANY ((SELECT xaso_paths())::text[])" for column in columns))


def person(*columns: str) -> str:
    """The row is about the viewer."""
    return any_of(*(f"{column} = (SELECT xaso_person())" for column in columns))


def account(*columns: str) -> str:
    """The row belongs to the viewer's account."""
    return any_of(*(f"{column} = (SELECT xaso_account())" for column in columns))


def parent(column: str, table: str, key: str = "id") -> str:
    """The row above can be seen; the policy of that table decides."""
    return f"({column} IS NOT NULL AND EXISTS (SELECT 1 FROM {table} up WHERE up.{key} = {column} OFFSET 0))"


def any_of(*conditions: str) -> str:
    """One of the conditions, the cheap ones first."""
    return conditions[0] if len(conditions) == 1 else "(" + " OR ".join(conditions) + ")"


def guard(table: str, sees: str, *, adds: str = "", name: str = "reach") -> migrations.RunSQL:
    """Rows of ``table`` are seen, changed and removed within ``sees``; added within ``adds`` (as ``sees``).

    A second policy of another ``name`` on the same table widens it: policies are joined by OR.
    """
    on = f"CREATE POLICY {name}{{}} ON {table} FOR"
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"{on.format('_select')} SELECT USING ({sees})",
        f"{on.format('_update')} UPDATE USING ({sees}) WITH CHECK ({sees})",
        f"{on.format('_delete')} DELETE USING ({sees})",
        f"{on.format('_insert')} INSERT WITH CHECK ({adds or sees})",
    ]
    back = [f"DROP POLICY {name}_{verb} ON {table}" for verb in ("select", "update", "delete", "insert")]
    if name == "reach":
        back += [
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]
    return migrations.RunSQL(";\n".join(statements), ";\n".join(back))


def also_sees(table: str, sees: str, *, name: str) -> migrations.RunSQL:
    """A further reason to see rows of a table, added by a room above it; nothing more may be written by it."""
    return migrations.RunSQL(
        f"CREATE POLICY {name} ON {table} FOR SELECT USING ({sees})", f"DROP POLICY {name} ON {table}"
    )


def also_changes(table: str, sees: str, *, name: str) -> migrations.RunSQL:
    """Whoever sees a row for this reason may also change it (and lock it); the right is the first wall's to check."""
    return migrations.RunSQL(
        f"CREATE POLICY {name}_update ON {table} FOR UPDATE USING ({sees}) WITH CHECK ({sees})",
        f"DROP POLICY {name}_update ON {table}",
    )


def belongs(table: str, column: str, above: str) -> migrations.RunSQL:
    """A row may be added only below a row that the viewer sees.

    Asked after the statement, by a trigger: several rows are inserted by one statement (``insert_all``), and a
    policy would not see the parent among them.
    """
    name = f"{table}_belongs"
    sql = f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {EVERYWHERE} OR NEW.{column} IS NULL OR EXISTS (SELECT 1 FROM {above} up WHERE up.id = NEW.{column}) THEN
    RETURN NULL;
  END IF;
  RAISE insufficient_privilege USING MESSAGE = 'row of {table} below a row of {above} that cannot be seen';
END $$;
CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""
    return migrations.RunSQL(sql, f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()")


def belongs_in_two_looks(table: str, column: str, above: str) -> migrations.RunSQL:
    """As ``belongs``, whose function it replaces: who reaches everywhere is let through without a query.

    One condition with a sub-select in it is run as a statement for each row; submissions add several such rows.
    """
    name = f"{table}_belongs"
    head = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
    seen = f"EXISTS (SELECT 1 FROM {above} up WHERE up.id = NEW.{column})"
    tail = (
        "\n  RAISE insufficient_privilege USING MESSAGE ="
        f" 'row of {table} below a row of {above} that cannot be seen';\nEND $$;"
    )
    out = "THEN RETURN NULL; END IF;"
    looks = f"  IF '' = ANY (xaso_paths()) OR NEW.{column} IS NULL {out}\n  IF {seen} {out}"
    at_once = f"  IF {EVERYWHERE} OR NEW.{column} IS NULL OR {seen} {out}"
    return migrations.RunSQL(head + looks + tail, head + at_once + tail)


FUNCTIONS = """
CREATE FUNCTION xaso_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('xaso.kind', true), '') $$;
CREATE FUNCTION xaso_paths() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('xaso.paths', true), '')::text[] $$;
CREATE FUNCTION xaso_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('xaso.person', true), '')::uuid $$;
CREATE FUNCTION xaso_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('xaso.account', true), '')::uuid $$;
"""
FUNCTIONS_BACK = "".join(f"DROP FUNCTION xaso_{one}();" for one in ("kind", "paths", "person", "account"))


def grant_to_app(role: str) -> str:
    """What the role of server and worker may do: rows, never tables; the log is only added to."""
    return f"""
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') AND current_user <> '{role}' THEN
    GRANT USAGE ON SCHEMA public TO {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role};
    REVOKE UPDATE, DELETE, TRUNCATE ON events_event FROM {role};
    REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON django_migrations FROM {role};
  END IF;
END $$;
"""
