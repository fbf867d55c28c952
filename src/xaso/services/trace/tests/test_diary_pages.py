"""The co-operative's pages: each opens for who sits there, a line is written, changed, settled; sheets and papers."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from PIL import Image

from xaso.kernel.people.testing import a_citizen_account, officer_account
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.services.trace.actions import diary
from xaso.services.trace.models import Entry, Lot, Member, Plant, Seat, Site
from xaso.services.trace.tests.cooperative import Cooperative, a_cooperative, a_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def coop(settings, tmp_path) -> Cooperative:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""
    return a_cooperative()


def client_of(coop: Cooperative, role: str = "recorder") -> Client:
    client = Client()
    client.force_login(coop.accounts[role])
    return client


def at(coop: Cooperative, name: str, *args: object) -> str:
    return reverse(f"trace:{name}", args=[coop.enterprise.token, *args])


def a_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "#2f6b3a").save(out, "JPEG")
    return out.getvalue()


FOR_ALL = ("home", "write", "book", "reviews", "field_book")
FOR_RECORDERS = ("members", "sites", "inputs", "products", "papers", "book_in", "book_blank", "members_xlsx")
FOR_MANAGERS = (
    "member_new",
    "site_new",
    "product_new",
    "input_new",
    "certificate_new",
    "test_new",
    "seats",
    "members_in",
)


@pytest.mark.parametrize(
    ("role", "open_", "shut"),
    [
        ("manager", (*FOR_ALL, *FOR_RECORDERS, *FOR_MANAGERS), ()),
        ("recorder", (*FOR_ALL, *FOR_RECORDERS), FOR_MANAGERS),
        ("member", FOR_ALL, (*FOR_RECORDERS, *FOR_MANAGERS)),
    ],
)
def test_each_page_opens_for_its_people(coop, role, open_, shut):
    client = client_of(coop, role)
    for name in open_:
        assert client.get(at(coop, name)).status_code == 200, name
    for name in shut:
        assert client.get(at(coop, name)).status_code == 403, name


def test_strangers_stay_outside(coop):
    stranger = Client()
    stranger.force_login(a_citizen_account("Người Lạ"))
    for name in FOR_ALL:
        assert stranger.get(at(coop, name)).status_code == 403
        assert Client().get(at(coop, name)).status_code == 302
    assert stranger.get(reverse("trace:mine")).status_code == 200
    assert client_of(coop).get(reverse("trace:mine")).url == at(coop, "home")


def test_a_line_by_three_taps(coop):
    client = client_of(coop, "member")
    page = client.get(at(coop, "write"))
    assert page.headers["X-Keep-Offline"] == "yes"
    assert coop.plot.name in page.content.decode()
    assert coop.other.name not in page.content.decode()
    answer = client.post(
        at(coop, "write"),
        {"where": f"site:{coop.plot.pk}", "work": "weeding", "once_key": "k-1"},
        follow=True,
    )
    entry = Entry.objects.get()
    assert answer.redirect_chain[-1][0] == at(coop, "entry", entry.pk)
    assert (entry.work, entry.way, entry.recorded_name) == ("weeding", "page", "Chảo Thị Hộ")


def test_a_harvest_of_a_scanned_plant_with_photo_and_voice(coop):
    client = client_of(coop, "member")
    plant = coop.plants[1]
    token = plant.uri.rsplit("/", 1)[-1]
    page = client.get(f"{at(coop, 'write')}?cay={token}")
    assert f'value="{plant.code}"' in page.content.decode()
    facts = {
        "where": f"site:{coop.plot.pk}",
        "plant": plant.uri,
        "work": "harvesting",
        "amount": "12,5",
        "once_key": "k-2",
        "at": now().isoformat(),
        "photo": SimpleUploadedFile("bup.jpg", a_jpeg(), "image/jpeg"),
        "voice": SimpleUploadedFile(
            "noi.webm", b"\x1aE\xdf\xa3" + b"\x00" * 20 + b"webm" + b"\x00" * 900, "audio/webm"
        ),
    }
    first = client.post(at(coop, "write"), facts)
    entry = Entry.objects.get()
    assert first.url == at(coop, "entry", entry.pk)
    assert [one.kind for one in entry.files.order_by("kind")] == ["photo", "voice"]
    assert entry.targets.get().plant_id == plant.pk
    again = client.post(at(coop, "write"), {**facts, "photo": "", "voice": ""})
    assert again.url == first.url
    assert Lot.objects.count() == 1
    shown = client.get(first.url).content.decode()
    assert "12,5 kg" in shown
    assert plant.code in shown
    file_url = at(coop, "entry_file", entry.pk, entry.files.first().pk)
    assert client.get(client.get(file_url).url).status_code == 200
    stranger = client_of(coop, "recorder")
    assert stranger.get(file_url).status_code == 302


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(coop):
    viewer = coop.who("recorder")
    spraying = a_line("spraying", days_ago=1, sites=[coop.plot.pk], input=coop.spray.pk)
    diary.record_entry(viewer, enterprise=coop.enterprise, line=spraying)
    facts = {"where": f"site:{coop.plot.pk}", "work": "harvesting", "amount": "9", "note": "hái buổi sáng"}
    answer = client_of(coop).post(at(coop, "write"), facts)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "thu hái được từ ngày" in text
    assert "hái buổi sáng" in text
    for bad in (
        {"work": "weeding"},
        {"where": f"site:{coop.plot.pk}"},
        {**facts, "work": "weeding", "plant": "Z9"},
    ):
        assert client_of(coop).post(at(coop, "write"), bad).status_code == 422
    assert Entry.objects.count() == 1


def test_a_file_that_is_no_picture_is_refused_and_nothing_is_kept(coop):
    facts = {
        "where": f"site:{coop.plot.pk}",
        "work": "weeding",
        "photo": SimpleUploadedFile("x.jpg", b"MZ not a picture", "image/jpeg"),
    }
    answer = client_of(coop).post(at(coop, "write"), facts)
    assert answer.status_code == 422
    assert "Không nhận loại tệp này" in answer.content.decode()
    assert not Entry.objects.exists()


def test_correcting_and_withdrawing_on_the_page(coop):
    line = a_line("harvesting", sites=[coop.plot.pk], amount=10)
    entry, _ = diary.record_entry(coop.who("recorder"), enterprise=coop.enterprise, line=line)
    client, url = client_of(coop), at(coop, "entry", entry.pk)
    facts = {"do": "correct", "correct-day": today().isoformat(), "correct-amount": "9,5", "correct-note": ""}
    assert client.post(url, facts).status_code == 422
    assert client.post(url, {**facts, "correct-reason": "Cân lại"}).status_code == 302
    text = client.get(url).content.decode()
    assert "9,5 kg" in text
    assert "Cân lại" in text
    assert "10 kg" in text
    assert client.post(url, {"do": "withdraw", "withdraw-reason": "Ghi nhầm"}).status_code == 302
    assert "Đã rút" in client.get(url).content.decode()


def test_two_versions_and_a_button(coop):
    for role in ("member", "recorder"):
        client_of(coop, role).post(at(coop, "write"), {"where": f"site:{coop.plot.pk}", "work": "weeding"})
    second = Entry.objects.get(state=Entry.State.REVIEW)
    client = client_of(coop, "manager")
    assert "Cần xem lại" in client.get(at(coop, "home")).content.decode()
    text = client.get(at(coop, "reviews")).content.decode()
    assert "Bản này" in text
    assert "Bản kia" in text
    assert client.post(at(coop, "entry", second.pk), {"do": "keep"}).status_code == 302
    assert not Entry.objects.filter(state=Entry.State.REVIEW).exists()


def test_a_group_by_one_tap_and_a_purchase(coop):
    client = client_of(coop)
    npk = coop.enterprise.inputs.get(name="NPK 16-8-8")
    facts = {"where": f"group:{coop.group.pk}", "work": "fertilising", "input": str(npk.pk), "amount": "30"}
    assert client.post(at(coop, "write"), facts).status_code == 302
    assert Entry.objects.get().targets.count() == 2
    bought = {"work": "purchasing", "member": str(coop.neighbour.pk), "amount": "25"}
    assert client.post(at(coop, "write"), bought).status_code == 302
    assert Lot.objects.get().quantity == 25
    assert "Mua của hộ" in client.get(at(coop, "book")).content.decode()


def test_people_land_and_goods_on_their_pages(coop):
    client = client_of(coop, "manager")
    made = client.post(at(coop, "member_new"), {"name": "Giàng A Lềnh", "phone": "0912345678", "seat": ""})
    assert made.status_code == 302
    member = Member.objects.get(name="Giàng A Lềnh")
    assert (
        client.post(at(coop, "member", member.pk), {"name": "Giàng A Lềnh", "code": "TV001"}).status_code
        == 422
    )
    assert client.post(at(coop, "member", member.pk), {"do": "end"}).status_code == 302
    seat = {"full_name": "Phàn Tả Mẩy", "personal_number": "010190001234", "role": "recorder"}
    assert client.post(at(coop, "seats"), seat).status_code == 302
    given = Seat.objects.get(person__full_name="Phàn Tả Mẩy")
    assert client.post(at(coop, "seats"), {"do": "end", "seat": str(given.pk)}).status_code == 302
    shape = '{"type":"Polygon","coordinates":[[[103.7,22.5],[103.701,22.5],[103.701,22.501],[103.7,22.5]]]}'
    plot = {"name": "Nương Mới", "kind": "plot", "crop": "tea", "geometry": shape}
    assert client.post(at(coop, "site_new"), plot).status_code == 302
    site = Site.objects.get(name="Nương Mới")
    assert (
        client.post(at(coop, "site", site.pk), {"do": "plants", "count": "4", "letters": "n"}).status_code
        == 302
    )
    assert Plant.objects.filter(site=site).count() == 4
    assert client.post(at(coop, "site_edit", site.pk), {**plot, "geometry": "{"}).status_code == 422
    assert client.get(at(coop, "site", site.pk)).status_code == 200
    assert client.post(at(coop, "site", site.pk), {"do": "end"}).status_code == 302
    tea = {"name": "Chè đinh", "kind": "done", "uom": "KGM", "crop": "tea"}
    assert client.post(at(coop, "product_new"), tea).status_code == 302
    product = coop.enterprise.products.get(name="Chè đinh")
    item = {"name": "Hộp 100 g", "net_quantity": "0,1", "net_uom": "KGM", "gtin": "8938505974194"}
    refused = client.post(at(coop, "item_new", product.pk), item)
    assert refused.status_code == 422
    assert "chưa có mã doanh nghiệp GS1" in refused.content.decode()
    assert client.post(at(coop, "item_new", product.pk), {**item, "gtin": ""}).status_code == 302
    used = {"kind": "pesticide", "name": "Thuốc X", "uom": "LTR", "interval_days": "5", "confirmed": "on"}
    assert client.post(at(coop, "input_new"), used).status_code == 302
    assert client.post(at(coop, "inputs"), {"crop": "honey"}).status_code == 302
    paper = {"standard": "VietGAP", "number": "VG-1", "issuer": "Vinacert", "issued_on": "2026-01-05"}
    sent = {**paper, "file": SimpleUploadedFile("g.jpg", a_jpeg(), "image/jpeg")}
    assert client.post(at(coop, "certificate_new"), sent).status_code == 302
    assert coop.enterprise.certificates.get().file is not None
    test = {"name": "Dư lượng", "number": "P1", "laboratory": "Quatest 1", "sampled_on": "2026-02-01"}
    test |= {"result": "Không phát hiện", "passed": "1"}
    assert client.post(at(coop, "test_new"), test).status_code == 302
    for name in ("products", "inputs", "papers", "members"):
        assert client.get(at(coop, name)).status_code == 200


def a_sheet(*rows: list[object]) -> SimpleUploadedFile:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("nhat-ky.xlsx", out.getvalue())


def test_a_sheet_is_read_row_by_row_and_never_twice(coop):
    client = client_of(coop)
    yesterday = (now() - timedelta(days=1)).astimezone(VIETNAM).date()
    rows = (
        ["Ngày", "Việc", "Thửa", "Cây", "Lượng", "Vật tư", "Hộ bán", "Ghi chú"],
        [yesterday, "làm cỏ", "Nương Trên; Nương Dưới", "", "", "", "", "cả hai thửa"],
        [f"{yesterday:%d/%m/%Y}", "Thu hái", "Nương Trên", "A002", "3,5", "", "", ""],
        [yesterday, "Bay", "Nương Trên", "", "", "", "", ""],
        ["hôm qua", "Làm cỏ", "Nương Trên", "", "", "", "", ""],
        [yesterday, "Phun thuốc", "Nương Lạ", "", "1", "Abamectin 1.8EC", "", ""],
    )
    text = client.post(at(coop, "book_in"), {"sheet": a_sheet(*rows)}).content.decode()
    assert "Đã nhập 2 dòng mới" in text
    for words in (
        "Dòng 4: Không có việc “Bay”",
        "Dòng 5: Ngày phải viết",
        "Dòng 6: Không có thửa “Nương Lạ”",
    ):
        assert words in text
    again = client.post(at(coop, "book_in"), {"sheet": a_sheet(*rows)}).content.decode()
    assert "0 dòng mới" in again
    assert Entry.objects.count() == 2
    assert client.post(at(coop, "book_in"), {"sheet": SimpleUploadedFile("a.xlsx", b"x")}).status_code == 422
    assert client.post(at(coop, "book_in"), {"sheet": a_sheet(["A", "B"])}).status_code == 422


def test_the_book_goes_out_and_comes_in_again(coop):
    line = a_line("harvesting", sites=[coop.plot.pk], amount=10, note="=1+1")
    diary.record_entry(coop.who("recorder"), enterprise=coop.enterprise, line=line)
    answer = client_of(coop).get(at(coop, "book_xlsx"))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[2]][1:6] == ["Thu hái", "Nương Trên", None, 10, "kg"]
    assert sheet["J2"].data_type == "s"
    manager = client_of(coop, "manager")
    members = manager.get(at(coop, "members_xlsx")).content
    text = manager.post(
        at(coop, "members_in"), {"sheet": SimpleUploadedFile("tv.xlsx", members)}
    ).content.decode()
    assert "0 dòng mới, 2 dòng có từ trước" in text


def test_the_field_book_is_a_pdf(coop):
    viewer = coop.who("recorder")
    for line in (
        a_line("spraying", days_ago=9, sites=[coop.plot.pk], input=coop.spray.pk, amount=0.2),
        a_line("harvesting", sites=[coop.plot.pk], amount=10),
        a_line("weeding", sites=[coop.plot.pk]),
    ):
        diary.record_entry(viewer, enterprise=coop.enterprise, line=line)
    season = coop.enterprise.seasons.filter(starts_on__lte=today(), ends_on__gte=today()).first()
    season = season or coop.enterprise.seasons.first()
    answer = client_of(coop).get(at(coop, "field_book"), {"thua": str(coop.plot.pk), "vu": str(season.pk)})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert client_of(coop).get(at(coop, "field_book"), {"thua": "x", "vu": "y"}).status_code == 404


def test_officers_register_and_give_the_first_seat(coop):
    path = coop.enterprise.unit.path
    desk = Client()
    desk.force_login(officer_account("specialist", path))
    new = {"kind": "cooperative", "name": "Hợp tác xã cam Mẫu", "address": "Thôn 2"}
    made = desk.post(reverse("trace_desk:enterprise_new"), new)
    assert made.status_code == 302
    assert desk.get(made.url).status_code == 200
    seat = {"full_name": "Lù Thị Quản", "personal_number": "010190004321", "role": "manager"}
    assert desk.post(made.url, seat).status_code == 302
    assert "Lù Thị Quản" in desk.get(made.url).content.decode()
    assert desk.post(reverse("trace_desk:enterprise_new"), {**new, "gln": "123"}).status_code == 422
    listed = desk.get(reverse("trace_desk:enterprises"), {"q": "cam mau"}).content.decode()
    assert "Hợp tác xã cam Mẫu" in listed
    assert coop.enterprise.name not in listed
    edit = reverse("trace_desk:enterprise_edit", args=[coop.enterprise.token])
    assert desk.get(edit).status_code == 200
    assert desk.post(edit, {**new, "name": "Hợp tác xã chè Mới"}).status_code == 302
    reader = Client()
    reader.force_login(officer_account("leader", path))
    assert reader.get(reverse("trace_desk:enterprise", args=[coop.enterprise.token])).status_code == 200
    assert reader.get(edit).status_code == 403
    elsewhere = Client()
    elsewhere.force_login(officer_account("specialist", "04/01273/"))
    assert elsewhere.get(reverse("trace_desk:enterprise", args=[coop.enterprise.token])).status_code == 404


def test_the_vocabulary_is_read_by_people_and_machines():
    client = Client()
    assert "harvesting" in client.get(reverse("trace:words")).content.decode()
    answer = client.get(reverse("trace:words"), headers={"Accept": "application/ld+json"})
    assert answer.json()["@graph"]
