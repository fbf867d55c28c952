"""An index that is nearly empty: the hashes of events that were declared wrong."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("trace", "0011_ocop_office")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX traceevent_wrong ON trace_traceevent (event_hash) WHERE error_declared_at IS NOT NULL",
            "DROP INDEX traceevent_wrong",
        ),
    ]
