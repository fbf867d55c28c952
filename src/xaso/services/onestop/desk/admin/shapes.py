"""What each kind of part of an electronic procedure asks: the boxes of its page, in the order of the page."""

from __future__ import annotations

from dataclasses import dataclass

from xaso.services.onestop.desk.admin.asking_boxes import QUESTION
from xaso.services.onestop.desk.admin.boxes import Box
from xaso.services.onestop.desk.admin.choices import (
    GENERIC,
    RESULT_KINDS,
    STAGED_HINT,
    STEP_KINDS,
    TERM_HINT,
    cases_of,
    groups_of,
    numbers,
    offices_of,
    papers_of,
    templates_of,
)
from xaso.services.onestop.desk.admin.document import Body
from xaso.services.onestop.eforms.facts import OFFICES, ROLES


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


SHAPES: dict[str, Shape] = {
    "pages": Shape(
        "trang",
        "Trang và câu hỏi",
        (
            Box("title", "Tên trang", hint="Là câu hỏi lớn khi trang chỉ có một câu."),
            Box("section", "Thuộc phần", optional=True, hint="Các trang cùng phần được gộp khi cán bộ xem."),
            Box("hint", "Lời dẫn", optional=True),
            Box(
                "ask_when",
                "Chỉ hiện trang này khi",
                "condition",
                optional=True,
                hint="Để trống: ai cũng được hỏi.",
            ),
        ),
        "title",
        {"fields": []},
        "Mỗi trang hỏi một việc. Người dân đi từng trang, cán bộ thấy cả phần trên một màn hình.",
    ),
    "fields": Shape("câu hỏi", "Câu hỏi", QUESTION, "label", {"kind": "text"}),
    "draft": Shape("câu hỏi cho cán bộ", "Câu cán bộ điền khi soạn", QUESTION, "label", {"kind": "text"}),
    "stops": Shape(
        "trường hợp không làm được",
        "Trường hợp không làm được",
        (
            Box("title", "Tựa trang", hint="Nói vì sao chưa làm được ở đây."),
            Box("when", "Khi", "condition"),
            Box("words", "Lời giải thích và việc nên làm", "long"),
            Box("legal_basis", "Căn cứ", optional=True),
        ),
        "title",
        {"words": ""},
        "Người rơi vào trường hợp này thấy một trang giải thích, không phải một lỗi.",
    ),
    "promises": Shape(
        "lời cam đoan",
        "Lời cam đoan",
        (
            Box("words", "Câu cam đoan", "long"),
            Box("when", "Chỉ khi", "condition", optional=True),
        ),
        "words",
        {},
    ),
    "components": Shape(
        "giấy tờ",
        "Giấy tờ",
        (
            Box("name", "Tên giấy tờ", "long"),
            Box(
                "duty",
                "Nộp hay cho xem",
                "radio",
                default="submit",
                options=[("submit", "Nộp"), ("show", "Cho xem bản gốc")],
            ),
            Box("originals", "Số bản chính", "number", default=1),
            Box("copies", "Số bản sao", "number", default=0),
            Box("optional", "Có thì nộp (không bắt buộc)", "tick", default=False, optional=True),
            Box(
                "is_form",
                "Đây là tờ khai: nộp trực tuyến thì biểu mẫu điện tử thay thế",
                "tick",
                default=False,
                optional=True,
            ),
            Box("when", "Chỉ cần khi", "condition", optional=True),
            Box(
                "cases",
                "Chỉ trong trường hợp",
                "many",
                options=cases_of,
                optional=True,
                hint="Không chọn: mọi trường hợp.",
            ),
            Box(
                "skip_when",
                "Không cần nộp khi",
                "condition",
                optional=True,
                hint="Thường là khi cơ quan nhà nước đã có dữ liệu.",
            ),
            Box("skip_words", "Lời giải thích vì sao không cần nộp", optional=True),
            Box("one_of", "Nhóm thay thế nhau", optional=True, hint="Giấy tờ cùng tên nhóm: có một là đủ."),
            Box(
                "reuse",
                "Dùng lại kết quả mang mã",
                "lines",
                optional=True,
                hint="Mã kết quả như KQ.H17.000039, mỗi dòng một mã.",
            ),
            Box(
                "accepts",
                "Nhận tệp",
                "many",
                default=["pdf", "image"],
                options=[("pdf", "PDF"), ("image", "Ảnh chụp"), ("any", "Tệp khác")],
            ),
            Box("max_files", "Nhiều nhất mấy tệp", "number", default=10),
            Box("note", "Ghi chú", optional=True),
            Box("legal_basis", "Căn cứ pháp lý", optional=True),
            Box("unconfirmed", "Chưa xác nhận vì", optional=True),
        ),
        "name",
        {"originals": 1},
    ),
    "cases": Shape(
        "trường hợp",
        "Trường hợp và thời hạn",
        (
            Box("title", "Tên trường hợp"),
            Box(
                "when",
                "Khi",
                "condition",
                optional=True,
                hint="Trường hợp cuối cùng để trống, dùng cho mọi hồ sơ còn lại.",
            ),
            Box("term", "Thời hạn theo luật", "term", hint=STAGED_HINT),
            Box("term_words", "Lời về thời hạn", optional=True, hint="Để trống thì tự viết từ thời hạn."),
            Box("term_basis", "Căn cứ của thời hạn", optional=True),
            Box("term_unconfirmed", "Thời hạn chưa xác nhận vì", optional=True),
        ),
        "title",
        {"term": ""},
        "Xét từ trên xuống: hồ sơ thuộc trường hợp đầu tiên có điều kiện đúng.",
    ),
    "steps": Shape(
        "bước",
        "Các bước và thời hạn trong nhà",
        (
            Box("title", "Tên bước"),
            Box("kind", "Loại việc", "choice", options=STEP_KINDS),
            Box("office", "Nơi làm", "choice", options=offices_of),
            Box("role", "Vai trò", "choice", options=list(ROLES.items())),
            Box("term", "Thời hạn trong nhà", "term", hint=TERM_HINT),
            Box(
                "stage", "Thuộc giai đoạn", "number", default=1, hint="Theo các giai đoạn của thời hạn luật."
            ),
            Box(
                "parallel",
                "Nhóm làm song song",
                optional=True,
                default="",
                hint="Các bước cùng tên nhóm chạy cùng lúc.",
            ),
            Box("skip_when", "Bỏ qua khi", "condition", optional=True),
            Box(
                "silence_is_consent", "Hết hạn không trả lời là đồng ý", "tick", default=False, optional=True
            ),
            Box("waits_for_citizen", "Chờ người dân: đồng hồ dừng", "tick", default=False, optional=True),
            Box("note", "Ghi chú", optional=True),
        ),
        "title",
        {"kind": "review", "role": "specialist", "office": "tuphap", "term": "4h"},
        "Bước đầu là tiếp nhận, bước cuối là trả kết quả. Tổng các bước không vượt thời hạn luật.",
    ),
    "fees": Shape(
        "khoản thu",
        "Phí, lệ phí",
        (
            Box("name", "Tên khoản thu"),
            Box("kind", "Là", "radio", default="charge", options=[("charge", "Lệ phí"), ("fee", "Phí")]),
            Box(
                "method",
                "Cách tính",
                "choice",
                options=[
                    ("none", "Không thu"),
                    ("fixed", "Mức cố định"),
                    ("tiered", "Theo bậc số trang"),
                    ("set_by_province", "Do Hội đồng nhân dân tỉnh quy định"),
                ],
            ),
            Box("amount", "Số tiền", "money", optional=True, when="method=fixed"),
            Box(
                "by_channel.online",
                "Nộp trực tuyến",
                "money",
                optional=True,
                when="method=fixed",
                hint="Để trống nếu như mức chung.",
            ),
            Box("by_channel.counter", "Nộp tại quầy", "money", optional=True, when="method=fixed"),
            Box("by_channel.post", "Nộp qua bưu chính", "money", optional=True, when="method=fixed"),
            Box(
                "group",
                "Tính cho từng mục của nhóm",
                "choice",
                options=groups_of,
                default="",
                optional=True,
                when="method=fixed|tiered",
            ),
            Box(
                "quantity",
                "Nhân với số ở câu",
                "choice",
                options=numbers,
                default="",
                optional=True,
                when="method=fixed|tiered",
            ),
            Box("unit_words", "Đơn vị tính", optional=True, hint="bản, trang…", when="method=fixed|tiered"),
            Box(
                "pages",
                "Số trang ở câu",
                "choice",
                options=numbers,
                default="",
                optional=True,
                when="method=tiered",
            ),
            Box(
                "tiers",
                "Các bậc",
                "rows",
                optional=True,
                when="method=tiered",
                row_title="Bậc",
                blank=2,
                rows=(
                    Box("start", "Từ trang thứ", "number"),
                    Box("amount", "Mỗi trang", "money"),
                ),
            ),
            Box("cap", "Nhiều nhất một bản", "money", optional=True, when="method=tiered"),
            Box(
                "portal_amount",
                "Mức Cổng quốc gia đang ghi",
                "money",
                optional=True,
                when="method=set_by_province",
                hint="Chỉ để tham khảo, không thu.",
            ),
            Box("when", "Chỉ thu khi", "condition", optional=True),
            Box(
                "exempt",
                "Miễn cho",
                "rows",
                optional=True,
                row_title="Đối tượng được miễn",
                rows=(
                    Box("words", "Đối tượng", hint="Như: người thuộc hộ nghèo."),
                    Box("when", "Khi", "condition1"),
                    Box(
                        "proof", "Giấy tờ chứng minh", "choice", options=papers_of, default="", optional=True
                    ),
                    Box("legal_basis", "Căn cứ", optional=True),
                ),
            ),
            Box("note", "Ghi chú", optional=True, hint="Bắt buộc khi mức do tỉnh quy định."),
            Box("legal_basis", "Căn cứ pháp lý"),
            Box("unconfirmed", "Chưa xác nhận vì", optional=True),
        ),
        "name",
        {"kind": "charge"},
        "Ghi cả khi không thu: chọn “Không thu” và căn cứ.",
    ),
    "results": Shape(
        "kết quả",
        "Kết quả",
        (
            Box("title", "Tên văn bản"),
            Box(
                "template",
                "Mẫu trình bày",
                "list",
                options=templates_of,
                hint="Chưa có mẫu riêng thì chọn mẫu quyết định chung.",
            ),
            Box("kind", "Loại", "choice", options=RESULT_KINDS),
            Box("code", "Mã kết quả", optional=True, hint="Để giấy này dùng lại được ở thủ tục khác."),
            Box("symbol", "Ký hiệu", optional=True, hint="Đứng sau số: GP-UBND. Ghi {year} để có năm."),
            Box("signer", "Người ký", "choice", options=list(ROLES.items())),
            Box("sign_as", "Dòng trên chức vụ", default="TM. Ủy ban nhân dân", optional=True),
            Box("position", "Chức vụ người ký", default="Chủ tịch"),
            Box(
                "issuer",
                "Cơ quan cấp",
                "choice",
                options=lambda around: [("", "Ủy ban nhân dân"), *OFFICES.items()],
                default="",
                optional=True,
            ),
            Box("seal", "Đóng dấu cơ quan", "tick", default=True, optional=True),
            Box("keeper", "Nơi lưu", optional=True),
            Box("when", "Chỉ cấp khi", "condition", optional=True),
            Box(
                "layout_confirmed",
                "Mẫu đã đối chiếu với văn bản ban hành",
                "tick",
                default=False,
                optional=True,
            ),
            Box("layout_note", "Ghi chú khi chưa đối chiếu", optional=True),
        ),
        "title",
        {
            "kind": "decision",
            "signer": "leader",
            "template": GENERIC,
            "symbol": "QĐ-UBND",
            "layout_note": "Mẫu trình bày chung, chưa đối chiếu mẫu ban hành",
        },
    ),
}
