"""Row-level security of people, their papers and messages: their units, themselves, and whoever has their case.

It stands here, where a case, a person, a paper and a message are known together.
"""

from django.db import migrations

from xaso.kernel.base.policies import (
    EVERYWHERE,
    KNOWN,
    account,
    also_sees,
    any_of,
    belongs,
    guard,
    parent,
    person,
    under,
)

# Whether a number is somebody's already is asked over all people, whoever asks: the answer is a key that opens
# nothing by itself. The reach is widened inside the function only.
HOLDER = """
CREATE FUNCTION people_holder(digests text[], of_kind text) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  before text := current_setting('xaso.paths', true);
  found uuid;
BEGIN
  PERFORM set_config('xaso.paths', '{""}', true);
  SELECT person_id INTO found FROM people_identifier
    WHERE value_hash = ANY(digests) AND kind = of_kind AND valid_to IS NULL ORDER BY id LIMIT 1;
  PERFORM set_config('xaso.paths', coalesce(before, ''), true);
  RETURN found;
END $$;
"""
BY_CASE = "EXISTS (SELECT 1 FROM cases_case c WHERE c.subject_id = people_person.id OFFSET 0)"
PERSON = parent("person_id", "people_person")
DOCUMENT = parent("document_id", "documents_document")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_reach"),
        ("people", "0003_consents_and_looks"),
        ("documents", "0001_initial"),
        ("messages", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(HOLDER, "DROP FUNCTION people_holder(text[], text)"),
        guard("people_person", any_of(under("unit_path"), person("id")), adds=KNOWN),
        also_sees("people_person", BY_CASE, name="reach_by_case"),
        guard("people_identifier", any_of(EVERYWHERE, person("person_id"), PERSON), adds=KNOWN),
        guard("people_consent", any_of(EVERYWHERE, person("person_id"), PERSON), adds=KNOWN),
        guard("people_personview", any_of(EVERYWHERE, person("person_id"), account("viewer_id")), adds=KNOWN),
        guard("documents_document", any_of(under("unit_path"), person("holder_id")), adds=KNOWN),
        guard("documents_documentversion", any_of(EVERYWHERE, DOCUMENT), adds=KNOWN),
        guard("documents_signature", any_of(EVERYWHERE, DOCUMENT), adds=KNOWN),
        guard(
            "messages_message",
            any_of(under("unit_path"), person("person_id"), account("account_id")),
            adds=KNOWN,
        ),
        guard(
            "messages_dispatch", any_of(EVERYWHERE, parent("message_id", "messages_message")), adds=KNOWN
        ),
        guard("messages_wishes", any_of(EVERYWHERE, person("person_id"))),
        belongs("documents_documentversion", "document_id", "documents_document"),
        belongs("documents_signature", "document_id", "documents_document"),
    ]
