"""Fill the database with the demo commune, once; a second run does nothing."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.backends.signals import connection_created

from xaso.kernel.people.machines import register_client
from xaso.kernel.people.models import MachineClient
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.service import services
from xaso.kernel.units.queries import unit_at
from xaso.site.demo import place
from xaso.site.demo.beside import Beside

People = dict[str, list[dict[str, str]]]


def _do_not_wait(sender: Any, connection: Any, **_: Any) -> None:
    """Only here: what a crash loses of invented data is made again by the next start."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


class Command(BaseCommand):
    help = "Nạp xã mẫu và một tháng hồ sơ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=float, default=1.0, help="Phần của 300 hồ sơ.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.begun = time.monotonic()
        connection_created.connect(_do_not_wait)
        connection.close()
        viewer = Viewer.system()
        with moment.frozen("2025-07-01T08:00"):
            accounts = place.make_place(viewer)
        self._say("Xã mẫu, thôn bản, cán bộ")
        told = [part for part in services() if part.demo is not None]

        def tell(beside: bool) -> People:
            return {
                part.key: part.demo(viewer, accounts=accounts, scale=options["scale"], say=self._say) or []
                for part in told
                if part.demo is not None and part.demo_beside is beside
            }

        others: Beside[People] = Beside(lambda: tell(beside=True))
        found = tell(beside=False)
        found |= others.answer()
        self._write(viewer, [person for part in told for person in found[part.key]])
        self._say("Xong dữ liệu mẫu")

    def _say(self, words: str) -> None:
        self.stdout.write(f"  {words} ({time.monotonic() - self.begun:.0f} s)")
        self.stdout.flush()

    def _write(self, viewer: Viewer, people: list[dict[str, str]]) -> None:
        """Sign-ins and the machine client for the launcher; the client's secret is made anew when the file is lost."""
        path = settings.XASO_HOME / "demo-accounts.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        client = MachineClient.objects.filter(client_id="demo-lgsp").first()
        machine = known.get("machine_client")
        if client is None or not machine:
            if client is not None:
                client.client_id = f"demo-lgsp-{client.pk}"
                client.is_active = False
                client.save(update_fields=["client_id", "is_active"])
            scopes = ["onestop.file", "onestop.read"]
            made, secret = register_client(
                viewer, name="Trục LGSP (mẫu)", unit_path="", scopes=scopes, client_id="demo-lgsp"
            )
            machine = {
                "token_url": "/api/v1/token",
                "client_id": made.client_id,
                "client_secret": secret,
                "scopes": scopes,
                "unit": place.COMMUNE.strip("/").rpartition("/")[2],
            }
        facts = {
            "accounts": [
                {"role": one.role, "title": one.title, "name": one.name, "login": one.login, "password": place.PASSWORD,
                 "sign_in_url": "/dang-nhap/can-bo"}
                for one in (*place.OFFICERS, *place.heads(unit_at(place.COMMUNE))[:2])
            ],
            "citizens": {"sign_in_url": "/dang-nhap/", "how": "VNeID (mô phỏng): chọn một người trong danh sách",
                         "people": people},
            "signing_pin": place.PIN,
            "machine_client": machine,
        }  # fmt: skip
        temporary = path.with_suffix(".tmp")
        with open(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as out:
            json.dump(facts, out, ensure_ascii=False, indent=1)
        temporary.replace(path)
