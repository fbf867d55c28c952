from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from xaso.kernel.base.manifest import NavItem
from xaso.kernel.plain.moment import at, frozen
from xaso.kernel.ui import charts, icons, nav, parts
from xaso.kernel.ui.asked import Asked, Option
from xaso.kernel.ui.guide import WRONG, Sample
from xaso.kernel.ui.maps import ISLANDS, MapBox
from xaso.kernel.ui.testing import assert_page_ok, page_problems


def draw(text: str, **facts: Any) -> str:
    return Template("{% load ui %}" + text).render(Context(facts))


def test_errors_stand_between_hint_and_input_and_are_told_to_screen_readers() -> None:
    html = str(Sample(WRONG))
    name = html[html.index("Họ, chữ đệm và tên") :]
    assert name.index("id_name_helptext") < name.index("id_name_error") < name.index("<input")
    assert 'aria-invalid="true" aria-describedby="id_name_helptext id_name_error"' in name
    assert 'value="Lò Văn 2"' in name, "what was typed is kept"


def test_missing_answers_say_what_to_do() -> None:
    form = Sample({})
    assert parts.errors_of(form["name"]) == ["Nhập họ, chữ đệm và tên"]
    assert parts.errors_of(form["kind"]) == ["Chọn một câu trả lời"]
    assert parts.errors_of(form["people"]) == ["Chọn dân tộc"]
    assert parts.errors_of(form["agree"]) == ["Đánh dấu vào ô để tiếp tục"]
    assert "bắt buộc." not in str(parts.error_summary(form))


def test_the_summary_links_to_the_wrong_box_with_the_same_words() -> None:
    form = Sample(WRONG)
    summary, page = str(parts.error_summary(form)), str(form)
    assert '<a href="#id_birth_day">Tháng 2/1985 không có ngày 31. Nhập lại ngày</a>' in summary
    assert 'id="id_birth_day" value="31"' in page
    assert '<a href="#id_kind_0">' not in summary and '<a href="#id_channels_0">' in summary
    assert page.count('aria-invalid="true"') >= 5
    month = page[page.index('id="id_birth_month"') :].split(">", 1)[0]
    assert "aria-invalid" not in month, "only the wrong box is marked"


def test_no_errors_no_summary() -> None:
    assert parts.error_summary(None) == "" and parts.error_summary(Sample()) == ""


def test_a_good_form_gives_clean_values() -> None:
    form = Sample(
        {
            "name": " H'Hen   Niê ",
            "birth.year": "1950",
            "number": "038 085.001234",
            "phone": "+84 912 345 678",
            "home.province": "38",
            "home.unit": "38/14848/",
            "home.detail": "Bản Poom Khuông",
            "fee": "1.250.000",
            "area": "120,5",
            "kind": "other",
            "relation": "Cháu",
            "channels": ["sms"],
            "people": "Ê Đê",
            "agree": "on",
        }
    )
    assert form.is_valid(), form.errors
    got = form.cleaned_data
    assert (got["name"], got["birth"], got["number"]) == ("H'Hen Niê", "1950", "038085001234")
    assert (got["phone"], got["fee"], str(got["area"])) == ("0912345678", 1_250_000, "120.5")
    assert str(got["home"]) == "Bản Poom Khuông, Xã Tam Chung, Tỉnh Thanh Hóa"


def test_a_commune_of_another_province_is_asked_again() -> None:
    form = Sample({"home.province": "40", "home.unit": "38/14848/"})
    assert parts.errors_of(form["home"]) == ["Chọn xã, phường của tỉnh vừa chọn"]
    assert "Xã Mường Xén" in str(form["home"]), "the communes of the chosen province are there now"


