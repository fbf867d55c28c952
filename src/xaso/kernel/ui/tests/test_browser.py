"""The style guide in a real browser: barriers, sizes, weight, and what happens when the line drops."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from xaso.kernel.people.testing import officer_account
from xaso.kernel.ui.browser import (
    CHROMIUM,
    axe_problems,
    launch_browser,
    new_desk_page,
    new_phone_page,
    sideways_scroll,
    small_targets,
    wire_bytes,
    wire_requests,
)

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch_browser() as running:
        yield running


@pytest.fixture
def officer_cookie(live_server: Any) -> dict[str, str]:
    client = Client()
    client.force_login(officer_account("clerk", "38/14845/"))
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": live_server.url,
    }


def open_guide(page: Any, path: str = "/ui/", cookie: dict[str, str] | None = None) -> None:
    if cookie:
        page.context.add_cookies([cookie])
    page.goto(path)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("make", [new_phone_page, new_desk_page])
def test_no_barrier_no_fault_no_sideways_scroll(
    browser: Any, live_server: Any, officer_cookie: dict[str, str], make: Any, dark: bool
) -> None:
    page = make(browser, live_server.url, dark=dark)
    for path in ("/ui/?loi=1", "/desk/ui/?loi=1", "/offline"):
        open_guide(page, path, officer_cookie)
        assert axe_problems(page) == []
        assert page.js_faults == []
        assert sideways_scroll(page) == []
        if make is new_phone_page:
            assert small_targets(page, 24 if "desk" in path else 44) == []
    page.context.close()


def test_axe_is_awake(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url)
    open_guide(page, "/offline")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert any("html-has-lang" in problem for problem in axe_problems(page))
    page.context.close()


def test_reflow_at_320_and_double_letters(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url, width=320)
    open_guide(page, "/ui/?loi=1")
    assert sideways_scroll(page) == []
    page.set_viewport_size({"width": 640, "height": 740})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert sideways_scroll(page) == []
    page.context.close()


def test_a_small_page_is_small(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url)
    open_guide(page, "/offline")
    assert wire_bytes(page) <= 20 * 1024, wire_requests(page)
    assert (
        len(wire_requests(page)) <= 4
    )  # page, sheet, icons, and the mark that the browser asks for by itself
    page.context.close()


def test_all_letters_come_from_our_font_on_the_desk(
    browser: Any, live_server: Any, officer_cookie: dict[str, str]
) -> None:
    import make_fonts  # tools/ is on the path of tests

    letters = "".join(make_fonts.vietnamese())
    assert len(letters) == 134
    page = new_desk_page(browser, live_server.url)
    open_guide(page, "/desk/ui/", officer_cookie)
    page.evaluate(
        "(text) => { document.querySelector('h1').textContent = text; }", letters + make_fonts.HIGHLAND
    )
    page.evaluate("document.fonts.ready")
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert [(font["familyName"], font["isCustomFont"]) for font in fonts] == [("Xaso Sans", True)]
    page.context.close()


def test_without_script_everything_can_be_filled(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url, java_script_enabled=False)
    open_guide(page)
    for name in ("name", "birth.year", "home.unit", "relation", "people", "photo"):
        assert page.locator(f"#sample [name='{name}']").is_visible(), name
    page.context.close()


def test_the_summary_takes_focus_and_leads_to_the_field(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url)
    open_guide(page, "/ui/?loi=1")
    assert page.evaluate("document.activeElement.id") == "errors"
    page.get_by_role("link", name="Tháng 2/1985 không có ngày 31").click()
    assert page.evaluate("document.activeElement.name") == "birth.day"
    page.get_by_role("link", name="Chọn xã, phường của địa chỉ").click()
    assert page.evaluate("document.activeElement.dataset.for") == "id_home_unit"
    page.context.close()


def test_a_conditional_question_follows_its_answer(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url)
    open_guide(page)
    relation = page.locator("#id_relation")
    assert not relation.is_visible() and relation.is_disabled()
    page.get_by_label("Người khác").check()
    assert relation.is_visible() and relation.is_enabled()
    page.context.close()


def test_a_draft_survives_the_line_and_closing(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url)
    open_guide(page)
    page.get_by_label("Đây là máy của tôi").check()
    page.fill("#id_name", "H’Hen Niê")
    page.fill("#id_birth_year", "1950")
    page.wait_for_timeout(1300)
    page.context.set_offline(True)
    page.get_by_role("button", name="Tiếp tục").last.click()
    banner = page.locator(".js-draft")
    banner.wait_for()
    assert "Đã lưu trong máy, chưa gửi" in banner.inner_text()
    assert page.input_value("#id_name") == "H’Hen Niê"
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto("/ui/")
    again.locator(".js-draft").wait_for()
    assert again.input_value("#id_name") == ""
    again.get_by_role("button", name="Điền lại").click()
    assert (again.input_value("#id_name"), again.input_value("#id_birth_year")) == ("H’Hen Niê", "1950")
    other = page.context.new_page()
    other.goto("/ui/")
    other.locator(".js-draft").wait_for()
    assert "đang mở ở một thẻ khác" in other.locator(".js-draft").inner_text()
    page.context.close()


def test_nothing_is_kept_on_a_phone_that_is_not_ones_own(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url)
    open_guide(page)
    page.fill("#id_name", "H’Hen Niê")
    page.wait_for_timeout(1300)
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.locator(".js-draft").count() == 0
    page.context.set_offline(True)
    page.fill("#id_name", "H’Hen Niê")
    page.get_by_role("button", name="Tiếp tục").last.click()
    assert "Đừng đóng trang này" in page.locator(".js-draft").inner_text()
    page.context.close()


def test_without_storage_the_form_still_works(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url)
    page.add_init_script(
        "Object.defineProperty(window, 'indexedDB', {get() { throw new Error('refused'); }})"
    )
    open_guide(page)
    page.get_by_label("Đây là máy của tôi").check()
    page.fill("#id_name", "Páo")
    # To the end of the next page: Chromium may wait for ever when a context is closed between two pages.
    with page.expect_navigation(wait_until="networkidle"):
        with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            page.get_by_role("button", name="Tiếp tục").last.click()
    assert "P%C3%A1o" in (sent.value.request.post_data or "")
    assert page.js_faults == []
    page.context.close()


def photo(side: int = 3000) -> dict[str, Any]:
    """A noisy picture that would be large on the wire, with a place in its EXIF."""
    picture = Image.effect_noise((side, side * 3 // 4), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010F] = "camera"
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90, exif=exif)
    return {"name": "IMG_1.jpeg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_photo_is_made_small_before_it_is_sent(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url)
    open_guide(page)
    original = photo()
    page.set_input_files("#id_photo", original)
    page.get_by_text("Đọc rõ chữ không?").wait_for()
    script = """async () => {
      const file = document.getElementById("id_photo").files[0];
      const map = await createImageBitmap(file);
      const exif = (await file.text()).includes("camera");
      return [file.type, file.size, Math.max(map.width, map.height), exif];
    }"""
    kind, size, longest, has_exif = page.evaluate(script)
    assert (kind, longest, has_exif) == ("image/jpeg", 2000, False)
    assert size < len(original["buffer"])
    page.get_by_role("button", name="Bỏ").last.click()
    assert page.evaluate("document.getElementById('id_photo').files.length") == 0
    page.context.close()


def test_an_upload_goes_on_where_it_stopped(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url, service_workers="block")
    got = bytearray()
    calls: list[str] = []

    def server(route: Any) -> None:
        asked = route.request
        calls.append(asked.method)
        if asked.method == "POST":
            return route.fulfill(status=201, headers={"Location": "/x/upload/1", "Upload-Offset": "0"})
        if asked.method == "HEAD":
            return route.fulfill(status=200, headers={"Upload-Offset": str(len(got))})
        if calls.count("PATCH") == 2:
            return route.abort()
        if int(asked.headers["upload-offset"]) != len(got):
            return route.fulfill(status=409)
        got.extend(asked.post_data_buffer)
        return route.fulfill(status=200, headers={"Upload-Offset": str(len(got))}, json={"file": "F1"})

    def with_upload(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, body=answer.text().replace("data-drop ", 'data-drop data-upload="/x/upload" ')
        )

    page.route("**/x/upload**", server)
    page.route(re.compile(r"/ui/$"), with_upload)
    open_guide(page)
    page.set_input_files("#id_photo", photo())
    page.get_by_text("Đã gửi IMG_1.jpg").last.wait_for(timeout=30_000)
    assert "HEAD" in calls and calls.count("PATCH") > 3
    assert Image.open(io.BytesIO(bytes(got))).size == (2000, 1500)
    assert page.locator("input[type=hidden][name=photo]").get_attribute("value") == "F1"
    page.context.close()


def test_the_outbox_sends_one_entry_however_often_it_tries(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url, service_workers="block")
    keys: list[str] = []

    def as_outbox(route: Any) -> None:
        if route.request.method == "POST":
            keys.append(route.request.headers["x-once-key"])
            return route.abort() if len(keys) < 4 else route.fulfill(status=200, body="ok")
        answer = route.fetch()
        body = (
            answer.text()
            .replace('data-draft="guide"', 'data-outbox="Phiếu khảo sát"')
            .replace("draft.js", "outbox.js")
        )
        return route.fulfill(
            response=answer, body=body.replace("<h1>", "<div data-outbox-list></div><h1>", 1)
        )

    page.route(re.compile(r"/ui/$"), as_outbox)
    open_guide(page)
    page.fill("#id_name", "Páo")
    page.get_by_role("button", name="Tiếp tục").last.click()
    page.get_by_text("Đã lưu trong máy, chưa gửi").first.wait_for()
    page.reload()
    page.get_by_text("Phiếu khảo sát").first.wait_for()
    page.get_by_role("button", name="Gửi ngay").first.click()
    page.locator("[data-outbox-list] > *").wait_for(state="detached", timeout=30_000)
    assert len(keys) == 4 and len(set(keys)) == 1
    page.context.close()


def test_a_long_list_can_be_typed_in(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url)
    open_guide(page)
    box = page.locator("#id_people_find")
    box.fill("thai")
    assert page.locator("#id_people_find_list [role=option]").all_inner_texts() == ["Thái"]
    box.press("ArrowDown")
    box.press("Enter")
    assert (box.input_value(), page.evaluate("document.getElementById('id_people').value")) == (
        "Thái",
        "Thái",
    )
    box.fill("zzz")
    assert (
        "Không có kết quả"
        in page.locator("#id_people_find_list").locator("xpath=../following-sibling::p").inner_text()
    )
    page.context.close()


def test_keys_and_many_rows_at_the_desk(
    browser: Any, live_server: Any, officer_cookie: dict[str, str]
) -> None:
    page = new_desk_page(browser, live_server.url)
    open_guide(page, "/desk/ui/", officer_cookie)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator(".tbl tr.on").get_attribute("data-url") == "#21"
    page.get_by_label("Chọn hồ sơ 0021").check()
    page.get_by_role("button", name="Chọn cả trang").click()
    assert page.locator("[data-bulk-said]").inner_text() == "Đã chọn 4 hồ sơ"
    page.reload()
    assert page.locator("[data-bulk-said]").inner_text() == "Đã chọn 4 hồ sơ", "the choice survives paging"
    page.context.close()


def test_a_hand_scanner_fills_the_form(
    browser: Any, live_server: Any, officer_cookie: dict[str, str]
) -> None:
    page = new_desk_page(browser, live_server.url)
    open_guide(page, "/desk/ui/", officer_cookie)
    page.fill("#id_number", "038085001234||Hà Văn Ẩn|27031985|Nam|Bản Poom Khuông|15082021")
    page.press("#id_number", "Enter")
    page.get_by_text("Đã điền từ thẻ").wait_for()
    values = [page.input_value(f"#id_{name}") for name in ("number", "name", "birth_day", "birth_year")]
    assert values == ["038085001234", "Hà Văn Ẩn", "27", "1985"]
    page.context.close()


def test_the_map_opens_at_a_tap_and_shows_the_islands(browser: Any, live_server: Any) -> None:
    page = new_phone_page(browser, live_server.url)
    open_guide(page)
    assert not any("leaflet" in name for name, _ in wire_requests(page)), "nothing of the map before the tap"
    page.get_by_role("button", name="Mở bản đồ").click()
    page.locator(".mapbox path.leaflet-interactive").first.wait_for(state="attached")
    assert page.get_by_role("button", name="Phóng to").is_visible()
    assert page.get_by_text("Quần đảo Hoàng Sa (Việt Nam)").count() >= 1
    assert page.get_by_text("Quần đảo Trường Sa (Việt Nam)").count() >= 1
    assert axe_problems(page) == [] and page.js_faults == []
    page.context.close()


def test_a_public_page_without_a_line_shows_its_kept_copy_with_the_date(
    browser: Any, live_server: Any
) -> None:
    page = new_phone_page(browser, live_server.url)
    open_guide(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.reload()
    page.goto("/don-vi/")
    page.wait_for_load_state("networkidle")
    page.goto("/don-vi/")
    page.context.set_offline(True)
    page.goto("/don-vi/")
    assert "Đang mất mạng. Đây là bản lưu lúc" in page.locator("main").inner_text()
    page.goto("/dang-nhap/can-bo")
    assert "Điện thoại đang mất mạng" in page.locator("h1").inner_text(), (
        "a page with a form of one's own is never kept"
    )
    page.context.close()
