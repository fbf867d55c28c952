"""Forms of gauges: a gauge, a reading, a file of readings, a threshold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.ui.fields import CountField, DayField, DecimalField, TextField
from xaso.kernel.ui.widgets import TextBox
from xaso.services.alerts.forms import PickField
from xaso.services.alerts.models import Gauge, GaugeThreshold
from xaso.services.alerts.rules import law


class GaugeForm(forms.Form):
    """A new gauge."""

    name = TextField(label="Tên trạm", longest=160, error_messages={"required": "Nhập tên trạm"})
    code = forms.SlugField(
        label="Mã trạm",
        max_length=40,
        widget=TextBox("text"),
        help_text="Chữ không dấu, số, gạch nối. Ví dụ: nam-thi-mua.",
        error_messages={"required": "Nhập mã trạm", "invalid": "Mã chỉ gồm chữ không dấu, số và gạch nối"},
    )
    kind = PickField(
        label="Loại trạm",
        choices=Gauge.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn loại trạm"},
    )
    way = PickField(label="Cách lấy số", choices=Gauge.Way.choices)
    unit_path = PickField(label="Thuộc")
    lat = DecimalField(label="Vĩ độ", error_messages={"required": "Nhập vĩ độ"}, help_text="Ví dụ: 22,3512")
    lon = DecimalField(
        label="Kinh độ", error_messages={"required": "Nhập kinh độ"}, help_text="Ví dụ: 103,8604"
    )
    every_minutes = CountField(label="Mấy phút một số", least=1, most=1440, initial=60)
    owner = TextField(label="Của ai", longest=160, required=False)
    old_unit_code = TextField(label="Mã xã cũ nơi đặt trạm", longest=10, required=False)

    def __init__(self, units: list[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["unit_path"].choices = units  # type: ignore[attr-defined]


class ReadingForm(forms.Form):
    """One reading by hand."""

    day = DayField(label="Ngày", error_messages={"required": "Nhập ngày"})
    time = TextField(
        label="Giờ", longest=5, help_text="Ví dụ: 07:00", error_messages={"required": "Nhập giờ"}
    )
    value = DecimalField(label="Số đo", error_messages={"required": "Nhập số đo"})

    def clean_time(self) -> Any:
        """ "7:00", "07.00", "7h30"."""
        text = self.cleaned_data["time"].lower().replace("h", ":").replace(".", ":")
        text = f"{text}00" if text.endswith(":") else text
        try:
            return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of the day, joined below
        except ValueError as error:
            raise forms.ValidationError("Nhập giờ như 07:00") from error

    def moment(self) -> datetime:
        """When it was read."""
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"], VIETNAM)

    @staticmethod
    def first() -> dict[str, Any]:
        """Today at this hour."""
        here = now().astimezone(VIETNAM)
        return {"day": here.date(), "time": f"{here:%H}:00"}


class FileForm(forms.Form):
    """A file of readings."""

    file = forms.FileField(
        widget=forms.FileInput(attrs={"autocomplete": "off", "accept": ".csv,.xlsx"}),
        label="Tệp CSV hoặc XLSX",
        help_text="Ba cột: mã trạm, lúc đo (20/11/2026 07:00), số đo.",
        error_messages={"required": "Chọn tệp"},
    )


class ThresholdForm(forms.Form):
    """A threshold of a gauge."""

    hazard = PickField(label="Cảnh báo gì")
    measure = PickField(label="Đo bằng", choices=GaugeThreshold.Measure.choices)
    hours = CountField(label="Trong mấy giờ", least=0, most=144, initial=1)
    value = DecimalField(label="Ngưỡng", error_messages={"required": "Nhập ngưỡng"})
    release = DecimalField(
        label="Xuống tới mức này thì thôi", error_messages={"required": "Nhập mức thôi, thấp hơn ngưỡng"}
    )
    slope = DecimalField(label="Hệ số mưa các ngày trước", required=False)
    level = PickField(label="Cấp độ rủi ro")
    radius_km = DecimalField(label="Vùng quanh trạm (km)", initial=3)
    source = TextField(
        label="Nguồn công bố",
        longest=300,
        help_text="Văn bản nào, ai ban hành.",
        error_messages={"required": "Ghi nguồn của ngưỡng"},
    )
    unconfirmed = forms.BooleanField(label="Chưa đối chiếu với bản gốc", required=False)
    siren = forms.BooleanField(label="Được tự phát báo động khi quy tắc của xã cho phép", required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["hazard"].choices = [(one.key, one.name) for one in law.hazards().values()]  # type: ignore[attr-defined]
        self.fields["level"].choices = [(str(one.number), one.name) for one in law.levels()]  # type: ignore[attr-defined]
