"""Golden cases of the legal clock. Each names the legal source that decides it."""

from __future__ import annotations

from datetime import date

import pytest

from xaso.kernel.plain.clock import due, parse_moment, parse_pause, seed_calendar

CC147 = "Bộ luật Dân sự 2015, Điều 147: ngày xảy ra sự kiện không tính"
CC148 = (
    "Bộ luật Dân sự 2015, Điều 148 khoản 5: ngày cuối là ngày nghỉ thì hết hạn vào ngày làm việc tiếp theo"
)
TET_2026 = "Bộ luật Lao động 2019, Điều 112; Thông báo 9441/TB-BNV: Tết 16–20/02/2026"
TET_2025 = "Bộ luật Lao động 2019, Điều 112; Thông báo 6150/TB-BLĐTBXH: Tết 27–31/01/2025"
TET_2027 = "Công văn 10065/VPCP-KGVX: Tết 04–10/02/2027, Quốc khánh 02–03/09/2027"
HUNG = "Bộ luật Lao động 2019, Điều 111 khoản 3: Giỗ Tổ Chủ nhật 26/04/2026 nghỉ bù thứ Hai 27/04"
APRIL = "Bộ luật Lao động 2019, Điều 112 khoản 1 điểm c, d: 30/04 và 01/05"
SWAP_2025 = "Thông báo 6150/TB-BLĐTBXH: nghỉ 02/05/2025, làm bù thứ Bảy 26/04/2025"
SWAP_2024 = "Thông báo 1570/TB-LĐTBXH: nghỉ 29/04/2024, làm bù thứ Bảy 04/05/2024"
SEPTEMBER = "Thông báo 9441/TB-BNV: nghỉ 31/08–02/09/2026, làm bù thứ Bảy 22/08/2026"
CULTURE = "Nghị quyết 28/2026/QH16: 24/11 là ngày nghỉ từ năm 2026"
NEW_YEAR = "Công văn 12729/VPCP-KGVX (chưa xác nhận): nghỉ 02/01/2026, làm bù 10/01/2026"
SAME_DAY = (
    "Thủ tục 1.001193, 1.000656, 2.000908: hồ sơ nhận sau 15 giờ thì trả kết quả ngày làm việc tiếp theo; "
    "mốc 15 giờ: Nghị định 61/2018/NĐ-CP, Điều 18 khoản 2"
)
HOURS = "Bộ luật Dân sự 2015, Điều 147 khoản 1; Quyết định 188/1999/QĐ-TTg: 8 giờ mỗi ngày"
STAGED = "Thủ tục 2.001263 (nuôi con nuôi): các giai đoạn nối tiếp nhau; mỗi giai đoạn theo Điều 147, 148"
PAUSE = (
    "Trạng thái 5, 6 của Cổng Dịch vụ công quốc gia (chờ bổ sung, chờ nghĩa vụ tài chính): tạm dừng thời hạn"
)

