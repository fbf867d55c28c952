"""Health, readiness, metrics, logs, the operator's page, the configuration looked over, the level file."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client

from xaso.kernel.people.testing import officer_account
from xaso.site.operating import advice, facts, health
from xaso.site.operating.level import level_facts, level_file, looks, requirements
from xaso.site.operating.logs import JsonLines, RequestIdFilter, request_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    account = officer_account("admin", "")
    client.force_login(account)
    return client


def test_alive_needs_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"ok": True}


def test_ready_names_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_known_good", [])
    monkeypatch.setattr(facts, "waiting_migrations", lambda: ["people.0099"])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, "migrations")
    monkeypatch.setattr(facts, "waiting_migrations", list)
    assert client.get("/readyz").status_code == 200

    def refuse(*_: Any) -> None:
        raise OperationalError("the server is gone at 10.0.0.3")

    monkeypatch.setattr(health.connection, "cursor", refuse)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "missing": "database"})


def test_metrics_need_the_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    client.get("/healthz")
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {settings.XASO_METRICS_TOKEN}"})
    text = answer.content.decode()
    assert 'xaso_requests_total{method="GET",route="/healthz",status="2xx"}' in text
    assert "\nxaso_deliveries_dead 0.0" in text
    assert "\nxaso_disk_free_bytes " in text


def test_metrics_do_not_hold_what_was_asked_for(client: Client, settings: Any) -> None:
    client.get("/khong-co-trang-nay/038085001234")
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {settings.XASO_METRICS_TOKEN}"})
    assert "038085001234" not in answer.content.decode()


def test_a_log_line_is_json_with_the_request_and_nothing_typed() -> None:
    mark = request_id.set("abc12345")
    try:
        raise ValueError("Nguyễn Thị Lan 038085001234")
    except ValueError:
        import sys

        record = logging.LogRecord("xaso.request", logging.ERROR, "x.py", 1, "failed", (), sys.exc_info())
    finally:
        RequestIdFilter().filter(record)
        request_id.reset(mark)
    record.route = "/onestop/<uuid:pk>/"
    record.password = "secret"
    line = json.loads(JsonLines().format(record))
    assert line["request"] == "abc12345"
    assert line["route"] == "/onestop/<uuid:pk>/"
    assert line["error"] == "ValueError"
    assert "test_operating.py" in line["where"][-1]
    assert "Lan" not in json.dumps(line, ensure_ascii=False)
    assert "secret" not in json.dumps(line)


def test_the_answer_carries_the_id_given_by_the_proxy(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "proxy-1234"})["X-Request-Id"] == "proxy-1234"
    assert client.get("/healthz", headers={"X-Request-Id": "a b\nc"})["X-Request-Id"] != "a b\nc"


def test_the_operator_sees_workers_disk_and_advice(operator: Client, settings: Any) -> None:
    settings.XASO_BASE_URL = "http://dichvu.example.gov.vn"
    page = operator.get("/desk/he-thong/").content.decode()
    assert "Không có tiến trình nào chạy" in page
    assert "đã dùng" in page
    assert "Địa chỉ công khai chưa dùng https" in page


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("XASO_BASE_URL", "http://dichvu.example.gov.vn", "XASO_BASE_URL"),
        ("ALLOWED_HOSTS", ["*"], "XASO_HOSTS"),
        ("DEBUG", True, "XASO_DEBUG"),
    ],
)
def test_a_dangerous_setting_keeps_a_real_installation_from_starting(
    settings: Any, capsys: pytest.CaptureFixture[str], name: str, value: Any, word: str
) -> None:
    setattr(settings, name, value)
    settings.DEMO = False
    with pytest.raises(CommandError, match="chưa chạy"):
        call_command("check_config")
    assert word in capsys.readouterr().out
    settings.DEMO = True
    call_command("check_config")


def test_a_key_that_others_can_read_is_found(settings: Any, tmp_path: Any) -> None:
    ring = tmp_path / "data.json"
    ring.write_text("{}")
    ring.chmod(0o644)
    settings.XASO_KEY_RING = str(ring)
    assert any("chmod 600" in one.text and one.is_wrong for one in advice.advice())
    ring.chmod(0o600)
    assert not any("chmod 600" in one.text for one in advice.advice())


def test_the_level_file_says_what_is_really_configured(settings: Any) -> None:
    settings.XASO_BASE_URL = "http://dichvu.example.gov.vn"
    found = level_facts()
    transport = next(row for row in found["measures"] if row["asks"].startswith("Đường truyền"))
    assert not transport["met"]
    assert any("Đường truyền" in line for line in found["todo"])
    settings.XASO_BASE_URL = "https://dichvu.example.gov.vn"
    transport = next(row for row in level_facts()["measures"] if row["asks"].startswith("Đường truyền"))
    assert transport["met"]
    assert level_file().startswith(b"%PDF")


def test_the_level_follows_the_number_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "people", lambda: 9_999)
    assert level_facts()["level"] == 2
    monkeypatch.setattr(looks, "people", lambda: 10_000)
    assert level_facts()["level"] == 3


def test_every_requirement_has_a_look() -> None:
    assert {row["look"] for row in requirements()["row"]} == set(looks.LOOKS)
