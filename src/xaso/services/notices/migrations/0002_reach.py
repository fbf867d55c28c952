"""Row-level security of the room: notices by unit, and by whoever they were sent to; tasks by commune and hamlet."""

from django.db import migrations

from xaso.kernel.base.policies import ANYBODY, EVERYWHERE, STAFF, also_sees, any_of, guard, parent, under

CLIENT = "client_id = (SELECT xaso_account())"


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_initial"),
        ("messages", "0003_mass_sending"),
        ("base", "0003_reach"),
    ]
    operations = [
        guard("notices_notice", under("unit_path")),
        also_sees("notices_notice", f"is_public AND state = 'sent' AND {ANYBODY}", name="said_to_all"),
        also_sees(
            "notices_notice",
            parent("mailing_id", "messages_receiver", key="mailing_id"),
            name="sent_to_me",
        ),
        guard("notices_hamlettask", under("unit_path", "hamlet_path")),
        guard("notices_taskreport", under("unit_path", "hamlet_path")),
        guard("notices_apilimit", STAFF, adds=under("unit_path")),
        guard("notices_apijob", any_of(EVERYWHERE, CLIENT, under("unit_path"))),
        guard("notices_apimessage", any_of(EVERYWHERE, CLIENT, under("unit_path"))),
        guard("notices_apibudget", any_of(EVERYWHERE, CLIENT)),
        guard("notices_apicallback", any_of(EVERYWHERE, CLIENT)),
    ]
