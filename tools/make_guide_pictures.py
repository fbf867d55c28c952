"""Takes the pictures of the guide anew from a running demo: ``python tools/make_guide_pictures.py [ADDRESS [NAME …]]``.

Start a demo first (``./xaso demo``). The pictures go to docs/guide/pictures; look at them before they are committed.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "guide" / "pictures"
PASSWORD = "xaso-demo-2026"  # noqa: S105 - the demo prints it
DESK, PHONE = (1200, 750), (540, 1110)
CITIZENS = ("Triệu Thị Mẩy", "Giàng A Páo", "Vàng Thị Sua", "Lý Láo Tả")
Go = Callable[[Any], None]


def main(words: list[str]) -> None:
    """Every picture, each by the one who sees that page."""
    sys.path.insert(0, str(ROOT / "src"))
    from xaso.kernel.ui.browser import launch_browser, new_desk_page, new_phone_page

    address, only = (words[0], words[1:]) if words else ("http://127.0.0.1:8300", [])
    with launch_browser() as browser:
        for login, name, go in AT_THE_DESK:
            if only and name not in only:
                continue
            page = new_desk_page(browser, address)
            _officer(page, login)
            go(page)
            _keep(page, name, DESK)
            page.context.close()
        for name, go in ON_THE_PHONE:
            if only and name not in only:
                continue
            page = new_phone_page(browser, address, device_scale_factor=1.5)
            go(page)
            _keep(page, name, PHONE)
            page.context.close()


def _officer(page: Any, login: str) -> None:
    page.goto("/dang-nhap/can-bo")
    page.fill("[name=username]", login)
    page.fill("[name=password]", PASSWORD)
    page.locator("main button", has_text="Đăng nhập").click()
    page.wait_for_url("**/desk/**")


def _citizen(page: Any, name: str) -> None:
    page.goto("/dang-nhap/")
    page.get_by_role("button", name="Đăng nhập bằng VNeID").click()
    page.wait_for_url("**/vneid/auth**")
    page.locator("button.card", has_text=name).click()
    page.wait_for_url(lambda url: "/vneid" not in url)


def _keep(page: Any, name: str, size: tuple[int, int]) -> None:
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(size, Image.Resampling.LANCZOS)
    picture.save(PICTURES / f"{name}.webp", quality=82, method=6)
    print(f"{name}.webp  {page.url}")


def _open(address: str) -> Go:
    return lambda page: page.goto(address)


def _first(address: str, link: str, tail: str = "") -> Go:
    """The first row of a list whose link fits, or a page of it."""

    def go(page: Any) -> None:
        page.goto(address)
        href = page.locator(f"main {link}").first.get_attribute("href")
        page.goto(urljoin(address, href) + tail)

    return go


def _question(page: Any) -> None:
    _citizen(page, CITIZENS[0])
    page.goto("/onestop/thu-tuc/1.004873/")
    page.locator("main form button.btn, main a.btn").first.click()
    page.wait_for_url("**/trang/**")


def _spoken(page: Any) -> None:
    """A bulletin with a word that the machine asks for."""
    page.goto("/desk/broadcast/ban-tin/soan/")
    page.get_by_label("Nội dung").fill(
        "UBND xã họp BQLX lúc 7h30 ngày 05/12/2026 tại nhà văn hóa. Hỏi 0912 345 678."
    )
    page.get_by_label("“BQLX” đọc là").wait_for()


def _pay(page: Any) -> None:
    """Whoever of the citizens has a fee to pay."""
    for name in CITIZENS:
        page.context.clear_cookies()
        _citizen(page, name)
        page.goto("/onestop/cua-toi/")
        for href in page.eval_on_selector_all(
            "main a[href*='/onestop/ho-so/']", "all => all.map((one) => one.getAttribute('href'))"
        ):
            page.goto(href)
            link = page.locator("main a[href$='/nop-phi/']")
            if link.count():
                page.goto(link.first.get_attribute("href"))
                page.locator("main p", has_text="quét mã").first.evaluate(
                    "one => window.scrollTo(0, one.getBoundingClientRect().top + scrollY - 40)"
                )
                return
    raise SystemExit("No citizen of the demo has a fee to pay: load the demo anew.")


def _enterprise(page_of: str, find: str = "") -> Go:
    """A page of the tea co-operative, as its manager sees it; ``find``: what to scroll to."""

    def go(page: Any) -> None:
        _citizen(page, "Sùng Thị Chứ")
        page.goto("/trace/co-so/")
        page.goto(page.url.partition("?")[0] + page_of)
        if find:
            page.locator(find).first.evaluate(
                "one => window.scrollTo(0, one.getBoundingClientRect().top + scrollY - 12)"
            )

    return go


AT_THE_DESK: tuple[tuple[str, str, Go], ...] = (
    ("motcua", "desk", _open("/desk/")),
    ("motcua", "receive", _open("/desk/onestop/tiep-nhan/1.001193/")),
    ("motcua", "queue", _open("/desk/onestop/?xem=unit")),
    ("motcua", "return", _open("/desk/onestop/tra-ket-qua/")),
    (
        "tuphap",
        "dossier",
        _first("/desk/onestop/?xem=unit&buoc=review", "tr:not(:has(.badge.danger)) a[href*='/ho-so/']"),
    ),
    ("lanhdao", "sign", _open("/desk/onestop/ky/")),
    ("lanhdao", "sign-one", _first("/desk/onestop/ky/", "a[href*='/ky/']")),
    ("vanthu", "seal", _open("/desk/onestop/dong-dau/")),
    ("lanhdao", "figure", _open("/desk/figures/onestop.on_time/")),
    ("vhxh", "radio-write", _spoken),
    ("vhxh", "radio-week", _open("/desk/broadcast/lich/")),
    ("vhxh", "radio-clusters", _open("/desk/broadcast/cum-loa/")),
    ("vhxh", "radio-log", _first("/desk/broadcast/nhat-ky/", "a[href^='?ngay=']")),
    ("vhxh", "radio-emergency", _open("/desk/broadcast/khan-cap/")),
    ("kinhte", "thu-hoi", _first("/desk/trace/thu-hoi/", "a[href*='/TH-']")),
    ("kinhte", "ocop-bang", _open("/desk/trace/ocop/")),
    ("ocop1", "ocop-cham", _first("/desk/trace/ocop/?buoc=scoring", "a[href*='/desk/trace/ocop/0']")),
)
ON_THE_PHONE: tuple[tuple[str, Go], ...] = (
    ("search", _open("/onestop/thu-tuc/?q=ket+hon")),
    ("start", _open("/onestop/thu-tuc/1.001193/")),
    ("question", _question),
    ("pay", _pay),
    ("hop-tac-xa", _enterprise("")),
    ("hop-tac-xa-ghi", _enterprise("ghi/?viec=harvesting", "main h1")),
    ("hop-tac-xa-so", _enterprise("so/", "main h1")),
    ("lo-hang", _enterprise("lo/", "main h1")),
    ("ocop-cua-toi", _enterprise("ocop/", "main h1")),
)

if __name__ == "__main__":
    main(sys.argv[1:])
