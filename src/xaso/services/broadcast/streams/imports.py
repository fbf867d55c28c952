"""Bulletin drafts from documents and news feeds. Nothing is aired by this: a draft goes the way of every bulletin."""

from __future__ import annotations

from uuid import UUID

import httpx
from django.conf import settings

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.connectors.outbound import AddressRefused, fetching
from xaso.kernel.documents.intake import DOCX, PDF, IntakeRule, check_upload, kind_of
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import nfc
from xaso.services.broadcast.actions.bulletins import write_bulletin
from xaso.services.broadcast.actions.common import WRITE
from xaso.services.broadcast.models import Bulletin, NewsFeed, Station
from xaso.services.broadcast.rules.readings import (
    LARGEST_FEED,
    Entry,
    Unreadable,
    read_feed,
    title_in,
    words_of_docx,
    words_of_pdf,
    words_of_text,
)

LARGEST = 10 << 20
RULE = IntakeRule(kinds=(DOCX, PDF), max_bytes=LARGEST, max_pages=60, max_unpacked=60 << 20)
MOST_FEEDS = 20


def text_of(content: bytes, name: str) -> str:
    """The words of a document, known by its content. Raises ActionError (BadFile) for bombs, programs, other kinds."""
    if not content:
        raise ActionError("Tệp rỗng. Chọn lại tệp.", "file")
    if len(content) > LARGEST:
        raise ActionError("Tệp quá 10 MB. Gửi tệp nhỏ hơn, hoặc dán chữ vào ô nội dung.", "file")
    kind = kind_of(content)
    try:
        if kind is None:
            return words_of_text(content)
        checked = check_upload(content, name, RULE)
        return words_of_docx(checked.content) if kind == DOCX else words_of_pdf(checked.content)
    except Unreadable as error:
        raise ActionError(str(error), "file") from None


@action
def import_document(viewer: Viewer, *, station: Station, content: bytes, name: str) -> Bulletin:
    """A draft with the words of a Word file, a PDF or a text file. Raises ActionError, Forbidden."""
    viewer.must(WRITE, station.unit_path)
    text = text_of(content, name)
    if not text:
        raise ActionError("Tệp không có chữ nào.", "file")
    return write_bulletin(viewer, station=station, title=title_in(text), text=text)


@action
def keep_feed(viewer: Viewer, *, station: Station, title: str, url: str) -> NewsFeed:
    """Use a feed. The same address again answers the one that is there. Raises ActionError, Forbidden."""
    viewer.must(WRITE, station.unit_path)
    url = url.strip()
    known = NewsFeed.objects.filter(station=station, url=url, ended_at=None).first()
    if known is not None:
        return known
    if not url.startswith(("http://", "https://")) or len(url) > 500:
        raise ActionError("Nhập địa chỉ bắt đầu bằng https:// hoặc http://.", "url")
    if not nfc(title).strip():
        raise ActionError("Nhập tên nguồn tin, ví dụ: Báo tỉnh, mục Nông nghiệp.", "title")
    if NewsFeed.objects.filter(station=station, ended_at=None).count() >= MOST_FEEDS:
        raise ActionError(f"Mỗi đài dùng nhiều nhất {MOST_FEEDS} nguồn tin. Bỏ bớt nguồn cũ.", "url")
    row = NewsFeed.objects.create(
        station=station, unit_path=station.unit_path, title=nfc(title).strip()[:160], url=url
    )
    emit("broadcast.feed_kept", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


@action
def end_feed(viewer: Viewer, *, feed_id: UUID) -> NewsFeed:
    """Use a feed no more. Repeating it is harmless."""
    row = _feed(viewer, feed_id)
    if row.ended_at is None:
        row.ended_at = now()
        row.save(update_fields=["ended_at"])
        emit("broadcast.feed_ended", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


def read_entries(viewer: Viewer, *, feed_id: UUID) -> list[Entry]:
    """What the feed holds now, read through the outbound gate. What went wrong is kept with the feed and raised."""
    row = _feed(viewer, feed_id)
    try:
        entries = read_feed(_content(row.url))
    except (AddressRefused, httpx.HTTPError, Unreadable) as error:
        why = _why(error)
        NewsFeed.objects.filter(pk=row.pk).update(error=why, checked_at=now())
        raise ActionError(why, "url") from None
    NewsFeed.objects.filter(pk=row.pk).update(error="", checked_at=now())
    return entries


@action
def import_entry(viewer: Viewer, *, feed_id: UUID, entry: Entry) -> Bulletin:
    """A draft of one piece of news; the same piece again answers the draft that is there."""
    row = _feed(viewer, feed_id)
    return write_bulletin(
        viewer,
        station=row.station,
        title=entry.title,
        text=entry.text or entry.title,
        source=f"rss:{row.pk}",
        source_id=entry.id,
    )


def _feed(viewer: Viewer, feed_id: UUID) -> NewsFeed:
    row = NewsFeed.objects.select_related("station").filter(pk=feed_id).first()
    if row is None:
        raise NotFound("Không có nguồn tin này.")
    viewer.must(WRITE, row.unit_path)
    return row


def _content(url: str) -> bytes:
    kept = bytearray()
    with fetching(url, inside=settings.XASO_STREAMS_INSIDE, plain=True, connect=5.0, silence=5.0) as fetched:
        for piece in fetched.pieces(LARGEST_FEED + 1):
            kept += piece
    return bytes(kept)


def _why(error: Exception) -> str:
    if isinstance(error, AddressRefused):
        return "Địa chỉ này không được phép gọi. Dùng địa chỉ công khai của báo, cổng thông tin."
    if isinstance(error, Unreadable):
        return str(error)
    return "Không đọc được nguồn tin lúc này. Thử lại sau ít phút, hoặc kiểm tra địa chỉ."
