"""Tables of streams, microphones and of the province's interface.

Segments and chunks live for a minute, or a day: they stand in the database so that every web server has them.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.models import Record
from xaso.services.broadcast.models.airing import Airing
from xaso.services.broadcast.models.bulletin import Bulletin
from xaso.services.broadcast.models.programme import LiveSession
from xaso.services.broadcast.models.station import Cluster, Station


class StreamSeat(models.Model):
    """Which process makes the stream of a station now; one that stops beating loses its seat to another."""

    station = models.OneToOneField(
        Station, models.PROTECT, primary_key=True, related_name="stream_seat", verbose_name="đài"
    )
    holder = models.CharField("tiến trình", max_length=80, blank=True)
    beat_at = models.DateTimeField("báo còn sống lúc", null=True)
    next_number = models.PositiveBigIntegerField("đoạn kế tiếp", default=0)
    runs = models.PositiveBigIntegerField("số lần bắt đầu", default=0)
    trouble = models.CharField("trục trặc", max_length=200, blank=True)

    class Meta:
        verbose_name = "nơi làm luồng phát"


class StreamRun(Record):
    """One unbroken run of the encoder; its header is needed before any of its segments."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="stream_runs", verbose_name="đài")
    number = models.PositiveBigIntegerField("lần thứ")
    header = models.BinaryField("phần đầu")

    class Meta:
        verbose_name = "lượt mã hóa luồng phát"


class StreamSegment(Record):
    """Two seconds of a station's stream. Kept for a minute."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="stream_segments", verbose_name="đài")
    run = models.ForeignKey(StreamRun, models.PROTECT, related_name="segments", verbose_name="lượt mã hóa")
    number = models.PositiveBigIntegerField("đoạn thứ")
    at = models.DateTimeField("từ lúc")
    seconds = models.FloatField("dài (giây)")
    content = models.BinaryField("âm thanh")

    class Meta:
        verbose_name = "đoạn luồng phát"
        constraints = [models.UniqueConstraint(fields=["station", "number"], name="bc_segment_once")]


class StreamTurn(Record):
    """What the stream really gave during an airing: the thing itself, its fallback, or silence; and why."""

    class Heard(models.TextChoices):
        RELAY = "relay", "Tiếp âm"
        LIVE = "live", "Giọng trực tiếp"
        FALLBACK = "fallback", "Tin phát thay"
        SILENCE = "silence", "Im lặng"
        ITEM = "item", "Bản tin"

    airing = models.ForeignKey(Airing, models.PROTECT, related_name="turns", verbose_name="lượt phát")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    heard = models.CharField("nghe thấy", max_length=8, choices=Heard.choices)
    at = models.DateTimeField("từ lúc")
    until = models.DateTimeField("đến lúc", null=True)
    why = models.CharField("vì", max_length=40, blank=True)

    class Meta:
        verbose_name = "diễn biến luồng phát"


class LiveChunk(Record):
    """A second of what the browser's microphone took. Kept for a day."""

    session = models.ForeignKey(LiveSession, models.PROTECT, related_name="chunks", verbose_name="buổi")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    number = models.PositiveIntegerField("số thứ tự")
    content = models.BinaryField("âm thanh")

    class Meta:
        verbose_name = "mẩu âm thanh trực tiếp"
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="bc_chunk_once")]


class BridgeReport(Record):
    """What a bridge says of the older network behind it: what goes in, what comes out, which horns answer."""

    cluster = models.ForeignKey(
        Cluster, models.PROTECT, related_name="bridge_reports", verbose_name="bộ ghép nối"
    )
    unit_path = models.CharField("nơi đặt", max_length=120, db_index=True)
    at = models.DateTimeField("lúc")
    carrier = models.CharField("mạng phía sau", max_length=8)
    frequency = models.FloatField("tần số (MHz)", null=True)
    input_level = models.FloatField("mức vào (dBFS)", null=True)
    output_level = models.FloatField("mức ra (dBFS)", null=True)
    power = models.FloatField("công suất ra (W)", null=True)
    horns_answering = models.PositiveSmallIntegerField("số loa trả lời", null=True)
    source = models.CharField("đang lấy tiếng từ", max_length=10, blank=True)

    class Meta:
        verbose_name = "báo cáo của bộ ghép nối"


