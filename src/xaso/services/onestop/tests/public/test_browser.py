"""The citizen's pages in a real browser at 360 px: whole filing with and without script, barriers, weight, drafts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from xaso.kernel.people.testing import a_citizen_account
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.browser import (
    CHROMIUM,
    axe_problems,
    launch_browser,
    new_desk_page,
    new_phone_page,
    sideways_scroll,
    wire_bytes,
    wire_requests,
)
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.models import BankAccount, Dossier
from xaso.services.onestop.testing import BIRTH, COMMUNE, MARITAL, a_picture, a_setup
from xaso.services.onestop.tests.public.walking import go_on, page_key, type_answers, walk

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]
FORM, TRACKING, MOST = 40_000, 20_000, 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch_browser() as made:
        yield made


def signed_in(live_server: Any) -> dict[str, str]:
    """The session cookie of a citizen."""
    http = Client()
    http.force_login(a_citizen_account())
    return {"name": "sessionid", "value": http.cookies["sessionid"].value, "url": live_server.url}


def weighed(page: Any, most: int) -> None:
    """The page has no barrier, does not scroll sideways, keeps its budget, and broke nothing."""
    assert axe_problems(page) == [], page.url
    assert sideways_scroll(page) == [], page.url
    assert wire_bytes(page) <= most, (page.url, wire_requests(page))
    assert page.js_faults == [], page.url


def picture(folder: Path) -> str:
    path = folder / "giay.jpg"
    path.write_bytes(a_picture(1600, 2200, "#eeeeee"))
    return str(path)


@pytest.mark.parametrize("script", [True, False])
def test_filing_on_a_phone(browser: Any, live_server: Any, tmp_path: Path, script: bool) -> None:
    setup = a_setup(BIRTH)
    body = setups_in_force.body_of(setup)
    BankAccount.objects.create(
        unit_path=COMMUNE, bank_bin="970436", bank_name="Vietcombank", account="0123456789",
        holder="UBND XA BAT XAT", valid_from=today(),
    )  # fmt: skip
    page = new_phone_page(browser, live_server.url, java_script_enabled=script)
    page.context.add_cookies([signed_in(live_server)])
    check = weighed if script else lambda page, most: None  # axe itself needs script
    page.goto(f"/onestop/thu-tuc/{BIRTH}/?unit={COMMUNE}")
    check(page, FORM)
    go_on(page, "Bắt đầu")
    if script:
        walk(page, body, lambda page, key: check(page, FORM))
    else:
        walk_plain(page, body)
    check(page, MOST)
    for box in page.locator("input[type=file]").all():
        box.set_input_files(picture(tmp_path))
    if script:
        page.locator("text=Đã gửi giay.jpg").first.wait_for()
        while page.locator("main progress").count():
            page.wait_for_timeout(100)
    go_on(page)
    check(page, FORM)
    page.get_by_label("Xem, tải trên màn hình").check()
    go_on(page)
    check(page, FORM)
    go_on(page, "Nộp hồ sơ")
    check(page, FORM)
    for box in page.locator("[name^='promise.']").all():
        box.check()
    go_on(page, "Nộp hồ sơ")
    dossier = Dossier.objects.first()
    assert dossier is not None, page.locator("main").inner_text()
    assert page.url.endswith(f"/{dossier.code}/nop-phi/")
    assert page.locator("[data-payload]").count() == 1
    cookies = page.context.cookies()
    own = f"ho-so/{dossier.code}/"
    shown = [(own, TRACKING, True), (f"{own}da-nop/", FORM, True), (f"{own}rut/", FORM, True),
             ("cua-toi/", FORM, True), (f"tra-cuu/{dossier.code}/", TRACKING, False)]  # fmt: skip
    for where, most, known in shown:
        # A context of its own: what a service worker hands over is counted unpacked.
        fresh = new_phone_page(browser, live_server.url, java_script_enabled=script)
        if known:
            fresh.context.add_cookies(cookies)
        fresh.goto(f"/onestop/{where}")
        assert dossier.code in fresh.content()
        check(fresh, most)
        fresh.context.close()


def walk_plain(page: Any, body: Any) -> None:
    """Without script there is nothing to set values by: the answers go in by hand on the first page only."""
    from xaso.kernel.people.models import Account
    from xaso.kernel.people.sessions import viewer_of
    from xaso.services.onestop.actions.drafts import keep_answers
    from xaso.services.onestop.models import Draft

    name = body.sample_answers["child_name"]
    page.get_by_label("Họ, chữ đệm và tên của trẻ").fill(name)
    page.get_by_label("Ngày", exact=True).fill("45")
    go_on(page)
    assert "Có lỗi cần sửa" in page.locator("main").inner_text()
    assert page.get_by_label("Họ, chữ đệm và tên của trẻ").input_value() == name
    draft = Draft.objects.get()
    viewer = viewer_of(Account.objects.get(pk=draft.account_id))
    keep_answers(viewer, draft_id=draft.pk, answers=body.sample_answers, page="")
    page.goto(f"/onestop/nop/{draft.pk}/")
    assert page.url.endswith("/giay-to/")


def test_what_was_typed_comes_back_on_the_owners_phone(browser: Any, live_server: Any) -> None:
    setup = a_setup(BIRTH)
    body = setups_in_force.body_of(setup)
    page = new_phone_page(browser, live_server.url)
    page.context.add_cookies([signed_in(live_server)])
    page.goto(f"/onestop/thu-tuc/{BIRTH}/?unit={COMMUNE}")
    go_on(page, "Bắt đầu")
    key = page_key(page)
    page.locator("[name=child_name]").fill("Nông Thị Mai")
    page.get_by_label("Đây là máy của tôi").check()
    page.get_by_text("Đã lưu trong máy lúc").wait_for()
    page.reload()
    assert page.locator("[name=child_name]").input_value() == ""
    page.get_by_role("button", name="Điền lại").click()
    assert page.locator("[name=child_name]").input_value() == "Nông Thị Mai"
    type_answers(page, next(one for one in body.pages if one.key == key), body.sample_answers)
    go_on(page)
    assert page_key(page) != key


def test_questions_that_hang_on_another_are_hidden(browser: Any, live_server: Any) -> None:
    a_setup(MARITAL)
    page = new_phone_page(browser, live_server.url)
    page.context.add_cookies([signed_in(live_server)])
    page.goto(f"/onestop/thu-tuc/{MARITAL}/?unit={COMMUNE}")
    weighed(page, FORM)
    go_on(page, "Bắt đầu")
    for block in page.locator("[data-when]").all():
        assert block.is_hidden()
    weighed(page, FORM)


@pytest.mark.parametrize("make", [new_phone_page, new_desk_page])
def test_public_pages(browser: Any, live_server: Any, make: Any) -> None:
    a_setup()
    page = make(browser, live_server.url)
    for where, most in (("", FORM), ("thu-tuc/?q=khai+sinh", FORM), ("noi-nop/?xa=bat+xat", FORM),
                        ("tra-cuu/", TRACKING), ("tra-cuu/?ma=sai", TRACKING)):  # fmt: skip
        page.goto(f"/onestop/{where}")
        weighed(page, most)


def test_a_lost_suggestion_is_asked_for_again(browser: Any, live_server: Any) -> None:
    """A request that the line lost is repeated; what the page holds itself is offered without the line."""
    a_setup(BIRTH)
    page = new_phone_page(browser, live_server.url)
    lost: list[str] = []

    def lose_the_first(route: Any) -> None:
        if "q=" in route.request.url and not lost:
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/*", lose_the_first)
    page.goto(f"/onestop/thu-tuc/{BIRTH}/?choose=1")
    box = page.get_by_role("combobox").first
    box.fill("Bát Xát")
    page.get_by_role("option", name="Bát Xát").first.wait_for()
    assert lost


def test_a_late_list_of_communes_does_not_wipe_what_is_being_typed(browser: Any, live_server: Any) -> None:
    """Somebody on a slow line chooses the province and begins to type before its communes have come."""
    setup = a_setup(BIRTH)
    page = new_phone_page(browser, live_server.url)
    page.context.add_cookies([signed_in(live_server)])
    page.goto(f"/onestop/thu-tuc/{BIRTH}/?unit={COMMUNE}")
    go_on(page, "Bắt đầu")
    body = setups_in_force.body_of(setup)
    for _ in range(30):  # to the first page with an address
        if page.locator("[data-address][data-search]").count():
            break
        type_answers(page, eforms.page_of(body, page_key(page)), body.sample_answers)
        go_on(page)
    block = page.locator("[data-address][data-search]").first
    held: list[Any] = []
    page.route("**/*province=*", lambda route: held.append(route))
    province = block.locator("select").first
    province.select_option("22" if province.input_value() != "22" else "15")
    box = block.locator("input[role=combobox]")
    box.fill("Bát X")
    box.press_sequentially("át")
    assert held
    for route in held:
        route.continue_()
    page.get_by_role("option", name="Bát Xát").first.wait_for()
    assert box.input_value() == "Bát Xát"
