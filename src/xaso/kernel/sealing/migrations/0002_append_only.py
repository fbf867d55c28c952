"""The log refuses change, like the events it covers."""

from django.db import migrations

TABLES = ("leaf", "node", "treehead", "logkey", "cosignature")
FORWARD = """
CREATE FUNCTION sealing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the tamper-evident log is append-only';
END $$;
""" + "".join(
    f"CREATE TRIGGER sealing_{table}_append_only BEFORE UPDATE OR DELETE ON sealing_{table}"
    " FOR EACH ROW EXECUTE FUNCTION sealing_refuse_change();\n"
    for table in TABLES
)
BACKWARD = "".join(f"DROP TRIGGER sealing_{table}_append_only ON sealing_{table};\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("sealing", "0001_initial"), ("events", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD + "DROP FUNCTION sealing_refuse_change();")]
