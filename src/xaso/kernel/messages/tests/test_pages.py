"""Inbox, wishes, stop link, operators' pages, and delivery reports over real sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
from django.test import Client, override_settings
from pytest_django.live_server_helper import LiveServer

from xaso.kernel.connectors.testing import simulators
from xaso.kernel.messages import delivery
from xaso.kernel.messages.actions import send, stop_link
from xaso.kernel.messages.models import Message, MessageTemplate, QuietHours, RefusedAddress
from xaso.kernel.messages.seeding import seed_quiet_hours, seed_templates
from xaso.kernel.messages.tests.conftest import DATA, WORDING, put
from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.testing import a_citizen_account, agreed, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7
from xaso.simulators import zalo as zalo_simulator
from xaso.simulators.world import World

BACKEND = "django.contrib.auth.backends.ModelBackend"
SYSTEM = Viewer.system()


@pytest.fixture
def owner(template: MessageTemplate) -> Account:
    """A citizen with a telephone."""
    account = a_citizen_account("Triệu Thị Mẩy")
    Person.objects.filter(pk=account.person_id).update(contact={"phone": "0900000112"})
    account.refresh_from_db()
    return account


def message_to(account: Account, **more: object) -> Message:
    person = agreed(Person.objects.get(pk=account.person_id))
    return send(SYSTEM, WORDING.key, to=person, data=DATA, record=("cases.case", uuid7()), **more)  # type: ignore[arg-type]


def test_a_citizen_reads_the_inbox(owner: Account, client: Client) -> None:
    assert client.get("/hop-thu/").status_code == 302
    message = message_to(owner, link="/onestop/ho-so/1")
    client.force_login(owner, backend=BACKEND)
    page = client.get("/hop-thu/").content.decode()
    assert "Đã tiếp nhận hồ sơ" in page
    assert "1 chưa đọc" in page
    one = client.get(f"/hop-thu/{message.pk}/").content.decode()
    assert "Hẹn trả kết quả ngày 30/11/2026." in one
    assert "/onestop/ho-so/1" in one
    assert "chưa đọc" not in client.get("/hop-thu/").content.decode()
    other = Client()
    other.force_login(a_citizen_account("Người Khác"), backend=BACKEND)
    assert other.get(f"/hop-thu/{message.pk}/").status_code == 404
    assert "Chưa có tin nào" in other.get("/hop-thu/").content.decode()


def test_wishes(owner: Account, client: Client) -> None:
    client.force_login(owner, backend=BACKEND)
    assert "Nhận tin trước hết qua" in client.get("/hop-thu/cach-nhan-tin").content.decode()
    bad = client.post("/hop-thu/cach-nhan-tin", {"first": "sms", "refused": ["sms"]})
    assert bad.status_code == 422
    assert "Bỏ chọn một trong hai" in bad.content.decode()
    assert client.post("/hop-thu/cach-nhan-tin", {"first": "sms", "refused": ["email"]}).status_code == 302
    message = message_to(owner)
    with simulators() as (world, _):
        delivery.deliver(str(message.pk))
    assert list(message.dispatches.values_list("channel", flat=True)) == ["sms"]
    assert len(world.rows("sms")) == 1


def test_a_stop_link_asks_before_it_acts(db: None, client: Client) -> None:
    path = stop_link("email", "may@example.test").partition("//")[2].partition("/")[2]
    assert "Ngừng nhận tin qua" in client.get(f"/{path}").content.decode()
    assert RefusedAddress.objects.count() == 0
    assert "Đã ngừng gửi tin" in client.post(f"/{path}").content.decode()
    assert RefusedAddress.objects.count() == 1
    assert client.get("/ngung-nhan-tin/made-up/").status_code == 404


def test_officers_have_an_inbox_too(template: MessageTemplate, client: Client) -> None:
    account = officer_account("specialist", "15/04321/")
    send(SYSTEM, WORDING.key, to=account, data=DATA)
    client.force_login(account, backend=BACKEND)
    assert "Đã tiếp nhận hồ sơ" in client.get("/desk/hop-thu/").content.decode()
    message = Message.objects.get()
    assert client.get(f"/desk/hop-thu/{message.pk}/").status_code == 200
    assert client.get("/desk/tin-loi/").status_code == 403
    assert client.get("/desk/mau-tin/").status_code == 403


def test_operators_mend_failures(owner: Account, client: Client) -> None:
    message = message_to(owner, unit_path="15/04321/")
    message.contact = {"phone": "0900000404"}
    message.save()
    with simulators():
        delivery.deliver(str(message.pk))
    client.force_login(officer_account("admin", "15/"), backend=BACKEND)
    page = client.get("/desk/tin-loi/").content.decode()
    assert "Số này không dùng Zalo." in page
    assert "***404" in page
    assert "0900000404" not in page
    assert client.post(f"/desk/tin-loi/{message.pk}/gui-lai").status_code == 302
    message.refresh_from_db()
    assert message.state == Message.State.WAITING


def test_operators_rewrite_templates(template: MessageTemplate, client: Client) -> None:
    seed_quiet_hours()
    client.force_login(officer_account("admin", ""), backend=BACKEND)
    assert "Chưa xác minh" in client.get("/desk/mau-tin/").content.decode()
    url = f"/desk/mau-tin/{template.key}/"
    assert "{code}" in client.get(url).content.decode()
    values = {
        "title": "Báo tiếp nhận",
        "subject": "Nhận {code}",
        "body": "Hẹn {due}.",
        "channels": ["sms"],
        "zalo_template": "100001",
    }
    assert client.post(url, values).status_code == 302
    present = MessageTemplate.objects.get(key=template.key, valid_to=None)
    assert (present.version, present.origin, present.subject) == (2, "operator", "Nhận {code}")
    bad = client.post(url, {**values, "subject": "Nhận {ten}"})
    assert bad.status_code == 422
    assert "không khớp" in bad.content.decode()
    assert "Nhận {ten}" in bad.content.decode(), "nothing typed is lost"


def test_seeding_makes_versions(db: None, tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "messages.toml"
    text = '[[template]]\nkey = "trace.hello"\ntitle = "Chào"\nsubject = "Chào"\nbody = "Chào bạn"\n'
    path.write_text(text, encoding="utf-8")
    assert (seed_templates("trace", path), seed_templates("trace", path)) == (1, 0)
    path.write_text(text.replace("Chào bạn", "Chào bà con"), encoding="utf-8")
    assert seed_templates("trace", path) == 1
    versions = MessageTemplate.objects.filter(key="trace.hello").order_by("version")
    assert [(row.version, row.valid_to is None) for row in versions] == [(1, False), (2, True)]


@pytest.fixture
def live(live_server: LiveServer) -> Iterator[tuple[World, str]]:
    """Simulators that report to the live product."""
    QuietHours.objects.all().delete()
    put()
    with override_settings(XASO_BASE_URL=live_server.url), simulators(live_server.url) as (world, _):
        yield world, live_server.url


def eventually(message: Message, state: str) -> bool:
    """Whether the message comes to a state within some seconds: reports come from another thread."""
    for _ in range(60):
        message.refresh_from_db()
        if message.state == state:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.django_db(transaction=True)
def test_zalo_reports_delivered_then_read(live: tuple[World, str]) -> None:
    world, base = live
    account = a_citizen_account("Triệu Thị Mẩy")
    message = message_to(account, contact={"phone": "0900000112"})
    delivery.deliver(str(message.pk))
    assert eventually(message, "delivered")
    zalo_simulator.tell(world, "user_seen_message", world.rows("zalo")[0])
    assert eventually(message, "read")
    assert httpx.post(f"{base}/hooks/zalo", content=b"{}").status_code == 403
    world.break_it("zalo", "wrong_signature")
    other = message_to(account, contact={"phone": "0900000113"})
    delivery.deliver(str(other.pk))
    assert not eventually(other, "delivered")


@pytest.mark.django_db(transaction=True)
def test_sms_reports(live: tuple[World, str]) -> None:
    world, base = live
    put(channels=("sms",))
    account = a_citizen_account("Triệu Thị Mẩy")
    world.break_it("sms", "duplicate")
    message = message_to(account, contact={"phone": "0900000112"})
    delivery.deliver(str(message.pk))
    assert eventually(message, "delivered")
    assert httpx.get(f"{base}/hooks/sms", params={"d": str(uuid7()), "k": "x"}).status_code == 403
    assert httpx.get(f"{base}/hooks/sms").status_code == 403
