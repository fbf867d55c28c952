"""Forms of the room."""

from __future__ import annotations

from typing import Any

from django import forms

from xaso.kernel.base.errors import ActionError
from xaso.kernel.ui.fields import CountField, DecimalField, LongTextField, TextField
from xaso.kernel.ui.forms import ask
from xaso.kernel.ui.widgets import FilePicker
from xaso.services.notices import rules
from xaso.services.notices.models import HamletTask, Notice

_MOMENT = {"type": "datetime-local", "autocomplete": "off", "class": "w20"}
_FORMATS = ["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"]
TERMS = (
    ("1wd", "1 ngày làm việc"),
    ("2wd", "2 ngày làm việc"),
    ("3wd", "3 ngày làm việc"),
    ("5wd", "5 ngày làm việc"),
    ("10wd", "10 ngày làm việc"),
    ("4h", "4 giờ làm việc"),
)


class ActionForm(forms.Form):
    """A form that shows what an action refused beside the fields it names."""

    def take(self, error: ActionError) -> None:
        """Messages at their fields; others above the form."""
        for field, words in error.errors.items():
            for one in words:
                self.add_error(field if field in self.fields else None, one)


def _choose(label: str, required: bool = True, **more: Any) -> forms.ChoiceField:
    said = {"required": f"Chọn {label[:1].lower()}{label[1:]}", "invalid_choice": "Chọn trong danh sách"}
    return forms.ChoiceField(label=label, required=required, error_messages=said, **more)


def _several(label: str, **more: Any) -> forms.MultipleChoiceField:
    said = {
        "invalid_choice": "Có mục không còn trong danh sách. Chọn lại",
        "required": "Chọn ít nhất một mục",
    }
    more.setdefault("required", False)
    return forms.MultipleChoiceField(
        label=label, widget=forms.CheckboxSelectMultiple, error_messages=said, **more
    )


