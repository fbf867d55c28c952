"""Every result paper is typeset from its setup's sample, holds the key facts and the fields for signing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from xaso.kernel.documents.typeset import fields_of, typeset, with_fields
from xaso.services.onestop import eforms
from xaso.services.onestop.eforms.samples import PAPERS, sample_data, sample_given

PAIRS = [
    (form, result)
    for form in eforms.shipped_setups()
    for result in eforms.results_for(form, form.sample_answers, sample_given(form))
]
FACTS = {
    "birth_certificate": ["NÔNG THỊ MAI", "20/09/2026", "006326000123"],
    "marriage_certificate": ["Giấy chứng nhận kết hôn".upper()],
    "building_permit": ["165,5 m²", "12 tháng", "Hoàng Văn Minh"],
    "business_certificate": ["HỘ KINH DOANH LAN RỪNG", "50.000.000"],
    "death_extract": ["Nông Văn Phúc", "09/10/2026|09 tháng 10 năm 2026"],
    "copy_certification": ["Bằng tốt nghiệp", "SCT/BS"],
    "poor_household": ["Lường Văn Bình", "hộ nghèo"],
}


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    found = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    return " ".join(found.stdout.replace("\u00a0", " ").split())


@pytest.mark.parametrize(("form", "result"), PAIRS, ids=[f"{form.id}-{result.key}" for form, result in PAIRS])
def test_paper(form: eforms.Setup, result: eforms.Result, tmp_path: Path) -> None:
    source = (PAPERS / f"{result.template}.typ").read_text(encoding="utf-8")
    assert source.startswith("// title: ") and "\n// legal: " in source
    data = sample_data(form, result)
    pdf = with_fields(typeset(source, data))
    assert set(fields_of(pdf)) == {"number", "date", "person_1", "agency"}
    text = text_of(pdf, tmp_path)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert set(data["agency"].upper().split()) <= set(text.split())
    assert data["signer"] in text and data["verify_code"][:4] in text
    assert data["unchecked"] in text
    for fact in FACTS.get(result.template, []):
        assert any(one in text for one in fact.split("|")), fact
    names = [
        value
        for key, value in data["a"].items()
        if key in {"child_name", "owner_name", "man_name", "dead_name"}
    ]
    assert any(name and name.lower() in text.lower() for name in names) or not names


def test_long_data_makes_more_pages_not_errors(tmp_path: Path) -> None:
    form = next(form for form in eforms.shipped_setups() if form.procedure == "1.012812")
    data = sample_data(form, form.results[0])
    data["a"] = {**data["a"], "story": "Câu chuyện rất dài. " * 400, "findings": "Xác minh. " * 400}
    source = (PAPERS / f"{form.results[0].template}.typ").read_text(encoding="utf-8")
    pdf = with_fields(typeset(source, data))
    assert "Câu chuyện rất dài." in text_of(pdf, tmp_path)
    assert fields_of(pdf)["person_1"].page > 0


def test_text_of_citizens_is_never_code() -> None:
    form = next(form for form in eforms.shipped_setups() if form.procedure == "1.001193")
    data = sample_data(form, form.results[0])
    nasty = '#panic("x") $ ] } \\ @ref <label> *bold* _it_ `raw` //'
    data["a"] = {**data["a"], "child_name": nasty, "mother_home": nasty}
    source = (PAPERS / f"{form.results[0].template}.typ").read_text(encoding="utf-8")
    assert typeset(source, data).startswith(b"%PDF")
