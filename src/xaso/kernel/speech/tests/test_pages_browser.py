"""The page of words in a real browser: a text is tried, an unknown word is taught from it, and it is heard.

XASO_SHOTS names a folder for pictures.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.speech.actions import keep_word
from xaso.kernel.ui.browser import (
    CHROMIUM,
    axe_problems,
    launch_browser,
    new_desk_page,
    new_phone_page,
    sideways_scroll,
    wire_bytes,
)
from xaso.kernel.units.testing import a_commune

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]
SHOTS = os.environ.get("XASO_SHOTS", "")
MOST_BYTES = 110_000


def test_an_unknown_word_is_taught_from_the_text_it_stands_in(live_server: Any) -> None:
    commune = a_commune().path
    keep_word(Viewer.system(), unit_path="15/", written="QSEAP", spoken="kiu xép")
    old = keep_word(Viewer.system(), unit_path=commune, written="Nà Pái", spoken="Nà Pái")
    keep_word(Viewer.system(), unit_path=commune, written=old.written, spoken="Nà Páy")
    http = Client()
    http.force_login(officer_account("clerk", commune))
    cookie = {"name": "sessionid", "value": http.cookies["sessionid"].value, "url": live_server.url}
    with launch_browser() as browser:
        for name, make in (("phone", new_phone_page), ("desk", new_desk_page)):
            page = make(browser)
            page.context.add_cookies([cookie])
            page.goto(f"{live_server.url}/desk/tu-dien-doc/")
            page.get_by_label("Đoạn văn").fill(f"UBND xã họp lúc 7h30, dự án BQX{name[0].upper()}X.")
            page.get_by_role("button", name="Xem lời đọc").click()
            page.get_by_text("Ủy ban nhân dân xã họp lúc bảy giờ ba mươi phút").first.wait_for()
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-words.png"), full_page=True)
            problems = [*sideways_scroll(page), *axe_problems(page)]
            assert not problems, "\n".join(problems)
            page.get_by_role("link", name="dạy cách đọc").click()
            assert page.get_by_label("Chữ viết").input_value() == f"BQX{name[0].upper()}X"
            page.get_by_label("Đọc là").fill("ban quản xã")
            page.get_by_role("button", name="Lưu từ").click()
            page.get_by_text("đọc là “ban quản xã”").first.wait_for()
            assert page.get_by_role("cell", name="ban quản xã").count() >= 1
            assert wire_bytes(page) <= MOST_BYTES
            assert not page.js_faults
            page.context.close()
