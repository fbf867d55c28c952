"""The general decision, for procedures without a template of their own, is typeset with what the officer wrote."""

from __future__ import annotations

import subprocess

from xaso.kernel.documents.typeset import fields_of, typeset, with_fields
from xaso.services.onestop.eforms.samples import PAPERS


def test_the_general_decision(tmp_path):
    source = (PAPERS / "decision.typ").read_text(encoding="utf-8")
    data = {
        "title": "Giấy xác nhận nuôi ong",
        "agency": "Ủy ban nhân dân xã Ba Bể",
        "parent": "Tỉnh Thái Nguyên",
        "place": "Ba Bể",
        "authority": "TM. Ủy ban nhân dân",
        "position": "Chủ tịch",
        "signer": "Lý Văn Đình",
        "sealed": True,
        "unchecked": "Mẫu chung",
        "dossier_code": "H55.12-261015-0001",
        "applicant": "Triệu Thị Mẩy",
        "procedure": {"code": "1.999001", "title": "Đăng ký nuôi ong", "bases": ["NĐ 13/2020/NĐ-CP"]},
        "a": {
            "applicant_name": "Triệu Thị Mẩy",
            "ong_decided": "Đồng ý 12 đàn.\nCách nhà dân 50 m.",
            "rows": [],
        },
        "raw": {},
        "dates": {},
        "amounts": {},
        "verify_code": "ABCD-EFGH-JKMN",
        "verify_host": "xaso.example/verify",
        "verify_qr": "https://x/ABCD",
    }
    pdf = with_fields(typeset(source, data))
    assert set(fields_of(pdf)) == {"number", "date", "person_1", "agency"}
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    found = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    text = " ".join(found.stdout.replace("\u00a0", " ").split())
    for words in (
        "QUYẾT ĐỊNH",
        "Nghị định số 13/2020/NĐ-CP",
        "Đồng ý 12 đàn.",
        "Cách nhà dân 50 m.",
        "Triệu Thị Mẩy",
    ):
        assert words in text
