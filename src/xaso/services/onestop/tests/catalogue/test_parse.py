"""The parser, part by part: what is read, what stays ambiguous, and that nothing is guessed."""

from __future__ import annotations

import pytest

from xaso.services.onestop.catalogue import texts
from xaso.services.onestop.catalogue.cells import HEADING, cut_rows
from xaso.services.onestop.catalogue.components import read_components
from xaso.services.onestop.catalogue.fees import amounts_in, read_fee
from xaso.services.onestop.catalogue.law import overrides
from xaso.services.onestop.catalogue.parse import BrokenRecord, parse_record
from xaso.services.onestop.catalogue.report import (
    counts,
    has_unit,
    is_commune,
    problems_of,
    read_all,
)
from xaso.services.onestop.catalogue.shape import AMBIGUOUS, REASONS
from xaso.services.onestop.catalogue.source import PORTAL_FILE, load_json, read_lines
from xaso.services.onestop.catalogue.terms import COLUMN_PRINTS_DAYS, read_term, spoken_terms


def _row(text: str):
    (row,) = cut_rows(HEADING + text)[0]
    return row


def _term(text: str, steps: str = ""):
    return read_term(_row(text), steps)


def _fee(text: str):
    return read_fee(_row(text))


def test_rows_part_at_channels_followed_by_cells_only():
    rows, rest = cut_rows(
        HEADING
        + "Trực tuyến5 Ngày làm việcMiễn phíNộp Trực tuyến qua Cổng, nhận Trực tiếp.Dịch vụ bưu chính15 "
        "NgàyMiễn phíTrực tiếp1 Giờ20,000 Việt Nam Đồng(/lần)Tại xã"
    )
    assert rest == ""
    assert [(row.channel, row.time, row.fee) for row in rows] == [
        ("online", "5 Ngày làm việc", "Miễn phí"),
        ("post", "15 Ngày", "Miễn phí"),
        ("in_person", "1 Giờ", "20,000 Việt Nam Đồng"),
    ]
    assert (rows[2].note, rows[2].description) == ("/lần", "Tại xã")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Trực tuyến5 Ngày làm việcMiễn phí", "5wd"),
        ("Trực tiếp15 NgàyMiễn phí", "15d"),
        ("Trực tiếp8 GiờMiễn phí", "8h"),
        ("Trực tiếp4 ThángMiễn phí", "4mo"),
        ("Trực tiếp5Miễn phí05 ngày làm việc kể từ ngày nhận đủ hồ sơ", "5wd"),
        ("Trực tiếpKhông có thông tinMiễn phí05 ngày làm việc kể từ ngày nhận hồ sơ", "5wd"),
        ("Trực tiếp1 GiờMiễn phíTối đa 60 phút kể từ khi tiếp nhận hồ sơ", "1h"),
    ],
)
def test_terms_with_their_unit(text, code):
    assert (_term(text).status, _term(text).code) == ("parsed", code)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Trực tuyến5Miễn phí", "unit_lost"),
        ("Trực tuyến120 VNĐ", "digits_glued"),
        ("Trực tuyến120,000 VNĐ", "unit_lost"),
        ("Trực tiếp7 Ngày làm việcMiễn phí07 ngày, kể từ ngày nhận đủ hồ sơ", "unit_conflict"),
        ("Trực tiếp30 Ngày làm việcMiễn phí20 ngày làm việc, kể từ ngày nhận đủ hồ sơ", "number_mismatch"),
        ("Trực tiếp1 NgàyKhông có thông tinkhông quy định cụ thể", "not_set_in_text"),
        ("Trực tiếp0Miễn phí", "zero_term"),
        ("Trực tiếp2 Ngày làm việcMiễn phíxác minh trong thời hạn 30 ngày; sau khi xác minh, nếu đủ thì cấp "
         "trong thời hạn 02 ngày làm việc", "several_terms"),
    ],
)  # fmt: skip
def test_what_cannot_be_known_is_not_guessed(text, reason):
    term = _term(text)
    assert (term.status, term.reason, term.code) == (
        AMBIGUOUS,
        reason,
        term.code if reason != "unit_lost" else "",
    )
    assert term.candidates


