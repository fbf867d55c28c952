"""Law as it is kept: documents, their articles in versions, what amends what, what was imported and set aside."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.models import Record
from xaso.kernel.plain.law import Part, Place, kind_of, parts_of

# Articles of the pack keep the numbers 1 … that the pack gives them; those imported here begin above.
FIRST_OWN_SEQ = 10_000_000
# Kinds whose chapters in the codification are their own.
OWN_CHAPTERS = {"Luật", "Bộ luật", "Pháp lệnh", "Hiến pháp"}


class Import(Record):
    """One bringing in of documents: the pack, a file, a folder; how far it is and what became of it."""

    class Kind(models.TextChoices):
        PACK = "pack", "Kho văn bản đi kèm phần mềm"
        CODIFICATION = "codification", "Bộ pháp điển điện tử"
        FILE = "file", "Tệp tải lên"
        LINES = "lines", "Tệp dòng JSON"

    class State(models.TextChoices):
        WAITING = "waiting", "Chờ nhập"
        RUNNING = "running", "Đang nhập"
        DONE = "done", "Xong"
        FAILED = "failed", "Không nhập được"

    kind = models.CharField("loại", max_length=14, choices=Kind.choices)
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    name = models.CharField("tên tệp", max_length=200, blank=True)
    source = models.CharField("nguồn", max_length=300, blank=True)
    source_date = models.DateField("ngày của nguồn", null=True)
    digest = models.CharField("dấu tệp", max_length=64, blank=True)
    state = models.CharField("trạng thái", max_length=8, choices=State.choices, default=State.WAITING)
    counts: Any = models.JSONField("số lượng", default=dict)
    total = models.PositiveIntegerField("tổng số điều", default=0)
    done = models.PositiveIntegerField("số điều đã nhập", default=0)
    problem = models.CharField("vì sao không nhập được", max_length=500, blank=True)
    started_at = models.DateTimeField("bắt đầu lúc", null=True)
    finished_at = models.DateTimeField("xong lúc", null=True)
    imported_by = models.UUIDField("người nhập", null=True)
    indexed_seq = models.BigIntegerField("đã vào chỉ mục tới số", default=0)
    indexed_at = models.DateTimeField("vào chỉ mục xong lúc", null=True)

    class Meta:
        verbose_name = "lần nhập văn bản"
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "unit_path"], condition=models.Q(kind="pack"), name="assistant_pack_once"
            )
        ]
        indexes = [models.Index(fields=["unit_path", "-created_at"], name="assistant_import_unit")]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()


class Document(Record):
    """A legal document: its number with its issuer, its dates, where it holds, where its text comes from."""

    class State(models.TextChoices):
        IN_FORCE = "in_force", "Còn hiệu lực"
        PARTLY = "partly", "Hết hiệu lực một phần"
        ENDED = "ended", "Hết hiệu lực"
        NOT_YET = "not_yet", "Chưa có hiệu lực"
        UNKNOWN = "unknown", "Chưa rõ hiệu lực"

    slug = models.CharField("tên trong địa chỉ", max_length=140, unique=True)
    number = models.CharField("số hiệu", max_length=80)
    kind = models.CharField("loại văn bản", max_length=60)
    issuer = models.CharField("cơ quan ban hành", max_length=300, blank=True)
    title = models.TextField("trích yếu", blank=True)
    folded = models.TextField("trích yếu để tìm", blank=True)
    issued_on = models.DateField("ngày ban hành", null=True)
    effective_on = models.DateField("ngày có hiệu lực", null=True)
    ended_on = models.DateField("ngày hết hiệu lực", null=True)
    state = models.CharField("tình trạng", max_length=8, choices=State.choices, default=State.UNKNOWN)
    province_path = models.CharField("nơi áp dụng", max_length=120, blank=True)
    topic = models.CharField("đề mục", max_length=200, blank=True)
    source = models.CharField("nguồn", max_length=300, blank=True)
    source_date = models.DateField("ngày của nguồn", null=True)
    file = models.CharField("dấu tệp gốc", max_length=64, blank=True)
    problem = models.CharField("điều cần xem lại", max_length=500, blank=True)
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="documents")

    class Meta:
        verbose_name = "văn bản"
        constraints = [
            models.UniqueConstraint(
                fields=["number", "issuer", "province_path"], name="assistant_document_once"
            )
        ]
        indexes = [
            models.Index(fields=["number"], name="assistant_document_number"),
            models.Index(fields=["province_path", "kind", "-issued_on"], name="assistant_document_place"),
        ]

    def __str__(self) -> str:
        return self.said

    @property
    def said(self) -> str:
        """The kind with the number: "Nghị định số 61/2018/NĐ-CP"."""
        kind = self.kind or kind_of(self.number)
        return f"{kind} số {self.number}" if kind else self.number


class Article(Record):
    """One article in one version; ``text`` is what is quoted, by offsets. ``seq`` is the search index's key.

    ``valid_from`` is the day from which this very wording holds: the day of the last amendment in it, else the
    document's. ``valid_to`` is the first day on which it holds no more.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="articles")
    number = models.CharField("điều", max_length=20)
    version = models.PositiveSmallIntegerField("bản", default=1)
    position = models.PositiveIntegerField("thứ tự", default=0)
    title = models.TextField("tên điều", blank=True)
    part = models.CharField("phần", max_length=500, blank=True)
    chapter = models.CharField("chương", max_length=500, blank=True)
    section = models.CharField("mục", max_length=500, blank=True)
    text = models.TextField("nội dung")
    seq = models.BigIntegerField("số thứ tự trong chỉ mục", unique=True)
    valid_from = models.DateField("có hiệu lực từ", null=True)
    valid_to = models.DateField("hết hiệu lực từ", null=True)
    topic = models.CharField("đề mục", max_length=200, blank=True)
    codified = models.CharField("số pháp điển", max_length=60, blank=True)
    note = models.TextField("ghi chú nguồn", blank=True)
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="articles")

    class Meta:
        verbose_name = "điều luật"
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number", "version"], name="assistant_article_version"
            )
        ]
        indexes = [models.Index(fields=["document", "position"], name="assistant_article_order")]

    def __str__(self) -> str:
        return self.place.said

    @property
    def place(self) -> Place:
        """Where it stands: number of the document and of the article."""
        return Place(self.document.number, self.number)

    @property
    def parts(self) -> list[Part]:
        """Clauses and points with their offsets into ``text``, read from the text itself: they cannot disagree."""
        return parts_of(self.text)

    @property
    def heading(self) -> str:
        """Part, chapter and section above it, largest first.

        The codification puts decrees and circulars into the chapters of their law: there the subject stands first.
        """
        codified = self.codified and self.document.kind not in OWN_CHAPTERS and self.topic
        above = (f"Đề mục {self.topic}" if codified else "", self.part, self.chapter, self.section)
        return " › ".join(one for one in above if one)


