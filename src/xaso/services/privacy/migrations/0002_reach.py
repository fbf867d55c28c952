"""Row-level security of the room: a person's requests, archives and erasures; a unit's breaches."""

from django.db import migrations

from xaso.kernel.base.policies import EVERYWHERE, any_of, guard, parent, person, under


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial"), ("cases", "0003_reach_of_people"), ("base", "0003_reach")]
    operations = [
        guard("privacy_rightsrequest", any_of(EVERYWHERE, person("person_id"), parent("case_id", "cases_case"))),
        guard("privacy_dataexport", any_of(EVERYWHERE, person("person_id"))),
        guard(
            "privacy_erasure",
            any_of(EVERYWHERE, person("person_id"), parent("request_id", "privacy_rightsrequest")),
        ),
        guard("privacy_breach", under("unit_path")),
    ]
