"""One contract, two sides: the same tests run against the simulator and against recorded answers.

The recorded answers keep the habits of real systems: numbers where texts are promised, unknown fields, nulls.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from xaso.kernel.base.errors import ActionError
from xaso.kernel.connectors.addresses import Address, read_addresses
from xaso.kernel.connectors.base import Connector
from xaso.kernel.connectors.errors import OutsideRefused
from xaso.kernel.connectors.models import OutsideCall
from xaso.kernel.connectors.payment import Bill, FeeLine, Payment
from xaso.kernel.connectors.population import PersonQuestion, Population
from xaso.kernel.connectors.portal import Portal, PortalDossier, PortalProgress
from xaso.kernel.connectors.post import ParcelState, Post, PostalParty, is_item_code
from xaso.kernel.connectors.sms import Sms
from xaso.kernel.connectors.sms import hopeless as sms_hopeless
from xaso.kernel.connectors.testing import simulators
from xaso.kernel.connectors.transport import Asked, Transport
from xaso.kernel.connectors.zalo import Zalo
from xaso.kernel.connectors.zalo import hopeless as zalo_hopeless
from xaso.simulators.bank import transfer
from xaso.simulators.portal import file_on_portal
from xaso.simulators.post import move

pytestmark = pytest.mark.django_db
C = TypeVar("C", bound=Connector)
Make = Callable[[type[C]], C]
ASKED = Asked(purpose="Kiểm thử")


def recorded(kind: type[C]) -> C:
    """A connector whose other side answers from the recording."""
    rows = json.loads((Path(__file__).parent / "recorded" / f"{kind.key}.json").read_text(encoding="utf-8"))
    options = read_addresses({}, "https://real.test")[kind.key].options
    address = Address(kind.key, f"https://real.test/{kind.key}", simulated=False, options=options)

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(f"/{kind.key}")
        body = json.dumps(json.loads(request.content)) if request.content[:1] == b"{" else ""
        for row in rows:
            if (row["method"], row["path"]) == (request.method, path) and row.get("match", "") in body:
                return httpx.Response(row["status"], json=row["json"])
        raise AssertionError(f"nothing recorded for {request.method} {path}")

    client = httpx.Client(transport=httpx.MockTransport(answer))
    return kind(address, Transport(address, client=client, sleep=lambda seconds: None))


@pytest.fixture(params=["simulator", "recorded"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes the connector of a kind, on one side or the other."""
    if request.param == "recorded":
        yield recorded
        return
    with simulators() as (world, base):
        file_on_portal(
            world,
            "H38.12",
            {"MaTTHC": "1.001193", "TenTTHC": "Đăng ký khai sinh", "ChuHoSo": "Triệu Thị Mẩy"},
        )
        addresses = read_addresses({}, base)
        yield lambda kind: kind(addresses[kind.key])


def a_dossier(**changes: str) -> PortalDossier:
    fields = {
        "MaHoSo": "H38.12-261121-0001",
        "MaTTHC": "1.001193",
        "TenTTHC": "Đăng ký khai sinh",
        "ChuHoSo": "Triệu Thị Mẩy",
        "NgayTiepNhan": "20261121080000",
        "TrangThaiHoSo": "2",
        "DonViXuLy": "H38.12",
    }
    return PortalDossier.model_validate({**fields, **changes})


