"""Hashes are kept in an index only where the event has a name of its own.

An event without a name is called by its hash, and the index of names finds it. Two indexes of a hundred random bytes
an event made a capture into a large table a third dearer.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("trace", "0012_recall_wrong")]
    operations = [
        migrations.RemoveIndex(model_name="traceevent", name="traceevent_hash"),
        migrations.RunSQL(
            "CREATE INDEX traceevent_named_hash ON trace_traceevent (event_hash)"
            " WHERE event_id <> 'ni:///sha-256;' || event_hash || '?ver=CBV2.0'",
            "DROP INDEX traceevent_named_hash",
        ),
    ]
