"""Forms of recalls: from a lot, what was found, the answer of a holder, the end."""

from __future__ import annotations

from typing import Any

from django import forms

from xaso.kernel.ui.fields import DayField, DecimalField, LongTextField, TextField
from xaso.services.trace import lots_rules
from xaso.services.trace.models import Lot, Recall, RecallFinding, RecallHolder


class PrepareForm(forms.Form):
    """Why goods are called back and what people must do."""

    cause = forms.ChoiceField(
        label="Nguyên nhân",
        choices=Recall.Cause.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn nguyên nhân"},
    )
    reason = LongTextField(
        label="Lý do",
        longest=2000,
        help_text="Ví dụ: mẫu lấy ngày 12/11 có dư lượng vượt mức cho phép, phiếu số 45.",
        error_messages={"required": "Nhập lý do"},
    )
    advice = LongTextField(
        label="Người mua và nơi giữ hàng phải làm gì",
        longest=2000,
        help_text="Ví dụ: ngừng bán, để riêng, không dùng; mang đến nơi mua để trả lại.",
        error_messages={"required": "Nhập việc phải làm"},
    )
    paper = TextField(label="Số văn bản", required=False, longest=60)

    def __init__(self, near: list[Lot], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if near:
            self.fields["also"] = forms.MultipleChoiceField(
                label="Thu hồi luôn hàng làm từ các lô này",
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(str(one.pk), f"{one.product.name}, lô {one.code}") for one in near],
                help_text="Chọn khi nguyên liệu cũng bị nghi. Hàng khác làm từ cùng nguyên liệu sẽ bị thu hồi theo.",
            )


def _uoms(uom: str) -> list[tuple[str, str]]:
    return [(uom, lots_rules.word_of(uom))]


class FindingForm(forms.Form):
    """What was found, given back, destroyed or is gone."""

    kind = forms.ChoiceField(
        label="Kết quả",
        choices=RecallFinding.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn kết quả"},
    )
    quantity = DecimalField(label="Lượng", error_messages={"required": "Nhập lượng hàng"})
    uom = forms.ChoiceField(label="Đơn vị tính")
    happened_on = DayField(label="Ngày", required=False)
    note = TextField(label="Ghi chú", required=False, longest=300)

    def __init__(self, uom: str, holders: list[RecallHolder], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["uom"].choices = _uoms(uom)  # type: ignore[attr-defined]
        if holders:
            self.fields["holder"] = forms.ChoiceField(
                label="Nơi giữ hàng",
                required=False,
                choices=[("", "Tại cơ sở"), *((str(one.pk), one.name) for one in holders)],
            )


class AnswerForm(forms.Form):
    """What a holder answers on the private page."""

    kind = forms.ChoiceField(
        label="Hàng của lô này ở chỗ ông/bà thế nào?",
        choices=[
            (RecallFinding.Kind.FOUND, "Còn, đã để riêng, không bán nữa"),
            (RecallFinding.Kind.RETURNED, "Đã gửi trả lại"),
            (RecallFinding.Kind.DESTROYED, "Đã tiêu hủy"),
            (RecallFinding.Kind.GONE, "Đã bán hoặc đã dùng"),
            ("none", "Không có hàng của lô này"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn một câu trả lời"},
    )
    quantity = DecimalField(label="Bao nhiêu", required=False)
    uom = forms.ChoiceField(label="Đơn vị tính")
    note = TextField(label="Nói thêm", required=False, longest=300)

    def __init__(self, uom: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["uom"].choices = _uoms(uom)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An amount is asked unless there is nothing."""
        facts = super().clean() or {}
        if (
            facts.get("kind") not in (None, "none")
            and facts.get("quantity") is None
            and "quantity" not in self.errors
        ):
            self.add_error("quantity", "Nhập lượng hàng")
        return facts


class CloseForm(forms.Form):
    """The conclusion."""

    closing = LongTextField(label="Kết luận", longest=3000, error_messages={"required": "Nhập kết luận"})
    cleared = forms.BooleanField(
        label="Nghi vấn không đúng: cho dùng lại các lô đã dừng trong đợt này", required=False
    )
