"""An officer makes a catalogue procedure electronic through the pages alone, and somebody files it."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from django.test import Client

from xaso.kernel.people.testing import a_citizen_account, officer_account
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.testing import assert_page_ok
from xaso.kernel.units.testing import a_commune
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.models import Dossier, Draft, Procedure, ProcedureVersion, Setup
from xaso.services.onestop.testing import BIRTH, COMMUNE, a_setup

pytestmark = pytest.mark.django_db

HOME = "/desk/onestop/thu-tuc-dien-tu/"
CODE = "1.999001"


@pytest.fixture
def desk():
    a_commune(COMMUNE)
    http = Client()
    http.force_login(officer_account("admin", COMMUNE))
    return http


def a_procedure(**data):
    procedure = Procedure.objects.create(
        code=CODE,
        name="Xác nhận đăng ký chăn nuôi ong",
        field="Chăn nuôi",
        search_text="xac nhan dang ky chan nuoi ong",
    )
    told = {
        "subjects": ["Công dân Việt Nam"],
        "competent": ["Ủy ban nhân dân cấp xã"],
        "term": {"status": "parsed", "kind": "working_days", "code": "5wd", "raw": "5 Ngày làm việc"},
        "fee": {"status": "parsed", "kind": "none", "amount": 0, "raw": "Miễn phí"},
        "components": [
            {"status": "parsed", "name": "Đơn đăng ký", "originals": 1, "copies": 0, "form": "yes"},
            {"status": "parsed", "name": "Ảnh tổ ong", "originals": 0, "copies": 1, "form": "no"},
        ],
        "legal": [{"status": "parsed", "title": "Nghị định về chăn nuôi", "number": "13/2020/NĐ-CP"}],
        "results": [{"status": "parsed", "name": "Giấy xác nhận nuôi ong", "code": "KQ.X.000001"}],
        **data,
    }
    ProcedureVersion.objects.create(
        procedure=procedure,
        number=1,
        name=procedure.name,
        field=procedure.field,
        decision="1/QĐ-BNN",
        levels=["Cấp xã"],
        data=told,
        source="thử",
        source_hash="0" * 64,
        valid_from=date(2025, 7, 1),
    )
    return procedure


def begin(desk, source=f"catalogue:{CODE}"):
    answer = desk.post(f"{HOME}moi/", {"tu": source, "noi": COMMUNE})
    assert answer.status_code == 302, answer.content.decode()[:1000]
    return answer["Location"]


def fields_of(page):
    """What a browser would send of the form on a page, as it stands."""
    html = page.content.decode()
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        facts = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        ticked = " checked" in tag or facts.get("type") not in ("radio", "checkbox")
        if facts.get("name", "").startswith("o.") and ticked:
            found.setdefault(facts["name"], []).append(unescape(facts.get("value", "")))
    for name, inside in re.findall(r'<textarea name="(o\.[^"]+)"[^>]*>\n?(.*?)</textarea>', html, re.S):
        found[name] = [unescape(inside)]
    for tag, inside in re.findall(r"<select([^>]*)>(.*?)</select>", html, re.S):
        name = re.search(r'name="(o\.[^"]+)"', tag)
        chosen = re.findall(r'<option value="([^"]*)"[^>]*selected', inside)
        if name:
            found[name[1]] = [unescape(chosen[0] if chosen else "")]
    return found


def save(desk, url, **changes):
    """Open a page, change some boxes, press save; all others go back as they stood."""
    page = desk.get(url)
    assert page.status_code == 200
    assert_page_ok(page.content)
    data = {**fields_of(page), **{f"o.{k.replace('__', '.')}": v for k, v in changes.items()}}
    answer = desk.post(url, data)
    assert answer.status_code == 302
    return Setup.objects.get(pk=re.search(r"[0-9a-f-]{36}", url)[0]).body


def option(desk, url, name, words):
    """The value of a choice whose words stand on the page."""
    html = desk.get(url).content.decode()
    select = re.search(rf'<select[^>]*name="{re.escape(name)}"[^>]*>(.*?)</select>', html, re.S)[1]
    for value, label in re.findall(r'<option value="([^"]*)"[^>]*>(.*?)</option>', select, re.S):
        if words in unescape(label):
            return unescape(value)
    raise AssertionError(f"no choice {words}")


def errors_on(desk, url):
    return unescape(desk.get(url).content.decode())


def test_a_new_procedure_from_the_catalogue_to_a_dossier(desk):
    a_procedure()
    found = desk.get(f"{HOME}moi/?tim={CODE}")
    assert_page_ok(found.content)
    url = begin(desk)
    page = desk.get(url)
    assert_page_ok(page.content)
    setup = Setup.objects.get()
    assert setup.state == "draft"
    assert setup.body["cases"][0]["term"] == "5wd"
    assert [one["name"] for one in setup.body["components"]] == ["Đơn đăng ký", "Ảnh tổ ong"]
    for part in ("trang", "dung", "cam-doan", "giay-to", "truong-hop", "buoc", "phi", "ket-qua"):
        assert_page_ok(desk.get(f"{url}{part}/").content)

    save(
        desk,
        f"{url}co-ban/",
        title="Đăng ký nuôi ong",
        who_can="Hộ nuôi ong trong xã.",
        summary="Đăng ký đàn ong với xã.",
    )
    added = desk.post(f"{url}trang/", {"do": "add", "new.label": "Nuôi ong thế nào?"})
    page_url = added["Location"]
    asked = desk.post(page_url, {"do": "add", "new.label": "Số đàn ong", "new.kind": "number"})["Location"]
    body = save(desk, asked, min="1", max="500", unit="đàn")
    assert body["pages"][-1]["fields"][0]["max"] == 500
    kind = desk.post(page_url, {"do": "add", "new.label": "Loại ong", "new.kind": "radio"})["Location"]
    assert "Ghi các lựa chọn" in errors_on(desk, kind)
    body = save(desk, kind, options__0__label="Ong nội", options__1__label="Ong ngoại")
    assert [one["value"] for one in body["pages"][-1]["fields"][1]["options"]] == ["ong_noi", "ong_ngoai"]
    desk.post(page_url, {"do": "add", "new.label": "Nguồn gốc ong ngoại", "new.kind": "text"})
    origin = f"{page_url}nguon_goc_ong_ngoai/"
    token = option(desk, origin, "o.ask_when.0.token", "“Ong ngoại”")
    body = save(desk, origin, ask_when__0__token=token)
    assert body["pages"][-1]["fields"][2]["ask_when"] == {"field": "loai_ong", "is": "ong_ngoai"}

    add_papers_and_terms(desk, url, token)
    publish_it(desk, url, setup)
    file_it(setup)


def add_papers_and_terms(desk, url, token):
    """A paper and a fee only for foreign bees, a second case with its own term."""
    paper = desk.post(f"{url}giay-to/", {"do": "add", "new.label": "Giấy kiểm dịch"})["Location"]
    token = option(desk, paper, "o.when.0.token", "“Ong ngoại”")
    save(desk, paper, when__0__token=token, legal_basis="13/2020/NĐ-CP")
    case = desk.post(f"{url}truong-hop/", {"do": "add", "new.label": "Ong ngoại"})["Location"]
    assert "Nhập thời hạn theo luật" in errors_on(desk, case)
    save(desk, case, term="mười ngày", term_basis="13/2020/NĐ-CP")
    assert "Không đọc được thời hạn" in errors_on(desk, case)
    assert "mười ngày" in errors_on(desk, case)
    save(desk, case, term="10wd", when__0__token=token)
    assert "không bao giờ được chọn" in errors_on(desk, url)
    desk.post(f"{url}truong-hop/", {"do": "up:ong_ngoai"})
    fee = desk.post(f"{url}phi/", {"do": "add", "new.label": "Lệ phí đăng ký"})["Location"]
    save(desk, fee, method="fixed", amount="20.000", legal_basis="NQ 1/2026", when__0__token=token)
    final = desk.get(url)
    assert "Không còn chỗ nào phải sửa" in final.content.decode(), re.findall(
        r"<li><a href=[^>]+>[^<]+</a>: [^<]+", final.content.decode()
    )


def publish_it(desk, url, setup):
    """From today on; a day that has passed is refused."""
    publish = f"{url}cong-bo/"
    assert_page_ok(desk.get(publish).content)
    late = desk.post(publish, {"valid_from": "2020-01-01"})
    assert late.status_code == 422 and "Ngày bắt đầu đã qua" in late.content.decode()
    done = desk.post(publish, {"valid_from": today().isoformat()})
    assert done.status_code == 302, done.content.decode()
    setup.refresh_from_db()
    assert setup.state == "published" and "_dropped" not in setup.body


def file_it(setup):
    """A citizen files the new procedure through the pages."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from xaso.services.onestop.testing import a_picture

    setups_in_force.forget()
    citizen = Client()
    citizen.force_login(a_citizen_account())
    start = citizen.get(f"/onestop/thu-tuc/{CODE}/?unit={COMMUNE}")
    assert "Đăng ký nuôi ong" in start.content.decode()
    citizen.post(f"/onestop/thu-tuc/{CODE}/nop/", {"variant": ""})
    draft = Draft.objects.get()
    answers = {
        "applicant_name": "Triệu Thị Mẩy",
        "applicant_born.day": "1",
        "applicant_born.month": "2",
        "applicant_born.year": "1985",
        "applicant_id_number": "010185000012",
        "applicant_home.province": "15",
        "applicant_home.unit": COMMUNE,
        "applicant_home.detail": "thôn Nậm",
        "applicant_phone": "",
        "applicant_email": "",
        "request": "Xin đăng ký nuôi ong",
        "so_dan_ong": "12",
        "loai_ong": "ong_ngoai",
        "nguon_goc_ong_ngoai": "Trại giống tỉnh",
    }
    where = ""
    for _ in range(20):
        where = citizen.get(f"/onestop/nop/{draft.pk}/")["Location"]
        if "/trang/" not in where:
            break
        sure = {f"sure.{key}": "yes" for key in answers}
        answer = citizen.post(where, answers | sure)
        assert answer.status_code == 302, re.findall(r"Lỗi: </span>([^<]+)<", answer.content.decode())
    assert where.endswith("/giay-to/")
    for key in ("anh_to_ong", "giay_kiem_dich"):
        picture = SimpleUploadedFile("anh.jpg", a_picture(), "image/jpeg")
        assert citizen.post(where, {f"files.{key}": picture, "keep": key}).status_code == 302
    assert citizen.post(where, {"next": "1"})["Location"].endswith("/nhan-ket-qua/")
    check = citizen.post(f"/onestop/nop/{draft.pk}/nhan-ket-qua/", {"way": "screen"})["Location"]
    sent = citizen.post(check, {"promise.truth": "yes"})
    assert sent.status_code == 302, sent.content.decode()[:2000]
    dossier = Dossier.objects.get()
    assert dossier.setup_id == setup.pk
    assert dossier.answers["so_dan_ong"] == 12
    body = setups_in_force.body_of(setup)
    from xaso.services.onestop import eforms

    given = eforms.Given(today(), {"channel": "online"})
    assert eforms.term_for(body, dossier.answers, given).term == "10wd"
    assert eforms.fee_lines(body, dossier.answers, "online", today(), [], given).total == 20_000


