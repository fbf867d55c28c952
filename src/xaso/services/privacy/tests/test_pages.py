"""Every page renders, refuses kindly, keeps what was typed."""

import json
from datetime import timedelta

import pytest

from xaso.kernel.events.models import Event
from xaso.kernel.people import consents
from xaso.kernel.people.doors import PROVE_AGAIN
from xaso.kernel.people.machines import issue_token, register_client
from xaso.kernel.people.models import PersonView
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.privacy import actions
from xaso.services.privacy.models import Breach, RightsRequest
from xaso.services.privacy.tests.conftest import COMMUNE, entered

pytestmark = pytest.mark.django_db


def test_the_citizens_pages(citizen):
    http = entered(citizen)
    for url in ("/privacy/", "/privacy/dong-y/", "/privacy/yeu-cau/", "/cua-toi/ai-da-xem"):
        page = http.get(url)
        assert page.status_code == 200, url
        assert_page_ok(page.content)
    empty = http.post("/privacy/yeu-cau/", {"kind": "correct", "detail": ""})
    assert empty.status_code == 422
    assert_page_ok(empty.content)
    sent = http.post("/privacy/yeu-cau/", {"kind": "correct", "detail": "Số máy đã đổi"})
    row = RightsRequest.objects.get()
    assert sent["Location"] == f"/privacy/yeu-cau/{row.pk}/"
    assert_page_ok(http.get(sent["Location"]).content)
    stranger = entered(a_citizen_account("Người Khác", "010185000099"))
    assert stranger.get(sent["Location"]).status_code == 404


def test_a_consent_given_and_taken_back_on_the_page_with_its_paper(citizen):
    http = entered(citizen)
    http.post("/privacy/dong-y/reuse_papers/", {"do": "given"})
    assert consents.may_use(citizen.person_id, "reuse_papers")
    page = http.get("/privacy/dong-y/")
    assert "Rút lại" in page.content.decode()
    said = consents.history(viewer_of(citizen), citizen.person_id)[0]
    paper = http.get(f"/privacy/dong-y/giay/{said.pk}.pdf")
    assert paper.content.startswith(b"%PDF")
    assert (
        entered(a_citizen_account("Khác", "010185000099"))
        .get(f"/privacy/dong-y/giay/{said.pk}.pdf")
        .status_code
        == 404
    )
    http.post("/privacy/dong-y/reuse_papers/", {"do": "withdrawn"})
    assert not consents.may_use(citizen.person_id, "reuse_papers")
    assert http.post("/privacy/dong-y/one_stop/", {"do": "withdrawn"}).status_code == 422


@pytest.mark.parametrize("kind", ["view", "correct", "delete", "object"])
def test_the_desk_handles_a_request(citizen, clerk, kind):
    row = actions.ask(viewer_of(citizen), kind=kind, detail="chi tiết")
    desk = entered(clerk)
    url = f"/desk/privacy/yeu-cau/{row.pk}/"
    for page in (
        desk.get("/desk/privacy/yeu-cau/"),
        desk.get("/desk/privacy/yeu-cau/?xem=tat-ca"),
        desk.get(url),
    ):
        assert page.status_code == 200
        assert_page_ok(page.content)
    assert PersonView.objects.filter(person=citizen.person, through=row.case.code).count() == 1
    assert desk.post(url, {"do": "answer", "answer-words": ""}).status_code == 422
    assert desk.post(url, {"do": "answer", "answer-words": "Sẽ làm"}).status_code == 302
    if kind == "correct":
        assert desk.post(url, {"do": "correct", "correct-phone": "0987654321"}).status_code == 302
    if kind == "delete":
        assert "Giữ" in desk.get(url).content.decode()
        assert desk.post(url, {"do": "erase"}).status_code == 302
    if kind == "object":
        assert desk.post(url, {"do": "stop", "stop-purposes": ["notice_sms"]}).status_code == 302
    assert desk.post(url, {"do": "finish", "finish-words": "Đã xong"}).status_code == 302
    assert_page_ok(desk.get(url).content)
    assert "Đã xong" in entered(citizen).get(f"/privacy/yeu-cau/{row.pk}/").content.decode()


def test_the_breach_pages():
    desk = entered(officer_account("leader", COMMUNE))
    for url in ("/desk/privacy/vi-pham/", "/desk/privacy/vi-pham/moi/"):
        assert_page_ok(desk.get(url).content)
    empty = desk.post("/desk/privacy/vi-pham/moi/", {"title": ""})
    assert empty.status_code == 422
    done = desk.post(
        "/desk/privacy/vi-pham/moi/",
        {
            "title": "Mất máy",
            "noticed_at": "2026-01-05T08:30",
            "story": "Mất",
            "data_kinds": "Bản quét",
            "must_notify": "on",
        },
    )
    row = Breach.objects.get()
    assert done["Location"] == f"/desk/privacy/vi-pham/{row.pk}/"
    page = desk.get(done["Location"])
    assert_page_ok(page.content)
    assert "Quá hạn" in page.content.decode()
    assert desk.get(f"/desk/privacy/vi-pham/{row.pk}/thong-bao.pdf").content.startswith(b"%PDF")
    late = desk.post(done["Location"], {"do": "notify", "number": "1/UB", "at": "2026-01-09T08:30"})
    assert late.status_code == 422
    assert "1/UB" in late.content.decode()
    good = {"do": "notify", "number": "1/UB", "at": "2026-01-09T08:30", "late_reason": "Mất liên lạc"}
    assert desk.post(done["Location"], good).status_code == 302
    assert desk.post(done["Location"], {"do": "close"}).status_code == 302
    assert_page_ok(desk.get(f"/desk/privacy/vi-pham/{row.pk}/").content)


def test_the_register_on_screen_paper_and_sheet():
    desk = entered(officer_account("leader", COMMUNE))
    assert_page_ok(desk.get("/desk/privacy/so-xu-ly/").content)
    assert desk.get("/desk/privacy/so-xu-ly/so.xlsx").content[:2] == b"PK"
    assert desk.get("/desk/privacy/so-xu-ly/so.pdf").content.startswith(b"%PDF")
    assert Event.objects.filter(name="access.exported").count() == 2


def test_what_leaves_the_system_needs_a_fresh_proof():
    desk = entered(officer_account("leader", COMMUNE))
    desk.get("/desk/")
    session = desk.session
    session["proved"] = (moment.now() - timedelta(hours=1)).isoformat()
    session.save()
    for path in ("so-xu-ly/so.xlsx", "so-xu-ly/so.pdf"):
        answer = desk.get(f"/desk/privacy/{path}")
        assert (answer.status_code, answer["Location"].startswith(PROVE_AGAIN)) == (302, True)
    assert not Event.objects.filter(name="access.exported").exists()
    assert entered(officer_account("specialist", COMMUNE)).get("/desk/privacy/so-xu-ly/").status_code == 403


def test_other_systems_ask_for_a_consent_and_the_person_sees_it(citizen, client):
    made, secret = register_client(Viewer.system(), name="Trục", unit_path="", scopes=["privacy.consent"])
    token = issue_token(made.client_id, secret)["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    def ask(purpose: str) -> bool:
        answer = client.post(
            "/api/v1/privacy/consents/check",
            json.dumps({"personal_number": "010185000012", "purpose": purpose}),
            content_type="application/json",
            headers=headers,
        )
        return bool(answer.json()["allowed"])

    assert (ask("notice_sms"), ask("notice_zalo")) == (True, False)
    assert PersonView.objects.filter(person=citizen.person, viewer_kind="machine").count() == 2
    assert client.get("/api/v1/privacy/purposes", headers=headers).json()[0]["code"]
