"""What people type for a citation: "đ5 k2 nđ61/2018", "dieu 5 nghi dinh 61", put into the words of the law."""

from __future__ import annotations

import re

from xaso.kernel.plain.law.names_short import SHORT_NAMES
from xaso.kernel.plain.text import nfc

_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), said)
    for pattern, said in (
        (r"(?<!\w)(?:d|đ)i[eê](?:m|̉m|̃m)(?=\s+[a-zđ](?!\w))", "điểm"),
        (r"(?<!\w)kho[aả]n(?=\s*\d|\s+n[aà]y)", "khoản"),
        (r"(?<!\w)(?:d|đ)i[eề]u(?=\s*\d)", "Điều"),
        (r"(?<!\w)(?:đ|d)\.?\s?(?=\d{1,3}[a-z]?(?:\s|,|$))", "Điều "),
        (r"(?<!\w)k\.?\s?(?=\d{1,2}[a-z]?(?:\s|,|$))", "khoản "),
        (r"(?<!\w)(?:nghị|nghi)\s+(?:định|dinh)(?!\w)", "Nghị định"),
        (r"(?<!\w)(?:thông|thong)\s+(?:tư|tu)(?!\w)(?!\s+(?:liên|lien))", "Thông tư"),
        (r"(?<!\w)(?:thông|thong)\s+(?:tư|tu)\s+(?:liên|lien)\s+(?:tịch|tich)(?!\w)", "Thông tư liên tịch"),
        (r"(?<!\w)(?:nghị|nghi)\s+(?:quyết|quyet)(?!\w)", "Nghị quyết"),
        (r"(?<!\w)(?:quyết|quyet)\s+(?:định|dinh)(?=\s+(?:số\s+|so\s+)?\d)", "Quyết định"),
        (r"(?<!\w)(?:pháp|phap)\s+(?:lệnh|lenh)(?!\w)", "Pháp lệnh"),
        (r"(?<!\w)(?:bộ|bo)\s+(?:luật|luat)(?!\w)", "Bộ luật"),
        (r"(?<!\w)(?<!Bộ )(?:luật|luat)(?!\w)", "Luật"),
        (r"(?<!\w)(?:nđ|nd)\s*-?\s*(?:cp)?\s*(?:số\s*|so\s*)?(?=\d)", "Nghị định "),
        (r"(?<!\w)(?:ttlt)\s*-?\s*(?:số\s*|so\s*)?(?=\d)", "Thông tư liên tịch "),
        (r"(?<!\w)(?:tt)\s*-?\s*(?:số\s*|so\s*)?(?=\d)", "Thông tư "),
        (r"(?<!\w)(?:qđ|qd)\s*-?\s*(?:số\s*|so\s*)?(?=\d)", "Quyết định "),
        (r"(?<!\w)(?:nq)\s*-?\s*(?:số\s*|so\s*)?(?=\d)", "Nghị quyết "),
    )
)
_NUMBER = re.compile(
    r"(?<![\w/])\d{1,4}\s*/\s*(?:19|20)\d{2}\s*/\s*[a-zđ&]+\d{0,2}(?:\s?-\s?[a-zđ&]+)*", re.I
)


def as_written(text: str) -> str:
    """A question with its citations written out: "d5 k2 nd61/2018" is "Điều 5 khoản 2 Nghị định 61/2018"."""
    line = nfc(text)
    for short, full in SHORT_NAMES.items():
        line = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", full, line, flags=re.I)
    line = _NUMBER.sub(lambda found: _capitals(found[0]), line)
    for pattern, said in _WORDS:
        line = pattern.sub(said, line)
    return line


def _capitals(number: str) -> str:
    from xaso.kernel.plain.law.numbers import number_of

    return number_of(re.sub(r"\s+", "", number)) or number