CASES = [
    # received, term, pauses, due, source
    ("2026-03-02T09:00", "1wd", (), "2026-03-03T17:00", CC147),
    ("2026-03-02T16:59", "5wd", (), "2026-03-09T17:00", CC147),
    ("2026-03-07T20:15", "1wd", (), "2026-03-09T17:00", CC147),  # filed on a Saturday evening
    ("2026-03-02T09:00", "5d", (), "2026-03-09T17:00", CC148),  # the 7th is a Saturday
    ("2026-03-02T09:00", "15d", (), "2026-03-17T17:00", CC147),
    ("2026-01-31T09:00", "1mo", (), "2026-03-02T17:00", "Bộ luật Dân sự 2015, Điều 148 khoản 3 và 5"),
    # Tết
    ("2026-02-13T14:00", "5wd", (), "2026-02-27T17:00", TET_2026),
    ("2026-02-12T08:00", "1wd", (), "2026-02-13T17:00", TET_2026),
    ("2026-02-13T08:00", "1wd", (), "2026-02-23T17:00", TET_2026),
    ("2026-02-10T08:00", "7d", (), "2026-02-23T17:00", TET_2026 + "; " + CC148),
    ("2025-01-24T10:00", "3wd", (), "2025-02-05T17:00", TET_2025),
    ("2027-02-03T10:00", "2wd", (), "2027-02-12T17:00", TET_2027),
    # Hùng Kings' day, 30 April, 1 May
    ("2026-04-24T10:00", "1wd", (), "2026-04-28T17:00", HUNG),
    ("2026-04-24T10:00", "3wd", (), "2026-05-04T17:00", HUNG + "; " + APRIL),
    ("2026-04-20T10:00", "7d", (), "2026-04-28T17:00", HUNG + "; " + CC148),
    ("2025-04-25T10:00", "2wd", (), "2025-04-28T17:00", SWAP_2025),  # Saturday the 26th counts
    ("2025-04-29T10:00", "1wd", (), "2025-05-05T17:00", SWAP_2025),
    ("2024-04-26T10:00", "2wd", (), "2024-05-03T17:00", SWAP_2024),
    ("2024-05-02T10:00", "2wd", (), "2024-05-04T17:00", SWAP_2024),  # due on the Saturday that is worked
    (
        "2027-04-29T10:00",
        "1wd",
        (),
        "2027-05-04T17:00",
        "Điều 111 khoản 3: 01/05/2027 thứ Bảy, nghỉ bù 03/05",
    ),
    # 2 September with the swapped Saturday
    ("2026-08-21T10:00", "1wd", (), "2026-08-22T17:00", SEPTEMBER),
    ("2026-08-20T10:00", "3wd", (), "2026-08-24T17:00", SEPTEMBER),
    ("2026-08-28T10:00", "1wd", (), "2026-09-03T17:00", SEPTEMBER),
    ("2026-08-22T10:00", "same-day", (), "2026-08-22T17:00", SEPTEMBER),
    ("2026-08-21T16:00", "8h", (), "2026-08-22T16:00", SEPTEMBER),
    # Vietnamese Culture Day, swapped New Year
    ("2026-11-23T10:00", "1wd", (), "2026-11-25T17:00", CULTURE),
    ("2025-11-21T10:00", "2wd", (), "2025-11-25T17:00", CULTURE + " (năm 2025 chưa nghỉ)"),
    ("2025-12-31T10:00", "1wd", (), "2026-01-05T17:00", NEW_YEAR),
    ("2026-01-09T10:00", "1wd", (), "2026-01-10T17:00", NEW_YEAR),
    # same day
    ("2026-03-02T14:59", "same-day", (), "2026-03-02T17:00", SAME_DAY),
    ("2026-03-02T15:00", "same-day", (), "2026-03-02T17:00", SAME_DAY),
    ("2026-03-02T15:01", "same-day", (), "2026-03-03T17:00", SAME_DAY),
    ("2026-02-13T15:30", "same-day", (), "2026-02-23T17:00", SAME_DAY + "; " + TET_2026),
    ("2026-03-07T09:00", "same-day", (), "2026-03-09T17:00", SAME_DAY),
    # hours
    ("2026-03-02T14:00", "8h", (), "2026-03-03T14:00", HOURS),
    ("2026-03-02T07:30", "8h", (), "2026-03-02T17:00", HOURS),
    ("2026-03-02T12:15", "2h", (), "2026-03-02T15:00", HOURS),
    ("2026-03-06T16:00", "2h", (), "2026-03-09T08:30", HOURS),
    ("2026-03-02T22:00", "0.5h", (), "2026-03-03T08:00", HOURS),
    ("2026-03-02T16:50", "15min", (), "2026-03-03T07:35", HOURS),
    ("2026-02-13T16:00", "8h", (), "2026-02-23T16:00", HOURS + "; " + TET_2026),
    # staged
    ("2026-08-28T14:00", "10wd+15wd+5wd", (), "2026-10-14T17:00", STAGED + "; " + SEPTEMBER),
    ("2026-03-02T09:00", "10d+3wd", (), "2026-03-17T17:00", STAGED),
    ("2026-03-04T09:00", "10d+3wd", (), "2026-03-19T17:00", STAGED + "; " + CC148),  # the 14th is a Saturday
    ("2026-03-02T09:00", "2h+3h+2h+1h", (), "2026-03-03T09:00", HOURS),
    ("2026-03-02T09:00", "1wd+4h", (), "2026-03-04T11:30", STAGED),
    # pauses
    ("2026-03-02T09:00", "5wd", ("2026-03-03T10:00/2026-03-05T14:00",), "2026-03-12T17:00", PAUSE),
    ("2026-03-02T09:00", "5wd", ("2026-03-04T08:00/2026-03-06T08:00",), "2026-03-11T17:00", PAUSE),
    ("2026-03-02T09:00", "5wd", ("2026-03-04/2026-03-05",), "2026-03-11T17:00", PAUSE),
    ("2026-03-02T09:00", "5wd", ("2026-02-01T08:00/2026-02-28T08:00",), "2026-03-09T17:00", PAUSE),
    ("2026-03-02T09:00", "5wd", ("2026-03-07T00:00/2026-03-08T20:00",), "2026-03-09T17:00", PAUSE),
    ("2026-03-02T09:00", "5wd", ("2026-03-20T08:00/2026-03-25T08:00",), "2026-03-09T17:00", PAUSE),
    (
        "2026-03-02T09:00",
        "5wd",
        ("2026-03-04T07:30/2026-03-05T17:00", "2026-03-05T08:00/2026-03-06T17:00"),
        "2026-03-12T17:00",
        PAUSE + " (khoảng chồng nhau chỉ tính một lần)",
    ),
    (
        "2026-02-11T09:00",
        "5wd",
        ("2026-02-12T07:30/2026-02-23T17:00",),
        "2026-03-02T17:00",
        PAUSE + "; " + TET_2026,
    ),
    (
        "2026-02-11T09:00",
        "5wd",
        ("2026-02-16T07:30/2026-02-20T17:00",),
        "2026-02-25T17:00",
        PAUSE + "; " + TET_2026,
    ),
    ("2026-03-02T09:00", "10d", ("2026-03-04/2026-03-05",), "2026-03-16T17:00", PAUSE + "; " + CC148),
    ("2026-03-02T09:00", "8h", ("2026-03-02T10:00/2026-03-02T14:00",), "2026-03-03T11:30", PAUSE),
    ("2026-03-02T09:00", "same-day", ("2026-03-02T10:00/2026-03-03T09:00",), "2026-03-03T17:00", PAUSE),
    ("2026-03-02T09:00", "same-day", ("2026-03-02T10:00/2026-03-03T15:10",), "2026-03-04T17:00", PAUSE),
    (
        "2026-03-02T09:00",
        "3wd+2wd",
        ("2026-03-04/2026-03-04", "2026-03-09/2026-03-09"),
        "2026-03-11T17:00",
        PAUSE,
    ),
]


