"""The append-only log, and the outbox that carries it to listeners."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now


class Event(models.Model):
    """One line of the log: who did what to which record, when. Never changed: the database refuses it."""

    seq = models.BigAutoField(primary_key=True)
    id = models.UUIDField("mã", default=uuid7, unique=True, editable=False)
    name = models.CharField("tên", max_length=80)
    at = models.DateTimeField("lúc", default=now)
    record_type = models.CharField("loại bản ghi", max_length=60)
    record_id = models.UUIDField("bản ghi")
    unit_path = models.CharField("đơn vị", max_length=120, blank=True)
    actor_kind = models.CharField("loại người làm", max_length=12)
    actor_id = models.UUIDField("người làm", null=True)
    data: Any = models.JSONField("dữ liệu", default=dict)

    class Meta:
        verbose_name = "sự kiện"
        ordering = ["seq"]
        indexes = [models.Index(fields=["record_id", "seq"], name="event_record")]

    def __str__(self) -> str:
        return f"{self.name} {self.record_id}"


class Outbox(models.Model):
    """An event that listeners have yet to be handed; written in the event's own transaction."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, db_constraint=False)
    sent_at = models.DateTimeField("đưa lên kênh lúc", null=True)

    class Meta:
        verbose_name = "sự kiện chờ phát"


class BusCursor(models.Model):
    """How far the event bus was read; moved in the transaction that keeps what was read."""

    name = models.CharField("bên đọc", max_length=60, primary_key=True)
    stream = models.CharField("kênh", max_length=60, blank=True)
    last = models.PositiveBigIntegerField("đã đọc đến", default=0)

    class Meta:
        verbose_name = "vị trí đọc kênh sự kiện"


class Delivery(models.Model):
    """One event for one listener: at least once, in order per record, until done or dead."""

    class State(models.TextChoices):
        PENDING = "pending", "Đang chờ"
        DONE = "done", "Đã xong"
        DEAD = "dead", "Hỏng, chờ người xử lý"

    event = models.ForeignKey(Event, models.PROTECT, db_constraint=False)
    listener = models.CharField("bên nghe", max_length=120)
    record_id = models.UUIDField("bản ghi")
    state = models.CharField("trạng thái", max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField("số lần thử", default=0)
    next_at = models.DateTimeField("thử lại lúc", default=now)
    error = models.TextField("lỗi", blank=True)
    updated_at = models.DateTimeField("sửa lúc", auto_now=True)

    class Meta:
        verbose_name = "lượt phát sự kiện"
        constraints = [models.UniqueConstraint(fields=["event", "listener"], name="delivery_once")]
        indexes = [
            models.Index(
                fields=["listener", "record_id", "event"],
                condition=models.Q(state="pending"),
                name="delivery_pending",
            ),
            models.Index(fields=["next_at"], condition=models.Q(state="pending"), name="delivery_due"),
            models.Index(fields=["updated_at"], condition=models.Q(state="dead"), name="delivery_dead"),
        ]
