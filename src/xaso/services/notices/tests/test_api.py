"""Other systems: approved templates only, live, team and test keys, once by key, jobs with faults by line, limits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from xaso.kernel.messages.mass_templates import decide_template
from xaso.kernel.messages.models import Mailing, Receiver
from xaso.kernel.people.machines import forget_tokens, issue_token, register_client
from xaso.kernel.people.models import Person
from xaso.services.notices import callbacks
from xaso.services.notices.actions import library, outside
from xaso.services.notices.models import ApiLimit, ApiMessage
from xaso.services.notices.tests.world import SYSTEM, World

KEY = "notices.lich_tiem"


@pytest.fixture
def ready(world: World) -> World:
    row = library.write_template(
        world.viewer("clerk"),
        unit_path=world.commune.path,
        title="Lịch tiêm",
        words={"subject": "Lịch tiêm", "body": "Tiêm {ngay}", "sms": "{name} tiem {ngay}"},
    )
    decide_template(world.viewer("leader"), template_id=row.pk, approved=True)
    return world


class Caller:
    """Another system with one kind of key."""

    def __init__(self, world: World, *kinds: str, path: str = "") -> None:
        client, secret = register_client(
            SYSTEM,
            name="Trạm y tế",
            unit_path=path or world.commune.path,
            scopes=[f"notices.api_{kind}" for kind in kinds],
        )
        self.client = client
        self.token = issue_token(client.client_id, secret)["access_token"]
        self.http = Client()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = self.http.generic(
            method,
            f"/api/v1/notices{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )
        return answer.status_code, json.loads(answer.content) if answer.content else None

    def send(self, to: str = "0912345678", key: str = "", **more: Any) -> tuple[int, Any]:
        body = {
            "template": KEY,
            "channel": "sms",
            "to": to,
            "name": "Lý A Dế",
            "data": {"ngay": "22/11"},
            **more,
        }
        return self.ask("POST", "/messages", body, **({"Idempotency-Key": key} if key else {}))


def test_a_live_message_goes_to_the_gateways_and_its_state_comes_back(ready: World) -> None:
    live = Caller(ready, "live")
    status, made = live.send(reference="TYT-1")
    assert (status, made["status"], made["body"]) == (201, "created", "Ly A De tiem 22/11")
    row = ApiMessage.objects.get()
    assert Mailing.objects.get(pk=row.mailing_id).receivers_count == 1
    for state, word in (("sent", "sending"), ("delivered", "delivered")):
        Receiver.objects.filter(mailing_id=row.mailing_id).update(state=state)
        outside.follow_messages()
        assert live.ask("GET", f"/messages/{made['id']}")[1]["status"] == word
    assert [
        one["id"] for one in live.ask("GET", "/messages?reference=TYT-1&status=delivered")[1]["messages"]
    ] == [made["id"]]
    assert Caller(ready, "live").ask("GET", f"/messages/{made['id']}")[0] == 404


def test_the_same_key_is_the_same_message(ready: World) -> None:
    live = Caller(ready, "live")
    first, again = live.send(key="k1"), live.send(key="k1")
    assert (first[0], again[0], first[1]["id"]) == (201, 200, again[1]["id"])
    assert live.send("0912345679", key="k1")[0] == 409
    assert ApiMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("to", "word"),
    [
        ("0912345678", "delivered"),
        ("0912340001", "permanent-failure"),
        ("0912340002", "temporary-failure"),
        ("0912340003", "technical-failure"),
    ],
)
def test_a_test_key_answers_and_nothing_leaves(ready: World, to: str, word: str) -> None:
    assert Caller(ready, "test", "live").send(to)[1]["status"] == word
    assert not Mailing.objects.exists()


def test_a_team_key_reaches_the_own_officers_alone(ready: World) -> None:
    team = Caller(ready, "team")
    assert team.send()[0] == 422
    account = ready.accounts["clerk"]
    account.person = Person.objects.create(full_name="Phàn Thị Hoa", contact={"phone": "0912345678"})
    account.save()
    assert team.send()[0] == 201


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"template": "notices.khac"}, 404),
        ({"to": "123"}, 422),
        ({"data": {}}, 422),
        ({"channel": "zalo"}, 422),
        ({"channel": "fax"}, 422),
    ],
)
def test_what_cannot_be_sent_says_why(ready: World, changed: dict[str, Any], status: int) -> None:
    assert Caller(ready, "live").send(**changed)[0] == status


def test_without_a_scope_nobody_sends_and_another_units_templates_are_not_seen(ready: World) -> None:
    other = Caller(ready, "live", path="04/01273/")
    assert other.ask("GET", "/templates") == (200, [])
    assert other.send()[0] == 404
    client, secret = register_client(
        SYSTEM, name="Khác", unit_path=ready.commune.path, scopes=["onestop.read"]
    )
    token = issue_token(client.client_id, secret)["access_token"]
    answer = Client().get("/api/v1/notices/templates", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert Client().get("/api/v1/notices/templates").status_code == 401
    assert [one["variables"] for one in Caller(ready, "live").ask("GET", "/templates")[1]] == [["ngay"]]


def test_a_job_sends_a_sheet_or_names_each_bad_line(ready: World) -> None:
    live = Caller(ready, "live")
    bad = "to,name,ngay\n0912345678,A,22/11\n12,B,22/11\n0912345678,C,22/11"
    status, answer = live.ask("POST", "/jobs", {"template": KEY, "channel": "sms", "csv": bad})
    assert status == 422
    assert "rows.2" in json.dumps(answer)
    assert "rows.3" in json.dumps(answer)
    assert not ApiMessage.objects.exists()
    good = "to,name,ngay,reference\n0912345678,A,22/11,x1\n0912345679,B,23/11,x2"
    body = {"template": KEY, "channel": "sms", "name": "Tuần 47", "csv": good}
    status, job = live.ask("POST", "/jobs", body, **{"Idempotency-Key": "j1"})
    assert (status, job["count"], job["statuses"]) == (201, 2, {"created": 2})
    assert live.ask("POST", "/jobs", body, **{"Idempotency-Key": "j1"})[0] == 200
    assert live.ask("GET", f"/jobs/{job['id']}")[1]["count"] == 2
    assert live.ask("POST", "/jobs", {**body, "csv": "a,b\n1,2"})[0] == 422


def test_a_large_job_waits_for_a_person(ready: World) -> None:
    live = Caller(ready, "live")
    rows = "\n".join(f"09123456{n:02d},N{n},22/11" for n in range(6))
    job = live.ask("POST", "/jobs", {"template": KEY, "channel": "sms", "csv": f"to,name,ngay\n{rows}"})[1]
    mailing = Mailing.objects.get()
    assert mailing.state == "approval"
    outside.decide_job(ready.viewer("leader"), job_id=job["id"], good=True)
    mailing.refresh_from_db()
    assert mailing.state == "running"


def test_limits_answer_429(ready: World) -> None:
    ApiLimit.objects.create(
        unit_path=ready.commune.path, per_day=2, per_minute=60, burst=4, valid_from="2026-01-01", basis="Thử"
    )
    test = Caller(ready, "test")
    assert [test.send()[0] for _ in range(3)] == [201, 201, 429]
    assert [test.ask("GET", "/templates")[0] for _ in range(2)] == [200, 429]
    assert Caller(ready, "test").send()[0] == 201


def test_changes_of_status_are_told_signed(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[dict[str, Any], dict[str, str]]] = []

    def post(target: Any, body: bytes, headers: dict[str, str]) -> int:
        told.append((json.loads(body), headers))
        return 204

    monkeypatch.setattr(callbacks, "_look", lambda url: url)
    monkeypatch.setattr(callbacks, "post", post)
    queued: list[dict[str, str]] = []
    monkeypatch.setattr(callbacks, "enqueue", lambda name, arguments, key: queued.append(arguments))
    test = Caller(ready, "test")
    status, kept = test.ask("PUT", "/callback", {"url": "https://vidu.gov.vn/tin"})
    assert status == 200
    test.send("0912340001", reference="r9")
    callbacks.call_back(**queued[0])
    body, headers = told[0]
    assert (body["status"], body["reference"]) == ("permanent-failure", "r9")
    assert "0912340001" not in json.dumps(body)
    raw = json.dumps(body, ensure_ascii=False).encode()
    wanted = callbacks.signature(
        kept["secret"], headers["webhook-id"], int(headers["webhook-timestamp"]), raw
    )
    assert headers["webhook-signature"] == wanted
    assert test.ask("DELETE", "/callback")[0] == 204
    test.send("0912345678")
    assert len(queued) == 1


def test_a_callback_into_our_own_network_is_refused(ready: World) -> None:
    for url in ("http://vidu.gov.vn/x", "https://127.0.0.1/x"):
        assert Caller(ready, "test").ask("PUT", "/callback", {"url": url})[0] == 422


@pytest.fixture(autouse=True)
def _forget() -> Any:
    yield
    forget_tokens()