def test_questions_as_data_have_the_same_markup() -> None:
    ask = Asked(
        "date", "birth", "Ngày sinh", "Ví dụ: 27 3 1985", errors=["Nhập năm gồm 4 chữ số"], bad_box="year",
        value={"birth.day": "27", "birth.month": "3", "birth.year": "85"}, title=True,
    )  # fmt: skip
    html = draw("{% error_summary q %}{% ask q %}", q=ask)
    assert 'href="#id_birth_year"' in html and 'name="birth.year" id="id_birth_year" value="85"' in html
    assert '<legend class="title"><h1>Ngày sinh</h1>' in html
    assert page_problems(html, partial=True) == []


@pytest.mark.parametrize(
    "kind",
    ["text", "person_name", "phone", "id_number", "money", "number", "decimal", "email", "long_text", "date", "day",
     "radio", "checkbox", "yes_no", "select", "search_select", "country", "tick", "file", "code", "one_time"],
)  # fmt: skip
def test_every_kind_of_question(kind: str) -> None:
    options = [Option("a", "Một", "Ghi chú"), Option("b", "Hai")]
    html = draw("{% ask q %}", q=Asked(kind, "x.0.y", "Nhãn", "Gợi ý", errors=["Nhập lại"], options=options))
    assert page_problems(html, partial=True) == []
    assert "id_x_0_y" in html and "Nhập lại" in html


def test_long_lists_can_be_searched() -> None:
    many = [Option(str(n), f"Lựa chọn {n}") for n in range(20)]
    assert "data-combo" in draw("{% ask q %}", q=Asked("select", "s", "Chọn", options=many))
    assert "data-combo" not in draw("{% ask q %}", q=Asked("select", "s", "Chọn", options=many[:5]))


def test_text_is_escaped_everywhere() -> None:
    bad = '<img src=x onerror="alert(1)">'
    facts = [
        {
            "label": bad,
            "value": bad,
            "change_url": "#",
            "title": bad,
            "text": bad,
            "url": "#",
            "state": "todo",
        }
    ]
    html = draw(
        "{% summary_list f %}{% timeline f %}{% task_list f %}{% chips f %}{% tabs f %}{% badge b %}{% button b %}"
        "{% empty_state b b %}{% tile b b %}{% confirmation b b b %}{% verdict 'good' b b %}{% qr b b %}"
        "{% notice 'info' b %}{{ b }}{% endnotice %}{% chart c %}{% map_box m %}{% ask q %}{% icon 'x' b %}",
        f=facts,
        b=bad,
        c=charts.Bars(bad, [(bad, 1)]),
        m=MapBox(bad, 20, 105, markers=[{"lat": 20, "lng": 105, "name": bad}]),
        q=Asked("radio", "r", bad, bad, errors=[bad], options=[Option(bad, bad, bad)]),
    )
    assert "<img" not in html and 'onerror="' not in html


def test_badges_never_show_a_tick_for_what_was_not_checked() -> None:
    assert "shield-check" in parts.signature_badge("valid")
    for state in ("unknown", "broken", "expired", "expired_after", "none"):
        drawn = parts.signature_badge(state)
        assert "check" not in drawn.split("<use")[1].split("/>")[0] and "good" not in drawn


def test_unknown_icons_are_an_error() -> None:
    with pytest.raises(KeyError, match="make_icons"):
        icons.icon("no-such-icon")
    assert {"seal", "loudspeaker", "gate", "household", "gong"} <= icons.names()


def test_pages_keep_the_rest_of_the_address() -> None:
    request = RequestFactory().get("/desk/", {"sap": "han", "trang": "2"})
    html = draw("{% pages page %}", page=Paginator(range(95), 10).page(2), request=request)
    assert "?sap=han&amp;trang=3" in html and 'aria-current="page"' in html
    assert draw("{% pages page %}", page=Paginator(range(5), 10).page(1)).strip() == ""


