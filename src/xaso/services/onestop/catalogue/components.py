"""Papers of the dossier: groups, names, forms, originals and copies, cut from the flattened table.

`heading | Tên giấy tờ | Mẫu đơn, tờ khai | Số lượng`, rows of `name [file …] N bản chính[,M bản sao]`. The
count closes a row, so rows part well; but a name that ends in digits runs into its count, and a form's file
name runs into the name before it. Where only one cut is possible it is taken, else the paper is ambiguous.
"""

from __future__ import annotations

import re

from xaso.services.onestop.catalogue.cells import NO_INFORMATION
from xaso.services.onestop.catalogue.shape import AMBIGUOUS, PARSED, Component

_TABLE = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
_COUNT = re.compile(r"(?P<run>\d+) bản chính(?:,(?P<copies>\d+) bản sao)?|(?P<only>\d+) bản sao(?! )")
_FILE = re.compile(r"\.(?:docx?|pdf|xlsx?|rar|zip|jpe?g|png|odt|rtf|pptx?|html?)", re.IGNORECASE)
_FILE_HEAD = re.compile(
    r"(?:mẫu|mau|phụ lục|phu luc|phuluc|biểu|bieu|tờ khai|to khai|tokhai|đơn|don |giấy|giay |pl|m\d|bm"
    r"|văn bản|van ban)",
    re.IGNORECASE,
)
_SHOW = re.compile(r"xuất trình", re.IGNORECASE)
_CASE = re.compile(r"^[\W\d]*(?:[a-zđ]\)|\([ivx\d]+\)|[\d.]+)?\s*(?:trường hợp|đối với|khi)\b", re.IGNORECASE)
_NOTE = re.compile(r"^[\W]*(?:lưu ý|ghi chú|số lượng hồ sơ|chú ý)\b", re.IGNORECASE)
_OPTIONAL = re.compile(r"\(nếu có[^)]*\)|nếu có[.;]?$", re.IGNORECASE)
_WAIVED = re.compile(
    r"không phải (?:nộp|xuất trình)|không yêu cầu (?:nộp|xuất trình)|không phải cung cấp"
    r"|đã khai thác được|khai thác (?:được )?(?:thông tin|dữ liệu)",
    re.IGNORECASE,
)
_STATED = re.compile(
    r"(?P<n>\d{1,2})\s?(?:\([^)]{1,12}\)\s?)?(?P<what>bản chính|bản gốc|bản sao|bản chụp)", re.I
)


def read_components(text: str) -> tuple[list[Component], list[str]]:
    """Papers in the portal's order, and the headings that name a case."""
    body = text.strip()
    if body.strip("-") in ("", NO_INFORMATION):
        return [], []
    papers: list[Component] = []
    cases: list[str] = []
    heading, *tables = body.split(_TABLE)
    for table in tables:
        rows, rest = _cut_table(table)
        group = _heading(heading)
        if group and _CASE.match(group) and group not in cases:
            cases.append(group)
        papers += [_paper(name, count, group) for name, count in rows]
        heading = rest
    if not tables:
        papers.append(
            Component(
                AMBIGUOUS,
                name=body[:300],
                originals=None,
                copies=None,
                form="no",
                raw=body[:400],
                reason="no_counts",
            )
        )
    return papers, cases


def _heading(text: str) -> str:
    group = " ".join(text.split()).strip("-* :")
    return group[:400]


def _cut_table(table: str) -> tuple[list[tuple[str, re.Match[str]]], str]:
    """Rows (name text, count match) and the text after the last count: the heading of the next group."""
    rows = []
    start = 0
    for match in _COUNT.finditer(table):
        after = table[match.end() : match.end() + 1]
        if after in (" ", ",", ".", ";", ":", ")"):  # "01 bản chính hoặc …" inside a name
            continue
        if not match["run"] or re.fullmatch(
            r"0\d", match["run"]
        ):  # the portal's own counts have no zero in front
            continue
        rows.append((table[start : match.start()], match))
        start = match.end()
    return rows, table[start:]


def _paper(before: str, count: re.Match[str], group: str) -> Component:
    copies = int(count["copies"] or 0)
    originals, tail, readings = _count_cut(before, count["run"])
    text = " ".join((before + tail).split())
    name, files, file_clear = _cut_files(text)
    paper = Component(
        PARSED,
        name=name,
        originals=originals,
        copies=copies,
        form="yes" if files else "no",
        files=files,
        mode="show" if _SHOW.search(group) else "note" if _NOTE.match(group) else "submit",
        case=group,
        optional=bool(_OPTIONAL.search(name)),
        waived_by_data=bool(_WAIVED.search(name)),
        raw=f"{text} {count[0]}"[-400:],
    )
    if _CASE.match(name):
        paper.condition = re.split(r"[:,;]", name, maxsplit=1)[0][:200]
    _judge(paper, readings, file_clear)
    return paper


