"""The page behind the code: what it tells, what it never tells, how it is kept and renewed, and how light it is."""

from __future__ import annotations

import gzip
import io
import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.html import escape
from PIL import Image

from xaso.kernel.events.relay import run_once
from xaso.kernel.places.models import Layer, Place
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import today
from xaso.kernel.sealing.sealer import seal
from xaso.kernel.ui.maps import ISLANDS
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.trace.actions.buyer_pages import freeze_page, warm_pages
from xaso.services.trace.actions.lots_use import hold_lot, release_lot
from xaso.services.trace.buyer import page as pages
from xaso.services.trace.models import OcopRecognition, PublicPage, Recording, TraceEvent
from xaso.services.trace.rules import buyer as rules
from xaso.services.trace.tests.buyer_world import Shop, a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings, tmp_path) -> Shop:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""
    settings.XASO_LOG_KEYS, settings.XASO_LOG_KEY = str(tmp_path / "log-keys"), "file:"
    return a_shop()


def text_of(answer) -> str:
    content = answer.content
    return (
        gzip.decompress(content) if answer.headers.get("Content-Encoding") == "gzip" else content
    ).decode()


def test_the_page_tells_what_a_buyer_wants_to_know(client: Client, shop: Shop) -> None:
    answer = client.get(shop.url)
    assert answer.status_code == 200
    text = text_of(answer)
    coop = shop.coop
    for told in (
        coop.tea.name, coop.enterprise.name, shop.lot.code, "OCOP 4 sao", "88/QĐ-UBND", "VG-01", "Không phát hiện",
        "Hộ Giàng A Páo (Nậm Lành)", "Chè từ cây cổ thụ", "1 hộ thành viên", "Thông tư 02/2024/TT-BKHCN",
        "Nghị định 37/2026/NĐ-CP", "TCVN 9740:2013", shop.lot.thing.uri,
    ):  # fmt: skip
        assert escape(told) in text, told
    assert_page_ok(text)


def test_an_expired_paper_is_never_shown_as_valid(client: Client, shop: Shop) -> None:
    text = text_of(client.get(shop.url))
    expired = re.search(r"<li>(?:(?!</li>).)*VG-00(?:(?!</li>).)*</li>", text, re.S)
    assert expired
    assert "Hết hiệu lực" in expired[0]
    assert "Còn hiệu lực" not in expired[0]
    facts = client.get(f"{shop.url}/ho-chieu.json").json()
    assert "VG-00" not in json.dumps(facts)
    OcopRecognition.objects.update(expires_on=today() - timedelta(days=1))
    PublicPage.objects.all().delete()
    assert "OCOP 4 sao" not in text_of(client.get(shop.url))


def test_what_was_good_yesterday_is_judged_anew_after_midnight(client: Client, shop: Shop) -> None:
    client.get(shop.url)
    row = PublicPage.objects.get(token=shop.lot.token, lang="vi")
    with moment.frozen(moment.now() + timedelta(days=1)):
        assert row.fresh_until <= moment.now()
        client.get(shop.url)
        assert PublicPage.objects.get(pk=row.pk).made_at > row.made_at


def test_the_ten_items_stand_in_their_order_and_missing_ones_say_so(client: Client, shop: Shop) -> None:
    listed = client.get(f"{shop.url}/ho-chieu.json").json()["lists"]["ten"]
    assert [one["number"] for one in listed["items"]] == list(range(1, 11))
    assert [one["key"] for one in listed["items"]] == [
        "name", "picture", "producer", "address", "stages", "made", "code", "brand", "shelf", "standards",
    ]  # fmt: skip
    states = {one["key"]: one["state"] for one in listed["items"]}
    assert states["picture"] == "missing"
    assert set(states.values()) == {"told", "missing"}
    assert "Chưa có thông tin" in text_of(client.get(shop.url))


def test_a_household_that_did_not_agree_is_not_named(client: Client, shop: Shop) -> None:
    shop.coop.plot.name = "Nương nhà ông Giàng A Páo"
    shop.coop.plot.save()
    shop.coop.plot.member.shows_name = False
    shop.coop.plot.member.save()
    for address in (shop.url, f"{shop.url}?lang=en", f"{shop.url}/ho-chieu.json", f"{shop.url}/chung-minh/"):
        assert "Páo" not in text_of(client.get(address)), address


def test_held_recalled_and_released_goods_say_so_at_once(client: Client, shop: Shop) -> None:
    assert "lưu hành bình thường" in text_of(client.get(shop.url))
    hold_lot(shop.coop.viewer, lot=shop.lot, reason="Chờ kết quả kiểm nghiệm")
    run_once()
    assert "đang tạm giữ" in text_of(client.get(shop.url))
    release_lot(shop.coop.viewer, lot=shop.lot, reason="Kết quả đạt")
    hold_lot(shop.coop.viewer, lot=shop.lot, reason="Lẫn tạp chất", recalled=True)
    run_once()
    text = text_of(client.get(shop.url))
    assert "đã bị thu hồi" in text
    assert "lưu hành bình thường" not in text


