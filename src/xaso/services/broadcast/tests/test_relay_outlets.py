"""Both ways out under the same tests: our own segments, and a real Icecast server where one is installed."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import hls
from xaso.kernel.plain.moment import frozen
from xaso.kernel.units.testing import a_commune
from xaso.services.broadcast.actions.stations import open_station
from xaso.services.broadcast.models import Station
from xaso.services.broadcast.streams import light
from xaso.services.broadcast.streams.icecast import BadAddress, IcecastOutlet, read_server
from xaso.services.broadcast.streams.outlets import SegmentOutlet, listen_url, outlet_for, take_seat
from xaso.services.broadcast.streams.sound import bytes_for, seconds_of, whole
from xaso.services.broadcast.tests.relay_sound import START, heard_in, sound_of

pytestmark = pytest.mark.django_db
SHIPPED = Path(__file__).parents[5] / "deploy/icecast/icecast.xml"
SECRET = "doi-mat-khau-nay"  # noqa: S105 the shipped example says to change it


@dataclass
class Ways:
    """How to make an outlet and how a listener hears it."""

    make: Callable[[Station], Any]
    hear: Callable[[Station], bytes]


@pytest.fixture
def station() -> Station:
    light._kept.clear()
    return open_station(Viewer.system(), unit=a_commune())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def icecast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Icecast with the shipped configuration, on a port of its own; it refuses to run as root."""
    if shutil.which("icecast2") is None:
        pytest.skip("icecast2 is not installed here (Debian: apt-get install icecast2)")
    folder, port = tmp_path_factory.mktemp("icecast"), _free_port()
    text = SHIPPED.read_text(encoding="utf-8")
    text = text.replace("<port>8000<", f"<port>{port}<").replace("/var/log/icecast2", str(folder))
    config = folder / "icecast.xml"
    config.write_text(text, encoding="utf-8")
    how: dict[str, Any] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (folder, config):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        for above in folder.parents:
            if above == Path("/tmp"):  # noqa: S108 where pytest keeps its folders
                break
            above.chmod(above.stat().st_mode | 0o011)
        how = {"user": nobody.pw_uid, "group": nobody.pw_gid}
    process = subprocess.Popen(
        ["icecast2", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                pytest.skip(f"icecast2 does not start here: {_log(folder)}")
            threading.Event().wait(0.02)
        yield f"http://source:{SECRET}@127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(5)


def _log(folder: Path) -> str:
    path = folder / "error.log"
    return path.read_text()[-300:] if path.exists() else "no log"


def hear_segments(station: Station) -> bytes:
    client, base = Client(), f"/broadcast/luong/{station.pk}/"
    with frozen(START + timedelta(seconds=5)):
        media = hls.read(client.get(f"{base}nghe.m3u8").content.decode(), base)
    assert isinstance(media, hls.Media)
    return client.get(media.segments[0].init).content + b"".join(
        client.get(one.uri).content for one in media.segments
    )


def hear_icecast(station: Station) -> bytes:
    content = b""
    with httpx.stream("GET", listen_url(station.pk), timeout=5, trust_env=False) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "audio/mpeg"
        for piece in answer.iter_raw():
            content += piece
            if len(content) > 24_000:
                return content
    return content


@pytest.fixture(params=["segments", "icecast"])
def ways(request: pytest.FixtureRequest, settings: Any) -> Ways:
    if request.param == "segments":
        settings.XASO_STREAM_ICECAST = ""
        return Ways(outlet_for, hear_segments)
    settings.XASO_STREAM_ICECAST = request.getfixturevalue("icecast")
    return Ways(outlet_for, hear_icecast)


def test_what_is_written_is_what_a_listener_hears(ways: Ways, station: Station):
    take_seat(station.pk, "test")
    outlet = ways.make(station)
    pcm = sound_of("item")
    for place in range(0, len(pcm), bytes_for(0.1)):
        outlet.write(pcm[place : place + bytes_for(0.1)], START + timedelta(seconds=seconds_of(place)))
    if isinstance(outlet, SegmentOutlet):
        outlet.close()
    heard = whole(ways.hear(station))
    outlet.close() if not isinstance(outlet, SegmentOutlet) else None
    assert outlet.trouble == ""
    assert seconds_of(heard) > 2.5
    assert {heard_in(heard[place : place + 4800]) for place in range(48000, len(heard) - 48000, 4800)} == {
        "item"
    }


def test_the_address_of_a_stream_follows_the_setting(ways: Ways, station: Station, settings: Any):
    url = listen_url(station.pk)
    assert str(station.pk) in url
    assert url.endswith(".mp3" if settings.XASO_STREAM_ICECAST else "nghe.m3u8")
    assert SECRET not in url


def test_icecast_refuses_a_wrong_secret_and_the_stream_goes_on(icecast: str, station: Station):
    outlet = IcecastOutlet(read_server(icecast.replace(SECRET, "sai")), "x", "Đài")
    outlet.write(sound_of("item")[: bytes_for(0.5)], START)
    assert "401" in outlet.trouble
    outlet.write(sound_of("item")[: bytes_for(0.5)], START)
    outlet.close()


def test_an_icecast_that_is_gone_is_tried_again_later():
    now = [0.0]
    outlet = IcecastOutlet(
        read_server(f"http://source:x@127.0.0.1:{_free_port()}"), "x", "Đài", clock=lambda: now[0]
    )
    outlet.write(sound_of("item")[: bytes_for(0.5)], START)
    assert outlet.trouble
    calls: list[float] = []
    outlet._connect = lambda: calls.append(now[0])  # type: ignore[method-assign]
    for at in (1.0, 2.0, 3.5, 4.0):
        now[0] = at
        outlet.write(b"", START)
        if calls:
            outlet._tried = calls[-1]
    assert calls == [3.5]
    outlet.close()


@pytest.mark.parametrize(
    "text", ["", "icecast:8000", "http://may:8000", "ftp://source:x@may", "http://source@may"]
)
def test_a_setting_that_names_no_server_is_refused_in_words(text: str):
    with pytest.raises(BadAddress, match="XASO_STREAM_ICECAST"):
        read_server(text)


def test_the_shipped_configuration_listens_on_this_machine_only():
    text = SHIPPED.read_text(encoding="utf-8")
    assert re.findall(r"<bind-address>(.*?)<", text) == ["127.0.0.1"]
