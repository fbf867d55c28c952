"""Citizens by telephone: six figures by SMS prove the number, not the person.

Such an account has a person of its own, bound to the number alone. It is never joined to a person proven by VNeID,
whatever somebody types into a form: the number of a telephone changes hands.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet

from xaso.kernel.access.models import PhoneCode
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, TooMany
from xaso.kernel.base.fields import keyed_hash, keyed_hashes
from xaso.kernel.events import emit
from xaso.kernel.messages.actions import Address, send
from xaso.kernel.people.actions import identifier_hash, keep_person
from xaso.kernel.people.models import Account, Identifier
from xaso.kernel.people.origins import Origin
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.typed import Unreadable, read_phone

LIVES = timedelta(minutes=5)
TRIES = 5
PAUSE = timedelta(seconds=60)
HOUR = timedelta(hours=1)
PER_PHONE, PER_ADDRESS, PER_DAY = 5, 30, 10
TEMPLATE = "access.phone_code"
NAME = "phone:"
MOBILE = re.compile(r"0[35789][0-9]{8}")


def phone_hash(phone: str) -> str:
    """The digest by which codes of a number are kept."""
    return keyed_hash(phone, "phone-code")


def _codes_of(phone: str) -> QuerySet[PhoneCode]:
    return PhoneCode.objects.filter(phone_hash__in=keyed_hashes(phone, "phone-code"))


def account_name(phone: str) -> str:
    """The sign-in name of a number's account: made of its digest, so it follows a new key (``digests.py``)."""
    return _name(keyed_hash(phone, "phone-account"))


def _name(digest: str) -> str:
    return f"{NAME}{digest[:40]}"


def account_of(phone: str) -> Account | None:
    """The account bound to this number."""
    names = [_name(digest) for digest in keyed_hashes(phone, "phone-account")]
    return Account.objects.filter(username__in=names, kind=Account.Kind.CITIZEN).first()


def _must_not_be_too_many(phone: str, origin: Origin) -> None:
    moment = now()
    mine = _codes_of(phone)
    if mine.filter(created_at__gt=moment - PAUSE).exists():
        raise TooMany("Mã vừa được gửi. Chờ một phút rồi bấm gửi lại nếu chưa nhận được.")
    if (
        mine.filter(created_at__gt=moment - HOUR).count() >= PER_PHONE
        or mine.filter(created_at__gt=moment - timedelta(days=1)).count() >= PER_DAY
    ):
        raise TooMany("Số này đã nhận nhiều mã. Chờ một giờ, hoặc đăng nhập bằng VNeID.")
    near = PhoneCode.objects.filter(address_hash__in=origin.address_hashes, created_at__gt=moment - HOUR)
    if near.count() >= PER_ADDRESS:
        raise TooMany("Quá nhiều mã gửi từ một nơi. Chờ một giờ, hoặc đăng nhập bằng VNeID.")


@action
def send_code(viewer: Viewer, *, phone: str, origin: Origin) -> str:
    """Send six figures to a number; answers the number as it is kept. The answer tells nothing about accounts."""
    try:
        number = read_phone(phone)
    except Unreadable as error:
        raise ActionError(error.message, "phone") from error
    if not MOBILE.fullmatch(number):
        raise ActionError("Mã chỉ gửi được đến số di động trong nước, như 0912 345 678", "phone")
    _must_not_be_too_many(number, origin)
    code = f"{secrets.randbelow(10**6):06d}"
    _codes_of(number).filter(used_at=None).update(expires_at=now())
    row = PhoneCode.objects.create(
        phone_hash=phone_hash(number),
        address_hash=origin.address_hash,
        code_hash="",
        expires_at=now() + LIVES,
    )
    row.code_hash = keyed_hash(_figures(row, code), "phone-code-digits")
    row.save(update_fields=["code_hash"])
    send(
        Viewer.system(),
        TEMPLATE,
        to=Address(phone=number),
        data={"code": code},
        record=row,
        urgent=True,
    )
    return number


def _figures(row: PhoneCode, code: str) -> str:
    return f"{row.pk}:{code}"


def check_code(phone: str, code: str) -> None:
    """Raise ActionError unless these are the figures sent last to this number; five tries, five minutes, one use."""
    wrong = ""
    with transaction.atomic():
        row = (
            _codes_of(phone)
            .select_for_update()
            .filter(used_at=None, expires_at__gt=now())
            .order_by("-created_at")
            .first()
        )
        if row is None or row.tries >= TRIES:
            raise ActionError("Mã đã hết hạn hoặc nhập sai quá nhiều lần. Bấm gửi mã mới.", "code")
        row.tries += 1
        given = keyed_hashes(_figures(row, "".join(code.split())), "phone-code-digits")
        if any(hmac.compare_digest(row.code_hash, one) for one in given):
            row.used_at = now()
        else:
            left = TRIES - row.tries
            wrong = f"Mã chưa đúng. Còn {left} lần nhập." if left else "Mã chưa đúng. Bấm gửi mã mới."
        row.save(update_fields=["tries", "used_at"])
    if wrong:
        raise ActionError(wrong, "code")


@action
def phone_account(viewer: Viewer, *, phone: str, full_name: str) -> Account:
    """The account bound to a number that was just proven; made at the first time, with the name as stated."""
    if viewer.kind != "system":
        raise ActionError("Chỉ cổng đăng nhập mới lập được tài khoản công dân.")
    known = account_of(phone)
    if known is not None:
        return known
    if len(full_name.split()) < 2:
        raise ActionError("Nhập đủ họ và tên", "full_name")
    person = keep_person(viewer, full_name=full_name, contact={"phone": phone}, proof=Identifier.Proof.STATED)
    Identifier.objects.create(
        person=person,
        kind=Identifier.Kind.PHONE,
        value=phone,
        value_hash=identifier_hash("phone", phone),
        proof=Identifier.Proof.STATED,
        valid_from=today(),
    )
    account = Account.objects.create(
        username=account_name(phone),
        kind=Account.Kind.CITIZEN,
        person=person,
        display_name=person.full_name,
        password=make_password(None),
        assurance=Identifier.Proof.STATED,
    )
    emit("people.citizen_signed_up", record=account, unit_path=person.unit_path, viewer=viewer)
    return account
