"""Synchronisation with the National Public Service Portal.

Field names are the portal's as seen in public code; the specification itself is not public, so the paths are
settled with the portal when a province connects. Everything is JSON by POST with a token of 30 minutes, and every
write carries a message id, so that a repeat changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import ConfigDict, Field, field_validator

from xaso.kernel.connectors.addresses import Address
from xaso.kernel.connectors.base import Connector, connector, register
from xaso.kernel.connectors.errors import OutsideDenied, OutsideGarbled, OutsideRefused
from xaso.kernel.connectors.times import from_stamp
from xaso.kernel.connectors.tokens import MemoryToken
from xaso.kernel.connectors.transport import Asked, Reply, Request, Transport
from xaso.kernel.connectors.wire import Wire

T = TypeVar("T")
DONE = "00"
STATUSES = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}


class PortalPaper(Wire):
    """One paper of a dossier (TaiLieuNop)."""

    MaThanhPhanHoSo: str = ""
    TenThanhPhanHoSo: str = ""
    DuocSoHoa: str = "0"
    DuocTaiSuDung: str = "0"
    DuocLayTuKhoDMQG: str = "0"
    MaKetQuaThayThe: str = ""
    IdTep: str = ""


class PortalDossier(Wire):
    """A dossier as it is synchronised, both ways. Times are yyyyMMddHHmmss. Fields we do not know are kept."""

    model_config = ConfigDict(extra="allow")

    MaHoSo: str = Field(min_length=1)
    MaTTHC: str = Field(min_length=1)
    TenTTHC: str = ""
    MaLinhVuc: str = ""
    TenLinhVuc: str = ""
    KenhThucHien: str = "1"  # 1 trực tiếp, 2 trực tuyến, 3 bưu chính công ích
    ChuHoSo: str = Field(min_length=1)
    LoaiDoiTuong: str = "0"  # 0 công dân, 1 doanh nghiệp, 2 hộ kinh doanh
    MaDoiTuong: str = ""
    SoGiayToChuHoSo: str = ""
    Email: str = ""
    SoDienThoai: str = ""
    TrichYeuHoSo: str = ""
    NgayNopHoSo: str = ""
    NgayTiepNhan: str = ""
    NgayHenTra: str = ""
    TrangThaiHoSo: str = "1"
    NgayTra: str = ""
    HinhThuc: str = ""
    NgayKetThucXuLy: str = ""
    NgayTuChoi: str = ""
    DonViXuLy: str = ""
    NoiNopHoSo: str = ""
    HoSoCoThanhPhanSoHoa: str = "0"
    TaiKhoanDuocXacThucVoiVNeID: str = "0"
    DuocThanhToanTrucTuyen: str = "0"
    TaiLieuNop: list[PortalPaper] = Field(default_factory=list)
    DanhSachLePhi: list[dict[str, Any]] = Field(default_factory=list)
    DanhSachHoSoBoSung: list[dict[str, Any]] = Field(default_factory=list)
    DanhSachGiayToKetQua: list[dict[str, Any]] = Field(default_factory=list)
    DinhDanhCHS: list[dict[str, Any]] = Field(default_factory=list)
    DSKetNoiCSDL: list[dict[str, Any]] = Field(default_factory=list)

    @field_validator("NgayNopHoSo", "NgayTiepNhan", "NgayHenTra", "NgayTra", "NgayKetThucXuLy", "NgayTuChoi")
    @classmethod
    def _is_stamp(cls, value: str) -> str:
        if value:
            from_stamp(value)
        return value

    @field_validator("TrangThaiHoSo")
    @classmethod
    def _is_status(cls, value: str) -> str:
        if not value.isdigit() or int(value) not in STATUSES:
            raise ValueError("unknown status")
        return value


class PortalProgress(Wire):
    """One step of handling."""

    MaHoSo: str
    NguoiXuLy: str
    ChucDanh: str = ""
    ThoiDiemXuLy: str
    PhongBanXuLy: str = ""
    NoiDungXuLy: str
    TrangThai: str
    NgayBatDau: str = ""
    NgayKetThucTheoQuyDinh: str = ""


class _Result(Wire):
    MaKetQua: str
    MoTa: str = ""
    MaHoSo: str = ""
    Id: str = ""
    Hash: str = ""


class _Inbound(Wire):
    MaKetQua: str
    MoTa: str = ""
    DanhSachHoSo: list[PortalDossier] = Field(default_factory=list)
    ConTro: str = ""


class _Token(Wire):
    access_token: str
    expires_in: int = 1800


@dataclass(frozen=True)
class PortalFile:
    """A file that the portal keeps."""

    id: str
    sha256: str


@dataclass(frozen=True)
class Inbound:
    """Dossiers filed on the portal, each once, oldest first; ``cursor`` is where the next pull begins."""

    dossiers: tuple[PortalDossier, ...]
    cursor: str


@register
class Portal(Connector):
    """The national portal."""

    key: ClassVar[str] = "portal"
    title: ClassVar[str] = "Cổng dịch vụ công quốc gia"

    def __init__(self, address: Address, transport: Transport | None = None) -> None:
        super().__init__(address, transport)
        self._token = MemoryToken(self._fetch_token)

    def next_code(self, asked: Asked, *, unit_code: str, message_id: str) -> str:
        """The next dossier code of a unit (its electronic identifier, "H38.12")."""
        result = self._post(asked, "next_code", "/dossier-code", {"MaDonVi": unit_code}, message_id, _Result)
        if not result.MaHoSo:
            raise OutsideGarbled("Cổng quốc gia không trả mã hồ sơ.")
        return result.MaHoSo

    def upload(self, asked: Asked, *, name: str, content: bytes, message_id: str) -> PortalFile:
        """Store a file; raises OutsideGarbled when what the portal keeps is not what was sent."""
        body = {"TenTep": name, "NoiDung": base64.b64encode(content).decode()}
        result = self._post(asked, "upload", "/files", body, message_id, _Result, {"byte": len(content)})
        digest = hashlib.sha256(content).hexdigest()
        if result.Hash.lower() != digest:
            raise OutsideGarbled("Tệp trên Cổng quốc gia khác tệp đã gửi.", code="hash")
        return PortalFile(result.Id, digest)

    def push_dossier(self, asked: Asked, dossier: PortalDossier, *, message_id: str) -> None:
        """Create or change a dossier there, matched by its code."""
        about = {"MaHoSo": dossier.MaHoSo, "TrangThaiHoSo": dossier.TrangThaiHoSo}
        self._post(asked, "push_dossier", "/dossiers", dossier.model_dump(), message_id, _Result, about)

    def push_progress(self, asked: Asked, progress: PortalProgress, *, message_id: str) -> None:
        """Tell one step of handling."""
        about = {"MaHoSo": progress.MaHoSo, "TrangThai": progress.TrangThai}
        self._post(asked, "push_progress", "/progress", progress.model_dump(), message_id, _Result, about)

    def push_status(
        self, asked: Asked, *, code: str, status: int, at: str, note: str, message_id: str
    ) -> None:
        """Tell a new status (1 to 10); ``at`` is yyyyMMddHHmmss."""
        body = {"MaHoSo": code, "TrangThaiHoSo": str(status), "ThoiDiemXuLy": at, "NoiDungXuLy": note}
        about = {"MaHoSo": code, "TrangThaiHoSo": status}
        self._post(asked, "push_status", "/status", body, message_id, _Result, about)

    def pull(self, asked: Asked, *, unit_code: str, cursor: str = "", limit: int = 50) -> Inbound:
        """Dossiers filed on the portal for a unit and those below it, after a cursor of an earlier pull.

        The portal may repeat itself and mix the order; the answer holds each code once, oldest first.
        """
        body = {"MaDonVi": unit_code, "ConTro": cursor, "SoLuong": limit}
        answer = self._post(
            asked, "pull", "/inbound", body, "", _Inbound, {"MaDonVi": unit_code}, repeatable=True
        )
        once = {dossier.MaHoSo: dossier for dossier in answer.DanhSachHoSo}
        ordered = sorted(once.values(), key=lambda dossier: (dossier.NgayNopHoSo, dossier.MaHoSo))
        return Inbound(tuple(ordered), answer.ConTro or cursor)

    def ping(self, asked: Asked) -> str:
        """A token proves address and credentials."""
        self._token.forget(self._token.get())
        self._token.get()
        return "Cổng quốc gia trả lời tốt, cấp được mã truy cập."

    def _fetch_token(self) -> tuple[str, int]:
        body = {"client_id": self.address.client_id, "client_secret": self.address.secret}
        request = Request("token", path="/token", json=body, repeatable=True)
        token = self.send(
            request, Asked(purpose="Lấy mã truy cập"), lambda reply: _accepted(reply).into(_Token)
        )
        return token.access_token, token.expires_in

    def _post(
        self,
        asked: Asked,
        operation: str,
        path: str,
        body: dict[str, Any],
        message_id: str,
        answer: type[M],
        about: dict[str, Any] | None = None,
        *,
        repeatable: bool = False,
    ) -> M:
        def read(reply: Reply) -> M:
            result = _accepted(reply).into(answer)
            if result.MaKetQua != DONE:
                why = f"Cổng quốc gia không nhận: {result.MoTa or result.MaKetQua}."
                raise OutsideRefused(why, code=result.MaKetQua)
            return result

        def make(token: str) -> Request:
            return Request(
                operation,
                path=path,
                json=body,
                headers={"Authorization": f"Bearer {token}"},
                message_id=message_id,
                repeatable=repeatable,
                about=about or {},
            )

        return self._authorised(lambda token: self.send(make(token), asked, read))

    def _authorised(self, call: Callable[[str], T]) -> T:
        """Call with the token; when it is refused, once more with a fresh one."""
        token = self._token.get()
        try:
            return call(token)
        except OutsideDenied:
            self._token.forget(token)
            return call(self._token.get())


M = TypeVar("M", _Result, _Inbound)


def _accepted(reply: Reply) -> Reply:
    if reply.status >= 400:
        raise OutsideRefused(f"Cổng quốc gia từ chối (mã {reply.status}).", code=str(reply.status))
    return reply


def portal() -> Portal:
    """The portal of the settings."""
    return connector(Portal)
