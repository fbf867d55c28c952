"""The corpus in the tables: wordings in time, the graph, imports, what is set aside, the pack, the index's feed."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
from PIL import Image

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.people.testing import officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.law import Place, read_draft
from xaso.kernel.units.testing import a_commune
from xaso.services.assistant import pack
from xaso.services.assistant.actions import bulk, importing, indexing, loading
from xaso.services.assistant.engine import Engine, Query
from xaso.services.assistant.importers import codification, files, ocr
from xaso.services.assistant.importers.base import Origin, Unreadable
from xaso.services.assistant.importers.lines import gathered
from xaso.services.assistant.keeping import keep_document
from xaso.services.assistant.models import Article, Document, Import, Mention, Relation, SetAside
from xaso.services.assistant.queries import corpus, shelf, sources
from xaso.services.assistant.tests import corpus_sample as sample

SYSTEM = Viewer.system()
DATA = Path(__file__).with_name("data")
PROVINCE = "15/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> Import:
    row = Import.objects.create(kind=Import.Kind.LINES, name="mẫu", state=Import.State.DONE)
    documents, aside = gathered(sample.ROWS, source="Bộ pháp điển", source_date=None)
    assert not aside
    for document in documents:
        keep_document(document, row)
    return row


def on(number: str, article: str, day: date) -> Article | None:
    return corpus.article_on(Place(number, article), day)


def test_the_law_of_a_day(kept: Import) -> None:
    assert on("10/2014/NĐ-CP", "2", date(2021, 1, 1)) is not None
    # The wording kept is the one after the amendment: for an earlier day there is none, and the reason is told.
    assert on("10/2014/NĐ-CP", "2", date(2016, 1, 1)) is None
    article = corpus.article_near(Place("10/2014/ND-CP", "2"), date(2016, 1, 1))
    assert article is not None
    state = corpus.in_force(article, date(2016, 1, 1))
    assert state.state == "not_yet" and "20/2020/NĐ-CP" in state.why
    assert on("10/2014/NĐ-CP", "1", date(2014, 1, 1)) is None
    assert on("02/2003/NĐ-CP", "1", date(2010, 1, 1)) is not None
    assert on("02/2003/NĐ-CP", "1", date(2015, 1, 1)) is None
    old = corpus.article_near(Place("02/2003/NĐ-CP", "1"), date(2015, 1, 1))
    assert old is not None
    ended = corpus.in_force(old, date(2015, 1, 1))
    assert (ended.state, ended.until) == ("ended", date(2015, 1, 1))
    assert "10/2014/NĐ-CP" in ended.replaced_by


def test_links_both_ways(kept: Import) -> None:
    first, second = (corpus.article_near(Place("10/2014/NĐ-CP", one), date(2021, 1, 1)) for one in "12")
    assert first is not None and second is not None
    assert [one.pk for one in corpus.cites(second)] == [first.pk]
    assert [one.pk for one in corpus.cited_by(first)] == [second.pk]
    lines = shelf.linked_lines(second, date(2021, 1, 1))
    assert "\n".join("".join(one.text for one in line.stretches) for line in lines) == second.text
    links = [one for line in lines for one in line.stretches if one.slug]
    assert [(one.text, one.at, one.anchor) for one in links] == [
        ("Điều 1 Nghị định này", "dieu-1", ""), ("khoản 1 Điều này", "dieu-2", "k1"),
    ]  # fmt: skip


def test_a_newer_wording_ends_the_one_before(kept: Import) -> None:
    changed = sample.row(
        "10/2014/NĐ-CP", "1", "Nghị định này quy định về chợ và siêu thị.", more=sample.AMENDED
    )
    documents, _ = gathered([changed], source="sau", source_date=None)
    told = keep_document(documents[0], kept)
    old, new = on("10/2014/NĐ-CP", "1", date(2019, 1, 1)), on("10/2014/NĐ-CP", "1", date(2021, 1, 1))
    assert old is not None and new is not None and old.version == 1 and new.version == 2
    assert old.valid_to == new.valid_from == date(2020, 3, 1)
    assert set(told.seqs) >= {old.seq, new.seq}
    again = keep_document(documents[0], kept)
    assert (again.articles, again.same) == (0, 1)


@pytest.mark.parametrize(
    ("cut", "title"),
    [
        ("Dược ngày 06/04/2016 của Quốc hội, có hiệu lực thi hành kể từ", "Dược"),
        ("hướng dẫn dùng biểu mẫu, có hiệu lực thi hành kể từ", "hướng dẫn dùng biểu mẫu"),
        ("Về ngày Di sản văn hoá Việt Nam", "Về ngày Di sản văn hoá Việt Nam"),
    ],
)
def test_a_title_ends_where_the_reference_behind_it_begins(cut: str, title: str) -> None:
    row = sample.row("10/2014/NĐ-CP", "1", "Nghị định này.") | {"doc_title": cut}
    assert [one.title for one in gathered([row], source="", source_date=None)[0]] == [title]


def test_as_of_golden_cases() -> None:
    cases = json.loads((DATA / "as_of.json").read_text(encoding="utf-8"))
    assert len(cases["questions"]) >= 50
    row = Import.objects.create(kind=Import.Kind.LINES, state=Import.State.DONE)
    documents, _ = gathered(cases["rows"], source="Bộ pháp điển điện tử", source_date=None)
    for document in documents:
        keep_document(document, row)
    for number, article, day, state, by in cases["questions"]:
        asked = date.fromisoformat(day)
        wording = on(number, article, asked)
        near = corpus.article_near(Place(number, article), asked)
        assert near is not None, (number, article)
        told = corpus.in_force(near, asked)
        assert told.state == state, (number, article, day, told)
        assert (wording is not None) == (state in {"in_force", "partly"})
        if by:
            assert by in told.why, (number, article, day, told)


# ---- files ----------------------------------------------------------------------------------------------------------


def brought(viewer: Viewer, content: bytes, name: str, unit_path: str = PROVINCE) -> Import:
    row = importing.bring_in(viewer, unit_path=unit_path, name=name, content=content)
    importing.run_import(str(row.pk))
    row.refresh_from_db()
    return row


def test_a_local_document_stands_beside_the_national_ones(
    kept: Import, django_capture_on_commit_callbacks
) -> None:
    a_commune("15/02728/")
    viewer = officer("province_admin", PROVINCE)
    row = brought(viewer, sample.docx(sample.decision()), "qd.docx")
    assert (row.state, row.counts["articles"], row.counts["number"]) == ("done", 2, "05/2026/QĐ-UBND"), (
        row.counts
    )
    document = Document.objects.get(number="05/2026/QĐ-UBND")
    assert document.province_path == PROVINCE and document.issuer == "Ủy ban nhân dân tỉnh Lào Cai"
    assert document.slug == "05-2026-qd-ubnd-uy-ban-nhan-dan-tinh-lao-cai"
    assert Relation.objects.filter(
        to_number="05/2026/QĐ-UBND", kind="bases", from_document__isnull=False
    ).exists()
    cited = corpus.cited_by(corpus.article_near(Place("10/2014/NĐ-CP", "2"), date(2026, 3, 1)))
    assert [one.document_id for one in cited] == [document.pk]
    # The same again adds nothing; another wording is a version.
    assert brought(viewer, sample.docx(sample.decision()), "qd.docx").counts["articles"] == 0
    changed = sample.decision(word="vùng thấp", day="01 tháng 6 năm 2026")
    assert brought(viewer, sample.docx(changed), "qd.docx").counts["articles"] == 2
    assert (
        on("05/2026/QĐ-UBND", "1", date(2026, 3, 1)).text != on("05/2026/QĐ-UBND", "1", date(2026, 7, 1)).text
    )
    assert corpus.document_of("05/2026/QĐ-UBND", path="15/02728/") == document


def test_html_and_text_are_read_alike() -> None:
    viewer = officer("province_admin", PROVINCE)
    html = (
        "<html><nav>Menu</nav><body>"
        + "".join(f"<p>{one}</p>" for one in sample.decision().split("\n"))
        + "</body></html>"
    )
    assert brought(viewer, html.encode(), "a.html").counts["articles"] == 2
    text = sample.decision(number="06/2026/QĐ-UBND").encode()
    assert brought(viewer, text, "a.txt").counts["articles"] == 2


def test_doubtful_documents_are_set_aside_and_may_be_mended() -> None:
    viewer = officer("province_admin", PROVINCE)
    row = brought(viewer, sample.decision(number="không rõ").encode(), "thieu.txt")
    (aside,) = SetAside.objects.all()
    assert row.counts["set_aside"] == 1 and "số hiệu" in aside.reason and not Article.objects.exists()
    with pytest.raises(ActionError):
        importing.try_again(viewer, set_aside_id=aside.pk, facts={"number": "bảy"})
    again = importing.try_again(viewer, set_aside_id=aside.pk, facts={"number": "07/2026/QĐ-UBND"})
    importing.run_import(str(again.pk))
    assert Document.objects.get().number == "07/2026/QĐ-UBND"
    assert not shelf.set_aside_of(viewer).exists()


def test_what_cannot_be_read_says_why() -> None:
    for name, content, words in (
        ("cu.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 64, ".docx"),
        ("hong.docx", b"PK\x03\x04" + b"\0" * 64, "Word"),
        ("hong.pdf", b"%PDF-1.4 hong", "PDF"),
        ("cu.txt", "Điều 1".encode("cp1258", "replace") + b"\xff\xfa", "Unicode"),
        ("trong.txt", b"", "trống"),
    ):
        with pytest.raises(Unreadable, match=words):
            files.words_of(name, content)


def test_a_scan_without_recognition_says_what_to_install() -> None:
    picture = io.BytesIO()
    Image.new("L", (60, 60), 255).save(picture, "PNG")
    with mock.patch.object(ocr, "program", lambda: ""), pytest.raises(Unreadable, match="tesseract-ocr-vie"):
        files.words_of("quet.png", picture.getvalue())


def test_lines_of_recognition() -> None:
    head = "\t".join(["level"] * 12)
    rows = [
        "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90\tĐiều", "5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t80\t1.",
        "5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t70\tHai",
    ]  # fmt: skip
    assert ocr.lines_of("\n".join([head, *rows])) == ("Điều 1.\nHai", 80.0)


def test_printed_lines_become_paragraphs() -> None:
    text = "Điều 1. Phạm vi\nNghị định này quy định về chợ phiên ở vùng\ncao của tỉnh.\n- 2 -\n1. Một là\nhai;\n2. Ba."
    assert files.joined_lines(text).split("\n")[-2:] == ["1. Một là hai;", "2. Ba."]


def test_only_who_may_bring_documents_in_does() -> None:
    with pytest.raises(Forbidden):
        importing.bring_in(officer("clerk", "15/02728/"), unit_path="", name="a.txt", content=b"a")
    with pytest.raises(Forbidden):
        importing.bring_in(officer("receptionist", PROVINCE), unit_path=PROVINCE, name="a.txt", content=b"a")


def test_the_codification_is_read_from_its_zip(tmp_path: Path) -> None:
    path = tmp_path / "BoPhapDienDienTu.zip"
    path.write_bytes(sample.codification())
    row = bulk.bring_in_file(path, source="Bộ pháp điển", day=date(2026, 1, 1))
    article = Article.objects.select_related("document").get()
    assert (
        article.text == "1. Một.\n2. Hai." and article.title == "Phạm vi" and article.codified == "9.1.NĐ.1.1"
    )
    assert article.document.title == "Về chợ" and article.document.issued_on == date(2014, 1, 1)
    assert article.valid_from == date(2014, 2, 1) and article.heading.startswith("Đề mục Chợ")
    assert SetAside.objects.get(batch=row).reason.startswith("Ghi chú nguồn")
    again = bulk.bring_in_file(path, source="Bộ pháp điển", day=date(2026, 1, 1))
    assert again.counts["articles"] == 0
    with pytest.raises(Unreadable):
        list(codification.rows_of(io.BytesIO(b"khong phai zip")))


# ---- the pack and the index ------------------------------------------------------------------------------------------


PACK = {"graph": pack.read_graph, "links": pack.read_links}


@contextlib.contextmanager
def shipped(folder: Path, documents):
    """A pack of these documents stands where the shipped one does."""
    pack.write_pack(folder, documents, {2: [1]}, source="Bộ pháp điển", day=date(2014, 6, 1))
    told = pack.facts(folder)
    patches = {
        "facts": lambda: told,
        "parts": lambda place=folder: sorted(place.glob("corpus.[0-9]*")),
        "read_graph": lambda: PACK["graph"](folder),
        "read_links": lambda: PACK["links"](folder),
    }
    with mock.patch.multiple(pack, **patches):
        yield told


@pytest.fixture
def small_pack(tmp_path: Path):
    documents, _ = gathered(sample.ROWS, source="", source_date=None)
    seq = 0
    for document in documents:
        for article in document.articles:
            article.seq = seq = seq + 1
    with shipped(tmp_path, documents) as told:
        yield told


def test_the_pack_is_loaded_once_and_taken_up_again(small_pack: pack.Facts) -> None:
    with (
        mock.patch.object(loading, "_finish", side_effect=RuntimeError("killed")),
        pytest.raises(RuntimeError),
    ):
        loading.load_pack()
    row = Import.objects.get()
    assert row.state == "running" and row.done == 4 and Article.objects.count() == 4
    loading.load_pack()
    row.refresh_from_db()
    assert row.state == "done" and row.counts["links"] == 1 and row.done == 4
    assert Relation.objects.filter(to_document__number="10/2014/NĐ-CP", to_article__number="2").count() == 1
    assert Mention.objects.count() == 1
    loading.load_pack()
    assert Import.objects.count() == 1 and Article.objects.count() == 4
    article = Article.objects.get(seq=2)
    assert article.text == sample.ROWS[1]["text"] and article.valid_from == date(2020, 3, 1)
    # The source of June 2014 cannot know better than the decree of 2015: the old one ends.
    assert Document.objects.get(number="02/2003/NĐ-CP").ended_on == date(2015, 1, 1)


def test_each_document_says_its_own_source(tmp_path: Path) -> None:
    """A pack of two crawls and a collection: no document says the day or the source of another."""
    rows = [
        {"doc": "01/2015/NĐ-CP", "art": "1", "text": "Có chữ.", "effective": "01/01/2015"},
        {"doc": "01/2015/NĐ-CP", "art": "2", "text": ""},
        {"doc": "02/2016/NĐ-CP", "art": "1", "text": "Sau.", "effective": "01/01/2016", "origin": "later"},
        {"doc": "03/2017/NĐ-CP", "art": "1", "text": "Nơi khác.", "origin": "elsewhere"},
    ]
    origins = {
        "later": Origin("Bộ pháp điển", date(2026, 7, 23)),
        "elsewhere": Origin("Kho khác", problem="Có thể đã hết hiệu lực."),
    }
    documents, _ = gathered(rows, origins=origins, source="", source_date=None)
    for seq, document in enumerate(documents, 1):
        document.articles[0].seq = seq

    def told() -> dict[str, tuple[str, date | None, str]]:
        found = Document.objects.values_list("number", "source", "source_date", "problem")
        return {number: (source, on, problem) for number, source, on, problem in found}

    wanted = {
        "01/2015/NĐ-CP": ("Bộ pháp điển", date(2014, 6, 1), "Nguồn không có nội dung của Điều 2."),
        "02/2016/NĐ-CP": ("Bộ pháp điển", date(2026, 7, 23), ""),
        "03/2017/NĐ-CP": ("Kho khác", None, "Có thể đã hết hiệu lực."),
    }
    with shipped(tmp_path, documents):
        loading.load_pack()
        assert told() == wanted
        sources.forget()
        assert (
            "01/06/2014, một phần theo nguồn ngày 23/07/2026, một ít từ nguồn khác" in sources.source_words()
        )
    # An earlier pack knew no better: what it said gives way when this one comes.
    Document.objects.update(source="Bộ pháp điển", source_date=date(2014, 6, 1), problem="")
    Import.objects.update(digest="earlier")
    with shipped(tmp_path, documents):
        loading.load_pack()
    assert told() == wanted
    sources.forget()


def test_a_number_cut_short_is_set_aside(tmp_path: Path) -> None:
    """ "10" stands for several circulars: their articles would pass for wordings of one."""
    documents, _ = gathered(sample.ROWS, source="", source_date=None)
    documents[0].number = "10"
    documents[0].problem = "Nguồn không có nội dung của Điều 2."  # does not save it
    for seq, article in enumerate((one for row in documents for one in row.articles), 1):
        article.seq = seq
    with shipped(tmp_path, documents):
        loading.load_pack()
    assert not Document.objects.filter(number="10").exists()
    aside = SetAside.objects.get()
    assert "“10”" in aside.reason and aside.excerpt
    row = Import.objects.get()
    assert (row.state, row.counts["set_aside"]) == ("done", 1)
    assert Article.objects.count() == row.counts["articles"] > 0


def test_what_was_imported_is_found(kept: Import, tmp_path: Path) -> None:
    with mock.patch.object(indexing, "folder", lambda: tmp_path / "index"):
        indexing.index_imports()
        engine = Engine.open(tmp_path / "index")
        seqs = set(Article.objects.values_list("seq", flat=True))
        hits = engine.search(Query("nghị định cũ về chợ", day=date(2010, 1, 1)))
        assert hits and hits[0].seq in seqs
        old = Article.objects.get(document__number="02/2003/NĐ-CP")
        assert old.seq in {one.seq for one in hits}
        assert old.seq not in {
            one.seq for one in engine.search(Query("nghị định cũ về chợ", day=date(2022, 1, 1)))
        }
        kept.refresh_from_db()
        assert kept.indexed_at is not None
        shutil.rmtree(tmp_path / "index")
        assert indexing.index_anew() == 4
        indexing.index_imports()
        assert Engine.open(tmp_path / "index").count == 4


def test_a_document_that_ended_is_indexed_anew(kept: Import) -> None:
    document = Document.objects.get(number="10/2014/NĐ-CP")
    with pytest.raises(ActionError):
        importing.end_document(SYSTEM, document_id=document.pk, on=date(2010, 1, 1))
    importing.end_document(SYSTEM, document_id=document.pk, on=date(2025, 1, 1))
    assert on("10/2014/NĐ-CP", "1", date(2025, 1, 1)) is None
    assert on("10/2014/NĐ-CP", "1", date(2024, 12, 31)) is not None
    batch = Import.objects.exclude(pk=kept.pk).get()
    assert set(batch.counts["touched"]) == set(document.articles.values_list("seq", flat=True))


def test_a_pdf_with_text_is_read_like_the_others() -> None:
    import typst

    lines = "\n\n".join(line.replace("#", "").replace("/", "\\/") for line in sample.decision().split("\n"))
    pdf = typst.compile(('#set page(paper: "a5")\n' + lines).encode())
    draft = read_draft(files.words_of("qd.pdf", pdf).text, today=date(2026, 7, 1))
    assert (draft.number, draft.kind) == ("05/2026/QĐ-UBND", "Quyết định"), draft
    assert [one.number for one in draft.articles] == ["1", "2"] and not draft.problems
    assert draft.articles[0].text.startswith(
        "1. Quyết định này quy định về chợ phiên vùng cao trên địa bàn tỉnh"
    )
