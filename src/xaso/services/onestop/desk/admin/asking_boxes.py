"""The boxes of a question, and of what the whole procedure is."""

from __future__ import annotations

from xaso.services.onestop.desk.admin.boxes import Box
from xaso.services.onestop.desk.admin.choices import (
    FILLS,
    KINDS,
    TERM_HINT,
    countable,
    earlier,
    lists_of,
)

_CHOICE = "kind=radio|select|checkbox"
QUESTION = (
    Box("label", "Câu hỏi", hint="Ngắn, như tên ô trên tờ khai."),
    Box("kind", "Kiểu trả lời", "choice", options=KINDS),
    Box("hint", "Lời gợi ý", optional=True, hint="Một câu ngắn dưới câu hỏi."),
    Box("ask", "Lời nhắc khi để trống", optional=True, hint="Để trống thì tự soạn từ câu hỏi."),
    Box("optional", "Không bắt buộc trả lời", "tick", default=False, optional=True),
    Box("ask_when", "Chỉ hỏi khi", "condition", optional=True, hint="Để trống: luôn hỏi."),
    Box("prefill", "Điền sẵn từ", "choice", options=FILLS, optional=True, default=""),
    Box("list_name", "Danh sách có sẵn", "choice", options=lists_of, optional=True, default="", when=_CHOICE),
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
    Box(
        "partial", "Chỉ nhớ năm hoặc tháng cũng được", "tick", default=False, optional=True, when="kind=date"
    ),
    Box(
        "not_future", "Không được là ngày sau hôm nay", "tick", default=False, optional=True, when="kind=date"
    ),
    Box(
        "not_past", "Không được là ngày trước hôm nay", "tick", default=False, optional=True, when="kind=date"
    ),
    Box(
        "not_before",
        "Không trước ngày ở câu",
        "choice",
        options=earlier("date"),
        default="",
        optional=True,
        when="kind=date",
    ),
    Box(
        "not_after",
        "Không sau ngày ở câu",
        "choice",
        options=earlier("date"),
        default="",
        optional=True,
        when="kind=date",
    ),
    Box(
        "compute.op",
        "Cách tính",
        "choice",
        when="kind=computed",
        optional=True,
        options=[("sum", "Cộng"), ("product", "Nhân"), ("count", "Đếm số mục của nhóm"), ("copy", "Lấy lại")],
    ),
    Box("compute.of", "Tính từ", "many", options=countable, when="kind=computed", optional=True),
    Box("item_title", "Tên một mục", optional=True, hint="Như: Người con.", when="kind=group"),
    Box("min_items", "Ít nhất mấy mục", "number", default=1, optional=True, when="kind=group"),
    Box("max_items", "Nhiều nhất mấy mục", "number", default=20, optional=True, when="kind=group"),
)

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
        "channels",
        "Cách nộp",
        "many",
        default=["online", "counter", "post"],
        options=[("online", "Trực tuyến"), ("counter", "Tại quầy"), ("post", "Qua bưu chính")],
    ),
    Box(
        "online_level",
        "Mức độ trực tuyến",
        "radio",
        default="full",
        options=[("full", "Toàn trình"), ("partial", "Một phần")],
    ),
    Box("partial_reason", "Vì sao chỉ một phần", optional=True, when="online_level=partial"),
    Box("supplement_limit", "Được yêu cầu bổ sung mấy lần", "number", default=1),
    Box(
        "supplement_days",
        "Người dân có bao lâu để bổ sung",
        "term",
        optional=True,
        hint=f"{TERM_HINT} Pháp luật không quy định thì để trống.",
    ),
    Box("supplement_basis", "Căn cứ của việc bổ sung", optional=True),
    Box(
        "unconfirmed",
        "Điểm chưa xác nhận",
        "rows",
        optional=True,
        row_title="Điểm",
        hint="Hiện cho người dân và cán bộ biết. Chốt xong thì xóa chữ của dòng đó.",
        rows=(Box("what", "Phần nào"), Box("why", "Vì sao, cần gì để chốt")),
    ),
)
