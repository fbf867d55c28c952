"""Keys: list them, replace one while everything runs, wrap the ring with a master key."""

from __future__ import annotations

import base64
import os
import secrets
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xaso.kernel.base import rotation
from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.keys import changing, read_master
from xaso.kernel.base.models import KeyChange
from xaso.kernel.people.machines import rotate_secret
from xaso.kernel.people.models import MachineClient
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.service import rotatable_keys


class Command(BaseCommand):
    help = "Xem, đổi, bọc khóa: keys list | rotate TÊN | work | wrap --kek-file TỆP"

    def add_arguments(self, parser: CommandParser) -> None:
        words = parser.add_subparsers(dest="word", required=True)
        words.add_parser("list", help="Khóa nào đang dùng, đổi đến đâu.")
        rotate = words.add_parser("rotate", help="Đổi một khóa khi hệ thống vẫn chạy.")
        rotate.add_argument("name", help="data, hash, session, log, hoặc client")
        rotate.add_argument("client_id", nargs="?", help="mã khách, với rotate client")
        work = words.add_parser("work", help="Làm tiếp ngay, không đợi tiến trình nền.")
        work.add_argument("--wait", action="store_true", help="Đợi tới khi khóa cũ được bỏ.")
        wrap = words.add_parser("wrap", help="Bọc vòng khóa bằng khóa chủ trong tệp (lập tệp nếu chưa có).")
        wrap.add_argument("--kek-file", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['word']}")(options)
        except ActionError as error:
            raise CommandError(error.message) from error

    def _list(self, options: dict[str, Any]) -> None:
        for key in rotatable_keys().values():
            self.stdout.write(f"{key.name:8} {key.title}: {'; '.join(key.status())}")
        for client in MachineClient.objects.filter(is_active=True).order_by("name"):
            until = client.old_secret_until
            more = f"; bí mật trước dùng đến {until:%d/%m/%Y %H:%M}" if until else ""
            self.stdout.write(f"client   {client.name} ({client.client_id}){more}")

    def _rotate(self, options: dict[str, Any]) -> None:
        name = options["name"]
        if name == "client":
            self._rotate_client(options["client_id"] or "")
            return
        key = rotatable_keys().get(name)
        if key is None:
            raise CommandError(f"Không có khóa {name}. Có: {', '.join([*rotatable_keys(), 'client'])}.")
        self.stdout.write(key.rotate())

    def _rotate_client(self, client_id: str) -> None:
        client = MachineClient.objects.filter(client_id=client_id).first()
        if client is None:
            raise CommandError("Không có mã khách này. Xem ./xaso keys list.")
        secret = rotate_secret(Viewer.system(), client=client)
        self.stdout.write(f"Bí mật mới (chỉ hiện lần này): {secret}")
        self.stdout.write(f"Bí mật cũ dùng được đến {client.old_secret_until:%d/%m/%Y %H:%M}.")

    def _work(self, options: dict[str, Any]) -> None:
        while rotation.work(until_done=True) or (options["wait"] and _running()):
            time.sleep(1.0)
        self._list(options)

    def _wrap(self, options: dict[str, Any]) -> None:
        path = Path(options["kek_file"]).resolve()
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            path.write_text(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
            self.stdout.write(f"Đã lập khóa chủ {path}. Cất một bản ở nơi khác; mất nó là mất vòng khóa.")
        if os.environ.get("XASO_KEK_FILE") != str(path):
            # A process that does not know the master key could not read a wrapped ring: first all of them know it.
            self.stdout.write(
                f"Chưa bọc. Đặt XASO_KEK_FILE={path} cho mọi tiến trình, khởi động lại từng tiến trình, rồi chạy lại."
            )
            return
        with changing(read_master(path.read_text())):
            pass
        self.stdout.write("Đã bọc vòng khóa bằng khóa chủ.")


def _running() -> bool:
    return KeyChange.objects.filter(retired_at__isnull=True).exists()