class ReportForm(ActionForm):
    """What the task asks for, and nothing else."""

    text = LongTextField(label="Đã làm gì", required=False, longest=4000)
    figure = DecimalField(label="Số liệu", required=False, least=0, most=1_000_000_000)
    photo = forms.FileField(
        label="Ảnh chụp",
        required=False,
        help_text="Chụp ngay hoặc chọn ảnh trong máy. Ảnh không giữ được trong máy khi mất mạng: chọn lại lúc gửi.",
        widget=FilePicker(accept="image/*", side=1600),
    )

    def __init__(self, task: HamletTask, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in rules.ASKS:
            if name not in task.asks and name != "text":
                del self.fields[name]
        if "figure" in self.fields:
            self.fields["figure"].label = task.figure_label or "Số liệu"
        if "text" not in task.asks:
            self.fields["text"].label = "Ghi thêm"
        for name, words in (
            ("text", "Viết đã làm gì, một hai câu"),
            ("figure", "Nhập con số"),
            ("photo", "Chọn một ảnh chụp"),
        ):
            if name in task.asks:
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = words


class NoticeForm(ActionForm):
    """A notice on one page: what, to whom, how, and what is to be done about it."""

    kind = _choose("Loại", choices=Notice.Kind.choices, widget=forms.RadioSelect)
    subject = TextField(label="Tiêu đề", longest=150, error_messages={"required": "Nhập tiêu đề"})
    body = LongTextField(
        label="Nội dung",
        longest=8000,
        help_text="Viết như nói với bà con. {name} là tên người nhận, {hamlet} là thôn; cột của danh sách cũng vậy.",
        error_messages={"required": "Nhập nội dung"},
    )
    sms = LongTextField(
        label="Nội dung SMS",
        required=False,
        longest=900,
        help_text="Ngắn. Để trống thì gửi tiêu đề. Bỏ dấu để một tin chứa được 160 chữ.",
    )
    sms_accents = forms.BooleanField(label="Giữ dấu trong SMS (tốn gấp đôi)", required=False)
    units = _several("Thôn, bản, tổ dân phố")
    whole = forms.BooleanField(label="Toàn bộ địa bàn", required=False)
    roles = _several(
        "Chỉ gửi người giữ vai trò", help_text="Không chọn thì gửi mọi người dân ở các nơi trên."
    )
    lists = _several("Danh sách")
    polygons = forms.CharField(label="Vùng vẽ trên bản đồ", required=False, widget=forms.HiddenInput)
    sex = _choose("Giới tính", required=False, choices=(("", "Không lọc"), ("female", "Nữ"), ("male", "Nam")))
    age_from = CountField(label="Từ tuổi", required=False, least=0, most=120)
    age_to = CountField(label="Đến tuổi", required=False, least=0, most=120)
    ethnicity = TextField(label="Dân tộc", required=False, longest=30)
    ladder = _choose("Kênh, theo thứ tự", choices=[(key, words) for key, (words, _) in rules.LADDERS.items()])
    wait_minutes = CountField(
        label="Chờ bao nhiêu phút thì sang kênh sau", least=1, most=2880, initial=30, unit="phút"
    )
    zalo_template = TextField(
        label="Mã mẫu Zalo đã duyệt", required=False, longest=20, help_text="Không có thì bỏ qua Zalo."
    )
    zalo_data = LongTextField(
        label="Dữ liệu mẫu Zalo", required=False, longest=2000, help_text="Mỗi dòng một mục: ten = {name}"
    )
    speaker = _choose("Đọc trên loa", required=False, choices=Notice.Speaker.choices)
    is_public = forms.BooleanField(label="Đăng lên trang thông báo của xã", required=False)
    needs_receipt = forms.BooleanField(
        label="Người nhận phải bấm “đã nhận”",
        required=False,
        help_text="Ai chưa bấm thì được nhắc qua kênh sau, cuối cùng vào danh sách gọi điện.",
    )
    urgent = forms.BooleanField(
        label="Khẩn: gửi cả trong giờ yên tĩnh", required=False, help_text="Luôn cần người thứ hai duyệt."
    )
    urgent_reason = ask(TextField(label="Vì sao khẩn", required=False, longest=300), when="urgent=on")
    send_at = forms.DateTimeField(
        label="Hẹn giờ gửi",
        required=False,
        widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M"),
        input_formats=_FORMATS,
        help_text="Để trống thì gửi ngay khi được gửi.",
        error_messages={"invalid": "Nhập như 21/11/2026 08:30"},
    )
    task_title = ask(TextField(label="Thôn phải làm gì", required=False, longest=200), when="kind=directive")
    task_term = ask(
        _choose("Trong thời hạn", required=False, choices=TERMS, initial="3wd"), when="kind=directive"
    )
    task_asks = ask(_several("Báo cáo gồm", choices=list(rules.ASKS.items())), when="kind=directive")
    task_figure = ask(
        TextField(label="Tên con số", required=False, longest=120, help_text="Ví dụ: Số hộ đã di dời"),
        when="kind=directive",
    )

    def __init__(
        self,
        hamlets: list[tuple[str, str]],
        roles: list[tuple[str, str]],
        lists: list[tuple[str, str]],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("units", hamlets), ("roles", roles), ("lists", lists)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            if not choices:
                del self.fields[name]


class TemplateForm(ActionForm):
    """A text kept for use again."""

    title = TextField(label="Tên mẫu", longest=150, error_messages={"required": "Đặt tên mẫu"})
    subject = TextField(label="Tiêu đề", longest=150, error_messages={"required": "Nhập tiêu đề"})
    body = LongTextField(
        label="Nội dung",
        longest=8000,
        help_text="Chỗ thay đổi viết như {ngay}, {so_tien}.",
        error_messages={"required": "Nhập nội dung"},
    )
    sms = LongTextField(label="Nội dung SMS", required=False, longest=900)
    zalo_template = TextField(label="Mã mẫu Zalo đã duyệt", required=False, longest=20)
    zalo_data = LongTextField(
        label="Dữ liệu mẫu Zalo", required=False, longest=2000, help_text="Mỗi dòng một mục: ten = {name}"
    )


class ListForm(ActionForm):
    """A list of receivers and the sheet it is filled from."""

    title = TextField(label="Tên danh sách", longest=150, error_messages={"required": "Đặt tên danh sách"})
    purpose = TextField(
        label="Dùng để", longest=200, error_messages={"required": "Ghi danh sách dùng để làm gì"}
    )
    file = forms.FileField(
        label="Tệp Excel hoặc CSV",
        help_text="Dòng đầu là tên cột: Họ và tên, Điện thoại (hoặc Email), Thôn; cột khác đặt tên tùy ý.",
        error_messages={"required": "Chọn tệp danh sách", "empty": "Tệp rỗng. Chọn tệp khác"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,text/csv"}),
    )
    good_only = forms.BooleanField(
        label="Lấy các dòng đúng, bỏ các dòng lỗi",
        required=False,
        help_text="Chỉ chọn sau khi đã xem các dòng lỗi.",
    )


class WordsForm(ActionForm):
    """One box of words."""

    words = LongTextField(label="Lời", required=False, longest=2000)

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label


class AnswerForm(ActionForm):
    """An answer to somebody who wrote back."""

    answer = LongTextField(label="Trả lời", longest=900, error_messages={"required": "Viết câu trả lời"})


class TaskForm(ActionForm):
    """A task for one hamlet."""

    hamlet = _choose("Thôn, bản")
    title = TextField(label="Việc phải làm", longest=200, error_messages={"required": "Ghi việc phải làm"})
    detail = LongTextField(label="Nói rõ", required=False, longest=4000)
    term = _choose("Trong thời hạn", choices=TERMS, initial="3wd")
    asks = _several("Báo cáo gồm", choices=list(rules.ASKS.items()), required=True)
    figure_label = TextField(label="Tên con số", required=False, longest=120)

    def __init__(self, hamlets: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hamlet"].choices = [("", "Chọn"), *hamlets]  # type: ignore[attr-defined]


class CallForm(ActionForm):
    """What came of telephoning somebody."""

    outcome = _choose(
        "Kết quả",
        choices=(("told", "Đã báo, người nghe nhận"), ("away", "Không nghe máy")),
        widget=forms.RadioSelect,
    )
    note = TextField(label="Ghi chú", required=False, longest=200)
