"""The ways out for many at once: each makes calls for the fleet, and says what a failure means for its message."""

from __future__ import annotations

import functools
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings

from xaso.kernel.connectors.bulk import Call, Fleet
from xaso.kernel.connectors.errors import OutsideDenied, OutsideError, OutsideUnavailable
from xaso.kernel.connectors.sms import read_sent as read_sms
from xaso.kernel.connectors.sms import sms
from xaso.kernel.connectors.transport import Asked, Request
from xaso.kernel.connectors.zalo import read_sent as read_zalo
from xaso.kernel.connectors.zalo import zalo
from xaso.kernel.messages import push
from xaso.kernel.messages.channels import WAYS, Accepted, Outgoing, SendError
from xaso.kernel.messages.mass_wording import Wording
from xaso.kernel.plain.sms import sms_size

SURELY_NOT = {"breaker", "connecterror", "429", "throttled"}  # failures that cannot have sent anything


@dataclass(frozen=True)
class Parcel:
    """One sending on its way: to whom, with which words. ``again``: it was turned away once for its token."""

    sending_id: UUID
    receiver_id: UUID
    mailing_id: UUID
    channel: str
    attempts: int
    facts: Mapping[str, Any]
    values: Mapping[str, str]
    wording: Wording
    drill: bool
    urgent: bool
    link: str
    stop_link: str = ""
    browsers: tuple[push.Browser, ...] = ()
    person_id: UUID | None = None
    account_id: UUID | None = None
    token: str = ""
    again: bool = False

    @functools.cached_property
    def address(self) -> str:
        """Where it goes, in the form the gateway wants."""
        return WAYS[self.channel].address(self.facts) if self.channel in WAYS else ""

    def with_token(self, token: str) -> Parcel:
        """The same, with another access token."""
        return replace(self, token=token, again=True)


@dataclass(frozen=True)
class Verdict:
    """What a failure means: try again later, unsure whether it went out, or over. ``hold``: leave the gateway alone."""

    code: str
    reason: str
    passing: bool = False
    unsure: bool = False
    hold: bool = False
    token: bool = False
    gone: tuple[UUID, ...] = field(default=())


class MassWay(ABC):
    """A channel for many. ``repeatable``: the same identity twice sends nothing twice."""

    channel: ClassVar[str]
    repeatable: ClassVar[bool] = False

    @property
    def gateway(self) -> str:
        """The line of the fleet, and what is left alone when it does not answer."""
        return self.channel

    @abstractmethod
    def call(self, parcel: Parcel) -> Call:
        """The call that carries a parcel."""

    def judge(self, error: Exception | None) -> Verdict:
        """What a failure means."""
        if isinstance(error, SendError):
            return Verdict(error.code, error.message, passing=error.passing, unsure=error.unsure)
        if isinstance(error, OutsideDenied):
            return Verdict(error.code, error.message, passing=True, hold=True)
        if isinstance(error, OutsideUnavailable):
            gone = not self.repeatable and error.code not in SURELY_NOT
            return Verdict(error.code, error.message, passing=True, unsure=gone)
        if isinstance(error, OutsideError):
            garbled = error.outcome == "garbled"  # an answer that says nothing: it may have gone out
            return Verdict(
                error.code,
                error.message,
                passing=error.retryable or (garbled and self.repeatable),
                unsure=garbled and not self.repeatable,
            )
        code = type(error).__name__ if error is not None else "unknown"
        return Verdict(code, "Lỗi trong phần mềm khi gửi.", passing=True)


