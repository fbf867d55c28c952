"""The second proof: an app that shows figures, recovery codes, and what an account has set up."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

import pyotp
from django.db import transaction
from django.utils.crypto import constant_time_compare

from xaso.kernel.access.models import CodeApp, Passkey, RecoveryCode
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.base.fields import keyed_hash
from xaso.kernel.events import emit
from xaso.kernel.people.accounts import may_manage
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

ISSUER = "Xã Số"
STEP = 30
DRIFT = 1  # steps before and after: clocks of phones differ
CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Factors:
    """What an account can prove itself with, besides its password."""

    passkeys: tuple[Passkey, ...]
    app: CodeApp | None
    codes_left: int

    @property
    def any(self) -> bool:
        return bool(self.passkeys or self.app)


def factors_of(account_id: UUID) -> Factors:
    """The second proofs of an account that are in use."""
    app = CodeApp.objects.filter(account_id=account_id, ended_at=None, confirmed_at__isnull=False).first()
    keys = Passkey.objects.filter(account_id=account_id, ended_at=None).order_by("created_at")
    left = RecoveryCode.objects.filter(account_id=account_id, used_at=None, ended_at=None).count()
    return Factors(tuple(keys), app, left)


def _own(viewer: Viewer) -> Account:
    account = Account.objects.select_for_update().filter(pk=viewer.own_account).first()
    if account is None:
        raise Forbidden()
    return account


@action
def begin_app(viewer: Viewer) -> CodeApp:
    """A new secret for an app, which counts only after `confirm_app`; an earlier unfinished one ends."""
    account = _own(viewer)
    CodeApp.objects.filter(account=account, confirmed_at=None, ended_at=None).update(ended_at=now())
    return CodeApp.objects.create(account=account, secret=pyotp.random_base32())


def app_uri(app: CodeApp) -> str:
    """What the QR code holds."""
    return pyotp.TOTP(str(app.secret)).provisioning_uri(name=app.account.username, issuer_name=ISSUER)


def waiting_app(account_id: UUID) -> CodeApp | None:
    """The app that was begun and waits for its first code."""
    rows = CodeApp.objects.filter(account_id=account_id, confirmed_at=None, ended_at=None)
    return rows.select_related("account").order_by("-created_at").first()


def _step_of(app: CodeApp, code: str) -> int | None:
    """The time step whose code this is, unless it or a later one was used already."""
    digits = "".join(code.split())
    clock = int(now().timestamp()) // STEP
    machine = pyotp.TOTP(str(app.secret))
    for step in range(clock - DRIFT, clock + DRIFT + 1):
        if step > app.last_step and constant_time_compare(machine.at(step * STEP), digits):
            return step
    return None


@action
def confirm_app(viewer: Viewer, *, code: str) -> list[str]:
    """Turn the app on with its first code; answers recovery codes when the account had none, shown once."""
    account = _own(viewer)
    app = waiting_app(account.pk)
    if app is None:
        raise ActionError("Bấm “Thêm ứng dụng tạo mã” để lấy mã QR mới.", "code")
    step = _step_of(app, code)
    if step is None:
        raise ActionError("Mã chưa đúng. Kiểm tra giờ của điện thoại rồi nhập mã đang hiện.", "code")
    CodeApp.objects.filter(account=account, confirmed_at__isnull=False, ended_at=None).update(ended_at=now())
    app.confirmed_at, app.last_step = now(), step
    app.save(update_fields=["confirmed_at", "last_step"])
    emit("access.app_added", record=account, unit_path=account.unit_path, viewer=viewer)
    return new_codes(viewer) if not factors_of(account.pk).codes_left else []


@action
def remove_app(viewer: Viewer) -> None:
    """Take one's own app off."""
    account = _own(viewer)
    if CodeApp.objects.filter(account=account, ended_at=None).update(ended_at=now()):
        emit("access.app_removed", record=account, unit_path=account.unit_path, viewer=viewer)


@action
def new_codes(viewer: Viewer) -> list[str]:
    """Ten recovery codes in place of the old ones; shown once, kept as digests."""
    account = _own(viewer)
    RecoveryCode.objects.filter(account=account, ended_at=None).update(ended_at=now())
    codes = [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)
    ]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(account=account, code_hash=_code_hash(account.pk, code)) for code in codes]
    )
    emit("access.codes_made", record=account, unit_path=account.unit_path, viewer=viewer)
    return codes


def _code_hash(account_id: UUID, code: str) -> str:
    letters = "".join(one for one in code.lower() if one.isalnum())
    return keyed_hash(f"{account_id}:{letters}", "recovery-code")


@transaction.atomic
def check_code(account: Account, code: str) -> str:
    """Judge a code of the app or a recovery code; answers the method. Raises ActionError. Each code serves once."""
    app = (
        CodeApp.objects.select_for_update()
        .filter(account=account, ended_at=None, confirmed_at__isnull=False)
        .first()
    )
    if app is not None:
        step = _step_of(app, code)
        if step is not None:
            app.last_step, app.last_used_at = step, now()
            app.save(update_fields=["last_step", "last_used_at"])
            return "totp"
    wanted = _code_hash(account.pk, code)
    rows = RecoveryCode.objects.select_for_update().filter(account=account, used_at=None, ended_at=None)
    found = next((row for row in rows if hmac.compare_digest(row.code_hash, wanted)), None)
    if found is None:
        raise ActionError(
            "Mã chưa đúng hoặc đã dùng. Nhập mã đang hiện trên điện thoại, hoặc một mã dự phòng.", "code"
        )
    found.used_at = now()
    found.save(update_fields=["used_at"])
    by = Viewer(kind=account.kind, account_id=account.pk)
    emit("access.code_used", record=account, unit_path=account.unit_path, viewer=by)
    return "recovery"


@action
def remove_all(viewer: Viewer, *, account_id: UUID) -> Account:
    """An administrator takes every second proof off an account whose owner has lost them; sessions end elsewhere."""
    account = Account.objects.select_for_update().filter(pk=account_id, kind=Account.Kind.OFFICER).first()
    if account is None or not viewer.can("people.accounts", account.unit_path):
        raise NotFound("Không có tài khoản này trong đơn vị.")
    if account.pk == viewer.account_id or not may_manage(viewer, account):
        raise Forbidden("Không gỡ được lớp hai của tài khoản này. Hỏi người quản trị cấp trên.")
    moment = now()
    for model in (CodeApp, Passkey, RecoveryCode):
        model.objects.filter(account=account, ended_at=None).update(ended_at=moment)
    emit("access.factors_removed", record=account, unit_path=account.unit_path, viewer=viewer)
    return account
