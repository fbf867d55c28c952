"""Who may give whom what: nobody reaches beyond their own units, and nobody hands on power they do not hold.

Ordinary work (receiving, drafting, signing …) is given by whoever keeps a unit's accounts. What only keepers of
accounts hold (rates, switches, accounts themselves …) is given only by somebody who holds all of it there. Nobody
gives a role to themselves, and an account is touched only by somebody who could have made all of it.
"""

from __future__ import annotations

import secrets
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Q

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.machines import forget_tokens
from xaso.kernel.people.models import Account, MachineClient, RoleGrant, RoleRight
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.passwords import plain_letters, problem_of, words_about
from xaso.kernel.units.models import Unit

RIGHT = "people.accounts"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


def guarded_rights(role: str) -> frozenset[str]:
    """The rights of a role that no ordinary role has: they go only from holder to holder."""
    rights: dict[str, set[str]] = {}
    for code, right in RoleRight.objects.values_list("role_id", "right"):
        rights.setdefault(code, set()).add(right)
    ordinary = {one for held in rights.values() if RIGHT not in held for one in held}
    return frozenset(rights.get(role, set()) - ordinary)


def may_give(viewer: Viewer, role: str, unit_path: str) -> bool:
    """Whether the viewer may give (or take) this role on this unit."""
    if not viewer.can(RIGHT, unit_path):
        return False
    return viewer.kind == "system" or all(viewer.can(right, unit_path) for right in guarded_rights(role))


def must_give(viewer: Viewer, role: str, unit_path: str, account: Account | None = None) -> None:
    """Raise Forbidden unless `may_give`; nobody gives to themselves."""
    if not may_give(viewer, role, unit_path):
        raise Forbidden(
            "Vai trò này có quyền mà tài khoản đang dùng không có ở đơn vị đó. Hỏi người quản trị cấp trên."
        )
    if account is not None and account.pk == viewer.account_id:
        raise Forbidden("Không tự giao vai trò cho mình. Nhờ người quản trị khác.")


def open_grants(account: Account) -> list[RoleGrant]:
    """The roles an account holds now."""
    held = RoleGrant.objects.filter(account=account).select_related("role")
    return list(
        held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now())).order_by("unit_path", "role_id")
    )


def may_manage(viewer: Viewer, account: Account) -> bool:
    """Whether the viewer may reset or close an account: it and all its roles lie within what they may give."""
    if account.kind != Account.Kind.OFFICER or not viewer.can(RIGHT, account.unit_path):
        return False
    return all(may_give(viewer, grant.role_id, grant.unit_path) for grant in open_grants(account))


def _must_manage(viewer: Viewer, account_id: UUID) -> Account:
    account = Account.objects.select_for_update().filter(pk=account_id, kind=Account.Kind.OFFICER).first()
    if account is None or not viewer.can(RIGHT, account.unit_path):
        raise NotFound("Không có tài khoản này trong đơn vị.")
    if not may_manage(viewer, account):
        raise Forbidden("Tài khoản này có vai trò ngoài phạm vi quản lý. Hỏi người quản trị cấp trên.")
    return account


def new_password() -> str:
    """A one-time password that can be read out: 16 letters and figures in four groups (79 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


@action
def reset_password(viewer: Viewer, *, account_id: UUID) -> str:
    """Give an officer a new password, answered once and never stored in clear; open sessions end.

    It serves for one sign-in, at which the officer chooses their own.
    """
    account = _must_manage(viewer, account_id)
    password = new_password()
    account.password, account.password_is_temporary = make_password(password), True
    account.save(update_fields=["password", "password_is_temporary"])
    emit("people.password_reset", record=account, unit_path=account.unit_path, viewer=viewer)
    return password


@action
def set_active(viewer: Viewer, *, account_id: UUID, is_active: bool) -> Account:
    """Close an account (its sessions end at once) or open it again. Nobody closes their own."""
    account = _must_manage(viewer, account_id)
    if account.pk == viewer.account_id:
        raise ActionError("Không tự khóa tài khoản của mình. Nhờ người quản trị khác.")
    if account.is_active != is_active:
        account.is_active = is_active
        account.save(update_fields=["is_active"])
        name = "people.account_opened_again" if is_active else "people.account_closed"
        emit(name, record=account, unit_path=account.unit_path, viewer=viewer)
    return account


def must_be_good(account: Account, password: str) -> None:
    """Raise ActionError when a password is too easily guessed for this account's owner."""
    paths = account.unit_path.strip("/").split("/")
    above = ["/".join(paths[:count]) + "/" for count in range(1, len(paths) + 1)]
    units = Unit.objects.filter(path__in=above).values_list("name", flat=True)
    about = words_about(account.display_name, account.username, account.title, *units)
    if plain_letters(account.username) in plain_letters(password):
        raise ActionError("Mật khẩu không chứa tên đăng nhập.", "new")
    problem = problem_of(password, about=about, more=settings.XASO_BREACHED_PASSWORDS)
    if problem:
        raise ActionError(problem, "new")


@action
def change_own_password(viewer: Viewer, *, old: str, new: str) -> Account:
    """Change one's own password. Raises ActionError on a wrong old one and on a weak new one."""
    account = _own(viewer)
    if not check_password(old, account.password):
        raise ActionError("Mật khẩu đang dùng chưa đúng.", "old")
    return _put_password(viewer, account, new)


@action
def choose_password(viewer: Viewer, *, new: str) -> Account:
    """A password of one's own in place of the one-time one, right after signing in with that."""
    account = _own(viewer)
    if not account.password_is_temporary:
        raise Forbidden()
    return _put_password(viewer, account, new)


def _own(viewer: Viewer) -> Account:
    held = Account.objects.select_for_update().filter(kind=Account.Kind.OFFICER)
    account = held.filter(pk=viewer.account_id).first() if viewer.account_id else None
    if account is None:
        raise Forbidden()
    return account


def _put_password(viewer: Viewer, account: Account, new: str) -> Account:
    must_be_good(account, new)
    if check_password(new, account.password):
        raise ActionError("Mật khẩu mới phải khác mật khẩu cũ.", "new")
    account.password, account.password_is_temporary = make_password(new), False
    account.save(update_fields=["password", "password_is_temporary"])
    emit("people.password_changed", record=account, unit_path=account.unit_path, viewer=viewer)
    return account


@action
def set_client_active(viewer: Viewer, *, client_id: UUID, is_active: bool) -> MachineClient:
    """Turn a machine client off (its tokens stop working within five seconds) or on again."""
    client = MachineClient.objects.select_for_update().filter(pk=client_id).first()
    if client is None or not viewer.can("people.machines", client.unit_path):
        raise NotFound("Không có hệ thống này trong đơn vị.")
    if client.is_active != is_active:
        client.is_active = is_active
        client.save(update_fields=["is_active"])
        forget_tokens()
        name = "people.machine_opened_again" if is_active else "people.machine_closed"
        emit(name, record=client, unit_path=client.unit_path, viewer=viewer)
    return client
