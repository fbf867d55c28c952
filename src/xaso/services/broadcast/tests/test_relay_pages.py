"""Pages of relays, the microphone, bulletins from above, imports, listening."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.testing import a_commune
from xaso.services.broadcast.actions.stations import open_station, register_cluster
from xaso.services.broadcast.models import Bulletin, LiveSession, NewsFeed, RelaySource, SourceItem, Station
from xaso.services.broadcast.streams import relays
from xaso.services.broadcast.streams.gateway import receive_bulletin
from xaso.services.broadcast.streams.relays import listen, try_relay
from xaso.services.broadcast.streams.source import Where
from xaso.services.broadcast.tests.relay_sound import Radio, mp3_of
from xaso.services.broadcast.tests.test_relay_imports import LETTER, RSS
from xaso.services.broadcast.tests.test_relay_live import PIECES
from xaso.services.broadcast.tests.test_relay_source_system import machine, wire_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def station(settings: Any, tmp_path: Any) -> Station:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""
    settings.XASO_STREAMS_INSIDE = True
    return open_station(Viewer.system(), unit=a_commune())


def as_officer(station: Station, role: str = "specialist") -> tuple[Client, Viewer]:
    account, http = officer_account(role, station.unit_path), Client()
    http.force_login(account)
    return http, viewer_of(account)


def to(name: str, *args: Any) -> str:
    return reverse(f"broadcast_desk:{name}", args=args)


def test_a_source_is_kept_tried_and_ended(station: Station):
    http, _ = as_officer(station)
    register_cluster(Viewer.system(), station=station, code="a-1", name="A")
    with Radio({"/a.mp3": ("audio/mpeg", mp3_of("relay"))}) as radio:
        facts = {
            "title": "Đài tỉnh", "url": f"{radio.base}/a.mp3", "origin": "province",
            "silence_seconds": "8", "connect_seconds": "5",
        }  # fmt: skip
        assert http.post(to("relay_new"), facts).status_code == 302
        row = RelaySource.objects.get()
        assert "Chưa nghe thử xong" in http.get(to("relays")).content.decode()
        try_relay(source_id=str(row.pk))
    assert "có tiếng" in http.get(to("relays")).content.decode()
    row.refresh_from_db()
    row.state = {"heard": "fallback", "why": "silent", "at": "2030-01-01T06:00:00+07:00"}
    row.save()
    assert "nguồn im lặng quá lâu" in http.get(to("relays")).content.decode()
    assert http.post(to("relay_edit", row.pk), {**facts, "url": "ftp://x"}).status_code == 422
    assert http.post(to("relay_edit", row.pk), {**facts, "title": "Đài khác"}).status_code == 302
    http.post(to("relay_do", row.pk), {"do": "try"})
    http.post(to("relay_do", row.pk), {"do": "end"})
    assert "Chưa có nguồn tiếp âm" in http.get(to("relays")).content.decode()


def test_a_source_that_is_silent_or_gone_is_told_so():
    with Radio({"/x": ("text/html", b"<html>" * 900)}) as radio:
        assert listen(Where(f"{radio.base}/x", inside=True, connect=1.0), limit=0.6) == (None, "sound")
        assert listen(Where(f"{radio.base}/x", connect=1.0), limit=0.6) == (None, "address")


def test_other_stations_see_and_do_nothing(station: Station):
    row = RelaySource.objects.create(
        station=station, unit_path=station.unit_path, title="a", url="http://a.example/"
    )
    http = Client()
    http.force_login(officer_account("specialist", "04/01273/"))
    for url in (to("relay_edit", row.pk), to("relays")):
        assert http.get(url).status_code == 404
    assert http.post(to("relay_do", row.pk), {"do": "end"}).status_code in {403, 404}
    row.refresh_from_db()
    assert row.ended_at is None


def test_somebody_asks_another_grants_pieces_go_up_and_it_is_ended(station: Station):
    speaker, _ = as_officer(station)
    leader, _ = as_officer(station, "leader")
    wrong = speaker.post(to("live_sessions"), {"title": "", "minutes": "99"})
    assert wrong.status_code == 422
    speaker.post(to("live_sessions"), {"title": "Phòng rét", "minutes": "5", "area": ["all"]})
    row = LiveSession.objects.get()
    here, there = to("live_session", row.pk), to("live_chunk", row.pk)
    assert "Đang chờ người thứ hai" in speaker.get(here).content.decode()

    def post(http: Client, so: object, content: bytes) -> Any:
        return http.post(f"{there}?so={so}", content, content_type="application/octet-stream")

    assert post(speaker, 0, PIECES[0]).status_code == 409
    assert leader.post(here, {"do": "refuse", "reason": ""}).status_code == 422
    leader.post(here, {"do": "grant"})
    assert "data-mic" in speaker.get(here).content.decode()
    assert "data-mic" not in leader.get(here).content.decode()
    assert post(speaker, 0, PIECES[0]).json() == {"next": 1}
    assert post(leader, 1, PIECES[1]).status_code == 403
    assert post(speaker, "x", PIECES[1]).status_code == 422
    assert post(speaker, 1, b"x" * 40_000).status_code == 422
    assert "Dừng buổi nói này" in leader.get(here).content.decode()
    leader.post(here, {"do": "end"})
    refused = post(speaker, 1, PIECES[1])
    assert (refused.status_code, refused.content.decode()) == (409, "Buổi này đã kết thúc.")
    assert speaker.get(to("live_sessions")).status_code == 200


def test_a_piece_without_the_pages_token_is_turned_away(station: Station):
    http = Client(enforce_csrf_checks=True)
    http.force_login(officer_account("specialist", station.unit_path))
    row = LiveSession.objects.create(
        station=station, unit_path=station.unit_path, title="a", starts_at="2030-01-01T06:00+07:00",
        ends_by="2030-01-01T06:10+07:00",
    )  # fmt: skip
    url = f"{to('live_chunk', row.pk)}?so=0"
    assert http.post(url, b"x", content_type="application/octet-stream").status_code == 403


def test_bulletins_from_above_are_taken_or_refused(station: Station):
    http, _ = as_officer(station)
    code = station.unit.code
    for number in ("1", "2"):
        wire = wire_of(MaBanTin=number, TieuDe=f"Tin {number}", DiaBan=[code])
        receive_bulletin(machine("15/"), version="2.0", wire=wire)
    one, other = SourceItem.objects.order_by("external_id")
    listed = http.get(to("from_above")).content.decode()
    assert "Tin 1" in listed
    assert "Tin 2" in listed
    assert http.post(to("source_item", one.pk), {"do": "refuse", "reason": ""}).status_code == 422
    http.post(to("source_item", one.pk), {"do": "refuse", "reason": "Không hợp"})
    assert (
        http.post(to("source_item", other.pk), {"do": "accept", "day": "x", "starts": "x"}).status_code == 422
    )
    http.post(to("source_item", other.pk), {"do": "accept", "day": "2030-01-01", "starts": "17:10"})
    assert set(SourceItem.objects.values_list("state", flat=True)) == {"refused", "taken"}


def test_words_are_taken_from_a_file_and_from_news(station: Station):
    from django.core.files.uploadedfile import SimpleUploadedFile

    http, _ = as_officer(station)
    answer = http.post(to("imports"), {"do": "document", "file": SimpleUploadedFile("tb.docx", LETTER)})
    assert answer.status_code == 302
    bad = http.post(
        to("imports"), {"do": "document", "file": SimpleUploadedFile("a.docx", b"\x00\x01\x02" * 99)}
    )
    assert bad.status_code == 422
    with Radio({"/rss": ("application/rss+xml", RSS.encode())}) as radio:
        http.post(to("imports"), {"do": "feed", "nguon-title": "Báo tỉnh", "nguon-url": f"{radio.base}/rss"})
        feed = NewsFeed.objects.get()
        assert "Giá lợn tăng" in http.get(to("feed", feed.pk)).content.decode()
        assert http.post(to("feed", feed.pk), {"entry": "tin-1"}).status_code == 302
        assert http.post(to("feed", feed.pk), {"entry": "khac"}).url == to("feed", feed.pk)
    assert Bulletin.objects.count() == 2
    assert "Không đọc được" in http.get(to("feed", feed.pk)).content.decode()
    http.post(to("feed", feed.pk), {"do": "end"})
    assert http.get(to("feed", feed.pk)).status_code == 404


def test_anybody_listens(station: Station, client: Client, settings: Any):
    page = client.get(reverse("broadcast:listen", args=[station.pk]))
    assert f"/broadcast/luong/{station.pk}/nghe.m3u8" in page.content.decode()
    settings.XASO_STREAM_ICECAST = "http://source:x@127.0.0.1:8000"
    settings.XASO_STREAM_PUBLIC = "https://nghe.example.test"
    page = client.get(reverse("broadcast:listen", args=[station.pk]))
    assert f"https://nghe.example.test/{station.pk}.mp3" in page.content.decode()


def test_what_a_source_may_not_be(station: Station):
    from xaso.kernel.base.errors import ActionErrors

    viewer = as_officer(station)[1]
    with pytest.raises(ActionErrors) as caught:
        relays.keep_relay(
            viewer, station=station, title="", url="http://a:b@x/", origin="commune", silence_seconds=0,
            connect_seconds=99, fallback=Bulletin(station=station, state="draft"),
        )  # fmt: skip
    names = {"title", "url", "origin", "silence_seconds", "connect_seconds", "fallback"}
    assert caught.value.errors.keys() == names
