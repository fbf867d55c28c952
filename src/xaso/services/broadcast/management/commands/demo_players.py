"""Three devices for the demo: enrols them like any other and prints their folders; the launcher starts them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.horn import certificates
from xaso.player.disk import Disk
from xaso.player.enrol import NotEnrolled, enrol
from xaso.services.broadcast.models import Cluster
from xaso.services.broadcast.wire.enrolling import issue_code

DEVICES = 3


class Command(BaseCommand):
    help = "Ghép nối ba thiết bị mẫu, in thư mục của chúng."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Chỉ dùng khi chạy thử (./xaso demo).")
        clusters = Cluster.objects.filter(ended_at=None, kind=Cluster.Kind.IP).select_related("station")
        for cluster in clusters.order_by("code")[:DEVICES]:
            home = Path(settings.XASO_HOME) / "players" / cluster.code
            if not _is_this(home, cluster):
                shutil.rmtree(home, ignore_errors=True)
                code = issue_code(Viewer.system(), cluster=cluster)["plain"]
                try:
                    enrol(Disk(home, durable=False), settings.XASO_BASE_URL, code, maker="Loa mẫu (chạy thử)")
                except (NotEnrolled, OSError) as error:
                    raise CommandError(f"{cluster.code}: {error}") from error
            self.stdout.write(str(home))


def _is_this(home: Path, cluster: Cluster) -> bool:
    """Whether the folder holds the device that the database knows, at the broker of this start."""
    try:
        serial = f"{certificates.serial_of((home / 'cert.pem').read_bytes()):x}"
        broker = Disk(home, durable=False).read_json("station.json")["broker"]
    except (OSError, ValueError, KeyError):
        return False
    return serial == cluster.certificate_serial and broker["port"] == settings.XASO_BROKER_PORT
