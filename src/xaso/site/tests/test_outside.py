"""Webhooks of bank and platform, and the operators' page, against the simulators on real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from xaso.kernel.base.errors import Conflict, NotFound
from xaso.kernel.connectors.actions import SYSTEM, codes_in, reconcile_transfers, settle_payment
from xaso.kernel.connectors.models import IncomingPayment, OutsideCall
from xaso.kernel.connectors.payment import Bill, FeeLine, payment
from xaso.kernel.connectors.testing import simulators
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.events.models import Event
from xaso.kernel.people.testing import officer_account
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.vietqr import VietQr, build
from xaso.simulators import bank
from xaso.simulators.world import World

QR = build(VietQr("970436", "0011001234567", dynamic=True, amount=50000, purpose="HS 7K2M9X nop phi"))
ASKED = Asked(purpose="Kiểm thử")


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Simulators that report to the product in the test's own transaction."""
    with simulators() as (made, _):
        yield made


def test_a_transfer_by_vietqr_arrives_once(world: World) -> None:
    row = bank.transfer(world, QR)
    assert row["told"] == 200
    world.break_it("bank", "duplicate")
    assert bank.tell(world, row) == 200
    kept = IncomingPayment.objects.get()
    assert (kept.amount, kept.account, kept.codes, kept.source) == (
        50000,
        "0011001234567",
        ["7K2M9X"],
        "bank",
    )
    event = Event.objects.get(name="connectors.payment_arrived")
    assert event.data["codes"] == ["7K2M9X"]
    assert "NGUYEN" not in str(event.data)


def test_false_or_old_notices_are_turned_away(world: World, client: Client) -> None:
    world.break_it("bank", "wrong_signature")
    assert bank.transfer(world, QR)["told"] == 403
    body = json.dumps({"id": 9, "transferAmount": 1}).encode()

    def post(signature: str, content: bytes = body) -> int:
        return client.post(
            "/hooks/bank", content, content_type="application/json", headers={"X-Signature": signature}
        ).status_code

    assert post(bank.sign(body)) == 403, "the body lacks what it must have"
    assert post(bank.sign(body, at=1_700_000_000)) == 403, "too old"
    assert post("") == post("t=abc,v1=") == post("nonsense") == 403
    assert post(f"t={'9' * 5000},v1=") == 403
    for url in ("/hooks/payment", "/hooks/zalo"):
        for content in (b"[" * 200_000, b"[]", b"{}", b"\xff", b"null"):
            assert client.post(url, content, content_type="application/json").status_code == 403
    assert client.get("/hooks/bank").status_code == 405
    assert IncomingPayment.objects.count() == 0


def test_a_lost_notice_is_found_by_reconciliation(world: World) -> None:
    world.break_it("bank", "wrong_signature")
    bank.transfer(world, QR)
    assert reconcile_transfers(SYSTEM, day=today()) == {"listed": 1, "added": 1, "differing": 0}
    assert reconcile_transfers(SYSTEM, day=today()) == {"listed": 1, "added": 0, "differing": 0}
    kept = IncomingPayment.objects.get()
    assert kept.seen_in_list_at is not None
    kept.amount = 1
    kept.save()
    assert reconcile_transfers(SYSTEM, day=today())["differing"] == 1


def test_a_payment_is_settled_once(world: World) -> None:
    bank.transfer(world, QR)
    kept, dossier = IncomingPayment.objects.get(), uuid7()

    def settle(record_id: object = dossier) -> IncomingPayment:
        return settle_payment(SYSTEM, payment_id=kept.pk, record_type="onestop.dossier", record_id=record_id)  # type: ignore[arg-type]

    assert settle().settled_id == settle().settled_id == dossier
    assert Event.objects.filter(name="connectors.payment_settled").count() == 1
    with pytest.raises(Conflict):
        settle(uuid7())
    with pytest.raises(NotFound):
        settle_payment(SYSTEM, payment_id=uuid7(), record_type="x", record_id=dossier)


