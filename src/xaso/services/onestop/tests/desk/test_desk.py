"""Officers' pages: each role sees and does only its own; a dossier goes its way; a second press harms nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer_account
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.onestop.actions.base import open_step
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.testing import COMMUNE, PERMIT, a_dossier

pytestmark = pytest.mark.django_db

OTHER = "15/02647/"


def signed_in(role, path=COMMUNE):
    account = officer_account(role, path)
    http = Client()
    http.force_login(account)
    http.account = account
    http.viewer = viewer_of(account)
    return http


def url(dossier, tail=""):
    return f"/desk/onestop/ho-so/{dossier.code}/{tail}"


def test_queue_shows_what_lies_with_the_unit():
    dossier = a_dossier()
    desk = signed_in("receptionist")
    mine = desk.get("/desk/onestop/")
    assert mine.status_code == 200
    assert_page_ok(mine.content)
    assert dossier.code in mine.content.decode()  # who holds nothing yet sees the work of the unit
    page = desk.get("/desk/onestop/?xem=unit")
    assert_page_ok(page.content)
    text = page.content.decode()
    assert "Người chuyển" not in text, "nobody handed anything over: no empty column"
    assert dossier.code in text
    assert "Triệu Thị Mẩy" in text
    for view in ("late", "today", "waiting", "all"):
        assert_page_ok(desk.get(f"/desk/onestop/?xem={view}").content)
    found = desk.get("/desk/onestop/", {"xem": "unit", "tim": dossier.code[-6:]})
    assert dossier.code in found.content.decode()
    none = desk.get("/desk/onestop/", {"xem": "unit", "tim": "khong co"})
    assert "Không có hồ sơ nào khớp" in none.content.decode()


def test_others_see_nothing():
    dossier = a_dossier()
    stranger = signed_in("receptionist", OTHER)
    assert dossier.code not in stranger.get("/desk/onestop/?xem=unit").content.decode()
    assert stranger.get(url(dossier)).status_code == 404
    assert stranger.post(url(dossier, "tiep-nhan/")).status_code == 404
    anonymous = Client()
    assert anonymous.get(url(dossier)).status_code == 302


def test_case_page_accept_and_advance():
    dossier = a_dossier(PERMIT)
    desk = signed_in("receptionist")
    page = desk.get(url(dossier))
    assert page.status_code == 200
    assert_page_ok(page.content)
    assert "Tiếp nhận" in page.content.decode()
    first = desk.post(url(dossier, "tiep-nhan/"))
    assert first.status_code == 302
    second = desk.post(url(dossier, "tiep-nhan/"))
    assert second.status_code == 302
    dossier.refresh_from_db()
    assert dossier.received_at is not None
    step = open_step(dossier)
    assert step.kind == "review"
    work = signed_in("specialist")
    text = work.get(url(dossier)).content.decode()
    assert step.title in text
    assert work.post(url(dossier, "nhan-viec/")).status_code == 302
    step.refresh_from_db()
    assert step.holder_id == work.account.pk
    assert dossier.code in work.get("/desk/onestop/").content.decode()


def test_leader_cannot_accept_and_receptionist_cannot_extend():
    dossier = a_dossier(PERMIT)
    leader, desk = signed_in("leader"), signed_in("receptionist")
    assert leader.post(url(dossier, "tiep-nhan/")).status_code == 403
    assert desk.get(url(dossier, "viec/xin-loi/")).status_code == 403
    assert leader.get(url(dossier, "viec/xin-loi/")).status_code == 200
    assert Dossier.objects.get(pk=dossier.pk).received_at is None


def test_who_must_draft_is_told_to_draft_although_a_head_approves_before_the_signature():
    dossier = a_dossier(PERMIT)
    signed_in("receptionist").post(url(dossier, "tiep-nhan/"))
    work = signed_in("specialist")
    while open_step(dossier).key != "draft":
        step = open_step(dossier)
        work.post(url(dossier, "chuyen-buoc/"), {"step": str(step.pk)})
        assert open_step(dossier).pk != step.pk
    text = work.get(url(dossier)).content.decode()
    assert "Soạn dự thảo kết quả trước khi trình ký" in text