@pytest.mark.parametrize(("received", "term", "pauses", "expected", "source"), CASES)
def test_due(received: str, term: str, pauses: tuple[str, ...], expected: str, source: str) -> None:
    answer = due(parse_moment(received), term, seed_calendar(), [parse_pause(text) for text in pauses])
    assert f"{answer.at:%Y-%m-%dT%H:%M}" == expected, (source, answer.lines)


def test_a_restart_from_zero_is_a_fresh_count() -> None:
    """Nghị định 61/2018/NĐ-CP, Điều 19 khoản 4: trả lại sau thẩm định thì thời hạn tính lại từ đầu."""
    calendar = seed_calendar()
    before = parse_pause("2026-03-03T10:00/2026-03-05T14:00")
    again = due(parse_moment("2026-03-10T08:00"), "5wd", calendar, [before])
    assert again.at == due(parse_moment("2026-03-10T08:00"), "5wd", calendar).at
    assert again.pauses == ()


def test_explanation_names_every_day_off_and_its_basis() -> None:
    lines = "\n".join(due(parse_moment("2026-02-13T14:00"), "5wd", seed_calendar()).lines)
    for day in ("16/02", "17/02", "18/02", "19/02", "20/02"):
        assert day in lines
    assert "Điều 112 khoản 1 điểm b; Thông báo 9441/TB-BNV" in lines
    assert "Điều 147" in lines
    assert "17:00 thứ Sáu 27/02/2026" in lines


def test_unconfirmed_rows_and_unknown_years_show() -> None:
    swapped = due(parse_moment("2025-12-31T10:00"), "1wd", seed_calendar())
    assert "chưa xác nhận" in "\n".join(swapped.lines)
    assert swapped.unconfirmed == ("thứ Sáu 02/01/2026: Ngày nghỉ (thay cho ngày 10/01/2026)",)
    assert due(parse_moment("2026-03-02T10:00"), "5wd", seed_calendar()).unconfirmed == ()
    late = due(parse_moment("2027-12-30T10:00"), "5wd", seed_calendar())
    assert any("2028" in item for item in late.unconfirmed)


def test_the_shipped_table_follows_the_rules_of_the_code() -> None:
    """Every year: Tết has at least five days, every row has a basis, a swap has both of its days."""
    calendar = seed_calendar()
    for year in (2024, 2025, 2026, 2027):
        rows = calendar.exceptions(date(year, 1, 1), date(year, 12, 31))
        assert sum("điểm b" in row.legal_basis for row in rows) >= 5
        assert all(row.legal_basis and row.name for row in rows)
        swapped = [row for row in rows if "thay cho ngày" in row.name]
        assert len(swapped) == sum(row.kind == "compensatory_work" for row in rows)
        assert all(row.date.weekday() >= 5 for row in rows if row.kind == "compensatory_work")
