"""What is asked and what becomes of it: the count of questions, tasks of the legal officer, checked answers, marks."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedText
from xaso.kernel.base.models import Record


class Asked(Record):
    """One question that was asked: what came of it, never who asked. The words are kept masked, and not for long."""

    class Channel(models.TextChoices):
        PUBLIC = "public", "Người dân"
        DESK = "desk", "Cán bộ"
        CASE = "case", "Cán bộ, trong hồ sơ"
        API = "api", "Hệ thống ngoài"

    class Model(models.TextChoices):
        OFF = "", "Không dùng"
        USED = "used", "Đã dùng"
        EMPTY = "empty", "Bỏ hết câu"
        FAILED = "failed", "Không trả lời"

    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    channel = models.CharField("nơi hỏi", max_length=8, choices=Channel.choices)
    words = models.CharField("lời hỏi đã che", max_length=600, blank=True)
    kind = models.CharField("kết quả", max_length=10)
    confidence = models.FloatField("độ tin cậy", default=0.0)
    topic = models.CharField("đề mục", max_length=200, blank=True)
    article_id = models.UUIDField("điều được dẫn", null=True)
    checked_id = models.UUIDField("câu trả lời đã kiểm", null=True)
    took_ms = models.PositiveIntegerField("mất bao lâu (ms)", default=0)
    model = models.CharField("mô hình viết câu", max_length=8, choices=Model.choices, blank=True)
    model_ms = models.PositiveIntegerField("mô hình mất (ms)", default=0)
    model_letters = models.PositiveIntegerField("số chữ gửi mô hình", default=0)
    model_kept = models.PositiveSmallIntegerField("số câu giữ lại", default=0)
    model_dropped = models.PositiveSmallIntegerField("số câu bỏ", default=0)

    class Meta:
        verbose_name = "lượt hỏi"
        indexes = [models.Index(fields=["unit_path", "-created_at"], name="asked_unit")]

    def __str__(self) -> str:
        return self.words[:60]


class CheckedAnswer(Record):
    """An answer that a legal officer stands for: name, date, quotes of the law; it holds as long as that law stands."""

    unit_path = models.CharField("dùng cho đơn vị", max_length=120, blank=True)
    office_path = models.CharField("nơi kiểm", max_length=120)
    question = models.CharField("câu hỏi", max_length=600)
    wordings: Any = models.JSONField("các cách hỏi khác", default=list)
    answer = models.TextField("trả lời")
    quotes: Any = models.JSONField("trích dẫn", default=list)
    checked_by = models.UUIDField("người kiểm", null=True)
    by_name = models.CharField("tên người kiểm", max_length=150)
    by_title = models.CharField("chức danh", max_length=150, blank=True)
    checked_on = models.DateField("kiểm ngày")
    valid_to = models.DateField("dùng đến hết ngày", null=True)
    ended_on = models.DateField("thôi dùng ngày", null=True)
    ended_why = models.CharField("vì sao thôi dùng", max_length=300, blank=True)

    class Meta:
        verbose_name = "câu trả lời đã kiểm"
        indexes = [
            models.Index(
                fields=["unit_path"], condition=models.Q(ended_on__isnull=True), name="checked_in_use"
            )
        ]

    def __str__(self) -> str:
        return self.question[:80]


class LegalTask(Record):
    """A question that nobody could answer from the corpus, for the legal officer."""

    class State(models.TextChoices):
        OPEN = "open", "Chờ trả lời"
        ANSWERED = "answered", "Đã trả lời"
        DROPPED = "dropped", "Không trả lời"

    class Origin(models.TextChoices):
        CITIZEN = "citizen", "Người dân hỏi"
        OFFICER = "officer", "Cán bộ hỏi"
        ENDED = "ended", "Luật đã đổi, phải kiểm lại"

    unit_path = models.CharField("đơn vị", max_length=120)
    origin = models.CharField("từ đâu", max_length=8, choices=Origin.choices)
    question = SealedText("câu hỏi")
    day = models.DateField("hỏi theo luật của ngày")
    case_code = models.CharField("trong hồ sơ", max_length=60, blank=True)
    asked_by = models.UUIDField("cán bộ hỏi", null=True)
    state = models.CharField("trạng thái", max_length=8, choices=State.choices, default=State.OPEN)
    due_on = models.DateField("hạn trả lời")
    before = models.ForeignKey(CheckedAnswer, models.PROTECT, null=True, related_name="+")
    answer = models.ForeignKey(CheckedAnswer, models.PROTECT, null=True, related_name="tasks")
    done_by = models.UUIDField("người làm", null=True)
    done_at = models.DateTimeField("xong lúc", null=True)
    note = models.CharField("ghi chú", max_length=500, blank=True)

    class Meta:
        verbose_name = "việc pháp chế"
        indexes = [models.Index(fields=["unit_path", "state", "due_on"], name="legal_task_unit")]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.due_on}"


class WrongMark(Record):
    """Somebody says that an answer was wrong; an officer looks."""

    class Why(models.TextChoices):
        OTHER_MATTER = "matter", "Không đúng việc tôi hỏi"
        OUTDATED = "outdated", "Quy định đã đổi"
        INCOMPLETE = "incomplete", "Thiếu trường hợp của tôi"
        WRONG = "wrong", "Trả lời sai"

    class Verdict(models.TextChoices):
        OPEN = "", "Chưa xem"
        RIGHT = "right", "Báo đúng"
        UNFOUNDED = "unfounded", "Câu trả lời không sai"

    unit_path = models.CharField("đơn vị", max_length=120)
    question = SealedText("câu hỏi")
    article_id = models.UUIDField("điều được dẫn", null=True)
    place = models.CharField("chỗ được dẫn", max_length=300, blank=True)
    checked = models.ForeignKey(CheckedAnswer, models.PROTECT, null=True, related_name="+")
    why = models.CharField("vì sao", max_length=10, choices=Why.choices)
    words = SealedText("nói thêm", default="")
    verdict = models.CharField("kết luận", max_length=10, choices=Verdict.choices, blank=True)
    seen_by = models.UUIDField("người xem", null=True)
    seen_at = models.DateTimeField("xem lúc", null=True)
    note = models.CharField("ghi chú", max_length=500, blank=True)

    class Meta:
        verbose_name = "báo câu trả lời sai"
        indexes = [models.Index(fields=["unit_path", "verdict", "-created_at"], name="wrong_mark_unit")]

    def __str__(self) -> str:
        return self.get_why_display()


class ReasonedNote(Record):
    """A note in a case: a question, the law quoted for it, and what the officer concludes."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+")
    unit_path = models.CharField("đơn vị", max_length=120)
    question = SealedText("câu hỏi")
    quotes: Any = models.JSONField("trích dẫn", default=list)
    words = SealedText("nhận định", default="")
    day = models.DateField("theo luật của ngày")
    written_by = models.UUIDField("người ghi", null=True)
    by_name = models.CharField("tên người ghi", max_length=150)

    class Meta:
        verbose_name = "ghi chú có căn cứ"

    def __str__(self) -> str:
        return f"{self.by_name} {self.day}"
