"""Every route for everybody: doors hold, scopes hold, nothing of the applicant reaches a stranger, nothing breaks.

What is expected follows from the door and from whether a visitor is near the applicant. The few exceptions stand
in ``SHOWN_TO_ALL`` and ``FILL`` with their reasons. A new route is covered by itself; one whose parameter has an
unknown name is tried with the ids of the applicant's things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.db import transaction

from tests.house import alerts_world, assistant_world, relay_world
from tests.house.routes import OPEN, Route, routes
from tests.house.turns import asks, turned_away
from tests.house.world import COMMUNE, ROLES, Visitor, World, build
from xaso.kernel.connectors import transport

# The mark is what makes the test database; without it the fixture below would open the one of development.
pytestmark = pytest.mark.django_db

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")

# Routes that a stranger may open with the applicant's code, and what they show.
SHOWN_TO_ALL = {
    "/onestop/tra-cuu/<str:code>/": "the public look-up: the code and the degree of completion, nothing else",
    "/trace/q/<slug:token>/quet.gif": "a picture of one point, whatever is asked",
    "/broadcast/nghe-lai/<uuid:airing_id>/": "what loudspeakers said aloud in the whole commune",
    "/verify/<str:code>": "the check of a paper: number, day and issuer, never whose it is",
    **alerts_world.SHOWN_TO_ALL,
    **relay_world.SHOWN_TO_ALL,
    **assistant_world.SHOWN_TO_ALL,
}
# Parameters that are not ids of the applicant's things, by the beginning of the route and the name.
FILL: dict[tuple[str, str], str] = {
    ("/don-vi/", "unit_path"): COMMUNE.strip("/"),
    ("/ban-do/", "key"): "communes",
    ("/desk/dia-ban/them/", "what"): "thon",
    ("/desk/mau-tin/", "key"): "onestop.test_0",
    ("/desk/figures/", "code"): "onestop.on_time",
    ("/desk/connectors/", "key"): "sms",
    ("/onestop/thu-tuc/", "code"): "1.001193",
    ("/api/v1/onestop/procedures/", "code"): "1.001193",
    ("/desk/onestop/ho-so/", "verb"): "bo-sung",
    ("/desk/onestop/ho-so/", "number"): "1",
    ("/desk/onestop/ho-so/", "form"): "01",
    ("/desk/onestop/thu-tuc-dien-tu/", "slug"): "trang",
    ("/desk/onestop/thu-tuc-dien-tu/", "keys"): "applicant_who",
    ("/tep/gui/", "use"): "onestop.draft",
    ("/desk/vai-tro/", "role"): "leader",
    ("/privacy/dong-y/", "purpose"): "figures",
    **alerts_world.FILL,
}
# What is put for an id whose name is not known here.
TRIED = ("dossier_id", "case_id", "paper_id", "file_id", "draft_id", "result_id", "document_id", "message_id")
# Not asked, with the reason.
LEFT_OUT = {
    "/dang-xuat": "ends the session of the one who asks; the rest of the round would be asked by nobody"
}
PAGE_METHODS = {"/tep/gui/<slug:use>/<uuid:upload_id>": ("POST", "PATCH", "DELETE", "HEAD")}
FIXED = {"page", "unit_path"}
NAMES = (
    "anonymous",
    "applicant",
    "other citizen",
    *(f"{role} {where}" for where, roles in ROLES.items() for role in (*roles, "machine")),
    "delegate here",
    "delegate elsewhere",
    "province here",
    "province elsewhere",
    "hamlet head",
)  # fmt: skip


@pytest.fixture(scope="module")
def world(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Built once for all visitors; everything is rolled back at the end."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("rights")
    own = override_settings(XASO_FILES=str(folder), XASO_KEYS_DIR=str(folder / "keys"), XASO_S3_URL="")
    # Nothing answers outside, and pages that ask there try again: without the pauses in between.
    with own, mock.patch.object(transport, "FIRST_PAUSE", 0.0):
        with django_db_blocker.unblock(), transaction.atomic():
            yield build()
            transaction.set_rollback(True)


def values_for(route: Route, kind: str, name: str, world: World) -> list[Any]:
    """What to put for a parameter of a route."""
    for (start, key), value in (*world.fills.items(), *FILL.items()):
        if key == name and route.pattern.startswith(start):
            # A word that the page does not know must not break it either.
            return [value, "khong-co"] if kind == "slug" and name not in {"token", "lot"} else [value]
    if name == "message_id" and route.pattern.startswith("/desk/"):
        return [world.ids["desk_message_id"]]
    if name == "code" and route.pattern.startswith("/verify/"):
        return [world.ids["document_code"]]
    if name == "code":
        return [world.ids["code"]]
    if name in world.ids:
        return [world.ids[name]]
    if kind == "slug":
        return ["khong-co"]
    if kind == "int":
        return [1]
    if kind == "uuid":
        return [world.ids[tried] for tried in TRIED]
    return [world.ids["code"]]


def urls_of(route: Route, world: World) -> list[str]:
    """The addresses of a route with the applicant's ids in them."""
    found = [route.pattern]
    for kind, name in PARAMETER.findall(route.pattern):
        mark = f"<{kind}:{name}>" if kind else f"<{name}>"
        found = [
            one.replace(mark, str(value)) for one in found for value in values_for(route, kind, name, world)
        ]
    return found


