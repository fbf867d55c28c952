"""SMS through a gateway that speaks as eSMS does (field and error codes read in public descriptions)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any, ClassVar

from xaso.kernel.connectors.base import Connector, connector, register
from xaso.kernel.connectors.errors import OutsideDenied, OutsideGarbled, OutsideRefused
from xaso.kernel.connectors.masks import mask_phone
from xaso.kernel.connectors.transport import Asked, Reply, Request
from xaso.kernel.connectors.wire import Wire

PATH = "/MainService.svc/json"
ACCEPTED = "100"
DUPLICATE = "124"
_WHY = {
    "99": "Số máy chặn tin nhắn hoặc nội dung bị từ chối.",
    "103": "Tài khoản tin nhắn hết tiền. Báo người phụ trách nạp thêm.",
    "104": "Tên hiển thị (brandname) chưa đăng ký.",
    "108": "Số điện thoại không đúng.",
    "140": "Máy chủ chưa được nhà cung cấp cho phép gửi.",
    "146": "Nội dung chưa đăng ký mẫu với nhà mạng.",
    "177": "Nhà mạng của số này chưa nhận tên hiển thị của đơn vị.",
}
# What no second try and no other number would mend, but another channel may.
_OF_THE_RECEIVER = {"99", "108", "177"}
_LATER = {"103", "140"}


class _Sent(Wire):
    CodeResult: str
    SMSID: str = ""
    ErrorMessage: str = ""


@dataclass(frozen=True)
class SmsSent:
    """Accepted by the gateway: that is not yet delivered."""

    sms_id: str
    repeated: bool = False


@dataclass(frozen=True)
class SmsReport:
    """What became of a message: ``state`` delivered or failed."""

    sms_id: str
    state: str


@dataclass(frozen=True)
class SmsReply:
    """A text that came in."""

    sms_id: str
    phone: str
    text: str


@register
class Sms(Connector):
    """The gateway."""

    key: ClassVar[str] = "sms"
    title: ClassVar[str] = "Tin nhắn SMS"

    def send_text(
        self, asked: Asked, *, phone: str, text: str, message_id: str, callback: str = ""
    ) -> SmsSent:
        """Hand one text to the gateway. A repeat with the same ``message_id`` sends nothing twice.

        Raises OutsideRefused (``retryable`` says whether waiting helps) and the other outside errors.
        """
        request = self.text_request(phone=phone, text=text, message_id=message_id, callback=callback)
        return self.send(request, asked, read_sent)

    def text_request(self, *, phone: str, text: str, message_id: str, callback: str = "") -> Request:
        """The call that hands over one text, for whoever sends many at once; ``read_sent`` reads its answer."""
        body: dict[str, Any] = {
            "ApiKey": self.address.client_id,
            "SecretKey": self.address.secret,
            "Phone": phone,
            "Content": text,
            "Brandname": self.address.options["BRANDNAME"],
            "SmsType": self.address.options["TYPE"],
            "IsUnicode": "0" if text.isascii() else "1",
            "RequestId": message_id,
        }
        if callback:
            body["CallbackUrl"] = callback
        return Request(
            "send",
            path=f"{PATH}/SendMultipleMessage_V4_post_json",
            json=body,
            message_id=message_id,
            about={"số máy": mask_phone(phone), "ký tự": len(text)},
        )

    def ping(self, asked: Asked) -> str:
        """The balance, which proves the keys."""
        body = {"ApiKey": self.address.client_id, "SecretKey": self.address.secret}

        def read(reply: Reply) -> str:
            content = reply.json()
            if not isinstance(content, dict):
                raise OutsideGarbled("Cổng SMS trả lời không đúng quy ước.")
            _check(str(content.get("CodeResult", "")))
            money = f"{int(content.get('Balance') or 0):,}".replace(",", ".")
            return f"Cổng SMS trả lời tốt, số dư {money} đồng."

        return self.send(
            Request("balance", path=f"{PATH}/GetBalance_json", json=body, repeatable=True), asked, read
        )

    def read_reply(self, query: dict[str, str]) -> SmsReply:
        """A text that somebody sent to us. Raises OutsideGarbled when its key is wrong or something is missing."""
        identifier, phone = query.get("id", ""), query.get("from", "")
        if not hmac.compare_digest(
            query.get("k", "").encode(), self.callback_key(f"reply:{identifier}").encode()
        ):
            raise OutsideGarbled("Tin trả lời có khóa sai.", code="signature")
        if not identifier or not phone:
            raise OutsideGarbled("Tin trả lời thiếu mã hoặc số máy.")
        return SmsReply(identifier[:80], phone[:20], query.get("text", "")[:2000])

    def callback_key(self, message_id: str) -> str:
        """Proves that a delivery report is about this message: the gateway signs nothing, so its address does."""
        return hmac.digest(self.address.hook_secret.encode(), message_id.encode(), "sha256").hex()[:32]

    def read_report(self, query: dict[str, str], *, message_id: str, given_key: str) -> SmsReport:
        """A delivery report from the callback's query. Raises OutsideGarbled when its key is wrong."""
        if not hmac.compare_digest(given_key.encode(), self.callback_key(message_id).encode()):
            raise OutsideGarbled("Báo cáo gửi tin có khóa sai.", code="signature")
        delivered = query.get("SendStatus") == "5" and query.get("SendSuccess", "1") != "0"
        return SmsReport(query.get("SMSID", ""), "delivered" if delivered else "failed")


def _check(code: str) -> None:
    if code in (ACCEPTED, DUPLICATE):
        return
    if code == "101":
        raise OutsideDenied("Cổng SMS không nhận khóa ApiKey hoặc SecretKey.", code=code)
    if not code:
        raise OutsideGarbled("Cổng SMS trả lời không đúng quy ước.")
    raise OutsideRefused(
        _WHY.get(code, f"Cổng SMS từ chối (mã {code})."), code=code, retryable=code in _LATER
    )


def read_sent(reply: Reply) -> SmsSent:
    """The gateway's answer to a text; raises OutsideRefused and the other outside errors."""
    sent = reply.into(_Sent)
    _check(sent.CodeResult)
    return SmsSent(sent.SMSID, repeated=sent.CodeResult == DUPLICATE)


def hopeless(code: str) -> bool:
    """Whether this receiver cannot be reached by SMS at all, so that the next channel should be tried."""
    return code in _OF_THE_RECEIVER


def sms() -> Sms:
    """The gateway of the settings."""
    return connector(Sms)
