"""Signing in: officers by password, citizens through the national identity. Guessing is slowed, nobody is locked out
by a stranger: failures count per name and address together, and per address; a device on which the owner signed in
before has a budget of its own, and a passkey asks for no budget at all."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import QuerySet

from xaso.kernel.base.errors import ActionError, TooMany
from xaso.kernel.base.fields import keyed_hash, keyed_hashes
from xaso.kernel.events import emit
from xaso.kernel.people.models import Account, SignIn
from xaso.kernel.people.origins import Origin
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

WINDOW = timedelta(minutes=15)
PER_NAME_AND_ADDRESS = 6
PER_NAME = 40  # from all devices that are not known to the name
PER_ADDRESS = 60
PER_DEVICE = 10
FIRST_WAIT = 30  # seconds; doubles with each further failure
BLOCKED = "blocked"
_WRONG = "Tên đăng nhập hoặc mật khẩu chưa đúng. Kiểm tra phím Caps Lock rồi nhập lại."
_NAME = "signin-name"
_decoy: list[str] = []


def name_digest(username: str) -> str:
    """What the journal keeps of a sign-in name that may not exist."""
    return keyed_hash(username.strip().lower(), _NAME)


def name_digests(username: str) -> list[str]:
    """What it may have been kept under, with older keys too: a change of key forgives no guessing."""
    return keyed_hashes(username.strip().lower(), _NAME)


def _decoy_hash() -> str:
    """A hash to check against when the name is unknown, so that the time taken tells nothing."""
    if not _decoy:
        _decoy.append(make_password("khong-ai-dung-mat-khau-nay"))
    return _decoy[0]


def wait_seconds(failures: int, budget: int) -> int:
    """How long to wait after so many failures in a row: nothing within the budget, then doubling up to the window."""
    if failures < budget:
        return 0
    return min(FIRST_WAIT << min(failures - budget, 10), int(WINDOW.total_seconds()))


def _left(failures: QuerySet[SignIn], budget: int) -> float:
    """Seconds still to wait for these failures."""
    times = list(failures.order_by("-created_at").values_list("created_at", flat=True)[: budget + 10])
    wait = wait_seconds(len(times), budget)
    return wait - (now() - times[0]).total_seconds() if wait else 0


def _since_success(rows: QuerySet[SignIn]) -> QuerySet[SignIn]:
    """Failures after the last time it went well."""
    well = rows.filter(succeeded=True).order_by("-created_at").values_list("created_at", flat=True).first()
    failed = rows.filter(succeeded=False)
    return failed.filter(created_at__gt=well) if well else failed


def begin_try(username: str, origin: Origin, method: str) -> SignIn:
    """Write a try before it is judged, so that a hundred at once count as a hundred. Raises TooMany.

    The row says "failed" until `pass_try`.
    """
    names = name_digests(username)
    known = origin.is_known_to(names)
    row = SignIn(
        username_hash=names[0],
        address_hash=origin.address_hash,
        succeeded=False,
        method=method,
        device=origin.device[:80],
        network=origin.network[:60],
        device_hash=origin.device_hash if known else "",
    )
    row.save(force_insert=True)
    recent = SignIn.objects.filter(created_at__gte=now() - WINDOW).exclude(method=BLOCKED).exclude(pk=row.pk)
    if known:
        own = recent.filter(username_hash__in=names, device_hash__in=origin.device_hashes)
        left = _left(_since_success(own), PER_DEVICE)
    else:
        strange = recent.filter(device_hash="")
        named = strange.filter(username_hash__in=names)
        addresses = origin.address_hashes
        left = max(
            _left(_since_success(named.filter(address_hash__in=addresses)), PER_NAME_AND_ADDRESS),
            _left(named.filter(succeeded=False), PER_NAME),
            _left(strange.filter(address_hash__in=addresses, succeeded=False), PER_ADDRESS),
        )
    if left > 0:
        SignIn.objects.filter(pk=row.pk).update(method=BLOCKED)
        raise TooMany(
            f"Nhập sai quá nhiều lần. Chờ {_words(left)} rồi thử lại, hoặc đăng nhập bằng khóa đăng nhập, "
            "hoặc hỏi người quản trị."
        )
    return row


def _words(seconds: float) -> str:
    minutes = int(-(-seconds // 60))
    return f"{int(seconds) + 1} giây" if seconds < 60 else f"{minutes} phút"


def pass_try(row: SignIn, account: Account, origin: Origin, method: str, *, tell: bool = True) -> None:
    """The try went well: written down, and (``tell``) told to whoever watches for unusual sign-ins."""
    row.succeeded, row.account, row.method, row.device_hash = True, account, method[:20], origin.device_hash
    with transaction.atomic():
        row.save(update_fields=["succeeded", "account", "method", "device_hash"])
        if tell:
            _tell(row, account)


def _tell(row: SignIn, account: Account) -> None:
    data = {"sign_in": str(row.pk), "method": row.method}
    by = Viewer(kind=account.kind, account_id=account.pk)
    emit("people.signed_in", record=account, unit_path=account.unit_path, viewer=by, data=data)


def check_officer(username: str, password: str, origin: Origin) -> tuple[Account, SignIn]:
    """The officer's account for a right name and password, with the open try; `pass_try` closes it when all is done.

    Raises ActionError (one message for unknown name and wrong password) or TooMany after too many failures.
    """
    row = begin_try(username, origin, "password")
    account = Account.objects.filter(username=username.strip().lower(), kind=Account.Kind.OFFICER).first()
    good = check_password(password, account.password if account else _decoy_hash())
    if not good or account is None or not account.is_active:
        if account is not None:
            # The owner sees in their journal that somebody tried.
            SignIn.objects.filter(pk=row.pk).update(account=account)
        raise ActionError(_WRONG, "password")
    return account, row


def note_sign_in(account: Account, origin: Origin, method: str) -> SignIn:
    """Write a successful sign-in that another party vouched for."""
    row = SignIn(
        username_hash=name_digest(account.username),
        address_hash=origin.address_hash,
        account=account,
        succeeded=True,
        method=method,
        device=origin.device[:80],
        network=origin.network[:60],
        device_hash=origin.device_hash,
    )
    with transaction.atomic():
        row.save(force_insert=True)
        _tell(row, account)
    return row
