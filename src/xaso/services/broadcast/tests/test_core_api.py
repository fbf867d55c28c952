"""What other systems read and hand in; the figures; the calendar."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from xaso.kernel.people.machines import issue_token, register_client
from xaso.kernel.plain.moment import VIETNAM, frozen
from xaso.kernel.plain.period import read_period
from xaso.services.broadcast.actions import settling
from xaso.services.broadcast.calendar_feed import feed
from xaso.services.broadcast.models import Bulletin
from xaso.services.broadcast.queries.figures import INDICATORS
from xaso.services.broadcast.queries.lines import upcoming
from xaso.services.broadcast.tests.core_world import MONDAY, SYSTEM, TEXT, Radio, Sent, a_line, a_radio

pytestmark = pytest.mark.django_db
PATH = "15/02683/"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{text}").replace(tzinfo=VIETNAM)


@pytest.fixture(scope="module")
def _made(django_db_setup: object, django_db_blocker: object) -> Iterator[Radio]:
    with django_db_blocker.unblock(), transaction.atomic(), frozen(MONDAY), Sent():  # type: ignore[attr-defined]
        made = a_radio(PATH)
        made.slot(made.bulletin("Tin sáng", topic="Nông vụ"), "05:40")
        made.plan()
        row = made.airing(at=at("05:40"))
        one, two, _ = made.clusters
        settling.note_played(SYSTEM, cluster=one, entries=[a_line(row, "1", at("05:40:00"), 60)])
        settling.note_played(SYSTEM, cluster=two, entries=[a_line(row, "2", at("05:40:04"), 60)])
        with frozen(at("06:00")):
            made.settle()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def radio(_made: Radio, db: object) -> Iterator[Radio]:
    with frozen(at("09:00")), Sent():
        yield _made


def a_machine(unit_path: str, *scopes: str) -> dict[str, str]:
    client, secret = register_client(
        SYSTEM, name="Hệ thống thông tin nguồn", unit_path=unit_path, scopes=list(scopes)
    )
    token = issue_token(client.client_id, secret)["access_token"]
    return {"Authorization": f"Bearer {token}"}


def ask(client: Client, what: str, headers: dict[str, str], **query: Any) -> Any:
    return client.get(f"/api/v1/broadcast/{what}", {"unit_path": PATH, **query}, headers=headers)


def test_a_machine_reads_its_own_stations_and_no_others(radio: Radio, client: Client) -> None:
    mine, theirs = a_machine("15/", "broadcast.read"), a_machine("04/", "broadcast.read")
    assert [one["unit_path"] for one in ask(client, "stations", mine).json()] == [PATH]
    assert ask(client, "stations", theirs).json() == []
    found = ask(client, "clusters", mine).json()
    assert [one["code"] for one in found] == [one.code for one in radio.clusters]
    for what in ("clusters", "bulletins", "plays", "programme.ics"):
        assert ask(client, what, theirs).status_code == 404
        assert ask(client, what, {}).status_code == 401
        assert ask(client, what, a_machine("15/", "broadcast.send")).status_code in {401, 403}


def test_what_each_device_did_is_read_in_parts(radio: Radio, client: Client) -> None:
    machine = a_machine(PATH, "broadcast.read")
    rows = ask(client, "plays", machine).json()
    assert [(one["result"], one["reason"]) for one in rows] == [
        ("played", ""), ("played", ""), ("missed", "not_held"),
    ]  # fmt: skip
    assert rows[0]["due_at"] == "2026-11-22T22:40:00Z"
    assert len(ask(client, "plays", machine, after=rows[0]["id"]).json()) == 2
    long = ask(client, "plays", machine, since="2026-01-01T00:00:00Z", before="2026-03-01T00:00:00Z")
    assert long.status_code == 422


def test_a_bulletin_is_handed_in_once_and_asked_about(radio: Radio, client: Client) -> None:
    machine = a_machine("15/", "broadcast.send")
    body = {
        "unit_path": PATH,
        "source_id": "P-7",
        "source": "Tỉnh",
        "title": "Phòng rét cho trâu bò",
        "text": TEXT,
    }

    def send(**more: Any) -> Any:
        return client.post(
            "/api/v1/broadcast/bulletins", json.dumps({**body, **more}), "application/json", headers=machine
        )

    first = send()
    assert first.status_code == 201, first.content
    assert (first.json()["state"], first.json()["origin"]) == ("submitted", "province")
    assert send().json()["id"] == first.json()["id"]
    known = client.get(f"/api/v1/broadcast/bulletins/{first.json()['id']}", headers=machine)
    assert known.json()["title"] == body["title"]
    assert send(source_id="P-8", kind="priority").json()["state"] == "approved"
    assert send(source_id="P-9", kind="emergency").status_code == 422
    assert send(source_id="P-9", unit_path="04/01273/").status_code == 404
    assert Bulletin.objects.filter(source="Tỉnh").count() == 2


def test_bulletins_tell_where_their_sound_is_and_it_is_there(radio: Radio, client: Client) -> None:
    row = ask(client, "bulletins", a_machine(PATH, "broadcast.read")).json()[0]
    assert (row["title"], row["topic"], row["seconds"]) == ("Tin sáng", "Nông vụ", 60.0)
    path = row["audio"].split("/", 3)[3]
    answer = client.get(f"/{path}")
    assert answer.status_code == 200
    assert answer.content.startswith(b"ID3")
    assert "immutable" in answer["Cache-Control"]
    assert client.get(f"/{path}", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get("/broadcast/am-thanh/" + "0" * 64 + ".mp3").status_code == 404


def test_the_programme_is_a_calendar(radio: Radio, client: Client) -> None:
    answer = ask(client, "programme.ics", a_machine(PATH, "broadcast.read"))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode()
    assert text.count("BEGIN:VEVENT") == 31
    assert "DTSTART:20261123T224000Z" in text
    assert "DTEND:20261123T224100Z" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    slot = radio.station.slots.get()
    slot.title = "Bản tin; nông vụ, " + "đường dài " * 15
    slot.save()
    dues = upcoming(radio.station, at("09:00"), at("09:00") + timedelta(days=1))
    long = feed(radio.station, dues, at("09:00"))
    assert all(len(line.encode()) <= 75 for line in long.split("\r\n"))
    assert f"SUMMARY:Bản tin\\; nông vụ\\, {'đường dài ' * 15}" in long.replace("\r\n ", "").split("\r\n")


class Asked:
    unit_path, filters = "15/", {}  # type: ignore[var-annotated]
    period = read_period("2026-11")


def test_the_figures_say_what_was_really_heard(radio: Radio) -> None:
    told = {one.code.split(".")[1]: one for one in INDICATORS}
    span = Asked()
    assert told["heard"].compute(span) == (2.0, 3.0)
    assert told["on_the_minute"].compute(span) == (1.0, 2.0)
    assert told["hours"].compute(span) == (0.02, 1.0)
    assert told["missed"].compute(span) == (0.0, 1.0)
    assert told["online"].compute(span) == (3.0, 3.0)
    assert told["hours"].split(span, "topic") == [("Nông vụ", "Nông vụ", 0.02, 1.0)]
    assert told["hours"].split(span, "origin") == [("commune", "Xã", 0.02, 1.0)]
    assert [row[:2] for row in told["heard"].split(span, "unit")] == [(PATH, radio.station.unit.full_name)]
    gaps = told["heard"].records(span, "rest", "", 10)
    assert [(one["detail"], str(radio.airing().pk) in one["url"]) for one in gaps] == [
        ("Cụm loa chưa nhận lịch mới nhất", True)
    ]
    for one in told.values():
        assert len(one.records(span, "numerator", "", 5)) <= 5