class MassSms(MassWay):
    """Text messages over HTTP. The gateway knows our identity, so a lost answer is simply asked for again."""

    channel = "sms"
    repeatable = True

    def __init__(self) -> None:
        self.door = sms()
        self.hooks = f"{settings.XASO_BASE_URL}/hooks/sms"

    def call(self, parcel: Parcel) -> Call:
        identifier = str(parcel.sending_id)
        text = parcel.wording.sms_text(parcel.values, drill=parcel.drill)
        request = self.door.text_request(
            phone=parcel.address,
            text=text,
            message_id=identifier,
            callback=f"{self.hooks}?d={identifier}&k={self.door.callback_key(identifier)}",
        )
        url, parts = self.door.address.url + request.path, parts_of(text)

        async def go(fleet: Fleet) -> Accepted:
            reply = await fleet.post_json(url, request.json, {"X-Message-Id": identifier})
            return Accepted(read_sms(reply).sms_id, parts)

        return Call(self.gateway, parcel, go, tries=3)


class MassZalo(MassWay):
    """Zalo templates. Zalo knows no identity of ours: what may have gone out waits for its receipt."""

    channel = "zalo"

    def call(self, parcel: Parcel) -> Call:
        gateway = zalo()
        request: Request = gateway.template_request(
            parcel.token,
            phone=parcel.address,
            template_id=parcel.wording.zalo_template,
            data=parcel.wording.zalo_values(parcel.values, drill=parcel.drill),
            message_id=str(parcel.sending_id),
        )

        async def go(fleet: Fleet) -> Accepted:
            url = gateway.address.url + request.path
            return Accepted(read_zalo(await fleet.post_json(url, request.json, request.headers)))

        return Call(self.gateway, parcel, go)

    def judge(self, error: Exception | None) -> Verdict:
        verdict = super().judge(error)
        return replace(verdict, token=True) if isinstance(error, OutsideDenied) else verdict

    def token(self, refused: str = "") -> str:
        """A token for the next calls; raises OutsideError when Zalo gives none."""
        return zalo().token(Asked(purpose="Gửi tin tới nhiều người"), refused=refused)


class MassEmail(MassWay):
    """E-mail, some at a time. A repeat bears the same Message-ID."""

    channel = "email"
    repeatable = True

    def call(self, parcel: Parcel) -> Call:
        outgoing = Outgoing(
            dispatch_id=parcel.sending_id,
            address=parcel.address,
            name=str(parcel.facts.get("name", "")),
            subject=parcel.wording.subject_text(parcel.values, drill=parcel.drill),
            body=body_text(parcel),
            sms="",
            zalo_template="",
            zalo_data={},
            link=parcel.link,
            stop_link=parcel.stop_link,
        )

        async def go(fleet: Fleet) -> Accepted:
            sent: Accepted = await fleet.in_thread(lambda: WAYS["email"].send(outgoing))
            return sent

        return Call(self.gateway, parcel, go)


class MassPush(MassWay):
    """Web Push to every browser of the receiver. A browser shows one notice per identity, however often it comes."""

    channel = "push"
    repeatable = True

    def call(self, parcel: Parcel) -> Call:
        payload = {
            "title": parcel.wording.subject_text(parcel.values, drill=parcel.drill),
            "body": parcel.wording.push_text(parcel.values),
            "url": parcel.link,
            "tag": str(parcel.sending_id),
        }
        content = json.dumps(payload, ensure_ascii=False).encode()
        urgency = "high" if parcel.urgent else "normal"

        async def go(fleet: Fleet) -> push.Pushed:
            return await push.push_all(
                fleet, parcel.browsers, content, urgency=urgency, topic=parcel.sending_id.hex
            )

        return Call(self.gateway, parcel, go, tries=2)


@functools.lru_cache(maxsize=512)
def parts_of(text: str) -> int:
    """Parts of a text message; most receivers of a mailing get the same one."""
    return sms_size(text).parts


def body_text(parcel: Parcel) -> str:
    """The filled body, saying first that it is a drill."""
    from xaso.kernel.messages.mass_wording import DRILL, fill

    return (DRILL if parcel.drill else "") + fill(parcel.wording.body, parcel.values)


_makers: dict[str, Callable[[], MassWay]] = {
    "sms": MassSms,
    "zalo": MassZalo,
    "email": MassEmail,
    "push": MassPush,
}


def way_of(channel: str) -> MassWay:
    """The way of a channel."""
    return _makers[channel]()
