"""Forms of the diary and of the co-operative's own pages."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from xaso.kernel.base.errors import ActionError
from xaso.kernel.ui.fields import (
    CountField,
    DayField,
    DecimalField,
    IdNumberField,
    LongTextField,
    NameField,
    PhoneField,
    TextField,
)
from xaso.kernel.ui.forms import ask
from xaso.services.trace import crops
from xaso.services.trace.models import Enterprise, InputProduct, Product, Seat, Site
from xaso.services.trace.queries import diary as queries
from xaso.services.trace.rules import diary as rules

UNITS = [("KGM", "kg"), ("GRM", "g"), ("TNE", "tấn"), ("LTR", "lít"), ("MLT", "ml"), ("EA", "cái, gói")]
_LAND = (
    "planting|pruning|fertilising|spraying|watering|weeding|tending|feeding|hive_checking|harvesting|weather"
)
_USES = "|".join(rules.USES)
_ON_LOTS = "|".join(sorted(rules.ON_LOTS))


class ActionForm(forms.Form):
    """A form that shows what an action refused beside the fields it names."""

    def take(self, error: ActionError) -> None:
        """Messages at their fields; others above the form."""
        for field, messages in error.errors.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


def _choose(label: str, required: bool = True, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=required,
        error_messages={
            "required": f"Chọn {label[:1].lower()}{label[1:]}",
            "invalid_choice": "Chọn trong danh sách",
        },
        **more,
    )


class EntryForm(ActionForm):
    """One line in three taps: where, which work, save. The rest is filled in beforehand or left out."""

    where = _choose("Thửa hoặc tổ", required=False, widget=forms.RadioSelect)
    plant = TextField(
        label="Số cây",
        required=False,
        longest=60,
        help_text="Chỉ khi ghi cho một cây: quét mã trên cây hoặc gõ số.",
    )
    work = _choose("Việc đã làm", widget=forms.RadioSelect)
    amount = ask(
        DecimalField(
            label="Lượng",
            required=False,
            help_text="kg hoặc lít, như 12,5. Thu hái, mua thì phải ghi.",
            least=0,
            most=1_000_000,
        ),
        when=f"work={_USES}|harvesting|purchasing",
    )
    input = ask(_choose("Loại đã dùng", required=False), when=f"work={_USES}")
    input_batch = ask(
        TextField(label="Số lô ghi trên bao, chai", required=False, longest=60), when=f"work={_USES}"
    )
    member = ask(_choose("Hộ bán", required=False), when="work=purchasing")
    product = ask(_choose("Nguyên liệu", required=False), when="work=purchasing")
    lot = ask(_choose("Lô", required=False), when=f"work={_ON_LOTS}|storing")
    store = ask(_choose("Kho", required=False), when="work=storing")
    rain_mm = ask(DecimalField(label="Mưa (mm)", required=False, least=0, most=2000), when="work=weather")
    low_c = ask(DecimalField(label="Thấp nhất (°C)", required=False, least=-20, most=50), when="work=weather")
    high_c = ask(DecimalField(label="Cao nhất (°C)", required=False, least=-20, most=60), when="work=weather")
    sky = ask(TextField(label="Trời", required=False, longest=80), when="work=weather")
    day = DayField(label="Ngày làm", required=False)
    note = LongTextField(label="Ghi chú", required=False, longest=4000)
    photo = forms.FileField(label="Ảnh", required=False)
    voice = forms.FileField(label="Lời nói", required=False)

    def __init__(self, place: queries.Place, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        land = queries.plots(place, kind=Site.Kind.PLOT)
        self.plots = list(land)
        groups = list(queries.groups(place.enterprise)) if place.records else []
        self.groups = [one for one in groups if getattr(one, "households", 0)]
        self._fill(
            where=[
                *((f"site:{one.pk}", one.name) for one in self.plots),
                *((f"group:{one.pk}", one.name) for one in self.groups),
            ],
            work=[(one["term"], one["label"]) for one in queries.works_here(place)],
            input=self._inputs(),
            member=[("", "Chọn hộ"), *((str(one.pk), f"{one.code} {one.name}") for one in self._sellers())],
            product=[
                ("", "Theo thửa của hộ"),
                *((str(one.pk), one.name) for one in queries.raw_products(place)),
            ],
            lot=[
                ("", "Chọn lô"),
                *((str(one.pk), f"{one.code} – {one.product.name}") for one in self._lots()),
            ],
            store=[
                ("", "Chọn kho"),
                *((str(one.pk), one.name) for one in queries.plots(place, kind="store")),
            ],
        )

    def _fill(self, **choices: Any) -> None:
        for name, rows in choices.items():
            self.fields[name].choices = rows  # type: ignore[attr-defined]

    def _inputs(self) -> list[Any]:
        rows = InputProduct.objects.filter(enterprise=self.place.enterprise, ended_at__isnull=True)
        kinds: dict[str, list[tuple[str, str]]] = {}
        for one in rows.order_by("kind", "name"):
            kinds.setdefault(one.get_kind_display(), []).append((str(one.pk), one.name))
        return [("", "Chọn loại"), *kinds.items()]

    def _sellers(self) -> list[Any]:
        return list(queries.members(self.place).filter(ended_at__isnull=True)) if self.place.records else []

    def _lots(self) -> list[Any]:
        return list(queries.raw_lots(self.place)[:60]) if self.place.records else []


class CorrectForm(ActionForm):
    """What can be put right in a line, and why."""

    day = DayField(label="Ngày làm")
    amount = DecimalField(label="Lượng", required=False, least=0, most=1_000_000)
    note = LongTextField(label="Ghi chú", required=False, longest=4000)
    reason = TextField(label="Lý do sửa", longest=300, error_messages={"required": "Ghi lý do sửa"})


class WithdrawForm(ActionForm):
    """Why a line is withdrawn."""

    reason = TextField(
        label="Lý do rút",
        longest=300,
        help_text="Dòng vẫn còn trong sổ và được ghi rõ là không xảy ra.",
        error_messages={"required": "Ghi lý do rút"},
    )


class MemberForm(ActionForm):
    """A member household."""

    name = NameField(label="Tên chủ hộ")
    code = TextField(
        label="Số thành viên", required=False, longest=20, help_text="Để trống: hệ thống đánh số."
    )
    group = _choose("Tổ", required=False)
    hamlet = TextField(label="Thôn, bản", required=False, longest=120)
    phone = PhoneField(label="Điện thoại", required=False)
    personal_number = IdNumberField(
        label="Số định danh", required=False, help_text="Cần khi hộ tự ghi nhật ký bằng VNeID."
    )
    joined_on = DayField(label="Vào ngày", required=False)
    seat = forms.BooleanField(label="Cho hộ tự ghi nhật ký thửa của mình", required=False)
    shows_name = forms.BooleanField(
        label="Hộ đồng ý hiện tên cho người mua",
        required=False,
        help_text="Chỉ đánh dấu khi chủ hộ đã đồng ý. Rút lại lúc nào cũng được.",
    )

    def __init__(self, enterprise: Enterprise, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = queries.groups(enterprise)
        self.fields["group"].choices = [("", "Không có tổ"), *((str(one.pk), one.name) for one in rows)]  # type: ignore[attr-defined]


class GroupForm(ActionForm):
    """A group of households."""

    name = TextField(label="Tên tổ", longest=120)


class SeatForm(ActionForm):
    """Who may act for the enterprise."""

    full_name = NameField(label="Họ, chữ đệm và tên")
    personal_number = IdNumberField(label="Số định danh", help_text="Người này đăng nhập bằng VNeID.")
    role = _choose("Vai trò", choices=Seat.Role.choices, widget=forms.RadioSelect)


class GeometryField(forms.CharField):
    """A drawn or walked outline as GeoJSON text; empty is none."""

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        try:
            return json.loads(text)
        except json.JSONDecodeError as problem:
            raise forms.ValidationError("Hình vẽ bị hỏng. Vẽ lại hoặc đi lại quanh thửa.") from problem


class SiteForm(ActionForm):
    """A plot, workshop, store or shop."""

    name = TextField(label="Tên nơi", longest=120, help_text="Như mọi người vẫn gọi: Nương bà Mẩy 1.")
    kind = _choose("Loại nơi", choices=Site.Kind.choices, widget=forms.RadioSelect, initial=Site.Kind.PLOT)
    crop = ask(_choose("Cây trồng", required=False), when="kind=plot")
    variety = ask(TextField(label="Giống", required=False, longest=80), when="kind=plot")
    member = ask(_choose("Hộ", required=False), when="kind=plot")
    area_m2 = ask(
        DecimalField(
            label="Diện tích (m²)",
            required=False,
            least=1,
            most=100_000_000,
            help_text="Để trống: tính theo hình vẽ.",
        ),
        when="kind=plot",
    )
    planted_year = ask(CountField(label="Năm trồng", required=False), when="kind=plot")
    area_code = ask(TextField(label="Mã số vùng trồng", required=False, longest=40), when="kind=plot")
    gln = TextField(label="GLN", required=False, longest=13, help_text="Chỉ khi cơ sở có mã GS1.")
    geometry = GeometryField(label="Hình trên bản đồ", required=False, widget=forms.HiddenInput)

    def __init__(self, enterprise: Enterprise, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["crop"].choices = [("", "Chọn cây"), *crops.choices()]  # type: ignore[attr-defined]
        rows = enterprise.members.filter(ended_at__isnull=True).order_by("code")
        self.fields["member"].choices = [  # type: ignore[attr-defined]
            ("", "Của chung"),
            *((str(one.pk), f"{one.code} {one.name}") for one in rows),
        ]


class PlantsForm(ActionForm):
    """How many plants get a number."""

    count = CountField(label="Số cây", least=1, most=2000)
    letters = TextField(
        label="Chữ đầu của số cây", required=False, longest=12, help_text="Ví dụ A: A001, A002, …"
    )


class ProductForm(ActionForm):
    """A product or raw material."""

    name = TextField(label="Tên sản phẩm", longest=200)
    kind = _choose("Loại", choices=Product.Kind.choices, widget=forms.RadioSelect, initial=Product.Kind.DONE)
    crop = _choose("Cây trồng", required=False)
    uom = _choose("Đơn vị tính", choices=UNITS, initial="KGM")
    name_en = TextField(label="Tên tiếng Anh", required=False, longest=200)
    brand = TextField(label="Nhãn hiệu", required=False, longest=120)
    description = LongTextField(label="Mô tả", required=False, longest=4000)
    description_en = LongTextField(label="Mô tả bằng tiếng Anh", required=False, longest=4000)
    standards = TextField(label="Tiêu chuẩn áp dụng", required=False, longest=300)
    shelf_life_days = CountField(label="Hạn dùng (ngày)", required=False, least=1, most=3650)
    storage_note = TextField(label="Cách giữ", required=False, longest=300)
    safety_note = TextField(label="Cảnh báo an toàn", required=False, longest=300)
    is_public = forms.BooleanField(label="Công bố cho người mua", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["crop"].choices = [("", "Không theo cây"), *crops.choices()]  # type: ignore[attr-defined]


class ItemForm(ActionForm):
    """A pack size."""

    name = TextField(label="Quy cách", longest=120, help_text="Ví dụ: Hộp 200 g.")
    net_quantity = DecimalField(label="Lượng tịnh")
    net_uom = _choose("Đơn vị tính", choices=UNITS, initial="KGM")
    gtin = TextField(
        label="GTIN",
        required=False,
        longest=14,
        help_text="Chỉ khi cơ sở có mã GS1. Không có thì để trống, tem vẫn dùng được.",
    )


class InputForm(ActionForm):
    """An input with its waiting time."""

    kind = _choose("Loại vật tư", choices=InputProduct.Kind.choices)
    name = TextField(label="Tên ghi trên nhãn", longest=120)
    substance = TextField(label="Hoạt chất, thành phần", required=False, longest=120)
    crop = _choose("Cây trồng", required=False)
    uom = _choose("Đơn vị tính", choices=UNITS, initial="KGM")
    usual = DecimalField(label="Lượng thường dùng một lần", required=False, least=0)
    interval_days = CountField(
        label="Thời gian cách ly (ngày)",
        required=False,
        most=365,
        help_text="Ghi trên nhãn thuốc. Không phải chờ: 0.",
    )
    source = TextField(label="Nguồn", required=False, longest=300, help_text="Nhãn của lô nào, văn bản nào.")
    confirmed = forms.BooleanField(label="Tôi đã đọc số ngày này trên nhãn", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["crop"].choices = [("", "Mọi cây"), *crops.choices()]  # type: ignore[attr-defined]


class CertificateForm(ActionForm):
    """A certificate."""

    standard = TextField(
        label="Tiêu chuẩn", longest=120, help_text="VietGAP trồng trọt, hữu cơ, chỉ dẫn địa lý."
    )
    number = TextField(label="Số giấy", longest=80)
    issuer = TextField(label="Nơi cấp", longest=200)
    scope = TextField(label="Phạm vi", required=False, longest=300)
    product = _choose("Sản phẩm", required=False)
    issued_on = DayField(label="Cấp ngày")
    expires_on = DayField(label="Hết hạn ngày", required=False)
    file = forms.FileField(label="Bản chụp", required=False)

    def __init__(self, enterprise: Enterprise, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = _products(enterprise)  # type: ignore[attr-defined]


class LabTestForm(ActionForm):
    """What a laboratory found."""

    name = TextField(label="Chỉ tiêu", longest=200, help_text="Ví dụ: Dư lượng thuốc bảo vệ thực vật.")
    number = TextField(label="Số phiếu", longest=80)
    laboratory = TextField(label="Phòng thử nghiệm", longest=200)
    sampled_on = DayField(label="Lấy mẫu ngày")
    result = TextField(label="Kết quả", longest=300)
    passed = _choose("Kết luận", choices=[("1", "Đạt"), ("0", "Không đạt")], widget=forms.RadioSelect)
    rule = TextField(label="Theo quy chuẩn", required=False, longest=200)
    product = _choose("Sản phẩm", required=False)
    file = forms.FileField(label="Bản chụp", required=False)

    def __init__(self, enterprise: Enterprise, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = _products(enterprise)  # type: ignore[attr-defined]


def _products(enterprise: Enterprise) -> list[tuple[str, str]]:
    rows = enterprise.products.filter(ended_at__isnull=True).order_by("name")
    return [("", "Cả cơ sở"), *((str(one.pk), one.name) for one in rows)]


class EnterpriseForm(ActionForm):
    """An enterprise on the register."""

    unit = _choose("Đơn vị theo dõi", required=False)
    kind = _choose("Loại hình", choices=Enterprise.Kind.choices, widget=forms.RadioSelect)
    name = TextField(label="Tên", longest=200)
    short_name = TextField(label="Tên ngắn", required=False, longest=60)
    address = TextField(label="Địa chỉ", longest=300)
    representative = TextField(label="Người đại diện", required=False, longest=150)
    tax_code = TextField(label="Mã số thuế", required=False, longest=14)
    founded_on = DayField(label="Thành lập ngày", required=False)
    phone = PhoneField(label="Điện thoại cho người mua", required=False)
    email = forms.EmailField(label="Thư điện tử cho người mua", required=False)
    website = forms.URLField(label="Trang web", required=False, assume_scheme="https")
    story = LongTextField(label="Câu chuyện", required=False, longest=4000)
    story_en = LongTextField(label="Câu chuyện bằng tiếng Anh", required=False, longest=4000)
    gs1_prefix = TextField(
        label="Mã doanh nghiệp GS1",
        required=False,
        longest=12,
        help_text="Chỉ khi đã được cấp. Không có thì tem dùng địa chỉ của hệ thống, không tự đặt GTIN.",
    )
    gs1_licence = TextField(label="Số giấy cấp mã GS1", required=False, longest=60)
    gln = TextField(label="GLN", required=False, longest=13)


class SheetForm(ActionForm):
    """A workbook to read in."""

    sheet = forms.FileField(label="Tệp Excel (.xlsx)", error_messages={"required": "Chọn tệp"})
