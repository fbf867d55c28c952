"""The journal of sign-ins in words: of one account, or of the accounts of one's units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from xaso.kernel.people.models import Account, SignIn
from xaso.kernel.people.signin import BLOCKED
from xaso.kernel.people.viewer import Viewer

RIGHT = "people.accounts"
_WAYS = {
    "password": "mật khẩu",
    "totp": "mã trên điện thoại",
    "recovery": "mã dự phòng",
    "passkey": "khóa đăng nhập",
    "vneid": "VNeID",
    "phone": "mã gửi điện thoại",
    "enrolled": "vừa đặt lớp hai",
    "second": "lớp hai",
    "again": "xác minh lại",
    BLOCKED: "bị chặn vì nhập sai nhiều lần",
}


@dataclass(frozen=True)
class Line:
    """One try, in words."""

    at: datetime
    who: str
    account_id: str
    good: bool
    way: str
    device: str
    network: str


def way_words(method: str) -> str:
    """The way of a sign-in: "mật khẩu, mã trên điện thoại"."""
    return ", ".join(_WAYS.get(one, one) for one in method.split("+") if one)


def _lines(rows: Iterable[SignIn]) -> list[Line]:
    return [
        Line(
            row.created_at,
            row.account.display_name if row.account else "",
            str(row.account_id or ""),
            row.succeeded,
            way_words(row.method),
            row.device,
            row.network,
        )
        for row in rows
    ]


def own_journal(viewer: Viewer, limit: int = 50) -> list[Line]:
    """The viewer's own sign-ins and the failed tries on their name, newest first."""
    rows = SignIn.objects.filter(account_id=viewer.account_id) if viewer.account_id else SignIn.objects.none()
    return _lines(rows.select_related("account").order_by("-created_at")[:limit])


def journal(
    viewer: Viewer, *, account: Account | None = None, only_failed: bool = False, limit: int = 200
) -> list[Line]:
    """Sign-ins of the officers of one's units, newest first."""
    rows = SignIn.objects.filter(
        viewer.scope(RIGHT, "account__unit_path"), account__kind=Account.Kind.OFFICER
    )
    if account is not None:
        rows = rows.filter(account=account)
    if only_failed:
        rows = rows.filter(succeeded=False)
    return _lines(rows.select_related("account").order_by("-created_at")[:limit])
