"""What the law and each commune's own rules say, as dated rows: classes, hours, volume, who approves.

``unit_path`` "" is the whole country. Of rows for the same thing those of the nearest unit count.
"""

from __future__ import annotations

from django.db import models

from xaso.kernel.base.models import Record


class Kind(models.TextChoices):
    """The three classes of TT 39/2020."""

    ORDINARY = "ordinary", "Thông thường"
    PRIORITY = "priority", "Ưu tiên"
    EMERGENCY = "emergency", "Khẩn cấp"


class Origin(models.TextChoices):
    """Which level a bulletin comes from."""

    COMMUNE = "commune", "Xã"
    PROVINCE = "province", "Tỉnh"
    CENTRE = "centre", "Trung ương"


class DatedRule(Record):
    """A rule that holds in a unit's subtree from a day to a day, with where it comes from."""

    unit_path = models.CharField("đơn vị", max_length=120, blank=True, db_index=True)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True)
    legal_basis = models.CharField("căn cứ", max_length=300, blank=True)
    unconfirmed = models.CharField("điều chưa xác minh", max_length=300, blank=True)

    class Meta:
        abstract = True


class ClassRule(DatedRule):
    """What a class of bulletins means: when it may sound and who may touch it."""

    class Hours(models.TextChoices):
        WINDOW = "window", "Chỉ trong giờ phát"
        NOT_QUIET = "not_quiet", "Ngoài giờ phát được, trừ giờ yên tĩnh"
        ANY = "any", "Bất cứ lúc nào"

    kind = models.CharField("loại", max_length=10, choices=Kind.choices)
    meaning = models.TextField("ý nghĩa")
    rank = models.PositiveSmallIntegerField("thứ bậc")
    hours = models.CharField("giờ được phát", max_length=10, choices=Hours.choices)
    ignores_cap = models.BooleanField("bỏ qua mức âm lượng tối đa", default=False)
    from_above_waits = models.BooleanField("tin cấp trên chờ xã duyệt", default=True)
    from_above_movable = models.BooleanField("xã được đổi giờ tin cấp trên", default=True)
    repeats = models.PositiveSmallIntegerField("số lần đọc mặc định", default=1)

    class Meta:
        verbose_name = "quy định loại bản tin"


class Window(DatedRule):
    """Hours in which the programme may sound, or hours of quiet. Both are hard: only an emergency passes."""

    class Use(models.TextChoices):
        BROADCAST = "broadcast", "Giờ phát"
        QUIET = "quiet", "Giờ yên tĩnh"

    use = models.CharField("dùng cho", max_length=10, choices=Use.choices)
    name = models.CharField("tên", max_length=80, blank=True)
    starts = models.TimeField("từ")
    ends = models.TimeField("đến")  # not after ``starts``: over midnight
    weekdays = models.CharField("các thứ", max_length=7, default="1234567")  # 1 Monday … 7 Sunday

    class Meta:
        verbose_name = "khung giờ phát"


class VolumeCap(DatedRule):
    """The loudest a cluster may be at a time of day, in hundredths."""

    cluster = models.ForeignKey(
        "broadcast.Cluster", models.PROTECT, null=True, related_name="own_caps", verbose_name="cụm loa"
    )
    emergency = models.BooleanField("cho tin khẩn cấp", default=False)
    starts = models.TimeField("từ")
    ends = models.TimeField("đến")
    most = models.PositiveSmallIntegerField("âm lượng tối đa (%)")

    class Meta:
        verbose_name = "mức âm lượng tối đa"


class ApprovalRule(DatedRule):
    """How many people must agree before something is heard.

    ``what``: a class of bulletins ("ordinary", "priority"), "emergency" (the second person), or "live" (microphone).
    """

    class What(models.TextChoices):
        ORDINARY = "ordinary", "Bản tin thông thường"
        PRIORITY = "priority", "Bản tin ưu tiên"
        EMERGENCY = "emergency", "Tin khẩn cấp"
        LIVE = "live", "Phát trực tiếp"

    what = models.CharField("cho việc", max_length=10, choices=What.choices)
    approvals = models.PositiveSmallIntegerField("số người duyệt", default=1)
    own = models.BooleanField("người soạn được tự duyệt", default=False)

    class Meta:
        verbose_name = "quy định duyệt bản tin"
