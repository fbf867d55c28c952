"""A dossier with a key is filed although the connection to the database was lost meanwhile, and only once."""

from __future__ import annotations

import json

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from xaso.kernel.base.lost_lines import repeated_when_lost
from xaso.kernel.people.machines import issue_token, register_client
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.actions import filing as filing_actions
from xaso.services.onestop.models import DayNumber, Dossier
from xaso.services.onestop.testing import BIRTH, COMMUNE, SYSTEM, a_setup

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def send():
    client, secret = register_client(SYSTEM, name="LGSP", unit_path="", scopes=["onestop.file"])
    token = issue_token(client.client_id, secret)["access_token"]
    browser = Client()
    body = setups_in_force.body_of(a_setup(BIRTH))
    content = {
        "procedure": BIRTH,
        "unit": COMMUNE.strip("/").rpartition("/")[2],
        "applicant": {"full_name": "Triệu Thị Mẩy", "id_number": "015085000777", "phone": "0912345678"},
        "answers": json.loads(json.dumps(dict(body.sample_answers), default=str)),
    }

    def post(key):
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
        return browser.post(
            "/api/v1/onestop/dossiers", json.dumps(content), "application/json", headers=headers
        )

    return post


def cut() -> None:
    """The server ends our connection behind our back."""
    connection.ensure_connection()
    with psycopg.connect(
        connection.connection.info.dsn, password=connection.connection.info.password
    ) as other:
        pid = connection.connection.info.backend_pid
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_line_lost_before_is_mended_by_the_filing_itself(send):
    first = send("a")
    cut()
    second = send("b")
    assert (first.status_code, second.status_code) == (201, 201)
    assert Dossier.objects.count() == DayNumber.objects.get().last == 2


def test_a_line_lost_after_the_commit_files_nothing_twice(send, monkeypatch):
    once = filing_actions._file
    tries = []

    def committed_and_lost(*given):
        made = once(*given)
        tries.append(made.code)
        cut()
        raise OperationalError("the connection is lost")

    def first_lost(*given):
        return once(*given) if tries else committed_and_lost(*given)

    monkeypatch.setattr(filing_actions, "_file", first_lost)
    answer = send("a")
    assert answer.status_code == 200
    assert [answer.json()["code"]] == tries
    assert Dossier.objects.count() == DayNumber.objects.get().last == 1


def test_other_faults_and_other_peoples_transactions_are_not_repeated():
    tries = []
    connection.ensure_connection()

    def refused():
        tries.append(1)
        raise OperationalError("refused, though the line is good")

    with pytest.raises(OperationalError):
        repeated_when_lost(refused)
    with pytest.raises(OperationalError), transaction.atomic():
        repeated_when_lost(refused)
    assert len(tries) == 2
