"""Forms of people, shelters, rules and sources."""

from __future__ import annotations

from typing import Any

from django import forms

from xaso.kernel.ui.fields import CountField, DecimalField, LongTextField, NameField, PhoneField, TextField
from xaso.services.alerts.forms import PickField
from xaso.services.alerts.models import FrailPerson
from xaso.services.alerts.rules import law


class FrailForm(forms.Form):
    """Why somebody needs help, and who helps."""

    kind = PickField(label="Lý do cần giúp", choices=FrailPerson.Kind.choices)
    need = TextField(label="Cần gì", longest=300, required=False, help_text="Ví dụ: cáng, xe lăn, thuốc.")
    helper = TextField(
        label="Ai giúp",
        longest=150,
        help_text="Con cháu, hàng xóm, tổ xung kích.",
        error_messages={"required": "Nhập tên người giúp"},
    )
    helper_phone = PhoneField(label="Điện thoại người giúp", required=False)


class ShelterForm(forms.Form):
    """A house that takes people in."""

    unit_path = PickField(label="Thuộc")
    name = TextField(label="Tên nơi sơ tán", longest=160, error_messages={"required": "Nhập tên"})
    address = TextField(label="Địa chỉ", longest=200, required=False)
    capacity = CountField(label="Chứa được mấy người", least=1, error_messages={"required": "Nhập số người"})
    phone = PhoneField(label="Điện thoại trực", required=False)
    lat = DecimalField(label="Vĩ độ", error_messages={"required": "Nhập vĩ độ"})
    lon = DecimalField(label="Kinh độ", error_messages={"required": "Nhập kinh độ"})

    def __init__(self, units: list[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["unit_path"].choices = units  # type: ignore[attr-defined]


class StayForm(forms.Form):
    """A household comes in."""

    shelter = PickField(label="Nơi sơ tán")
    name = NameField(label="Tên chủ hộ", error_messages={"required": "Nhập tên chủ hộ"})
    phone = PhoneField(label="Điện thoại", required=False)
    people = CountField(label="Mấy người", least=1, most=200, error_messages={"required": "Nhập số người"})

    def __init__(self, shelters: list[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["shelter"].choices = shelters  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    """The commune's rule."""

    unit_path = PickField(label="Xã, phường")
    people = PickField(
        label="Cảnh báo khẩn cấp cần mấy người",
        choices=[("2", "Hai người: người soạn và người xác nhận"), ("1", "Một người")],
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn số người"},
    )
    auto_siren = forms.BooleanField(
        label="Cho trạm đo tự phát báo động khi vượt ngưỡng đã duyệt", required=False
    )
    paper = TextField(
        label="Văn bản của xã", longest=200, error_messages={"required": "Ghi số, ngày văn bản"}
    )

    def __init__(self, units: list[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["unit_path"].choices = units  # type: ignore[attr-defined]


class SourceForm(forms.Form):
    """A source of CAP messages."""

    unit_path = PickField(label="Xã, phường")
    name = TextField(label="Tên nguồn", longest=160, error_messages={"required": "Nhập tên nguồn"})
    sender = TextField(
        label="Mã nơi gửi",
        longest=160,
        help_text="Đúng như phần sender trong bản tin.",
        error_messages={"required": "Nhập mã nơi gửi"},
    )
    certificate = LongTextField(
        label="Chứng thư (PEM)", longest=20000, error_messages={"required": "Dán chứng thư"}
    )

    def __init__(self, units: list[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["unit_path"].choices = units  # type: ignore[attr-defined]


class RiskForm(forms.Form):
    """How easily a place floods or slides."""

    unit_path = PickField(label="Xã, phường")
    region = PickField(
        label="Khu vực theo điều 46", choices=[(str(one), f"Khu vực {one}") for one in (1, 2, 3, 4)]
    )
    susceptibility = PickField(
        label="Mức dễ xảy ra lũ quét, sạt lở", choices=list(law.SUSCEPTIBILITIES.items())
    )
    source = TextField(label="Nguồn", longest=300, error_messages={"required": "Ghi nguồn"})
    confirmed = forms.BooleanField(label="Đã đối chiếu với bản gốc", required=False)

    def __init__(self, units: list[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["unit_path"].choices = units  # type: ignore[attr-defined]


class SureForm(forms.Form):
    """Who confirms has read exactly this."""

    digest = forms.CharField(widget=forms.HiddenInput)
    sure = forms.BooleanField(label="Tôi đã đọc nội dung ở trên", required=False)

    def __init__(self, drill: bool, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if drill:
            self.fields["sure"].label = "Tôi đã đọc nội dung ở trên và biết đây là diễn tập"
