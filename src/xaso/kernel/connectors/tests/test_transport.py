"""The one way out: tries, breaker, time limit, and a record of each call without personal data."""

from __future__ import annotations

import httpx
import pytest

from xaso.kernel.connectors.addresses import Address
from xaso.kernel.connectors.breaker import Breaker
from xaso.kernel.connectors.errors import (
    OutsideDenied,
    OutsideError,
    OutsideGarbled,
    OutsideRefused,
    OutsideUnavailable,
)
from xaso.kernel.connectors.models import OutsideCall
from xaso.kernel.connectors.transport import TRIES, Asked, Reply, Request, Transport
from xaso.kernel.plain.ids import uuid7

pytestmark = pytest.mark.django_db
HERE = Address("sms", "https://example.test", simulated=False)


def transport(
    *answers: httpx.Response | Exception, breaker: Breaker | None = None
) -> tuple[Transport, list[httpx.Request], list[float]]:
    """A transport whose other side gives these answers in turn; the last one for ever."""
    seen: list[httpx.Request] = []
    pauses: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        one = answers[min(len(seen), len(answers)) - 1]
        if isinstance(one, Exception):
            raise one
        return one

    client = httpx.Client(transport=httpx.MockTransport(answer))
    return Transport(HERE, client=client, sleep=pauses.append, breaker=breaker), seen, pauses


def read(reply: Reply) -> object:
    return reply.json()


GOOD = httpx.Response(200, json={"ok": True})
BROKEN = httpx.Response(503)


def test_a_good_call_is_recorded() -> None:
    sender, _, _ = transport(GOOD)
    asked = Asked(actor_id=uuid7(), record_type="cases.case", record_id=uuid7(), purpose="Thử")
    request = Request("send", subject="010185000012", about={"phone": "***112"})
    assert sender.send(request, asked, read) == {"ok": True}
    call = OutsideCall.objects.get()
    assert (call.outcome, call.attempts, call.status_code) == ("ok", 1, 200)
    assert (call.record_id, call.actor_id, call.purpose) == (asked.record_id, asked.actor_id, "Thử")
    assert len(call.subject_hash) == 64
    assert "010185000012" not in str(vars(call))


def test_reads_and_identified_writes_are_tried_again_with_growing_pauses() -> None:
    for request in (Request("list", "GET", repeatable=True), Request("send", message_id="m1")):
        sender, seen, pauses = transport(BROKEN, httpx.ReadTimeout("slow"), GOOD)
        assert sender.send(request, Asked(), read) == {"ok": True}
        assert len(seen) == 3
        assert pauses[1] > pauses[0] > 0
    assert seen[0].headers["X-Message-Id"] == "m1"
    assert OutsideCall.objects.filter(attempts=3, outcome="ok").count() == 2


def test_a_write_without_identity_is_never_repeated() -> None:
    sender, seen, _ = transport(BROKEN, GOOD)
    with pytest.raises(OutsideUnavailable):
        sender.send(Request("send"), Asked(), read)
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (httpx.ConnectError("no"), OutsideUnavailable, "connecterror"),
        (httpx.ReadTimeout("slow"), OutsideUnavailable, "timeout"),
        (httpx.Response(500), OutsideUnavailable, "500"),
        (httpx.Response(429), OutsideUnavailable, "429"),
        (httpx.Response(401), OutsideDenied, "401"),
        (httpx.Response(200, content=b"<html>"), OutsideGarbled, ""),
    ],
)
def test_every_failure_has_its_kind(
    answer: httpx.Response | Exception, error: type[OutsideError], code: str
) -> None:
    sender, _, _ = transport(answer)
    with pytest.raises(error) as caught:
        sender.send(Request("x", repeatable=True), Asked(), read)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    call = OutsideCall.objects.get()
    assert (call.outcome, call.error_code) == (error.outcome, code)


def test_the_reader_may_refuse() -> None:
    def refuse(reply: Reply) -> None:
        raise OutsideRefused("Không nhận.", code="07")

    sender, _, _ = transport(GOOD)
    with pytest.raises(OutsideRefused):
        sender.send(Request("x"), Asked(), refuse)
    assert OutsideCall.objects.get().outcome == "refused"


def test_breaker_opens_and_lets_one_try_after_its_rest() -> None:
    clock = [0.0]
    breaker = Breaker(threshold=3, rest=30, clock=lambda: clock[0])
    sender, seen, _ = transport(BROKEN, BROKEN, BROKEN, BROKEN, GOOD, breaker=breaker)
    with pytest.raises(OutsideUnavailable):
        sender.send(Request("x", repeatable=True), Asked(), read)
    assert len(seen) == TRIES == 3
    with pytest.raises(OutsideUnavailable) as caught:
        sender.send(Request("x", repeatable=True), Asked(), read)
    assert caught.value.code == "breaker"
    assert len(seen) == 3, "nobody is asked while the breaker is open"
    clock[0] = 31
    with pytest.raises(OutsideUnavailable):
        sender.send(Request("x", repeatable=True), Asked(), read)
    assert len(seen) == 4, "one try only, then open again"
    clock[0] = 62
    assert sender.send(Request("x", repeatable=True), Asked(), read) == {"ok": True}
    assert not breaker.is_open


def test_refusals_do_not_open_the_breaker() -> None:
    breaker = Breaker(threshold=2)
    sender, seen, _ = transport(httpx.Response(401), breaker=breaker)
    for _ in range(4):
        with pytest.raises(OutsideDenied):
            sender.send(Request("x"), Asked(), read)
    assert len(seen) == 4
