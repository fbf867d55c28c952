"""Signing in: officers by password, citizens through the national identity. Guessing is slowed, nobody is locked out
by a stranger: failures count per name and address together, and per address."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from xaso.kernel.base.errors import ActionError, TooMany
from xaso.kernel.base.fields import keyed_hash, keyed_hashes
from xaso.kernel.people.models import Account, SignIn
from xaso.kernel.plain.moment import now

WINDOW = timedelta(minutes=15)
PER_NAME_AND_ADDRESS = 6
PER_ADDRESS = 60
_decoy: list[str] = []


def _decoy_hash() -> str:
    """A hash to check against when the name is unknown, so that the time taken tells nothing."""
    if not _decoy:
        _decoy.append(make_password("khong-ai-dung-mat-khau-nay"))
    return _decoy[0]


def check_officer(username: str, password: str, address: str) -> Account:
    """The officer's account for a right name and password.

    Raises ActionError (one message for unknown name and wrong password) or TooMany after too many failures.
    """
    name_hash = keyed_hash(username.strip().lower(), "signin-name")
    address_hash = keyed_hash(address, "signin-address")
    # During a change of the digest key the tries before it count as well.
    failures = SignIn.objects.filter(
        succeeded=False,
        created_at__gte=now() - WINDOW,
        address_hash__in=keyed_hashes(address, "signin-address"),
    )
    names = keyed_hashes(username.strip().lower(), "signin-name")
    if (
        failures.filter(username_hash__in=names).count() >= PER_NAME_AND_ADDRESS
        or failures.count() >= PER_ADDRESS
    ):
        raise TooMany("Nhập sai quá nhiều lần từ máy này. Chờ 15 phút rồi thử lại, hoặc hỏi người quản trị.")
    account = Account.objects.filter(username=username.strip().lower(), kind=Account.Kind.OFFICER).first()
    good = check_password(password, account.password if account else _decoy_hash())
    passed = bool(good and account and account.is_active)
    with transaction.atomic():
        SignIn(
            username_hash=name_hash,
            address_hash=address_hash,
            account=account if passed else None,
            succeeded=passed,
            method="password",
        ).save(force_insert=True)
    if not passed or account is None:
        raise ActionError(
            "Tên đăng nhập hoặc mật khẩu chưa đúng. Kiểm tra phím Caps Lock rồi nhập lại.", "password"
        )
    return account


def note_sign_in(account: Account, address: str, method: str) -> None:
    """Write a successful sign-in that another party vouched for."""
    SignIn(
        username_hash=keyed_hash(account.username, "signin-name"),
        address_hash=keyed_hash(address, "signin-address"),
        account=account,
        succeeded=True,
        method=method,
    ).save(force_insert=True)
