"""The living style guide: every component in every state, for builders, and what the tests look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xaso.kernel.people.doors import any_officer, public
from xaso.kernel.plain import moment
from xaso.kernel.ui import fields, widgets
from xaso.kernel.ui.asked import Asked, Option, choice_label
from xaso.kernel.ui.charts import Bars, Columns, Line
from xaso.kernel.ui.forms import ask
from xaso.kernel.ui.maps import MapBox
from xaso.kernel.ui.parts import Column, Row, Table, badge, deadline_badge

LONG_NAME = "H’Hen Niê Kđăm Byă Ênuôl Krông Ana"
LONG_UNIT = "Ủy ban nhân dân đặc khu Quần đảo Trường Sa"
PROVINCES = [("38", "Tỉnh Thanh Hóa"), ("40", "Tỉnh Nghệ An")]
COMMUNES = {
    "38": [("38/14845/", "Xã Mường Lát"), ("38/14848/", "Xã Tam Chung"), ("38/14854/", "Xã Mường Lý")],
    "40": [("40/16681/", "Phường Thành Vinh"), ("40/16690/", "Xã Mường Xén")],
}


def shown() -> bool:
    """The guide is for builders: demo, debug and tests only."""
    return bool(settings.DEBUG or getattr(settings, "DEMO", False) or getattr(settings, "TESTING", False))


def _communes(province: str) -> list[tuple[str, str]]:
    return COMMUNES.get(province, [])


class Sample(forms.Form):
    """One field of each kind."""

    name = fields.NameField(
        label="Họ, chữ đệm và tên", help_text="Như trên giấy khai sinh hoặc thẻ căn cước."
    )
    birth = fields.DateField(label="Ngày sinh", partial=True, birthday=True)
    number = fields.IdNumberField(
        label="Số định danh cá nhân",
        help_text="12 chữ số trên thẻ căn cước.",
        scan="number=number,full_name=name,birth_date=birth,address=home.detail",
    )
    phone = fields.PhoneField(label="Số điện thoại", required=False, help_text="Để nhận tin báo kết quả.")
    home = fields.AddressField(lambda: PROVINCES, _communes, home="38/14845/", label="Nơi ở hiện tại")
    fee = fields.MoneyField(label="Số tiền đã nộp", least=1000)
    area = fields.DecimalField(label="Diện tích đất", unit="m²")
    kind = forms.ChoiceField(
        label="Ông/bà là ai?",
        choices=[
            ("self", choice_label("Chính người được khai", "Đã đủ 14 tuổi.")),
            ("parent", "Cha hoặc mẹ"),
            ("other", "Người khác"),
        ],
        widget=forms.RadioSelect,
    )
    relation = ask(fields.TextField(label="Quan hệ với người được khai"), when="kind=other")
    channels = forms.MultipleChoiceField(
        label="Nhận tin bằng cách nào?",
        choices=[("sms", "Tin nhắn"), ("zalo", "Zalo"), ("post", "Thư qua bưu điện")],
        widget=forms.CheckboxSelectMultiple,
    )
    people = forms.ChoiceField(
        label="Dân tộc",
        choices=[
            ("", "Chọn trong danh sách"),
            *((n, n) for n in ("Kinh", "Tày", "Thái", "Mường", "Hmông", "Ê Đê")),
        ],
        widget=widgets.SearchSelect(),
    )
    photo = forms.FileField(label="Ảnh mặt trước thẻ", required=False, widget=widgets.FilePicker())
    note = fields.LongTextField(label="Ghi chú", required=False)
    agree = forms.BooleanField(
        label="Tôi đồng ý cho UBND xã dùng số điện thoại này để báo kết quả",
        help_text="Không dùng vào việc khác.",
    )


WRONG = {
    "name": "Lò Văn 2",
    "birth.day": "31",
    "birth.month": "2",
    "birth.year": "1985",
    "number": "0380 8500 123",
    "fee": "1.5",
    "home.province": "38",
    "kind": "other",
}


def _rows(now: datetime) -> dict[str, Any]:
    """Data of lists."""
    return {
        "timeline": [
            {
                "title": "Cần bổ sung bản vẽ hiện trạng",
                "at": now,
                "by": "Lò Thị Xuân",
                "kind": "warn",
                "current": True,
            },
            {
                "title": "Đang xử lý",
                "at": now - timedelta(days=1),
                "by": "Phòng Kinh tế",
                "text": "Đã đi thực địa.",
            },
            {"title": "Đã nhận", "at": now - timedelta(days=2), "kind": "done"},
        ],
        "summary": [
            {"label": "Họ, chữ đệm và tên", "value": LONG_NAME, "change_url": "#a"},
            {"label": "Ngày sinh", "value": "1948", "change_url": "#b"},
            {
                "label": "Nơi ở hiện tại",
                "value": "Bản Poom Khuông, xã Tam Chung, tỉnh Thanh Hóa",
                "change_url": "#c",
            },
            {"label": "Số điện thoại", "value": "", "change_url": "#d"},
        ],
        "tasks": [
            {"label": "Thông tin của người nộp", "url": "#1", "state": "done"},
            {"label": "Thông tin ngôi nhà", "url": "#2", "state": "doing"},
            {"label": "Giấy tờ kèm theo", "url": "#3", "state": "todo"},
            {"label": "Xem lại và nộp", "state": "locked"},
        ],
    }


def _asked() -> list[Asked]:
    """Questions that are data."""
    return [
        Asked(
            "date",
            "wed",
            "Ngày đăng ký kết hôn",
            "Ví dụ: 27 3 2026",
            value={"day": "31"},
            errors=["Nhập tháng, từ 1 đến 12"],
            bad_box="month",
        ),
        Asked("yes_no", "copy", "Có cần bản sao không?", required=False),
        Asked(
            "select",
            "where",
            "Nhận kết quả ở đâu?",
            options=[Option("desk", "Bộ phận một cửa"), Option("post", "Bưu điện")],
        ),
    ]


def _drawings() -> dict[str, Any]:
    """Charts and the map."""
    return {
        "bars": Bars(
            "Tỷ lệ đúng hạn theo xã, tháng 10/2026",
            [("Xã Mường Lát", 98.2), ("Xã Tam Chung", 94.0), ("Xã Mường Lý", 88.5), ("Xã Nhi Sơn", None)],
            unit="%",
            meaning="Hai xã đạt mục tiêu 95%.",
            goal=95,
        ),
        "columns": Columns(
            "Hồ sơ nhận theo tháng",
            ["T5", "T6", "T7", "T8", "T9", "T10"],
            [("Trực tuyến", [120, 135, 160, 158, 190, 214]), ("Tại quầy", [210, 190, 205, 180, 175, 160])],
            meaning="Hồ sơ trực tuyến vượt hồ sơ tại quầy từ tháng 9.",
        ),
        "line": Line(
            "Thời gian xử lý trung bình",
            [f"{d}/10" for d in range(1, 25)],
            [
                ("Xã này", [4 + (d * 7 % 5) / 2 for d in range(24)]),
                ("Toàn tỉnh", [5.0] * 10 + [None] * 2 + [4.5] * 12),
            ],
            unit=" ngày",
            decimals=1,
        ),
        "map": MapBox(
            "Bản đồ xã Mường Lát",
            20.53,
            104.6,
            markers=[{"lat": 20.53, "lng": 104.6, "name": "Trụ sở UBND xã"}],
        ),
    }


def _facts() -> dict[str, Any]:
    now = moment.now()
    return {"now": now, "long_name": LONG_NAME, "asked": _asked(), **_rows(now), **_drawings()}


def _queue() -> Table:
    rows = [
        Row(
            [
                deadline_badge("late", 2),
                "H38.14845-261102-0007",
                LONG_NAME,
                "Cấp giấy phép xây dựng nhà ở riêng lẻ",
            ],
            "1",
            "hồ sơ 0007",
            "#7",
        ),
        Row(
            [deadline_badge("today"), "H38.14845-261117-0021", "Thao A Páo", "Đăng ký khai sinh"],
            "2",
            "hồ sơ 0021",
            "#21",
        ),
        Row(
            [deadline_badge("paused"), "H38.14845-261119-0002", "Y Moan Ênuôl", "Chứng thực bản sao"],
            "3",
            "hồ sơ 0002",
            "#2",
        ),
        Row(
            [
                deadline_badge("left", 3),
                "H38.14845-261120-0011",
                "Hà Thị Ẩn",
                badge("Liên thông", "info", "link"),
            ],
            "4",
            "hồ sơ 0011",
            "#11",
        ),
    ]
    columns = [
        Column("Hạn", sort_url="?sap=han", sorted="ascending"),
        Column("Mã hồ sơ", head=True, nowrap=True),
        Column("Người nộp", sort_url="?sap=ten"),
        Column("Thủ tục"),
    ]
    return Table("Hồ sơ cần xử lý", columns, rows, pickable=True, note="4 trong 128 hồ sơ")


@public
def citizen_guide(request: HttpRequest) -> HttpResponse:
    """Citizens' components; ?loi=1 shows the form with errors."""
    form = Sample(WRONG) if request.GET.get("loi") else Sample()
    return render(request, "ui/guide.html", {"form": form, "back_url": "/", **_facts()})


@any_officer
def desk_guide(request: HttpRequest) -> HttpResponse:
    """Officers' components; ?loi=1 shows the form with errors."""
    form = Sample(WRONG) if request.GET.get("loi") else Sample()
    page = Paginator(range(200), 10).get_page(request.GET.get("trang"))
    return render(request, "ui/guide_desk.html", {"form": form, "queue": _queue(), "page": page, **_facts()})
