"""Django's own ``migrate``; a new table does not have every table that it points to worked out anew.

For each model that a migration adds, Django renders again all models that can be reached from it. With tables that
point to units, people and cases from everywhere that is nearly all of them, each time: three quarters of the time that
a fresh database took. A model that was not there before changes none of the others, whose links back to it are made
when it is rendered, as at any import. Whatever changes a model that is there is left to Django.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ModelState, ProjectState


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with new_models_alone():
            super().handle(*args, **options)


@contextmanager
def new_models_alone() -> Iterator[None]:
    """Inside, a model that is added to a state whose models are rendered is rendered by itself."""
    whole = ProjectState.add_model

    def add_model(self: ProjectState, model_state: ModelState) -> None:
        key = model_state.app_label, model_state.name_lower
        if "apps" not in self.__dict__ or key in self.models:
            whole(self, model_state)
            return
        self.models[key] = model_state
        if self._relations is not None:  # type: ignore[attr-defined]
            self.resolve_model_relations(key)
        self.apps.render_multiple([model_state])

    ProjectState.add_model = add_model  # type: ignore[method-assign]
    try:
        yield
    finally:
        ProjectState.add_model = whole  # type: ignore[method-assign]
