"""Each key replaced while systems file dossiers and officers work on a running server: ``./xaso bench rotate``.

A database and keys of its own. The limit: no error at all, and every old key gone at the end.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

from bench import common

DATABASE = "xaso_rotate"
PREPARE = """
import django; django.setup()
import json
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from xaso.kernel.people.machines import register_client
from xaso.kernel.people.testing import PASSWORD, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.units.models import Unit
from xaso.kernel.units.testing import ensure_units
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.actions.setups import load_shipped
from xaso.services.onestop.testing import BIRTH
ensure_units()
load_shipped(Viewer.system())
client, secret = register_client(Viewer.system(), name="Rotate", unit_path="", scopes=["onestop.file", "onestop.read"])
paths = list(Unit.objects.on().filter(level="commune").order_by("path").values_list("path", flat=True)[::900])
setup = setups_in_force.setup_for(BIRTH, paths[0], today())
# Who signs in all day is another one than whose session stays open: an account has so many sessions at once.
officer, busy = officer_account("receptionist", paths[0]), officer_account("specialist", paths[0])
print(json.dumps({"client": client.client_id, "secret": secret, "procedure": BIRTH,
  "answers": setups_in_force.body_of(setup).model_dump(mode="json")["sample_answers"],
  "units": [path.strip("/").rpartition("/")[2] for path in paths],
  "login": officer.username, "busy": busy.username, "password": PASSWORD}))
"""
COUNT = """
import django; django.setup()
import json
from xaso.kernel.base.keys import key_ring
from xaso.kernel.people.models import Identifier
from xaso.kernel.people.actions import find_person
from xaso.services.onestop.models import Dossier
ring = key_ring()
lost = sum(find_person(row.kind, str(row.value)) is None for row in Identifier.objects.all())
print(json.dumps({"dossiers": Dossier.objects.count(), "data_keys": sorted(ring.keys),
  "hash_keys": len(ring.digest_keys),
  "not_found_again": lost, "unreadable": sum(not row.answers for row in Dossier.objects.all())}))
