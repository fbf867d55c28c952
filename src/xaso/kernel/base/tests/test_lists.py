"""Lists written in one go come back from PostgreSQL as they were, through either cursor."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from django.db import DataError, connection
from hypothesis import example, given
from hypothesis import strategies as st

from xaso.kernel.base.postgres.lists import QuickListDumper
from xaso.kernel.base.writing import prepared

pytestmark = pytest.mark.django_db
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def back(kind: str, values: list[object]) -> list[list[object]]:
    """The list as PostgreSQL understood it, asked by Django's cursor and by the one that keeps its plans."""
    found = []
    for cursor in (connection.cursor(), prepared()):
        with cursor as asking:
            asking.execute(f"SELECT %s::{kind}[]", [values])
            found.append(asking.fetchone()[0])
    return found


@example(["", "null", "NULL", "None", "a,b", "{}", '"', "\\", '\\"', "\\\\", " ", "\n", "  ", "xã"])
@example([None, "null", None, '"'])
@example([None])
@example([])
@given(st.lists(st.none() | TEXTS))
def test_texts_come_back_as_they_were(values):
    assert back("text", values) == [values] * 2


@example([2**63 - 1, -(2**63), 0, None])
@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
def test_numbers_come_back_as_they_were(values):
    assert back("bigint", values) == [values] * 2


@given(st.lists(st.none() | st.uuids()))
def test_keys_come_back_as_they_were(values):
    assert back("uuid", values) == [values] * 2


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("boolean", [True, None, False]),
        ("float8", [1.5, None, float("inf")]),
        ("text", [["a", '"'], ["b", "c,d"]]),
        ("int", [[1, 2], [3, 4]]),
        ("uuid", [[UUID(int=1)], [UUID(int=2)]]),
    ],
)
def test_other_lists_are_the_drivers(kind, values):
    assert back(kind, values) == [values] * 2


@pytest.mark.parametrize("values", [["a\0b"], ["a", "\0", None], ["\0"]])
def test_a_text_that_cannot_be_kept_is_refused_and_not_split(values):
    with pytest.raises(DataError, match="NUL"), connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [values])


def test_the_connection_writes_lists_so():
    dumper = psycopg.adapt.Transformer(connection.connection).get_dumper(["a"], psycopg.adapt.PyFormat.AUTO)
    assert isinstance(dumper, QuickListDumper)
