"""What policies ask: who is looking, and how far they reach."""

from django.db import migrations

from xaso.kernel.base.policies import FUNCTIONS, FUNCTIONS_BACK


class Migration(migrations.Migration):
    dependencies = [("base", "0002_key_change")]
    operations = [migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK)]
