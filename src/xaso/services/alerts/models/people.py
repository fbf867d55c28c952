"""People in a warned area: who needs help, who is safe, who is in a shelter. What is personal is sealed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xaso.kernel.base.fields import SealedJSON
from xaso.kernel.base.models import Record
from xaso.kernel.people.models import Person
from xaso.services.alerts.models.warnings import HazardWarning


class FrailPerson(Record):
    """Somebody who cannot get away alone, and who fetches them. The reason and the telephone numbers are sealed."""

    class Kind(models.TextChoices):
        OLD = "old", "Người già yếu"
        DISABLED = "disabled", "Người khuyết tật"
        ILL = "ill", "Người bệnh nặng"
        PREGNANT = "pregnant", "Phụ nữ mang thai, nuôi con nhỏ"
        CHILD = "child", "Trẻ ở một mình hoặc với ông bà"
        ALONE = "alone", "Người sống một mình"

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="người")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    kind = models.CharField("lý do cần giúp", max_length=8, choices=Kind.choices)
    facts: Any = SealedJSON("cần gì, ai giúp")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True)

    class Meta:
        verbose_name = "người cần giúp khi thiên tai"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(valid_to__isnull=True), name="frail_person_once"
            )
        ]


class SafeAnswer(Record):
    """What became of somebody in a warned area; the last answer counts. Without a person: typed on the open page."""

    class State(models.TextChoices):
        SAFE = "safe", "An toàn"
        HELP = "help", "Cần giúp"

    class Way(models.TextChoices):
        LINK = "link", "Bấm liên kết trong tin nhắn"
        PAGE = "page", "Điền trên trang"
        SMS = "sms", "Trả lời tin nhắn"
        OFFICER = "officer", "Cán bộ gọi hoặc gặp"
        SHELTER = "shelter", "Vào nơi sơ tán"

    warning = models.ForeignKey(HazardWarning, models.PROTECT, related_name="answers")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="người")
    state = models.CharField("tình trạng", max_length=4, choices=State.choices)
    way = models.CharField("báo bằng", max_length=7, choices=Way.choices)
    people = models.PositiveSmallIntegerField("mấy người", default=1)
    facts: Any = SealedJSON("tên, điện thoại, lời nhắn", default=dict)
    by_account = models.UUIDField("cán bộ ghi", null=True)
    handled_at = models.DateTimeField("đã giúp lúc", null=True)

    class Meta:
        verbose_name = "báo an toàn"
        indexes = [models.Index(fields=["warning", "state"], name="safe_answer_state")]


class Shelter(Record):
    """A house that takes people in."""

    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    name = models.CharField("tên nơi sơ tán", max_length=160)
    address = models.CharField("địa chỉ", max_length=200, blank=True)
    lat = models.FloatField("vĩ độ")
    lon = models.FloatField("kinh độ")
    capacity = models.PositiveIntegerField("chứa được (người)")
    phone = models.CharField("điện thoại trực", max_length=20, blank=True)
    has: Any = models.JSONField("có gì", default=list)
    ended_at = models.DateTimeField("thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "nơi sơ tán"

    def __str__(self) -> str:
        return self.name


class ShelterStay(Record):
    """A household came to a shelter, and left."""

    shelter = models.ForeignKey(Shelter, models.PROTECT, related_name="stays")
    warning = models.ForeignKey(HazardWarning, models.PROTECT, related_name="stays")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="người")
    people = models.PositiveSmallIntegerField("mấy người", default=1)
    facts: Any = SealedJSON("tên chủ hộ, điện thoại", default=dict)
    at = models.DateTimeField("vào lúc")
    left_at = models.DateTimeField("về lúc", null=True)

    class Meta:
        verbose_name = "lượt vào nơi sơ tán"
