"""What each kind of part of an electronic procedure asks: the boxes of its page, in the order of the page."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from xaso.kernel.documents.papers_in_force import read_shipped, shipped
from xaso.services.onestop.desk.admin.boxes import Around, Box
from xaso.services.onestop.desk.admin.conditions import label_of
from xaso.services.onestop.desk.admin.document import Body, items_of, questions_before
from xaso.services.onestop.eforms.facts import OFFICES, ROLES
from xaso.services.onestop.eforms.lists import list_names

Pairs = list[tuple[str, str]]
GENERIC = "decision"
_PRINTED = {
    "apology", "control_slip", "follow_up_book", "receipt", "refusal_notice", "refusal_slip", "return_note",
    "stop_notice", "supplement_slip",
}  # fmt: skip

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


@dataclass(frozen=True)
class Shape:
    """A kind of part: what it is called, what its page asks, what a new one needs to begin with."""

    one: str
    many: str
    boxes: tuple[Box, ...]
    names: str
    """The value that names a part: label, title, name or words."""
    start: Body
    intro: str = ""


def _earlier(*kinds: str) -> object:
    def listed(around: Around) -> Pairs:
        found = questions_before(around.body, around.spot)
        return [("", "Không chọn")] + [
            (str(one["key"]), label_of(one))
            for one, _ in found
            if one.get("kind") in kinds and one.get("key")
        ]

    return listed


def _countable(around: Around) -> Pairs:
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


def _numbers(around: Around) -> Pairs:
    """Questions with a whole number; with a group chosen, those inside it."""
    found: Pairs = [("", "Không nhân với gì")]
    for one, _ in questions_before(around.body, None):
        if one.get("kind") in ("number", "computed"):
            found.append((str(one.get("key")), label_of(one)))
        for part in items_of(one, "fields") if one.get("kind") == "group" else []:
            if part.get("kind") in ("number", "computed"):
                found.append((str(part.get("key")), f"{label_of(one)}: {label_of(part)}"))
    return found


def _groups(around: Around) -> Pairs:
    return [("", "Không theo nhóm nào")] + [
        (str(one.get("key")), label_of(one))
        for one, _ in questions_before(around.body, None)
        if one.get("kind") == "group"
    ]


def _papers(around: Around) -> Pairs:
    return [("", "Không cần giấy tờ")] + [
        (str(one.get("key")), label_of(one)) for one in items_of(around.body, "components")
    ]


def _cases(around: Around) -> Pairs:
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


def _templates(around: Around) -> Pairs:
    return templates()


def _offices(around: Around) -> Pairs:
    return list(OFFICES.items())


def _lists(around: Around) -> Pairs:
    named = dict(LISTS)
    return [*LISTS, *((name, name) for name in sorted(list_names()) if name not in named)]


_CHOICE = "kind=radio|select|checkbox"
QUESTION = (
    Box("label", "Câu hỏi", hint="Ngắn, như tên ô trên tờ khai."),
    Box("kind", "Kiểu trả lời", "choice", options=KINDS),
    Box("hint", "Lời gợi ý", optional=True, hint="Một câu ngắn dưới câu hỏi."),
    Box("ask", "Lời nhắc khi để trống", optional=True, hint="Để trống thì tự soạn từ câu hỏi."),
    Box("optional", "Không bắt buộc trả lời", "tick", default=False, optional=True),
    Box("ask_when", "Chỉ hỏi khi", "condition", optional=True, hint="Để trống: luôn hỏi."),
    Box("prefill", "Điền sẵn từ", "choice", options=FILLS, optional=True, default=""),
    Box("list_name", "Danh sách có sẵn", "choice", options=_lists, optional=True, default="", when=_CHOICE),
    Box(
        "options",
        "Các lựa chọn",
        "rows",
        hint="Ghi mỗi lựa chọn một dòng. Xóa chữ thì bỏ lựa chọn đó.",
        when=_CHOICE,
        optional=True,
        row_title="Lựa chọn",
        blank=2,
        rows=(
            Box("label", "Lựa chọn", optional=True),
            Box("hint", "Gợi ý", optional=True),
        ),
    ),
    Box("min", "Nhỏ nhất", "decimal", optional=True, when="kind=number|decimal|money"),
    Box("max", "Lớn nhất", "decimal", optional=True, when="kind=number|decimal|money"),
    Box("unit", "Đơn vị đo", optional=True, hint="m², người, bản…", when="kind=number|decimal|computed"),
    Box("max_length", "Nhiều nhất bao nhiêu chữ cái", "number", optional=True, when="kind=text|long_text"),
    Box("partial", "Chỉ nhớ năm hoặc tháng cũng được", "tick", default=False, optional=True, when="kind=date"),
    Box("not_future", "Không được là ngày sau hôm nay", "tick", default=False, optional=True, when="kind=date"),
    Box("not_past", "Không được là ngày trước hôm nay", "tick", default=False, optional=True, when="kind=date"),
    Box(
        "not_before", "Không trước ngày ở câu", "choice", options=_earlier("date"), default="",
        optional=True, when="kind=date",
    ),
    Box(
        "not_after", "Không sau ngày ở câu", "choice", options=_earlier("date"), default="",
        optional=True, when="kind=date",
    ),
    Box(
        "compute.op", "Cách tính", "choice", when="kind=computed", optional=True,
        options=[("sum", "Cộng"), ("product", "Nhân"), ("count", "Đếm số mục của nhóm"), ("copy", "Lấy lại")],
    ),
    Box("compute.of", "Tính từ", "many", options=_countable, when="kind=computed", optional=True),
    Box("item_title", "Tên một mục", optional=True, hint="Như: Người con.", when="kind=group"),
    Box("min_items", "Ít nhất mấy mục", "number", default=1, optional=True, when="kind=group"),
    Box("max_items", "Nhiều nhất mấy mục", "number", default=20, optional=True, when="kind=group"),
)  # fmt: skip

BASICS = (
    Box("title", "Tên gọi với người dân", hint="Động từ trước: Đăng ký khai sinh cho con."),
    Box("formal_name", "Tên thủ tục theo danh mục", "long"),
    Box("field", "Lĩnh vực"),
    Box("summary", "Tóm tắt một câu", hint="Không quá 20 chữ."),
    Box("who_can", "Ai làm được", "lines", hint="Mỗi dòng một câu."),
    Box("before_start", "Cần biết trước khi bắt đầu", "lines", optional=True, hint="Mỗi dòng một câu."),
    Box("competent", "Nơi giải quyết"),
    Box("legal_basis", "Căn cứ pháp lý", "lines", hint="Mỗi dòng một văn bản, ghi số và ký hiệu."),
    Box("valid_from", "Áp dụng cho hồ sơ nhận từ ngày", "day"),
    Box("valid_to", "Đến hết ngày", "day", optional=True),
    Box(
        "channels", "Cách nộp", "many", default=["online", "counter", "post"],
        options=[("online", "Trực tuyến"), ("counter", "Tại quầy"), ("post", "Qua bưu chính")],
    ),
    Box(
        "online_level", "Mức độ trực tuyến", "radio", default="full",
        options=[("full", "Toàn trình"), ("partial", "Một phần")],
    ),
    Box("partial_reason", "Vì sao chỉ một phần", optional=True, when="online_level=partial"),
    Box("supplement_limit", "Được yêu cầu bổ sung mấy lần", "number", default=1),
    Box("supplement_days", "Người dân có bao lâu để bổ sung", "term", optional=True, hint=f"{TERM_HINT} Pháp luật không quy định thì để trống."),
    Box("supplement_basis", "Căn cứ của việc bổ sung", optional=True),
    Box(
        "unconfirmed", "Điểm chưa xác nhận", "rows", optional=True, row_title="Điểm",
        hint="Hiện cho người dân và cán bộ biết. Chốt xong thì xóa chữ của dòng đó.",
        rows=(Box("what", "Phần nào"), Box("why", "Vì sao, cần gì để chốt")),
    ),
)  # fmt: skip

SHAPES: dict[str, Shape] = {
    "pages": Shape(
        "trang", "Trang và câu hỏi",
        (
            Box("title", "Tên trang", hint="Là câu hỏi lớn khi trang chỉ có một câu."),
            Box("section", "Thuộc phần", optional=True, hint="Các trang cùng phần được gộp khi cán bộ xem."),
            Box("hint", "Lời dẫn", optional=True),
            Box("ask_when", "Chỉ hiện trang này khi", "condition", optional=True, hint="Để trống: ai cũng được hỏi."),
        ),
        "title", {"fields": []},
        "Mỗi trang hỏi một việc. Người dân đi từng trang, cán bộ thấy cả phần trên một màn hình.",
    ),
    "fields": Shape("câu hỏi", "Câu hỏi", QUESTION, "label", {"kind": "text"}),
    "draft": Shape("câu hỏi cho cán bộ", "Câu cán bộ điền khi soạn", QUESTION, "label", {"kind": "text"}),
    "stops": Shape(
        "trường hợp không làm được", "Trường hợp không làm được",
        (
            Box("title", "Tựa trang", hint="Nói vì sao chưa làm được ở đây."),
            Box("when", "Khi", "condition"),
            Box("words", "Lời giải thích và việc nên làm", "long"),
            Box("legal_basis", "Căn cứ", optional=True),
        ),
        "title", {"words": ""},
        "Người rơi vào trường hợp này thấy một trang giải thích, không phải một lỗi.",
    ),
    "promises": Shape(
        "lời cam đoan", "Lời cam đoan",
        (
            Box("words", "Câu cam đoan", "long"),
            Box("when", "Chỉ khi", "condition", optional=True),
        ),
        "words", {},
    ),
    "components": Shape(
        "giấy tờ", "Giấy tờ",
        (
            Box("name", "Tên giấy tờ", "long"),
            Box("duty", "Nộp hay cho xem", "radio", default="submit", options=[("submit", "Nộp"), ("show", "Cho xem bản gốc")]),
            Box("originals", "Số bản chính", "number", default=1),
            Box("copies", "Số bản sao", "number", default=0),
            Box("optional", "Có thì nộp (không bắt buộc)", "tick", default=False, optional=True),
            Box("is_form", "Đây là tờ khai: nộp trực tuyến thì biểu mẫu điện tử thay thế", "tick", default=False, optional=True),
            Box("when", "Chỉ cần khi", "condition", optional=True),
            Box("cases", "Chỉ trong trường hợp", "many", options=_cases, optional=True, hint="Không chọn: mọi trường hợp."),
            Box("skip_when", "Không cần nộp khi", "condition", optional=True, hint="Thường là khi cơ quan nhà nước đã có dữ liệu."),
            Box("skip_words", "Lời giải thích vì sao không cần nộp", optional=True),
            Box("one_of", "Nhóm thay thế nhau", optional=True, hint="Giấy tờ cùng tên nhóm: có một là đủ."),
            Box("reuse", "Dùng lại kết quả mang mã", "lines", optional=True, hint="Mã kết quả như KQ.H17.000039, mỗi dòng một mã."),
            Box("accepts", "Nhận tệp", "many", default=["pdf", "image"], options=[("pdf", "PDF"), ("image", "Ảnh chụp"), ("any", "Tệp khác")]),
            Box("max_files", "Nhiều nhất mấy tệp", "number", default=10),
            Box("note", "Ghi chú", optional=True),
            Box("legal_basis", "Căn cứ pháp lý", optional=True),
            Box("unconfirmed", "Chưa xác nhận vì", optional=True),
        ),
        "name", {"originals": 1},
    ),
    "cases": Shape(
        "trường hợp", "Trường hợp và thời hạn",
        (
            Box("title", "Tên trường hợp"),
            Box("when", "Khi", "condition", optional=True, hint="Trường hợp cuối cùng để trống, dùng cho mọi hồ sơ còn lại."),
            Box("term", "Thời hạn theo luật", "term", hint=STAGED_HINT),
            Box("term_words", "Lời về thời hạn", optional=True, hint="Để trống thì tự viết từ thời hạn."),
            Box("term_basis", "Căn cứ của thời hạn", optional=True),
            Box("term_unconfirmed", "Thời hạn chưa xác nhận vì", optional=True),
        ),
        "title", {"term": ""},
        "Xét từ trên xuống: hồ sơ thuộc trường hợp đầu tiên có điều kiện đúng.",
    ),
    "steps": Shape(
        "bước", "Các bước và thời hạn trong nhà",
        (
            Box("title", "Tên bước"),
            Box("kind", "Loại việc", "choice", options=STEP_KINDS),
            Box("office", "Nơi làm", "choice", options=_offices),
            Box("role", "Vai trò", "choice", options=list(ROLES.items())),
            Box("term", "Thời hạn trong nhà", "term", hint=TERM_HINT),
            Box("stage", "Thuộc giai đoạn", "number", default=1, hint="Theo các giai đoạn của thời hạn luật."),
            Box("parallel", "Nhóm làm song song", optional=True, default="", hint="Các bước cùng tên nhóm chạy cùng lúc."),
            Box("skip_when", "Bỏ qua khi", "condition", optional=True),
            Box("silence_is_consent", "Hết hạn không trả lời là đồng ý", "tick", default=False, optional=True),
            Box("waits_for_citizen", "Chờ người dân: đồng hồ dừng", "tick", default=False, optional=True),
            Box("note", "Ghi chú", optional=True),
        ),
        "title", {"kind": "review", "role": "specialist", "office": "tuphap", "term": "4h"},
        "Bước đầu là tiếp nhận, bước cuối là trả kết quả. Tổng các bước không vượt thời hạn luật.",
    ),
    "fees": Shape(
        "khoản thu", "Phí, lệ phí",
        (
            Box("name", "Tên khoản thu"),
            Box("kind", "Là", "radio", default="charge", options=[("charge", "Lệ phí"), ("fee", "Phí")]),
            Box("method", "Cách tính", "choice", options=[
                ("none", "Không thu"), ("fixed", "Mức cố định"), ("tiered", "Theo bậc số trang"),
                ("set_by_province", "Do Hội đồng nhân dân tỉnh quy định"),
            ]),
            Box("amount", "Số tiền", "money", optional=True, when="method=fixed"),
            Box("by_channel.online", "Nộp trực tuyến", "money", optional=True, when="method=fixed", hint="Để trống nếu như mức chung."),
            Box("by_channel.counter", "Nộp tại quầy", "money", optional=True, when="method=fixed"),
            Box("by_channel.post", "Nộp qua bưu chính", "money", optional=True, when="method=fixed"),
            Box("group", "Tính cho từng mục của nhóm", "choice", options=_groups, default="", optional=True, when="method=fixed|tiered"),
            Box("quantity", "Nhân với số ở câu", "choice", options=_numbers, default="", optional=True, when="method=fixed|tiered"),
            Box("unit_words", "Đơn vị tính", optional=True, hint="bản, trang…", when="method=fixed|tiered"),
            Box("pages", "Số trang ở câu", "choice", options=_numbers, default="", optional=True, when="method=tiered"),
            Box("tiers", "Các bậc", "rows", optional=True, when="method=tiered", row_title="Bậc", blank=2, rows=(
                Box("start", "Từ trang thứ", "number"), Box("amount", "Mỗi trang", "money"),
            )),
            Box("cap", "Nhiều nhất một bản", "money", optional=True, when="method=tiered"),
            Box("portal_amount", "Mức Cổng quốc gia đang ghi", "money", optional=True, when="method=set_by_province", hint="Chỉ để tham khảo, không thu."),
            Box("when", "Chỉ thu khi", "condition", optional=True),
            Box("exempt", "Miễn cho", "rows", optional=True, row_title="Đối tượng được miễn", rows=(
                Box("words", "Đối tượng", hint="Như: người thuộc hộ nghèo."),
                Box("when", "Khi", "condition1"),
                Box("proof", "Giấy tờ chứng minh", "choice", options=_papers, default="", optional=True),
                Box("legal_basis", "Căn cứ", optional=True),
            )),
            Box("note", "Ghi chú", optional=True, hint="Bắt buộc khi mức do tỉnh quy định."),
            Box("legal_basis", "Căn cứ pháp lý"),
            Box("unconfirmed", "Chưa xác nhận vì", optional=True),
        ),
        "name", {"kind": "charge"},
        "Ghi cả khi không thu: chọn “Không thu” và căn cứ.",
    ),
    "results": Shape(
        "kết quả", "Kết quả",
        (
            Box("title", "Tên văn bản"),
            Box("template", "Mẫu trình bày", "list", options=_templates, hint="Chưa có mẫu riêng thì chọn mẫu quyết định chung."),
            Box("kind", "Loại", "choice", options=RESULT_KINDS),
            Box("code", "Mã kết quả", optional=True, hint="Để giấy này dùng lại được ở thủ tục khác."),
            Box("symbol", "Ký hiệu", optional=True, hint="Đứng sau số: GP-UBND. Ghi {year} để có năm."),
            Box("signer", "Người ký", "choice", options=list(ROLES.items())),
            Box("sign_as", "Dòng trên chức vụ", default="TM. Ủy ban nhân dân", optional=True),
            Box("position", "Chức vụ người ký", default="Chủ tịch"),
            Box("issuer", "Cơ quan cấp", "choice", options=lambda around: [("", "Ủy ban nhân dân"), *OFFICES.items()], default="", optional=True),
            Box("seal", "Đóng dấu cơ quan", "tick", default=True, optional=True),
            Box("keeper", "Nơi lưu", optional=True),
            Box("when", "Chỉ cấp khi", "condition", optional=True),
            Box("layout_confirmed", "Mẫu đã đối chiếu với văn bản ban hành", "tick", default=False, optional=True),
            Box("layout_note", "Ghi chú khi chưa đối chiếu", optional=True),
        ),
        "title",
        {"kind": "decision", "signer": "leader", "template": GENERIC, "symbol": "QĐ-UBND",
         "layout_note": "Mẫu trình bày chung, chưa đối chiếu mẫu ban hành"},
    ),
}  # fmt: skip
