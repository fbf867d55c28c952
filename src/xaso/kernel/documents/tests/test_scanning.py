"""The port to clamd, against a faithful copy of it, and against the real program where it is installed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from xaso.kernel.documents.config import upload_limits
from xaso.kernel.documents.manifest import SERVICE
from xaso.kernel.documents.scanning import NO_SCANNER, Clamd, State, scan
from xaso.kernel.documents.tests.fake_clamd import EICAR, FOUND, fake_clamd

REAL = os.environ.get("XASO_TEST_CLAMD") or shutil.which("clamd")


@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_judges_over_both_kinds_of_socket(kind: str):
    with fake_clamd(kind) as clamd:
        client = Clamd(clamd.address, 10)
        assert client.scan(b"x" * 300_000).state is State.CLEAN
        found = client.scan(b"before" + EICAR)
        assert (found.state, found.name) == (State.INFECTED, FOUND)
        assert client.scan(b"").state is State.CLEAN
        assert client.version().startswith("ClamAV ")
        assert clamd.seen == [300_000, 6 + len(EICAR), 0]


@pytest.mark.parametrize(
    ("mood", "told"),
    [("loading", "Can't allocate"), ("hanging_up", ""), ("rubbish", "OK maybe"), ("silent", "")],
)
def test_no_judgement_is_never_clean(mood: str, told: str):
    with fake_clamd() as clamd:
        clamd.mood = mood
        found = Clamd(clamd.address, 0.5).scan(b"x" * 1000)
    assert found.state is State.UNKNOWN
    assert told in found.reason and found.reason


def test_past_the_size_limit_of_clamd_there_is_no_judgement():
    with fake_clamd() as clamd:
        clamd.most = 100_000
        found = Clamd(clamd.address, 10).scan(b"x" * 5_000_000)
    assert found.state is State.UNKNOWN
    assert "limit exceeded" in found.reason or "Error" in found.reason


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.ctl", "tcp:127.0.0.1:1", "tcp:127.0.0.1"])
def test_nobody_there(address: str):
    assert Clamd(address, 1).scan(b"x").state is State.UNKNOWN


def test_the_settings_choose(settings):
    settings.XASO_CLAMD = ""
    assert scan(EICAR) == NO_SCANNER
    with fake_clamd() as clamd:
        settings.XASO_CLAMD = clamd.address
        assert scan(EICAR).state is State.INFECTED
        check = next(one for one in SERVICE.checks if one.name == "Quét mã độc")
        assert check.run()[0]
    settings.XASO_CLAMD = "unix:/nowhere/clamd.ctl"
    assert not check.run()[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XASO_CLAMD", "127.0.0.1:3310"),
        ("XASO_CLAMD_AWAY", "accept"),
        ("XASO_UPLOAD_MB", "0"),
        ("XASO_UPLOAD_MB", "nhiều"),
        ("XASO_UPLOAD_PAGES", "-1"),
        ("XASO_CLAMD_TIMEOUT", "9999"),
    ],
)
def test_wrong_settings_say_what_to_set(settings, name: str, value: str):
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        upload_limits()


@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="clamd is not installed")
def test_the_real_clamd_with_a_signature_of_our_own(tmp_path: Path):
    """Its database cannot be taken along: one line for the test file is enough to hear its own words."""
    signature = f"{hashlib.md5(EICAR, usedforsecurity=False).hexdigest()}:{len(EICAR)}:Xaso.Test.Eicar"
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "test.hdb").write_text(signature + "\n")
    address = tmp_path / "clamd.ctl"
    (tmp_path / "clamd.conf").write_text(
        f"LocalSocket {address}\nDatabaseDirectory {tmp_path}/db\nForeground yes\nStreamMaxLength 1M\n"
        f"TemporaryDirectory {tmp_path}\n"
    )
    running = subprocess.Popen(
        [str(REAL), f"--config-file={tmp_path}/clamd.conf"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while not address.exists() and time.monotonic() < until and running.poll() is None:
            time.sleep(0.1)
        client = Clamd(f"unix:{address}", 30)
        found = client.scan(EICAR)
        assert found.state is State.INFECTED and found.name.startswith("Xaso.Test.Eicar"), found
        assert client.scan(b"an honest paper").state is State.CLEAN
        over = client.scan(b"x" * (3 << 20))
        assert over.state is State.UNKNOWN, over
        assert client.version().startswith("ClamAV")
    finally:
        running.terminate()
        running.wait(timeout=30)
