"""From ``send`` down the ladder: real sockets to the simulated gateways and to a real mail server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.events.models import Event
from xaso.kernel.messages import delivery
from xaso.kernel.messages.actions import (
    Address,
    note_receipt,
    read_message,
    refuse_address,
    retry_message,
    send,
    set_wishes,
    stop_link,
)
from xaso.kernel.messages.channels import mail_health
from xaso.kernel.messages.models import Dispatch, Message, MessageTemplate, QuietHours
from xaso.kernel.messages.queries import failures, inbox, masked_contact, unread_count
from xaso.kernel.messages.tests.conftest import DATA, WORDING, put
from xaso.kernel.people.consents import say
from xaso.kernel.people.models import Person
from xaso.kernel.people.testing import a_citizen, agreed, officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import at, frozen, now
from xaso.simulators.world import World

SYSTEM = Viewer.system()
KEY = WORDING.key


def somebody(
    phone: str = "0900000112", email: str = "may@example.test", name: str = "Triệu Thị Mẩy"
) -> Person:
    viewer = a_citizen(name)
    person = Person.objects.get(pk=viewer.person_id)
    person.contact = {"phone": phone, "email": email}
    person.save()
    return agreed(person)


def post(person: Person | Address, **more: object) -> Message:
    return send(SYSTEM, KEY, to=person, data=DATA, record=("cases.case", uuid7()), **more)  # type: ignore[arg-type]


def run(message: Message) -> Message:
    delivery.deliver(str(message.pk))
    message.refresh_from_db()
    return message


def states(message: Message) -> dict[str, str]:
    return dict(message.dispatches.values_list("channel", "state"))


def test_zalo_comes_first(world: World) -> None:
    message = run(post(somebody()))
    assert message.state == Message.State.SENT
    assert states(message) == {"zalo": "sent"}
    (sent,) = world.rows("zalo")
    assert sent["data"] == {"ma_ho_so": DATA["code"], "hen": DATA["due"]}
    assert world.rows("sms") == []
    assert Event.objects.filter(name="messages.sent", record_id=message.pk).count() == 1


def test_without_zalo_the_text_message_goes_without_diacritics(world: World) -> None:
    message = run(post(somebody("0900000404")))
    assert states(message) == {"zalo": "failed", "sms": "failed", "email": "sent"}
    other = run(post(somebody("0900000410")))
    assert states(other) == {"zalo": "failed", "sms": "sent"}
    assert (
        world.rows("sms")[-1]["text"] == f"UBND xa da tiep nhan ho so {DATA['code']}, hen tra {DATA['due']}."
    )
    assert other.dispatches.get(channel="sms").parts == 1


def test_mail_by_a_real_server(world: World, mailbox: Path) -> None:
    put(channels=("email",))
    message = run(post(somebody(), link="/onestop/ho-so/1"))
    assert states(message) == {"email": "sent"}
    (kept,) = mailbox.iterdir()
    text = kept.read_bytes()
    assert mail_health()[0]
    assert b"List-Unsubscribe" in text
    assert b"may@example.test" in text
    assert str(message.dispatches.get().pk).encode() in text


def test_a_refused_mail_address_fails_for_good(world: World) -> None:
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1):
        put(channels=("email",))
        message = run(post(somebody()))
        assert not mail_health()[0]
    assert states(message) == {"email": "retry"}
    assert message.state == Message.State.WAITING
    assert message.next_at is not None


def test_everything_is_once(world: World) -> None:
    person, record = somebody(), ("cases.case", uuid7())
    first = send(SYSTEM, KEY, to=person, data=DATA, record=record)
    again = send(SYSTEM, KEY, to=person, data=DATA, record=record)
    second = send(SYSTEM, KEY, to=person, data=DATA, record=record, key="nhắc lần 2")
    assert first.pk == again.pk != second.pk
    run(first)
    run(first)
    run(first)
    assert len(world.rows("zalo")) == 1


def test_nothing_goes_out_when_the_action_fails(world: World) -> None:
    person = somebody()
    with pytest.raises(RuntimeError), transaction.atomic():
        post(person)
        raise RuntimeError
    assert Message.objects.count() == 0


def test_what_is_missing_is_said(template: MessageTemplate) -> None:
    with pytest.raises(ActionError, match="due"):
        send(SYSTEM, KEY, to=somebody(), data={"code": "x"})
    with pytest.raises(ActionError, match="Chưa có mẫu tin"):
        send(SYSTEM, "onestop.no_such", to=somebody())


def test_a_gateway_in_trouble_is_tried_again_later(world: World) -> None:
    put(channels=("sms",))
    world.break_it("sms", "error", times=-1)
    message = run(post(somebody()))
    assert states(message) == {"sms": "retry"}
    run(message)
    assert message.dispatches.get().attempts == 1, "not before its time"
    world.mend()
    with frozen(now() + timedelta(minutes=2)):
        run(message)
    assert states(message) == {"sms": "sent"}
    assert len(world.rows("sms")) == 1


def test_a_lost_answer_sends_no_second_text_message(world: World) -> None:
    put(channels=("sms",))
    message = post(somebody())
    dispatch, outgoing = delivery._next_step(message.pk) or (None, None)
    assert dispatch is not None
    assert outgoing is not None
    delivery.WAYS["sms"].send(outgoing)  # and here the worker dies
    assert run(message).dispatches.get().state == Dispatch.State.SENDING, "another worker may still be at it"
    with frozen(now() + timedelta(minutes=11)):
        assert delivery.sweep() == 1
        run(message)
    assert states(message) == {"sms": "sent"}
    assert len(world.rows("sms")) == 1


def test_a_lost_zalo_answer_waits_for_the_receipt_then_goes_on(world: World) -> None:
    world.break_it("zalo", "garbled", times=1)  # eats the token call, which may fail safely
    person = somebody()
    run(post(person))
    world.break_it("zalo", "drop", times=1)
    message = run(post(person))
    assert states(message) == {"zalo": "unsure"}
    with frozen(now() + timedelta(minutes=16)):
        run(message)
    assert states(message) == {"zalo": "unsure", "sms": "sent"}


def test_when_nobody_is_reached_an_operator_sees_why_and_tries_again(world: World) -> None:
    person = somebody("0900000404", email="")
    message = run(post(person, unit_path="15/04321/"))
    assert message.state == Message.State.FAILED
    assert message.error
    assert Event.objects.filter(name="messages.failed").count() == 1
    operator = officer("admin", "15/")
    assert [row.pk for row in failures(operator)] == [message.pk]
    assert list(failures(officer("admin", "04/"))) == []
    assert masked_contact(message) == "***404"
    with pytest.raises(NotFound):
        retry_message(officer("specialist", "15/"), message_id=message.pk)
    message.contact = {"phone": "0900000112"}
    message.save()
    retry_message(operator, message_id=message.pk)
    assert run(message).state == Message.State.SENT
    with pytest.raises(ActionError, match="không ở trạng thái lỗi"):
        retry_message(operator, message_id=message.pk)


def test_somebody_without_any_address_still_has_the_inbox(world: World) -> None:
    message = run(post(somebody("", "")))
    assert message.state == Message.State.INBOX
    assert run(post(Address(name="Khách"))).state == Message.State.FAILED


def test_a_fault_of_ours_is_tried_again_and_then_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put(channels=("sms",), subject="Tin {code}")
    data = {**DATA, "code": "một\nhai"}
    message = send(SYSTEM, KEY, to=somebody(), data=data)
    assert message.subject == "Tin một hai", "a value must not end a mail's header"

    def broken(outgoing: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(delivery.WAYS["sms"], "send", broken)
    for hour in range(0, 60, 10):
        with frozen(now() + timedelta(hours=hour)):
            run(message)
    assert message.state == Message.State.FAILED
    assert states(message) == {"sms": "failed"}


def test_quiet_hours_hold_back_and_urgency_breaks_them(world: World) -> None:
    QuietHours.objects.create(
        channels=["zalo", "sms"], start="21:30", end="06:30", valid_from=at("2026-01-01T00:00").date()
    )
    with frozen("2026-11-21T23:00"):
        calm = run(post(somebody()))
        assert states(calm) == {}
        assert calm.next_at == at("2026-11-22T06:30")
        assert states(run(post(somebody(), urgent=True))) == {"zalo": "sent"}
    with frozen("2026-11-22T06:31"):
        assert states(run(calm)) == {"zalo": "sent"}


def test_the_nearest_units_quiet_hours_count(world: World) -> None:
    day = at("2026-01-01T00:00").date()
    QuietHours.objects.create(channels=["zalo"], start="21:30", end="06:30", valid_from=day)
    QuietHours.objects.create(
        unit_path="15/04321/", channels=["zalo"], start="11:00", end="14:00", valid_from=day
    )
    with frozen("2026-11-21T12:00"):
        assert states(run(post(somebody(), unit_path="15/04321/"))) == {}
        assert states(run(post(somebody(), unit_path="15/99999/"))) == {"zalo": "sent"}


def test_wishes_and_refusals(world: World, mailbox: Path) -> None:
    person = somebody()
    viewer = Viewer(kind="citizen", person_id=person.pk)
    set_wishes(viewer, order=["email"], refused=["sms"])
    message = run(post(person))
    assert states(message) == {"email": "sent"}
    refuse_address(Viewer(), token=stop_link("email", "may@example.test").rstrip("/").rpartition("/")[2])
    assert states(run(post(person))) == {"zalo": "sent"}
    put(mandatory=True)
    assert states(run(post(person))) == {"email": "sent"}, "what is mandatory cannot be refused"
    with pytest.raises(NotFound):
        refuse_address(Viewer(), token="made-up")
    with pytest.raises(ActionError):
        set_wishes(Viewer(), order=[], refused=[])


def test_zalo_only_with_consent_and_a_withdrawal_counts_at_once(world: World) -> None:
    person = somebody()
    own = Viewer(kind="citizen", person_id=person.pk)
    say(own, person=person, code="notice_zalo", state="withdrawn")
    assert states(run(post(person))) == {"sms": "sent"}
    waiting = post(person, key="second")
    say(own, person=person, code="notice_sms", state="withdrawn")
    say(own, person=person, code="notice_email", state="withdrawn")
    assert states(run(waiting)) == {}
    assert waiting.state == Message.State.INBOX
    assert world.rows("zalo") == []


def test_receipts_never_go_back(world: World) -> None:
    message = run(post(somebody()))
    row = message.dispatches.get()

    def note(state: str, provider_id: str = "") -> bool:
        return note_receipt(SYSTEM, dispatch_id=row.pk, provider_id=provider_id, channel="zalo", state=state)

    assert note("read")
    assert not note("delivered")
    assert not note("read")
    assert not note("failed")
    assert not note("read", "of-another-message")
    row.refresh_from_db()
    message.refresh_from_db()
    assert (row.state, message.state) == ("read", "read")
    assert [step["state"] for step in row.history] == ["sending", "sent", "read"]


def test_a_failure_report_sends_it_on(world: World) -> None:
    message = run(post(somebody()))
    row = message.dispatches.get()
    assert note_receipt(SYSTEM, dispatch_id=None, provider_id=row.provider_id, channel="zalo", state="failed")
    assert states(run(message)) == {"zalo": "failed", "sms": "sent"}


def test_insisting_goes_on_when_no_receipt_comes(world: World) -> None:
    put(insist_minutes=60)
    message = run(post(somebody("0900000499")))
    with frozen(now() + timedelta(minutes=59)):
        assert states(run(message)) == {"zalo": "sent"}
    with frozen(now() + timedelta(minutes=61)):
        assert states(run(message)) == {"zalo": "sent", "sms": "sent"}


def test_inbox_belongs_to_its_owner(world: World) -> None:
    person, stranger = somebody(), a_citizen("Người Khác")
    owner = Viewer(kind="citizen", person_id=person.pk)
    message = post(person)
    assert unread_count(owner) == 1
    assert list(inbox(stranger)) == []
    with pytest.raises(NotFound):
        read_message(stranger, message_id=message.pk)
    with pytest.raises(NotFound):
        read_message(Viewer(), message_id=message.pk)
    assert read_message(owner, message_id=message.pk).state == Message.State.READ
    assert unread_count(owner) == 0


def test_events_and_columns_hold_nothing_personal(world: World) -> None:
    message = run(post(somebody()))
    events = str(list(Event.objects.filter(record_id=message.pk).values()))
    for secret in ("0900000112", "84900000112", "Mẩy", "may@example.test", DATA["code"]):
        assert secret not in events
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM messages_message WHERE id = %s", [message.pk])
        stored = str([bytes(one) if isinstance(one, memoryview) else one for one in cursor.fetchone()])
    assert "0900000112" not in stored
    assert "Mẩy" not in stored
