"""The rules of the house: what keeps twenty rooms a small house. Each failure says what to do."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.db import models

from tests.house.routes import OPEN, routes
from tests.house.walk import (
    ROOT,
    SOURCE,
    all_our_files,
    functions,
    product_files,
    relative,
    service_folders,
    service_modules,
    tree_of,
)
from xaso.kernel.events import registry as events
from xaso.kernel.service import all_rights, everything

FILE_LINES, FUNCTION_LINES = 400, 60
ROOM = (
    "README.md",
    "apps.py",
    "service.py",
    "models",
    "rules",
    "actions",
    "queries",
    "desk",
    "public",
    "api",
    "demo",
)


@pytest.mark.parametrize("path", all_our_files(), ids=relative)
def test_files_and_functions_stay_small(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES, f"{relative(path)} has {lines} lines: make it a folder of the same name"
    for node in functions(path):
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        assert length <= FUNCTION_LINES, (
            f"{relative(path)}:{node.lineno} {node.name} has {length} lines: split it"
        )


def test_every_view_wears_a_door():
    bare = [
        f"{route.pattern} ({route.name})" for route in routes() if not route.door and route.name not in OPEN
    ]
    assert not bare, f"give these views a door from kernel.people.doors: {bare}"


def test_doors_name_rights_that_exist():
    known = {right.code for right in all_rights()} | {"*"}
    for route in routes():
        if getattr(route.door, "kind", "") == "officer":
            assert route.door.right in known, (
                f"{route.pattern}: right {route.door.right} is declared in no manifest"
            )


def _emitted() -> set[str]:
    names = set()
    for path in product_files():
        for node in ast.walk(tree_of(path)):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "emit"
            ):
                if (
                    node.args
                    and isinstance(node.args[0], ast.Constant)
                    and isinstance(node.args[0].value, str)
                ):
                    names.add(node.args[0].value)
    return names


def test_every_event_has_a_sentence_and_every_heard_event_is_announced():
    announced = set(events.announced())
    assert not _emitted() - announced, f"no sentence in a manifest's announces for {_emitted() - announced}"
    assert not events.heard() - announced, (
        f"somebody listens to what nobody announces: {events.heard() - announced}"
    )


def test_roles_named_by_rights_exist():
    from xaso.kernel.people.manifest import ROLES

    for right in all_rights():
        assert set(right.roles) <= set(ROLES), (
            f"{right.code} names an unknown role: {set(right.roles) - set(ROLES)}"
        )
        assert right.label, right.code


@pytest.mark.parametrize("folder", service_folders(), ids=lambda p: p.name)
def test_every_room_has_the_same_files(folder):
    for name in ROOM:
        there = (folder / name).exists() or (folder / f"{name}.py").exists()
        assert there, f"{folder.name} lacks {name}"
    assert (folder / "tests").is_dir()
    assert (folder / "templates" / folder.name).is_dir()


@pytest.mark.parametrize("folder", service_folders(), ids=lambda p: p.name)
def test_no_service_reaches_into_another(folder):
    others = [other.name for other in service_folders() if other != folder]
    for model in apps.get_app_config(folder.name).get_models():
        for one in model._meta.get_fields():
            target = getattr(one, "related_model", None)
            if target is not None and not one.auto_created:
                assert target._meta.app_label not in others, f"{model} points into {target._meta.app_label}"
    named = "|".join(others) or "no-other-service"
    pattern = re.compile(rf"""["'](?:{named})(?:_desk)?[:/.]""")
    for path in [*product_files(folder), *folder.rglob("*.html")]:
        assert not pattern.search(path.read_text(encoding="utf-8")), f"{relative(path)} names another service"


@pytest.mark.parametrize("folder", service_folders(), ids=lambda p: p.name)
def test_actions_know_no_requests_and_queries_write_nothing(folder):
    for path in service_modules(folder, "actions", "queries"):
        for node in ast.walk(tree_of(path)):
            module = getattr(node, "module", None) if isinstance(node, ast.ImportFrom) else None
            assert not (module or "").startswith("django.http"), f"{relative(path)} imports django.http"
    writes = re.compile(r"\.(save|create|bulk_create|update|delete|get_or_create|update_or_create)\(")
    for path in service_modules(folder, "queries"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            plain_dict = re.search(
                r"\b(facts|known|found|filters|context|counts|out|rows|answers)\.update\(", line
            )
            assert not writes.search(line) or plain_dict, (
                f"{relative(path)}:{number} writes: move it to actions"
            )


@pytest.mark.parametrize("folder", service_folders(), ids=lambda p: p.name)
def test_actions_and_queries_say_what_they_promise_and_take_the_viewer(folder):
    for path in service_modules(folder, "actions"):
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef) and any(
                getattr(d, "id", "") == "action" for d in node.decorator_list
            ):
                assert ast.get_docstring(node), f"{relative(path)}:{node.lineno} {node.name} has no docstring"
                assert node.args.args and node.args.args[0].arg == "viewer", (
                    f"{node.name} must take the viewer first"
                )


def test_every_model_has_a_vietnamese_name():
    for model in apps.get_models():
        if model.__module__.startswith("xaso."):
            name = str(model._meta.verbose_name)
            spelled = model._meta.object_name.lower()
            assert name.replace(" ", "") != spelled, (
                f"{model.__module__}.{model.__name__} needs a verbose_name"
            )


def test_no_way_to_remove_an_event_or_a_record_in_cascade():
    # Pieces of an unfinished upload are not records: they go with it.
    allowed = {("RoleRight", "role"), ("UploadPiece", "upload")}
    for model in apps.get_models():
        if not model.__module__.startswith("xaso."):
            continue
        for one in model._meta.get_fields():
            if isinstance(one, models.ForeignKey) and one.remote_field.on_delete is models.CASCADE:
                assert (model.__name__, one.name) in allowed, (
                    f"{model.__name__}.{one.name} cascades: rows end, they do not go"
                )


def test_tasks_are_named_and_scheduled_lines_are_valid():
    from croniter import croniter

    for part in everything():
        for job in part.tasks:
            assert "." in job.name, f"{job.name}: name it area.verb"
            assert job.schedule is None or croniter.is_valid(job.schedule), f"{job.name}: {job.schedule}"


# Words that would tell where this copy lies or where packages came from; a folder right below / is too common a word.
FORBIDDEN_WORDS = (
    *([f"{ROOT}/"] if len(ROOT.parts) > 2 else []),
    "pypi.org",
    "registry.npmjs",
    "files.pythonhosted",
)


def test_the_repository_speaks_of_the_product_alone():
    import subprocess

    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    for name in listed:
        path = ROOT / name
        if (
            not path.is_file()
            or path.stat().st_size > 2_000_000
            or path.suffix in {".gz", ".png", ".ttf", ".woff2", ".pdf"}
        ):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        if path == ROOT / "tests/house/test_house.py":
            continue
        for word in FORBIDDEN_WORDS:
            assert word not in text, f"{name} names {word}"


def test_no_unfinished_work_is_left_in_the_source():
    marks = re.compile(r"#\s*(TODO|FIXME|XXX)\b|raise NotImplementedError\s*$|lorem ipsum", re.I | re.M)
    for path in product_files():
        if path.name == "testing.py":
            continue
        assert not marks.search(path.read_text(encoding="utf-8")), f"{relative(path)} holds unfinished work"


def test_the_kernel_knows_no_service():
    for path in product_files(SOURCE / "kernel"):
        assert "xaso.services" not in path.read_text(encoding="utf-8") or path.name == "service.py", relative(
            path
        )
