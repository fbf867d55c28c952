"""Citizens by telephone: a code proves the number, never more."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from xaso.kernel.access.models import PhoneCode
from xaso.kernel.base import rotation
from xaso.kernel.messages.models import Message
from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account
from xaso.kernel.plain import moment
from xaso.kernel.ui.testing import assert_page_ok

pytestmark = pytest.mark.django_db
START, CODE = "/dang-nhap/dien-thoai", "/dang-nhap/dien-thoai/ma"
PHONE = "0912345678"


def ask(http=None, phone=PHONE):
    http = http or Client()
    return http, http.post(START, {"phone": phone, "next": "/onestop/cua-toi/"})


def sent():
    message = Message.objects.filter(template__key="access.phone_code").order_by("-created_at").first()
    return re.search(r"\d{6}", str(message.body))[0]


def wrong():
    return f"{(int(sent()) + 1) % 10**6:06d}"


def test_from_a_number_to_a_session_bound_to_it():
    known = a_citizen_account("Lý Thị Hoa")
    Person.objects.filter(pk=known.person_id).update(contact=None)
    assert_page_ok(Client().get(START).content)
    http, answer = ask(phone="+84 912 345 678")
    assert answer["Location"] == CODE
    assert_page_ok(http.get(CODE).content)
    assert sent() not in http.get(CODE).content.decode()
    assert not PhoneCode.objects.filter(code_hash__contains=sent()).exists()
    named = http.post(CODE, {"code": sent()})
    assert named.status_code == 422 and "full_name" in named.content.decode()
    done = http.post(CODE, {"full_name": "Lý Thị Hoa"})
    assert done["Location"] == "/onestop/cua-toi/"
    account = Account.objects.get(kind="citizen", assurance="stated")
    assert account.person_id != known.person_id, "the same name, another person until proven"
    viewer = viewer_of(account)
    assert (viewer.assurance, viewer.is_citizen) == ("stated", True)
    assert http.get("/onestop/cua-toi/").status_code == 200
    page = http.get("/cua-toi/dang-nhap/").content
    assert_page_ok(page)
    assert "Khóa đăng nhập</h2>" not in page.decode()
    with moment.frozen(moment.now() + timedelta(minutes=2)):
        again, _ = ask()
        assert again.post(CODE, {"code": sent()}).status_code == 302, "the name is asked once"
    assert Account.objects.filter(assurance="stated").count() == 1


def test_five_tries_five_minutes_one_use():
    http, _ = ask()
    for _ in range(5):
        assert http.post(CODE, {"code": wrong()}).status_code == 422
    assert http.post(CODE, {"code": sent()}).status_code == 422, "the right one comes too late"
    later = moment.now() + timedelta(minutes=2)
    with moment.frozen(later):
        http, _ = ask()
    with moment.frozen(later + timedelta(minutes=6)):
        assert http.post(CODE, {"code": sent()}).status_code == 422
        http, _ = ask()
        assert http.post(CODE, {"code": sent(), "full_name": "Lý Thị Hoa"}).status_code == 302
        stolen = Client()
        ask(stolen, "0987654321")
        session = stolen.session
        session["phone_number"] = {"phone": PHONE, "next": "/"}
        session.save()
        used = PhoneCode.objects.filter(used_at__isnull=False).count()
        assert stolen.post(CODE, {"code": sent(), "full_name": "Kẻ Lạ"}).status_code == 422
        assert PhoneCode.objects.filter(used_at__isnull=False).count() == used


def test_a_new_code_ends_the_old_one():
    ask()
    old = sent()
    with moment.frozen(moment.now() + timedelta(seconds=70)):
        http, _ = ask()
        if old != sent():
            assert http.post(CODE, {"code": old}).status_code == 422


def test_codes_are_few_for_a_number_and_for_an_address():
    assert ask()[1].status_code == 302
    assert ask()[1].status_code == 429, "once a minute"
    begun = moment.now()
    for minutes in range(2, 10, 2):
        with moment.frozen(begun + timedelta(minutes=minutes)):
            assert ask()[1].status_code == 302
    with moment.frozen(begun + timedelta(minutes=12)):
        assert ask()[1].status_code == 429, "five an hour"
    for number in range(25):
        ask(phone=f"09123400{number:02d}")
    assert ask(phone="0912349999")[1].status_code == 429, "thirty an hour from one place"


@pytest.mark.parametrize("phone", ["", "12", "+33612345678", "02143852852", "0912 345 67", "x" * 30])
def test_only_mobiles_of_this_country_get_a_code(phone):
    assert ask(phone=phone)[1].status_code == 422
    assert not PhoneCode.objects.exists()


def test_a_number_keeps_its_account_and_its_code_through_a_new_hash_key(tmp_path, settings):
    settings.XASO_KEY_RING = str(tmp_path / "keys" / "data.json")
    settings.XASO_KEY_GRACE_SECONDS = 0
    http, _ = ask()
    http.post(CODE, {"code": sent(), "full_name": "Lý Thị Hoa"})
    account = Account.objects.get(kind="citizen", assurance="stated")
    change = rotation.begin_change("hash")
    with moment.frozen(moment.now() + timedelta(minutes=2)):
        again, _ = ask()
        rotation.work(until_done=True)
        assert again.post(CODE, {"code": sent()}).status_code == 302
    for _ in range(9):
        rotation.work(until_done=True)
    change.refresh_from_db()
    assert change.retired_at, change.waits_for
    with moment.frozen(moment.now() + timedelta(minutes=4)):
        later, _ = ask()
        assert later.post(CODE, {"code": sent()}).status_code == 302
    assert list(Account.objects.filter(kind="citizen", assurance="stated")) == [account]
