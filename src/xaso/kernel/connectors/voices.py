"""Voices of vendors over HTTP: FPT.AI, Vbee, Viettel AI. One port; a vendor answers at once, later, or by calling back.

Shapes as read in public pages and code (FPT, Vbee) and in public code alone (Viettel); a contract's own paper decides.
Texts are public bulletins, yet they leave the house only where an operator has set a vendor's address.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from pydantic import Field

from xaso.kernel.connectors.base import Connector, by_key, register
from xaso.kernel.connectors.errors import OutsideDenied, OutsideGarbled, OutsideRefused
from xaso.kernel.connectors.outbound import AddressRefused, look_at
from xaso.kernel.connectors.transport import Asked, Reply, Request
from xaso.kernel.connectors.wire import Wire

MOST_LETTERS = 5000
_SOUNDS = (b"ID3", b"RIFF", b"OggS", b"fLaC")


@dataclass(frozen=True)
class Answered:
    """What came of asking: the sound itself, or by which id and where it can be had later."""

    sound: bytes = b""
    request_id: str = ""
    link: str = ""


def is_sound(content: bytes) -> bool:
    """Whether bytes begin as MP3, WAV, Ogg or FLAC."""
    frame = len(content) > 2 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0
    return frame or content.startswith(_SOUNDS)


class VoiceVendor(Connector):
    """A vendor. ``later``: the sound comes after a while, by its link, by its id or by a callback."""

    later: ClassVar[bool] = False

    @abstractmethod
    def speak(self, asked: Asked, *, text: str, voice: str, speed: float, callback: str = "") -> Answered:
        """Ask for at most 5,000 letters as sound. Raises OutsideError."""

    def fetch(self, asked: Asked, waiting: Answered) -> Answered:
        """What became of an earlier question: sound where it is ready, else what to ask by next time."""
        if not waiting.link:
            return waiting
        return self._download(asked, waiting)

    def read_callback(self, content: Mapping[str, Any]) -> Answered:
        """What a callback says; raises OutsideRefused when the vendor failed, OutsideGarbled for nonsense."""
        raise OutsideGarbled("Nhà cung cấp giọng này không gọi lại.")

    def _download(self, asked: Asked, waiting: Answered) -> Answered:
        self._must_be_fit(waiting.link)

        def read(reply: Reply) -> Answered:
            if reply.status in {202, 403, 404, 425}:  # stores of files answer so until the file is there
                return waiting
            if reply.status >= 400 or not is_sound(reply.content):
                raise OutsideGarbled(f"{self.title} trả về tệp không phải âm thanh.", code=str(reply.status))
            return Answered(reply.content, waiting.request_id, waiting.link)

        request = Request(
            "fetch", "GET", url=waiting.link, headers={"Accept": "audio/*"}, repeatable=True,
            about={"mã": waiting.request_id},
        )  # fmt: skip
        try:
            return self.send(request, asked, read)
        except OutsideDenied:  # 403 of a store of files: not there yet
            return waiting

    def _must_be_fit(self, link: str) -> None:
        """A link may lead to the open network only, over https; a simulated one to the simulator."""
        if self.simulated:
            fit = urlsplit(link)[:2] == urlsplit(self.address.url)[:2]
        else:
            try:
                look_at(link)
                fit = True
            except AddressRefused:
                fit = False
        if not fit:
            raise OutsideGarbled(f"{self.title} đưa đường dẫn tệp không dùng được.", code="link")

    def _refused(self, code: str, text: str) -> OutsideRefused:
        return OutsideRefused(f"{self.title} không đọc: {text or code}.", code=code)


class _Fpt(Wire):
    error: int
    async_: str = Field("", alias="async")
    request_id: str = ""
    message: str = ""


@register
class FptVoice(VoiceVendor):
    """FPT.AI: the text is the body; the answer names a file that is there some seconds to two minutes later."""

    key: ClassVar[str] = "fpt_voice"
    title: ClassVar[str] = "Giọng FPT.AI"
    later: ClassVar[bool] = True

    def speak(self, asked: Asked, *, text: str, voice: str, speed: float, callback: str = "") -> Answered:
        headers = {
            "api_key": self.address.secret, "voice": voice, "speed": str(fpt_speed(speed)), "format": "mp3",
        }  # fmt: skip
        if callback:
            headers["callback_url"] = callback
        # Not asked twice by itself: each question is counted by the vendor.
        request = Request(
            "speak", path="/hmi/tts/v5", content=text.encode(), headers=headers,
            about={"giọng": voice, "ký tự": len(text)},
        )  # fmt: skip

        def read(reply: Reply) -> Answered:
            told = reply.into(_Fpt)
            if told.error or reply.status >= 400:
                raise self._refused(str(told.error), told.message)
            if not told.async_:
                raise OutsideGarbled(f"{self.title} không nói lấy tệp ở đâu.")
            return Answered(request_id=told.request_id, link=told.async_)

        return self.send(request, asked, read)

    def read_callback(self, content: Mapping[str, Any]) -> Answered:
        """``{"success": true, "message": "<link>"}``."""
        link = str(content.get("message") or "")
        if str(content.get("success", "")).lower() not in {"true", "1"}:
            raise self._refused("callback", link[:100])
        return Answered(link=link)

    def ping(self, asked: Asked) -> str:
        """A text too short to be spoken: the refusal proves address and key."""
        try:
            self.speak(asked, text="a", voice="banmai", speed=1.0)
        except OutsideRefused:
            pass
        return f"{self.title} trả lời tốt."


def fpt_speed(speed: float) -> int:
    """Our 0.5 to 2 as FPT's -3 to 3."""
    return max(-3, min(3, round((speed - 1) * (6 if speed < 1 else 3))))


