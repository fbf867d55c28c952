"""The pages of signing keys and paper templates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xaso.kernel.documents.models import PaperTemplate, SigningKey
from xaso.kernel.documents.papers_in_force import read_shipped, shipped, template_in_force
from xaso.kernel.people.testing import officer_account
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.testing import assert_page_ok

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "15/02683/", "15/02728/"


def signed_in(role: str, path: str = HERE) -> Client:
    http = Client()
    http.force_login(officer_account(role, path))
    return http


@pytest.fixture(autouse=True)
def commune():
    from xaso.kernel.units.testing import a_commune

    return a_commune()


def trial(**more: str) -> dict[str, str]:
    return {
        "kind": "agency",
        "way": "file",
        "unit_path": HERE,
        "holder": "UBND xã Bát Xát",
        "pin": "246810",
        **more,
    }


def test_a_seal_is_made_listed_and_ended() -> None:
    http = signed_in("admin")
    assert_page_ok(http.get("/desk/khoa-ky/").content)
    assert_page_ok(http.get("/desk/khoa-ky/them/").content)
    made = http.post("/desk/khoa-ky/them/", trial())
    assert made.status_code == 302
    key = SigningKey.objects.get()
    assert key.trial and key.holder == "UBND xã Bát Xát"
    shown = http.get(made["Location"])
    assert_page_ok(shown.content)
    assert "Chứng thư dùng thử" in shown.content.decode()
    assert http.post(f"/desk/khoa-ky/{key.pk}/thu-hoi/", {"reason": " "}).status_code == 422
    assert http.post(f"/desk/khoa-ky/{key.pk}/thu-hoi/", {"reason": "Đổi con dấu"}).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert "Đã thu hồi" in http.get("/desk/khoa-ky/").content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pin": "12ab56"}, "chỉ gồm chữ số"),
        ({"pin": ""}, "Đặt mã PIN"),
        ({"kind": "person"}, "Chọn người giữ khóa"),
        ({"way": "pkcs11"}, "Chọn tệp chứng thư"),
    ],
)
def test_what_a_key_needs_is_said(change: dict[str, str], words: str) -> None:
    answer = signed_in("admin").post("/desk/khoa-ky/them/", trial(**change))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not SigningKey.objects.exists()


def test_keys_of_others_stay_closed() -> None:
    signed_in("admin").post("/desk/khoa-ky/them/", trial())
    key = SigningKey.objects.get()
    other = signed_in("admin", ELSEWHERE)
    assert other.get(f"/desk/khoa-ky/{key.pk}/").status_code == 404
    assert other.post(f"/desk/khoa-ky/{key.pk}/thu-hoi/", {"reason": "thử"}).status_code == 404
    assert "UBND xã Bát Xát" not in other.get("/desk/khoa-ky/").content.decode()
    assert signed_in("specialist").get("/desk/khoa-ky/").status_code == 403


def a_key() -> str:
    return next(key for key in sorted(shipped()) if (file := read_shipped(key)) and file.sample)


def test_a_template_is_tried_first_and_begins_on_its_day() -> None:
    http, key = signed_in("admin"), a_key()
    assert key in http.get("/desk/mau-van-ban/").content.decode()
    page = f"/desk/mau-van-ban/{key}/"
    assert_page_ok(http.get(page).content)
    source = http.get(f"{page}tep/").content.decode()
    day = today() + timedelta(days=10)
    facts = {"valid_from": day.isoformat(), "legal_basis": "Quyết định 12/2026", "unit_path": HERE}
    tried = http.post(
        page, {**facts, "do": "try", "source": SimpleUploadedFile("m.typ", f"{source}\n".encode())}
    )
    assert tried.status_code == 200 and "chưa lưu" in tried.content.decode()
    assert not PaperTemplate.objects.filter(unit_path=HERE).exists()
    kept = http.post(page, {**facts, "do": "keep", "kept": f"{source}\n"})
    assert kept.status_code == 302
    assert template_in_force(key, unit_path=HERE).unit_path == ""
    assert template_in_force(key, day, HERE).unit_path == HERE


def test_a_template_that_cannot_be_typeset_is_not_kept() -> None:
    http, page = signed_in("admin"), f"/desk/mau-van-ban/{a_key()}/"
    facts = {"valid_from": today().isoformat(), "legal_basis": "Thử", "unit_path": HERE, "do": "keep"}
    answer = http.post(page, {**facts, "kept": "#let x = ("})
    assert answer.status_code == 422 and "Mẫu chưa dựng được" in answer.content.decode()
    past = http.post(page, {**facts, "valid_from": "2020-01-01", "kept": "chữ"})
    assert past.status_code == 422
    assert http.get("/desk/mau-van-ban/khong.co/").status_code == 404
    assert signed_in("specialist").get("/desk/mau-van-ban/").status_code == 403