class Relation(Record):
    """One line of the graph: a provision amends, replaces, repeals … another from a day on.

    Either end may be a document that is not kept here; then only its number is known.
    """

    class Kind(models.TextChoices):
        AMENDS = "amends", "sửa đổi, bổ sung"
        REPLACES = "replaces", "thay thế"
        REPEALS = "repeals", "bãi bỏ"
        CORRECTS = "corrects", "đính chính"
        GUIDES = "guides", "quy định chi tiết, hướng dẫn"
        BASES = "bases", "là căn cứ ban hành"
        CONSOLIDATES = "consolidates", "hợp nhất"

    kind = models.CharField("quan hệ", max_length=12, choices=Kind.choices)
    on = models.DateField("từ ngày", null=True)
    from_number = models.CharField("văn bản làm thay đổi", max_length=80)
    from_place = models.CharField("điều làm thay đổi", max_length=120, blank=True)
    to_number = models.CharField("văn bản được thay đổi", max_length=80)
    to_place = models.CharField("điều được thay đổi", max_length=120, blank=True)
    whole = models.BooleanField("toàn bộ", default=False)
    from_document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="changes")
    from_article = models.ForeignKey(Article, models.PROTECT, null=True, related_name="changes")
    to_document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="changed_by")
    to_article = models.ForeignKey(Article, models.PROTECT, null=True, related_name="changed_by")
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "quan hệ giữa văn bản"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "from_number", "from_place", "to_number", "to_place"],
                name="assistant_relation_once",
            )
        ]
        indexes = [models.Index(fields=["to_number"], name="assistant_relation_to")]

    def __str__(self) -> str:
        return f"{self.from_number} {self.get_kind_display()} {self.to_number}"


class Mention(models.Model):
    """An article cites another: for links back. Rows of numbers, made with the article, gone with its version."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Article, models.PROTECT, to_field="seq", related_name="mentions")
    target = models.ForeignKey(Article, models.PROTECT, to_field="seq", related_name="mentioned")

    class Meta:
        verbose_name = "điều luật được viện dẫn"
        constraints = [models.UniqueConstraint(fields=["source", "target"], name="assistant_mention_once")]


class SetAside(Record):
    """A file or a document that could not be trusted: why, and its beginning. Never indexed, never quoted."""

    batch = models.ForeignKey(Import, models.PROTECT, related_name="set_aside")
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    name = models.CharField("tên tệp", max_length=200)
    file = models.CharField("dấu tệp", max_length=64, blank=True)
    reason = models.CharField("vì sao để riêng", max_length=500)
    excerpt = models.TextField("phần đầu", blank=True)
    closed_at = models.DateTimeField("xử lý lúc", null=True)
    closed_by = models.UUIDField("người xử lý", null=True)

    class Meta:
        verbose_name = "văn bản để riêng"
        indexes = [models.Index(fields=["unit_path", "-created_at"], name="assistant_set_aside_unit")]

    def __str__(self) -> str:
        return self.name
