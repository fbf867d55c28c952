"""Announcements and the banner, "đã nhận", answers, notices of the browser, audiences: through pages and hooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client, override_settings

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.connectors.addresses import read_addresses
from xaso.kernel.connectors.sms import sms
from xaso.kernel.connectors.testing import pointing_at
from xaso.kernel.events.models import Event
from xaso.kernel.messages import audience, mass, mass_queries, mass_run, push, replies
from xaso.kernel.messages.acknowledging import ack_link, note_call
from xaso.kernel.messages.announcements import active_for, announce, end_announcement, note_outlet
from xaso.kernel.messages.mass_models import Acknowledgement, Mailing, Reply, Sending
from xaso.kernel.messages.mass_rows import Prices, quotas_for, rule_for
from xaso.kernel.messages.models import PushSubscription, QuietHours
from xaso.kernel.messages.tests.mass_world import COMMUNE, SYSTEM, begin, people, receivers, states
from xaso.kernel.people.testing import a_citizen, officer, officer_account
from xaso.kernel.people.viewer import ANONYMOUS
from xaso.kernel.plain.moment import frozen, now, today
from xaso.kernel.units.testing import a_commune
from xaso.simulators import swift
from xaso.simulators import zalo as simulated_zalo
from xaso.simulators.push import browser
from xaso.simulators.world import World

SQUARE = [[21.0, 105.0], [21.0, 105.1], [21.1, 105.1], [21.1, 105.0]]


@pytest.fixture(scope="module")
def gateways() -> Iterator[tuple[World, str]]:
    world = World(reports=False, patience=0.01)
    with swift.running(world) as base:
        yield world, base


@pytest.fixture
def world(gateways: tuple[World, str], db: None) -> Iterator[World]:
    made, base = gateways
    made.reset()
    made.product = base
    QuietHours.objects.all().delete()
    with pointing_at(read_addresses({}, base)), override_settings(XASO_PUSH_INSIDE=True):
        yield made


def say(**changes: object) -> object:
    given = {
        "kind": "emergency",
        "title": "Lũ quét ở suối Nậm",
        "body": "Rời khỏi bờ suối ngay.",
        "area": {"units": [COMMUNE]},
        "unit_path": COMMUNE,
        "expires_at": now() + timedelta(hours=2),
        "record": None,
        "key": "lũ",
        **changes,
    }
    return announce(given.pop("viewer", SYSTEM), **given)  # type: ignore[arg-type]


# Announcements


@pytest.mark.django_db
def test_an_announcement_stands_on_public_pages_until_it_ends() -> None:
    a_commune(COMMUNE)
    with override_settings(XASO_HOME_UNIT=COMMUNE):
        page = Client().get("/don-vi/")
        assert "Lũ quét" not in page.content.decode()
        row = say()
        text = Client().get("/don-vi/").content.decode()
        assert "KHẨN CẤP: Lũ quét ở suối Nậm" in text
        assert 'role="alert"' in text
        drill = say(key="tập", title="Sơ tán", drill=True)
        text = Client().get("/don-vi/").content.decode()
        assert "DIỄN TẬP: Sơ tán" in text
        assert "Đây là diễn tập" in text
        quiet = say(key="mưa", title="Mưa to chiều nay", kind="priority")
        text = Client().get("/don-vi/").content.decode()
        assert text.count('<details class="note warn">') == 1, "what is not urgent takes one line of a phone"
        assert text.index("KHẨN CẤP") < text.index("Mưa to chiều nay")
        end_announcement(SYSTEM, announcement_id=quiet.pk, all_clear="")  # type: ignore[attr-defined]
        for one in (row, drill):
            end_announcement(SYSTEM, announcement_id=one.pk, all_clear="Đã an toàn")  # type: ignore[attr-defined]
        assert "Lũ quét" not in Client().get("/don-vi/").content.decode()


@pytest.mark.django_db
def test_it_concerns_its_area_and_time_only() -> None:
    row = say(area={"units": [f"{COMMUNE}t1/"]})
    assert active_for(COMMUNE) == [row] == active_for(f"{COMMUNE}t1/") == active_for("15/")
    assert active_for(f"{COMMUNE}t2/") == [] == active_for("04/")
    with frozen(now() + timedelta(hours=3)):
        assert active_for(COMMUNE) == []


@pytest.mark.django_db
def test_it_is_said_once_and_outlets_report() -> None:
    row = say(area={"units": [COMMUNE], "polygons": [SQUARE]})
    assert say(area={"units": [COMMUNE]}) == row
    with pytest.raises(Conflict):
        say(title="Chuyện khác")
    noted = note_outlet(SYSTEM, announcement_id=row.pk, outlet="loudspeaker", facts={"reached": 12})  # type: ignore[attr-defined]
    assert noted.outlets["loudspeaker"]["reached"] == 12
    assert noted.polygons[0][0] == noted.polygons[0][-1]
    names = list(Event.objects.filter(record_id=noted.pk).values_list("name", "data__drill"))
    assert names == [("messages.announced", False), ("messages.outlet_reported", None)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "loud"}, "kind"),
        ({"title": " "}, "title"),
        ({"body": ""}, "body"),
        ({"area": {}}, "area"),
        ({"area": {"units": ["04/"]}}, "area"),
        ({"area": {"polygons": [[[21.0, 105.0], [21.0, 105.1]]]}}, "area"),
        ({"area": {"polygons": [[[1.0, 105.0], [1.0, 105.1], [1.1, 105.1]]]}}, "area"),
    ],
)
def test_what_cannot_be_announced_is_said(changes: dict, field: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ActionErrors) as caught:
        say(**changes)
    assert field in caught.value.errors


@pytest.mark.django_db
def test_only_staff_of_the_unit_speak_to_it() -> None:
    for viewer in (ANONYMOUS, a_citizen(), officer("leader", "04/01273/")):
        with pytest.raises(Forbidden):
            say(viewer=viewer)
    assert say(viewer=officer("leader", COMMUNE)) is not None


# Đã nhận, answers, calls


def test_the_link_shows_the_text_and_only_the_button_counts(world: World) -> None:
    mailing = begin(people("0912000001"), ("sms", 10), goal="acknowledged")
    mass_run.run()
    (one,) = receivers(mailing)
    path = urlsplit(ack_link(one.pk)).path
    page = Client().get(path)
    assert "Mời Người 1 họp lúc 19 giờ." in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    assert not Acknowledgement.objects.exists()
    for _ in range(2):
        assert Client().post(path).status_code == 302
    assert "đã báo nhận được tin" in Client().get(path).content.decode()
    one.refresh_from_db()
    assert (one.state, one.next_at) == ("acknowledged", None)
    assert Event.objects.filter(name="messages.acknowledged").count() == 1
    assert Client().get(path[:-3] + "xx/").status_code == 404
    assert Client().post("/nhan/khong-co/").status_code == 404
    assert mass.figures(SYSTEM, mailing.pk).acknowledged == 1


def test_who_does_not_acknowledge_is_chased_and_then_called(world: World) -> None:
    leader = officer("leader", COMMUNE)
    with frozen("2026-11-20T09:00") as begun:
        mailing = begin(people("0912000001"), ("zalo", 5), ("sms", 5), goal="acknowledged")
        mass_run.run()
    with frozen(begun + timedelta(minutes=6)):
        mass_run.run()
        assert states(mailing) == {("zalo", "sent"): 1, ("sms", "sent"): 1}
    with frozen(begun + timedelta(minutes=12)):
        mass_run.run()
        (row,) = mass_queries.call_list(leader, mailing.pk)
        note_call(leader, receiver_id=row.receiver_id, reached=False, note="Máy bận")
        assert mass_queries.call_list(leader, mailing.pk)[0].called
        note_call(leader, receiver_id=row.receiver_id, reached=True)
    assert mass_queries.call_list(leader, mailing.pk) == []
    assert Acknowledgement.objects.get().how == "call"
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.FINISHED
    with pytest.raises(Forbidden):
        note_call(officer("leader", "04/"), receiver_id=row.receiver_id, reached=True)


def test_an_answer_finds_its_mailing_and_yes_counts(world: World) -> None:
    mailing = begin(people("0912000001", "0912000002"), ("sms", 10), goal="acknowledged")
    mass_run.run()

    def answer(identifier: str, phone: str, text: str, key: str = "") -> int:
        told = {"id": identifier, "from": phone, "text": text}
        told["k"] = key or sms().callback_key(f"reply:{identifier}")
        return Client().get("/hooks/sms-tra-loi", told).status_code

    assert answer("mo1", "84912000001", "Đã nhận, tôi sẽ đến") == 200
    assert answer("mo1", "84912000001", "Đã nhận, tôi sẽ đến") == 200
    assert answer("mo2", "0912000002", "Họp ở đâu?") == 200
    assert answer("mo3", "0999999999", "Ai đấy?") == 200
    assert answer("mo4", "0912000002", "x", key="sai") == 403
    assert [one.state for one in receivers(mailing)] == ["acknowledged", "sent"]
    leader = officer("leader", COMMUNE)
    found = {row.text: row for row in mass_queries.replies(leader)}
    assert set(found) == {"Đã nhận, tôi sẽ đến", "Họp ở đâu?"}
    assert Reply.objects.count() == 3
    replies.handle_reply(leader, reply_id=found["Họp ở đâu?"].pk, note="Đã gọi lại")
    with pytest.raises(ActionError):
        replies.handle_reply(officer("leader", "04/"), reply_id=found["Họp ở đâu?"].pk)


def test_hooks_of_the_gateways_reach_mailings(world: World) -> None:
    mailing = begin(people("0912000001"), "sms")
    other = begin(people("0912000002"), "zalo")
    mass_run.run()
    row, written = Sending.objects.get(mailing=mailing), Sending.objects.get(mailing=other)
    told = {"d": str(row.pk), "k": sms().callback_key(str(row.pk)), "SMSID": row.provider_id}
    for _ in range(2):
        assert Client().get("/hooks/sms", {**told, "SendStatus": "5"}).status_code == 200
    assert Client().get("/hooks/sms", {**told, "k": "sai", "SendStatus": "5"}).status_code == 403
    assert states(mailing) == {("sms", "delivered"): 1}
    post = {"id": written.provider_id, "tracking": str(written.pk)}
    for event in ("user_seen_message", "user_received_message"):
        assert _zalo_event(event, {**post}).status_code == 200
    assert states(other) == {("zalo", "read"): 1}
    said = {"text": "Cho tôi hỏi", "msg_id": "z9", "quote_msg_id": written.provider_id}
    assert _zalo_event("user_send_text", said, sender="u1").status_code == 200
    assert Reply.objects.get(channel="zalo").mailing == other


def _zalo_event(event: str, row: dict[str, str], sender: str = "") -> object:
    """What Zalo would post, signed by the simulator, handed to the product in this thread."""
    sent: list[tuple[str, bytes, dict[str, str]]] = []

    class Courier:
        def tell(self, method: str, url: str, *, body: bytes, headers: dict[str, str]) -> None:
            sent.append((url, body, headers))

        product = ""

        def fault(self, *_: str) -> None:
            return None

    simulated_zalo.tell(Courier(), event, row, sender=sender)  # type: ignore[arg-type]
    ((_, body, headers),) = sent
    signature = headers["X-ZEvent-Signature"]
    return Client().post(
        "/hooks/zalo", body, content_type="application/json", headers={"X-ZEvent-Signature": signature}
    )


# Notices of the browser


def test_a_browser_subscribes_is_told_and_leaves(world: World, gateways: tuple[World, str]) -> None:
    a_commune(COMMUNE)
    info = browser(world, gateways[1])
    page = Client().get(f"/nhan-thong-bao/?xa={COMMUNE}")
    assert push.public_key() in page.content.decode()
    told = {"subscription": info, "unit": COMMUNE}
    assert Client().post("/nhan-thong-bao/dang-ky", told, content_type="application/json").status_code == 200
    (row,) = PushSubscription.objects.filter(ended_at__isnull=True)
    assert row.person is None
    (one,) = audience.resolve(SYSTEM, {"units": [COMMUNE], "roles": ["none"], "subscribers": True})
    mailing = begin([one], "push", urgent=True)
    mass_run.run()
    assert states(mailing) == {("push", "sent"): 1}
    (shown,) = world.rows("push")
    assert (shown["title"], shown["urgency"], shown["ttl"]) == ("Họp thôn ", "high", 4 * 3600)
    Client().post("/nhan-thong-bao/thoi", {"endpoint": info["endpoint"]}, content_type="application/json")
    again = begin([one], "push")
    mass_run.run()
    assert states(again) == {("push", "failed"): 1}


def test_browsers_that_are_gone_are_dropped_and_others_still_told(
    world: World, gateways: tuple[World, str]
) -> None:
    a_commune(COMMUNE)
    viewer = a_citizen("Lò Thị Máy")
    for name in ("gone", "", "missing"):
        push.subscribe(viewer, info=browser(world, gateways[1], name), unit_path=COMMUNE)
    person = [mass.Recipient(person_id=viewer.person_id, name="Lò Thị Máy", phone="0912000001")]
    mass_mailing = begin(person, "push", "sms")
    mass_run.run()
    assert states(mass_mailing) == {("push", "sent"): 1}
    assert PushSubscription.objects.filter(ended_at__isnull=True).count() == 1
    PushSubscription.objects.filter(ended_at__isnull=True).update(ended_at=now())
    push.subscribe(viewer, info=browser(world, gateways[1], "gone"), unit_path=COMMUNE)
    other = begin(person, "push", "sms")
    mass_run.run()
    assert states(other) == {("push", "failed"): 1, ("sms", "sent"): 1}


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "http://10.0.0.1/x"},
        {"endpoint": "https://127.0.0.1/x"},
        {"endpoint": "https://169.254.169.254/x"},
        {"endpoint": "ftp://example.test/x"},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": None},
    ],
)
def test_a_bad_subscription_is_refused(
    world: World, gateways: tuple[World, str], change: dict[str, object]
) -> None:
    a_commune(COMMUNE)
    info = {**browser(world, gateways[1]), **change}
    with override_settings(XASO_PUSH_INSIDE=False):
        answer = Client().post(
            "/nhan-thong-bao/dang-ky",
            json.dumps({"subscription": info, "unit": COMMUNE}),
            content_type="application/json",
        )
    assert answer.status_code == 422
    assert not PushSubscription.objects.exists()


def test_behind_the_link_no_sentence_leads_to_the_link_again() -> None:
    from xaso.kernel.messages.acknowledging import _TO_LINK

    assert _TO_LINK.sub("", "Họp lúc 7 giờ. Bấm đã nhận: {link}").strip() == "Họp lúc 7 giờ."
    assert _TO_LINK.sub("", "Một.\nBấm đã nhận: {link}").strip() == "Một."
    assert _TO_LINK.sub("", "Xem {link} rồi đến họp.") == "Xem {link} rồi đến họp."


def test_prices_quotas_and_rules_are_written_on_the_page(db: None) -> None:
    client = Client()
    client.force_login(officer_account("admin", COMMUNE))
    page = client.get("/desk/mau-tin/").content.decode()
    assert "Giá ví dụ của phần mềm" in page
    price = {"do": "price", "gia-unit_path": COMMUNE, "gia-channel": "sms", "gia-operator": "viettel"}
    price |= {"gia-valid_from": f"{today():%Y-%m-%d}", "gia-source": "Hợp đồng số 15/2026/HĐ-SMS"}
    wrong = client.post("/desk/mau-tin/", {**price, "gia-amount": "năm trăm", "gia-source": ""})
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert "Nhập số bằng chữ số" in text and "Ghi nguồn của số này" in text
    assert 'value="năm trăm"' in text  # what was typed is still there
    for amount in ("430", "425"):  # the second one mends a slip of the same day
        assert client.post("/desk/mau-tin/", {**price, "gia-amount": amount}).status_code == 302
    prices = Prices(COMMUNE)
    assert (prices.of("sms", "84961234567"), prices.of("sms", "84911234567")) == (425, 500)
    page = client.get("/desk/mau-tin/").content.decode()
    assert "Hợp đồng số 15/2026/HĐ-SMS" in page and "430" not in page
    quota = {"do": "quota", "han-muc-unit_path": COMMUNE, "han-muc-channel": "zalo", "han-muc-most": "3.000"}
    quota |= {
        "han-muc-span": "day",
        "han-muc-valid_from": f"{today():%Y-%m-%d}",
        "han-muc-source": "Thư của Zalo",
    }
    assert client.post("/desk/mau-tin/", quota).status_code == 302
    assert [row.most for row in quotas_for(COMMUNE, "zalo")] == [3000]
    rule = {
        "do": "rule",
        "duyet-unit_path": COMMUNE,
        "duyet-approve_above": "50",
        "duyet-source": "QĐ 12/QĐ-UBND",
    }
    assert client.post("/desk/mau-tin/", rule).status_code == 302
    found = rule_for(COMMUNE)
    assert found is not None and (found.approve_above, found.urgent_too) == (50, False)


def test_nobody_writes_prices_for_another_unit(db: None) -> None:
    client = Client()
    client.force_login(officer_account("admin", COMMUNE))
    rule = {"do": "rule", "duyet-unit_path": "15/", "duyet-approve_above": "0", "duyet-source": "x"}
    answer = client.post("/desk/mau-tin/", rule)
    assert answer.status_code == 422 and "Chọn đơn vị của mình" in answer.content.decode()
    client.force_login(officer_account("clerk", COMMUNE))
    assert client.post("/desk/mau-tin/", {**rule, "duyet-unit_path": COMMUNE}).status_code == 403