class NewsFeed(Record):
    """An RSS or Atom address from which a station takes texts for its bulletins."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="feeds", verbose_name="đài")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    title = models.CharField("tên", max_length=160)
    url = models.CharField("địa chỉ", max_length=500)
    checked_at = models.DateTimeField("đọc lúc", null=True)
    error = models.CharField("lỗi", max_length=300, blank=True)
    ended_at = models.DateTimeField("thôi dùng lúc", null=True)

    class Meta:
        verbose_name = "nguồn tin RSS"
        constraints = [
            models.UniqueConstraint(
                fields=["station", "url"], condition=models.Q(ended_at__isnull=True), name="bc_feed_once"
            )
        ]


class SourceItem(Record):
    """What the source system sent to a station: which bulletin it became, and what the commune did with it."""

    class State(models.TextChoices):
        OFFERED = "offered", "Chờ xã chọn"
        TAKEN = "taken", "Xã đã nhận"
        FIRST = "first", "Xếp đầu chương trình"
        PLAYING = "playing", "Phát ngay"
        REFUSED = "refused", "Xã không phát"
        WITHDRAWN = "withdrawn", "Nơi gửi rút lại"

    station = models.ForeignKey(Station, models.PROTECT, related_name="source_items", verbose_name="đài")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    origin = models.CharField("cấp gửi", max_length=8)
    sender = models.CharField("nơi gửi", max_length=160)
    external_id = models.CharField("mã của nơi gửi", max_length=120)
    version = models.CharField("bản giao kết", max_length=10)
    kind = models.CharField("loại", max_length=10)
    body: Any = models.JSONField("nội dung", default=dict)
    bulletin = models.ForeignKey(
        Bulletin, models.PROTECT, null=True, related_name="+", verbose_name="bản tin"
    )
    emergency_id = models.UUIDField("tin khẩn cấp", null=True)
    state = models.CharField("trạng thái", max_length=9, choices=State.choices, default=State.OFFERED)
    decided_at = models.DateTimeField("quyết định lúc", null=True)
    decided_by = models.UUIDField("người quyết định", null=True)
    reason = models.CharField("lý do", max_length=300, blank=True)

    class Meta:
        verbose_name = "tin từ hệ thống thông tin nguồn"
        constraints = [
            models.UniqueConstraint(fields=["station", "origin", "external_id"], name="bc_source_item_once")
        ]
        indexes = [models.Index(fields=["station", "state", "-created_at"], name="bc_source_item_state")]


class SourceTelling(Record):
    """Something on its way to the source system: told until a receipt comes, or a person must look."""

    class Flow(models.TextChoices):
        STATUS = "status", "Tình hình tin"
        INVENTORY = "inventory", "Danh mục đài, cụm loa"
        DEVICES = "devices", "Trạng thái cụm loa"
        REPORT = "report", "Báo cáo hoạt động"
        SHARE = "share", "Tin của xã"
        FEEDBACK = "feedback", "Ý kiến người dân"

    class State(models.TextChoices):
        WAITING = "waiting", "Đang chờ gửi"
        SENT = "sent", "Đã có biên nhận"
        REFUSED = "refused", "Bị từ chối"
        DEAD = "dead", "Gửi mãi không được"

    station = models.ForeignKey(Station, models.PROTECT, related_name="tellings", verbose_name="đài")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    flow = models.CharField("luồng", max_length=9, choices=Flow.choices)
    about = models.CharField("về việc", max_length=120)
    body: Any = models.JSONField("nội dung", default=dict)
    state = models.CharField("trạng thái", max_length=7, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField("số lần gửi", default=0)
    next_at = models.DateTimeField("gửi lại lúc", null=True)
    sent_at = models.DateTimeField("gửi được lúc", null=True)
    receipt = models.CharField("biên nhận", max_length=80, blank=True)
    error = models.CharField("lỗi", max_length=300, blank=True)

    class Meta:
        verbose_name = "tin báo hệ thống thông tin nguồn"
        indexes = [models.Index(fields=["station", "flow", "-created_at"], name="bc_telling_flow")]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "flow", "about"],
                condition=models.Q(state="waiting"),
                name="bc_telling_one_waiting",
            )
        ]


class SourceVoice(Record):
    """A complaint that travels between the levels: its number there and ours here. What was said stands in ours."""

    class From(models.TextChoices):
        ABOVE = "above", "Cấp trên chuyển xuống"
        HERE = "here", "Xã nhận trực tiếp"

    station = models.ForeignKey(Station, models.PROTECT, related_name="voices", verbose_name="đài")
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    came_from = models.CharField("đến từ", max_length=5, choices=From.choices)
    external_id = models.CharField("mã ở hệ thống nguồn", max_length=120, blank=True)
    complaint_id = models.UUIDField("phản ánh ở đây", unique=True)

    class Meta:
        verbose_name = "phản ánh trao đổi với hệ thống nguồn"
        constraints = [
            models.UniqueConstraint(
                fields=["station", "external_id"],
                condition=~models.Q(external_id=""),
                name="bc_voice_once",
            )
        ]