def test_portal(make: Make) -> None:
    portal = make(Portal)
    code = portal.next_code(ASKED, unit_code="H38.12", message_id="m-code")
    assert code.startswith("H38.12-")
    assert portal.next_code(ASKED, unit_code="H38.12", message_id="m-code") == code, (
        "a repeat takes no new number"
    )
    dossier = a_dossier(MaHoSo=code)
    portal.push_dossier(ASKED, dossier, message_id="m1")
    portal.push_dossier(ASKED, dossier, message_id="m1")
    progress = PortalProgress(
        MaHoSo=code,
        NguoiXuLy="Nông Văn Thử",
        ThoiDiemXuLy="20261121090000",
        NoiDungXuLy="Thẩm định",
        TrangThai="4",
    )
    portal.push_progress(ASKED, progress, message_id="m2")
    portal.push_status(ASKED, code=code, status=9, at="20261121100000", note="Xong", message_id="m3")
    with pytest.raises(OutsideRefused) as caught:
        portal.push_dossier(ASKED, a_dossier(MaTTHC="9.999001"), message_id="m4")
    assert caught.value.code.endswith("6")
    inbound = portal.pull(ASKED, unit_code="H38.12")
    assert [one.ChuHoSo for one in inbound.dossiers] == ["Triệu Thị Mẩy"]
    assert inbound.dossiers[0].KenhThucHien == "2"
    assert inbound.cursor not in ("", "0")
    assert portal.health().ok


def test_portal_file(make: Make) -> None:
    kept = make(Portal).upload(ASKED, name="a.txt", content=b"to khai mo phong", message_id="m-file")
    assert kept.id
    assert len(kept.sha256) == 64


def question(**changes: str) -> PersonQuestion:
    fields = {
        "personal_number": "010185000012",
        "full_name": "Triệu Thị Mẩy",
        "birth_date": "1985-03-12",
        "dossier_code": "H38.12-261121-0001",
        "officer": "cb-01",
    }
    return PersonQuestion(**{**fields, **changes})


def test_population(make: Make) -> None:
    population = make(Population)
    assert population.verify(ASKED, question()).matches
    other = population.verify(ASKED, question(full_name="Triệu Thị Mai"))
    assert (other.found, other.matches, other.wrong) == (True, False, ("họ tên",))
    assert not population.verify(ASKED, question(personal_number="010185999999", full_name="Không Có")).found
    found = population.person(ASKED, question())
    assert found is not None
    assert (found.full_name, found.birth_date, found.sex) == ("Triệu Thị Mẩy", "1985-03-12", "Nữ")
    assert population.person(ASKED, question(full_name="Triệu Thị Mai")) is None
    with pytest.raises(ActionError, match="12 chữ số"):
        population.verify(ASKED, question(personal_number="123"))
    with pytest.raises(ActionError, match="đang xử lý một hồ sơ"):
        population.verify(ASKED, question(dossier_code=""))
    assert population.health().ok
    kept = str([vars(call) for call in OutsideCall.objects.all()])
    assert "010185000012" not in kept
    assert "Triệu" not in kept
    assert OutsideCall.objects.filter(operation="verify").exclude(subject_hash="").count() == 3


def a_party(**changes: str) -> PostalParty:
    fields = {
        "name": "Giàng A Páo",
        "phone": "0900000124",
        "address": "Thôn Ky Quan San",
        "province": "Lào Cai",
    }
    return PostalParty(**{**fields, **changes})


def test_post(make: Make) -> None:
    post = make(Post)
    sender = a_party(name="Trung tâm Phục vụ hành chính công xã")
    parcel = post.order(ASKED, order_code="d1", sender=sender, receiver=a_party(), content="Kết quả hồ sơ")
    assert is_item_code(parcel.item_code)
    assert parcel.fee == 30000
    again = post.order(ASKED, order_code="d1", sender=sender, receiver=a_party(), content="Kết quả hồ sơ")
    assert again == parcel
    events = post.track(ASKED, parcel.item_code)
    assert events[0].state is ParcelState.ORDERED
    assert list(events) == sorted(set(events), key=lambda event: event.at)
    assert events[0].at.utcoffset() is not None
    with pytest.raises(OutsideRefused):
        post.order(
            ASKED, order_code="d2", sender=sender, receiver=a_party(province="Không phục vụ"), content="x"
        )
    assert post.health().ok