def test_goods_past_their_day_say_so(client: Client, shop: Shop) -> None:
    shop.lot.expires_on = today() - timedelta(days=1)
    shop.lot.save()
    assert "đã hết hạn dùng" in text_of(client.get(shop.url))


def test_english_by_address_and_by_browser(client: Client, shop: Shop) -> None:
    for answer in (
        client.get(f"{shop.url}?lang=en"),
        client.get(shop.url, headers={"accept-language": "en-GB,en;q=0.9,vi;q=0.5"}),
    ):
        text = text_of(answer)
        assert '<html lang="en">' in text
        assert "Nam Lanh shan tuyet tea" in text
        assert "How it came to you" in text
        assert answer["Content-Language"] == "en"
        assert "Accept-Language" in answer["Vary"]
    assert '<html lang="vi">' in text_of(client.get(shop.url, headers={"accept-language": "fr,de"}))


@pytest.mark.parametrize(
    ("asked", "accepted", "lang"),
    [
        ("en", "vi", "en"), ("", "", "vi"), ("", "en", "en"), ("", "vi,en;q=0.9", "vi"),
        ("", "en;q=0.3,vi;q=0.7", "vi"),
        ("xx", "fr", "vi"), ("", "english", "vi"), ("", "en;q=abc", "vi"), ("", "EN-us", "en"),
    ],
)  # fmt: skip
def test_the_language_is_chosen(asked: str, accepted: str, lang: str) -> None:
    assert rules.language(asked, accepted) == lang


