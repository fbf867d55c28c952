"""Row-level security of the room: gauges and given-out warnings are for everybody to see, the rest for the unit."""

from django.db import migrations

from xaso.kernel.base.policies import ANYBODY, EVERYWHERE, also_sees, any_of, guard, person, under

PUBLIC = ("gauge", "gaugereading", "gaugethreshold", "capmessage", "shelter")
OWN = (
    "placerisk",
    "rainforecast",
    "warningrule",
    "warningproposal",
    "hazardwarning",
    "warningstep",
    "capkey",
    "capsource",
    "caparrival",
)
ABOUT_PEOPLE = ("frailperson", "safeanswer", "shelterstay")

# A drill stays a drill: whatever a program does, its messages can only be exercises, and a real warning's never are.
DRILL = """
CREATE FUNCTION alerts_drill_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.drill <> OLD.drill THEN RAISE integrity_constraint_violation USING MESSAGE = 'a drill stays a drill'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER alerts_drill_stays BEFORE UPDATE ON alerts_hazardwarning
  FOR EACH ROW EXECUTE FUNCTION alerts_drill_stays();
CREATE FUNCTION alerts_message_of_drill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.status = 'Exercise') IS DISTINCT FROM (SELECT drill FROM alerts_hazardwarning WHERE id = NEW.warning_id) THEN
    RAISE integrity_constraint_violation USING MESSAGE = 'status of a message and drill of its warning differ';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER alerts_message_of_drill BEFORE INSERT OR UPDATE ON alerts_capmessage
  FOR EACH ROW EXECUTE FUNCTION alerts_message_of_drill();
"""
DRILL_BACK = """
DROP TRIGGER alerts_message_of_drill ON alerts_capmessage;
DROP FUNCTION alerts_message_of_drill();
DROP TRIGGER alerts_drill_stays ON alerts_hazardwarning;
DROP FUNCTION alerts_drill_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial"), ("base", "0003_reach")]
    operations = [
        *(guard(f"alerts_{name}", any_of(EVERYWHERE, under("unit_path"))) for name in (*PUBLIC, *OWN)),
        *(also_sees(f"alerts_{name}", ANYBODY, name="public") for name in PUBLIC),
        also_sees(
            "alerts_hazardwarning",
            f"state IN ('live', 'ended', 'cancelled') AND {ANYBODY}",
            name="public",
        ),
        *(
            guard(
                f"alerts_{name}",
                any_of(EVERYWHERE, under("unit_path"), person("person_id")),
                adds=any_of(EVERYWHERE, under("unit_path")),
            )
            for name in ABOUT_PEOPLE
        ),
        migrations.RunSQL(DRILL, DRILL_BACK),
    ]
