"""What the boxes of the form editor offer to choose from."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from xaso.kernel.documents.papers_in_force import read_shipped, shipped
from xaso.services.onestop.desk.admin.boxes import Around
from xaso.services.onestop.desk.admin.conditions import label_of
from xaso.services.onestop.desk.admin.document import items_of, questions_before
from xaso.services.onestop.eforms.facts import OFFICES
from xaso.services.onestop.eforms.lists import list_names

Pairs = list[tuple[str, str]]
GENERIC = "decision"
_PRINTED = {
    "apology", "control_slip", "follow_up_book", "receipt", "refusal_notice", "refusal_slip", "return_note",
    "stop_notice", "supplement_slip",
}  # fmt: skip

_PLACES = {
    "results": "Mẫu kết quả",
    "cases": "Thời hạn",
    "components": "Giấy tờ",
    "fees": "Phí, lệ phí",
    "valid_from": "Ngày áp dụng",
    "valid_to": "Ngày hết áp dụng",
    "legal_basis": "Căn cứ pháp lý",
    "competent": "Cơ quan có thẩm quyền",
    "portal": "Cổng dịch vụ công quốc gia",
    "procedure": "Thủ tục",
    "before_start": "Cần có trước khi bắt đầu",
}


def open_points(body: dict[str, Any]) -> list[dict[str, str]]:
    """What is not confirmed of a procedure, the place in words instead of its key."""
    found = body.get("unconfirmed")
    points = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [
        {
            "what": _PLACES.get(str(one.get("what", "")).partition(".")[0], str(one.get("what", ""))),
            "why": str(one.get("why", "")),
        }
        for one in points
    ]


KINDS: Pairs = [
    ("text", "Một dòng chữ"),
    ("long_text", "Nhiều dòng chữ"),
    ("person_name", "Họ, chữ đệm và tên"),
    ("date", "Ngày, tháng, năm"),
    ("time", "Giờ"),
    ("id_number", "Số định danh cá nhân"),
    ("phone", "Số điện thoại"),
    ("email", "Thư điện tử"),
    ("address", "Địa chỉ"),
    ("money", "Số tiền"),
    ("number", "Số nguyên"),
    ("decimal", "Số đo (có thể có phần lẻ)"),
    ("radio", "Chọn một (hiện hết các lựa chọn)"),
    ("select", "Chọn một (danh sách xổ xuống)"),
    ("checkbox", "Chọn nhiều"),
    ("yes_no", "Có hoặc Không"),
    ("country", "Nước"),
    ("ethnicity", "Dân tộc"),
    ("relation", "Quan hệ"),
    ("group", "Nhóm lặp lại (nhiều người, nhiều món)"),
    ("computed", "Tự tính từ câu khác"),
]
KIND_WORDS = dict(KINDS)
LISTS: Pairs = [
    ("", "Tự ghi các lựa chọn bên dưới"),
    ("ethnicities", "Các dân tộc"),
    ("countries", "Các nước"),
    ("relations", "Quan hệ trong gia đình"),
    ("identity_papers", "Loại giấy tờ tùy thân"),
    ("marital_states", "Tình trạng hôn nhân"),
]
FILLS: Pairs = [
    ("", "Không điền sẵn"),
    ("person.full_name", "Họ tên người nộp"),
    ("person.birth_date", "Ngày sinh người nộp"),
    ("person.sex", "Giới tính người nộp"),
    ("person.id_number", "Số định danh người nộp"),
    ("person.phone", "Điện thoại người nộp"),
    ("person.email", "Thư điện tử người nộp"),
    ("person.address", "Nơi cư trú người nộp"),
    ("person.ethnicity", "Dân tộc người nộp"),
    ("person.nationality", "Quốc tịch người nộp"),
    ("unit.address", "Xã nơi nộp hồ sơ"),
    ("household.head_name", "Tên chủ hộ"),
    ("household.address", "Địa chỉ của hộ"),
]
TERM_HINT = "Ghi như 5wd (ngày làm việc), 15d (ngày), 8h (giờ làm việc), 2mo (tháng), same-day (trong ngày)."
STAGED_HINT = f"{TERM_HINT} Nhiều giai đoạn nối bằng dấu +, như 10wd+5wd."
STEP_KINDS: Pairs = [
    ("receive", "Tiếp nhận"),
    ("review", "Thẩm tra, soạn kết quả"),
    ("inspect", "Kiểm tra thực tế"),
    ("opinion", "Lấy ý kiến"),
    ("meet", "Họp"),
    ("notify", "Thông báo, niêm yết"),
    ("decide", "Duyệt"),
    ("sign", "Ký"),
    ("seal", "Vào sổ, đóng dấu"),
    ("return", "Trả kết quả"),
]
RESULT_KINDS: Pairs = [
    ("decision", "Quyết định"),
    ("permit", "Giấy phép"),
    ("certificate", "Giấy chứng nhận"),
    ("certification", "Giấy xác nhận"),
    ("extract", "Trích lục"),
    ("notice", "Thông báo"),
    ("record", "Biên bản"),
    ("copy", "Bản sao"),
]


def earlier(*kinds: str) -> Callable[[Around], Pairs]:
    def listed(around: Around) -> Pairs:
        found = questions_before(around.body, around.spot)
        return [("", "Không chọn")] + [
            (str(one["key"]), label_of(one))
            for one, _ in found
            if one.get("kind") in kinds and one.get("key")
        ]

    return listed


def countable(around: Around) -> Pairs:
    """Fields a computed value may be made of, those inside a group too."""
    found: Pairs = []
    for one, _ in questions_before(around.body, around.spot):
        if not one.get("key"):
            continue
        found.append((str(one["key"]), label_of(one)))
        if one.get("kind") == "group":
            found += [
                (f"{one['key']}.{part['key']}", f"{label_of(one)}: {label_of(part)}")
                for part in items_of(one, "fields")
            ]
    return found


def numbers(around: Around) -> Pairs:
    """Questions with a whole number; with a group chosen, those inside it."""
    found: Pairs = [("", "Không nhân với gì")]
    for one, _ in questions_before(around.body, None):
        if one.get("kind") in ("number", "computed"):
            found.append((str(one.get("key")), label_of(one)))
        for part in items_of(one, "fields") if one.get("kind") == "group" else []:
            if part.get("kind") in ("number", "computed"):
                found.append((str(part.get("key")), f"{label_of(one)}: {label_of(part)}"))
    return found


def groups_of(around: Around) -> Pairs:
    return [("", "Không theo nhóm nào")] + [
        (str(one.get("key")), label_of(one))
        for one, _ in questions_before(around.body, None)
        if one.get("kind") == "group"
    ]


def papers_of(around: Around) -> Pairs:
    return [("", "Không cần giấy tờ")] + [
        (str(one.get("key")), label_of(one)) for one in items_of(around.body, "components")
    ]


def cases_of(around: Around) -> Pairs:
    return [(str(one.get("key")), label_of(one)) for one in items_of(around.body, "cases")]


@functools.cache
def templates() -> Pairs:
    """Templates a result may use, the general decision first."""
    found: Pairs = []
    for key in sorted(shipped()):
        area, _, name = key.partition(".")
        if area == "onestop" and name not in _PRINTED:
            file = read_shipped(key)
            found.append((name, file.header.get("title", name) if file else name))
    return sorted(found, key=lambda pair: (pair[0] != GENERIC, pair[1]))


def templates_of(around: Around) -> Pairs:
    return templates()


def offices_of(around: Around) -> Pairs:
    return list(OFFICES.items())


def lists_of(around: Around) -> Pairs:
    named = dict(LISTS)
    return [*LISTS, *((name, name) for name in sorted(list_names()) if name not in named)]
