"""Every key replaced while people write, read, sign in and systems call: nobody notices."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import closing
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client

from xaso.kernel.base import keys, rotation, session_keys
from xaso.kernel.people.actions import find_person, keep_person
from xaso.kernel.people.machines import end_old_secret, register_client, rotate_secret
from xaso.kernel.people.models import MachineClient, Person
from xaso.kernel.people.testing import PASSWORD, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.service import rotatable_keys

SYSTEM = Viewer.system()
COMMUNE = "15/02683/"


@pytest.fixture
def own_keys(tmp_path, settings):
    """Keys of this test's own, and no wait before an old one may go."""
    settings.XASO_KEY_RING = str(tmp_path / "data.json")
    settings.XASO_SESSION_KEY_FILE = str(tmp_path / "session.key")
    settings.XASO_LOG_KEYS = str(tmp_path / "log")
    settings.XASO_KEY_GRACE_SECONDS = 0
    (tmp_path / "session.key").write_text(settings.SECRET_KEY)
    before = (settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS)
    yield tmp_path
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = before


class Load:
    """Somebody who does one thing again and again until told to stop, and keeps what went wrong."""

    def __init__(self, *works: Callable[[int], None]) -> None:
        self.errors: list[str] = []
        self.rounds = [0] * len(works)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(place, work)) for place, work in enumerate(works)
        ]

    def _run(self, place: int, work: Callable[[int], None]) -> None:
        with closing(connection):
            while not self._stop.is_set():
                try:
                    work(self.rounds[place])
                except Exception as error:
                    self.errors.append(f"{work.__name__}: {error!r}")
                self.rounds[place] += 1
        connections.close_all()

    def __enter__(self) -> "Load":
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for one in self._threads:
            one.join()

    def go_on(self, rounds: int = 3) -> None:
        """Wait until everybody has done so many rounds more."""
        goal = [done + rounds for done in self.rounds]
        end = time.monotonic() + 120
        while any(done < wanted for done, wanted in zip(self.rounds, goal, strict=True)):
            assert time.monotonic() < end, f"{self.rounds} {self.errors}"
            time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_no_error_while_each_key_is_replaced(own_keys):
    client, secret = register_client(SYSTEM, name="Trục", unit_path=COMMUNE, scopes=["onestop.read"])
    secrets = [secret]
    account = officer_account("receptionist", COMMUNE)
    kept = Client()
    kept.force_login(account)

    def write_and_read(turn: int) -> None:
        number = f"010{turn:09d}"
        person = keep_person(
            SYSTEM, full_name="Người", personal_number=number, contact={"phone": "0912345678"}
        )
        assert find_person("personal_number", number) == person
        assert Person.objects.get(pk=person.pk).contact == {"phone": "0912345678"}
        # The same person again, whoever made the row under whichever key: never a second one.
        assert keep_person(SYSTEM, full_name="Người", personal_number=number) == person

    def sign_in(turn: int) -> None:
        entered = Client(REMOTE_ADDR=f"10.0.{turn // 250 % 250}.{turn % 250}")
        page = entered.post(
            "/dang-nhap/can-bo", {"username": account.username, "password": PASSWORD, "next": "/desk/"}
        )
        assert page.status_code == 302, page.status_code
        assert entered.get("/desk/hop-thu/").status_code == 200
        assert kept.get("/desk/hop-thu/").status_code == 200, "an open session was lost"

    def call(turn: int) -> None:
        answer = Client().post(
            "/api/v1/token",
            {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secrets[0]},
        )
        assert answer.status_code == 200, answer.content
        token = json.loads(answer.content)["access_token"]
        listed = Client().get("/api/v1/onestop/dossiers", headers={"Authorization": f"Bearer {token}"})
        assert listed.status_code == 200, listed.content

    with Load(write_and_read, sign_in, call) as load:
        load.go_on()
        for name in ("data", "hash", "session", "log"):
            rotatable_keys()[name].rotate()
            load.go_on()
            for _ in range(4):
                rotation.work(until_done=True)
        load.go_on()
        fresh = rotate_secret(SYSTEM, client=MachineClient.objects.get(pk=client.pk))
        load.go_on()  # still with the old one
        secrets[0] = fresh
        load.go_on()
        end_old_secret(SYSTEM, client=MachineClient.objects.get(pk=client.pk))
        load.go_on()
    for _ in range(4):
        rotation.work(until_done=True)
    assert load.errors == []
    assert list(keys.key_ring().keys) == [2]
    assert len(keys.key_ring().digest_keys) == 1
    assert len(session_keys.old_keys(own_keys / "session.key")) == 1


@pytest.mark.django_db
def test_the_command_lists_and_replaces(own_keys):
    out = StringIO()
    call_command("keys", "rotate", "data", stdout=out)
    call_command("keys", "work", stdout=out)
    call_command("keys", "list", stdout=out)
    assert "Khóa mã hóa số 2 đang dùng" in out.getvalue()
    assert "session  Khóa phiên" in out.getvalue()


def test_an_old_session_key_is_forgotten_when_its_time_is_over(own_keys):
    from datetime import timedelta

    session_keys.rotate(keep=timedelta(seconds=-1))
    assert session_keys.old_keys(own_keys / "session.key") == []
