"""Rows made and filled without Django's own way: the same rows, and nothing lost in silence."""

import json
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.base.json_text import json_text
from xaso.kernel.base.models import OnceKey
from xaso.kernel.base.writing import built, insert_all
from xaso.kernel.cases.models import Case
from xaso.kernel.people.models import Person


def test_a_built_row_has_the_same_columns_as_django_gives_it() -> None:
    built_row = built(OnceKey, {"scope": "a", "key": "b"})
    row = OnceKey(scope="a", key="b", created_at=built_row.created_at)
    named = {field.attname for field in OnceKey._meta.concrete_fields}
    assert {name: getattr(built_row, name) for name in named} == {name: getattr(row, name) for name in named}
    assert built_row._state.adding


def test_defaults_are_made_anew_for_each_row() -> None:
    one, other = built(Case, {}), built(Case, {})
    assert one.pk != other.pk
    assert one.rule_version is not other.rule_version


def test_what_a_row_points_to_is_known_without_a_question() -> None:
    person = Person(full_name="Triệu Thị Mẩy")
    case = built(Case, {"code": "X"}, subject=person, holder=None)
    assert (case.subject, case.subject_id, case.holder) == (person, person.pk, None)


def test_a_name_that_is_no_column_is_refused() -> None:
    with pytest.raises(TypeError, match="nosuch"):
        built(OnceKey, {"scope": "a", "nosuch": 1})


@pytest.mark.django_db
def test_a_choice_is_kept_as_its_value() -> None:
    person = built(Person, {"full_name": "Triệu Thị Mẩy", "kind": Person.Kind.HOUSEHOLD, "contact": {}})
    insert_all(person)
    assert Person.objects.get(pk=person.pk).kind == "household"


_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.dates(date(1900, 1, 1)),
    st.datetimes(timezones=st.just(UTC)),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.uuids(),
    st.sampled_from(Person.Kind),
)
_TREES = st.recursive(
    _LEAVES,
    lambda below: st.lists(below) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), below),
)


@given(_TREES)
def test_json_text_reads_as_django_writes_it(value: Any) -> None:
    assert json.loads(json_text(value)) == json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def test_json_text_refuses_what_django_refuses() -> None:
    with pytest.raises(TypeError):
        json_text({"a": object()})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "document",
    [{}, [], {"số": ["một", 2, 3.5, None, True]}, {"big": 2**80}, {"2": "key that was a number"}, "chữ", 0],
)
def test_a_document_is_kept_as_saving_keeps_it(document: Any) -> None:
    insert_all(OnceKey(scope="a", key="quick", result=document))
    OnceKey.objects.create(scope="a", key="usual", result=document)
    assert [one.result for one in OnceKey.objects.order_by("key")] == [document, document]
    sealed = Person(full_name="Triệu Thị Mẩy", contact=document)
    insert_all(sealed)
    assert Person.objects.get(pk=sealed.pk).contact == document


@pytest.mark.django_db
@pytest.mark.parametrize(
    "document", [{"when": date(2026, 2, 13)}, {"how long": timedelta(1)}, {"how much": Decimal("1.5")}]
)
def test_what_is_no_json_is_refused_in_a_document_column(document: Any) -> None:
    case = built(Case, {"rule_version": document})
    with pytest.raises(TypeError):
        insert_all(case)
