"""Roles and the rights they bundle, as rows: read by whoever keeps accounts, changed by who holds all of it."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.events import emit
from xaso.kernel.events.models import Event
from xaso.kernel.people.models import Role, RoleRight
from xaso.kernel.people.viewer import Viewer

RIGHT = "people.roles"
GIVEN, TAKEN = "people.right_given", "people.right_taken"


def key_of(role: str) -> UUID:
    """What the log names a role by: roles are known by a word, events by a UUID."""
    return uuid5(NAMESPACE_URL, f"xaso:role:{role}")


def may_change(viewer: Viewer) -> bool:
    """A role holds everywhere it is given, so only who keeps roles everywhere may change one."""
    return viewer.can(RIGHT, "")


def held() -> dict[str, set[str]]:
    """The rights of each role."""
    found: dict[str, set[str]] = {}
    for role, right in RoleRight.objects.values_list("role_id", "right"):
        found.setdefault(role, set()).add(right)
    return found


@action
def set_rights(viewer: Viewer, *, role: str, rights: set[str], known: set[str]) -> int:
    """Make a role hold exactly these of the known rights; answers how many changed, each with a line in the log.

    Rights that this installation does not know (a service left out) stay as they are. Nobody gives what they do
    not hold everywhere themselves, and the right to change roles never leaves its last role.
    """
    if not may_change(viewer):
        raise Forbidden("Chỉ người quản trị toàn hệ thống đổi được quyền của vai trò.")
    row = Role.objects.select_for_update().filter(pk=role).first()
    if row is None:
        raise NotFound("Không có vai trò này.")
    if rights - known:
        raise ActionError("Có quyền không còn trong danh sách. Tải lại trang rồi chọn lại.", "rights")
    before = held().get(role, set()) & known
    given, taken = rights - before, before - rights
    lacking = sorted(right for right in given if not viewer.can(right, ""))
    if lacking:
        raise Forbidden("Không giao cho vai trò quyền mà tài khoản này không có.")
    others = RoleRight.objects.filter(right=RIGHT).exclude(role_id=role)
    if RIGHT in taken and not others.exists():
        raise ActionError("Phải còn ít nhất một vai trò đổi được quyền.", "rights")
    RoleRight.objects.bulk_create([RoleRight(role=row, right=right) for right in sorted(given)])
    RoleRight.objects.filter(role=row, right__in=taken).delete()
    for name, changed in ((GIVEN, given), (TAKEN, taken)):
        for right in sorted(changed):
            data = {"role": role, "right": right}
            emit(name, record=("people.role", key_of(role)), unit_path="", viewer=viewer, data=data)
    return len(given) + len(taken)


def taken_back(roles: set[str]) -> set[tuple[str, str]]:
    """Pairs of role and right that somebody took away last: the product does not put them back by itself."""
    rows = Event.objects.filter(record_id__in=[key_of(role) for role in roles], name__in=[GIVEN, TAKEN])
    last = {(one.data["role"], one.data["right"]): one.name for one in rows.order_by("seq")}
    return {pair for pair, name in last.items() if name == TAKEN}


def history(role: str, limit: int = 50) -> list[Event]:
    """What changed in a role, newest first."""
    return list(Event.objects.filter(record_id=key_of(role)).order_by("-seq")[:limit])
