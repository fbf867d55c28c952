"""Rows of the corpus' shape and files of documents, small and made for the tests."""

from __future__ import annotations

import io
import zipfile
from typing import Any

SOURCE = "(Điều {art} {kind} số {doc}, có hiệu lực thi hành kể từ ngày {day}{more})"
AMENDED = ", có nội dung được sửa đổi bởi Điều 1 Nghị định số 20/2020/NĐ-CP có hiệu lực thi hành kể từ ngày 01/03/2020"


def row(doc: str, art: str, text: str, *, kind: str = "Nghị định", day: str = "01/01/2015", more: str = "",
        title: str = "Điều", doc_title: str = "Về chợ") -> dict[str, Any]:  # fmt: skip
    """One line of the codification's shape."""
    source = SOURCE.format(art=art, kind=kind, doc=doc, day=day, more=more)
    return {
        "id": f"{doc}#{art}", "doc": doc, "art": art, "type": kind, "title": title,
        "doc_title": doc_title, "text": text,
        "effective": day, "issued": day, "issuer": "Chính phủ", "source": source, "topic": "Chợ", "chapter": "Chương I",
    }  # fmt: skip


ROWS = [
    row("10/2014/NĐ-CP", "1", "Nghị định này quy định về chợ."),
    row("10/2014/NĐ-CP", "2", "1. Theo Điều 1 Nghị định này.\n2. Theo khoản 1 Điều này.", more=AMENDED),
    row(
        "10/2014/NĐ-CP", "3", "Nghị định này thay thế Nghị định số 02/2003/NĐ-CP.", title="Hiệu lực thi hành"
    ),
    row("02/2003/NĐ-CP", "1", "Nghị định cũ về chợ.", day="01/02/2003"),
]

DECISION = """ỦY BAN NHÂN DÂN TỈNH LÀO CAI
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Số: {number}
Lào Cai, ngày 10 tháng 02 năm 2026
QUYẾT ĐỊNH
Ban hành Quy định quản lý chợ phiên trên địa bàn tỉnh
Căn cứ Nghị định số 10/2014/NĐ-CP ngày 01 tháng 01 năm 2014;
Điều 1. Phạm vi
1. Quyết định này quy định về chợ phiên {word} trên địa bàn tỉnh, theo khoản 1 Điều 2 Nghị định số 10/2014/NĐ-CP.
2. Không áp dụng cho chợ đầu mối.
Điều 2. Hiệu lực thi hành
Quyết định này có hiệu lực thi hành kể từ ngày {day}.
Nơi nhận:
"""


def decision(
    number: str = "05/2026/QĐ-UBND", word: str = "vùng cao", day: str = "20 tháng 02 năm 2026"
) -> str:
    """A decision of a province."""
    return DECISION.format(number=number, word=word, day=day)


def docx(text: str) -> bytes:
    """The text as a Word file, one paragraph a line."""
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    lines = "".join(
        f"<w:p><w:r><w:t xml:space='preserve'>{line}</w:t></w:r></w:p>" for line in text.split("\n")
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{name}"><w:body>{lines}</w:body></w:document>'
        )
    return packed.getvalue()


PAGE = """<html><body><h3>Đề mục Chợ</h3>
<p class='pChuong'>Chương I</p><p class='pChuong'>QUY ĐỊNH CHUNG</p>
<p class='pDieu'><a name='1'></a>Điều 9.1.NĐ.1.1. Phạm vi</p>
<p class='pGhiChu'>(Điều 1 Nghị định số 10/2014/NĐ-CP Về chợ ngày 01/01/2014 của Chính phủ,
có hiệu lực thi hành kể từ ngày 01/02/2014)</p>
<div class='pNoiDung'><p>1. Một.</p><p>2. Hai.</p></div>
<p class='pChiDan'>(Điều này có nội dung liên quan đến Điều 9.1.NĐ.1.2)</p>
<p class='pDieu'>Điều 9.1.NĐ.1.2. Không rõ nguồn</p><div class='pNoiDung'><p>Chữ.</p></div></body></html>"""


def codification() -> bytes:
    """A zip of the codification with one page."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("BoPhapDienDienTu/demuc/a.html", PAGE)
    return packed.getvalue()
