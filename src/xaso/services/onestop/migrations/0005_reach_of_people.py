"""Whoever sees a dossier sees its people, its papers and who looked at it; drafts and addresses of their owners."""

from django.db import migrations

from xaso.kernel.base.policies import EVERYWHERE, account, also_sees, any_of, guard, parent, under

APPLIES = "EXISTS (SELECT 1 FROM onestop_dossier d WHERE d.applicant_id = people_person.id OFFSET 0)"
SUBMITS = "EXISTS (SELECT 1 FROM onestop_dossier d WHERE d.submitter_id = people_person.id OFFSET 0)"

RESULT = "EXISTS (SELECT 1 FROM onestop_result r WHERE r.document_id = documents_document.id OFFSET 0)"


class Migration(migrations.Migration):
    dependencies = [("onestop", "0004_lean_indexes"), ("cases", "0003_reach_of_people")]
    operations = [
        also_sees("people_person", any_of(APPLIES, SUBMITS), name="reach_by_dossier"),
        also_sees("people_personview", parent("record_id", "onestop_dossier"), name="reach_by_dossier"),
        also_sees(
            "documents_document", any_of(parent("record_id", "onestop_dossier"), RESULT), name="reach_by_dossier"
        ),
        guard("onestop_draft", any_of(EVERYWHERE, account("account_id"))),
        guard("onestop_webhook", any_of(under("unit_path"), account("client_id"))),
        guard("onestop_portalsync", any_of(EVERYWHERE, parent("dossier_id", "onestop_dossier"))),
    ]
