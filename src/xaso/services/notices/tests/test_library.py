"""Sheets read line by line, lists, templates in versions, and the pure rules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.messages.mass_templates import decide_template
from xaso.kernel.messages.models import AudienceMember, MailingTemplate
from xaso.kernel.plain import moment
from xaso.services.notices import rules, sheets
from xaso.services.notices.actions import library as actions
from xaso.services.notices.queries import library as queries
from xaso.services.notices.queries import notices as notices_queries
from xaso.services.notices.tests.world import World

GOOD = """Họ và tên;Số điện thoại;Thôn;Số tiền
Giàng A Páo;912345678;Nậm Thi;350.000
Tẩn Mẩy Dất;0912 345 679;thôn nậm thi;1.200.000
"""
BAD = """Họ và tên,Điện thoại,Email,Thôn
,0912345678,,Nậm Thi
Lý A Dế,12345,,
Sùng A Chư,,khong-phai-thu,
Má A Páo,0912345679,,Thôn Không Có
Lò Văn Ón,0912345670,,
Nùng Thị Xuân,0912.345.670,,
Vàng A Lử,,,
"""


def _words(world: World) -> dict[str, str]:
    return sheets.hamlet_words([world.near, world.far])


def test_a_sheet_is_read_with_its_own_columns(world: World) -> None:
    sheet = sheets.read_sheet(GOOD.encode("utf-8-sig"), "ho.csv", _words(world))
    assert not sheet.bad
    assert [(one.phone, one.hamlet, dict(one.data)) for one in sheet.lines] == [
        ("0912345678", world.near.path, {"so_tien": "350.000"}),
        ("0912345679", world.near.path, {"so_tien": "1.200.000"}),
    ]
    assert sheet.columns == [("so_tien", "Số tiền")]


def test_each_fault_stands_at_its_line(world: World) -> None:
    sheet = sheets.read_sheet(BAD.encode(), "ho.csv", _words(world))
    assert {one.number: one.why for one in sheet.bad} == {
        2: "thiếu họ và tên",
        3: "“12345” không phải số di động Việt Nam",
        4: "“khong-phai-thu” không phải địa chỉ thư",
        5: "không có thôn “Thôn Không Có” trong đơn vị",
        7: "trùng với dòng 6",
        8: "không có điện thoại hoặc email",
    }
    assert [one.name for one in sheet.lines] == ["Lò Văn Ón"]
    clerk = world.viewer("clerk")
    facts = {"unit_path": world.commune.path, "title": "Hộ vay vốn", "purpose": "Báo hạn", "sheet": sheet}
    with pytest.raises(ActionError, match="6 dòng có lỗi"):
        actions.keep_list(clerk, **facts, good_only=False)
    kept = actions.keep_list(clerk, **facts, good_only=True)
    assert AudienceMember.objects.filter(audience=kept).count() == 1
    assert [(one.name, one.phone) for one in queries.members(clerk, kept)] == [("Lò Văn Ón", "***670")]


def test_a_workbook_is_read_as_a_csv_is(world: World) -> None:
    book = sheets.book("Hộ", ("Họ và tên", "SĐT", "Số tiền"), [("Giàng A Páo", 912345678, 350000.0)])
    sheet = sheets.read_sheet(book, "ho.xlsx", _words(world))
    assert [(one.phone, dict(one.data)) for one in sheet.lines] == [("0912345678", {"so_tien": "350000"})]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "không có dòng"),
        ("Tên,Nơi ở\nA,B".encode(), "phải có cột"),
        (b"\x00\x01\x02", "không phải CSV"),
        (b"PK\x03\x04broken", "tệp|đọc"),
    ],
)
def test_a_file_that_is_no_list_says_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(ActionError, match=said):
        sheets.read_sheet(content, "a.csv", {})


def test_texts_are_filled_for_each_line_of_a_list(world: World) -> None:
    clerk = world.viewer("clerk")
    sheet = sheets.read_sheet(GOOD.encode(), "ho.csv", _words(world))
    kept = actions.keep_list(
        clerk, unit_path=world.commune.path, title="Nước", purpose="Tiền nước", sheet=sheet, good_only=False
    )
    row = world.written(sms="{name} nop {so_tien}d", body="Nộp {so_tien}", audience={"lists": [str(kept.pk)]})
    ahead = notices_queries.look_ahead(clerk, row)
    texts = [dict(notices_queries.sample_for(row, one))["SMS"] for one in ahead.recipients]
    assert texts == ["Giang A Pao nop 350.000d", "Tan May Dat nop 1.200.000d"]
    broken = world.written(sms="{ngay_hen}", audience={"lists": [str(kept.pk)]})
    assert "ngay_hen" in notices_queries.look_ahead(clerk, broken).problem


def test_a_template_is_used_only_after_another_approved_it(world: World) -> None:
    words = {"subject": "Mời họp thôn", "body": "Mời {name} họp {ngay}"}
    clerk, leader = world.viewer("clerk"), world.viewer("leader")
    row = actions.write_template(clerk, unit_path=world.commune.path, title="Mời họp thôn", words=words)
    assert (row.key, row.version, row.state) == ("notices.moi_hop_thon", 1, "submitted")
    assert queries.usable_templates(clerk) == []
    assert queries.template_count(leader) == 1
    with pytest.raises(Forbidden):
        decide_template(clerk, template_id=row.pk, approved=True)
    decide_template(leader, template_id=row.pk, approved=True)
    second = actions.write_template(
        clerk,
        unit_path=world.commune.path,
        title="Mời họp thôn",
        words=words | {"sms": "Hop {ngay}"},
        template_id=row.pk,
    )
    assert (second.key, second.version) == (row.key, 2)
    assert queries.usable_templates(world.viewer("specialist")) == [MailingTemplate.objects.get(pk=row.pk)]
    decide_template(leader, template_id=second.pk, approved=True)
    assert [one.version for one in queries.usable_templates(clerk)] == [2]
    assert queries.usable_templates(world.viewer("stranger")) == []


# ---- rules ----------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    waits=st.lists(st.floats(0, 30), min_size=1, max_size=60),
    per_minute=st.integers(1, 600),
    burst=st.integers(1, 50),
)
def test_a_bucket_never_lets_more_through_than_it_may(
    waits: list[float], per_minute: int, burst: int
) -> None:
    at = begun = moment.at("2026-11-22T08:00")
    budget, let = rules.Budget(float(burst), at), 0
    for wait in waits:
        at += timedelta(seconds=wait)
        budget, left = rules.take(budget, at, per_minute=per_minute, burst=burst)
        let += left == 0
    passed = (at - begun).total_seconds()
    assert let <= burst + passed * per_minute / 60 + 1e-6


def test_words_of_ladder_and_audience() -> None:
    ladder = rules.ladder_of("saving", 30)
    assert rules.ladder_words(ladder) == "Thông báo đẩy, sau 30 phút Zalo, sau 30 phút SMS"
    assert rules.ladder_key(ladder) == "saving"
    spec = {
        "units": ["a/"],
        "roles": ["x"],
        "polygons": [[]],
        "attributes": {"sex": "female", "age_from": 60},
    }
    words = rules.audience_words(spec, {"a/": "Thôn A"}, {"x": "Trưởng thôn"}, {})
    assert words == "Trưởng thôn ở Thôn A, vùng vẽ trên bản đồ; chỉ nữ, từ 60 tuổi"
    assert rules.is_empty({"attributes": {"sex": "male"}})


def test_the_button_is_added_once_and_stray_braces_are_found() -> None:
    assert rules.with_button("Họp thôn.", short=True) == "Họp thôn. Bấm đã nhận: {link}"
    assert rules.with_button("Xem {link}", short=False) == "Xem {link}"
    assert rules.stray_braces("Mời {Tên}")
    assert not rules.stray_braces("Mời {name}")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("15/1/t-a/", "15/1/t-a/"),
        ("15/1/t-a/xom-2/", "15/1/t-a/"),
        ("15/1/", "15/1/"),
        ("", "15/1/"),
        ("04/", "15/1/"),
    ],
)
def test_figures_stand_at_the_hamlet(path: str, expected: str) -> None:
    assert rules.hamlet_of(path, "15/1/") == expected
