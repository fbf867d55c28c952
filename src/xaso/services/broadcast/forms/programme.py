"""The form of one line of the programme: what, where, on which days, at what time, and what if it loses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from xaso.kernel.ui.fields import CountField, DayField, TextField
from xaso.kernel.ui.forms import ask
from xaso.kernel.ui.widgets import TextBox

Choices = Sequence[tuple[str, str]]
WEEKDAYS: Choices = (
    ("MO", "Thứ Hai"),
    ("TU", "Thứ Ba"),
    ("WE", "Thứ Tư"),
    ("TH", "Thứ Năm"),
    ("FR", "Thứ Sáu"),
    ("SA", "Thứ Bảy"),
    ("SU", "Chủ Nhật"),
)
REPEATS: Choices = (
    ("once", "Một lần"),
    ("daily", "Hằng ngày"),
    ("weekly", "Những thứ trong tuần"),
    ("monthly", "Những ngày trong tháng dương lịch"),
    ("lunar", "Những ngày âm lịch"),
)


class SlotForm(forms.Form):
    """When and where something is on air. `times` may name several hours of a day."""

    kind = forms.ChoiceField(
        label="Phát gì", widget=forms.RadioSelect, error_messages={"required": "Chọn phát gì"}
    )
    bulletin = ask(
        forms.ChoiceField(widget=forms.Select({"autocomplete": "off"}), label="Bản tin", required=False),
        when="kind=bulletin",
    )
    relay = ask(
        forms.ChoiceField(
            widget=forms.Select({"autocomplete": "off"}), label="Đài tiếp sóng", required=False
        ),
        when="kind=relay",
    )
    title = TextField(
        label="Tên trong lịch",
        required=False,
        longest=120,
        help_text="Để trống thì lấy tên bản tin hoặc tên đài.",
    )
    minutes = ask(
        CountField(label="Dài bao nhiêu phút", required=False, least=1, most=240, initial=30),
        when="kind=relay|live|filler",
    )
    repeat = forms.ChoiceField(
        label="Ngày phát", choices=REPEATS, widget=forms.RadioSelect, initial="once",
        error_messages={"required": "Chọn ngày phát"},
    )  # fmt: skip
    weekdays = ask(
        forms.MultipleChoiceField(
            label="Các thứ", choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, required=False
        ),
        when="repeat=weekly",
    )
    month_days = ask(
        TextField(label="Các ngày trong tháng", required=False, help_text="Ví dụ: 1, 15"),
        when="repeat=monthly",
    )
    lunar_days = ask(
        TextField(
            label="Các ngày âm lịch",
            required=False,
            help_text="Ví dụ: 1, 15 là mùng một và rằm; 10/3 là mùng mười tháng ba; 30 là ngày cuối tháng.",
        ),
        when="repeat=lunar",
    )
    first_day = DayField(label="Từ ngày", error_messages={"required": "Chọn ngày đầu"})
    last_day = ask(
        DayField(label="Đến hết ngày", required=False, help_text="Để trống thì phát mãi."),
        when="repeat=daily|weekly|monthly|lunar",
    )
    time = forms.TimeField(
        label="Giờ phát",
        widget=TextBox("time", {"step": "60"}),
        input_formats=["%H:%M", "%Hh%M", "%H:%M:%S"],
        error_messages={"required": "Nhập giờ phát", "invalid": "Nhập giờ như 05:30"},
    )
    skip = TextField(
        label="Trừ các ngày",
        required=False,
        longest=400,
        help_text="Ví dụ: 02/09/2026, 20/11/2026",
    )
    clusters = forms.MultipleChoiceField(
        label="Cụm loa",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Không chọn cụm nào thì phát ở mọi cụm.",
    )
    on_loss = forms.ChoiceField(
        label="Khi bị tin quan trọng hơn chen vào", widget=forms.RadioSelect, initial="postpone"
    )

    def __init__(
        self,
        *args: Any,
        kinds: Choices,
        bulletins: Choices,
        relays: Choices,
        clusters: Choices,
        losses: Choices,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        for name, choices in (
            ("kind", kinds),
            ("bulletin", (("", "Chọn bản tin"), *bulletins)),
            ("relay", (("", "Chọn đài"), *relays)),
            ("clusters", clusters),
            ("on_loss", losses),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self._ask()

    CONDITIONAL = ("bulletin", "relay", "minutes", "weekdays", "month_days", "lunar_days")

    def full_clean(self) -> None:
        """Questions that are not asked need no answer; where they are shown they are no free choice."""
        for name in self.CONDITIONAL:
            self.fields[name].required = False
        super().full_clean()
        self._ask()

    def _ask(self) -> None:
        for name in self.CONDITIONAL:
            self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        """What the chosen kind and days still need."""
        facts = super().clean() or {}
        needs = {
            ("kind", "bulletin"): ("bulletin", "Chọn bản tin"),
            ("kind", "relay"): ("relay", "Chọn đài tiếp sóng"),
            ("repeat", "weekly"): ("weekdays", "Chọn ít nhất một thứ trong tuần"),
            ("repeat", "monthly"): ("month_days", "Nhập ngày trong tháng, ví dụ 1, 15"),
            ("repeat", "lunar"): ("lunar_days", "Nhập ngày âm lịch, ví dụ 1, 15"),
        }
        for (key, value), (name, words) in needs.items():
            if facts.get(key) == value and not facts.get(name) and name not in self.errors:
                self.add_error(name, words)
        first, last = facts.get("first_day"), facts.get("last_day")
        if facts.get("repeat") != "once" and first and last and last < first:
            self.add_error("last_day", "Chọn ngày cuối không trước ngày đầu")
        return facts
