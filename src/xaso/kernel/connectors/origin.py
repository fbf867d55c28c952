"""The national portal of origin: products with their data items are told there, newest state first.

No public description of its interface was found, so paths and names are ours and are settled when a province connects:
JSON by POST, a token of thirty minutes, a message id on every write so that a repeat changes nothing.
"""

from __future__ import annotations

from typing import Any, ClassVar

from xaso.kernel.connectors.addresses import Address
from xaso.kernel.connectors.base import Connector, connector, register
from xaso.kernel.connectors.errors import OutsideDenied, OutsideGarbled, OutsideRefused
from xaso.kernel.connectors.tokens import MemoryToken
from xaso.kernel.connectors.transport import Asked, Reply, Request, Transport
from xaso.kernel.connectors.wire import Wire

DONE = "00"


class _Token(Wire):
    access_token: str
    expires_in: int = 1800


class _Taken(Wire):
    MaKetQua: str
    MoTa: str = ""
    MaTiepNhan: str = ""


@register
class Origin(Connector):
    """The national portal of traceability."""

    key: ClassVar[str] = "origin"
    title: ClassVar[str] = "Cổng truy xuất nguồn gốc quốc gia"

    def __init__(self, address: Address, transport: Transport | None = None) -> None:
        super().__init__(address, transport)
        self._token = MemoryToken(self._fetch_token)

    def push(self, asked: Asked, product: dict[str, Any], *, message_id: str) -> str:
        """Create or change a product there; answers the portal's receipt.

        Raises OutsideRefused with the portal's reason, OutsideUnavailable when it may work later.
        """
        token = self._token.get()
        try:
            return self._push(asked, product, message_id, token)
        except OutsideDenied:
            self._token.forget(token)
            return self._push(asked, product, message_id, self._token.get())

    def _push(self, asked: Asked, product: dict[str, Any], message_id: str, token: str) -> str:
        def read(reply: Reply) -> str:
            taken = _accepted(reply).into(_Taken)
            if taken.MaKetQua != DONE:
                why = f"Cổng truy xuất không nhận: {taken.MoTa or taken.MaKetQua}."
                raise OutsideRefused(why, code=taken.MaKetQua)
            if not taken.MaTiepNhan:
                raise OutsideGarbled("Cổng truy xuất không trả mã tiếp nhận.")
            return taken.MaTiepNhan

        request = Request(
            "push",
            path="/products",
            json=product,
            headers={"Authorization": f"Bearer {token}"},
            message_id=message_id,
            about={"MaTruyXuat": product.get("MaTruyXuat", "")},
        )
        return self.send(request, asked, read)

    def ping(self, asked: Asked) -> str:
        """A token proves address and credentials."""
        self._token.forget(self._token.get())
        self._token.get()
        return "Cổng truy xuất nguồn gốc trả lời tốt, cấp được mã truy cập."

    def _fetch_token(self) -> tuple[str, int]:
        body = {"client_id": self.address.client_id, "client_secret": self.address.secret}
        request = Request("token", path="/token", json=body, repeatable=True)
        token = self.send(
            request, Asked(purpose="Lấy mã truy cập"), lambda reply: _accepted(reply).into(_Token)
        )
        return token.access_token, token.expires_in


def _accepted(reply: Reply) -> Reply:
    if reply.status >= 400:
        raise OutsideRefused(f"Cổng truy xuất từ chối (mã {reply.status}).", code=str(reply.status))
    return reply


def origin() -> Origin:
    """The portal of the settings."""
    return connector(Origin)
