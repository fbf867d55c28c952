"""Who handles a person's case may correct and lock that person's record."""

from django.db import migrations

from xaso.kernel.base.policies import also_changes

BY_CASE = "EXISTS (SELECT 1 FROM cases_case c WHERE c.subject_id = people_person.id OFFSET 0)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_reach_of_people")]
    operations = [also_changes("people_person", BY_CASE, name="reach_by_case")]
