"""Reception at the counter: nothing typed is lost, card, papers, money, receipt; incomplete ones get their slip."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xaso.kernel.people.consents import say
from xaso.kernel.people.models import Identifier
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.models import Dossier, Payment
from xaso.services.onestop.testing import BIRTH, MARITAL, PERMIT, a_dossier, a_picture, a_setup
from xaso.services.onestop.tests.desk.test_desk import signed_in, url

pytestmark = pytest.mark.django_db

CARD = "010185000012||Triệu Thị Mẩy|12031985|Nữ|Bản Nậm Đăm, Bát Xát, Lào Cai|27042021"


def page_of(procedure):
    return f"/desk/onestop/tiep-nhan/{procedure}/"


def posted(setup, **more):
    """The sample answers as the page posts them, all papers ticked."""
    body = setups_in_force.body_of(setup)
    data = {}
    for _, question in body.questions():
        data |= eforms.form_values(question, body.sample_answers.get(question.key))
        data[f"sure.{question.key}"] = "yes"
    given = eforms.Given(setup.valid_from, {"channel": "counter", "identity_proven": False})
    needed = eforms.required_components(body, body.sample_answers, given)
    data |= {
        "got": [one.component.key for one in needed],
        **{f"originals.{one.component.key}": "1" for one in needed},
        "nop-id_number": "010185000012",
        "nop-full_name": "Triệu Thị Mẩy",
        "nop-birth_date.day": "12",
        "nop-birth_date.month": "3",
        "nop-birth_date.year": "1985",
        "nop-phone": "0912345678",
        "nop-seen": "on",
        "tra-channel": "counter",
        "tra-way": "counter",
        "bien-the": setup.variant,
        "once_key": "11111111-1111-4111-8111-111111111111",
        "act": "accept",
    }
    return data | more


def problems(answer):
    return re.findall(r"Lỗi: </span>([^<]+)<", answer.content.decode())


@pytest.mark.parametrize("procedure", [BIRTH, PERMIT, MARITAL])
def test_walk_in_in_one_go(procedure):
    setup = a_setup(procedure)
    desk = signed_in("receptionist")
    empty = desk.get(page_of(procedure), {"bien-the": setup.variant})
    assert empty.status_code == 200
    assert_page_ok(empty.content)
    done = desk.post(page_of(procedure), posted(setup, money="cash"))
    assert done.status_code == 302, problems(done)
    dossier = Dossier.objects.get()
    assert dossier.received_at is not None
    assert dossier.channel == "counter"
    assert dossier.fee_state in {"none", "paid"}
    assert not Payment.objects.filter(state="due").exists()
    after = desk.get(done["Location"])
    assert dossier.code in after.content.decode()
    assert_page_ok(after.content)
    again = desk.post(page_of(procedure), posted(setup, money="cash"))
    assert again.status_code == 302
    assert Dossier.objects.count() == 1
    proof = Identifier.objects.get(person=dossier.applicant, kind="personal_number").proof
    assert proof == "seen"


def test_an_address_typed_at_the_counter_names_its_commune(monkeypatch):
    """The answers of the counter are checked and completed like those of the portal."""
    from xaso.services.onestop.desk import walkin
    from xaso.services.onestop.unit_names import UNIT_NAMES

    setup, seen = a_setup(BIRTH), []
    read = eforms.validate_all
    monkeypatch.setattr(
        walkin.eforms, "validate_all", lambda body, raw, given: seen.append(given) or read(body, raw, given)
    )
    signed_in("receptionist").get(page_of(BIRTH), {"bien-the": setup.variant})
    assert seen[0].unit_names is UNIT_NAMES


def test_errors_keep_everything_typed_and_every_file():
    setup = a_setup(MARITAL)
    desk = signed_in("receptionist")
    data = posted(setup)
    body = setups_in_force.body_of(setup)
    key = data["got"][0]
    data |= {
        "nop-full_name": "",
        "nop-address": "Thôn Nậm Đăm",
        f"files.{key}": SimpleUploadedFile("a.jpg", a_picture(1700, 2400), "image/jpeg"),
    }
    answer = desk.post(page_of(MARITAL), data)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert_page_ok(answer.content)
    assert "Có lỗi cần sửa" in text
    assert "Thôn Nậm Đăm" in text
    token = re.search(rf'name="kept\.{key}" value="([^"]+)"', text)[1]
    del data[f"files.{key}"]
    data |= {"nop-full_name": "Triệu Thị Mẩy", f"kept.{key}": token}
    done = desk.post(page_of(MARITAL), data)
    assert done.status_code == 302, problems(done)
    paper = Dossier.objects.get().papers.get(component=key)
    assert paper.file.media_type == "application/pdf"
    assert paper.source == "scanned"
    assert paper.originals == 1
    assert body.title


def test_missing_paper_is_named():
    setup = a_setup(MARITAL)
    data = posted(setup, got=[])
    answer = signed_in("receptionist").post(page_of(MARITAL), data)
    assert answer.status_code == 422
    assert any("Thêm giấy tờ" in one for one in problems(answer))
    assert not Dossier.objects.exists()


def test_card_typed_by_a_hand_scanner_fills_the_form():
    setup = a_setup(MARITAL)
    data = {"nop-id_number": CARD, "act": "refresh", "bien-the": setup.variant}
    text = signed_in("receptionist").post(page_of(MARITAL), data).content.decode()
    assert "Triệu Thị Mẩy" in text
    assert 'value="1985"' in text
    assert "chưa xác thực" in text.lower()


def test_incomplete_goes_to_the_supplement_slip():
    setup = a_setup(MARITAL)
    desk = signed_in("receptionist")
    answer = desk.post(page_of(MARITAL), posted(setup, got=[], act="supplement"))
    dossier = Dossier.objects.get()
    assert answer["Location"].endswith(f"{dossier.code}/viec/bo-sung/")
    page = desk.get(answer["Location"])
    assert_page_ok(page.content)
    assert " checked" in page.content.decode()
    key = next(one["paper"] for one in dossier.missing if "paper" in one)
    asked = desk.post(answer["Location"], {"item": [key], f"note.{key}": "Thiếu", "reason": "Thiếu tờ khai"})
    assert asked.status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == 5
    back = desk.get(url(dossier, "viec/nhan-bo-sung/"))
    assert_page_ok(back.content)
    given = desk.post(url(dossier, "viec/nhan-bo-sung/"), {"given": [key]})
    assert given.status_code == 302, problems(given)
    dossier.refresh_from_db()
    assert dossier.status == 1


def test_refusal_at_the_counter():
    setup = a_setup(MARITAL)
    desk = signed_in("receptionist")
    answer = desk.post(page_of(MARITAL), posted(setup, got=[], act="refuse"))
    page = answer["Location"]
    empty = desk.post(page, {"reason": ""})
    assert empty.status_code == 422
    assert_page_ok(empty.content)
    assert desk.post(page, {"reason": "Không thuộc xã này"}).status_code == 302
    assert Dossier.objects.get().status == 3


def test_papers_digitised_earlier_are_offered():
    dossier = a_dossier(MARITAL)
    desk = signed_in("receptionist")
    paper = dossier.papers.filter(file__isnull=False).first()
    desk.post(url(dossier, "xet-giay-to/"), {"paper": str(paper.pk), "accepted": "yes"})
    setup = a_setup(MARITAL)
    data = posted(setup, got=[], act="refresh")
    page = desk.post(page_of(MARITAL), data).content.decode()
    assert "Bản quét trong hồ sơ" not in page  # nobody has agreed yet
    assert "Tôi đồng ý để cán bộ một cửa dùng lại" in page
    page = desk.post(page_of(MARITAL), data | {"agrees_to_reuse": "yes"})
    assert f"Bản quét trong hồ sơ {dossier.code}" in page.content.decode()
    own = Viewer(kind="citizen", person_id=dossier.applicant_id)
    say(own, person=dossier.applicant, code="reuse_papers", state="withdrawn")
    assert "Bản quét trong hồ sơ" not in desk.post(page_of(MARITAL), data).content.decode()
    say(own, person=dossier.applicant, code="reuse_papers", state="given")
    keys = posted(setup)["got"]
    data = posted(setup, got=[key for key in keys if key != paper.component])
    done = desk.post(page_of(MARITAL), data | {f"reuse.{paper.component}": f"p:{paper.file_id}"})
    assert done.status_code == 302, problems(done)
    fresh = Dossier.objects.exclude(pk=dossier.pk).get()
    assert fresh.papers.get(component=paper.component).source == "reused"


def test_choosing_a_procedure():
    a_setup(MARITAL)
    desk = signed_in("receptionist")
    page = desk.get("/desk/onestop/tiep-nhan/")
    assert_page_ok(page.content)
    found = desk.get("/desk/onestop/tiep-nhan/", {"tim": "hon nhan"})
    assert_page_ok(found.content)
    assert MARITAL in found.content.decode()
    assert signed_in("specialist").get("/desk/onestop/tiep-nhan/").status_code == 403


def test_population_look_up_proves_these_facts_and_no_others(monkeypatch):
    from xaso.kernel.connectors.population import RegisteredPerson
    from xaso.services.onestop.desk import people

    asked_about = []

    class Population:
        def person(self, asked, question):
            asked_about.append((asked.purpose, question.dossier_code, question.personal_number))
            return RegisteredPerson(
                question.personal_number, "Triệu Thị Mẩy", "1985-03-12", "Nữ", "Bát Xát", "VN"
            )

    monkeypatch.setattr(people, "population", Population)
    setup = a_setup(MARITAL)
    desk = signed_in("receptionist")
    page = desk.post(page_of(MARITAL), posted(setup, act="lookup"))
    text = page.content.decode()
    assert_page_ok(page.content)
    assert "Khớp cơ sở dữ liệu" in text
    assert asked_about[0][0].endswith(MARITAL)
    assert asked_about[0][1].startswith("TN-")
    token = re.search(r'name="proof" value="([^"]+)"', text)[1]
    other = desk.post(
        page_of(MARITAL), posted(setup, act="refresh", proof=token) | {"nop-full_name": "Lù A Páo"}
    )
    assert "Chưa xác thực" in other.content.decode()
    done = desk.post(page_of(MARITAL), posted(setup, proof=token))
    assert done.status_code == 302, problems(done)
    proof = Identifier.objects.get(person=Dossier.objects.get().applicant, kind="personal_number").proof
    assert proof == "register"
