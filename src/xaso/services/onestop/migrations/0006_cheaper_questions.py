"""Questions of the second wall that each submission asks, put so that they cost little."""

from django.db import migrations

from xaso.kernel.base.policies import belongs_in_two_looks


class Migration(migrations.Migration):
    dependencies = [("onestop", "0005_reach_of_people"), ("cases", "0005_cheaper_questions")]
    operations = [
        belongs_in_two_looks("onestop_dossierpaper", "dossier_id", "onestop_dossier"),
        belongs_in_two_looks("onestop_payment", "dossier_id", "onestop_dossier"),
    ]
