"""Every client against every way in which the other side can fail, over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import httpx
import pytest
from django.db import connection as database

from xaso.kernel.connectors.base import Connector, addresses, connector
from xaso.kernel.connectors.errors import (
    OutsideDenied,
    OutsideError,
    OutsideGarbled,
    OutsideRefused,
    OutsideUnavailable,
)
from xaso.kernel.connectors.models import OutsideCall, OutsideToken
from xaso.kernel.connectors.payment import Bill, FeeLine, Payment
from xaso.kernel.connectors.population import PersonQuestion, Population
from xaso.kernel.connectors.portal import Portal
from xaso.kernel.connectors.post import Post, PostalParty
from xaso.kernel.connectors.sms import Sms
from xaso.kernel.connectors.testing import simulators
from xaso.kernel.connectors.transport import Asked, Transport
from xaso.kernel.connectors.vneid import Vneid
from xaso.kernel.connectors.zalo import Zalo
from xaso.simulators.portal import file_on_portal
from xaso.simulators.world import World

ASKED = Asked(purpose="Kiểm thử")
PARTY = PostalParty("Giàng A Páo", "0900000124", "Thôn Ky Quan San", "Lào Cai")
BILL = Bill("TC9", "H38.12-261121-0001", "1.001193", "H38.12", "0123", (FeeLine("Lệ phí", 50000),))
MAY = PersonQuestion("010185000012", "Triệu Thị Mẩy", "1985-03-12", "H38.12-261121-0001", "cb-01")

CALLS: list[tuple[type[Connector], Callable[..., object]]] = [
    (Vneid, lambda one: one.begin("http://127.0.0.1:8300/ve")),
    (Portal, lambda one: one.next_code(ASKED, unit_code="H38.12", message_id="m")),
    (Portal, lambda one: one.pull(ASKED, unit_code="H38.12")),
    (Payment, lambda one: one.start(ASKED, BILL)),
    (Payment, lambda one: one.transfers(ASKED, date(2026, 11, 21))),
    (Post, lambda one: one.order(ASKED, order_code="d", sender=PARTY, receiver=PARTY, content="x")),
    (Population, lambda one: one.verify(ASKED, MAY)),
    (Sms, lambda one: one.send_text(ASKED, phone="0900000112", text="x", message_id="s")),
    (
        Zalo,
        lambda one: one.send_template(
            ASKED, phone="84900000112", template_id="100001", data={"a": "b"}, message_id="z"
        ),
    ),
]


def fresh(kind: type[Connector], timeout: float = 5.0) -> Connector:
    """A connector of its own, with a closed breaker and no token yet."""
    return kind(replace(addresses()[kind.key], timeout=timeout))


@pytest.mark.parametrize(("kind", "call"), CALLS)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("latency", OutsideUnavailable),
        ("error", OutsideUnavailable),
        ("drop", OutsideUnavailable),
        ("denied", OutsideDenied),
        ("garbled", OutsideGarbled),
    ],
)
def test_each_failure_of_each_system(
    world: World, kind: type[Connector], call: Callable[..., object], fault: str, error: type[OutsideError]
) -> None:
    world.break_it(kind.key, fault, times=-1, milliseconds=400)
    with pytest.raises(error) as caught:
        call(fresh(kind, timeout=0.15))
    assert caught.value.message[0].isupper()
    row = OutsideCall.objects.filter(connector=kind.key).latest("created_at")
    assert row.outcome == error.outcome
    assert row.error


@pytest.mark.parametrize(("kind", "call"), [one for one in CALLS if one[0] is not Zalo])
def test_one_passing_failure_is_got_over(
    world: World, kind: type[Connector], call: Callable[..., object]
) -> None:
    world.break_it(kind.key, "error", times=1)
    call(fresh(kind))


def test_an_expired_portal_token_is_renewed(world: World) -> None:
    portal = fresh(Portal)
    assert isinstance(portal, Portal)
    portal.next_code(ASKED, unit_code="H38.12", message_id="a")
    world.table("portal_tokens").clear()
    assert portal.next_code(ASKED, unit_code="H38.12", message_id="b")
    world.break_it("portal", "expired", times=-1)
    with pytest.raises(OutsideDenied):
        portal.next_code(ASKED, unit_code="H38.12", message_id="c")


def test_the_portal_may_repeat_itself_and_mix_the_order(world: World) -> None:
    for name in ("Một", "Hai", "Ba"):
        fields = {"MaTTHC": "1.001193", "TenTTHC": "Đăng ký khai sinh", "ChuHoSo": name}
        file_on_portal(world, "H38.12", fields)
    file_on_portal(world, "H38.99", {"MaTTHC": "1.001193", "TenTTHC": "x", "ChuHoSo": "Nơi khác"})
    world.break_it("portal", "out_of_order")
    world.break_it("portal", "duplicate")
    portal = fresh(Portal)
    assert isinstance(portal, Portal)
    first = portal.pull(ASKED, unit_code="H38.12", limit=2)
    assert [one.ChuHoSo for one in first.dossiers] == ["Một", "Hai"]
    second = portal.pull(ASKED, unit_code="H38.12", cursor=first.cursor)
    assert [one.ChuHoSo for one in second.dossiers] == ["Ba"]
    assert portal.pull(ASKED, unit_code="H38.12", cursor=second.cursor).dossiers == ()


def send(zalo: Zalo) -> str:
    return zalo.send_template(
        ASKED, phone="84900000112", template_id="100001", data={"a": "b"}, message_id="z"
    )


def test_zalo_tokens_are_renewed_and_kept_sealed(world: World) -> None:
    zalo = fresh(Zalo)
    assert isinstance(zalo, Zalo)
    send(zalo)
    kept = OutsideToken.objects.get()
    assert kept.refresh == world.table("zalo")["refresh"] != "mo-phong"
    with database.cursor() as cursor:
        cursor.execute("SELECT refresh FROM connectors_outsidetoken")
        assert str(kept.refresh).encode() not in bytes(cursor.fetchone()[0])
    world.table("zalo")["access"] = "another"  # our token no longer holds
    assert send(zalo)
    world.table("zalo")["access"] = "another"
    world.break_it("zalo", "expired", times=-1)
    with pytest.raises(OutsideDenied, match="lấy mã mới"):
        send(zalo)
    assert OutsideCall.objects.filter(operation="refresh_token", outcome="denied").exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_renews_the_zalo_token() -> None:
    with simulators() as (world, _):
        errors: list[BaseException] = []

        def work() -> None:
            try:
                zalo = fresh(Zalo)
                assert isinstance(zalo, Zalo)
                zalo._token(ASKED)
            except BaseException as error:
                errors.append(error)
            finally:
                database.close()

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert OutsideCall.objects.filter(operation="refresh_token").count() == 1
        assert world.table("zalo")["refresh"] == OutsideToken.objects.get().refresh


def test_a_file_that_arrives_changed_is_noticed(world: World) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "t"})
        return httpx.Response(200, json={"MaKetQua": "00", "Id": "1", "Hash": "00"})

    here = addresses()["portal"]
    client = httpx.Client(transport=httpx.MockTransport(answer))
    with pytest.raises(OutsideGarbled, match="khác tệp đã gửi"):
        Portal(here, Transport(here, client=client)).upload(ASKED, name="a", content=b"x", message_id="f")


def test_the_population_database_by_magic_numbers(world: World) -> None:
    for number, error in (
        ("999000000001", OutsideUnavailable),
        ("999000000002", OutsideUnavailable),
        ("999000000003", OutsideGarbled),
        ("999000000004", OutsideDenied),
    ):
        population = fresh(Population, timeout=0.3)
        assert isinstance(population, Population)
        with pytest.raises(error):
            population.verify(ASKED, replace(MAY, personal_number=number))
    with pytest.raises(OutsideRefused):
        connector(Population).verify(ASKED, replace(MAY, full_name=""))