@pytest.mark.django_db(transaction=True)
def test_the_platform_pays(live_server: LiveServer) -> None:
    with simulators(live_server.url) as (world, _):
        _pay_on_the_platform(world)


def _pay_on_the_platform(world: World) -> None:
    bill = Bill(
        "H38.12-261121-0001-1",
        "H38.12-261121-0001",
        "1.001193",
        "H38.12",
        "0123",
        (FeeLine("Lệ phí", 50000),),
    )
    page = payment().start(ASKED, bill)
    assert "50.000 đồng" in httpx.get(page).text
    httpx.post(page, data={"do": "pay"})
    assert world.table("platform")[bill.reference]["told"] == 200
    kept = IncomingPayment.objects.get()
    assert (kept.source, kept.reference, kept.amount) == ("platform", bill.reference, 50000)
    found = payment().look_up(ASKED, bill.reference)
    assert found is not None
    assert found.paid
    assert payment().receipt(ASKED, bill.reference).startswith(b"%PDF")


def test_a_failed_or_forged_platform_payment_brings_no_money(world: World) -> None:
    bill = Bill("R1", "H38.12-261121-0001", "1.001193", "H38.12", "0123", (FeeLine("Lệ phí", 50000),))
    payment().start(ASKED, bill)
    kept = world.table("platform")["R1"]
    kept.update(state="failed", transaction="TT1", time="20261121140000")
    assert bank.tell_platform(world, "R1", kept) == 200
    assert Event.objects.filter(name="connectors.payment_failed").count() == 1
    world.break_it("bank", "wrong_signature")
    other = Bill("R2", "H38.12-261121-0001", "1.001193", "H38.12", "0123", (FeeLine("Lệ phí", 50000),))
    payment().start(ASKED, other)
    kept = world.table("platform")["R2"]
    kept.update(state="paid", transaction="TT2", time="20261121140000")
    assert bank.tell_platform(world, "R2", kept) == 403
    assert IncomingPayment.objects.count() == 0


def test_codes_in_a_transfers_text() -> None:
    assert codes_in("hs-7k2m9x nop phi") == ["HS7K2M9X", "7K2M9X"]
    assert "HS7K2M9X" in codes_in("MBVCB.3278907687.HS7K2M9X.nop phi.CT tu 0123")
    assert codes_in("H38.12-261121-0001 NGUYEN VAN A")[0] == "H38122611210001"
    assert codes_in("nop phi") == []
    assert len(codes_in(" ".join(f"CODE{n:04d}" for n in range(99)))) == 20


def sign_in(client: Client, role: str, path: str) -> Client:
    """A browser in which an officer is signed in."""
    client.force_login(officer_account(role, path), backend="django.contrib.auth.backends.ModelBackend")
    assert SESSION_KEY in client.session
    return client


def test_operators_see_and_try_each_connector(world: World, client: Client) -> None:
    sign_in(client, "admin", "")
    page = client.get("/desk/connectors/").content.decode()
    assert page.count("Mô phỏng") >= 7
    assert "127.0.0.1" in page
    tried = client.post("/desk/connectors/sms/thu", follow=True).content.decode()
    assert "số dư 1.500.000 đồng" in tried
    world.break_it("zalo", "error", times=-1)
    assert "lỗi máy chủ" in client.post("/desk/connectors/zalo/thu", follow=True).content.decode()
    assert OutsideCall.objects.filter(purpose="Người quản trị thử kết nối").exclude(actor_id=None).exists()
    assert "Không liên lạc được" in client.get("/desk/connectors/zalo/").content.decode()
    assert client.get("/desk/connectors/fax/").status_code == 404
    bank.transfer(world, QR)
    assert "7K2M9X" in client.get("/desk/tien-den/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/desk/connectors/", "/desk/connectors/sms/", "/desk/tien-den/"])
def test_others_do_not(client: Client, url: str) -> None:
    assert client.get(url).status_code == 302
    sign_in(client, "specialist", "15/04321/")
    assert client.get(url).status_code == 403