def test_stages_add_up_and_steps_give_a_unit_only_for_the_whole():
    term = _term(
        "Trực tiếp10 Ngày làm việcMiễn phí05 ngày làm việc Sở thẩm định; 05 ngày làm việc Bộ công bố"
    )
    assert (term.status, term.stages) == ("parsed", ["5wd", "5wd"])
    whole = "Trong thời hạn 05 ngày làm việc kể từ ngày nhận đủ hồ sơ, Ủy ban nhân dân cấp Giấy phép."
    assert _term("Trực tiếp5Miễn phí", whole).source == "steps"
    stage = "Trong thời hạn 05 ngày làm việc kể từ ngày nhận đủ hồ sơ, Sở kiểm tra tính hợp lệ của hồ sơ."
    assert _term("Trực tiếp5Miễn phí", stage).status == AMBIGUOUS
    assert _term("Trực tiếp5Miễn phí", stage).candidates == ["5?", "5wd"]
    same_day = "nếu tiếp nhận hồ sơ sau 15 giờ thì trả kết quả trong ngày làm việc tiếp theo"
    assert _term("Trực tiếp1Miễn phí", same_day).code == "same-day"
    assert _term("Trực tiếp5Miễn phí", same_day).status == AMBIGUOUS


def test_dates_are_no_durations():
    assert spoken_terms("trước ngày 30 tháng 6 năm 2026, ngày 05/01/2026, kể từ 01/7/2025") == []
    assert [item.code for item in spoken_terms("ba (03) ngày làm việc, 15 ngày")] == ["3wd", "15d"]
    assert [item.code for item in spoken_terms("20 ngày làm \nviệc")] == ["20wd"]


@pytest.mark.parametrize(
    ("text", "kind", "amount"),
    [
        ("Trực tiếp5 NgàyMiễn phí", "none", 0),
        ("Trực tiếp5 NgàyMiễn phí(Không quy định.)", "none", 0),
        ("Trực tiếp5 NgàyMiễn phí(Phí cấp bản sao Trích lục (nếu có yêu cầu) theo Thông tư 281)", "none", 0),
        ("Trực tiếp5 NgàyMiễn phí(Mức lệ phí do Hội đồng nhân dân tỉnh quyết định)", "set_by_council", None),
        ("Trực tiếp5 Ngày70,000 VNĐ(70.000 đồng/Giấy chứng nhận)", "fixed", 70000),
        ("Trực tiếp5 Ngày10,000,000 VNĐ(10 triệu đồng/giấy)", "fixed", 10_000_000),
        (
            "Trực tiếp5 Ngày200,000 Việt Nam Đồng(200.000đ/hộ chiếu; bị mất: 400.000đ/hộ chiếu)",
            "by_case",
            200000,
        ),
        ("Trực tuyến120,000 VNĐ", "fixed", 20000),
    ],
)
def test_fees_that_are_read(text, kind, amount):
    fee = _fee(text)
    assert (fee.status, fee.kind, fee.amount) == ("parsed", kind, amount)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Trực tuyến120 VNĐ(20.000 vnđ/tờ khai)", "digits_glued"),
        ("Trực tiếp15 Ngày20 VNĐ(20.000 đồng)", "thousands_lost"),
        ("Trực tiếp5 NgàyMiễn phí(Thông tư số 60/2023/TT-BTC quy định mức thu lệ phí)", "free_but_tariff"),
        ("Trực tiếp5 NgàyMiễn phí(150.000 đồng/giấy)", "free_but_amount"),
        ("Trực tiếp5 NgàyMiễn phí(Miễn lệ phí cho người thuộc hộ nghèo)", "free_but_exemptions"),
        ("Trực tiếp5 Ngày800,000 VNĐ(áp dụng mức phí 400.000 đồng)", "amount_mismatch"),
        ("Trực tiếp5 Ngày50,000 VNĐ(50.000 đồng; từ ngày 01/7/2025 đến hết ngày 31/12/2026 bằng 50%)",
         "dated_reduction"),
        ("Trực tiếp5 Ngày1,500,000 VNĐ(đồng/lần (Lệ phí)- Nộp trực tiếp", "note_border_lost"),
        ("Trực tiếp1 Giờ50 VNĐ(50USD/chuyến bay)", "currency_conflict"),
    ],
)  # fmt: skip
def test_fees_that_stay_open(text, reason):
    fee = _fee(text)
    assert (fee.status, fee.reason) == (AMBIGUOUS, reason)
    assert fee.candidates


