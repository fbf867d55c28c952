"""The line to the loudspeakers: broker, the station's side of it, and three devices for the demo."""

from __future__ import annotations

import os
import subprocess

from .places import PYTHON, ROOT, VAR
from .processes import Child, Family

PORT_ABOVE = 83  # the broker's port above the web server's
EMBEDDED = "embedded"


def start(host: str, env: dict[str, str], family: Family, *, is_demo: bool) -> None:
    """Starts them; the rest of the product goes on without any of them.

    ``XASO_BROKER=mosquitto`` (or anything but embedded): the broker is somebody else's affair.
    """
    services = env.get("XASO_SERVICES", "")
    if services and "broadcast" not in services.split(","):
        return
    if env.get("XASO_BROKER", EMBEDDED) == EMBEDDED:
        home = env.get("XASO_BROKER_HOME") or str(VAR / "broker")
        command = [str(PYTHON), "-m", "xaso.broker", "--home", home, "--host", host]
        family.start(Child("broker", [*command, "--port", env["XASO_BROKER_PORT"]], env, needed=False))
    family.start(Child("wire", [str(PYTHON), "-m", "xaso.site", "wire"], env, needed=False))
    if is_demo:
        _devices(env, family)


def _devices(env: dict[str, str], family: Family) -> None:
    done = subprocess.run(
        [str(PYTHON), "-m", "xaso.site", "demo_players"],
        env=env,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        (VAR / "log" / "players.log").write_text(done.stderr)
        return
    # The devices are other machines: they get neither the keys nor the settings of the product.
    bare = {key: value for key, value in env.items() if not key.startswith(("XASO_", "DATABASE_"))}
    for number, home in enumerate(done.stdout.split(os.linesep), 1):
        if home.strip():
            command = [str(PYTHON), "-m", "xaso.player", "--home", home.strip(), "run", "--sink", "null"]
            command += ["--sink-log", f"{home.strip()}/heard.jsonl"]
            family.start(Child(f"player-{number}", command, bare, needed=False))
