"""Pages of the shelf and of bringing documents in: what they show, where links lead, what a wrong form says."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xaso.kernel.people.testing import officer_account
from xaso.services.assistant.actions import importing
from xaso.services.assistant.importers.lines import gathered
from xaso.services.assistant.keeping import keep_document
from xaso.services.assistant.models import Import, SetAside
from xaso.services.assistant.tests import corpus_sample as sample

pytestmark = pytest.mark.django_db
SHELF, DESK = "/assistant/van-ban/", "/desk/assistant/van-ban/"


@pytest.fixture
def kept() -> Import:
    row = Import.objects.create(kind=Import.Kind.LINES, name="mẫu", state=Import.State.DONE)
    newer = [
        sample.row("10/2014/NĐ-CP", "1", "Nghị định này quy định về chợ, siêu thị.", more=sample.AMENDED)
    ]
    for rows in (sample.ROWS, newer):
        for document in gathered(rows, source="Bộ pháp điển điện tử", source_date=None)[0]:
            keep_document(document, row)
    return row


def read(path: str, status: int = 200, **more: str) -> str:
    answer = Client().get(path, more)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


def test_documents_are_found_and_lead_on(kept: Import) -> None:
    page = read(SHELF)
    assert "Nghị định số 10/2014/NĐ-CP" in page and "Còn hiệu lực" in page and "data-source" in page
    assert "10/2014" in read(SHELF, q="ve cho") and "Không tìm thấy" in read(SHELF, q="tàu vũ trụ")
    answer = Client().get(SHELF, {"q": "10/2014/nd-cp"})
    assert answer.headers["Location"] == "/assistant/van-ban/10-2014-nd-cp/"
    answer = Client().get(SHELF, {"q": "khoản 1 điều 2 nghị định 10/2014"})
    assert answer.headers["Location"] == "/assistant/van-ban/10-2014-nd-cp/dieu-2/#k1"
    assert "Hết hiệu lực" in read(SHELF, loai="Nghị định")


def test_local_documents_have_a_shelf_of_their_own(kept: Import) -> None:
    assert "Văn bản địa phương" not in read(SHELF)
    http = at_desk()
    http.post(DESK, {"files": [SimpleUploadedFile("qd.txt", sample.decision().encode())], "place": "15/"})
    importing.run_import(str(Import.objects.exclude(pk=kept.pk).get().pk))
    page = read(SHELF)
    assert "Văn bản địa phương" in page and "noi=15/" in page
    local = read(SHELF, noi="15/")
    assert "05/2026/QĐ-UBND" in local and "10/2014/NĐ-CP" not in local


def test_a_document_shows_contents_and_changes(kept: Import) -> None:
    page = read(f"{SHELF}10-2014-nd-cp/")
    assert "Mục lục, 3 điều" in page and "dieu-2" in page and "Văn bản này được thay đổi bởi" in page
    assert "/assistant/van-ban/02-2003-nd-cp/" in page
    read(f"{SHELF}khong-co/", 404)
    xml = Client().get(f"{SHELF}10-2014-nd-cp/akn.xml")
    assert xml.headers["Content-Type"].startswith("application/akn+xml") and b"akomaNtoso" in xml.content


def test_an_article_has_links_badge_and_citation(kept: Import) -> None:
    page = read(f"{SHELF}10-2014-nd-cp/dieu-2/")
    assert 'href="/assistant/van-ban/10-2014-nd-cp/dieu-1/"' in page and "Còn hiệu lực" in page
    assert 'value="Điều 2 Nghị định số 10/2014/NĐ-CP"' in page and 'id="k2"' in page
    assert "Được viện dẫn ở" in read(f"{SHELF}10-2014-nd-cp/dieu-1/")
    early = read(f"{SHELF}10-2014-nd-cp/dieu-2/", ngay="2016-01-01")
    assert "Chưa có hiệu lực" in early and "20/2020/NĐ-CP" in early
    assert "Hết hiệu lực" in read(f"{SHELF}02-2003-nd-cp/dieu-1/")
    read(f"{SHELF}10-2014-nd-cp/dieu-99/", 404)
    assert "Xem hôm nay" not in read(f"{SHELF}10-2014-nd-cp/dieu-2/", ngay="2016-99-99")


def test_wordings_of_days_and_beside_each_other(kept: Import) -> None:
    before = read(f"{SHELF}10-2014-nd-cp/dieu-1/", ngay="2016-01-01")
    assert "siêu thị" not in before.split('id="noi-dung"')[1].split("</div>")[0]
    page = read(f"{SHELF}10-2014-nd-cp/dieu-1/so-sanh/")
    assert re.search(r"<ins>[^<]*siêu thị[^<]*</ins>", page)
    read(f"{SHELF}10-2014-nd-cp/dieu-2/so-sanh/", 404)


def test_no_page_of_the_shelf_is_heavy(kept: Import) -> None:
    for path in ("", "10-2014-nd-cp/", "10-2014-nd-cp/dieu-2/"):
        assert len(read(f"{SHELF}{path}").encode()) < 60_000


def at_desk(role: str = "province_admin", path: str = "15/") -> Client:
    http = Client()
    http.force_login(officer_account(role, path))
    return http


def test_officers_bring_documents_in() -> None:
    http = at_desk()
    assert "Chưa nhập văn bản nào" in http.get(DESK).content.decode()
    file = SimpleUploadedFile("qd.txt", sample.decision().encode())
    answer = http.post(DESK, {"files": [file], "place": "15/"})
    assert answer.status_code == 302
    importing.run_import(str(Import.objects.get().pk))
    page = http.get(DESK).content.decode()
    assert "05/2026/QĐ-UBND" in page and "2 điều mới" in page


def test_a_wrong_upload_keeps_the_others_and_says_why() -> None:
    http = at_desk()
    files = [
        SimpleUploadedFile("a.txt", sample.decision().encode()),
        SimpleUploadedFile("b.bin", b"\0\1\2" * 40),
    ]
    answer = http.post(DESK, {"files": files, "place": "15/", "source": "Công báo tỉnh"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "b.bin: Loại tệp này không nhận" in page and "Công báo tỉnh" in page
    assert Import.objects.count() == 1
    assert http.post(DESK, {"place": "15/"}).status_code == 422
    assert http.post(DESK, {"files": [SimpleUploadedFile("a.txt", b"a")], "place": ""}).status_code == 422


def test_a_document_set_aside_is_mended_or_dropped() -> None:
    http = at_desk()
    for name in ("a.txt", "b.txt"):
        http.post(
            DESK, {"files": [SimpleUploadedFile(name, sample.decision(number="mờ").encode())], "place": "15/"}
        )
    for row in Import.objects.all():
        importing.run_import(str(row.pk))
    first, second = SetAside.objects.order_by("name")
    page = http.get(f"{DESK}de-rieng/{first.pk}/").content.decode()
    assert "Không tìm thấy số hiệu" in page and "Phần đầu đọc được" in page
    wrong = http.post(f"{DESK}de-rieng/{first.pk}/", {"do": "again", "number": "bảy"})
    assert wrong.status_code == 422 and "61/2018/NĐ-CP" in wrong.content.decode()
    right = {"do": "again", "number": "9/2026/QĐ-UBND", "issued_on": "10/02/2026"}
    assert http.post(f"{DESK}de-rieng/{first.pk}/", right).status_code == 302
    assert http.post(f"{DESK}de-rieng/{second.pk}/", {"do": "drop"}).status_code == 302
    assert http.get(f"{DESK}de-rieng/{second.pk}/").status_code == 404
    assert at_desk("province_admin", "04/").get(f"{DESK}de-rieng/{first.pk}/").status_code == 404
