"""Subscriptions: schedules, streams, a webhook that is told each event once, failures that wait, limits that shrink."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from xaso.kernel.people.models import MachineClient
from xaso.kernel.plain import epcis, moment
from xaso.services.trace.actions.store_subscriptions import send, send_streams, sweep_subscriptions
from xaso.services.trace.models import Subscription
from xaso.services.trace.store.schedules import ScheduleError, next_after, read_schedule
from xaso.services.trace.tests.store_samples import OTHER_UNIT, UNIT, harvest, seen
from xaso.services.trace.tests.test_store_rest import Machine, kind_of

pytestmark = pytest.mark.django_db


class Receiver:
    """A machine of somebody else's that keeps what it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.answers.pop(0) if receiver.answers else 200
                if status == 200:
                    receiver.got.append((dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> list[dict]:
        return [one for _, body in self.got for one in epcis.read(body, "application/json").events]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver(settings):
    settings.XASO_WEBHOOKS_INSIDE = True
    made = Receiver()
    yield made
    made.stop()


@pytest.fixture
def machine():
    made = Machine()
    made.ask("POST", "/queries", {"name": "q", "query": {"EQ_bizStep": ["shipping"]}})
    return made


def subscribed(machine, receiver, **more) -> Subscription:
    answer = machine.ask("POST", "/queries/q/subscriptions", {"dest": receiver.url, **more})
    assert answer.status_code == 201, answer.content
    return Subscription.objects.get(pk=orjson.loads(answer.content)["subscriptionID"])


def test_a_stream_gets_each_new_event_once_and_signed(machine, receiver):
    machine.captured(seen(1))
    row = subscribed(machine, receiver, stream=True, signatureToken="bí mật")
    machine.captured(seen(2), harvest(2))
    send_streams()
    send_streams()
    machine.captured(seen(3))
    send_streams()
    assert [one["epcList"][0][-1] for one in receiver.events()] == ["2", "3"]
    headers, body = receiver.got[0]
    expected = base64.b64encode(hmac.new("bí mật".encode(), body, hashlib.sha256).digest()).decode()
    assert headers["GS1-Signature"] == expected
    read = epcis.read(body, "application/json")
    assert (read.query_name, read.subscription) == ("q", str(row.pk))


def test_older_events_come_from_the_record_time_that_was_asked_for(machine, receiver):
    with moment.frozen("2026-11-01T00:00"):
        machine.captured(seen(1))
    with moment.frozen("2026-11-05T00:00"):
        machine.captured(seen(2))
    row = subscribed(machine, receiver, stream=True, initialRecordTime="2026-11-03T00:00:00+07:00")
    send(subscription=str(row.pk))
    assert [one["epcList"][0][-1] for one in receiver.events()] == ["2"]


def test_a_schedule_sends_at_its_time_and_empty_reports_only_where_wished(machine, receiver):
    with moment.frozen("2026-11-10T00:30"):
        row = subscribed(machine, receiver, schedule={"hour": "1", "minute": "5"}, reportIfEmpty=True)
        machine.captured(seen(1))
        send(subscription=str(row.pk))
        assert receiver.got == []
    with moment.frozen("2026-11-10T01:05"):
        send(subscription=str(row.pk))
        assert len(receiver.events()) == 1
        send(subscription=str(row.pk))
        assert len(receiver.got) == 1
    row.refresh_from_db()
    assert row.next_at == moment.at("2026-11-11T01:05")
    with moment.frozen("2026-11-11T01:05"):
        send(subscription=str(row.pk))
    assert len(receiver.got) == 2
    assert len(receiver.events()) == 1


def test_what_was_not_taken_is_sent_again_later_and_too_much_at_once_in_smaller_parts(machine, receiver):
    row = subscribed(machine, receiver, stream=True)
    machine.captured(*(seen(number) for number in range(6)))
    receiver.answers = [500]
    send_streams()
    row.refresh_from_db()
    assert (row.failures, receiver.got) == (1, [])
    assert row.next_at > moment.now() + timedelta(seconds=20)
    send_streams()
    assert receiver.got == []
    receiver.answers = [413]
    with moment.frozen(row.next_at + timedelta(seconds=1)):
        send(subscription=str(row.pk))
    assert [one["epcList"][0][-1] for one in receiver.events()] == list("012345")
    assert len(receiver.got) > 1
    row.refresh_from_db()
    assert (row.failures, row.last_error) == (0, "")


def test_a_subscriber_gets_only_what_the_client_may_see_and_nothing_once_it_ended(machine, receiver):
    row = subscribed(machine, receiver, stream=True)
    Machine(OTHER_UNIT).captured(seen(1))
    send_streams()
    assert receiver.got == []
    MachineClient.objects.filter(pk=row.account_id).update(is_active=False)
    Machine(UNIT).captured(seen(2))
    send_streams()
    assert receiver.got == []
    row.refresh_from_db()
    assert row.ended_at is not None


def test_subscriptions_are_listed_and_ended_with_their_query(machine, receiver):
    row = subscribed(machine, receiver, stream=True, signatureToken="x")
    path = f"/queries/q/subscriptions/{row.pk}"
    told = orjson.loads(machine.get(path).content)
    assert (told["dest"], told["stream"], told["queryName"]) == (receiver.url, True, "q")
    assert "signatureToken" not in told
    assert len(orjson.loads(machine.get("/queries/q/subscriptions").content)) == 1
    assert machine.ask("DELETE", path).status_code == 204
    assert machine.get(path).status_code == 404
    row = subscribed(machine, receiver, stream=True)
    machine.ask("DELETE", "/queries/q")
    machine.captured(seen(1))
    send_streams()
    send(subscription=str(row.pk))
    sweep_subscriptions()
    assert receiver.got == []


@pytest.mark.parametrize(
    "body",
    [
        {"stream": True},
        {"dest": "https://vi-du.vn/h"},
        {"dest": "https://vi-du.vn/h", "stream": True, "schedule": {"hour": "1"}},
        {"dest": "https://vi-du.vn/h", "schedule": {"hour": "25"}},
        {"dest": "https://vi-du.vn/h", "schedule": {"century": "1"}},
        {"dest": "https://vi-du.vn/h", "schedule": {"month": "2", "dayOfMonth": "30"}},
        {"dest": "https://vi-du.vn/h", "stream": True, "initialRecordTime": "gestern"},
        {"dest": "https://127.0.0.1/h", "stream": True},
        {"dest": "http://vi-du.vn/h", "stream": True},
        {"dest": "https://[::1]/h", "stream": True},
    ],
)
def test_wrong_controls_are_refused_and_nothing_inside_is_called(machine, body):
    answer = machine.ask("POST", "/queries/q/subscriptions", body)
    assert answer.status_code == 400
    assert kind_of(answer) == "SubscriptionControlsException"
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ({"hour": "1", "minute": "5"}, "2026-11-10T01:05", "2026-11-11T01:05"),
        ({"hour": "1"}, "2026-11-10T00:00", "2026-11-10T01:00"),
        ({"minute": "0,30"}, "2026-11-10T00:10", "2026-11-10T00:30"),
        ({"second": "0/20"}, "2026-11-10T00:00:21", "2026-11-10T00:00:40"),
        ({"hour": "[8-10]"}, "2026-11-10T10:00", "2026-11-11T08:00"),
        ({"dayOfWeek": "1"}, "2026-11-10T00:00", "2026-11-16T00:00"),
        ({"dayOfMonth": "31", "hour": "6"}, "2026-11-10T00:00", "2026-12-31T06:00"),
        ({"month": "2", "dayOfMonth": "29"}, "2026-11-10T00:00", "2028-02-29T00:00"),
        ({"second": "*"}, "2026-11-10T00:00:00", "2026-11-10T00:00:01"),
    ],
)
def test_schedules_say_when_the_next_time_is(schedule, after, expected):
    checked = read_schedule(schedule)
    assert next_after(checked, moment.at(after)) == moment.at(expected)


@pytest.mark.parametrize(
    "schedule", [{}, {"hour": ""}, {"hour": "x"}, {"hour": "5-1"}, {"minute": 60}, [], {"hour": True}]
)
def test_schedules_that_say_nothing_are_refused(schedule):
    with pytest.raises(ScheduleError):
        read_schedule(schedule)


def test_a_schedule_is_in_vietnams_time():
    found = next_after({"hour": "1"}, datetime.fromisoformat("2026-11-10T17:30:00+00:00"))
    assert found == datetime.fromisoformat("2026-11-10T18:00:00+00:00")
