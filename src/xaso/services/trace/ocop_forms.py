"""Forms of OCOP: the score sheet is made of the criteria, one box a line."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from xaso.kernel.ui import fields, widgets
from xaso.services.trace.models import OcopCriterion, OcopGroup, Product
from xaso.services.trace.ocop_evidence import Choice
from xaso.services.trace.rules import ocop as rules

_SELECT = {"autocomplete": "off"}


def _select() -> forms.Select:
    return forms.Select(attrs=_SELECT)


def _number(value: Any) -> str:
    return f"{Decimal(str(value)).normalize():f}".replace(".", ",")


class BeginForm(forms.Form):
    """Which product, in which group, with what story."""

    product = forms.ChoiceField(
        label="Sản phẩm", widget=_select(), error_messages={"required": "Chọn sản phẩm"}
    )
    group = forms.ChoiceField(
        label="Phân nhóm",
        widget=_select(),
        error_messages={"required": "Chọn phân nhóm"},
        help_text="Phân nhóm quyết định phiếu chấm.",
    )
    idea = fields.LongTextField(
        label="Ý tưởng và câu chuyện sản phẩm",
        required=False,
        longest=4000,
        help_text="Từ đâu mà có, ai làm, khác sản phẩm cùng loại ở chỗ nào.",
    )

    def __init__(
        self, products: Iterable[Product], groups: Iterable[OcopGroup], *args: Any, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["product"].choices = [("", "Chọn")] + [(str(p.pk), p.name) for p in products]  # type: ignore[attr-defined]
        self.fields["group"].choices = [("", "Chọn")] + [  # type: ignore[attr-defined]
            (str(g.pk), f"{g.code} {g.title}" if g.parent is None else f"{g.parent.title}: {g.title}")
            for g in groups
        ]


class SheetForm(forms.Form):
    """Points by criterion; an empty box means not scored yet."""

    def __init__(self, criteria: Iterable[OcopCriterion], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.criteria = {one.code: one for one in criteria}
        for code, one in self.criteria.items():
            self.fields[code] = self._box(one)

    def _box(self, one: OcopCriterion) -> forms.Field:
        label = f"{one.code}. {one.title}"
        most = f"Từ 0 đến {_number(one.max_points)} điểm."
        if one.choices:
            options = [("", "Chưa chấm")] + [
                (str(level["points"]), f"{_number(level['points'])} điểm: {level['label']}")
                for level in one.choices
            ]
            return forms.TypedChoiceField(
                label=label,
                choices=options,
                widget=_select(),
                required=False,
                coerce=Decimal,
                empty_value=None,
            )
        return fields.DecimalField(label=label, required=False, help_text=most)

    def clean(self) -> dict[str, Any]:
        """Each number must be one the criterion allows."""
        facts = super().clean() or {}
        for code, one in self.criteria.items():
            value = facts.get(code)
            if isinstance(value, Decimal) and (why := rules.wrong_points(value, one.max_points, one.choices)):
                self.add_error(code, why)
        return facts


class EvidenceForm(forms.Form):
    """A record of the enterprise, or a file, under one criterion."""

    criterion = forms.ChoiceField(
        label="Tiêu chí", widget=_select(), error_messages={"required": "Chọn tiêu chí"}
    )
    record = forms.ChoiceField(label="Lấy từ sổ của cơ sở", widget=_select(), required=False)
    file = forms.FileField(
        label="Hoặc gửi tệp, ảnh",
        required=False,
        widget=widgets.FilePicker(),
        help_text="Ảnh hoặc PDF, tối đa 10 MB.",
    )
    title = fields.TextField(label="Tên tệp minh chứng", required=False, longest=300)

    def __init__(
        self,
        criteria: Iterable[OcopCriterion],
        records: list[tuple[str, list[Choice]]],
        *args: Any,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.fields["criterion"].choices = [("", "Chọn")] + [(c.code, str(c)) for c in criteria]  # type: ignore[attr-defined]
        self.fields["record"].choices = [("", "Chọn")] + [  # type: ignore[attr-defined]
            (title, [(one.value, one.label) for one in rows]) for title, rows in records
        ]

    def clean(self) -> dict[str, Any]:
        """One of the two, and a file has a name."""
        facts = super().clean() or {}
        if not facts.get("record") and not facts.get("file"):
            self.add_error("record", "Chọn một bản ghi hoặc gửi một tệp")
        if facts.get("file") and not facts.get("title"):
            self.add_error("title", "Ghi tên tệp, như “Phiếu kiểm nghiệm tháng 3”")
        return facts


class ReportForm(forms.Form):
    """The commune's report."""

    report = fields.LongTextField(
        label="Báo cáo của xã",
        longest=8000,
        error_messages={"required": "Ghi báo cáo của xã"},
        help_text="Nguồn gốc, nguyên liệu, lao động địa phương, ý tưởng, bản sắc; sự phù hợp của hồ sơ.",
    )


