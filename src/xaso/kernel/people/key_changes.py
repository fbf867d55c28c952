"""Keys are changed by an operator's command, the rows follow in the background; both are written into the log."""

from __future__ import annotations

from xaso.kernel import tasks
from xaso.kernel.base import rotation, session_keys
from xaso.kernel.base.actions import action
from xaso.kernel.base.keys import key_ring
from xaso.kernel.base.models import KeyChange
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import stamp
from xaso.kernel.plain.ids import uuid7

JOB = "people.change_keys"
SECONDS = 20.0


@action
def change_key(viewer: Viewer, *, kind: str) -> KeyChange:
    """A new key of this kind (data, hash) is in force from now on; old rows follow in the background.

    Raises ActionError while an earlier change of the kind still runs.
    """
    viewer.must("people.operate", "")
    change = rotation.begin_change(kind)
    emit("people.key_changed", record=change, unit_path="", viewer=viewer, data={"kind": kind})
    tasks.enqueue(JOB, key="now")
    return change


def go_on() -> None:
    """The job: some seconds of work on every running change, then the next job in line has its turn."""
    if KeyChange.objects.filter(retired_at__isnull=True).exists() and rotation.work(SECONDS):
        tasks.enqueue(JOB, key="now")


def change_data_key() -> str:
    """Said on the command line."""
    change = change_key(Viewer.system(), kind=KeyChange.Kind.DATA)
    return f"Khóa mã hóa số {change.new} đang dùng. {change.total} giá trị cũ được mã hóa lại dần ở tiến trình nền."


def change_hash_key() -> str:
    """Said on the command line."""
    change = change_key(Viewer.system(), kind=KeyChange.Kind.HASH)
    return f"Khóa băm số {change.new} đang dùng. Giá trị băm cũ được làm lại dần ở tiến trình nền."


@action
def change_session_key() -> str:
    """Said on the command line; the log tells when."""
    words = session_keys.rotate()
    emit("people.key_changed", record=("base.session_key", uuid7()), unit_path="", viewer=Viewer.system(),
         data={"kind": "session"})  # fmt: skip
    return words


def _status(kind: str, active: int, numbers: list[int]) -> list[str]:
    lines = [f"đang dùng số {active}"]
    older = [str(number) for number in numbers if number != active]
    if older:
        lines.append(f"còn giữ số {', '.join(older)}")
    for change in KeyChange.objects.filter(kind=kind).order_by("-created_at")[:1]:
        if change.retired_at:
            lines.append(
                f"đổi từ số {change.old} ngày {stamp(change.created_at)}, bỏ khóa cũ {stamp(change.retired_at)}"
            )
        else:
            share = f"{change.done}/{change.total}" if change.total else str(change.done)
            lines.append(f"đang đổi từ số {change.old}: đã đổi {share} giá trị. {change.waits_for}".strip())
    return lines


def data_status() -> list[str]:
    """How the data key stands, in words."""
    ring = key_ring()
    return _status(KeyChange.Kind.DATA, ring.active, sorted(ring.keys))


def hash_status() -> list[str]:
    """How the digest key stands, in words."""
    ring = key_ring()
    return _status(KeyChange.Kind.HASH, ring.hash_active, sorted(ring.hash_keys or {1: b""}))
