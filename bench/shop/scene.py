"""The database of the measurement and who is in it: units, catalogue, officers, a machine client, dossiers."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from bench import common

NAME = "xaso_bench"


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def prepare(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """The scene (people, sessions, units); loads the rows when they are not there yet."""
    from django.core.management import call_command
    from django.db import connection

    say("Tables …")
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('yardstick_line')")
        if cursor.fetchone()[0] is None:
            from bench.yardstick.models import Line

            with connection.schema_editor() as editor:
                editor.create_model(Line)
        cursor.execute("SELECT count(*) FROM onestop_dossier")
        held = cursor.fetchone()[0]
    if held and (options.fresh or held < options.rows):
        _empty()
        held = 0
    scene = make_scene()
    loaded: dict[str, Any] = {"kept": held} if held else _load(scene, options.rows)
    if held and (common.RESULTS / "onestop-load.json").exists():
        loaded["first"] = json.loads((common.RESULTS / "onestop-load.json").read_text())["load"]
    scene["sessions"] = {name: open_session(account) for name, account in scene["accounts"].items()}
    return scene, loaded


def _empty() -> None:
    from django.db import connection

    from bench.shop.loading import table_names

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(table_names())} CASCADE")


def make_scene() -> dict[str, Any]:
    """Catalogue, electronic procedures, officers of one large commune and its province, a machine client."""
    from xaso.kernel.people.machines import register_client, rotate_secret
    from xaso.kernel.people.models import Account, MachineClient, RoleGrant
    from xaso.kernel.people.testing import officer_account
    from xaso.kernel.people.viewer import Viewer
    from xaso.kernel.units.models import Unit
    from xaso.kernel.units.testing import ensure_units
    from xaso.services.onestop.actions.catalogue import import_catalogue
    from xaso.services.onestop.actions.setups import load_shipped
    from xaso.services.onestop.models import Procedure

    system = Viewer.system()
    ensure_units()
    if Procedure.objects.count() < 2000:
        say("Catalogue of procedures …")
        import_catalogue(system, end_missing=False)
    load_shipped(system)
    paths = list(
        Unit.objects.on().filter(level=Unit.Level.COMMUNE).order_by("path").values_list("path", flat=True)
    )
    large = paths[50 :: len(paths) // 10][:10]
    commune, province = large[0], large[0].split("/")[0] + "/"
    accounts = {}
    for name, role, path in (
        ("receptionist", "receptionist", commune),
        ("specialist", "specialist", commune),
        ("leader", "leader", commune),
        ("province", "province_viewer", province),
    ):
        username = f"bench-{name}"
        account = Account.objects.filter(username=username).first()
        if account is None or not RoleGrant.objects.filter(account=account, unit_path=path).exists():
            if account is not None:
                Account.objects.filter(pk=account.pk).update(username=f"{username}-{account.pk}")
            account = officer_account(role, path, username=username)
        accounts[name] = account
    scopes = ["onestop.file", "onestop.read"]
    client = MachineClient.objects.filter(client_id="bench").first()
    if client is None:
        client, secret = register_client(system, name="Bench", unit_path="", scopes=scopes, client_id="bench")
    else:
        secret = rotate_secret(system, client=client)
    return {"paths": paths, "large": large, "commune": commune, "province": province, "accounts": accounts,
            "secret": secret}  # fmt: skip


def open_session(account: Any) -> str:
    """Sign in as the product does; answers the key of the session."""
    from django.conf import settings
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(account)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _load(scene: dict[str, Any], rows: int) -> dict[str, Any]:
    from bench.shop.loading import Ground, first_second, load
    from xaso.services.onestop.numbering import unit_code_of

    say(f"{rows:,} dossiers by COPY …")
    begun = time.monotonic()
    places = [(path, unit_code_of(path)) for path in scene["paths"]]
    large = [place for place in places if place[0] in scene["large"]]
    ground = Ground(
        rows=rows,
        places=places,
        large=large,
        kinds=kinds_of_dossiers(),
        specialist=(str(scene["accounts"]["specialist"].pk), scene["commune"]),
        begun=first_second(),
    )
    try:
        took = load(ground, 2)
    except BaseException:
        common.drop_database(NAME)  # its indexes are gone: better none than half of one
        raise
    took["all"] = round(time.monotonic() - begun, 1)
    say("  " + ", ".join(f"{name} {seconds} s" for name, seconds in took.items()))
    return took


def kinds_of_dossiers() -> list[Any]:
    from django.db import transaction

    from bench.shop.loading import Kind
    from xaso.kernel.cases import plans
    from xaso.kernel.plain.moment import today
    from xaso.services.onestop import eforms, setups_in_force
    from xaso.services.onestop.actions.filing import planned_steps
    from xaso.services.onestop.models import Setup

    kinds = []
    given = eforms.Given(today=today(), facts={"channel": "online", "identity_proven": True})
    with transaction.atomic():
        for setup in Setup.objects.filter(state=Setup.State.PUBLISHED).select_related("procedure"):
            body = setups_in_force.body_of(setup)
            digest = plans.keep(planned_steps(body, body.sample_answers, given))
            version = setups_in_force.version_id_on(setup.procedure_id, today())
            kinds.append(
                Kind(
                    str(setup.pk), str(setup.procedure_id), str(version or "\\N"), digest or "\\N", body.title
                )
            )
    return kinds
