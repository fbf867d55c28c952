"""The API: gauges, forecasts, CAP of others; only in the client's own units."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from xaso.kernel.people.machines import issue_token, register_client
from xaso.services.alerts.models import GaugeReading, WarningProposal
from xaso.services.alerts.tests.world import COMMUNE, NOON, SYSTEM, World

pytestmark = pytest.mark.django_db


def post(unit_path: str, address: str, body: dict) -> tuple[int, object]:
    scopes = ["alerts.readings", "alerts.cap_in"]
    client, secret = register_client(SYSTEM, name="Trạm", unit_path=unit_path, scopes=scopes)
    token = issue_token(client.client_id, secret)["access_token"]
    answer = Client().post(
        f"/api/v1/alerts/{address}",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    return answer.status_code, answer.json()


def test_gauges_send_their_readings(world: World):
    body = {
        "readings": [
            {"gauge": world.rain.code, "at": NOON.isoformat(), "value": 60},
            {"gauge": world.rain.code, "at": NOON.isoformat(), "value": 61},
            {"gauge": "khong-co", "at": NOON.isoformat(), "value": 1},
            {"gauge": world.rain.code, "at": "0001-01-01T00:00:00+14:00", "value": 1},
        ]
    }
    status, found = post(COMMUNE, "readings", body)
    assert status == 200 and [one["result"] for one in found] == ["taken", "refused", "refused", "refused"]
    assert WarningProposal.objects.count() == 1
    status, found = post("15/02680/", "readings", body)
    assert {one["result"] for one in found} == {"refused"} and GaugeReading.objects.count() == 1


def test_forecasts_and_messages_of_others(world: World):
    body = {
        "unit_path": COMMUNE, "source": "Đài tỉnh", "made_at": NOON.isoformat(), "valid_from": NOON.isoformat(),
        "valid_to": "2026-11-21T12:00:00+07:00", "rain_mm": 30,
    }  # fmt: skip
    assert post(COMMUNE, "forecasts", body)[1]["proposed"] is False
    assert post("15/02680/", "forecasts", body)[0] == 403
    assert post(COMMUNE, "forecasts", {**body, "valid_to": body["valid_from"]})[0] == 422
    status, found = post(COMMUNE, "cap", {"unit_path": COMMUNE, "xml": "<alert/>"})
    assert status == 422 and found["code"] == "malformed" and found["reason"]
    assert Client().get("/api/v1/alerts/warnings").status_code == 401