class ReasonForm(forms.Form):
    """What is missing."""

    reason = fields.LongTextField(
        label="Cần bổ sung gì", longest=4000, error_messages={"required": "Ghi rõ cần bổ sung gì"}
    )


class DecisionForm(forms.Form):
    """The council's conclusion and, where the province decides, its decision."""

    minutes = fields.LongTextField(
        label="Kết luận của hội đồng", longest=8000, error_messages={"required": "Ghi kết luận của hội đồng"}
    )
    decision_number = fields.TextField(
        label="Số quyết định công nhận", required=False, longest=60, help_text="Cần khi đạt 3 hoặc 4 sao."
    )
    signed_on = fields.DayField(label="Ngày ký", required=False)


class MinistryForm(forms.Form):
    """What the ministry decided."""

    stars = forms.TypedChoiceField(
        label="Kết quả của Bộ",
        coerce=int,
        choices=[("5", "5 sao"), ("4", "4 sao"), ("3", "3 sao"), ("0", "Không công nhận")],
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn kết quả của Bộ"},
    )
    decision_number = fields.TextField(label="Số quyết định", required=False, longest=60)
    signed_on = fields.DayField(label="Ngày ký", required=False)


class RegisterForm(forms.Form):
    """An earlier decision."""

    product_name = fields.TextField(
        label="Sản phẩm", longest=200, error_messages={"required": "Nhập tên sản phẩm"}
    )
    owner_name = fields.TextField(
        label="Chủ thể", longest=200, error_messages={"required": "Nhập tên chủ thể"}
    )
    group_title = fields.TextField(label="Nhóm sản phẩm", longest=200, required=False)
    stars = forms.TypedChoiceField(
        label="Số sao",
        coerce=int,
        choices=[("3", "3 sao"), ("4", "4 sao"), ("5", "5 sao")],
        widget=_select(),
    )
    decision_number = fields.TextField(
        label="Số quyết định", longest=60, error_messages={"required": "Nhập số quyết định"}
    )
    decided_by = fields.TextField(
        label="Cơ quan quyết định", longest=160, error_messages={"required": "Nhập cơ quan quyết định"}
    )
    signed_on = fields.DayField(label="Ngày ký", error_messages={"required": "Nhập ngày ký"})
    expires_on = fields.DayField(label="Có giá trị đến", error_messages={"required": "Nhập ngày hết giá trị"})


class CriteriaForm(forms.Form):
    """A new set of criteria as a table."""

    title = fields.TextField(label="Tên bộ tiêu chí", longest=200, error_messages={"required": "Nhập tên"})
    legal_basis = fields.TextField(
        label="Căn cứ", longest=300, error_messages={"required": "Nhập số, ngày của quyết định"}
    )
    valid_from = fields.DayField(label="Áp dụng từ ngày", error_messages={"required": "Nhập ngày áp dụng"})
    file = forms.FileField(
        label="Bảng đã sửa (.xlsx)",
        widget=widgets.FilePicker(accept=".xlsx", camera=False),
        error_messages={"required": "Chọn bảng"},
    )


class OfficeForm(forms.Form):
    """The office of the province that deals with OCOP."""

    unit_path = forms.ChoiceField(
        label="Cơ quan OCOP của tỉnh", widget=_select(), error_messages={"required": "Chọn cơ quan"}
    )

    def __init__(self, offices: Iterable[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["unit_path"].choices = [("", "Chọn"), *offices]  # type: ignore[attr-defined]
