"""Zalo OA: template messages to telephone numbers, tokens renewed under a lock, signed reports."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from xaso.kernel.connectors.base import Connector, connector, register
from xaso.kernel.connectors.errors import OutsideDenied, OutsideGarbled, OutsideRefused
from xaso.kernel.connectors.masks import mask_phone
from xaso.kernel.connectors.tokens import Pair, stored_token
from xaso.kernel.connectors.transport import Asked, Reply, Request
from xaso.kernel.connectors.wire import Wire

T = TypeVar("T")

# Codes and meanings as public pages tell them; those of quota and account are ours to confirm with Zalo.
_WHY = {
    -108: "Số điện thoại không đúng.",
    -109: "Mã mẫu tin Zalo không đúng.",
    -110: "Ứng dụng Zalo của người nhận quá cũ.",
    -111: "Dữ liệu mẫu tin bị thiếu.",
    -112: "Dữ liệu mẫu tin không đúng kiểu.",
    -115: "Hết hạn mức gửi tin Zalo trong ngày.",
    -117: "Người nhận không muốn nhận loại tin này.",
    -118: "Số này không dùng Zalo.",
    -131: "Mẫu tin Zalo chưa được duyệt.",
}
_TOKEN_ERRORS = {-124, -216, -14014}
_OF_THE_RECEIVER = {"-108", "-110", "-117", "-118"}
_LATER = {-115, -100}
WRITTEN = "user_send_text"
EVENTS = {"user_received_message": "delivered", "user_seen_message": "read"}


class _Token(Wire):
    access_token: str
    refresh_token: str
    expires_in: str = "3600"


class _Data(Wire):
    msg_id: str = ""
    templateId: str = ""
    status: str = ""
    templateQuality: str = ""
    price: str = ""


class _Answer(Wire):
    error: int
    message: str = ""
    data: _Data | None = None


@dataclass(frozen=True)
class ZaloReport:
    """What became of a message: ``state`` delivered or read."""

    zalo_id: str
    tracking_id: str
    state: str


@dataclass(frozen=True)
class ZaloReply:
    """What somebody wrote to the account; ``quotes``: the message it answers, when they chose one."""

    zalo_id: str
    sender: str
    text: str
    quotes: str = ""


@dataclass(frozen=True)
class ZaloTemplateFacts:
    """What Zalo says of a template; ``price`` in đồng."""

    status: str
    quality: str
    price: int | None


@register
class Zalo(Connector):
    """The official account of the province or commune."""

    key: ClassVar[str] = "zalo"
    title: ClassVar[str] = "Zalo OA"

    def send_template(
        self, asked: Asked, *, phone: str, template_id: str, data: Mapping[str, str], message_id: str
    ) -> str:
        """Send an approved template to a number written 84…; answer Zalo's message id.

        Zalo knows no idempotency key, so a lost answer is not sent again by itself: the caller decides.
        Raises OutsideRefused (``retryable`` says whether waiting helps) and the other outside errors.
        """
        return self._with_token(
            asked,
            lambda token: self.template_request(
                token, phone=phone, template_id=template_id, data=data, message_id=message_id
            ),
            read_sent,
        )

    def template_request(
        self, token: str, *, phone: str, template_id: str, data: Mapping[str, str], message_id: str
    ) -> Request:
        """The call that sends one template, for whoever sends many at once; ``read_sent`` reads its answer."""
        body = {
            "phone": phone,
            "template_id": template_id,
            "template_data": dict(data),
            "tracking_id": message_id,
        }
        about = {"số máy": mask_phone(phone), "mẫu": template_id}
        return Request(
            "send", path="/message/template", json=body, headers={"access_token": token}, about=about
        )

    def token(self, asked: Asked, *, refused: str = "") -> str:
        """An access token; a new one when ``refused`` is the one there is. One worker renews, under a lock."""
        return self._token(asked, refused)

    def template_state(self, asked: Asked, template_id: str) -> str:
        """The approval state of a template as Zalo names it: ENABLE, PENDING_REVIEW, REJECT …"""
        return self.template_facts(asked, template_id).status

    def template_facts(self, asked: Asked, template_id: str) -> ZaloTemplateFacts:
        """State, quality and price of a template as Zalo names them."""

        def read(reply: Reply) -> ZaloTemplateFacts:
            data = _checked(reply).data or _Data()
            price = data.price.split(".")[0]
            return ZaloTemplateFacts(
                data.status, data.templateQuality, int(price) if price.isdigit() else None
            )

        return self._with_token(
            asked,
            lambda token: Request(
                "template",
                method="GET",
                path="/template/info",
                params={"template_id": template_id},
                headers={"access_token": token},
                repeatable=True,
            ),
            read,
        )

    def ping(self, asked: Asked) -> str:
        """Renewing or holding a token proves account and keys."""
        self._token(asked)
        return "Zalo OA nhận khóa của ta, mã truy cập còn hạn."

    def _with_token(self, asked: Asked, make: Callable[[str], Request], read: Callable[[Reply], T]) -> T:
        token = self._token(asked)
        try:
            return self.send(make(token), asked, read)
        except OutsideDenied:
            return self.send(make(self._token(asked, refused=token)), asked, read)

    def _token(self, asked: Asked, refused: str = "") -> str:
        def renew(refresh: str) -> Pair:
            request = Request(
                "refresh_token",
                url=(self.address.options["OAUTH_URL"] or self.address.url) + "/v4/oa/access_token",
                form={
                    "refresh_token": refresh,
                    "app_id": self.address.client_id,
                    "grant_type": "refresh_token",
                },
                headers={"secret_key": self.address.secret},
            )
            return self.send(request, asked, _read_pair)

        key = f"zalo:{hashlib.sha256(self.address.url.encode()).hexdigest()[:16]}"
        return stored_token(key, self.address.options["REFRESH_TOKEN"], renew, refused=refused)

    def read_report(self, body: bytes, signature: str) -> ZaloReport | ZaloReply | None:
        """A report from Zalo's webhook, or what somebody wrote to the account; None for other events.

        Raises OutsideGarbled when signature or body is wrong.
        """
        try:
            content: dict[str, Any] = json.loads(body)
            stamp = str(content.get("timestamp", ""))
        except (ValueError, AttributeError, RecursionError):
            raise OutsideGarbled("Thông báo Zalo không đọc được.") from None
        text = self.address.client_id.encode() + body + stamp.encode() + self.address.hook_secret.encode()
        if not hmac.compare_digest(signature.encode(), f"mac={hashlib.sha256(text).hexdigest()}".encode()):
            raise OutsideGarbled("Thông báo Zalo có chữ ký sai.", code="signature")
        state = EVENTS.get(str(content.get("event_name")))
        message = content.get("message")
        if content.get("event_name") == WRITTEN and isinstance(message, dict):
            sender = content.get("sender")
            return ZaloReply(
                str(message.get("msg_id", ""))[:80],
                str(sender.get("id", "") if isinstance(sender, dict) else "")[:40],
                str(message.get("text", ""))[:2000],
                str(message.get("quote_msg_id", ""))[:80],
            )
        if state is None or not isinstance(message, dict):
            return None
        return ZaloReport(str(message.get("msg_id", "")), str(message.get("tracking_id", "")), state)


def read_sent(reply: Reply) -> str:
    """Zalo's message id from its answer; raises OutsideRefused and the other outside errors."""
    answer = _checked(reply)
    if not answer.data or not answer.data.msg_id:
        raise OutsideGarbled("Zalo trả lời không đúng quy ước (thiếu msg_id).")
    return answer.data.msg_id


def _read_pair(reply: Reply) -> Pair:
    content = reply.json()
    if isinstance(content, dict) and content.get("error"):
        raise OutsideDenied(
            "Zalo không nhận mã làm mới. Người quản trị cần lấy mã mới.", code=str(content["error"])
        )
    token = reply.into(_Token)
    return Pair(token.access_token, token.refresh_token, int(token.expires_in))


def _checked(reply: Reply) -> _Answer:
    answer = reply.into(_Answer)
    if answer.error == 0:
        return answer
    if answer.error in _TOKEN_ERRORS:
        raise OutsideDenied("Mã truy cập Zalo hết hạn.", code=str(answer.error))
    why = _WHY.get(answer.error, f"Zalo từ chối (mã {answer.error}).")
    raise OutsideRefused(why, code=str(answer.error), retryable=answer.error in _LATER)


def hopeless(code: str) -> bool:
    """Whether this receiver cannot be reached by Zalo at all, so that the next channel should be tried."""
    return code in _OF_THE_RECEIVER


def zalo() -> Zalo:
    """The official account of the settings."""
    return connector(Zalo)
