"""The second wall: whatever a query forgets, the database shows only what the viewer's reach allows.

Nothing here goes through ``queries.py``: tables are read whole, by the ORM and by plain SQL, as each kind of
viewer. What may come back is said by units, people and accounts, not by the product's own filters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from tests.house.walk import product_files, relative
from tests.house.widened import UNGUARDED, WIDENED
from tests.house.world import COMMUNE, ELSEWHERE, World, build
from xaso.kernel.base import reach
from xaso.kernel.base.bound import role_is_bound
from xaso.kernel.base.reach import watched, widened
from xaso.kernel.people.reaching import reach_of
from xaso.kernel.people.viewer import Viewer

pytestmark = pytest.mark.django_db

# Tables that hold something of somebody and stay without a policy, with the reason.
OPEN = {
    "people.Account": "found before anybody is known: signing in; citizens' accounts hold a name only",
    "people.SignIn": "tries to sign in, before anybody is known: digests only",
    "people.RoleGrant": "who may do what, read at each sign-in",
    "documents.File": "reached by a signed link only; the row names a file, the bytes lie in the store",
    "documents.SigningKey": "keys of officers and agencies, sealed under a PIN that is kept nowhere",
    "onestop.InboundTrouble": "its unit stands inside the sealed body; read through `troubles_seen` only",
    "events.Event": "ids and codes only, never personal data",
    "events.Delivery": "ids only",
    "events.Outbox": "ids only",
    "connectors.OutsideToken": "tokens of outside systems: the product's own, nobody's data",
    "connectors.IncomingPayment": "notices of the bank before anybody knows whose they are",
    "access.CodeApp": "the second factor of an account, asked while signing in, before anybody is known",
    "trace.Enterprise": "a public register: name, address and what the enterprise tells buyers",
    "trace.Thing": "addresses of goods, asked by whoever scans a label; nothing of a person",
    "trace.EventMarks": "digests only, by which queries find events; the events themselves have a policy",
    "trace.EndedToken": "digests of tokens that were given back; nothing of anybody",
    "trace.PublicPage": "pages that are open to all, as they are sent",
    "trace.PagePicture": "pictures on pages that are open to all",
    "trace.Recording": "recordings that are offered on pages open to all",
    "trace.Scan": "counts of codes; a device is a digest whose salt is gone after two days",
    "trace.ScanSalt": "salts of days; they say nothing and go",
    "trace.ScratchCheck": "when a label's code was first asked about",
    "trace.EventThing": "numbers only, what the graph of origin walks; the events themselves have a policy",
    "cases.CaseUnit": "an id and a path; what the policy of cases asks",
}


@pytest.fixture(scope="module")
def world(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("walls")
    with override_settings(XASO_FILES=str(folder), XASO_KEYS_DIR=str(folder / "keys"), XASO_S3_URL=""):
        with django_db_blocker.unblock(), transaction.atomic():
            yield build()
            transaction.set_rollback(True)


def guarded() -> list[str]:
    """The tables with policies, as the database itself says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def keys_seen(table: str) -> set[Any]:
    """Plain SQL, no filter at all."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table}")
        return {row[0] for row in cursor.fetchall()}


def theirs(world: World) -> dict[str, set[Any]]:
    """What is the applicant's, by table."""
    found: dict[str, set[Any]] = {}
    for model, which in world.rows:
        found.setdefault(model._meta.db_table, set()).update(
            model._default_manager.filter(which).values_list("pk", flat=True)
        )
    return {table: keys for table, keys in found.items() if table in guarded()}


def test_tests_run_as_the_role_of_the_server():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (reach.app_role(), False)
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        assert cursor.fetchone() == (0,)


def test_a_role_that_could_go_round_is_told_what_to_set():
    assert role_is_bound()[0]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")  # the owner of the tables
        bound, words = role_is_bound()
        assert not bound
        assert "XASO_OWNER_URL" in words
        transaction.set_rollback(True)


