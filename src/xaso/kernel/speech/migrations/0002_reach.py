"""Row-level security: words, conventions and renderings of a unit; pieces at a vendor's below their rendering."""

from django.db import migrations

from xaso.kernel.base.policies import guard, parent, under


class Migration(migrations.Migration):
    dependencies = [("speech", "0001_initial"), ("base", "0003_reach")]
    operations = [
        guard("speech_word", under("unit_path")),
        guard("speech_manner", under("unit_path")),
        guard("speech_rendering", under("unit_path")),
        guard("speech_vendorpart", parent("rendering_id", "speech_rendering")),
    ]
