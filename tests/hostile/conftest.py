"""One installation for the hostile client: a real server process as behind a real proxy, and a world to attack."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from tests.emptying import empty
from tests.hostile.client import HOST, SESSION, Browser
from tests.house.walk import ROOT
from tests.house.world import Visitor, World, build
from xaso.site import database


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies here needs the server."""
    for item in items:
        if "/hostile/" in str(item.path):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.django_db)


@pytest.fixture
def _django_db_helper() -> None:
    """The mark makes the test database; what is written in it must reach the server, so nothing is rolled back."""


@dataclass
class Site:
    """The running server, and the world in its database."""

    port: int
    world: World
    log: Path

    def browser(self, name: str = "anonymous") -> Browser:
        """The browser (or program) of a visitor of the world, signed in."""
        visitor = self.world.visitor(name)
        cookies = {SESSION: session_of(visitor)} if session_of(visitor) else {}
        return Browser(self.port, cookies, visitor.token, name=name)

    @property
    def strangers(self) -> list[str]:
        return [one.name for one in self.world.visitors if not one.near]


def session_of(visitor: Visitor) -> str:
    """The session's name, whatever these tests' own settings call its cookie."""
    held = visitor.http.cookies.get(settings.SESSION_COOKIE_NAME)
    return held.value if held else ""


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _database_url() -> str:
    """The test database as the server reaches it: by the role that the policies bind, where there is one."""
    name = str(connection.settings_dict["NAME"])
    assert name.startswith("test_"), "the hostile client attacks test databases only"
    return (
        os.environ.get("DATABASE_URL", "").rpartition("/")[0] + f"/{name}"
        if database.is_external()
        else database.app_url(name)
    )


def _environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XASO_")}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "xaso.site.settings",
        "PYTHONPATH": str(ROOT / "src"),
        "DATABASE_URL": _database_url(),
        "XASO_HOME": str(folder / "home"),
        "XASO_SECRET_KEY": settings.SECRET_KEY,
        "XASO_KEY_RING": str(settings.XASO_KEY_RING),
        "XASO_FILES": str(folder / "files"),
        "XASO_KEYS_DIR": str(folder / "keys"),
        # As an installation stands in the world: TLS ends at a proxy before it.
        "XASO_BASE_URL": f"https://{HOST}",
        "XASO_HOSTS": HOST,
        "XASO_ORIGINS": f"https://{HOST}",
        "XASO_BEHIND_PROXY": "yes",
        "XASO_LOG_LEVEL": "DEBUG",
    }


def _answers(port: int) -> bool:
    try:
        return Browser(port).get("/healthz").status < 500
    except OSError:
        return False


@pytest.fixture(scope="package")
def site(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Build the world for good (the server has connections of its own), start the server, clean up after it."""
    folder = tmp_path_factory.mktemp("hostile")
    own = override_settings(
        XASO_FILES=str(folder / "files"), XASO_KEYS_DIR=str(folder / "keys"), XASO_S3_URL=""
    )
    with django_db_blocker.unblock(), own:
        empty()
        with transaction.atomic():  # whole or not at all: a half would stand in the way of all later tests
            world = build()
        env, port = _environment(folder), _free_port()
        subprocess.run(
            [sys.executable, "-m", "xaso.site", "collectstatic", "--noinput", "-v0"], env=env, check=True
        )
        command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--no-ws"]
        command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "1"]
        log = folder / "server.log"
        with log.open("wb") as out:
            server = subprocess.Popen(
                [*command, "--log-level", "warning", "xaso.site.wsgi:application"],
                env=env,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            until = time.monotonic() + 120
            while not _answers(port):
                assert server.poll() is None and time.monotonic() < until, log.read_text()[-3000:]
                time.sleep(0.2)
            yield Site(port, world, log)
        finally:
            server.terminate()
            server.wait(timeout=30)
            empty()
