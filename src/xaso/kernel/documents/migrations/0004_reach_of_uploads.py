"""The second wall before what arrives: pieces of uploads, and files that are held back."""

from django.db import migrations

from xaso.kernel.base.policies import ANYBODY, EVERYWHERE, account, any_of, guard, under


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_held_files_and_scans"), ("base", "0003_reach")]

    operations = [
        guard("documents_upload", EVERYWHERE),
        guard("documents_uploadpiece", EVERYWHERE),
        # Whoever sends a virus, known or not, adds a row that only the unit's officers see.
        guard("documents_heldfile", any_of(under("unit_path"), account("account_id")), adds=ANYBODY),
    ]
