"""The configuration of the embedded server: safe first, then right for a small machine."""

from __future__ import annotations

import os
from pathlib import Path

HBA = """\
# Written by ./xaso at every start. Loopback only, password always.
host  all          all  127.0.0.1/32  scram-sha-256
host  replication  all  127.0.0.1/32  scram-sha-256
"""


def main_config(port: int, *, sync: bool, extra: Path | None, lz4: bool = False) -> str:
    """Text of ``postgresql.conf``; ``extra`` is a file of an administrator that is read last.

    ``lz4``: these programs know that compression. Each page first touched after a checkpoint is written whole to
    the log; packing it with lz4 costs a tenth of PostgreSQL's own way, and a submission touches a dozen pages.
    """
    memory = _memory_mb()
    shared = max(64, min(1024, memory // 8))
    lines = {
        "listen_addresses": "'127.0.0.1'",
        "port": str(port),
        "unix_socket_directories": "''",
        "password_encryption": "'scram-sha-256'",
        "max_connections": "120",
        "fsync": "on" if sync else "off",
        "full_page_writes": "on" if sync else "off",
        "synchronous_commit": "on" if sync else "off",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(256, memory // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(64, min(512, memory // 16))}MB",
        "wal_compression": "lz4" if lz4 else "on",
        "max_wal_size": "4GB" if memory > 8000 else "1GB",
        # A backup or standby that stays away must not fill the disk: past this it begins anew.
        "max_slot_wal_keep_size": "16GB" if memory > 8000 else "4GB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "random_page_cost": "1.1",
        "max_parallel_workers_per_gather": "1" if _shared_memory_mb() >= 256 else "0",
        "jit": "off",
        "timezone": "'Asia/Ho_Chi_Minh'",
        "log_timezone": "'Asia/Ho_Chi_Minh'",
        "log_line_prefix": "'%m [%p] %q%u@%d '",
        "log_min_duration_statement": "2000",
        "log_lock_waits": "on",
        "datestyle": "'iso, dmy'",
        "default_text_search_config": "'pg_catalog.simple'",
    }
    text = "# Written by ./xaso at every start; put your own lines into extra.conf beside the data folder.\n"
    text += "".join(f"{name} = {value}\n" for name, value in lines.items())
    if extra is not None:
        # Included by content: the account that runs the server need not be able to read the file itself.
        text += extra.read_text().rstrip() + "\n"
    return text


def _memory_mb() -> int:
    """Memory this process may use, in MB: the container's limit when there is one."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 2048
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):
        limit = total
    return min(total, limit) // 1_048_576


def _shared_memory_mb() -> int:
    """Size of /dev/shm; small in containers (64 MB), and parallel queries fail when it is full."""
    try:
        facts = os.statvfs("/dev/shm")  # noqa: S108 - only its size is asked
    except OSError:
        return 0
    return facts.f_frsize * facts.f_blocks // 1_048_576