"""


class Load:
    """Somebody doing one thing again and again; what was refused is kept."""

    def __init__(self, base: str, plan: dict[str, Any]) -> None:
        self.base, self.plan = base, plan
        self.done: dict[str, int] = {}
        self.errors: list[str] = []
        self.stop = threading.Event()
        self.signed_in = self._browser()
        self._enter(self.signed_in, plan["login"])

    def _browser(self) -> urllib.request.OpenerDirector:
        return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def _enter(self, browser: urllib.request.OpenerDirector, login: str) -> None:
        page = browser.open(f"{self.base}/dang-nhap/can-bo", timeout=60).read().decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        body = {
            "csrfmiddlewaretoken": found[1] if found else "",
            "username": login,
            "password": self.plan["password"],
            "next": "/desk/hop-thu/",
        }
        answer = browser.open(
            f"{self.base}/dang-nhap/can-bo", urllib.parse.urlencode(body).encode(), timeout=60
        )
        if "/dang-nhap/" in answer.geturl():
            raise RuntimeError(f"not signed in: {answer.geturl()}")

    def sign_in(self) -> None:
        """Sign in anew, and look whether the session opened at the start still holds."""
        self._enter(self._browser(), self.plan["busy"])
        answer = self.signed_in.open(f"{self.base}/desk/onestop/", timeout=60)
        if "/dang-nhap/" in answer.geturl():
            raise RuntimeError("an open session was lost")

    def file(self) -> None:
        """A token, a dossier, the same dossier read again."""
        body = {
            "grant_type": "client_credentials",
            "client_id": self.plan["client"],
            "client_secret": self.plan["secret"],
        }
        token = json.loads(self._post("/api/v1/token", urllib.parse.urlencode(body).encode(), {}))[
            "access_token"
        ]
        head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        number = f"0{secrets.randbelow(10**11):011d}"
        dossier = {
            "procedure": self.plan["procedure"],
            "unit": secrets.choice(self.plan["units"]),
            "answers": self.plan["answers"],
            "applicant": {"full_name": "Nguyễn Văn Thử", "id_number": number, "phone": "0912345678"},
        }
        made = json.loads(
            self._post(
                "/api/v1/onestop/dossiers", json.dumps(dossier).encode(), {**head, "Idempotency-Key": number}
            )
        )
        asked = urllib.request.Request(f"{self.base}/api/v1/onestop/dossiers/{made['code']}", headers=head)  # noqa: S310 - our own server
        urllib.request.urlopen(asked, timeout=60).read()  # noqa: S310 - our own server

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        asked = urllib.request.Request(f"{self.base}{path}", body, headers)  # noqa: S310 - our own server
        content: bytes = urllib.request.urlopen(asked, timeout=60).read()  # noqa: S310 - our own server
        return content

    def run(self, name: str, work: Callable[[], None]) -> None:
        """The life of one thread."""
        while not self.stop.is_set():
            try:
                work()
            except urllib.error.HTTPError as error:
                self.errors.append(f"{name}: {error.code} {error.read()[:300].decode(errors='replace')}")
            except Exception as error:
                self.errors.append(f"{name}: {error!r}")
            self.done[name] = self.done.get(name, 0) + 1


def _python(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=common.ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return done.stdout.strip()


def _rotate_all(load: Load, seconds: float) -> list[dict[str, Any]]:
    rows = []
    for name in ("data", "hash", "session", "log", "client"):
        before, begun = dict(load.done), time.monotonic()
        words = ["rotate", name, *([load.plan["client"]] if name == "client" else [])]
        said = _python("-m", "xaso.site", "keys", *words)
        time.sleep(seconds / 2)
        if name in {"data", "hash"}:
            _python("-m", "xaso.site", "keys", "work", "--wait")
        if name == "client":
            # Half of the time still with the old secret, then with the new one.
            load.plan["secret"] = said.splitlines()[0].rpartition(" ")[2]
        time.sleep(seconds / 2)
        made = {work: count - before.get(work, 0) for work, count in load.done.items()}
        rows.append(
            {
                "key": name,
                "seconds": round(time.monotonic() - begun, 1),
                "load": made,
                "errors": len(load.errors),
            }
        )
        print(f"  {name:8} {rows[-1]['seconds']:6.1f} s   {made}   errors {len(load.errors)}")
    return rows


def main() -> int:
    """Run it; answers 1 when anything was refused or an old key stayed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0, help="load around each change")
    options = parser.parse_args()
    given = os.environ.get("XASO_BENCH_URL")
    if not given:
        common.drop_database(DATABASE)  # of a run that was broken off: its keys are gone
    common.use_database(DATABASE)
    home_of_database = os.environ.get("XASO_HOME")
    os.environ["DJANGO_SETTINGS_MODULE"] = "xaso.site.settings"
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(
            XASO_HOME=home, XASO_KEY_GRACE_SECONDS="2", XASO_LOG_LEVEL="CRITICAL", XASO_DEBUG="yes"
        )
        os.environ["PYTHONPATH"] = os.pathsep.join([str(common.ROOT), str(common.ROOT / "src")])
        plan = json.loads(_python("-c", PREPARE).splitlines()[-1])
        with common.server() as port:
            load = Load(f"http://127.0.0.1:{port}", plan)
            works = {"file": load.file, "file again": load.file, "sign in": load.sign_in}
            threads = [threading.Thread(target=load.run, args=pair) for pair in works.items()]
            for one in threads:
                one.start()
            rows = _rotate_all(load, options.seconds)
            load.stop.set()
            for one in threads:
                one.join()
        found = json.loads(_python("-c", COUNT).splitlines()[-1])
    os.environ.pop("XASO_HOME")
    if home_of_database is not None:
        os.environ["XASO_HOME"] = home_of_database
    if not given:
        common.drop_database(DATABASE)
    good = (
        not load.errors
        and found["data_keys"] == [2]
        and found["hash_keys"] == 1
        and not found["not_found_again"]
    )
    good = good and not found["unreadable"]
    result = {"changes": rows, "errors": load.errors[:20], "after": found, "passed": good}
    common.RESULTS.mkdir(exist_ok=True)
    (common.RESULTS / "rotate.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    print(f"  after: {found}\n  {'passed' if good else 'FAILED'}: {len(load.errors)} errors")
    for line in load.errors[:5]:
        print("   ", line)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
