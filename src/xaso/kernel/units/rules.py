"""What a path, a code and a kind must look like. Pure."""

from __future__ import annotations

import re

from xaso.kernel.plain.text import clean, search_text
from xaso.kernel.units.words import HAMLET_KINDS, OFFICE_KINDS

CODE_LENGTH = 40
_OFFICE_CODE = re.compile(r"[a-z][a-z0-9-]{0,23}")
_IDENTIFIER = re.compile(r"[A-Z0-9]+(\.[A-Z0-9]+)*")


def slug(text: str) -> str:
    """Folded words joined with hyphens: "Bản Nậm Đăm" gives "ban-nam-dam"."""
    return search_text(text).replace(" ", "-")[:CODE_LENGTH].strip("-")


def hamlet_code(kind: str, name: str, taken: set[str]) -> str:
    """A code free under its commune: "t-ban-nam-dam", then "t-ban-nam-dam-2". It never changes afterwards."""
    base = f"t-{slug(f'{kind} {name}')}"
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code


def office_code_error(code: str) -> str | None:
    """What is wrong with an office code; it must begin with a letter so as never to look like a commune."""
    if code.startswith("t-"):
        return "Mã cơ quan không được bắt đầu bằng t- (dành cho thôn, bản)."
    if not _OFFICE_CODE.fullmatch(code):
        return (
            "Mã gồm chữ thường không dấu, số, gạch nối, bắt đầu bằng chữ, dài nhất 24 ký tự. Ví dụ: ttphvcc."
        )
    return None


def identifier_error(value: str) -> str | None:
    """What is wrong with an identifier code of an organisation (QĐ 20/2020/QĐ-TTg art. 4: 35 characters)."""
    if len(value) > 35 or not _IDENTIFIER.fullmatch(value):
        return "Mã định danh gồm chữ in hoa A-Z, số, dấu chấm giữa các cấp, dài nhất 35 ký tự. Ví dụ: H38.12."
    return None


def bare_name(kind: str, name: str) -> str:
    """A typed name without its kind in front: "Bản Nậm Đăm" of kind "bản" is "Nậm Đăm"."""
    rest = name[len(kind) :]
    return rest.strip() if name.lower().startswith(f"{kind} ") and search_text(rest) else name


def name_error(name: str) -> str | None:
    """What is wrong with the typed name of a hamlet or an office."""
    if not search_text(name):
        return "Nhập tên, ví dụ: Nậm Đăm."
    if len(clean(name)) > 120:
        return "Tên dài quá 120 ký tự. Rút gọn lại."
    return None


def kind_error(kind: str, level: str) -> str | None:
    """What is wrong with a kind, for a hamlet or an office."""
    kinds = HAMLET_KINDS if level == "hamlet" else OFFICE_KINDS
    return None if kind in kinds else f"Chọn loại: {', '.join(kinds)}."
