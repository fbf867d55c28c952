"""Stored documents and shipped files with blocks."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from xaso.services.onestop import eforms
from xaso.services.onestop.eforms.load import SetupError, expand
from xaso.services.onestop.tests.eforms.makers import document, setup

BLOCKS: dict[str, Any] = {
    "person": {
        "params": ["p", "who"],
        "defaults": {"section": "Người"},
        "items": [
            {
                "key": "{p}_page",
                "section": "{section}",
                "title": "{who}",
                "ask_when": {"field": "{p}_x", "is": 1},
                "fields": [{"key": "{p}_name", "label": "Tên {who}"}, {"key": "{p}_age", "label": "Tuổi"}],
            }
        ],
    }
}


def test_a_stored_document_comes_back_the_same() -> None:
    form = setup()
    assert eforms.load_setup(eforms.dump_setup(form)) == form
    assert '"ask_when":{"field":"married","is":true}' in eforms.dump_setup(form)
    for shipped in eforms.shipped_setups():
        assert eforms.load_setup(eforms.dump_setup(shipped)) == shipped


def test_block_is_filled_dropped_set_and_conditioned() -> None:
    call = {
        "use": "person",
        "p": "dad",
        "who": "cha",
        "drop": ["dad_age"],
        "set": {"dad_name": {"hint": "H"}},
    }
    page = expand({"pages": [{**call, "when": {"field": "known", "is": True}}]}, BLOCKS)["pages"][0]
    assert page["key"] == "dad_page" and page["section"] == "Người"
    assert page["fields"] == [{"key": "dad_name", "label": "Tên cha", "hint": "H"}]
    assert page["ask_when"] == {"all": [{"field": "known", "is": True}, {"field": "dad_x", "is": 1}]}


@pytest.mark.parametrize(
    "call",
    [
        {"use": "ghost"},
        {"use": "person", "p": "dad"},
        {"use": "person", "p": "dad", "who": "cha", "colour": "red"},
        {"use": "person", "p": "dad", "who": "cha", "set": {"ghost": {}}},
    ],
)
def test_wrong_use_of_blocks(call: dict[str, Any]) -> None:
    with pytest.raises(SetupError):
        expand({"pages": [call]}, BLOCKS)


@pytest.mark.parametrize(
    "change",
    [
        {"procedure": "abc"},
        {"pages": []},
        {"steps": []},
        {"colour": "red"},
        {"online_level": "partial"},
        {"valid_to": "2025-01-01"},
        {"cases": [{"key": "c", "title": "C", "term": "soon"}]},
    ],
)
def test_documents_that_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        eforms.load_setup(document(**change))


@pytest.mark.parametrize(
    "field",
    [
        {"key": "g", "kind": "group", "label": "G"},
        {"key": "t", "kind": "text", "label": "T", "fields": [{"key": "a", "kind": "text", "label": "A"}]},
        {"key": "s", "kind": "select", "label": "S"},
        {"key": "c", "kind": "computed", "label": "C"},
        {"key": "Bad Key", "kind": "text", "label": "T"},
        {"key": "t", "kind": "text", "label": "T", "pattern": "("},
        {"key": "t", "kind": "text", "label": ""},
    ],
)
def test_questions_that_are_refused(field: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        eforms.load_setup(document(pages=[{"key": "p", "title": "P", "fields": [field]}]))


def test_the_engine_needs_no_django() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from xaso.services.onestop import eforms; eforms.shipped_setups();"
        "print([name for name in sys.modules if name == 'django' or name.startswith(('django.', 'psycopg', 'ninja'))])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