def test_a_kept_page_is_one_read_without_session_or_cookie(
    client: Client, shop: Shop, django_assert_num_queries
) -> None:
    client.get(shop.url)
    with django_assert_num_queries(1):
        answer = client.get(shop.url, headers={"accept-encoding": "gzip, br"})
    assert answer["Content-Encoding"] == "gzip"
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies
    assert answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    again = client.get(shop.url, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == answer["ETag"]
    assert client.head(shop.url).status_code == 200


def test_another_look_of_the_pages_makes_them_anew(client: Client, shop: Shop, monkeypatch) -> None:
    client.get(shop.url)
    first = PublicPage.objects.get(token=shop.lot.token, lang="vi")
    PublicPage.objects.update(build="before")
    client.get(shop.url)
    assert PublicPage.objects.get(pk=first.pk).build == pages.build()


def test_what_is_not_published_has_no_page(client: Client, shop: Shop) -> None:
    hidden = shop.coop.tea_lot()
    for token in (hidden.token, "aaaaaaaaaaaa", "khong-co"):
        answer = client.get(f"/trace/q/{token}")
        assert answer.status_code == 404
        assert "hàng giả" in answer.content.decode()
        assert client.get(f"/trace/q/{token}/ho-chieu.json").status_code == 404
        assert client.get(f"/trace/q/{token}/chung-minh/").status_code == 404
        assert client.get(f"/trace/q/{token}/gui/hoi/").status_code == 404


def test_a_product_has_a_page_with_its_lots(client: Client, shop: Shop) -> None:
    text = text_of(client.get(f"/trace/q/{shop.coop.tea.token}"))
    assert f"/trace/q/{shop.lot.token}" in text
    assert "Các lô gần đây" in text


def test_page_and_style_and_script_and_picture_stay_light(client: Client, settings, tmp_path) -> None:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""
    shop = a_shop(pictures=True)
    answer = client.get(shop.url, headers={"accept-encoding": "gzip"})
    assert len(answer.content) < 16_000
    text = text_of(answer)
    for address in re.findall(r'src="(/trace/anh/[^"]+)"', text):
        picture = client.get(address)
        assert picture["Content-Type"] == "image/webp"
        assert "immutable" in picture["Cache-Control"]
        assert len(picture.content) < 30_000
    assert len(re.findall(r"/trace/anh/", text)) >= 2


def test_nothing_typed_ends_a_script_or_an_attribute(client: Client, shop: Shop) -> None:
    nasty = "</script><script>alert(1)</script>\"'<b>"
    shop.coop.tea.name = shop.coop.tea.description = shop.coop.tea.safety_note = nasty
    shop.coop.tea.save()
    shop.coop.enterprise.story = nasty
    shop.coop.enterprise.save()
    text = text_of(client.get(shop.url))
    assert "<script>alert" not in text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    assert found
    assert json.loads(found[1])["name"] == nasty


def test_what_search_engines_read(client: Client, shop: Shop) -> None:
    found = re.search(
        r'<script type="application/ld\+json">(.*?)</script>', text_of(client.get(shop.url)), re.S
    )
    assert found
    read = json.loads(found[1])
    assert read["@type"] == "Product"
    assert read["manufacturer"]["name"] == shop.coop.enterprise.name
    assert [one["certificationIdentification"] for one in read["hasCertification"]] == ["VG-01"]
    assert "aggregateRating" not in read


def test_the_map_shows_places_rounded_and_the_islands(client: Client, shop: Shop) -> None:
    layer = Layer.objects.create(key="thu-nuong", title="Nương", shape="point")
    unit = shop.coop.enterprise.unit
    for site, lat, lon in (
        (shop.coop.plot, 21.612345, 104.371234),
        (shop.coop.workshop, 21.634567, 104.401234),
    ):
        site.place = Place.objects.create(
            layer=layer, unit=unit, unit_path=unit.path, name=site.name, search_text="", geometry={}, west=lon,
            east=lon, south=lat, north=lat, lat=lat, lon=lon,
        )  # fmt: skip
        site.save()
    text = text_of(client.get(shop.url))
    for name, *_ in ISLANDS:
        assert name in text
    assert '<polyline class="route"' in text
    assert "104.371" not in text
    assert "làm tròn" in text


def test_each_stage_is_proven_from_the_log_and_a_changed_one_shows(client: Client, shop: Shop) -> None:
    waiting = client.get(f"{shop.url}/chung-minh/").content.decode()
    assert "chờ ít phút" in waiting
    seal(from_start=True)
    text = client.get(f"{shop.url}/chung-minh/").content.decode()
    stages = TraceEvent.objects.count()
    assert f"Cả {stages} công đoạn đều có trong nhật ký" in text
    assert_page_ok(text)
    link = re.search(r"/log/proof/[0-9a-f-]+/", text)
    assert link
    assert client.get(link[0]).status_code == 200
    event = TraceEvent.objects.order_by("-seq")[0]
    event.body = {**event.body, "eventTime": "2020-01-01T00:00:00.000Z"}
    event.save(update_fields=["body"])
    assert "không khớp với nhật ký" in client.get(f"{shop.url}/chung-minh/").content.decode()
    english = client.get(f"{shop.url}/chung-minh/?lang=en").content.decode()
    assert "differ from the log" in english


def test_pages_are_warmed_and_made_once(shop: Shop) -> None:
    assert warm_pages(shop.coop.viewer.system()) == 2
    row = PublicPage.objects.get(token=shop.lot.token, lang="en")
    again = freeze_page(shop.coop.viewer.system(), token=shop.lot.token, lang="en")
    assert again is not None
    assert again.made_at == row.made_at


def test_the_voice_of_the_makers(client: Client, shop: Shop) -> None:
    maker = Client()
    maker.force_login(shop.coop.account)
    address = f"/trace/co-so/{shop.coop.enterprise.token}/loi-ke/"
    assert_page_ok(maker.get(address).content.decode())
    product = str(shop.coop.tea.pk)
    from django.core.files.uploadedfile import SimpleUploadedFile as File

    wrong = maker.post(address, {"product": product, "lang": "vi", "file": File("a.mp3", b"<html>")})
    assert wrong.status_code == 422
    assert "không phải lời thu âm" in wrong.content.decode()
    sound = b"OggS" + b"\0" * 400
    assert (
        maker.post(address, {"product": product, "lang": "vi", "file": File("a.ogg", sound)}).status_code
        == 302
    )
    run_once()
    text = text_of(client.get(shop.url))
    source = re.search(r'<audio[^>]*src="([^"]+)"', text)
    assert source
    heard = client.get(source[1])
    assert (heard.content, heard["Content-Type"]) == (sound, "audio/ogg")
    assert "<audio" not in text_of(client.get(f"{shop.url}?lang=en")), (
        "no recording in English: no dead button"
    )
    assert maker.post(address, {"product": product, "lang": "vi", "end": "yes"}).status_code == 302
    run_once()
    assert Recording.objects.get().ended_at is not None
    assert "<audio" not in text_of(client.get(shop.url))
    assert client.get(source[1]).status_code == 404
    cache.clear()


def test_pictures_are_put_by_who_sits_there(client: Client, shop: Shop) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile as File

    maker = Client()
    maker.force_login(shop.coop.account)
    address = f"/trace/co-so/{shop.coop.enterprise.token}/loi-ke/"
    out = io.BytesIO()
    Image.new("RGB", (1300, 900), "#5d8a4a").save(out, "JPEG")
    for product in ("", str(shop.coop.tea.pk)):
        boxes = {"what": "photo", "product": product, "photo": File("a.jpg", out.getvalue(), "image/jpeg")}
        assert maker.post(address, boxes).status_code == 302
    assert maker.post(address, {"what": "photo", "photo": File("a.jpg", b"<svg>")}).status_code == 422
    assert maker.post(address, {"what": "photo"}).status_code == 422
    assert_page_ok(maker.get(address).content.decode())
    run_once()
    text = text_of(client.get(shop.url))
    assert len(re.findall(r'src="/trace/anh/', text)) == 2
    items = client.get(f"{shop.url}/ho-chieu.json").json()["lists"]["ten"]["items"]
    assert items[1]["state"] == "told"


def test_the_code_may_be_typed(client: Client, shop: Shop) -> None:
    assert_page_ok(client.get("/trace/").content.decode())
    token = shop.lot.token
    for typed in (token, token.upper(), f"{token[:4]} {token[4:8]} {token[8:]}", shop.lot.thing.uri):
        answer = client.get("/trace/", {"ma": typed})
        assert (answer.status_code, answer["Location"]) == (302, shop.url), typed
    wrong = client.get("/trace/", {"ma": "khong-co"})
    assert wrong.status_code == 404
    assert_page_ok(wrong.content.decode())
