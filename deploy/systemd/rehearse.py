#!/usr/bin/env python3
"""The operator's guide, carried out under a real systemd: run by hand, as root, on Debian 12.

A systemd of its own is started in namespaces upon a copy-on-write view of this machine, which stays as it was; only
the network is shared. Then the commands of docs/guide/van-hanh.md (sections 1 and 2) run there word for word; services
and database are killed and must come back; keys are turned, an upgrade is made; then what van-hanh-sao-luu.md says: a
copy of an earlier moment, a standby that is promoted, a machine that is lost. The last line says if it held.

    deploy/systemd/rehearse.py [--keep]
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guide" / "van-hanh.md"
SERVICES = ("web", "worker", "stream", "broker", "wire", "radio")
# What the guide leaves to the reader: where the code comes from, the name of the site.
FILLED_IN = {
    "<địa chỉ kho mã nguồn>": f"file://{ROOT}",
    "TÊN-MIỀN-CỦA-MÌNH": "dichvu.example.gov.vn",
}
# pip and TLS of a machine behind a mirror are told by the environment.
PASSED_ON = re.compile(r"^(PIP_|SSL_|REQUESTS_|CURL_|GIT_SSL|https?_proxy|no_proxy)", re.IGNORECASE)

BOOT = r"""
set -e
mount --make-rprivate /
mount -t tmpfs -o size=12g tmpfs {box}
mkdir {box}/up {box}/work {box}/root
mount -t overlay -o lowerdir=/,upperdir={box}/up,workdir={box}/work overlay {box}/root
cd {box}/root
mount -t proc proc proc
mount -t sysfs sysfs sys
umount -l sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
# Nodes of its own: systemd changes the mode of its console, which must not be a device of this machine.
for node in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 dev/${{node%:*}} c 1 ${{node#*:}}; done
mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm tmp/old
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
rm -rf opt/xaso var/lib/xaso etc/xaso etc/systemd/system/xaso-* etc/systemd/system/*.wants/xaso-* usr/local/bin/xaso
sed -i /^xaso:/d etc/passwd etc/shadow etc/group etc/gshadow
pivot_root . tmp/old
mount --make-rshared /
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=multi-user.target
"""

READY = "curl -sf --retry 60 --retry-delay 2 --retry-all-errors http://127.0.0.1:8300/readyz"
ALL = " ".join(f"xaso-{name}" for name in SERVICES)
# Sections 1, 3, 4 and 5 of the guide to disasters, as an installed machine says them.
DISASTERS = (
    "xaso backup --list && xaso backup --verify",
    "install -d -o xaso -g xaso -m 755 /srv/xaso-truoc",
    """TZ=Asia/Ho_Chi_Minh date '+%F %T' > /root/moment; sleep 2; xaso keys rotate session; xaso backup
xaso restore --at "$(cat /root/moment)" --into /srv/xaso-truoc""",
    "export XASO_HOME=/srv/xaso-truoc; xaso db start; xaso db status; xaso db stop",
    "install -d -o xaso -g xaso -m 755 /dia2 && xaso standby init --into /dia2/xaso-du-phong && xaso standby status",
    f"systemctl restart {ALL}",
    # The disk of the first server is gone: it cannot come back.
    "chmod 0 /var/lib/xaso/postgres/data-*; systemctl kill -s KILL xaso-db; sleep 8; xaso standby status || true",
    "xaso standby promote",
    READY,
    "xaso backup",
    # The machine is lost: nothing of its state is left but the key that was kept elsewhere.
    """install -D -m 644 /var/lib/xaso/keys/backup.key /media/usb/backup.key
cp /var/lib/xaso/kek /media/usb/kek
systemctl stop xaso-db xaso-web xaso-worker xaso-stream xaso-broker xaso-wire xaso-radio
pkill -KILL -u xaso || true
rm -rf /var/lib/xaso""",
    "install -d -o xaso -g xaso -m 755 /var/lib/xaso",
    "xaso restore --from /mnt/sao-luu/xaso --key /media/usb/backup.key",
    f"systemctl start xaso-db {ALL} xaso-broker",
    READY,
    "systemctl start xaso-backup && systemctl start xaso-drill && journalctl -u xaso-drill -o cat -n 4",
)


def say(text: str) -> None:
    """A line for who runs this, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--keep", action="store_true", help="leave the machine running and say how to enter it"
    )
    wanted = options.parse_args()
    if os.geteuid() != 0:
        sys.exit("rehearse.py must be run as root: it makes namespaces and mounts.")
    with tempfile.TemporaryDirectory(prefix="xaso-machine-", ignore_cleanup_errors=True) as box:
        machine = Machine(box)
        try:
            held = rehearse(machine)
            if wanted.keep:
                say(f"nsenter -t {machine.pid} -m -u -i -p -C bash; Enter ends it.")
                input()
        finally:
            machine.stop()
    say("Held: every command of the guide did what it says." if held else "NOT held; the reason is above.")
    return 0 if held else 1


class Machine:
    """A systemd in namespaces of its own."""

    def __init__(self, box: str) -> None:
        words = [
            "unshare",
            "--pid",
            "--fork",
            "--mount",
            "--uts",
            "--ipc",
            "--cgroup",
            "bash",
            "-c",
            BOOT.format(box=box),
        ]
        self.outer = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            time.sleep(0.5)
            children = Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children").read_text().split()
            if children and Path(f"/proc/{children[0]}/comm").read_text().strip() == "systemd":
                self.pid = int(children[0])
                self.run("systemctl is-system-running --wait", quiet=True)
                return
        self.outer.kill()
        sys.exit("systemd did not start in its namespaces; this machine may not allow mounts.")

    def run(self, script: str, *, quiet: bool = False) -> tuple[int, str]:
        """A script in the machine: its status and what it printed."""
        passed = [f"{name}={value}" for name, value in os.environ.items() if PASSED_ON.match(name)]
        words = [
            "nsenter",
            "-t",
            str(self.pid),
            "-m",
            "-u",
            "-i",
            "-p",
            "-C",
            "env",
            "-i",
            "HOME=/root",
            "LANG=C.UTF-8",
        ]
        words += [
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            *passed,
            "bash",
            "-e",
            "-o",
            "pipefail",
        ]
        done = subprocess.run(
            [*words, "-c", script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        text = done.stdout + done.stderr
        if not quiet:
            say("\n".join(f"    {line[:160]}" for line in text.splitlines()[-8:]))
        return done.returncode, text

    def stop(self) -> None:
        """All processes in it end with the first."""
        os.kill(self.pid, signal.SIGKILL)
        self.outer.wait(timeout=30)


def blocks(first: str, last: str) -> list[str]:
    """The commands of the guide between two headings, with what the reader fills in."""
    text = GUIDE.read_text(encoding="utf-8")
    part = text[text.index(first) : text.index(last)]
    for gap, content in FILLED_IN.items():
        part = part.replace(gap, content)
    return re.findall(r"^```\n(.*?)^```", part, re.MULTILINE | re.DOTALL)


def rehearse(machine: Machine) -> bool:
    """Each command in turn; the first that fails ends it."""
    install = blocks("## 1.", "## 2.")
    page, trial, *_ = blocks("## 2.", "### Nhiều máy")
    tls = [page.partition("nginx -t")[0], trial, "nginx -t && systemctl restart nginx"]
    ours = [
        "curl -sk --resolve dichvu.example.gov.vn:443:127.0.0.1 https://dichvu.example.gov.vn/ | grep '<title>'",
        *(f"systemctl kill -s KILL xaso-{name}" for name in (*SERVICES, "db")),
        "sleep 25; systemctl is-active xaso-db " + " ".join(f"xaso-{name}" for name in SERVICES),
        READY,
        "xaso keys rotate data && xaso keys rotate session && xaso keys list",
        "systemctl start xaso-backup && systemctl start xaso-drill && journalctl -u xaso-drill -o cat -n 4",
        "find /var/lib/xaso ! -user xaso | { ! grep . ; }",
        "runuser -u xaso -- git -C /opt/xaso tag v9 && xaso upgrade --look && xaso upgrade --to v9",
        READY,
        "xaso log verify && xaso level-file -o /var/lib/xaso/ho-so-cap-do.pdf && xaso doctor",
        *DISASTERS,
        "systemctl list-units --failed --no-legend 'xaso-*' | { ! grep . ; }",
    ]
    for script in [*install, *tls, *ours]:
        say(f"$ {script.strip()}")
        status, text = machine.run(script)
        if status:
            say(f"    ended with {status}\n{text[-3000:]}")
            say(machine.run("journalctl -u 'xaso-*' -o cat -n 40 | cut -c1-200", quiet=True)[1])
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
