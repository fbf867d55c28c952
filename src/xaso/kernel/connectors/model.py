"""A language model over the OpenAI-compatible interface, and one that turns speech into words. Off by default.

Whoever asks gives text that holds nothing personal; each call is kept like every call outside: when, who, how long.
"""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from pydantic import Field

from xaso.kernel.connectors.base import Connector, register
from xaso.kernel.connectors.errors import OutsideGarbled, OutsideRefused
from xaso.kernel.connectors.transport import Asked, Reply, Request
from xaso.kernel.connectors.wire import Wire

MOST_SOUND = 5_000_000
_ENDINGS = {
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/3gpp": "3gp",
    "audio/aac": "aac",
    "audio/amr": "amr",
}


class _Message(Wire):
    content: str = ""


class _Choice(Wire):
    message: _Message


class _Chat(Wire):
    choices: list[_Choice] = Field(min_length=1)


class _Heard(Wire):
    text: str


class _Switched(Connector):
    """A connector that is off until an address is set, or the trial one is wanted by ``…_TRIAL=yes``."""

    @property
    def is_on(self) -> bool:
        """Whether it may be asked at all."""
        return not self.simulated or self.address.options.get("TRIAL", "") == "yes"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.address.secret}"}

    def _read_error(self, reply: Reply) -> None:
        if reply.status >= 400:
            raise OutsideRefused(f"{self.title} từ chối yêu cầu.", code=str(reply.status))


@register
class LanguageModel(_Switched):
    """``POST /v1/chat/completions``; one answer, as JSON text, at the lowest temperature."""

    key: ClassVar[str] = "model"
    title: ClassVar[str] = "Mô hình ngôn ngữ"

    def complete(self, asked: Asked, *, rules: str, content: str, about: dict[str, Any]) -> str:
        """The model's words for ``content`` under ``rules``. Raises OutsideError. Never tried twice: it costs."""
        body = {
            "model": self.address.options.get("NAME", ""),
            "temperature": 0,
            "max_tokens": 1200,
            "response_format": {"type": "json_object"},
            "messages": [{"role": "system", "content": rules}, {"role": "user", "content": content}],
        }
        request = Request(
            "chat",
            path="/v1/chat/completions",
            json=body,
            headers=self._headers(),
            about={"ký tự": len(rules) + len(content), **about},
        )

        def read(reply: Reply) -> str:
            self._read_error(reply)
            return reply.into(_Chat).choices[0].message.content

        return self.send(request, asked, read)

    def ping(self, asked: Asked) -> str:
        """Off is as good as answering: nothing depends on it."""
        if not self.is_on:
            return f"{self.title} đang tắt."
        request = Request("models", "GET", "/v1/models", headers=self._headers(), repeatable=True)

        def read(reply: Reply) -> str:
            self._read_error(reply)
            reply.json()
            return f"{self.title} trả lời tốt."

        return self.send(request, asked, read)


@register
class Hearing(_Switched):
    """``POST /v1/audio/transcriptions``: a short recording in, Vietnamese words out. The recording is not kept."""

    key: ClassVar[str] = "hearing"
    title: ClassVar[str] = "Nghe thành chữ"

    def write_down(self, asked: Asked, *, sound: bytes, media_type: str) -> str:
        """The words of a recording of at most 5 MB. Raises OutsideError; ValueError for what is no recording."""
        media = media_type.partition(";")[0].strip().lower()
        if media not in _ENDINGS or not 0 < len(sound) <= MOST_SOUND:
            raise ValueError("no recording")
        border = secrets.token_hex(16)
        fields = {"model": self.address.options.get("NAME", ""), "language": "vi", "response_format": "json"}
        head = "".join(
            f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        head += (
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="noi.{_ENDINGS[media]}"\r\n'
            f"Content-Type: {media}\r\n\r\n"
        )
        request = Request(
            "transcribe",
            path="/v1/audio/transcriptions",
            content=head.encode() + sound + f"\r\n--{border}--\r\n".encode(),
            headers={**self._headers(), "Content-Type": f"multipart/form-data; boundary={border}"},
            about={"byte": len(sound), "loại": media},
        )

        def read(reply: Reply) -> str:
            self._read_error(reply)
            words = reply.into(_Heard).text
            if not words:
                raise OutsideGarbled("Không nghe ra lời nào. Nói lại gần máy hơn, hoặc gõ chữ.")
            return words

        return self.send(request, asked, read)

    def ping(self, asked: Asked) -> str:
        """As the model's."""
        return f"{self.title} đang bật." if self.is_on else f"{self.title} đang tắt."