def test_a_table_is_a_table() -> None:
    table = parts.Table(
        "Hồ sơ",
        [parts.Column("Mã", head=True, sort_url="?s", sorted="descending"), parts.Column("Phí", num=True)],
        [parts.Row(["H1", "5.000"], pick="1", pick_label="H1", url="/h1")],
        pickable=True,
        total=["Cộng", "5.000"],
    )
    html = draw("{% table t %}", t=table)
    for piece in (
        "<caption",
        'aria-sort="descending"',
        'scope="row"',
        'data-label="Phí"',
        'data-url="/h1"',
        "Chọn H1",
        "<tfoot",
    ):
        assert piece in html
    assert page_problems(html, partial=True) == []


def test_charts_tell_what_is_missing_and_start_at_zero() -> None:
    bars = charts.Bars("Tỷ lệ", [("A", 50.0), ("B", None)], unit="%")
    assert 'width="50%"' in bars.svg() and "chưa có số liệu" in bars.svg()
    assert "50%" in bars.table()
    line = charts.Line("Đường", ["1", "2", "3"], [("x", [1.0, None, 3.0])])
    assert line.svg().count("<polyline") == 2, "a missing value breaks the line"
    empty = charts.Columns("Trống", [], [("x", [])])
    assert "<svg" in empty.svg()


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 1), (0.3, 0.5), (1, 1), (7, 10), (98.2, 100), (214, 250), (1200, 2000), (9_999, 10_000)],
)
def test_axes_end_at_round_figures(value: float, top: float) -> None:
    assert charts.nice_top(value) == pytest.approx(top)


def test_every_map_shows_the_islands() -> None:
    html = draw("{% map_box m %}", m=MapBox("Xã", 22.3, 103.8))
    assert [name for name, *_ in ISLANDS] == ["Quần đảo Hoàng Sa (Việt Nam)", "Quần đảo Trường Sa (Việt Nam)"]
    for name, *_ in ISLANDS:
        assert name in html
    assert 'data-lat="22.3" data-lng="103.8"' in html, "the script needs dots, not our commas"


def test_the_menu_shows_what_the_viewer_may_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nav, "_entries", {})
    nav.register(
        NavItem("Trang đầu", "home", "", "house"), NavItem("Kín", "desk_home", "secret.see"), group="Thử"
    )
    request = RequestFactory().get("/")
    request.viewer = SimpleNamespace(can=lambda right: False)  # type: ignore[attr-defined]
    menu = nav.menu(request)
    assert [(line["label"], line["active"]) for line in menu] == [("Trang đầu", True)]


def test_filters() -> None:
    with frozen("2026-11-22T10:00"):
        text = draw(
            "{{ d|day }} {{ t|weekday }} {{ m|money }} {{ m|money_words }} {{ n|masked }} {{ none|day }}{{ t|ago }}",
            d=date(2026, 3, 12), t=at("2026-11-22T09:58"), m=1_250_000, n="038085001234", none=None,
        )  # fmt: skip
    words = "Một triệu hai trăm năm mươi nghìn đồng"
    assert text == f"12/03/2026 Chủ Nhật, 22/11/2026 1.250.000\u00a0đ {words} ********1234 2 phút trước"


def test_the_page_checker_finds_faults() -> None:
    bad = (
        '<html><head><title></title></head><body><h1>a</h1><h1>b</h1><p style="x" id="d">Vui lòng click</p>'
        '<p id="d">None</p><input name="q" placeholder="Tìm"><img src="x"><b class="no-such">x</b>'
        "<script>1</script></body></html>"
    )
    found = "\n".join(page_problems(bad))
    for word in (
        "2 h1", "no lang", "empty <title>", "inline style", "used 2 times", "vui lòng", "'None'", "placeholder",
        "no label", "autocomplete", "without alt", "no-such", "inline <script>",
    ):  # fmt: skip
        assert word in found, word


def test_plain_django_forms_get_our_markup() -> None:
    class Plain(forms.Form):
        email = forms.EmailField(
            label="Thư điện tử", required=False, widget=forms.EmailInput({"autocomplete": "email"})
        )

    html = str(Plain())
    assert '<div class="field">' in html and "(không bắt buộc)" in html
    assert_page_ok(html, partial=True)
