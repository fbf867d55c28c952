"""The population database: whether number, name and birth date belong together; the stored facts of a person.

Each question must name the dossier and the officer. Numbers that begin with 999 make trouble by their last digit:
1 server error, 2 slow, 3 garbled, 4 denied.
"""

from __future__ import annotations

import time
import unicodedata
from typing import Any

from xaso.simulators.web import Answer, Request, Routes, as_json
from xaso.simulators.world import TRIAL, World

routes = Routes()
SLOW = 20.0


def _same(one: str, other: str) -> bool:
    def plain(text: str) -> str:
        return " ".join(unicodedata.normalize("NFC", text).casefold().split())

    return plain(one) == plain(other)


def _trouble(number: str) -> Answer | None:
    if not number.startswith("999"):
        return None
    if number.endswith("2"):
        time.sleep(SLOW)
    answers = {
        "1": as_json({"MaKetQua": "99"}, 500),
        "3": Answer(200, b"<html></html>", "text/html"),
        "4": as_json({"MaKetQua": "403", "MoTa": "Không có quyền khai thác"}, 403),
    }
    return answers.get(number[-1])


def _ask(world: World, request: Request) -> tuple[dict[str, Any], Answer | None]:
    if request.basic() != (TRIAL, TRIAL):
        return {}, as_json({"MaKetQua": "401", "MoTa": "Sai thông tin xác thực"}, 401)
    body = request.json()
    number = str(body.get("SoDinhDanh", ""))
    trouble = _trouble(number)
    if trouble:
        return {}, trouble
    missing = [
        name for name in ("SoDinhDanh", "HoVaTen", "NgaySinh", "MaHoSo", "MaCanBo") if not body.get(name)
    ]
    if missing:
        return {}, as_json({"MaKetQua": "01", "MoTa": f"Thiếu trường {', '.join(missing)}"})
    if len(number) != 12 or not number.isdigit():
        return {}, as_json({"MaKetQua": "01", "MoTa": "Số định danh phải gồm 12 chữ số"})
    world.note("population", {"number": f"{number[:3]}******{number[-2:]}", "dossier": body["MaHoSo"]})
    return body, None


def _wrong_fields(citizen: dict[str, Any], body: dict[str, Any]) -> list[str]:
    wrong = [] if _same(citizen["name"], str(body["HoVaTen"])) else ["HoVaTen"]
    return wrong + ([] if citizen["birth"].replace("-", "") == str(body["NgaySinh"]) else ["NgaySinh"])


@routes.on("POST", "/population/verify")
def verify(world: World, request: Request) -> Answer:
    """Do number, name and birth date belong together?"""
    body, refused = _ask(world, request)
    if refused:
        return refused
    citizen = world.citizens().get(str(body["SoDinhDanh"]))
    if citizen is None:
        return as_json({"MaKetQua": "02", "MoTa": "Không tìm thấy công dân"})
    wrong = _wrong_fields(citizen, body)
    return as_json({"MaKetQua": "00", "TrungKhop": not wrong, "TruongKhongKhop": wrong})


@routes.on("POST", "/population/person")
def person(world: World, request: Request) -> Answer:
    """The stored facts, only for a question that names the person rightly."""
    body, refused = _ask(world, request)
    if refused:
        return refused
    citizen = world.citizens().get(str(body["SoDinhDanh"]))
    if citizen is None:
        return as_json({"MaKetQua": "02", "MoTa": "Không tìm thấy công dân"})
    if _wrong_fields(citizen, body):
        return as_json({"MaKetQua": "03", "MoTa": "Thông tin không khớp"})
    return as_json(
        {
            "MaKetQua": "00",
            "CongDan": {
                "SoDinhDanh": citizen["number"],
                "HoVaTen": citizen["name"],
                "NgaySinh": citizen["birth"].replace("-", ""),
                "GioiTinh": citizen["sex"],
                "NoiThuongTru": citizen["address"],
                "QuocTich": "VN",
            },
        }
    )


@routes.on("GET", "/population/ping")
def ping(world: World, request: Request) -> Answer:
    """Whether the credentials are good."""
    if request.basic() != (TRIAL, TRIAL):
        return as_json({"MaKetQua": "401", "MoTa": "Sai thông tin xác thực"}, 401)
    return as_json({"MaKetQua": "00"})
