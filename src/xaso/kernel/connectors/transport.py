"""One way out of the house: time limits, tries with growing pauses, a breaker, and a record of every call."""

from __future__ import annotations

import base64
import functools
import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import httpx
from django.db import DatabaseError, transaction
from pydantic import BaseModel, ValidationError

from xaso.kernel.base.fields import keyed_hash
from xaso.kernel.connectors.addresses import Address
from xaso.kernel.connectors.breaker import Breaker
from xaso.kernel.connectors.errors import OutsideDenied, OutsideError, OutsideGarbled, OutsideUnavailable
from xaso.kernel.connectors.models import OutsideCall

log = logging.getLogger("xaso.outside")

MAX_ANSWER = 20 * 1024 * 1024
TRIES = 3
FIRST_PAUSE = 0.3

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Asked:
    """For whom, for which record and why a call is made; goes into the record of the call."""

    actor_id: UUID | None = None
    record_type: str = ""
    record_id: UUID | None = None
    purpose: str = ""


@dataclass(frozen=True)
class Reply:
    """What came back: status, headers, the whole body."""

    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body as JSON; raises OutsideGarbled when it is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            raise OutsideGarbled("Hệ thống ngoài trả lời không đúng quy ước (không phải JSON).") from None

    def into(self, model: type[M]) -> M:
        """The body as a typed answer; raises OutsideGarbled naming the first field that does not fit."""
        try:
            return model.model_validate(self.json())
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise OutsideGarbled(
                f"Hệ thống ngoài trả lời không đúng quy ước (trường {place or 'gốc'})."
            ) from None


@dataclass
class Request:
    """One call: ``path`` is joined to the base address, ``url`` replaces it. ``about`` must hold nothing personal.

    ``message_id`` makes a repeat harmless on the other side; only then, or for ``repeatable`` reads, are failed
    tries repeated. ``subject`` is an identity number: only its keyed hash is kept.
    """

    operation: str
    method: str = "POST"
    path: str = ""
    url: str = ""
    json: Any = None
    content: bytes | None = None
    form: Mapping[str, str] | None = None
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    message_id: str = ""
    repeatable: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""


def basic_header(address: Address) -> dict[str, str]:
    """HTTP basic authentication with the credentials of an address."""
    token = base64.b64encode(f"{address.client_id}:{address.secret}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


@functools.cache
def _client(timeout: float) -> httpx.Client:
    """One pool of connections a process and time limit; proxies of the environment never serve loopback."""
    limits = httpx.Limits(max_connections=20, max_keepalive_connections=5, keepalive_expiry=15)
    direct = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}
    return httpx.Client(
        timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)), limits=limits, mounts=direct
    )


class Transport:
    """Sends requests to one address. ``sleep`` and ``client`` are there for tests."""

    def __init__(
        self,
        address: Address,
        *,
        breaker: Breaker | None = None,
        client: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address = address
        self.breaker = breaker or Breaker()
        self._own_client = client
        self._sleep = sleep

    def send(self, request: Request, asked: Asked, read: Callable[[Reply], T]) -> T:
        """Send, read the reply, record the call; ``read`` may raise OutsideError for what the reply says.

        Raises OutsideUnavailable, OutsideDenied, OutsideRefused or OutsideGarbled.
        """
        started = time.perf_counter()
        trail = _Trail()
        error: OutsideError | None = None
        try:
            if not self.breaker.allows():
                raise OutsideUnavailable(
                    "Hệ thống ngoài đang không trả lời nên tạm ngừng gọi trong nửa phút. Thử lại sau.",
                    code="breaker",
                )
            return read(self._try(request, trail))
        except OutsideError as caught:
            error = caught
            raise
        finally:
            took = int((time.perf_counter() - started) * 1000)
            _record(self.address, request, asked, trail, error, took)

    def _try(self, request: Request, trail: _Trail) -> Reply:
        tries = TRIES if request.repeatable or request.message_id else 1
        while True:
            trail.attempts += 1
            try:
                reply = self._once(request)
                trail.status = reply.status
                if reply.status >= 500 or reply.status == 429:
                    raise OutsideUnavailable(
                        "Hệ thống ngoài đang báo lỗi máy chủ. Thử lại sau ít phút.", code=str(reply.status)
                    )
                self.breaker.worked()
                if reply.status in (401, 403):
                    raise OutsideDenied(
                        "Hệ thống ngoài không nhận quyền truy cập của ta.", code=str(reply.status)
                    )
                return reply
            except OutsideUnavailable:
                self.breaker.failed()
                if trail.attempts >= tries or not self.breaker.allows():
                    raise
                self._sleep(FIRST_PAUSE * 2 ** (trail.attempts - 1) * (1 + random.random() / 4))  # noqa: S311 jitter, not secrecy

    def _once(self, request: Request) -> Reply:
        headers = {"Accept": "application/json", **request.headers}
        if request.message_id:
            headers["X-Message-Id"] = request.message_id
        client = self._own_client or _client(self.address.timeout)
        try:
            with client.stream(
                request.method,
                request.url or self.address.url + request.path,
                json=request.json,
                content=request.content,
                data=request.form,
                params=request.params,
                headers=headers,
            ) as answer:
                content = bytearray()
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > MAX_ANSWER:
                        raise OutsideGarbled("Hệ thống ngoài trả lời quá dài.")
                return Reply(answer.status_code, bytes(content), dict(answer.headers))
        except httpx.TimeoutException:
            raise OutsideUnavailable(
                "Hệ thống ngoài không trả lời kịp. Thử lại sau ít phút.", code="timeout"
            ) from None
        except httpx.HTTPError as error:
            code = type(error).__name__.lower()
            raise OutsideUnavailable(
                "Không nối được tới hệ thống ngoài. Thử lại sau ít phút.", code=code
            ) from None


@dataclass
class _Trail:
    attempts: int = 0
    status: int | None = None


def _record(
    address: Address, request: Request, asked: Asked, trail: _Trail, error: OutsideError | None, took: int
) -> None:
    """Keep the call. A database that refuses must not hide the answer of the other side."""
    row = OutsideCall(
        connector=address.key,
        operation=request.operation,
        message_id=request.message_id[:80],
        simulated=address.simulated,
        actor_id=asked.actor_id,
        record_type=asked.record_type,
        record_id=asked.record_id,
        purpose=asked.purpose[:120],
        subject_hash=keyed_hash(request.subject, "personal_number") if request.subject else "",
        outcome=error.outcome if error else OutsideCall.Outcome.OK,
        status_code=trail.status,
        error_code=(error.code if error else "")[:60],
        error=(error.message if error else "")[:300],
        attempts=trail.attempts,
        took_ms=took,
        about=dict(request.about),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except DatabaseError:
        log.warning("call %s %s not recorded", address.key, request.operation, exc_info=True)
