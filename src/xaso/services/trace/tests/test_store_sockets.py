"""Named queries over WebSocket: who may listen, what comes, and that nothing comes twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connections, transaction

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.epcis import read
from xaso.services.trace.recording import record_event
from xaso.services.trace.rest import sockets
from xaso.services.trace.tests.store_samples import OTHER_UNIT, UNIT, harvest, seen
from xaso.services.trace.tests.test_store_rest import Machine

pytestmark = pytest.mark.django_db(transaction=True)
ANSWERS = {"extensions": {"websocket.http.response": {}}}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Looks often, and its threads' connections end with the test."""
    monkeypatch.setattr(sockets, "LOOK_EVERY", 0.05)
    sockets._seen[:] = [0.0, 0.0]
    yield
    for _ in range(8):
        sockets._threads.submit(connections.close_all).result(5)


def _scope(path: str, token: str = "", **more: Any) -> dict[str, Any]:
    path, _, query = path.partition("?")
    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    return {
        "type": "websocket",
        "path": f"/epcis/v2{path}",
        "query_string": query.encode(),
        "headers": headers,
        **more,
    }


def _record(event: dict[str, Any], unit_path: str = UNIT) -> None:
    with transaction.atomic():
        record_event(Viewer.system(), enterprise=None, unit_path=unit_path, event=event)


async def _in_thread(work: Any) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    await asyncio.get_running_loop().run_in_executor(None, run)


def test_events_come_as_they_are_captured_each_once():
    machine = Machine()
    machine.ask("POST", "/queries", {"name": "q", "query": {"EQ_bizStep": ["shipping"]}})
    _record(seen(1))

    async def story() -> list[str]:
        line = ApplicationCommunicator(sockets.stream, _scope("/queries/q/events?stream=true", machine.token))
        await line.send_input({"type": "websocket.connect"})
        assert (await line.receive_output(5))["type"] == "websocket.accept"
        found: list[str] = []
        for work in (lambda: _record(seen(2)), lambda: _record(harvest(2)), lambda: _record(seen(3))):
            await _in_thread(work)
        while len(found) < 2:
            message = await line.receive_output(10)
            document = read(message["text"].encode(), "application/json")
            assert document.query_name == "q"
            found += [one["epcList"][0][-1] for one in document.events]
        assert await line.receive_nothing(0.4)
        await line.send_input({"type": "websocket.disconnect", "code": 1000})
        await line.wait(5)
        return found

    assert asyncio.run(story()) == ["2", "3"]


def test_events_of_another_unit_do_not_come_and_older_ones_where_wished():
    machine = Machine()
    machine.ask("POST", "/queries", {"name": "q", "query": {}})
    _record(seen(1))
    _record(seen(2), OTHER_UNIT)

    async def story() -> list[str]:
        path = "/queries/q/events?stream=true&initialRecordTime=2020-01-01T00:00:00Z"
        line = ApplicationCommunicator(sockets.stream, _scope(path, machine.token))
        await line.send_input({"type": "websocket.connect"})
        await line.receive_output(5)
        document = read((await line.receive_output(10))["text"].encode(), "application/json")
        assert await line.receive_nothing(0.4)
        await line.send_input({"type": "websocket.disconnect", "code": 1000})
        await line.wait(5)
        return [one["epcList"][0][-1] for one in document.events]

    assert asyncio.run(story()) == ["1"]


def test_a_query_that_ends_closes_its_lines():
    machine = Machine()
    machine.ask("POST", "/queries", {"name": "q", "query": {}})

    async def story() -> int:
        line = ApplicationCommunicator(sockets.stream, _scope("/queries/q/events?stream=true", machine.token))
        await line.send_input({"type": "websocket.connect"})
        await line.receive_output(5)
        await _in_thread(lambda: machine.ask("DELETE", "/queries/q"))
        await _in_thread(lambda: _record(seen(1)))
        return int((await line.receive_output(10))["code"])

    assert asyncio.run(story()) == sockets.GONE


def test_wrong_handshakes_are_turned_away():
    machine = Machine()
    machine.ask("POST", "/queries", {"name": "q", "query": {}})

    async def answer(path: str, token: str, **more: Any) -> dict[str, Any]:
        line = ApplicationCommunicator(sockets.stream, _scope(path, token, **more))
        await line.send_input({"type": "websocket.connect"})
        message = await line.receive_output(5)
        if message["type"] == "websocket.http.response.start":
            await line.receive_output(5)
        await line.wait(5)
        return message

    for status, path, token in (
        (401, "/queries/q/events?stream=true", ""),
        (404, "/queries/none/events?stream=true", machine.token),
        (404, "/elsewhere", machine.token),
        (400, "/queries/q/events", machine.token),
        (400, "/queries/q/events?stream=true&minute=5", machine.token),
        (400, "/queries/q/events?minute=61", machine.token),
        (400, "/queries/q/events?stream=true&initialRecordTime=gestern", machine.token),
        (400, "/queries/q/events?stream=true&EQ_action=ADD", machine.token),
    ):
        assert asyncio.run(answer(path, token, **ANSWERS))["status"] == status, path
        closed = {"type": "websocket.close", "code": sockets.NOT_ALLOWED}
        assert asyncio.run(answer(path, token)) == closed, path