@pytest.mark.parametrize("code", ["1.013225", "1.001612"])
def test_every_page_of_a_shipped_procedure_comes_back_as_it_was(desk, code):
    """Open and save each part of a long setup: nothing changes but the first day."""
    setup = a_setup(code)
    url = begin(desk, f"setup:{setup.pk}")
    before = Setup.objects.get(state="draft").body
    save(desk, f"{url}co-ban/")
    for slug, name in (
        ("trang", "pages"),
        ("giay-to", "components"),
        ("truong-hop", "cases"),
        ("buoc", "steps"),
        ("phi", "fees"),
        ("ket-qua", "results"),
        ("dung", "stops"),
        ("cam-doan", "promises"),
    ):
        for part in before.get(name, []):
            save(desk, f"{url}{slug}/{part['key']}/")
            for inner in part.get("fields") or part.get("draft") or []:
                save(desk, f"{url}{slug}/{part['key']}/{inner['key']}/")
    after = Setup.objects.get(state="draft").body
    from xaso.services.onestop import eforms

    old, new = eforms.Setup.model_validate(before), eforms.Setup.model_validate(after)
    assert [(one.path, one.before, one.after) for one in eforms.form_diff(old, new)] == []
    page = desk.get(f"{url}khac/")
    assert_page_ok(page.content)
    assert "valid_from" not in page.content.decode()