def _judge(paper: Component, readings: list[str], file_clear: bool) -> None:
    """Set the status: counts that agree are parsed, everything unsure is named."""
    if len(readings) > 1:
        paper.status, paper.reason = AMBIGUOUS, "count_border_lost"
        paper.originals, paper.candidates = None, readings
        return
    stated = _STATED.findall(paper.name)
    if paper.originals == 0 and paper.copies == 0:
        if _NOTE.match(paper.name):
            paper.mode = "note"
        if paper.mode != "submit":
            return
        paper.status, paper.reason = AMBIGUOUS, "zero_copies"
        paper.candidates = [f"{number} {what}" for number, what in stated][:4] or [
            "0 bản chính",
            "xuất trình",
        ]
        return
    wanted = {
        "bản chính": paper.originals,
        "bản gốc": paper.originals,
        "bản sao": paper.copies,
        "bản chụp": paper.copies,
    }
    if len(stated) == 1 and wanted[stated[0][1].lower()] != int(stated[0][0]):
        paper.status, paper.reason = AMBIGUOUS, "count_mismatch"
        paper.candidates = [f"{paper.originals} bản chính, {paper.copies} bản sao", " ".join(stated[0])]
    elif not file_clear:
        paper.status, paper.reason = AMBIGUOUS, "file_border_lost"


def _count_cut(before: str, run: str) -> tuple[int | None, str, list[str]]:
    """Cut a run of digits before "bản chính" into the name's end and the count.

    A name that ends at a file, a letter or a full stop leaves the whole run to the count. Otherwise: a count has
    no leading zero, at most two digits, and what stays with the name must look like a number of its kind.
    """
    if len(run) == 1 or _FILE.search(before[-6:]):
        return int(run), "", []
    readings = []
    for size in (1, 2):
        left, right = run[:-size], run[-size:]
        if (
            len(right) < size
            or (len(right) > 1 and right.startswith("0"))
            or (len(right) == 2 and int(right) > 20)
        ):
            continue
        if left and not _plausible_end(before, left):
            continue
        readings.append((left, right))
    if len(readings) == 1:
        return int(readings[0][1]), readings[0][0], []
    year = re.fullmatch(r"(?:19|20)\d\d(\d)", run)
    if year and re.search(r"(?:năm|/|-)\s?$", before):
        return int(year[1]), run[:4], []
    labels = [f"{before.strip()[-40:]}{left} | {right} bản chính" for left, right in readings]
    return None, run[:-1], labels or [f"{run} bản chính"]


def _plausible_end(before: str, left: str) -> bool:
    """Whether the digits can end the name: a form number is not 0, a year has four digits."""
    if re.search(r"(?:năm|/)\s?$", before):
        return len(left) == 4
    return not (left == "0" or (left.startswith("0") and len(left) < 2))


def _cut_files(text: str) -> tuple[str, list[str], bool]:
    """Name, form files, and whether the border between them was clear."""
    ends = [match.end() for match in _FILE.finditer(text) if _is_file_end(text, match)]
    if not ends:
        return text, [], True
    files: list[str] = []
    start, clear, name = 0, True, ""
    for number, end in enumerate(ends):
        piece = text[start:end]
        if number == 0:
            name, file_name, clear = _split_name(piece)
            files.append(file_name)
        else:
            files.append(piece.strip())
        start = end
    rest = text[start:].strip()
    if rest:  # text after the file: the border is somewhere else
        return text, files, False
    return name, files, clear


def _is_file_end(text: str, match: re.Match[str]) -> bool:
    after = text[match.end() : match.end() + 1]
    return not after or after.isupper() or after.isdigit() or after in "( "


def _split_name(piece: str) -> tuple[str, str, bool]:
    """Cut "…theo Mẫu số 25;Mauso25.docx" where a new text begins without a space.

    Clear when the file's name begins like a form's, or when there is one such place only.
    """
    places = [at for at in range(1, len(piece) - 4) if _new_text_at(piece, at)]
    heads = [at for at in places if _FILE_HEAD.match(piece, at)]
    chosen = heads[:1] if heads else places
    if len(chosen) != 1:
        return piece.strip(), "", False
    return piece[: chosen[0]].strip(), piece[chosen[0] :].strip(), True


def _new_text_at(piece: str, at: int) -> bool:
    before, after = piece[at - 1], piece[at]
    if before in ".;:,)”":
        return after.isalnum() and not (before == "." and piece[at - 2 : at - 1].isdigit())
    if before.isupper() or before.isdigit():  # "…NĐ-CPMẫu số 23.docx": only a form's name is sure here
        return after.isupper() and piece[at + 1 : at + 2].islower() and bool(_FILE_HEAD.match(piece, at))
    return before.islower() and after.isupper()
