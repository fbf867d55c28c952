"""Passkeys without a browser: a small authenticator of our own that signs as a real one does."""

from __future__ import annotations

import hashlib
import json
import struct

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from webauthn.helpers import bytes_to_base64url

from xaso.kernel.access.models import Passkey
from xaso.kernel.people.models import Account
from xaso.kernel.people.testing import a_citizen_account, officer_account
from xaso.kernel.ui.testing import assert_page_ok
from xaso.kernel.units.testing import a_commune

pytestmark = pytest.mark.django_db
COMMUNE = "15/02683/"
ORIGIN, RP = "http://localhost", "localhost"


class Authenticator:
    """ES256 keys with a count, user presence and verification."""

    def __init__(self, *, verifies: bool = True):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = hashlib.sha256(str(id(self)).encode()).digest()[:20]
        self.count, self.flags = 0, 0x01 | (0x04 if verifies else 0)

    def _client(self, kind, challenge, origin):
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}
        ).encode()

    def _auth(self, flags, rp=RP):
        return hashlib.sha256(rp.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def make(self, options, origin=ORIGIN):
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        data = (
            self._auth(self.flags | 0x40)
            + bytes(16)
            + struct.pack(">H", len(self.id))
            + self.id
            + cbor2.dumps(cose)
        )
        client = self._client("webauthn.create", options["challenge"], origin)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._packed(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "attestationObject": bytes_to_base64url(attested),
                "transports": ["internal"],
            }
        )

    def sign(self, options, origin=ORIGIN, rp=RP):
        self.count += 1
        client = self._client("webauthn.get", options["challenge"], origin)
        data = self._auth(self.flags, rp)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._packed(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signature),
                "userHandle": None,
            }
        )

    def _packed(self, response):
        name = bytes_to_base64url(self.id)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": response,
            }
        )


def browser():
    return Client(SERVER_NAME="localhost")


def add_key(http, name="Máy bàn", **more):
    one = Authenticator(**more)
    options = http.post("/dang-nhap/khoa/hoi-moi").json()
    answer = http.post(
        "/dang-nhap/khoa/them", {"answer": one.make(options), "name": name, "next": "/desk/dang-nhap/"}
    )
    return one, answer


@pytest.fixture
def holder():
    a_commune(COMMUNE)
    http = browser()
    http.account = officer_account("clerk", COMMUNE)
    http.force_login(http.account)
    http.device, answer = add_key(http)
    assert answer.json() == {"next": "/desk/dang-nhap/"}
    return http


def sign_in(device, http=None, **more):
    http = http or browser()
    options = http.post("/dang-nhap/khoa/hoi").json()
    return http, http.post("/dang-nhap/khoa/dung", {"answer": device.sign(options, **more)})


def test_a_key_signs_in_without_name_and_password(holder):
    page = holder.get("/desk/dang-nhap/")
    assert_page_ok(page.content)
    assert "Máy bàn" in page.content.decode()
    http, answer = sign_in(holder.device)
    assert answer.json() == {"next": "/desk/"}
    assert http.get("/desk/").status_code == 200
    row = Passkey.objects.get(account=holder.account)
    assert (row.sign_count, row.transports, row.last_used_at is not None) == (1, ["internal"], True)


def test_what_is_false_or_used_opens_nothing(holder):
    device = holder.device
    assert sign_in(device, origin="https://xaso.example")[1].status_code == 422, (
        "a page elsewhere asked for it"
    )
    assert sign_in(device, rp="xaso.example")[1].status_code == 422
    assert sign_in(Authenticator())[1].status_code == 422, "a key we never saw"
    http = browser()
    options = http.post("/dang-nhap/khoa/hoi").json()
    answer = device.sign(options)
    assert http.post("/dang-nhap/khoa/dung", {"answer": answer}).status_code == 200
    http.post("/dang-xuat")
    assert http.post("/dang-nhap/khoa/dung", {"answer": answer}).status_code == 422, "an answer serves once"
    assert browser().post("/dang-nhap/khoa/dung", {"answer": answer}).status_code == 422
    for rubbish in ("", "[]", "{}", '{"id": 7}', '{"id":"x","response":{}}'):
        fresh = browser()
        fresh.post("/dang-nhap/khoa/hoi")
        assert fresh.post("/dang-nhap/khoa/dung", {"answer": rubbish}).status_code == 422


def test_a_copied_key_shows_by_its_count(holder):
    sign_in(holder.device)
    sign_in(holder.device)
    holder.device.count = 0
    assert sign_in(holder.device)[1].status_code == 422


def test_a_key_that_asks_nobody_is_not_taken():
    a_commune(COMMUNE)
    http = browser()
    http.force_login(officer_account("clerk", COMMUNE))
    assert add_key(http, verifies=False)[1].status_code == 422
    assert not Passkey.objects.exists()


def test_a_removed_key_and_a_closed_account_open_nothing(holder):
    row = Passkey.objects.get()
    stranger = browser()
    stranger.force_login(officer_account("clerk", COMMUNE))
    assert stranger.post(f"/desk/dang-nhap/khoa/{row.pk}/go/").status_code == 404
    Account.objects.filter(pk=holder.account.pk).update(is_active=False)
    assert sign_in(holder.device)[1].status_code == 422
    Account.objects.filter(pk=holder.account.pk).update(is_active=True)
    assert holder.post(f"/desk/dang-nhap/khoa/{row.pk}/go/").status_code == 302
    assert sign_in(holder.device)[1].status_code == 422


def test_the_key_of_another_proves_nothing_here(holder):
    other = browser()
    other.force_login(officer_account("clerk", COMMUNE))
    assert sign_in(holder.device, other)[1].status_code == 422
    assert sign_in(holder.device, holder)[1].status_code == 200


def test_citizens_add_a_key_after_vneid_only():
    http = browser()
    account = a_citizen_account()
    http.force_login(account)
    device, answer = add_key(http)
    assert answer.status_code == 200
    assert sign_in(device)[1].json() == {"next": "/onestop/cua-toi/"}
    Account.objects.filter(pk=account.pk).update(assurance="stated")
    assert http.post("/dang-nhap/khoa/hoi-moi").status_code == 403


def test_a_page_under_a_bare_address_sends_to_the_name():
    page = Client(HTTP_HOST="127.0.0.1:8300").get("/dang-nhap/can-bo").content.decode()
    assert "http://localhost:8300/dang-nhap/can-bo" in page