def test_amounts():
    assert amounts_in("30 triệu đồng/Giấy phép") == [(30_000_000, "VND", "Giấy phép")]
    assert amounts_in("145 USD/thẻ") == [(145, "USD", "thẻ")]
    assert amounts_in("Thông tư 281/2016/TT-BTC ngày 14/11/2016") == []


def test_components_groups_counts_and_files():
    table = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
    papers, cases = read_components(
        f"* Giấy tờ phải nộp:{table}Đơn theo Mẫu số 25;Mauso25.docx1 bản chínhBáo cáo năm 20240 bản chính,1 bản sao"
        f"Tờ khai theo Mẫu số 011 bản chính* Giấy tờ phải xuất trình:{table}Hộ chiếu (nếu có)0 bản chính"
        f"Trường hợp cấp lại:{table}Đơn: 01 bản chính1 bản chínhGiấy khác0 bản chính"
    )
    assert [(paper.originals, paper.copies, paper.form) for paper in papers] == [
        (1, 0, "yes"),
        (0, 1, "no"),
        (1, 0, "no"),
        (0, 0, "no"),
        (1, 0, "no"),
        (0, 0, "no"),
    ]
    assert papers[0].files == ["Mauso25.docx"]
    assert papers[1].name == "Báo cáo năm 2024"
    assert papers[2].name.endswith("Mẫu số 01")
    assert (papers[3].mode, papers[3].optional, papers[3].status) == ("show", True, "parsed")
    assert cases == ["Trường hợp cấp lại"]
    assert (papers[5].status, papers[5].reason) == (AMBIGUOUS, "zero_copies")
    assert read_components("--") == ([], [])


def test_laws_results_and_lists():
    laws = texts.read_legal(
        "Tên văn bản pháp lýMã văn bảnLuật Hộ tịch60/2014/QH13Nghị định 123/2015/NĐ-CP123/2015/NĐ-CP"
        "Thông tư số 08/2025/TT-BTP ngày 12/6/2025 của Bộ Tư pháp08/2025/TT-BTPLuật 08/2017/QH1408/2017/QH14"
    )
    assert [law.number for law in laws] == [
        "60/2014/QH13",
        "123/2015/NĐ-CP",
        "08/2025/TT-BTP",
        "08/2017/QH14",
    ]
    results = texts.read_results(
        "Giấy khai sinhMã: KQ.G15.000031Trích lụcMã: KQ.G15.000033Từ khóaKhông có thông tin"
    )
    assert [(row.name, row.code) for row in results] == [
        ("Giấy khai sinh", "KQ.G15.000031"),
        ("Trích lục", "KQ.G15.000033"),
    ]
    assert texts.split_list("Tổ chức (không bao gồm doanh nghiệp, HTX), Công dân Việt Nam") == [
        "Tổ chức (không bao gồm doanh nghiệp, HTX)",
        "Công dân Việt Nam",
    ]
    assert texts.clean_field("Không có thông tinCơ quan thực hiệnTòa án nhân dân tối cao") == ""
    steps, status = texts.read_steps("- Bước 1: Nộp.\n- Bước 2: Nhận.")
    assert ([step.number for step in steps], status.status) == (["1", "2"], "parsed")