def test_preview_and_try_run(desk):
    setup = a_setup(BIRTH)
    url = f"{HOME}{setup.pk}/"
    first = desk.get(f"{url}xem-thu/")
    assert_page_ok(first.content)
    wrong = desk.post(f"{url}xem-thu/", {"trang": setup.body["pages"][0]["key"]})
    assert wrong.status_code in (302, 422)
    assert desk.post(f"{url}xem-thu/", {"do": "sample"}).status_code == 302
    result = desk.get(f"{url}xem-thu/?ket-qua=1&kenh=counter")
    assert_page_ok(result.content)
    text = unescape(result.content.decode())
    assert "Giấy tờ phải có" in text and "Trả kết quả" in text
    assert not Dossier.objects.exists()


def test_taken_out_parts_come_back(desk):
    a_procedure()
    url = begin(desk)
    desk.post(f"{url}giay-to/", {"do": "drop:anh_to_ong"})
    setup = Setup.objects.get()
    assert len(setup.body["components"]) == 1
    assert_page_ok(desk.get(url).content)
    desk.post(f"{url}lay-lai/", {"so": "0"})
    setup.refresh_from_db()
    assert [one["key"] for one in setup.body["components"]] == ["don_dang_ky", "anh_to_ong"]


def test_only_own_units_and_drafts(desk):
    a_procedure()
    url = begin(desk)
    other = Client()
    other.force_login(officer_account("admin", "04/01273/"))
    assert other.get(url).status_code == 404
    assert other.post(f"{url}co-ban/", {"o.title": "x"}).status_code == 404
    assert other.post(f"{HOME}moi/", {"tu": f"catalogue:{CODE}", "noi": COMMUNE}).status_code == 403
    assert other.post(f"{HOME}moi/", {"tu": f"catalogue:{CODE}", "noi": ""}).status_code == 403
    clerk = Client()
    clerk.force_login(officer_account("clerk", COMMUNE))
    assert clerk.get(HOME).status_code == 403
    assert desk.post(f"{url}bo-nhap/").status_code == 302
    assert desk.post(f"{url}co-ban/", {"o.title": "x"}).status_code == 404
    for view in ("published", "coming", "drafts", "ended"):
        assert_page_ok(desk.get(f"{HOME}?xem={view}&tim=ong").content)