def addresses(route: Route, visitor: Visitor, world: World) -> list[str]:
    """The addresses to ask: one is enough where the door refuses before anything is looked at."""
    found = urls_of(route, world)
    return found[:1] if refused_at_door(route, visitor) else found


def is_about_applicant(route: Route) -> bool:
    """Whether the address itself names a thing of the applicant."""
    for _, name in PARAMETER.findall(route.pattern):
        fixed = any(key == name and route.pattern.startswith(start) for start, key in FILL)
        if not fixed and name not in {"setup_id", "row", *FIXED}:
            return True
    return False


def text_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if getattr(answer, "streaming", False) else answer.content
    return content.decode("utf-8", "replace") + str(dict(answer.headers))


def refused_at_door(route: Route, visitor: Visitor) -> set[int]:
    """The answers a door allows to somebody it does not let in; empty for who may come in."""
    viewer, door = visitor.viewer, route.door
    if isinstance(door, list):
        return set() if visitor.token else {401}
    kind = getattr(door, "kind", "public")
    known = viewer.is_officer or viewer.is_citizen
    if kind == "machine" and not viewer.can(door.right):
        # A session comes along with every request of a browser: officers only read by it.
        return {403} if visitor.token else {401, 403} if viewer.is_officer else {401}
    if kind == "officer":
        if not known:
            return {302}
        if not viewer.is_officer or (door.right != "*" and not viewer.can(door.right)):
            return {403}
    if kind == "citizen":
        if not known:
            return {302}
        if viewer.person_id is None:
            return {403}
    return set()


def faults(route: Route, visitor: Visitor, asked: str, answer: Any, world: World) -> list[str]:
    """What is wrong with an answer; nothing for a good one."""
    where = f"{visitor.name}: {asked} ({route.name}) answers {answer.status_code}"
    if answer.status_code >= 500 and answer.status_code != 503:  # 503 says that an outside system is away
        return [f"{where}: {(getattr(answer, 'exc_info', None) or ('', ''))[1]!r}"]
    refused = refused_at_door(route, visitor)
    if refused and answer.status_code not in refused:
        return [f"{where}, but the door should have answered {refused}"]
    if visitor.near:
        return []
    text = text_of(answer).replace(asked.partition(" ")[2], "")
    personal, succeeded = world.secrets[:4], answer.status_code == 200
    open_to_all = route.pattern in SHOWN_TO_ALL
    shown = [one for one in (world.secrets if succeeded and not open_to_all else personal) if one in text]
    if shown:
        return [f"{where} and shows {shown}"]
    if is_about_applicant(route) and not open_to_all and succeeded:
        return [f"{where}: a stranger's request about the applicant's things must not succeed"]
    return []


def faults_of_door(route: Route, visitor: Visitor) -> list[str]:
    """What is wrong with the door itself for somebody whom it refuses."""
    refused = refused_at_door(route, visitor)
    if not refused or isinstance(route.door, list):
        return []
    answered = turned_away(route, visitor)
    # A token means nothing to a page, which sees nobody there; the door itself sees the machine and says no.
    refused |= {403} if visitor.token else set()
    return [] if answered in refused else [f"{visitor.name}: {route.name}, its door answers {answered}"]


def told(problems: list[str]) -> str:
    return f"{len(problems)} faults:\n" + "\n".join(problems[:15])


