"""Forms of lots, packages, shipments, labels and codes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from xaso.kernel.plain.formats import day
from xaso.kernel.ui.fields import CountField, DayField, DecimalField, LongTextField, PhoneField, TextField
from xaso.kernel.ui.forms import ask
from xaso.services.trace import labels_rules, linking, vocabulary
from xaso.services.trace.actions.lots_use import WAYS
from xaso.services.trace.diary_forms import ActionForm
from xaso.services.trace.labels_words import package_words
from xaso.services.trace.lots_rules import packs_in, said, word_of
from xaso.services.trace.models import Lot, Package, Product, Site, TradeItem

STEPS = ("processing", "drying", "roasting", "grading", "mixing", "noodle_making", "filtering")


def choose(label: str, *, required: bool = True, radio: bool = False, **more: Any) -> forms.ChoiceField:
    """One of a list; the choices are given when the form is made."""
    errors = {"required": f"Chọn {label[:1].lower()}{label[1:]}", "invalid_choice": "Chọn trong danh sách"}
    if radio:
        more["widget"] = forms.RadioSelect
    return forms.ChoiceField(label=label, required=required, error_messages=errors, **more)


def named(rows: Iterable[Any], empty: str = "") -> list[tuple[str, str]]:
    """Choices of records by their id."""
    first = [("", empty)] if empty else []
    return [*first, *((str(one.pk), str(one)) for one in rows)]


def _offer(form: forms.Form, **choices: list[tuple[str, str]]) -> None:
    for name, rows in choices.items():
        form.fields[name].choices = rows  # type: ignore[attr-defined]


class TakingForm(ActionForm):
    """A form with a tick and an amount for each of some lots: `pick_<token>`, `take_<token>`."""

    lots: list[Lot]

    def offer_lots(self, lots: list[Lot], picked: Iterable[str] = ()) -> None:
        """Add the boxes of the lots."""
        self.lots = lots
        marked = set(picked)
        for one in lots:
            unit = word_of(one.uom)
            where = f", {one.site.name}" if one.site_id and one.site else ""
            self.fields[f"pick_{one.token}"] = forms.BooleanField(
                label=f"{one.product.name}, lô {one.code}",
                help_text=f"Còn {said(one.left, one.uom)}, ngày {day(one.made_on)}{where}",
                required=False,
                initial=one.token in marked,
            )
            self.fields[f"take_{one.token}"] = ask(
                DecimalField(label=f"Lấy từ lô {one.code}", unit=unit, required=False, initial=one.left),
                when=f"pick_{one.token}=on",
            )

    @property
    def boxes(self) -> list[tuple[Any, Any]]:
        """Tick and amount of each lot, to be drawn."""
        return [(self[f"pick_{one.token}"], self[f"take_{one.token}"]) for one in self.lots]

    def taken(self) -> list[tuple[UUID, Decimal]]:
        """What was ticked; without an amount the whole rest."""
        data = self.cleaned_data
        return [
            (one.pk, data.get(f"take_{one.token}") or one.left)
            for one in self.lots
            if data.get(f"pick_{one.token}")
        ]


class ProcessForm(TakingForm):
    """Several lots become one."""

    product = choose("Làm ra sản phẩm", radio=True)
    quantity = DecimalField(label="Được bao nhiêu", unit="kg", least=0)
    made_on = DayField(label="Ngày làm")
    item = choose("Quy cách", required=False, help_text="Chỉ khi đã đóng thành hộp, gói.")
    site = choose("Nơi làm", required=False)
    step = choose("Bước", required=False)
    code = TextField(label="Số lô", required=False, longest=20, help_text="Để trống: hệ thống đặt theo ngày.")
    sure = forms.BooleanField(label="Tôi đã kiểm tra số cân, con số này đúng", required=False)

    rare = ("item", "site", "step", "code")

    def __init__(
        self, *args: Any, lots: list[Lot], products: list[Product], items: list[TradeItem], sites: list[Site],
        picked: Iterable[str] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        _offer(
            self,
            product=named(products),
            item=[
                ("", "Chưa đóng gói"),
                *((str(one.pk), f"{one.product.name}: {one.name}") for one in items),
            ],
            site=named(sites, "Không ghi"),
            step=[(one, vocabulary.label_of(vocabulary.step(one))) for one in STEPS],
        )
        self.fields["step"].initial = STEPS[0]
        if len(products) == 1:
            self.fields["product"].initial = str(products[0].pk)
        self.offer_lots(lots, picked)

    @property
    def rare_fields(self) -> list[Any]:
        """What is asked behind a fold."""
        return [self[name] for name in self.rare]


class RunForm(ActionForm):
    """Begin a batch that is written down in parts."""

    product = choose("Sẽ làm ra sản phẩm", radio=True)
    step = choose("Bước", required=False)

    def __init__(self, *args: Any, products: list[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = [(one, vocabulary.label_of(vocabulary.step(one))) for one in STEPS]
        _offer(self, product=named(products), step=steps)
        if len(products) == 1:
            self.fields["product"].initial = str(products[0].pk)


class RunAddForm(TakingForm):
    """More raw material into a batch."""

    day = DayField(label="Ngày bỏ vào")

    def __init__(self, *args: Any, lots: list[Lot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_lots(lots)


class RunEndForm(ActionForm):
    """What came out of a batch."""

    quantity = DecimalField(label="Được bao nhiêu", unit="kg", least=0)
    made_on = DayField(label="Ngày ra sản phẩm")
    code = TextField(label="Số lô", required=False, longest=20, help_text="Để trống: hệ thống đặt theo ngày.")
    sure = forms.BooleanField(label="Tôi đã kiểm tra số cân, con số này đúng", required=False)


class PackForm(ActionForm):
    """So many packs of one size."""

    item = choose("Quy cách", radio=True)
    packs = CountField(label="Số hộp, gói", least=1)
    code = TextField(label="Số lô mới", required=False, longest=20, help_text="Để trống: hệ thống đặt.")

    def __init__(self, *args: Any, lot: Lot, items: list[TradeItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = []
        for one in items:
            most = packs_in(lot.left, lot.uom, one.net_quantity, one.net_uom)
            rows.append((str(one.pk), f"{one.name} (đủ cho {most})" if most else one.name))
        _offer(self, item=rows)
        if len(rows) == 1:
            self.fields["item"].initial = rows[0][0]


class CartonForm(ActionForm):
    """Cartons with so much in each."""

    cartons = CountField(label="Số thùng", least=1)
    per_carton = DecimalField(label="Mỗi thùng", unit="kg")

    def __init__(self, *args: Any, lot: Lot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["per_carton"].widget.unit = word_of(lot.uom)


class SplitForm(ActionForm):
    """Parts of a lot."""

    parts = TextField(label="Lượng từng phần", help_text="Cách nhau bằng dấu chấm phẩy, ví dụ: 10; 12,5; 8")

    def clean_parts(self) -> list[Decimal]:
        """The amounts, read as written here."""
        read = DecimalField(label="Lượng")
        return [read.clean(one.strip()) for one in self.cleaned_data["parts"].split(";") if one.strip()]


class UseForm(ActionForm):
    """So much is gone."""

    how = choose("Vì sao", radio=True, choices=[(key, way.label) for key, way in WAYS.items()])
    quantity = DecimalField(label="Lượng", unit="kg")
    note = TextField(label="Ghi chú", required=False, longest=300)


class StoreForm(ActionForm):
    """Into another store."""

    site = choose("Cất ở đâu", radio=True)

    def __init__(self, *args: Any, sites: list[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, site=named(sites))


class ReasonForm(ActionForm):
    """A reason in words."""

    reason = LongTextField(label="Lý do", longest=300)


class CertifyForm(ActionForm):
    """Under which certificate the lot was made."""

    certificate = choose("Giấy chứng nhận", radio=True)

    def __init__(self, *args: Any, certificates: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(str(one.pk), f"{one.standard}, số {one.number}, {one.issuer}") for one in certificates]
        _offer(self, certificate=rows)


class ShipForm(TakingForm):
    """Goods to one receiver."""

    packages = forms.MultipleChoiceField(
        label="Kiện hàng", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Chọn kiện trong danh sách"},
    )  # fmt: skip
    to_name = TextField(label="Bên nhận", longest=200, help_text="Tên cửa hàng, đại lý, người mua sỉ.")
    to_address = TextField(label="Địa chỉ bên nhận", required=False, longest=300)
    to_phone = PhoneField(
        label="Điện thoại bên nhận", required=False, help_text="Để báo khi phải thu hồi hàng."
    )
    bill = TextField(label="Số vận đơn, phiếu xuất kho", required=False, longest=60)
    order_ref = TextField(label="Số đơn hàng", required=False, longest=60)
    shipped_on = DayField(label="Ngày gửi")

    def __init__(
        self, *args: Any, lots: list[Lot], packages: list[Package], picked: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, packages=[(str(one.pk), package_words(one)) for one in packages])
        self.fields["packages"].initial = [str(one.pk) for one in packages if one.token in set(picked)]
        self.offer_lots(lots, picked)


class LabelForm(ActionForm):
    """Labels of a lot."""

    sheet = choose("Khổ giấy", radio=True)
    count = CountField(label="Số tem", least=1, most=labels_rules.MOST_LABELS)
    skipped = CountField(
        label="Ô bỏ trống đầu tờ", required=False, least=0, help_text="Khi dùng tiếp một tờ tem đã bóc dở."
    )
    kind = choose(
        "Mỗi tem",
        radio=True,
        choices=[
            ("same", "Như nhau: mã của lô"),
            ("serials", "Một số riêng có ký hiệu chống chép"),
            ("scratch", "Một số riêng và mã cào"),
        ],
        initial="same",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, sheet=[(one.key, one.label) for one in labels_rules.sheets_for("lot")])
        self.fields["sheet"].initial = "a4_24"


class SignForm(ActionForm):
    """Signs of plants or plots, labels of packages."""

    sheet = choose("Khổ giấy", radio=True)
    skipped = CountField(label="Ô bỏ trống đầu tờ", required=False, least=0)
    which = forms.MultipleChoiceField(
        label="In cho", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Chọn ít nhất một mục", "invalid_choice": "Chọn trong danh sách"},
    )  # fmt: skip

    def __init__(self, *args: Any, kind: str, which: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sheets = labels_rules.sheets_for(kind)
        _offer(self, sheet=[(one.key, one.label) for one in sheets], which=which)
        self.fields["sheet"].initial = sheets[0].key


class ReprintForm(ActionForm):
    """Some labels once more."""

    first = CountField(label="Từ tem thứ", least=1)
    last = CountField(label="Đến tem thứ", least=1)
    reason = TextField(label="Lý do in lại", longest=300, help_text="Ví dụ: kẹt giấy, tem rách.")


class GtinForm(ActionForm):
    """A GTIN for a pack size: the next one, or one already in use."""

    item = choose("Quy cách", radio=True)
    gtin = TextField(
        label="GTIN đang dùng",
        required=False,
        longest=20,
        help_text="Để trống: cấp số kế tiếp của mã doanh nghiệp.",
    )

    def __init__(self, *args: Any, items: list[TradeItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, item=[(str(one.pk), f"{one.product.name}: {one.name}") for one in items])


class LinkForm(ActionForm):
    """A link of a product."""

    product = choose("Sản phẩm")
    link_type = choose("Loại đường dẫn", choices=list(linking.TYPES.items()))
    title = TextField(label="Tên đường dẫn", longest=200)
    href = TextField(label="Địa chỉ", longest=500, help_text="Bắt đầu bằng https://")
    lang = choose(
        "Ngôn ngữ", required=False, choices=[("", "Không ghi"), ("vi", "Tiếng Việt"), ("en", "Tiếng Anh")]
    )

    def __init__(self, *args: Any, products: list[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, product=named(products))
