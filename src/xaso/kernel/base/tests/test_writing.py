"""Rows made and filled without Django's own way: the same rows, and nothing lost in silence."""

import pytest

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