def test_every_table_about_people_is_guarded_or_listed():
    about = {"people.Person", "cases.Case", "onestop.Dossier", "documents.Document"}
    walls = set(guarded())
    for model in apps.get_models():
        if not model.__module__.startswith("xaso."):
            continue
        points = {
            one.related_model._meta.label
            for one in model._meta.concrete_fields
            if one.related_model is not None
        }
        holds = (
            model._meta.label in about
            or points & about
            or any("Sealed" in type(f).__name__ for f in model._meta.fields)
        )
        if holds and model._meta.label not in OPEN:
            assert model._meta.db_table in walls, (
                f"{model._meta.label}: add a policy, or list it with a reason"
            )


@pytest.mark.parametrize("name", ["anonymous", "other citizen", "receptionist elsewhere", "leader elsewhere",
                                  "admin elsewhere",
        "delegate elsewhere", "machine elsewhere", "province elsewhere", "leader beside",
                                  "machine beside", "hamlet head"])  # fmt: skip
def test_a_query_without_filter_shows_a_stranger_nothing(world: World, name: str) -> None:
    own = theirs(world)
    assert {"cases_case", "onestop_dossier", "people_person", "messages_message"} <= own.keys()
    with watched(reach_of(world.visitor(name).viewer)):
        for table, keys in own.items():
            assert keys, table
            assert not keys & keys_seen(table), f"{name} sees the applicant's rows of {table}"
        for model, _ in world.rows:
            if model._meta.db_table in own:
                shown = set(model._default_manager.values_list("pk", flat=True))
                assert not own[model._meta.db_table] & shown, f"{name}: {model._meta.label}.objects.all()"


@pytest.mark.parametrize("name", ["anonymous", "other citizen", "receptionist elsewhere", "machine beside"])
def test_a_stranger_changes_nothing_by_a_statement_without_filter(world: World, name: str) -> None:
    own, before = theirs(world), world.state()
    with transaction.atomic():
        with watched(reach_of(world.visitor(name).viewer)), connection.cursor() as cursor:
            for table in own:
                cursor.execute(f"UPDATE {table} SET id = id WHERE id = ANY(%s)", [list(own[table])])
                assert cursor.rowcount == 0, table
                cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [list(own[table])])
                assert cursor.rowcount == 0, table
        assert world.state() == before
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "name", ["receptionist elsewhere", "machine elsewhere", "other citizen", "anonymous"]
)
def test_a_stranger_puts_nothing_into_anothers_unit(world: World, name: str) -> None:
    differing = {
        "onestop_payment": "reference = 'XS0COPY'",
        "cases_casestep": "number = 99, ended_at = began_at",
    }
    for table in ("onestop_dossier", "cases_case", "onestop_dossierpaper", *differing):
        with widened("to copy what is there"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'"
                " ORDER BY ordinal_position", [table],
            )  # fmt: skip
            columns = [row[0] for row in cursor.fetchall()]
            mine = "id = ANY(%s)"
            cursor.execute(
                f"CREATE TEMP TABLE copied AS SELECT * FROM {table} WHERE {mine} LIMIT 1",
                [list(theirs(world)[table])],
            )
            if table in differing:
                cursor.execute(f"UPDATE copied SET {differing[table]}")
        with watched(reach_of(world.visitor(name).viewer)), transaction.atomic():
            with pytest.raises(DatabaseError, match="row-level security|cannot be seen"):
                with transaction.atomic(), connection.cursor() as cursor:
                    listed = ", ".join(f'"{one}"' for one in columns)
                    cursor.execute(
                        f"INSERT INTO {table} (id, {listed}) SELECT gen_random_uuid(), {listed} FROM copied"
                    )
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE copied")


def test_those_near_see_their_own(world: World) -> None:
    """Without this the rest would also hold for a database that shows nothing."""
    own = theirs(world)
    for name in ("receptionist here", "leader here", "province here", "applicant", "machine here"):
        with watched(reach_of(world.visitor(name).viewer)):
            for table in (
                "onestop_dossier",
                "cases_case",
                "cases_casestep",
                "people_person",
                "onestop_dossierpaper",
            ):
                assert own[table] <= keys_seen(table), f"{name} misses rows of {table}"