def test_unclear_catalogue_texts_are_left_to_settle(desk):
    a_procedure(
        term={"status": "ambiguous", "raw": "5", "reason": "unit_lost", "candidates": ["5?"]},
        fee={"status": "ambiguous", "raw": "Miễn phí theo 106/2021", "reason": "free_but_tariff"},
    )
    url = begin(desk)
    text = unescape(desk.get(url).content.decode())
    assert "Danh mục ghi: “5”." in text
    assert "Nhập thời hạn theo luật" in text and "Chọn cách tính" in text
    held = desk.post(f"{url}cong-bo/", {"valid_from": today().isoformat()})
    assert held.status_code == 422
    assert Setup.objects.get().state == "draft"


def test_end_of_a_procedure(desk):
    a_procedure()
    setup = Setup.objects.create(
        procedure=Procedure.objects.get(),
        number=1,
        title="Thử",
        unit_path=COMMUNE,
        body=a_setup(BIRTH).body,
        state="published",
        valid_from=today(),
    )
    url = f"{HOME}{setup.pk}/ket-thuc/"
    assert_page_ok(desk.get(url).content)
    assert desk.post(url, {"last_day": "2020-01-01", "legal_basis": "QĐ 1/2026"}).status_code == 422
    assert desk.post(url, {"last_day": today().isoformat(), "legal_basis": "QĐ 1/2026"}).status_code == 302
    setup.refresh_from_db()
    assert setup.valid_to == today()
    shared = a_setup(BIRTH)
    assert desk.get(f"{HOME}{shared.pk}/ket-thuc/").status_code == 404
