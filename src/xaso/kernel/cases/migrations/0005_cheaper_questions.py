"""Questions of the second wall that each submission asks, put so that they cost little."""

from django.db import migrations

from xaso.kernel.base.policies import belongs_in_two_looks

# Planning the question anew costs five times what answering it does: its policies reach over many tables.
PLAN_ONCE = "ALTER FUNCTION people_holder(text[], text) SET plan_cache_mode = force_generic_plan"
PLAN_EACH = "ALTER FUNCTION people_holder(text[], text) RESET plan_cache_mode"


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_people_are_corrected")]
    operations = [
        migrations.RunSQL(PLAN_ONCE, PLAN_EACH),
        belongs_in_two_looks("cases_casestep", "case_id", "cases_case"),
        belongs_in_two_looks("cases_pause", "case_id", "cases_case"),
    ]
