"""An index that is nearly empty: which containers were opened (or only looked at) at some time."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("trace", "0009_lots_cancelled")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX eventthing_opened ON trace_eventthing (thing_id, event_id)"
            " WHERE role = 'parent' AND flow = 0",
            "DROP INDEX eventthing_opened",
        ),
    ]
