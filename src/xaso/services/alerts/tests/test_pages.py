"""Pages: each opens well for who may, forms keep what was typed, the whole way from gauge to "tôi an toàn"."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xaso.kernel.people.models import Account, PersonView
from xaso.kernel.people.public import BACKEND
from xaso.kernel.people.sessions import PROVED
from xaso.kernel.people.testing import officer_account
from xaso.kernel.plain import cap, moment
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.alerts.actions.people import keep_frail, keep_shelter
from xaso.services.alerts.actions.sending import safe_token, send_messages
from xaso.services.alerts.models import (
    CapKey,
    FrailPerson,
    GaugeReading,
    HazardWarning,
    SafeAnswer,
    Shelter,
    WarningProposal,
)
from xaso.services.alerts.tests.world import COMMUNE, LAT, LON, NOON, SYSTEM, World

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def entered(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def proved(client: Client, ago: timedelta = timedelta()) -> None:
    """As after typing the password so long ago."""
    session = client.session
    session[PROVED] = (moment.now() - ago).isoformat()
    session.save()


def text(answer) -> str:
    return answer.content.decode()


def good(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    assert_page_ok(answer.content)
    return text(answer)


@pytest.fixture
def issued(world: World) -> HazardWarning:
    keep_shelter(
        world.viewer("leader"), unit_path=COMMUNE, name="Nhà văn hóa Nậm Thi", capacity=5, lat=LAT, lon=LON
    )
    for hours in range(30, 0, -1):
        world.rain_at(NOON - HOUR * hours, 1 + hours % 3)
    world.rain_at(NOON, 60)
    row = world.draft(proposal_id=WarningProposal.objects.get().pk)
    message = world.issue(row)
    send_messages(SYSTEM, message_id=message.pk)
    row.refresh_from_db()
    return row


def test_public_pages_of_a_warning(world: World, issued: HazardWarning):
    anybody = Client()
    page = good(anybody, "/canh-bao/")
    assert "Đang có hiệu lực" in page and "Bản Nậm Thi" in page and "DIỄN TẬP" not in page
    one = good(anybody, f"/canh-bao/{issued.code}/")
    assert "Phải làm gì" in one and "Nhà văn hóa Nậm Thi" in one and "Flash flood" in one and "Cấp 2" in one
    assert "Trạm mưa Nậm Thi" in good(anybody, "/canh-bao/tram/")
    gauge = good(anybody, f"/canh-bao/tram/{world.rain.code}/")
    assert "<svg" in gauge and "QĐ 12/QĐ-UBND" in gauge and "Vượt ngưỡng cấp 2" in gauge
    good(anybody, "/canh-bao/noi-so-tan/")
    for url in ("/canh-bao/CB-KHONG/", "/canh-bao/tram/khong-co/", "/canh-bao/cap/khong.xml"):
        assert anybody.get(url).status_code == 404


def test_the_feed_leads_to_signed_messages(world: World, issued: HazardWarning):
    from lxml import etree

    anybody = Client()
    feed = anybody.get("/canh-bao/feed")
    assert feed["Content-Type"].startswith("application/atom+xml")
    root = etree.fromstring(feed.content)
    address = root.find(".//{*}entry/{*}link[@rel='enclosure']").get("href")
    answer = anybody.get("/" + address.split("/", 3)[3])
    assert answer["Content-Type"] == "application/cap+xml"
    certificate = anybody.get("/canh-bao/chung-thu.pem").content
    assert b"PRIVATE" not in certificate
    message = cap.take(answer.content, [CapKey.objects.get().certificate], moment.now())
    assert message.identifier == f"{issued.code}.1" and not cap.rule_problems(message)
    assert anybody.get(f"/canh-bao/{issued.code}/cap.xml").content == answer.content


def test_drafts_are_nobodys_business(world: World):
    row = world.draft()
    anybody = Client()
    assert anybody.get(f"/canh-bao/{row.code}/").status_code == 404
    assert row.code not in text(anybody.get("/canh-bao/"))
    assert row.code not in text(anybody.get("/canh-bao/feed"))


def test_a_drill_says_so_on_every_page(world: World):
    row = world.draft(drill=True)
    world.issue(row)
    row.refresh_from_db()
    anybody, desk = Client(), entered(world.officers["leader"])
    for url in ("/canh-bao/", f"/canh-bao/{row.code}/", f"/canh-bao/{row.code}/an-toan/"):
        assert "DIỄN TẬP" in good(anybody, url)
    token = safe_token(row.code, world.people[0].pk)
    assert "DIỄN TẬP" in good(anybody, f"/canh-bao/{row.code}/toi/{token}/")
    for url in ("", f"canh-bao/{row.pk}/", f"canh-bao/{row.pk}/nguoi-dan/", f"canh-bao/{row.pk}/sua/"):
        assert "DIỄN TẬP" in good(desk, f"/desk/alerts/{url}")
    assert "DIỄN TẬP" in text(anybody.get("/canh-bao/feed"))


def test_i_am_safe_by_own_address_and_by_the_open_page(world: World, issued: HazardWarning):
    anybody = Client()
    own = f"/canh-bao/{issued.code}/toi/{safe_token(issued.code, world.people[0].pk)}/"
    page = good(anybody, own)
    assert world.people[0].full_name not in page, "the address tells nothing of the person"
    assert anybody.post(own, {"state": "safe", "people": "4"}).status_code == 302
    answer = SafeAnswer.objects.get()
    assert answer.person == world.people[0] and answer.people == 4 and answer.way == "link"
    assert "Đã nhận lời báo" in good(anybody, f"{own}?xong=1")
    assert anybody.get(f"{own[:-3]}AA/").status_code == 404
    url = f"/canh-bao/{issued.code}/an-toan/"
    good(anybody, url)
    wrong = anybody.post(url, {"state": "help", "name": "Sùng Thị Dợ", "people": "2"})
    assert wrong.status_code == 422 and "số điện thoại" in text(wrong) and "Sùng Thị Dợ" in text(wrong)
    sent = anybody.post(url, {"state": "help", "name": "Sùng Thị Dợ", "phone": "0912 345 999", "people": "2"})
    assert sent.status_code == 302 and SafeAnswer.objects.get(state="help").facts["name"] == "Sùng Thị Dợ"


def test_an_officer_finds_people_the_frail_first_and_every_look_is_kept(world: World, issued: HazardWarning):
    leader = world.viewer("leader")
    keep_frail(
        leader, person=world.people[1], unit_path=world.near.path, kind="old",
        facts={"helper": "Con trai", "helper_phone": "0912000999", "need": "Cáng"},
    )  # fmt: skip
    head = entered(world.officers["hamlet_head"])
    url = f"/desk/alerts/canh-bao/{issued.pk}/nguoi-dan/"
    assert "Cảnh báo của xã" in good(head, "/desk/alerts/")
    assert "Vàng Thị Mai" in good(head, url), "the head of a hamlet in the area sees the own people"
    assert head.post(url, {"do": "safe", "person": str(world.people[0].pk)}).status_code == 302
    assert SafeAnswer.objects.get().unit_path == world.near.path
    SafeAnswer.objects.all().delete()
    other = entered(officer_account("hamlet_head", f"{COMMUNE}t-khong/"))
    assert other.get(url).status_code == 404, "nobody of that hamlet is in the area"
    desk = entered(world.officers["leader"])
    page = good(desk, url)
    assert (
        page.index("Giàng A Páo") < page.index("Vàng Thị Mai") and "Lù Văn Xa" not in page and "Cáng" in page
    )
    assert (
        PersonView.objects.filter(person=world.people[0], purpose="Tìm người trong vùng thiên tai").count()
        == 2
    )
    assert desk.post(url, {"do": "safe", "person": str(world.people[1].pk)}).status_code == 302
    assert SafeAnswer.objects.get(person=world.people[1]).way == "officer"
    assert desk.post(url, {"do": "help", "person": str(world.people[0].pk)}).status_code == 302
    asked = SafeAnswer.objects.get(person=world.people[0])
    assert desk.post(url, {"do": "helped", "answer": str(asked.pk)}).status_code == 302
    shelter = Shelter.objects.get()
    full = {"do": "stay", "s-shelter": str(shelter.pk), "s-name": "Giàng Seo Phà", "s-people": "6"}
    refused = desk.post(url, full)
    assert refused.status_code == 422 and "chỉ còn chỗ cho 5 người" in text(refused)
    assert desk.post(url, {**full, "s-people": "5"}).status_code == 302
    assert "5 / 5 người" in good(desk, url)
    assert desk.post(url, {"do": "out", "stay": str(shelter.stays.get().pk)}).status_code == 302
    assert desk.post(url, {"do": "?"}).status_code == 404


def test_officers_write_and_a_second_one_lets_it_go(world: World):
    specialist, leader = entered(world.officers["specialist"]), entered(world.officers["leader"])
    good(specialist, "/desk/alerts/soan/")
    start = {"unit_path": COMMUNE, "hazard": "flash_flood", "level": "3", "drill": "no"}
    assert specialist.post("/desk/alerts/soan/", {**start, "drill": ""}).status_code == 422
    write = specialist.post("/desk/alerts/soan/", start)["Location"]
    page = good(specialist, write)
    assert "Cảnh báo lũ quét" in page
    form = specialist.get(write).context["form"]
    facts = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    facts = {name: value for name, value in facts.items() if value not in (None, False)} | {"loud": "on"}
    wrong = specialist.post(write, {**facts, "units": [], "polygon": "1,2 3,4", "headline": "Giữ lời này"})
    assert wrong.status_code == 422 and "ít nhất 4 điểm" in text(wrong) and "Giữ lời này" in text(wrong)
    facts |= {
        "units": [world.near.path],
        "lat": "22,35",
        "lon": "103,86",
        "radius": "2",
        "description": "Suối lên.",
    }
    sent = specialist.post(write, facts)
    assert sent.status_code == 302, sent.context["form"].errors
    row = HazardWarning.objects.get()
    one = f"/desk/alerts/canh-bao/{row.pk}/"
    assert "Chờ người thứ hai" in good(specialist, one)
    page = good(leader, one)
    assert "Xác nhận và phát" in page
    digest = leader.get(one).context["sure"]["digest"].value()
    confirm = f"{one}xac-nhan/"
    proved(leader, HOUR * 13)
    assert "/dang-nhap/xac-minh" in leader.post(confirm, {"digest": digest, "sure": "1"})["Location"]
    assert HazardWarning.objects.get().state == "draft"
    proved(leader)
    leader.post(confirm, {"digest": digest})
    assert HazardWarning.objects.get().state == "draft", "the box was not ticked"
    assert leader.post(confirm, {"digest": digest, "sure": "on"})["Location"] == one
    assert HazardWarning.objects.get().state == "live"
    proved(specialist)
    assert specialist.post(confirm, {"digest": digest, "sure": "on"}).status_code == 403


def test_a_gauge_at_the_desk(world: World):
    desk = entered(world.officers["specialist"])
    url = f"/desk/alerts/tram/{world.rain.pk}/"
    good(desk, "/desk/alerts/tram/")
    good(desk, url)
    bad = desk.post(url, {"do": "reading", "r-day": "20/11/2026", "r-time": "25:00", "r-value": "12"})
    assert bad.status_code == 422 and "Nhập giờ như 07:00" in text(bad)
    post = {"do": "reading", "r-day": "20/11/2026", "r-time": "7h", "r-value": "12,5"}
    assert desk.post(url, post).status_code == 302
    reading = GaugeReading.objects.get()
    assert reading.value == 12.5 and moment.VIETNAM.utcoffset(None) is None and reading.source == "hand"
    sheet = (
        "trạm;lúc;số\nnam-thi-mua;20/11/2026 08:00;3,5\nnam-thi-mua;hôm qua;2\nla;20/11/2026 08:00;1\n"
    ).encode()
    done = desk.post(url, {"do": "upload", "u-file": SimpleUploadedFile("so.csv", sheet)})
    page = text(done)
    assert (
        done.status_code == 200 and "Đã nhận 1 số" in page and "1 số bị từ chối" in page and "Dòng 3" in page
    )
    world.rain_at(NOON, 150)
    doubtful = GaugeReading.objects.get(value=150)
    assert "Dùng được" in good(desk, url)
    assert desk.post(url, {"do": "judge", "reading": str(doubtful.pk), "good": "0"}).status_code == 302
    leader = entered(world.officers["leader"])
    post = {
        "do": "threshold", "t-hazard": "landslide", "t-measure": "sum", "t-hours": "24", "t-value": "100",
        "t-release": "60", "t-level": "1", "t-radius_km": "3", "t-source": "QĐ 12",
    }  # fmt: skip
    assert leader.post(url, {**post, "t-release": "200"}).status_code == 422
    assert leader.post(url, post).status_code == 302 and world.rain.thresholds.count() == 2
    assert desk.post(url, post).status_code == 404, "no gauge of theirs to manage"
    new = {"name": "Cọc Lùng Xa", "code": "lung-xa", "kind": "water", "way": "hand", "unit_path": world.far.path,
           "lat": "22,5", "lon": "104,0", "every_minutes": "60"}  # fmt: skip
    good(leader, "/desk/alerts/tram/them/")
    assert leader.post("/desk/alerts/tram/them/", {**new, "lat": "200"}).status_code == 422
    assert leader.post("/desk/alerts/tram/them/", new).status_code == 302


def test_the_other_desk_pages(world: World, issued: HazardWarning):
    leader = entered(world.officers["leader"])
    good(leader, "/desk/alerts/")
    one = f"/desk/alerts/canh-bao/{issued.pk}/"
    assert "Soạn báo yên" in good(leader, one)
    for kind, words in (("AllClear", "Báo yên"), ("Cancel", "phát nhầm"), ("Update", "Sửa cảnh báo")):
        assert words in good(leader, f"{one}sua/?viec={kind}")
    pdf = leader.get(f"{one}bao-cao.pdf")
    assert pdf.content.startswith(b"%PDF")
    proposal = issued.proposal
    assert proposal is not None
    assert "Mở cảnh báo" in good(leader, f"/desk/alerts/de-xuat/{proposal.pk}/")
    good(leader, "/desk/alerts/noi-so-tan/")
    assert "Vàng Thị Mai" in good(leader, "/desk/alerts/so-can-giup/?q=mai")
    frail = f"/desk/alerts/so-can-giup/{world.people[0].pk}/"
    good(leader, frail)
    assert leader.post(frail, {"kind": "ill", "helper": ""}).status_code == 422
    assert leader.post(frail, {"kind": "ill", "helper": "Chồng", "need": "Thuốc"}).status_code == 302
    row = FrailPerson.objects.get()
    assert leader.post("/desk/alerts/so-can-giup/", {"frail": str(row.pk)}).status_code == 302
    rules = "/desk/alerts/quy-tac/"
    good(leader, rules)
    post = {"do": "rule", "r-unit_path": COMMUNE, "r-people": "1", "r-paper": "15/QĐ-UBND"}
    assert leader.post(rules, {**post, "r-paper": ""}).status_code == 422
    assert leader.post(rules, post).status_code == 302
    assert leader.post(rules, {"do": "cap", "unit_path": COMMUNE, "xml": "<a/>"}).status_code == 302
    assert "không phải alert" in good(leader, rules)
    assert leader.post(rules, {"do": "key", "unit_path": COMMUNE}).status_code == 302
    assert CapKey.objects.count() == 2


def test_the_map_of_a_warning_shows_a_filled_area_and_says_it_in_words(world: World, issued: HazardWarning):
    for url in ("/canh-bao/", f"/canh-bao/{issued.code}/"):
        page = good(Client(), url)
        assert 'class="zone"' in page and "<pattern " in page, "not by colour alone"
        caption = page[page.index("<figcaption>") :]
        assert "Cấp 2" in caption and "màu vàng nhạt" in caption and world.near.full_name in caption
        assert "Hoàng Sa" in page and "Trường Sa" in page
        assert len(page.encode()) < 60_000


def test_a_banner_leads_to_the_warning_and_is_not_repeated_there(
    world: World, issued: HazardWarning, settings
):
    settings.XASO_HOME_UNIT = COMMUNE
    settings.XASO_BANNER_SECONDS = 0
    elsewhere = good(Client(), "/don-vi/")
    assert 'role="alert"' in elsewhere and 'href="/canh-bao/"' in elsewhere
    assert 'class="wrap notes said"' not in good(Client(), "/canh-bao/")
    assert 'class="wrap notes said"' not in good(Client(), f"/canh-bao/{issued.code}/")


def test_who_withdraws_is_asked_whether_an_all_clear_is_meant(world: World, issued: HazardWarning):
    desk = entered(world.officers["specialist"])
    url = f"/desk/alerts/canh-bao/{issued.pk}/sua/"
    assert "?viec=AllClear" in good(desk, f"{url}?viec=Cancel")
    assert "?viec=AllClear" not in good(desk, f"{url}?viec=AllClear")