def test_post_cancel_comes_too_late(make: Make) -> None:
    post = make(Post)
    parcel = post.order(ASKED, order_code="d1", sender=a_party(), receiver=a_party(), content="x")
    if post.simulated:
        httpx.post(f"{post.address.url}/items/{parcel.item_code}/move")
    with pytest.raises(OutsideRefused) as caught:
        post.cancel(ASKED, parcel.item_code)
    assert caught.value.code == "04"


def test_payment(make: Make) -> None:
    payment = make(Payment)
    bill = Bill("TC1", "H38.12-261121-0001", "1.001193", "H38.12", "0123499999", (FeeLine("Lệ phí", 50000),))
    assert payment.start(ASKED, bill).startswith("http")
    assert payment.start(ASKED, bill), "the same reference opens nothing new"
    assert payment.look_up(ASKED, "TC1") is None
    with pytest.raises(OutsideRefused):
        payment.receipt(ASKED, "TC1")
    assert payment.health().ok


def test_bank_list(make: Make) -> None:
    payment = make(Payment)
    listed = payment.transfers(ASKED, date(2026, 11, 21))
    assert all(isinstance(one.at, datetime) and one.at.utcoffset() for one in listed)
    assert [one.amount for one in listed] == ([] if payment.simulated else [50000])


def test_sms(make: Make) -> None:
    sms = make(Sms)
    assert sms.send_text(ASKED, phone="0900000112", text="Ho so da xong", message_id="s1").sms_id
    with pytest.raises(OutsideRefused) as caught:
        sms.send_text(ASKED, phone="0900000404", text="x", message_id="s2")
    assert sms_hopeless(caught.value.code)
    assert not caught.value.retryable
    with pytest.raises(OutsideRefused) as caught:
        sms.send_text(ASKED, phone="0900000402", text="x", message_id="s3")
    assert caught.value.retryable
    assert "đồng" in sms.health().sentence
    kept = str([vars(call) for call in OutsideCall.objects.all()])
    assert "0900000112" not in kept
    assert "Ho so" not in kept


def test_zalo(make: Make) -> None:
    zalo = make(Zalo)

    def send(phone: str = "84900000112", template: str = "100001") -> str:
        return zalo.send_template(
            ASKED, phone=phone, template_id=template, data={"ma": "H38"}, message_id="z"
        )

    assert send()
    with pytest.raises(OutsideRefused) as caught:
        send("84900000404")
    assert zalo_hopeless(caught.value.code)
    with pytest.raises(OutsideRefused, match="chưa được duyệt"):
        send(template="100101")
    assert zalo.template_state(ASKED, "100001") == "ENABLE"
    assert zalo.health().ok


def test_item_codes() -> None:
    assert is_item_code("RA473124829GB")  # the example of UPU S10
    assert not is_item_code("RA473124828GB")
    assert not is_item_code("RA47312482")


def test_simulated_parcel_and_bank_move_along() -> None:
    with simulators() as (world, base):
        addresses = read_addresses({}, base)
        post, payment = Post(addresses["post"]), Payment(addresses["bank"])
        parcel = post.order(ASKED, order_code="d", sender=a_party(), receiver=a_party(), content="x")
        while move(world, parcel.item_code):
            pass
        assert post.track(ASKED, parcel.item_code)[-1].state is ParcelState.DELIVERED
        back = post.order(
            ASKED, order_code="e", sender=a_party(), receiver=a_party(address="Không giao được"), content="x"
        )
        while move(world, back.item_code):
            pass
        assert post.track(ASKED, back.item_code)[-1].state is ParcelState.RETURNED
        world.break_it("bank", "out_of_order")
        for amount in (1000, 2000):
            transfer(world, GOLDEN, amount=amount)
        assert [one.amount for one in payment.transfers(ASKED, world.clock().date())] == [1000, 2000]


GOLDEN = (
    "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA"
    "5303704540410005802VN62150811Chuyen tien6304BBB8"
)
