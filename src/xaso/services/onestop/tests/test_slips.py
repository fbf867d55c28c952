"""The desk's own forms (01 to 07, and the note of handing over): drawn from their samples, on their paper."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pikepdf
import pytest

from xaso.kernel.documents.papers_in_force import read_shipped
from xaso.kernel.documents.typeset import fields_of, typeset, with_fields

A5, A4, A4_ACROSS = (420, 595), (595, 842), (842, 595)
SLIPS = {
    "receipt": (A5, {"person_1"}, "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"),
    "supplement_slip": (A5, {"person_1"}, "PHIẾU YÊU CẦU BỔ SUNG"),
    "refusal_slip": (A5, {"person_1"}, "PHIẾU TỪ CHỐI TIẾP NHẬN"),
    "apology": (A5, {"number", "date", "person_1", "agency"}, "PHIẾU XIN LỖI"),
    "stop_notice": (A5, {"number", "date", "person_1", "agency"}, "Dừng giải quyết hồ sơ"),
    "control_slip": (A4, set(), "PHIẾU KIỂM SOÁT"),
    "follow_up_book": (A4_ACROSS, set(), "SỔ THEO DÕI HỒ SƠ"),
    "return_note": (A5, {"person_1"}, "GIẤY BIÊN NHẬN TRẢ KẾT QUẢ"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_from_its_sample(name: str, tmp_path: Path) -> None:
    shipped = read_shipped(f"onestop.{name}")
    assert shipped is not None and shipped.sample
    assert {"title", "legal", "from"} <= set(shipped.header)
    size, fields, words = SLIPS[name]
    pdf = with_fields(typeset(shipped.source, shipped.sample))
    with pikepdf.open(io.BytesIO(pdf)) as document:
        box = document.pages[0].mediabox
        assert (round(float(box[2])), round(float(box[3]))) == size
    assert set(fields_of(pdf)) == fields
    path = tmp_path / "slip.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    assert words in text.stdout and "XÃ SÀ PHÌN" in text.stdout
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
    names = [line.split()[0].partition("+")[2] for line in fonts.splitlines()[2:]]
    assert names and all(one.startswith("Tinos") for one in names)


@pytest.mark.parametrize("name", SLIPS)
def test_little_data_and_nasty_data(name: str) -> None:
    shipped = read_shipped(f"onestop.{name}")
    assert shipped is not None
    assert typeset(shipped.source, {"agency": "UBND xã"}, fields=False).startswith(b"%PDF")
    nasty = json.loads(
        json.dumps(shipped.sample).replace("Páo", '#panic("x") $ ] } *a* _b_ <c> @d 漢 \\u0000')
    )
    assert typeset(shipped.source, nasty).startswith(b"%PDF")


def test_a_long_list_of_papers_goes_on_a_second_page() -> None:
    shipped = read_shipped("onestop.receipt")
    assert shipped is not None
    paper = {"name": "Một giấy tờ có tên rất dài để thử xuống dòng trong bảng " * 2, "originals": 1}
    pdf = typeset(shipped.source, {**shipped.sample, "components": [paper] * 40}, fields=False)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) > 1
        assert not any("/Annots" in page for page in document.pages)
