"""Relay sources over real sockets: Icecast-like streams, HLS, and what must not be read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from xaso.kernel.plain import hls
from xaso.services.broadcast.streams.source import Reader, Reel, Where
from xaso.services.broadcast.tests.relay_sound import (
    RATE,
    Radio,
    fragments_of,
    heard_in,
    mp3_of,
)

SECOND = RATE * 2


@pytest.fixture
def reading():
    """Readers that are closed at the end of the test."""
    opened: list[Reader] = []

    def read(url: str, *, inside: bool = True, silence: float = 5.0) -> Reader:
        reader = Reader(Where(url, connect=2.0, silence=silence, inside=inside), pauses=(0.05,)).start()
        opened.append(reader)
        return reader

    yield read
    for reader in opened:
        reader.close()


def first_second(reader: Reader) -> str:
    assert reader.reel.wait_for(1.5, 5.0), reader.trouble
    return heard_in(reader.reel.take(SECOND)[SECOND // 2 :])


def forever(body: bytes) -> Callable[[Any], None]:
    """A station that never ends: a body without length, kept open."""

    def write(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "audio/mpeg")
        handler.send_header("icy-name", "Dai Truyen thanh tinh")
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()
        threading.Event().wait(0.6)

    return write


def trouble_of(reader: Reader) -> str:
    """What the reader says is the matter, as soon as it says so."""
    waited = threading.Event()
    for _ in range(300):
        if reader.trouble:
            break
        waited.wait(0.01)
    return reader.trouble


def test_an_icecast_stream_is_decoded_while_it_runs(reading):
    with Radio({"/vov.mp3": forever(mp3_of("relay"))}) as radio:
        assert first_second(reading(f"{radio.base}/vov.mp3")) == "relay"


@pytest.mark.parametrize("master", [False, True])
def test_an_hls_stream_is_followed_segment_by_segment(reading, master: bool):
    header, pieces = fragments_of("relay")
    listed = tuple(hls.Segment(f"{n}.m4s", 1.0, init="h.mp4") for n in range(len(pieces)))
    text = hls.write(hls.Media(listed, first=40, target=1, ended=True))
    both = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000\na/nghe.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=9\nb.m3u8\n"
    kind = "application/vnd.apple.mpegurl"
    routes = {"/a/nghe.m3u8": (kind, text.encode()), "/a/h.mp4": ("audio/mp4", header)}
    routes |= {f"/a/{n}.m4s": ("audio/mp4", piece) for n, piece in enumerate(pieces)}
    routes |= {"/all.m3u8": (kind, both.replace("b.m3u8", "c.m3u8").replace("=9", "=900000").encode())}
    with Radio(routes) as radio:
        assert first_second(reading(f"{radio.base}{'/all' if master else '/a/nghe'}.m3u8")) == "relay"
        segments = [path for path in radio.asked if path.endswith("m4s")]
        assert segments[:2] == [f"/a/{n}.m4s" for n in range(len(pieces) - 3, len(pieces) - 1)]


def test_a_line_that_breaks_is_taken_up_again(reading):
    with Radio({"/x.mp3": ("audio/mpeg", mp3_of("relay", 1.0))}) as radio:
        reader = reading(f"{radio.base}/x.mp3")
        assert reader.reel.wait_for(3.0, 5.0)
        assert len(radio.asked) >= 3


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (("text/html", b"<html>Vui long dang nhap</html>" * 400), "sound"),
        (("audio/mpeg", b""), "sound"),
        (("audio/mpeg", b"#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:9/x.ts\n"), "sound"),
        (("audio/mpeg", b"ffconcat version 1.0\nfile /etc/passwd\n"), "sound"),
        (("application/x-mpegurl", b"khong phai"), "answer"),
        (
            ("application/x-mpegurl", b"#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=k\n#EXTINF:1,\nx.ts\n"),
            "answer",
        ),
        (None, "answer"),
    ],
)
def test_what_is_no_sound_is_told_as_such(reading, body, trouble: str):
    with Radio({"/x": body} if body else {}) as radio:
        reader = reading(f"{radio.base}/x")
        assert trouble_of(reader) == trouble
        assert reader.reel.seconds == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/x",
        "http://localhost:{port}/x",
        "http://[::ffff:127.0.0.1]:{port}/x",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "rtmp://1.1.1.1/x",
        "http://1.1.1.1:25/",
    ],
)
def test_our_own_network_is_not_read(reading, url: str):
    with Radio({"/x": ("audio/mpeg", mp3_of("relay"))}) as radio:
        reader = reading(url.format(port=radio.base.rpartition(":")[2]), inside=False)
        assert trouble_of(reader) == "address"
        assert radio.asked == []


def test_a_redirect_and_a_playlist_lead_nowhere_else(reading, monkeypatch: pytest.MonkeyPatch):
    """The first address counts as public here; what it leads to is judged again."""
    from xaso.kernel.connectors import outbound

    kind = "application/x-mpegurl"
    with Radio({"/secret": ("audio/mpeg", mp3_of("relay"))}) as inner:
        lead = f"#EXTM3U\n#EXTINF:1,\n{inner.base}/secret\n#EXT-X-ENDLIST\n".encode()

        def away(handler: Any) -> None:
            handler.send_response(302)
            handler.send_header("Location", f"{inner.base}/secret")
            handler.end_headers()

        with Radio({"/list.m3u8": (kind, lead), "/away": away}) as radio:
            real, port = outbound.look_at, int(radio.base.rpartition(":")[2])

            def looked(url: str, **how: bool) -> Any:
                return real(url, **(how | {"inside": f":{port}/" in url}))

            monkeypatch.setattr(outbound, "look_at", looked)
            for path in ("/list.m3u8", "/away"):
                reader = reading(radio.base + path, inside=False)
                assert trouble_of(reader) == "address", path
            assert inner.asked == []


def test_a_source_that_stops_talking_is_given_up_after_its_patience(reading):
    with Radio({"/x": forever(b"")}) as radio:
        reader = reading(f"{radio.base}/x", silence=0.2)
        assert trouble_of(reader) == "answer"


def test_a_reel_holds_no_more_than_it_should_and_lets_go():
    reel, put = Reel(most=0.5), []
    filler = threading.Thread(target=lambda: put.extend(reel.put(bytes(SECOND // 10)) for _ in range(20)))
    filler.start()
    assert reel.wait_for(0.5, 2.0)
    assert len(put) <= 6
    assert len(reel.take(SECOND // 10 + 2)) == SECOND // 10 + 2
    reel.close()
    filler.join(2)
    assert put[-1] is False
    assert reel.take(10) == b""
