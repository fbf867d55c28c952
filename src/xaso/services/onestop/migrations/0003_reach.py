"""Row-level security of dossiers: the competent and the receiving unit, applicant and submitter, who holds the case."""

from django.db import migrations

from xaso.kernel.base.policies import (
    EVERYWHERE,
    KNOWN,
    any_of,
    belongs,
    guard,
    parent,
    person,
    under,
)

OWN = any_of(under("unit_path", "received_path"), person("applicant_id", "submitter_id"))
DOSSIER = any_of(EVERYWHERE, parent("dossier_id", "onestop_dossier"))
BELOW = ("dossierpaper", "supplement", "payment", "result", "return", "rating")


class Migration(migrations.Migration):
    dependencies = [("onestop", "0002_inboundtrouble_portalsync"), ("cases", "0002_reach")]
    operations = [
        guard("onestop_dossier", any_of(OWN, parent("case_id", "cases_case")), adds=OWN),
        *(guard(f"onestop_{one}", DOSSIER, adds=KNOWN) for one in BELOW),
        *(belongs(f"onestop_{one}", "dossier_id", "onestop_dossier") for one in BELOW),
    ]
