"""Every published example of GS1 over HTTP: captured, read back the same in JSON and XML, one hash."""

from __future__ import annotations

import pytest

from xaso.kernel.plain.epcis import SINGLE, event_hash, read
from xaso.kernel.plain.epcis.tests.examples import ALL, FOLDER, example, same
from xaso.services.trace.actions.store import run_capture
from xaso.services.trace.models import CaptureJob
from xaso.services.trace.tests.test_store_rest import Machine

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ALL)
def test_an_example_is_captured_and_read_back_the_same(name):
    machine = Machine()
    sent = example(name)
    kind = "application/xml" if name.endswith(".xml") else "application/ld+json"
    where = "/events" if sent.kind == SINGLE else "/capture"
    answer = machine.ask("POST", where, (FOLDER / name).read_bytes(), kind)
    assert answer.status_code in {201, 202}, answer.content
    if sent.kind != SINGLE:
        run_capture(job=answer["Location"].rpartition("/")[2])
        assert CaptureJob.objects.get().errors == []
    hashes = sorted(event_hash(one, sent.context) for one in sent.events)
    once = [place for place, one in enumerate(hashes) if place == 0 or hashes[place - 1] != one]
    for accept in ("application/json", "application/xml"):
        told = machine.get("/events?perPage=1000", Accept=accept, GS1_EPC_Format="Never_Translates")
        found = read(told.content, accept)
        assert sorted({event_hash(one, found.context) for one in found.events}) == [
            hashes[place] for place in once
        ]
        assert _sets(found.events, found.context) == _sets(sent.events, sent.context)


def _sets(events, context):
    """What the events say, without what the repository adds or the sender may leave out; each once, in any order."""
    said = []
    for event in events:
        one = {key: value for key, value in event.items() if key not in {"recordTime", "eventID"}}
        said.append(repr(same(one, context)))
    return sorted(set(said))