def all_routes() -> list[Route]:
    return [route for route in routes() if route.name not in OPEN and route.pattern not in LEFT_OUT]


@pytest.mark.parametrize("name", NAMES)
def test_everybody_gets_what_the_doors_allow(world: World, name: str) -> None:
    visitor, problems = world.visitor(name), []
    before = world.state()
    for route in all_routes():
        if isinstance(route.door, list) and "GET" not in route.methods:
            continue
        if not asks(route, visitor, world, refused_at_door):
            problems += faults_of_door(route, visitor)
            continue
        for url in addresses(route, visitor, world):
            with transaction.atomic():
                problems += faults(route, visitor, f"GET {url}", visitor.ask("GET", url), world)
                transaction.set_rollback(True)
    assert not problems, told(problems)
    assert world.state() == before


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_strangers_change_nothing_and_nobody_breaks_anything(world: World, name: str) -> None:
    visitor, problems = world.visitor(name), []
    before = world.state()
    form = {key: str(value) for key, value in world.ids.items() if not isinstance(value, list)}
    form |= {"reason": "Thử", "note": "Thử", "to_path": COMMUNE, "ids": world.codes, "codes": world.codes}
    with transaction.atomic():
        for route, method, url in writes(world, visitor):
            # Who is refused at the door is refused whatever the form holds.
            for data in ({},) if refused_at_door(route, visitor) else ({}, form):
                with transaction.atomic():
                    answer = visitor.ask(method, url, data)
                    problems += faults(route, visitor, f"{method} {url}", answer, world)
                    # What a stranger may do stays done until the end, where all of it is looked at once.
                    transaction.set_rollback(visitor.near)
        if not visitor.near and world.state() != before:
            problems.append(f"{visitor.name} changed {world.changes(before)}")
        transaction.set_rollback(True)
    assert not problems, told(problems)


def writes(world: World, visitor: Visitor) -> Iterator[tuple[Route, str, str]]:
    """Every route with the methods that may write; pages may take a POST, whatever they say."""
    for route in all_routes():
        if not asks(route, visitor, world, refused_at_door):
            continue
        methods = (
            route.methods if isinstance(route.door, list) else PAGE_METHODS.get(route.pattern, ("POST",))
        )
        for one in (route, *own_route(route, visitor)):
            for url in addresses(one, visitor, world):
                for method in methods:
                    if method != "GET":
                        yield one, method, url


def own_route(route: Route, visitor: Visitor) -> list[Route]:
    """The visitor's own dossier in the address; the rest of it and the form carry the applicant's things."""
    code = visitor.own.get("code")
    if not code or not route.pattern.startswith(("/desk/onestop/", "/api/v1/onestop/dossiers")):
        return []
    own = route.pattern.replace("<str:code>", code).replace("<code>", code)
    if own == route.pattern or any(own.startswith(start) for start, name in FILL if name == "code"):
        return []
    return [Route(own, route.view, route.door, route.methods)]


def test_the_applicant_and_their_office_do_see_the_dossier(world: World) -> None:
    """Without this the rest would also hold for a product that shows nothing."""
    code = world.ids["code"]
    sees = [
        ("applicant", f"/onestop/ho-so/{code}/"),
        ("applicant", "/onestop/cua-toi/"),
        ("machine here", f"/api/v1/onestop/dossiers/{code}"),
        ("machine here", "/api/v1/onestop/dossiers"),
    ]
    page = "/desk/onestop/ho-so/<str:code>/"
    if any(route.pattern == page for route in routes()):
        officers = ("receptionist", "leader", "province")
        sees += [(f"{role} here", page.replace("<str:code>", code)) for role in officers]
    for name, url in sees:
        answer = world.visitor(name).ask("GET", url)
        assert answer.status_code == 200, f"{name} {url}"
        assert code in text_of(answer), f"{name} {url}"


def test_every_parameter_finds_its_thing(world: World) -> None:
    """The fillings above are right: with them a list of the applicant's own pages opens."""
    visitor = world.visitor("applicant")
    for start in ("/onestop/nop/<uuid:draft_id>/giay-to/", "/hop-thu/<uuid:message_id>/"):
        route = next(route for route in routes() if route.pattern == start)
        assert [visitor.ask("GET", url).status_code for url in urls_of(route, world)] == [200]
