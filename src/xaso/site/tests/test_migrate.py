"""A state of models into which new ones are put alone is the state that Django makes."""

from __future__ import annotations

import pytest
from django.core.management import get_commands
from django.db import connection, models
from django.db.migrations.state import ModelState, ProjectState

from xaso.site.management.commands.migrate import new_models_alone


def link(to, name):
    return models.ForeignKey(to, models.CASCADE, related_name=name)


def type_of(field):
    if isinstance(getattr(field.remote_field, "model", None), str):
        return f"waits for {field.remote_field.model}"
    return field.db_type(connection)


def told(state):
    """Each model's columns with their types, and which links lead back to it."""
    found = {}
    for model in state.apps.get_models():
        columns = [(one.column, type_of(one)) for one in model._meta.local_fields]
        tables = sorted(one.remote_field.through._meta.db_table for one in model._meta.local_many_to_many)
        back = sorted((one.related_model.__name__, one.name) for one in model._meta.related_objects)
        found[model.__name__] = columns, tables, back
    return found


def a_history():
    """Models that point at each other, changed after others pointed at them."""
    key = ("id", models.AutoField(primary_key=True))
    state = ProjectState()
    assert state.apps is not None
    steps = [told(state)]

    def step(done):
        steps.append(told(state))

    step(state.add_model(ModelState("x", "Unit", [key, ("up", link("self", "below"))])))
    step(state.add_model(ModelState("x", "Person", [key, ("unit", link("x.Unit", "people"))])))
    step(state.add_model(ModelState("x", "Early", [key, ("late", link("x.Late", "early"))])))
    step(state.add_model(ModelState("x", "Late", [key, ("people", models.ManyToManyField("x.Person"))])))
    step(state.add_field("x", "unit", "head", link("x.Person", "heads"), preserve_default=True))
    step(state.alter_field("x", "unit", "id", models.BigAutoField(primary_key=True), preserve_default=True))
    step(
        state.add_model(
            ModelState("x", "Worker", [("who", models.CharField(max_length=9))], bases=("x.Person",))
        )
    )
    step(state.alter_field("x", "person", "id", models.UUIDField(primary_key=True), preserve_default=True))
    step(state.rename_model("x", "Person", "Citizen"))
    step(state.remove_model("x", "worker"))
    return steps


def test_every_step_is_as_django_makes_it():
    plain = a_history()
    with new_models_alone():
        alone = a_history()
    for number, (mine, django) in enumerate(zip(alone, plain, strict=True)):
        assert mine == django, number
    assert len(alone[-1]) == 4


def test_it_ends_with_the_command():
    before = ProjectState.add_model
    with pytest.raises(ZeroDivisionError), new_models_alone():
        assert ProjectState.add_model is not before
        raise ZeroDivisionError
    assert ProjectState.add_model is before


def test_the_command_is_the_products():
    assert get_commands()["migrate"] == "xaso.site"