def test_a_record_without_its_fields_is_refused():
    with pytest.raises(BrokenRecord, match="ten_thu_tuc"):
        parse_record({"ma_thu_tuc": "1.000001", "cap_thuc_hien": "Cấp xã", "cach_thuc_thuc_hien": ""})


def test_whole_catalogue_is_read_and_every_doubt_is_named(reading):
    assert len(reading.procedures) == 2642
    assert not reading.broken
    communes = [row for row in reading.procedures if is_commune(row)]
    assert len(communes) == 588
    for procedure in reading.procedures:
        assert procedure.channels
        assert not procedure.problems
        for problem in problems_of(procedure):
            assert problem.status in ("ambiguous", "absent", "to_confirm")
            assert problem.status == "absent" or problem.reason in REASONS
        for row in procedure.channels:
            assert row.term.status != "parsed" or row.term.kind != "unknown"
            assert row.fee.status != "parsed" or row.fee.kind != "unknown"


def test_shares_do_not_slip():
    """What was reached; the portal's own table prints a unit for 394 of the 588, in the cell or the text."""
    table = counts([row for row in read_all().procedures if is_commune(row)])["term_unit"]
    assert table["printed_by_portal"] == 394
    assert table["share_from_portal_text"] >= 71
    assert table["with_unit"] >= 500
    assert table["share"] >= 85
    assert table["share_without_customs_and_tax"] >= 90
    assert table["stated_none"] >= 13
    assert table["with_unit"] + table["stated_none"] + table["unknown"] == 588


def test_law_gives_a_unit_only_where_the_number_agrees_and_the_portal_cites_it(reading):
    by_code = {row.code: row for row in read_all().procedures}
    made = by_code["1.004884"].term
    assert (made.code, made.source) == ("5wd", "law")
    assert "123/2015" in made.basis
    assert made.unconfirmed
    assert (
        by_code["1.005461"].term.code == "5wd"
    )  # cited in the title of the circular that details the decree
    assert "2h" in by_code["1.000005"].term.candidates  # no declaration is checked there
    customs = by_code["1.006429"].term
    assert (customs.kind, customs.stages, customs.source) == ("by_case", ["2h", "8h"], "law")
    assert any("số 1" in line for line in customs.unconfirmed)  # why the portal's number is another one
    assert by_code["2.000012"].term.status == AMBIGUOUS  # prints the same, cites no law
    treasury = by_code["3.000115"]
    assert {row.channel: row.term.code for row in treasury.channels} == {
        "online": "5min",
        "in_person": "30min",
    }
    for row in load_json("legal-terms.json")["terms"]:
        assert row["quote"]
        assert row["confirmed"] is False
        assert all(has_unit(by_code[code]) or "candidates" in row for code in row["codes"])
        assert row["document"] or row["own_text"] in ("steps", "description")


def test_own_text_is_quoted_word_for_word():
    """A row that quotes the procedure's own text must be found in it."""
    records = {line.record["ma_thu_tuc"]: line.record for line in read_lines(PORTAL_FILE) if line.record}
    quoted = [row for row in load_json("legal-terms.json")["terms"] if row.get("own_text")]
    assert quoted
    for row in quoted:
        for code in row["codes"]:
            whole = " ".join(
                f"{records[code]['trinh_tu_thuc_hien']} {records[code]['cach_thuc_thuc_hien']}".split()
            )
            for piece in row["quote"].split("…"):
                for part in piece.split(";"):
                    assert part.strip(" ab)") in whole, (code, part)


