"""Every page of asking through the client: what it shows, what a wrong form says, who is let in."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote as quoted_in_url
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xaso.kernel.base.manifest import CaseFacts
from xaso.kernel.connectors.models import OutsideCall
from xaso.kernel.connectors.testing import pointing_at, simulators
from xaso.kernel.people.machines import issue_token, register_client
from xaso.services.assistant.desk.panel import articles_for
from xaso.services.assistant.models import Asked, CheckedAnswer, LegalTask, WrongMark
from xaso.services.assistant.tests.asking_world import HOUSEHOLD_FEE, SYSTEM, World

AGE = "bao nhiêu tuổi thì đủ điều kiện kết hôn"
STRANGE = "mở quán karaoke cách trường học bao xa"
UNIT = "unit=15/02728/"


class Browser:
    """Somebody, signed in or not."""

    def __init__(self, world: World, name: str = "") -> None:
        self.http = Client()
        if name:
            self.http.force_login(world.accounts[name])

    def get(self, path: str, status: int = 200) -> str:
        answer = self.http.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.content.decode()[:2000])
        return answer.content.decode("utf-8", "replace")

    def post(self, path: str, data: dict[str, Any], status: int = 302) -> Any:
        answer = self.http.post(path, data)
        assert answer.status_code == status, answer.content.decode()[:3000]
        return answer


def test_the_box_and_the_answer(world: World):
    citizen = Browser(world)
    page = citizen.get("/assistant/")
    assert "Ông/bà muốn hỏi điều gì về luật?" in page
    assert "data-source" in page
    page = citizen.get(f"/assistant/?{UNIT}&q={quoted_in_url(AGE)}")
    assert "<mark>a) Nam từ đủ 20 tuổi trở lên" in page
    assert "điểm a khoản 1 Điều 8 Luật số 52/2014/QH13" in page
    assert "Còn hiệu lực" in page
    assert "Luật Hôn nhân và gia đình" in page, "as people call it"
    row = Asked.objects.get()
    assert (row.channel, row.kind) == ("public", "found")
    page = citizen.get("/assistant/?q=a", 422)
    assert "Viết câu hỏi" in page
    page = citizen.get(f"/assistant/?q={quoted_in_url(AGE)}&ngay=hom-qua", 422)
    assert "Nhập ngày như" in page
    assert 'value="hom-qua"' in page and "<details open" in page, "what was typed stays in sight"
    assert "30 ngày" in citizen.get(
        f"/assistant/?q={quoted_in_url('thời hạn khai sinh cho con kể từ ngày sinh con')}&ngay=01/05/2010"
    )


def test_each_quote_opens_at_its_place(world: World):
    citizen = Browser(world)
    page = citizen.get(f"/assistant/?q={quoted_in_url(AGE)}")
    links = re.findall(r'href="(/assistant/van-ban/[^"]+)"', page)
    assert "/assistant/van-ban/52-2014-qh-13/dieu-8/#k1-a" in links
    for link in links:
        where, _, anchor = link.partition("#")
        assert not anchor or f'id="{anchor}"' in citizen.get(where)
        citizen.get(where)
    old = citizen.get(
        f"/assistant/?q={quoted_in_url('thời hạn khai sinh cho con kể từ ngày sinh con')}&ngay=01/05/2010"
    )
    assert "/assistant/van-ban/158-2005-nd-cp/dieu-14/?ngay=2010-05-01" in old


def test_the_articles_of_a_case_open(world: World):
    facts = CaseFacts(
        case_id=uuid4(),
        code="H1",
        type="case",
        title="Đăng ký khai sinh",
        unit_path=world.commune.path,
        laws=("Luật Hộ tịch số 60/2014/QH13",),
    )
    rows = articles_for(facts)
    assert rows
    for row in rows:
        Browser(world).get(row["url"])


def test_it_asks_back_with_links(world: World):
    citizen = Browser(world)
    words = quoted_in_url("đổ rác không đúng nơi quy định bị phạt tiền bao nhiêu")
    page = citizen.get(f"/assistant/?q={words}")
    assert "Ông/bà hỏi cho ai?" in page
    assert "chon=chu-the.to_chuc" in page
    page = citizen.get(f"/assistant/?q={words}&chon=chu-the.to_chuc")
    assert f"<mark>{HOUSEHOLD_FEE.splitlines()[1]}</mark>" in page


def test_not_found_to_an_answer_under_ones_link(world: World):
    citizen, legal = Browser(world), Browser(world, "legal")
    page = citizen.get(f"/assistant/?{UNIT}&q={quoted_in_url(STRANGE)}")
    assert "Không tìm thấy quy định trả lời trực tiếp trong kho văn bản." in page
    assert "Gửi câu hỏi cho cán bộ pháp chế" in page
    assert STRANGE in citizen.get(f"/assistant/hoi-can-bo/?q={quoted_in_url(STRANGE)}")
    wrong = citizen.post("/assistant/hoi-can-bo/", {"unit": "15/02728/", "question": "?"}, 422)
    assert "Viết câu hỏi rõ hơn" in wrong.content.decode()
    sent = citizen.post("/assistant/hoi-can-bo/", {"unit": "15/02728/", "question": STRANGE})
    assert "Đã gửi câu hỏi" in citizen.get(sent.url)
    task = LegalTask.objects.get()
    assert STRANGE in legal.get("/desk/assistant/viec/")
    assert STRANGE in legal.get(f"/desk/assistant/viec/{task.pk}/")
    form = {
        "do": "answer",
        "question": "Mở quán karaoke phải cách trường học bao xa?",
        "wordings": STRANGE,
        "answer": "Theo điều kiện của địa phương.",
        "bases": "theo luật",
    }
    bad = legal.post(f"/desk/assistant/viec/{task.pk}/", form, 422).content.decode()
    assert "Không có “theo luật” trong kho văn bản" in bad
    assert "Theo điều kiện của địa phương." in bad, "nothing typed is lost"
    legal.post(f"/desk/assistant/viec/{task.pk}/", {**form, "bases": "khoản 1 Điều 8 Luật 52/2014/QH13"})
    assert "Cán bộ pháp chế đã kiểm" in citizen.get(sent.url)
    page = citizen.get(f"/assistant/?{UNIT}&q={quoted_in_url('quán karaoke cách trường học bao xa')}")
    assert "Cán bộ pháp chế đã kiểm" in page
    assert "Vàng A Sính" in page
    assert "Không tìm thấy quy định" not in page
    row = CheckedAnswer.objects.get()
    assert row.question in citizen.get("/assistant/")
    assert row.question in citizen.get(f"/assistant/tra-loi/{row.pk}/")
    assert row.question in legal.get("/desk/assistant/da-kiem/?q=karaoke")
    assert (
        "Viết vài lời" in legal.post(f"/desk/assistant/da-kiem/{row.pk}/", {"why": ""}, 422).content.decode()
    )
    legal.post(f"/desk/assistant/da-kiem/{row.pk}/", {"why": "Quy định của tỉnh đã đổi"})
    assert "đã thôi dùng" in citizen.get(f"/assistant/tra-loi/{row.pk}/")
    assert row.question in legal.get("/desk/assistant/da-kiem/?xem=het")


def test_a_written_answer_nobody_asked_for(world: World):
    legal = Browser(world, "legal")
    assert "Chưa có câu trả lời nào" in legal.get("/desk/assistant/da-kiem/")
    assert "Viết câu trả lời đã kiểm" in legal.get("/desk/assistant/da-kiem/moi/")
    form = {
        "question": "Bao nhiêu tuổi được kết hôn?",
        "answer": "Nam 20, nữ 18.",
        "bases": "",
        "wordings": "",
    }
    assert "Ghi ít nhất một căn cứ" in legal.post("/desk/assistant/da-kiem/moi/", form, 422).content.decode()
    made = legal.post(
        "/desk/assistant/da-kiem/moi/", {**form, "bases": "điểm a khoản 1 Điều 8 Luật 52/2014/QH13"}
    )
    assert "đủ 20 tuổi" in legal.get(made.url)


def test_an_answer_marked_wrong_reaches_the_queue(world: World):
    citizen, legal = Browser(world), Browser(world, "legal")
    assert "Sai ở chỗ nào" in citizen.get(f"/assistant/bao-sai/?{UNIT}&q={quoted_in_url(AGE)}&cho=Điều 8")
    form = {"unit": "15/02728/", "q": AGE, "cho": "Điều 8"}
    assert "Chọn câu trả lời sai" in citizen.post("/assistant/bao-sai/", form, 422).content.decode()
    assert "Đã nhận" in citizen.post("/assistant/bao-sai/", {**form, "why": "outdated"}, 200).content.decode()
    row = WrongMark.objects.get()
    assert AGE in legal.get("/desk/assistant/bao-sai/")
    assert "Quy định đã đổi" in legal.get(f"/desk/assistant/bao-sai/{row.pk}/")
    assert "Chọn kết luận" in legal.post(f"/desk/assistant/bao-sai/{row.pk}/", {}, 422).content.decode()
    legal.post(f"/desk/assistant/bao-sai/{row.pk}/", {"verdict": "unfounded", "note": "Luật chưa đổi"})
    assert "Luật chưa đổi" in legal.get(f"/desk/assistant/bao-sai/{row.pk}/")
    assert AGE in legal.get("/desk/assistant/bao-sai/?xem=xong")


def test_the_desk_asks_and_hands_over(world: World):
    reception = Browser(world, "reception")
    page = reception.get(f"/desk/assistant/?q={quoted_in_url(AGE)}")
    assert "<mark>a) Nam từ đủ 20 tuổi" in page
    reception.post("/desk/assistant/", {"do": "hand_over", "q": AGE})
    assert LegalTask.objects.get().asked_by == world.accounts["reception"].pk
    assert "Câu tôi đã chuyển pháp chế" in reception.get("/desk/assistant/")
    reception.post("/desk/assistant/", {"do": "khong-co", "q": AGE}, 404)
    reception.get("/desk/assistant/viec/", 403)
    reception.get("/desk/assistant/bao-cao/", 403)
    page = Browser(world, "leader").get("/desk/assistant/bao-cao/")
    assert "Theo đề mục" in page
    reception.get("/desk/assistant/?ho-so=KHONG-CO&q=a", 404)


def test_choosing_the_commune_keeps_the_question(world: World):
    citizen = Browser(world)
    page = citizen.get(f"/assistant/chon-xa/?xa={quoted_in_url(world.commune.name)}&next=/assistant/?q=abc")
    assert "/assistant/?q=abc&amp;unit=15/02728/".replace("/", "%2F") in page.replace("/", "%2F")
    assert (
        "javascript"
        not in citizen.get("/assistant/chon-xa/?xa=ab&next=javascript:alert(1)").split("<main")[1]
    )


def test_reading_aloud(world: World):
    article = world.articles["52/2014/QH13"]
    answer = Client().get(f"/assistant/nghe/?dieu={article.pk}&tu=0&den=80")
    assert answer.status_code in {200, 422}, "422: this machine has no voice"
    if answer.status_code == 200:
        assert answer["Content-Type"] == "audio/mpeg"
        assert len(answer.content) > 2000
    for bad in ("dieu=x", f"dieu={article.pk}&tu=9&den=5", f"dieu={article.pk}&tu=0&den=99999", "kiem=1"):
        assert Client().get(f"/assistant/nghe/?{bad}").status_code == 404


@pytest.fixture
def model(world: World, db: Any) -> Any:
    """The simulated model and ear, switched on."""
    with simulators() as (outside, _):
        on = {
            key: replace(settings.XASO_OUTSIDE[key], options={"NAME": "good", "TRIAL": "yes"})
            for key in ("model", "hearing")
        }
        with pointing_at({**settings.XASO_OUTSIDE, **on}):
            yield (
                outside,
                lambda name: pointing_at(
                    {
                        **settings.XASO_OUTSIDE,
                        "model": replace(on["model"], options={"NAME": name, "TRIAL": "yes"}, timeout=1.0),
                    }
                ),
            )


def test_off_by_default(world: World):
    with simulators() as (outside, _):
        page = Browser(world).get(f"/assistant/?q={quoted_in_url(AGE)}")
        assert not outside.rows("model")
    assert "Máy rút gọn" not in page
    assert "Hoặc nói câu hỏi" not in page
    assert not OutsideCall.objects.filter(connector="model").exists()


def test_a_model_writes_and_only_what_is_borne_is_shown(world: World, model: Any):
    outside, named = model
    asked = f"Tôi là Giàng A Páo, 0987000777: {AGE}"
    page = Browser(world).get(f"/assistant/?q={quoted_in_url(asked)}")
    assert "Máy rút gọn từ lời của điều luật" in page
    (sent,) = outside.rows("model")
    assert "Páo" not in sent["sent"]
    assert "0987000777" not in sent["sent"]
    call = OutsideCall.objects.get(connector="model")
    assert call.purpose
    assert call.about["đã che"] >= 2
    with named("injected"):
        page = Browser(world).get(f"/assistant/?q={quoted_in_url(AGE)}")
    assert "0123456789" not in page
    assert "nop-phi.example" not in page
    for name in ("error", "garbled", "slow"):
        with named(name):
            assert "<mark>" in Browser(world).get(f"/assistant/?q={quoted_in_url(AGE)}")
    states = list(Asked.objects.order_by("pk").values_list("model", flat=True))
    assert states[0] == "used"
    assert states[2:] == ["failed", "empty", "failed"]


def test_a_spoken_question_comes_back_as_words(world: World, model: Any):
    citizen = Browser(world)
    assert "Hoặc nói câu hỏi" in citizen.get("/assistant/")
    sound = SimpleUploadedFile("noi.webm", "LOI:bao nhiêu tuổi được kết hôn".encode(), "audio/webm")
    heard = citizen.post("/assistant/noi/", {"noi": sound})
    assert "bao nhiêu tuổi được kết hôn" in citizen.get(heard.url)
    text = SimpleUploadedFile("noi.txt", b"x", "text/plain")
    assert "không phải ghi âm" in citizen.post("/assistant/noi/", {"noi": text}, 422).content.decode()
    citizen.post("/assistant/noi/", {}, 422)


def test_voice_in_is_not_there_when_off(world: World):
    with simulators():
        Browser(world).post("/assistant/noi/", {}, 404)


def test_the_api(world: World):
    client, secret = register_client(
        SYSTEM, name="Tổng đài", unit_path=world.commune.path, scopes=["assistant.query"]
    )
    token = issue_token(client.client_id, secret)["access_token"]
    http = Client(headers={"Authorization": f"Bearer {token}"})

    def post(path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
        answer = http.post(f"/api/v1/assistant/{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code == status, answer.content.decode()
        return dict(answer.json())

    told = post("answers", {"question": AGE})
    assert told["kind"] == "found"
    assert told["main"]["text"][told["main"]["highlight_start"] - told["main"]["start"] :].startswith(
        "a) Nam"
    )
    assert post("answers", {"question": STRANGE})["message"].startswith("Không tìm thấy")
    made = post("questions", {"question": STRANGE}, 201)
    assert http.get(f"/api/v1/assistant/questions/{made['token']}").json()["state"] == "open"
    assert http.get("/api/v1/assistant/checked").json() == {"answers": []}
    post("answers", {"question": ""}, 422)
    assert (
        Client().post("/api/v1/assistant/answers", "{}", content_type="application/json").status_code == 401
    )
