"""Drafts from documents and feeds: what is taken out, and what is turned away."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.testing import a_commune
from xaso.services.broadcast.actions.stations import open_station
from xaso.services.broadcast.models import Bulletin, NewsFeed, Station
from xaso.services.broadcast.rules.readings import (
    Unreadable,
    read_feed,
    tidy,
    title_in,
    words_of_html,
    words_of_text,
)
from xaso.services.broadcast.streams.imports import (
    end_feed,
    import_document,
    import_entry,
    keep_feed,
    read_entries,
    text_of,
)
from xaso.services.broadcast.tests.relay_sound import Radio

SYSTEM = Viewer.system()
RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Báo tỉnh</title>
<item><title>Giá &lt;b&gt;lợn&lt;/b&gt; tăng</title><guid>tin-1</guid><link>https://bao.example/1</link>
<pubDate>Sun, 22 Nov 2026 08:00:00 +0700</pubDate><description>Ngắn</description>
<content:encoded><![CDATA[<p>Giá lợn hơi đạt <b>62.000</b> đồng/kg.</p><script>x()</script>
<p>Bà con lưu ý.</p>]]></content:encoded>
</item><item><title></title><guid>tin-2</guid></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Rét đậm</title><id>urn:1</id>
<link rel="alternate" href="javascript:alert(1)"/><updated>2026-11-22T08:00:00+07:00</updated>
<content type="html">&lt;p&gt;Nhiệt độ &lt; 10 độ&lt;/p&gt;</content></entry></feed>"""


def docx(body: str, *, extra: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
        archive.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def para(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


LETTER = docx(
    para("ỦY BAN NHÂN DÂN XÃ BÁT XÁT") + para("Số: 12/TB-UBND") + para("THÔNG BÁO lịch tiêm phòng")
    + para("Ngày 25/11/2026, tiêm cho trâu, bò.")
    + "<w:p><w:del><w:r><w:t>bị xóa</w:t></w:r></w:del></w:p>"
    + "<w:tbl><w:tr><w:tc>" + para("Thôn 1") + "</w:tc><w:tc>" + para("7 giờ") + "</w:tc></w:tr></w:tbl>"
)  # fmt: skip


def a_pdf(*lines: str) -> bytes:
    """A PDF with words (by the product's own typesetter, so with Vietnamese letters)."""
    import typst

    return typst.compile("\n\n".join(lines).encode())


def test_words_of_a_letter_without_what_was_struck_out():
    text = text_of(LETTER, "tb.docx")
    assert "tiêm cho trâu, bò." in text
    assert "Thôn 1" in text
    assert "bị xóa" not in text
    assert title_in(text) == "THÔNG BÁO lịch tiêm phòng"


def test_words_of_a_pdf_with_vietnamese_letters():
    text = text_of(a_pdf("Thông báo họp thôn Nậm Đăm", "Mời bà con họp lúc 19 giờ."), "a.pdf")
    assert "họp thôn Nậm Đăm" in text
    assert "19 giờ" in text


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16"])
def test_words_of_plain_text(code: str):
    assert text_of("Họp dân\r\nlúc 19 giờ\u200b".encode(code), "a.txt") == "Họp dân\nlúc 19 giờ"
    # Windows-1258 writes tone marks behind their letters.
    assert words_of_text("tiê\u0301ng cu\u0303: ưđ".encode("cp1258")) == "tiếng cũ: ưđ"


def test_bombs_programs_and_scans_are_turned_away():
    bomb = docx(para("x"), extra={"word/media/a.xml": b"<a>" + b" " * (80 << 20) + b"</a>"})
    macro = docx(para("x"), extra={"word/vbaProject.bin": b"x"})
    laughs = docx('<!DOCTYPE a [<!ENTITY b "bbbb">]>&b;')
    scan = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(scan)
    for content in (
        bomb,
        macro,
        laughs,
        scan.getvalue(),
        b"",
        b"\x00\x01\x02\x03" * 50,
        b"MZ\x90\x00\x03\x00",
        b"x" * (11 << 20),
    ):
        with pytest.raises(ActionError) as caught:
            text_of(content, "a.docx")
        assert caught.value.errors.keys() == {"file"}


def test_feeds_of_both_kinds():
    (one,) = read_feed(RSS.encode())
    assert (one.id, one.title, one.link) == ("tin-1", "Giá lợn tăng", "https://bao.example/1")
    assert one.text == "Giá lợn hơi đạt 62.000 đồng/kg.\n\nBà con lưu ý."
    assert one.at is not None
    (other,) = read_feed(ATOM.encode())
    assert (other.title, other.text, other.link) == ("Rét đậm", "Nhiệt độ < 10 độ", "")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html><body>x</body></html>", b"<rss", b"x" * (3 << 20),
        b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&a;</title></item></channel></rss>',
    ],
)  # fmt: skip
def test_what_is_no_feed_is_told(content: bytes):
    with pytest.raises(Unreadable):
        read_feed(content)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_tidying_twice_changes_nothing(text: str):
    once = tidy(text)
    assert tidy(once) == once
    assert "\x00" not in words_of_html(text)


@pytest.fixture
def station(db: None) -> Station:
    return open_station(SYSTEM, unit=a_commune())


def test_a_document_becomes_a_draft(station: Station):
    writer = viewer_of(officer_account("specialist", station.unit_path))
    row = import_document(writer, station=station, content=LETTER, name="tb.docx")
    assert (row.state, row.origin, row.title) == ("draft", "commune", "THÔNG BÁO lịch tiêm phòng")
    stranger = viewer_of(officer_account("specialist", "04/01273/"))
    with pytest.raises(Forbidden):
        import_document(stranger, station=station, content=LETTER, name="tb.docx")


def test_news_become_drafts_once(station: Station, settings: Any):
    settings.XASO_STREAMS_INSIDE = True
    with Radio({"/rss": ("application/rss+xml", RSS.encode())}) as radio:
        feed = keep_feed(SYSTEM, station=station, title="Báo tỉnh", url=f"{radio.base}/rss")
        assert keep_feed(SYSTEM, station=station, title="x", url=f"{radio.base}/rss") == feed
        (entry,) = read_entries(SYSTEM, feed_id=feed.pk)
    first = import_entry(SYSTEM, feed_id=feed.pk, entry=entry)
    assert import_entry(SYSTEM, feed_id=feed.pk, entry=entry) == first
    assert Bulletin.objects.get().source_id == "tin-1"
    end_feed(SYSTEM, feed_id=feed.pk)
    assert NewsFeed.objects.get().ended_at


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:{port}/rss", "http://169.254.169.254/", "http://[::1]:{port}/"]
)
def test_our_own_network_is_not_read_for_news(station: Station, where: str):
    with Radio({"/rss": ("application/rss+xml", RSS.encode())}) as radio:
        url = where.format(port=radio.base.rpartition(":")[2])
        feed = keep_feed(SYSTEM, station=station, title="x", url=url)
        with pytest.raises(ActionError, match="không được phép"):
            read_entries(SYSTEM, feed_id=feed.pk)
        assert radio.asked == []
    feed.refresh_from_db()
    assert "không được phép" in feed.error


@pytest.mark.parametrize("url", ["", "ftp://a/b", "javascript:1", "https://" + "a" * 500])
def test_addresses_that_cannot_be_fed_from(station: Station, url: str):
    with pytest.raises(ActionError):
        keep_feed(SYSTEM, station=station, title="x", url=url)
