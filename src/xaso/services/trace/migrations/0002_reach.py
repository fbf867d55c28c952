"""Row-level security: rows of an enterprise are seen by who sits in it and by officers of its unit.

Enterprises, things and the edges between events and things stand open: the first is a public register, the others
hold numbers and addresses of goods; the bodies of events do not.
"""

from django.db import migrations

from xaso.kernel.base.policies import EVERYWHERE, account, any_of, guard, parent, person, under
from xaso.services.trace.reach import BELOW, ENTERPRISES, MINE, NO_ENTERPRISES

OWN = any_of(EVERYWHERE, MINE, BELOW)


class Migration(migrations.Migration):
    dependencies = [("trace", "0001_initial"), ("people", "0004_machine_client_ends"), ("base", "0003_reach")]
    operations = [
        guard("trace_seat", any_of(under("unit_path"), person("person_id"))),
        migrations.RunSQL(ENTERPRISES, NO_ENTERPRISES),
        guard("trace_group", OWN),
        guard("trace_member", OWN),
        guard("trace_site", OWN),
        guard("trace_plant", any_of(EVERYWHERE, parent("site_id", "trace_site"))),
        guard("trace_product", any_of(EVERYWHERE, MINE, BELOW)),
        guard("trace_tradeitem", any_of(EVERYWHERE, parent("product_id", "trace_product"))),
        guard("trace_lot", any_of(under("unit_path"), MINE)),
        guard("trace_capturejob", any_of(under("unit_path"), account("account_id"), MINE)),
        guard("trace_traceevent", any_of(under("unit_path"), MINE)),
    ]
