"""Pages of a recall, in the order in which they are used: officer, everybody, holder, manager."""

from __future__ import annotations

import pytest
from django.test import Client

from xaso.kernel.people.testing import a_citizen_account, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.services.trace.actions.lots import publish_lot
from xaso.services.trace.actions.recall_holders import tell_holders
from xaso.services.trace.models import Lot, Recall
from xaso.services.trace.tests.test_recall_actions import WHY, Story, started, story

__all__ = ["story"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(story: Story) -> Client:
    client = Client()
    client.force_login(officer_account("leader", story.coop.enterprise.unit_path))
    return client


@pytest.fixture
def manager(story: Story) -> Client:
    client = Client()
    client.force_login(story.coop.account)
    return client


def text(answer) -> str:
    return answer.content.decode()


def test_an_officer_recalls_from_a_lot_in_two_steps(desk, story):
    assert "Chưa có đợt thu hồi nào" in text(desk.get("/desk/trace/thu-hoi/"))
    found = text(desk.get("/desk/trace/thu-hoi/tim-lo/", {"q": story.bad.code}))
    assert f"/desk/trace/duong-di/{story.bad.token}/" in found
    way = text(desk.get(f"/desk/trace/duong-di/{story.bad.token}/"))
    assert "Thu hồi từ lô này" in way and "<svg" in way and "Cửa hàng Hương Núi" in way
    page = f"/desk/trace/thu-hoi/tu-lo/{story.bad.token}/"
    refused = desk.post(page, {"cause": "unsafe", "reason": "", "advice": WHY["advice"]})
    assert refused.status_code == 422 and "Nhập lý do" in text(refused) and WHY["advice"] in text(refused)
    sent = desk.post(page, WHY)
    recall = Recall.objects.get()
    assert sent.status_code == 302 and sent["Location"] == f"/desk/trace/thu-hoi/{recall.code}/"
    preview = desk.get(sent["Location"])
    assert "Bắt đầu thu hồi" in text(preview) and Lot.objects.get(pk=story.tea.pk).state == "open"
    facts = {"do": "start", "digest": preview.context["recall"].digest}
    assert desk.post(sent["Location"], facts).status_code == 422, "the box was not ticked"
    assert desk.post(sent["Location"], {**facts, "sure": "1"}).status_code == 302
    assert Lot.objects.get(pk=story.tea.pk).state == "recalled"


def test_the_running_recall_shows_holders_and_takes_results(desk, story):
    recall = started(story)
    url = f"/desk/trace/thu-hoi/{recall.code}/"
    page = text(desk.get(url))
    assert "Siêu thị Miền Xuôi" in page and "DH-7" in page and "Chưa đối chiếu văn bản" in page
    holder = recall.holders.get(name="Siêu thị Miền Xuôi")
    wrong = desk.post(url, {"do": "finding", "f-kind": "returned", "f-quantity": "nhiều", "f-uom": "KGM"})
    assert wrong.status_code == 422 and "nhiều" in text(wrong)
    facts = {
        "do": "finding",
        "f-kind": "returned",
        "f-quantity": "1,5",
        "f-uom": "KGM",
        "f-holder": str(holder.pk),
    }
    assert desk.post(url, facts).status_code == 302
    finding = recall.findings.get()
    assert str(finding.quantity) == "1.500" and finding.holder == holder
    assert desk.post(url, {"do": "strike", "finding": str(finding.pk)}).status_code == 302
    assert "Đã gạch bỏ" in text(desk.get(url))
    assert desk.post(url, {"do": "strike", "finding": "x"}).status_code == 404
    assert desk.post(url, {"do": "close", "c-closing": "Đã thu hồi toàn bộ hàng."}).status_code == 302
    assert "Đã kết thúc" in text(desk.get(url))


def test_rows_table_and_report_come_from_the_page(desk, story):
    recall = started(story)
    url = f"/desk/trace/thu-hoi/{recall.code}/"
    rows = text(desk.get(url + "hang/", {"phia": "forward", "loai": "carton"}))
    assert "4 dòng" in rows and story.cartons[0].token in rows
    sheet = desk.get(url + "hang.csv")
    assert story.cartons[2].thing.uri in b"".join(sheet).decode()
    assert desk.get(url + "bao-cao.pdf").content.startswith(b"%PDF-")


def test_a_prepared_recall_also_shows_its_rows(desk, story):
    desk.post(f"/desk/trace/thu-hoi/tu-lo/{story.bad.token}/", WHY)
    code = Recall.objects.get().code
    assert "4 dòng" in text(desk.get(f"/desk/trace/thu-hoi/{code}/hang/", {"loai": "carton"}))
    dropped = desk.post(f"/desk/trace/thu-hoi/{code}/", {"do": "drop"})
    assert dropped["Location"] == "/desk/trace/thu-hoi/"
    assert desk.get(f"/desk/trace/thu-hoi/{code}/").status_code == 404


def test_an_address_from_a_code_finds_the_lot(desk, story):
    by_carton = text(desk.get("/desk/trace/thu-hoi/tim-lo/", {"q": story.cartons[0].thing.uri}))
    assert story.tea.token in by_carton and story.other_tea.token not in by_carton


def test_who_may_not_decide_sees_no_verbs(story):
    recall = started(story)
    client = Client()
    client.force_login(officer_account("specialist", story.coop.enterprise.unit_path))
    page = text(client.get(f"/desk/trace/thu-hoi/{recall.code}/"))
    assert "Kết thúc thu hồi" not in page
    assert client.get(f"/desk/trace/thu-hoi/tu-lo/{story.bad.token}/").status_code == 403
    answer = client.post(
        f"/desk/trace/thu-hoi/{recall.code}/", {"do": "close", "c-closing": "Tôi tự kết thúc."}
    )
    assert answer.status_code == 403 and Recall.objects.get().state == "running"


def test_another_commune_sees_nothing(story):
    recall = started(story)
    client = Client()
    client.force_login(officer_account("leader", "99/00001/"))
    assert client.get(f"/desk/trace/thu-hoi/{recall.code}/").status_code == 404
    assert client.get(f"/desk/trace/duong-di/{story.bad.token}/").status_code == 404


def test_everybody_reads_what_is_recalled(client, story):
    publish_lot(story.coop.viewer, lot=story.tea)
    assert "Không có sản phẩm nào bị thu hồi" in text(client.get("/trace/thu-hoi/"))
    recall = started(story)
    everyone = text(client.get("/trace/thu-hoi/"))
    assert recall.code in everyone and story.tea.product.name in everyone
    notice = text(client.get(f"/trace/thu-hoi/{recall.code}/"))
    assert story.tea.code in notice and WHY["advice"] in notice
    assert "Siêu thị Miền Xuôi" not in notice, "holders are nobody else's matter"
    assert client.get("/trace/thu-hoi/TH-KHONGCO/").status_code == 404


def test_a_holder_answers_without_an_account(client, story):
    recall = started(story)
    tell_holders(Viewer.system(), recall_id=recall.pk)
    holder = recall.holders.get(name="Siêu thị Miền Xuôi")
    url = f"/trace/thu-hoi/tra-loi/{holder.token}/"
    page = client.get(url)
    assert story.cartons[2].token in text(page) and "no-store" in page["Cache-Control"]
    assert story.tea.product.name in text(page) and story.tea.code in text(page), "what stands on the goods"
    missing = client.post(url, {"kind": "found", "quantity": "", "uom": "KGM"})
    assert missing.status_code == 422 and "Nhập lượng hàng" in text(missing)
    assert client.post(url, {"kind": "returned", "quantity": "2", "uom": "KGM"}).status_code == 302
    holder.refresh_from_db()
    assert holder.state == "answered" and recall.findings.get().quantity == 2
    assert "Cảm ơn ông/bà" in text(client.get(url + "?xong=1"))
    assert client.post(url, {"kind": "none", "uom": "KGM"}).status_code == 302
    assert client.get("/trace/thu-hoi/tra-loi/khong-co/").status_code == 404


def test_the_enterprise_does_it_by_itself(manager, story):
    token = story.coop.enterprise.token
    assert manager.get(f"/trace/co-so/{token}/duong-di/{story.bad.token}/").status_code == 200
    sent = manager.post(f"/trace/co-so/{token}/thu-hoi/tu-lo/{story.bad.token}/", WHY)
    recall = Recall.objects.get()
    assert sent["Location"] == f"/trace/co-so/{token}/thu-hoi/{recall.code}/"
    preview = manager.get(sent["Location"])
    digest = preview.context["recall"].digest
    assert manager.post(sent["Location"], {"do": "start", "digest": digest, "sure": "1"}).status_code == 302
    assert Recall.objects.get().kind == "voluntary"
    for name in ("", "hang/", "hang.csv", "bao-cao.pdf"):
        assert manager.get(sent["Location"] + name).status_code == 200
    assert recall.code in text(manager.get(f"/trace/co-so/{token}/thu-hoi/"))


def test_no_stranger_opens_the_pages_of_an_enterprise(story):
    recall = started(story)
    stranger = Client()
    stranger.force_login(a_citizen_account("Người Lạ"))
    token = story.coop.enterprise.token
    for page in ("thu-hoi/", f"thu-hoi/{recall.code}/", f"thu-hoi/tu-lo/{story.bad.token}/"):
        assert stranger.get(f"/trace/co-so/{token}/{page}").status_code in (403, 404)
