"""The provincial source-information system (hệ thống thông tin nguồn): what a commune's radio tells upwards.

The annexes with its paths and fields (CV 1273, 2455, 5616/BTTTT-TTCS) were not to be found, so paths and names are
data of the service (dialects by version) and this connector only carries them: JSON by POST, a token of half an hour,
a message id on every write so that a repeat changes nothing, and a receipt for each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from xaso.kernel.connectors.addresses import Address
from xaso.kernel.connectors.base import Connector, connector, register
from xaso.kernel.connectors.errors import OutsideDenied, OutsideGarbled, OutsideRefused
from xaso.kernel.connectors.tokens import MemoryToken
from xaso.kernel.connectors.transport import Asked, Reply, Request, Transport
from xaso.kernel.connectors.wire import Wire

DONE = "00"
T = TypeVar("T")


class _Token(Wire):
    access_token: str
    expires_in: int = 1800


class _Taken(Wire):
    MaKetQua: str
    MoTa: str = ""
    MaBienNhan: str = ""


class _Listed(Wire):
    MaKetQua: str
    MoTa: str = ""
    DanhSach: list[dict[str, Any]] = []


@register
class SourceSystem(Connector):
    """The source-information system of the province."""

    key: ClassVar[str] = "source"
    title: ClassVar[str] = "Hệ thống thông tin nguồn của tỉnh"

    def __init__(self, address: Address, transport: Transport | None = None) -> None:
        super().__init__(address, transport)
        self._token = MemoryToken(self._fetch_token)

    @property
    def version(self) -> str:
        """Which version of the interface that system speaks, by the settings."""
        return self.address.options.get("VERSION", "2.0")

    def tell(self, asked: Asked, path: str, body: dict[str, Any], *, message_id: str) -> str:
        """Hand something over; answers the receipt. Raises OutsideRefused with that system's reason."""

        def read(reply: Reply) -> str:
            taken = _accepted(reply).into(_Taken)
            _must_be_done(taken.MaKetQua, taken.MoTa)
            if not taken.MaBienNhan:
                raise OutsideGarbled("Hệ thống thông tin nguồn không trả mã biên nhận.")
            return taken.MaBienNhan

        request = Request("tell", path=path, json=body, message_id=message_id, about={"path": path})
        return self._with_token(request, asked, read)

    def missed(self, asked: Asked, path: str, params: dict[str, str]) -> list[dict[str, Any]]:
        """Bulletins for a station since a moment, as that system writes them: for pushes that got lost."""

        def read(reply: Reply) -> list[dict[str, Any]]:
            listed = _accepted(reply).into(_Listed)
            _must_be_done(listed.MaKetQua, listed.MoTa)
            return listed.DanhSach

        return self._with_token(
            Request("pull", method="GET", path=path, params=params, repeatable=True), asked, read
        )

    def ping(self, asked: Asked) -> str:
        """A token proves address and credentials."""
        self._token.forget(self._token.get())
        self._token.get()
        return f"Hệ thống thông tin nguồn trả lời tốt (bản {self.version}), cấp được mã truy cập."

    def _with_token(self, request: Request, asked: Asked, read: Callable[[Reply], T]) -> T:
        """Once more with a fresh token when the first is no longer taken."""
        token = self._token.get()
        request.headers = {"Authorization": f"Bearer {token}"}
        try:
            return self.send(request, asked, read)
        except OutsideDenied:
            self._token.forget(token)
            request.headers = {"Authorization": f"Bearer {self._token.get()}"}
            return self.send(request, asked, read)

    def _fetch_token(self) -> tuple[str, int]:
        body = {"client_id": self.address.client_id, "client_secret": self.address.secret}
        request = Request("token", path="/token", json=body, repeatable=True)
        token = self.send(
            request, Asked(purpose="Lấy mã truy cập"), lambda reply: _accepted(reply).into(_Token)
        )
        return token.access_token, token.expires_in


def _accepted(reply: Reply) -> Reply:
    if reply.status >= 400:
        why = f"Hệ thống thông tin nguồn từ chối (mã {reply.status})."
        raise OutsideRefused(why, code=str(reply.status))
    return reply


def _must_be_done(code: str, why: str) -> None:
    if code != DONE:
        raise OutsideRefused(f"Hệ thống thông tin nguồn không nhận: {why or code}.", code=code)


def source_system() -> SourceSystem:
    """The system of the settings."""
    return connector(SourceSystem)