class _VbeeResult(Wire):
    request_id: str = ""
    status: str = ""
    audio_link: str = ""


class _Vbee(Wire):
    status: int = 0
    error_code: str = ""
    error_message: str = ""
    result: _VbeeResult = Field(default_factory=_VbeeResult)


@register
class VbeeVoice(VoiceVendor):
    """Vbee: JSON with a bearer token; it calls back when the sound is there, and can be asked by id."""

    key: ClassVar[str] = "vbee_voice"
    title: ClassVar[str] = "Giọng Vbee"
    later: ClassVar[bool] = True

    def speak(self, asked: Asked, *, text: str, voice: str, speed: float, callback: str = "") -> Answered:
        body = {
            "app_id": self.address.client_id, "callback_url": callback, "response_type": "indirect",
            "input_text": text, "voice_code": voice, "audio_type": "mp3", "bitrate": 128,
            "speed_rate": f"{max(0.1, min(1.9, speed)):.2f}",
        }  # fmt: skip
        request = Request(
            "speak", path="/api/v1/tts", json=body, headers=self._token(),
            about={"giọng": voice, "ký tự": len(text)},
        )  # fmt: skip
        return self.send(request, asked, self._read)

    def fetch(self, asked: Asked, waiting: Answered) -> Answered:
        """By its link where it is known, else by its id."""
        if not waiting.link:
            path = f"/api/v1/tts/{quote(waiting.request_id, safe='')}"
            request = Request("look", "GET", path, headers=self._token(), repeatable=True)
            waiting = self.send(request, asked, self._read)
        return self._download(asked, waiting) if waiting.link else waiting

    def read_callback(self, content: Mapping[str, Any]) -> Answered:
        """The result, by itself or inside ``result``."""
        inner = content.get("result")
        facts = inner if isinstance(inner, Mapping) else content
        told = {name: str(facts.get(name) or "") for name in ("request_id", "status", "audio_link")}
        return self._state(_VbeeResult.model_validate(told))

    def ping(self, asked: Asked) -> str:
        """A question about an id that cannot exist: the refusal proves address and token."""
        request = Request("look", "GET", "/api/v1/tts/khong-co", headers=self._token(), repeatable=True)
        try:
            self.send(request, asked, self._read)
        except OutsideRefused:
            pass
        return f"{self.title} trả lời tốt."

    def _token(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.address.secret}"}

    def _read(self, reply: Reply) -> Answered:
        told = reply.into(_Vbee)
        if told.status != 1 or reply.status >= 400:
            raise self._refused(told.error_code or str(reply.status), told.error_message)
        return self._state(told.result)

    def _state(self, told: _VbeeResult) -> Answered:
        if told.status == "FAILURE":
            raise self._refused("FAILURE", "không tạo được âm thanh")
        if told.status == "SUCCESS" and not told.audio_link:
            raise OutsideGarbled(f"{self.title} không nói lấy tệp ở đâu.")
        if told.status not in {"SUCCESS", "IN_PROGRESS"} or not (told.request_id or told.audio_link):
            raise OutsideGarbled(f"{self.title} trả lời không đúng quy ước.")
        return Answered(request_id=told.request_id, link=told.audio_link)


@register
class ViettelVoice(VoiceVendor):
    """Viettel AI: JSON in, the sound itself out."""

    key: ClassVar[str] = "viettel_voice"
    title: ClassVar[str] = "Giọng Viettel AI"

    def speak(self, asked: Asked, *, text: str, voice: str, speed: float, callback: str = "") -> Answered:
        body = {
            "text": text, "voice": voice, "speed": round(speed, 2), "tts_return_option": 3,
            "token": self.address.secret, "without_filter": False,
        }  # fmt: skip
        request = Request(
            "speak", path="/tts/speech_synthesis", json=body, headers={"Accept": "*/*"},
            about={"giọng": voice, "ký tự": len(text)},
        )  # fmt: skip

        def read(reply: Reply) -> Answered:
            if reply.status < 400 and is_sound(reply.content):
                return Answered(reply.content)
            told = reply.json()
            if not isinstance(told, dict) or "code" not in told:
                raise OutsideGarbled(f"{self.title} trả lời không đúng quy ước.")
            raise self._refused(
                str(told["code"]), str(told.get("vi_message") or told.get("en_message") or "")
            )

        return self.send(request, asked, read)

    def ping(self, asked: Asked) -> str:
        """A text of nothing: the refusal proves address and token."""
        try:
            self.speak(asked, text="", voice="hn-quynhanh", speed=1.0)
        except OutsideRefused:
            pass
        return f"{self.title} trả lời tốt."


def vendor(name: str) -> VoiceVendor:
    """The vendor of a voice key's first part ("fpt"). Raises KeyError."""
    found = by_key(f"{name}_voice")
    assert isinstance(found, VoiceVendor)  # noqa: S101 the three keys are registered above
    return found
