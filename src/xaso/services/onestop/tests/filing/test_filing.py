"""Filing through the API: one dossier for one key, numbers without gaps, events with their rows, few journeys."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from xaso.kernel.base.errors import ActionErrors
from xaso.kernel.cases.models import CaseStep
from xaso.kernel.events.models import Event, Outbox
from xaso.kernel.people.machines import issue_token, register_client
from xaso.kernel.people.models import Identifier, Person
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.actions import filing as filing_actions
from xaso.services.onestop.models import DayNumber, Dossier, Payment
from xaso.services.onestop.testing import BIRTH, COMMUNE, PERMIT, SYSTEM, a_setup

pytestmark = pytest.mark.django_db
URL = "/api/v1/onestop/dossiers"


@pytest.fixture
def file():
    client, secret = register_client(SYSTEM, name="LGSP", unit_path="", scopes=["onestop.file"])
    token = issue_token(client.client_id, secret)["access_token"]
    browser = Client()

    def send(key="", number="015085000777", procedure=BIRTH, **changes):
        body = setups_in_force.body_of(a_setup(procedure))
        answers = json.loads(json.dumps(dict(body.sample_answers), default=str))
        applicant = {"full_name": "Triệu Thị Mẩy", "id_number": number, "phone": "0912345678"}
        content = {"procedure": procedure, "unit": COMMUNE.strip("/").rpartition("/")[2]}
        return browser.post(
            URL,
            json.dumps({**content, "applicant": applicant, "answers": {**answers, **changes}}),
            content_type="application/json",
            headers={"authorization": f"Bearer {token}", **({"idempotency-key": key} if key else {})},
        )

    send.token = token
    return send


def test_the_same_key_makes_one_dossier_and_leaves_no_gap(file):
    first, again = file("a"), file("a")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["code"] == again.json()["code"]
    other = file("b")
    assert other.status_code == 201
    numbers = [int(code.rpartition("-")[2]) for code in Dossier.objects.values_list("code", flat=True)]
    assert sorted(numbers) == [1, 2]
    assert DayNumber.objects.get().last == 2
    assert Person.objects.count() == Identifier.objects.count() == 1


def test_a_key_with_other_content_is_refused(file):
    file("a")
    assert file("a", more="Khác hẳn").status_code == 409
    assert Dossier.objects.count() == 1


def test_what_was_filed_is_answered_though_the_form_asks_for_more_today(file, monkeypatch):
    code = file("a").json()["code"]

    def stricter(*_):
        raise ActionErrors({"child_name": ["Nhập thêm"]})

    monkeypatch.setattr(filing_actions, "_read", stricter)
    assert file("a").json()["code"] == code
    assert file("b").status_code == 422
    assert DayNumber.objects.get().last == 1


def test_rows_and_events_come_together_in_their_order(file):
    file("a", procedure=PERMIT)
    dossier = Dossier.objects.select_related("case").get()
    assert dossier.case.code == dossier.code
    assert CaseStep.objects.filter(case=dossier.case).count() == 1
    assert Payment.objects.filter(dossier=dossier).exists() is bool(dossier.fee_total)
    names = [name for name in Event.objects.values_list("name", flat=True) if not name.startswith("people.")]
    expected = ["cases.opened", "cases.paused"] if dossier.fee_total else ["cases.opened"]
    assert [name for name in names if name.startswith(("cases.", "onestop.dossier"))] == [
        *expected,
        "onestop.dossier_filed",
    ]
    waiting = Outbox.objects.values_list("event__name", flat=True)
    assert list(waiting).count("onestop.dossier_filed") == 1
    assert not [name for name in waiting if name.startswith("cases.")]


def test_a_submission_costs_two_statements_when_all_is_known(file):
    file("a")
    with CaptureQueriesContext(connection) as asked:
        assert file("b", number="015085000778").status_code == 201
    work = [
        one["sql"] for one in asked.captured_queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))
    ]
    ours = [sql for sql in work if "onestop_daynumber" in sql or "people_person" in sql]
    assert len(ours) == 2, work


def test_a_failing_row_leaves_nothing_behind(file, monkeypatch):
    file("a")
    before = (Event.objects.count(), Person.objects.count(), DayNumber.objects.get().last)

    def broken(*_):
        raise ActionErrors({"": ["Thử hỏng"]})

    monkeypatch.setattr(filing_actions, "_papers", broken)
    assert file("b", number="015085000779").status_code == 422
    assert (Event.objects.count(), Person.objects.count(), DayNumber.objects.get().last) == before


@pytest.mark.parametrize(
    "body", ['{"procedure": NaN}', "{'procedure': 1}", "", '{"a": "\\ud800"}', b"\xff{}"]
)
def test_a_body_that_is_no_json_is_refused_in_words(file, body):
    headers = {"authorization": f"Bearer {file.token}"}
    answer = Client().post(URL, body, content_type="application/json", headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"
    words = answer.json()["title"]
    assert "JSON đúng chuẩn" in words if answer.status_code == 400 else "chưa đúng mẫu" in words
    assert not Dossier.objects.exists()
