"""The assistant with its real engine: a sample is loaded and indexed, asked in a browser, quoted, opened, answered."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.journeys.forms import press
from tests.journeys.test_assistant import look
from xaso.services.assistant.actions.bulk import bring_in_file
from xaso.services.assistant.actions.indexing import index_imports
from xaso.services.assistant.answers import reading
from xaso.services.assistant.models import Article, Import
from xaso.services.assistant.queries import sources

SAMPLE = Path(reading.__file__).parents[1] / "tests" / "data" / "commune.jsonl.xz"
UNKNOWN = "cho thuê xe đạp điện bên hồ có phải mua vé gửi thuyền không"
AGAIN = "bên hồ cho thuê xe đạp điện có phải mua vé gửi thuyền"


@pytest.fixture
def indexed_law(town: Any, tmp_path: Path, settings: Any) -> Iterator[Import]:
    """Ninety articles in the tables, and an index of them made by the background task in a folder of its own."""
    settings.XASO_HOME = tmp_path
    lines = tmp_path / "mau.jsonl"
    lines.write_bytes(lzma.decompress(SAMPLE.read_bytes()))

    def bring_in() -> Import:
        row = bring_in_file(lines, source="Mẫu kho văn bản", day=date(2025, 2, 14))
        index_imports()
        return Import.objects.get(pk=row.pk)

    row = town.apart(bring_in)
    sources.forget()
    yield row
    sources.forget()


def test_ask_read_open_and_be_answered_next_time(people: Any, town: Any, indexed_law: Import) -> None:
    assert indexed_law.indexed_at is not None
    kept = town.apart(lambda: dict(Article.objects.filter(batch=indexed_law).values_list("seq", "text")))
    assert reading.engine().count == len(kept) > 80
    page = people.visitor()
    page.goto("/assistant/")
    page.get_by_label("Câu hỏi").fill("thoi hieu khieu nai la bao nhieu ngay")
    press(page, page.get_by_role("button", name="Hỏi"))
    look(page)
    assert page.get_by_role("status").first.inner_text().startswith("Điều luật trả lời câu hỏi này")
    told = page.locator("article").first
    mark = told.locator("mark").inner_text()
    assert "Thời hiệu khiếu nại là 90 ngày" in mark
    assert sum(mark in text for text in kept.values()) == 1, "its very words, and no other article's"
    assert "Điều 9 Luật số 02/2011/QH13" in told.get_by_role("link").first.inner_text()
    assert "Còn hiệu lực" in told.inner_text()
    press(page, told.get_by_role("link").first)
    look(page)
    assert "/assistant/van-ban/02-2011-qh13/dieu-9/" in page.url
    assert mark in page.locator("#noi-dung").inner_text()
    assert "Mẫu kho văn bản" in page.locator("[data-source]").inner_text()

    page.goto(f"/assistant/?q={quote(UNKNOWN)}")
    assert "Không tìm thấy quy định trả lời trực tiếp" in page.content()
    press(page, page.get_by_role("link", name="Gửi câu hỏi cho cán bộ pháp chế"))
    press(page, page.get_by_role("button", name="Gửi câu hỏi"))
    legal = people.officer("tuphap")
    legal.goto("/desk/assistant/viec/")
    press(legal, legal.get_by_role("link", name=UNKNOWN))
    legal.get_by_role("textbox", name="Trả lời").fill("Hỏi ban quản lý bến trước khi đặt xe.")
    legal.get_by_label("Căn cứ").fill("Điều 9 Luật 02/2011/QH13")
    press(legal, legal.get_by_role("button", name="Lưu câu trả lời đã kiểm"))
    page.goto(f"/assistant/?q={quote(AGAIN)}")
    assert "Cán bộ pháp chế đã kiểm" in page.content()
    assert "Hỏi ban quản lý bến" in page.content()
    assert "Không tìm thấy quy định" not in page.content()
