"""Row-level security of cases: units that have to do with a case see it, and the person whose it is."""

import django.db.models.deletion
from django.db import migrations, models

from xaso.kernel.base.policies import (
    EVERYWHERE,
    KNOWN,
    account,
    any_of,
    belongs,
    guard,
    parent,
    person,
    under,
)

INVOLVED = """
CREATE FUNCTION cases_note_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO cases_caseunit (case_id, unit_path) VALUES (NEW.case_id, NEW.unit_path) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE FUNCTION cases_note_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO cases_caseunit (case_id, unit_path) VALUES (NEW.case_id, NEW.asked_path) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE FUNCTION cases_note_holder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO cases_caseunit (case_id, unit_path) VALUES (OLD.id, OLD.holder_path) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
-- The first step lies where the case lies, which the case's own row says: nothing to write when a case is opened.
CREATE TRIGGER cases_note_unit AFTER INSERT ON cases_casestep
  FOR EACH ROW WHEN (NEW.number > 1) EXECUTE FUNCTION cases_note_unit();
CREATE TRIGGER cases_note_unit_moved AFTER UPDATE OF unit_path ON cases_casestep
  FOR EACH ROW WHEN (NEW.unit_path <> OLD.unit_path) EXECUTE FUNCTION cases_note_unit();
CREATE TRIGGER cases_note_asked AFTER INSERT ON cases_opinion
  FOR EACH ROW EXECUTE FUNCTION cases_note_asked();
CREATE TRIGGER cases_note_holder AFTER UPDATE OF holder_path ON cases_case
  FOR EACH ROW WHEN (NEW.holder_path <> OLD.holder_path) EXECUTE FUNCTION cases_note_holder();
INSERT INTO cases_caseunit (case_id, unit_path)
  SELECT case_id, unit_path FROM cases_casestep UNION SELECT case_id, asked_path FROM cases_opinion
  ON CONFLICT DO NOTHING;
"""
INVOLVED_BACK = """
DROP TRIGGER cases_note_unit ON cases_casestep; DROP TRIGGER cases_note_unit_moved ON cases_casestep;
DROP TRIGGER cases_note_asked ON cases_opinion; DROP TRIGGER cases_note_holder ON cases_case;
DROP FUNCTION cases_note_unit(); DROP FUNCTION cases_note_asked(); DROP FUNCTION cases_note_holder();
"""

OWN = any_of(under("unit_path", "received_path", "holder_path"), account("holder_id"), person("subject_id"))
TOOK_PART = f"EXISTS (SELECT 1 FROM cases_caseunit u WHERE u.case_id = cases_case.id AND {under('u.unit_path')} OFFSET 0)"
CASE = parent("case_id", "cases_case")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("base", "0003_reach"), ("people", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="CaseUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit_path", models.CharField(max_length=120, verbose_name="đơn vị")),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "đơn vị từng tham gia hồ sơ",
                "constraints": [models.UniqueConstraint(fields=("case", "unit_path"), name="case_unit_once")],
            },
        ),
        migrations.RunSQL(INVOLVED, INVOLVED_BACK),
        guard("cases_case", any_of(OWN, TOOK_PART), adds=OWN),
        guard(
            "cases_casestep", any_of(under("unit_path", "given_path"), account("holder_id"), CASE), adds=KNOWN
        ),
        guard("cases_opinion", any_of(under("asked_path", "asking_path"), CASE), adds=KNOWN),
        guard("cases_pause", any_of(EVERYWHERE, CASE), adds=KNOWN),
        guard("cases_extension", any_of(EVERYWHERE, CASE), adds=KNOWN),
        *(
            belongs(f"cases_{one}", "case_id", "cases_case")
            for one in ("casestep", "opinion", "pause", "extension")
        ),
    ]
