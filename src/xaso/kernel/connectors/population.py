"""The National Population Database: do number, name and birth date belong together; what does it keep.

Reached over the national data-sharing platform by agreement. Every question names dossier, officer and purpose,
and is kept in our record of calls under a keyed hash of the number, never the number itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import Field

from xaso.kernel.base.errors import ActionError
from xaso.kernel.connectors.base import Connector, connector, register
from xaso.kernel.connectors.errors import OutsideGarbled, OutsideRefused
from xaso.kernel.connectors.masks import mask_number
from xaso.kernel.connectors.transport import Asked, Reply, Request, basic_header
from xaso.kernel.connectors.wire import Wire

FIELD_NAMES = {"HoVaTen": "họ tên", "NgaySinh": "ngày sinh"}


class _Verified(Wire):
    MaKetQua: str
    MoTa: str = ""
    TrungKhop: bool = False
    TruongKhongKhop: list[str] = Field(default_factory=list)


class _Citizen(Wire):
    SoDinhDanh: str
    HoVaTen: str
    NgaySinh: str
    GioiTinh: str = ""
    NoiThuongTru: str = ""
    QuocTich: str = ""


class _Found(Wire):
    MaKetQua: str
    MoTa: str = ""
    CongDan: _Citizen | None = None


@dataclass(frozen=True)
class Verification:
    """The database's answer. ``found`` false: no such number. ``wrong``: which facts differ, in Vietnamese."""

    found: bool
    matches: bool
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class RegisteredPerson:
    """The facts that the database keeps of a person; ``birth_date`` as 1985-03-12."""

    personal_number: str
    full_name: str
    birth_date: str
    sex: str
    address: str
    nationality: str


@dataclass(frozen=True)
class PersonQuestion:
    """Who is asked about, and on whose behalf: the database wants all of it."""

    personal_number: str
    full_name: str
    birth_date: str
    dossier_code: str
    officer: str


A = TypeVar("A", _Verified, _Found)


@register
class Population(Connector):
    """The population database."""

    key: ClassVar[str] = "population"
    title: ClassVar[str] = "Cơ sở dữ liệu quốc gia về dân cư"

    def verify(self, asked: Asked, question: PersonQuestion) -> Verification:
        """Whether number, name and birth date belong together.

        Raises ActionError for a question that cannot be asked, and outside errors.
        """
        answer = self._ask(asked, "verify", "/verify", question, _Verified)
        if answer.MaKetQua == "02":
            return Verification(False, False)
        wrong = tuple(FIELD_NAMES.get(name, name) for name in answer.TruongKhongKhop)
        if answer.TrungKhop == bool(wrong):
            raise OutsideGarbled("Cơ sở dữ liệu dân cư trả lời tự mâu thuẫn.")
        return Verification(True, answer.TrungKhop, wrong)

    def person(self, asked: Asked, question: PersonQuestion) -> RegisteredPerson | None:
        """The facts of a person whom the question names rightly; None when there is none or it does not fit."""
        answer = self._ask(asked, "person", "/person", question, _Found)
        if answer.MaKetQua in ("02", "03"):
            return None
        citizen = answer.CongDan
        if citizen is None or citizen.SoDinhDanh != question.personal_number:
            raise OutsideGarbled("Cơ sở dữ liệu dân cư trả lời về người khác.")
        day = citizen.NgaySinh
        return RegisteredPerson(
            personal_number=citizen.SoDinhDanh,
            full_name=citizen.HoVaTen,
            birth_date=f"{day[:4]}-{day[4:6]}-{day[6:]}" if re.fullmatch(r"\d{8}", day) else day,
            sex=citizen.GioiTinh,
            address=citizen.NoiThuongTru,
            nationality=citizen.QuocTich,
        )

    def ping(self, asked: Asked) -> str:
        """Whether the credentials are accepted."""
        request = Request("ping", "GET", "/ping", headers=basic_header(self.address), repeatable=True)
        self.send(request, asked, lambda reply: _accepted(reply).json())
        return "Cơ sở dữ liệu dân cư trả lời tốt."

    def _ask(self, asked: Asked, operation: str, path: str, question: PersonQuestion, answer: type[A]) -> A:
        if not re.fullmatch(r"[0-9]{12}", question.personal_number):
            raise ActionError("Số định danh cá nhân phải gồm 12 chữ số.", "personal_number")
        if not question.dossier_code or not question.officer:
            raise ActionError("Chỉ được tra cứu dân cư khi đang xử lý một hồ sơ.")
        body: dict[str, Any] = {
            "SoDinhDanh": question.personal_number,
            "HoVaTen": question.full_name,
            "NgaySinh": question.birth_date.replace("-", ""),
            "MaHoSo": question.dossier_code,
            "MaCanBo": question.officer,
            "MucDich": asked.purpose,
        }

        def read(reply: Reply) -> A:
            result = _accepted(reply).into(answer)
            if result.MaKetQua not in ("00", "02", "03"):
                why = f"Cơ sở dữ liệu dân cư không trả lời câu hỏi này: {result.MoTa or result.MaKetQua}."
                raise OutsideRefused(why, code=result.MaKetQua)
            return result

        request = Request(
            operation,
            path=path,
            json=body,
            headers=basic_header(self.address),
            repeatable=True,
            subject=question.personal_number,
            about={"SoDinhDanh": mask_number(question.personal_number), "MaHoSo": question.dossier_code},
        )
        return self.send(request, asked, read)


def _accepted(reply: Reply) -> Reply:
    if reply.status >= 400:
        raise OutsideRefused(f"Cơ sở dữ liệu dân cư từ chối (mã {reply.status}).", code=str(reply.status))
    return reply


def population() -> Population:
    """The database of the settings."""
    return connector(Population)
