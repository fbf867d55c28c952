"""The standard's interface under odd input: it answers by its description, and refuses in the standard's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from xaso.kernel.people.machines import issue_token, register_client
from xaso.kernel.people.viewer import Viewer
from xaso.services.trace.recording import store_events
from xaso.services.trace.rest.openapi import openapi
from xaso.services.trace.tests.store_samples import UNIT, harvest, packed, seen

EXAMPLES = 25
APPLICATION = get_wsgi_application()
SCHEMA = schemathesis.openapi.from_wsgi("/epcis/v2/openapi.json", APPLICATION)
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    missing_required_header,
    unsupported_method,
    ignored_auth,
]


def test_every_path_of_the_standard_is_described() -> None:
    paths = openapi()["paths"]
    assert len(paths) == 29
    assert all("options" in one for one in paths.values())


@pytest.fixture(scope="module")
def token(django_db_setup: Any, django_db_blocker: Any) -> Iterator[str]:
    """A machine client of one commune with a few events; all of it is rolled back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        system = Viewer.system()
        events = [harvest(), seen(), packed("box", "bag")]
        store_events(system, enterprise=None, unit_path=UNIT, events=events)
        scopes = ["trace.capture", "trace.query"]
        client, secret = register_client(system, name="Thử", unit_path=UNIT, scopes=scopes)
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        yield issue_token(client.client_id, secret)["access_token"]
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method.upper()} {one.path}")
def test_no_input_breaks_the_description(operation: Any, token: str) -> None:
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    strategies = []
    for mode in modes:
        try:
            strategies.append(operation.as_strategy(generation_mode=mode))
        except Exception:  # an operation without any parameter has no wrong input
            assert mode is schemathesis.GenerationMode.NEGATIVE
    cases = st.one_of(strategies)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def holds(case: Any) -> None:
        with transaction.atomic():
            headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS, headers=headers)
            transaction.set_rollback(True)

    holds()