@pytest.mark.parametrize(
    ("text", "code", "source"),
    [
        ("Trực tiếp7 NgàyMiễn phí07 ngày làm việc, kể từ ngày nhận đủ hồ sơ", "7wd", "description"),
        ("Trực tiếp7 NgàyMiễn phí07 ngày làm việc, kể từ ngày nhận đủ hồ sơ (Sở: 03 ngày; xã: 04 ngày)", "7wd",
         "description"),
        ("Trực tiếp20 NgàyMiễn phíTối đa không quá 20 ngày làm việc, kể từ ngày nộp đủ hồ sơ. Xã ở xa thì được kéo "
         "dài thêm 05 ngày làm việc.", "20wd", "description"),
    ],
)  # fmt: skip
def test_description_names_the_kind_of_day_where_the_column_prints_days(text, code, source):
    term = _term(text)
    assert (term.status, term.code, term.source) == ("parsed", code, source)
    assert term.unconfirmed == [COLUMN_PRINTS_DAYS]


@pytest.mark.parametrize(
    "text",
    [
        "Trực tiếp7 Ngày làm việcMiễn phí07 ngày, kể từ ngày nhận đủ hồ sơ",  # the other way round: who knows
        "Trực tiếp7 NgàyMiễn phíTrong thời gian 07 ngày làm việc, Ủy ban nhân dân có văn bản trả lời",
        "Trực tiếp10 NgàyMiễn phíĐối với trường hợp (1): 10 ngày làm việc kể từ ngày nhận được hồ sơ hợp lệ",
        "Trực tiếp10 NgàyMiễn phí10 ngày làm việc kể từ ngày nhận đủ hồ sơ; không đủ: 05 ngày làm việc",
    ],
)
def test_column_and_description_still_contradict_each_other(text):
    assert (_term(text).status, _term(text).reason) == ("ambiguous", "unit_conflict")


@pytest.mark.parametrize(
    "text",
    [
        "Trực tiếpKhôngMiễn phíTại Trung tâm",
        "Trực tiếpKhông quy địnhMiễn phí",
        "Trực tuyếnKhông phải trả kết quả cho người nộp thuếMiễn phí",
        "Trực tuyếnKhông có thông tinKhông có thông tin- Không quy định thời hạn giải quyết, phí, lệ phí",
    ],
)
def test_stated_that_there_is_no_term(text):
    term = _term(text)
    assert (term.status, term.kind, term.code) == ("parsed", "none", "")
    assert term.raw


def test_a_second_fee_in_the_description_is_not_overlooked():
    fee = _fee("Trực tiếp6 Ngày800,000 Việt Nam ĐồngPhí: 800.000 đồng/hồ sơ. Lệ phí: 100.000 đồng/hồ sơ.")
    assert (fee.status, fee.reason) == ("ambiguous", "several_amounts")
    assert fee.candidates == ["800000 VND", "100000 VND"]
    same = _fee("Trực tiếp6 Ngày800,000 Việt Nam ĐồngPhí: 800.000 đồng/hồ sơ.")
    assert (same.status, same.amount) == ("parsed", 800000)


def test_equal_stages_of_one_channel_are_not_the_whole_term(reading):
    by_code = {row.code: row for row in reading.procedures}
    assert by_code["1.003777"].term.reason == "several_terms"  # three offices, ten days each
    assert by_code["1.013836"].term.code == "5wd"  # five days in either case


def test_stages_one_after_another_make_one_term():
    stages = "a) Thông báo: 02 ngày làm việc kể từ ngày nhận được hồ sơ; b) Thẩm định, quyết định: 33 ngày làm việc."
    assert _term("Trực tiếpKhông có thông tinMiễn phí" + stages).code == "2wd+33wd"
    cases = stages.replace("b) Thẩm định", "b) Đối với trường hợp khác")
    assert _term("Trực tiếpKhông có thông tinMiễn phí" + cases).code == ""


def test_overrides_name_their_law_and_follow_each_other():
    for rows in overrides().values():
        for row in rows:
            assert row.legal_basis
            assert row.confirmed == (not row.unconfirmed)
        for left, right in zip(rows, rows[1:], strict=False):
            assert left.valid_to is not None
            assert left.valid_to < right.valid_from