def test_a_unit_that_was_asked_or_had_a_step_sees_the_case(world: World) -> None:
    from xaso.kernel.cases.models import Case, CaseUnit

    case = Case.objects.get(pk=world.ids["case_id"])
    police = reach.Reach("officer", (f"{COMMUNE}ca/",))
    with watched(police):
        assert case.pk in keys_seen("cases_case")
        assert world.ids["dossier_id"] in keys_seen("onestop_dossier")
        assert world.ids["person_id"] in keys_seen("people_person")
    with transaction.atomic():
        CaseUnit.objects.filter(case=case).delete()
        with watched(police):
            assert case.pk not in keys_seen("cases_case")
        Case.objects.filter(pk=case.pk).update(holder_path=ELSEWHERE)
        with watched(reach.Reach("officer", (ELSEWHERE,))):
            assert case.pk in keys_seen("cases_case")
        Case.objects.filter(pk=case.pk).update(holder_path=COMMUNE)
        with watched(reach.Reach("officer", (ELSEWHERE,))):
            assert case.pk in keys_seen("cases_case"), "who once held it still answers for what was done"
        transaction.set_rollback(True)


def test_without_a_reach_nothing_is_seen(world: World) -> None:
    with connection.cursor() as cursor, reach.unguarded("the test tells the connection itself"):
        cursor.execute(
            "SELECT set_config('xaso.kind', '', false), set_config('xaso.paths', '', false),"
            " set_config('xaso.person', '', false), set_config('xaso.account', '', false)"
        )
        try:
            for table in guarded():
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,), table
        finally:
            connection.reach_told = None


def test_pages_hold_with_the_filters_removed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first wall is taken down: the lists of strangers still show nothing of the applicant."""
    from django.db.models import Q

    from tests.house.test_rights_matrix import all_routes, text_of, urls_of

    monkeypatch.setattr(Viewer, "scope", lambda self, right, *fields: Q())
    shown, asked = [], 0
    for name in ("receptionist elsewhere", "leader elsewhere", "machine elsewhere", "admin elsewhere"):
        visitor = world.visitor(name)
        for route in all_routes():
            if "<" in route.pattern or route.pattern.startswith("/dang-"):
                continue
            for url in urls_of(route, world):
                with transaction.atomic():
                    answer = visitor.ask("GET", url)
                    text = text_of(answer)
                    shown += [f"{name} {url}: {one}" for one in world.secrets if one in text]
                    asked += answer.status_code == 200
                    transaction.set_rollback(True)
    assert not shown, shown[:10]
    assert asked > 60


def test_the_case_filters_removed_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.models import Q

    from xaso.kernel.cases import queries
    from xaso.kernel.cases.queries import scope

    for name in ("held", "received", "touched"):
        monkeypatch.setattr(scope, name, lambda *_, **__: Q())
    stranger, near = (world.visitor(f"receptionist {where}").viewer for where in ("elsewhere", "here"))
    for viewer, expected in ((stranger, False), (near, True)):
        with watched(reach_of(viewer)):
            codes = {row.case.code for row in queries.work_queue(viewer, "all", limit=500).rows}
            assert (world.ids["code"] in codes) is expected


def test_the_connection_is_told_once_and_again_after_a_roll_back() -> None:
    from django.test.utils import CaptureQueriesContext

    told: list[Any] = []
    here: Any = connection
    one, other = reach.Reach("officer", ("15/04321/",)), reach.Reach("officer", ("04/",))

    def ask() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('xaso.paths')")
            return str(cursor.fetchone()[0])

    with watched(one):
        assert ask() == '{"15/04321/"}'
        tell = here._tell
        here._tell = lambda wanted: (told.append(wanted), tell(wanted))
        try:
            with CaptureQueriesContext(connection):
                ask()
            assert told == []
            reach.enter(other)
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                assert ask() == '{"04/"}'
                raise ZeroDivisionError
            assert ask() == '{"04/"}'
            with widened("a word"):
                assert ask() == '{""}'
            assert ask() == '{"04/"}'
        finally:
            del here._tell


def test_every_way_beyond_the_viewer_is_listed() -> None:
    found: dict[str, set[str]] = {"widened": set(), "unguarded": set()}
    for path in product_files():
        if relative(path).endswith("base/reach.py"):
            continue
        text = path.read_text(encoding="utf-8")
        for word, files in found.items():
            if re.search(rf"\b{word}\(", text):
                files.add(relative(path))
    assert found["widened"] == set(WIDENED), "tests/house/widened.py lists each with its reason"
    assert found["unguarded"] == set(UNGUARDED), "tests/house/widened.py lists each with its reason"
