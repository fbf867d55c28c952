"""What is said of a procedure, and the report on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from xaso.services.onestop import cli
from xaso.services.onestop.catalogue.facts import fee_fact, term_fact
from xaso.services.onestop.catalogue.parse import parse_record
from xaso.services.onestop.catalogue.plan import clean_records, prepare
from xaso.services.onestop.catalogue.source import PORTAL_FILE, read_lines


def test_facts_say_no_more_than_is_known(reading):
    records = {line.record["ma_thu_tuc"]: line.record for line in read_lines(PORTAL_FILE) if line.record}
    assert term_fact(prepare(records["1.001193"]).data).value == "same-day"
    unknown = term_fact(prepare(records["1.000894"]).data)
    assert (unknown.known, unknown.value) == (False, "")
    assert unknown.note
    household = term_fact(
        prepare(records["1.001612"]).data
    )  # the portal is silent, the cleaned record is confirmed
    assert (household.value, household.source) == ("3wd", "đọc lại bằng tay")
    assert not fee_fact(prepare(records["1.012575"]).data).known
    assert "Thông tư" in fee_fact(prepare(records["1.012575"]).data).note
    assert fee_fact(prepare(records["1.004002"]).data).words.startswith("70.000 đồng")
    assert "Trực tiếp: 40 ngày" in term_fact(prepare(records["1.008581"]).data).words


def test_cleaned_records_enrich_and_never_overwrite():
    records = {line.record["ma_thu_tuc"]: line.record for line in read_lines(PORTAL_FILE) if line.record}
    both = [code for code in clean_records() if code in records]
    assert len(both) == 48
    for code in both:
        bare = parse_record(records[code])
        data = prepare(records[code]).data
        assert data["clean"]["unconfirmed_fields"] == clean_records()[code]["unconfirmed_fields"]
        assert [row["fee"]["status"] for row in data["channels"]] == [row.fee.status for row in bare.channels]


def test_command_line_without_a_database(capsys, tmp_path: Path):
    assert cli.main(["import-report", "--commune"]) == 0
    said = capsys.readouterr().out
    assert "588 thủ tục" in said
    assert "chưa rõ" in said
    assert cli.main(["import-report", "--json", "--list", "ambiguous"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["counts"]["all"]["terms"]["total"]["ambiguous"] > 0
    assert {"code", "field", "reason", "raw"} <= set(answer["problems"][0])
    assert cli.main(["search", "lam", "giay", "khai", "sinh"]) == 0
    assert capsys.readouterr().out.startswith("1.001193")
    torn = tmp_path / "torn.jsonl"
    torn.write_text('{"ma_thu_tuc": "1.0', encoding="utf-8")
    assert cli.main(["import-report", "--file", str(torn)]) == 0
    assert "Dòng 1 hỏng" in capsys.readouterr().out
    assert cli.main(["import-report", "--file", str(tmp_path / "none")]) == 2
