"""OCOP ("one commune one product"): criteria by version, dossiers, scores with their evidence, recognitions.

Groups, score sheets, star bands and the months a certificate lasts are rows of a version with its legal basis; a
dossier keeps the version in force when it was begun.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from xaso.kernel.base.models import Record
from xaso.kernel.plain.moment import today
from xaso.services.trace.models.enterprise import Enterprise, Product
from xaso.services.trace.rules.ocop import holds


class OcopVersion(Record):
    """One set of criteria with its decision. ``bands``: [{"stars", "from", "decides"}], the highest first, where
    ``decides`` is province or ministry; a total below the lowest band that is recognised gets no certificate."""

    key = models.SlugField("khóa", max_length=40, unique=True)
    title = models.CharField("tên", max_length=200)
    legal_basis = models.CharField("căn cứ", max_length=300)
    valid_from = models.DateField("áp dụng từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True)
    months = models.PositiveSmallIntegerField("số tháng giấy chứng nhận có giá trị", default=36)
    bands: Any = models.JSONField("khung sao")
    remind_months: Any = models.JSONField("nhắc trước (tháng)", default=list)
    confirmed = models.BooleanField("đã đối chiếu văn bản", default=False)
    note = models.CharField("ghi chú", max_length=400, blank=True)

    class Meta:
        verbose_name = "bộ tiêu chí OCOP"

    def __str__(self) -> str:
        return self.title


class OcopGroup(Record):
    """A product group, or a sub-group below one, with the score sheet that is used for it."""

    version = models.ForeignKey(
        OcopVersion, models.PROTECT, related_name="groups", verbose_name="bộ tiêu chí"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="below", verbose_name="thuộc nhóm"
    )
    code = models.CharField("mã nhóm", max_length=20)
    title = models.CharField("tên nhóm", max_length=200)
    ministry = models.CharField("bộ chủ trì", max_length=120, blank=True)
    sheet = models.SlugField("phiếu chấm", max_length=40)
    confirmed = models.BooleanField("đã đối chiếu văn bản", default=False)

    class Meta:
        verbose_name = "nhóm sản phẩm OCOP"
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="ocop_group_once")]

    def __str__(self) -> str:
        return self.title


class OcopCriterion(Record):
    """One line of a score sheet. ``choices``: [{"points", "label"}]; empty: any number up to ``max_points``."""

    class Part(models.TextChoices):
        A = "A", "Sản phẩm và sức mạnh cộng đồng"
        B = "B", "Khả năng tiếp thị"
        C = "C", "Chất lượng sản phẩm"

    version = models.ForeignKey(
        OcopVersion, models.PROTECT, related_name="criteria", verbose_name="bộ tiêu chí"
    )
    sheet = models.SlugField("phiếu chấm", max_length=40)
    part = models.CharField("phần", max_length=1, choices=Part.choices)
    section = models.CharField("mục", max_length=160)
    code = models.CharField("mã tiêu chí", max_length=12)
    title = models.CharField("tiêu chí", max_length=300)
    max_points = models.DecimalField("điểm tối đa", max_digits=5, decimal_places=2)
    choices: Any = models.JSONField("các mức", default=list)
    evidence = models.CharField("minh chứng cần có", max_length=300, blank=True)
    by_commune = models.BooleanField("xã xem xét", default=False)
    confirmed = models.BooleanField("đã đối chiếu văn bản", default=False)
    order = models.PositiveSmallIntegerField("thứ tự", default=0)

    class Meta:
        verbose_name = "tiêu chí OCOP"
        constraints = [
            models.UniqueConstraint(fields=["version", "sheet", "code"], name="ocop_criterion_once")
        ]
        ordering = ("order",)

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class OcopOffice(Record):
    """Which office of a province deals with OCOP; without a row it is the province itself."""

    province_path = models.CharField("tỉnh", max_length=12, unique=True)
    unit_path = models.CharField("cơ quan", max_length=120)

    class Meta:
        verbose_name = "cơ quan OCOP của tỉnh"


class OcopDossier(Record):
    """A product asked to be recognised. A draft has no case; handed in, it is a case of the kernel."""

    class State(models.TextChoices):
        DRAFT = "draft", "Cơ sở đang soạn"
        COMMUNE = "commune", "Xã đang xem xét"
        RETURNED = "returned", "Trả lại để bổ sung"
        PROVINCE = "province", "Tỉnh đang thẩm định"
        SCORING = "scoring", "Hội đồng đang chấm"
        MINISTRY = "ministry", "Đã chuyển Bộ (5 sao)"
        RECOGNISED = "recognised", "Đã công nhận"
        REFUSED = "refused", "Không đạt"
        WITHDRAWN = "withdrawn", "Cơ sở rút"

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="ocop_dossiers", verbose_name="cơ sở"
    )
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="ocop_dossiers", verbose_name="sản phẩm"
    )
    version = models.ForeignKey(OcopVersion, models.PROTECT, related_name="+", verbose_name="bộ tiêu chí")
    group = models.ForeignKey(OcopGroup, models.PROTECT, related_name="+", verbose_name="nhóm sản phẩm")
    again_after = models.ForeignKey(
        "trace.OcopRecognition", models.PROTECT, null=True, related_name="+", verbose_name="công nhận lại"
    )
    case = models.OneToOneField(
        "cases.Case", models.PROTECT, null=True, related_name="ocop_dossier", verbose_name="vụ việc"
    )
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    province_path = models.CharField("cơ quan của tỉnh", max_length=120, db_index=True)
    state = models.CharField("tình trạng", max_length=10, choices=State.choices, default=State.DRAFT)
    idea = models.TextField("ý tưởng và câu chuyện sản phẩm", blank=True)
    commune_report = models.TextField("báo cáo của xã", blank=True)
    return_reason = models.TextField("lý do trả lại", blank=True)
    minutes = models.TextField("kết luận của hội đồng", blank=True)
    average = models.DecimalField("điểm trung bình của hội đồng", max_digits=5, decimal_places=2, null=True)
    submitted_at = models.DateTimeField("nộp lúc", null=True)
    decided_at = models.DateTimeField("có kết quả lúc", null=True)

    class Meta:
        verbose_name = "hồ sơ OCOP"
        constraints = [
            models.UniqueConstraint(
                fields=["product"],
                condition=~Q(state__in=["recognised", "refused", "withdrawn"]),
                name="ocop_dossier_one_open",
            )
        ]

    @property
    def state_kind(self) -> str:
        """How a page colours the state."""
        return {"returned": "warn", "recognised": "good", "refused": "danger"}.get(self.state, "")


class OcopScore(Record):
    """Points for one criterion: by the enterprise itself, by the commune, or by one member of the council."""

    class By(models.TextChoices):
        SELF = "self", "Cơ sở tự chấm"
        COMMUNE = "commune", "Xã"
        COUNCIL = "council", "Thành viên hội đồng"

    dossier = models.ForeignKey(OcopDossier, models.PROTECT, related_name="scores", verbose_name="hồ sơ")
    criterion = models.ForeignKey(OcopCriterion, models.PROTECT, related_name="+", verbose_name="tiêu chí")
    by = models.CharField("ai chấm", max_length=7, choices=By.choices)
    scorer_id = models.UUIDField("tài khoản chấm", null=True)
    scorer_name = models.CharField("tên người chấm", max_length=150, blank=True)
    points = models.DecimalField("điểm", max_digits=5, decimal_places=2)
    note = models.CharField("ghi chú", max_length=500, blank=True)

    class Meta:
        verbose_name = "điểm OCOP"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "criterion", "by", "scorer_id"],
                nulls_distinct=False,
                name="ocop_score_once",
            ),
            models.CheckConstraint(condition=Q(points__gte=0), name="ocop_score_not_negative"),
        ]


class OcopEvidence(Record):
    """What proves a criterion: a record of the diary, a lot, an event, a file. It opens down to that record."""

    class Kind(models.TextChoices):
        EVENT = "event", "Sự kiện truy xuất"
        LOT = "lot", "Lô hàng"
        SITE = "site", "Vùng trồng, xưởng"
        CERTIFICATE = "cert", "Giấy chứng nhận"
        TEST = "test", "Phiếu kiểm nghiệm"
        FILE = "file", "Tệp đính kèm"

    dossier = models.ForeignKey(OcopDossier, models.PROTECT, related_name="evidence", verbose_name="hồ sơ")
    criterion = models.ForeignKey(OcopCriterion, models.PROTECT, related_name="+", verbose_name="tiêu chí")
    kind = models.CharField("loại", max_length=6, choices=Kind.choices)
    record_id = models.CharField("bản ghi", max_length=300)
    title = models.CharField("tên minh chứng", max_length=300)
    ended_at = models.DateTimeField("bỏ lúc", null=True)

    @property
    def id_text(self) -> str:
        """The key as a button posts it."""
        return str(self.pk)

    class Meta:
        verbose_name = "minh chứng OCOP"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "criterion", "kind", "record_id"],
                condition=Q(ended_at__isnull=True),
                name="ocop_evidence_once",
            )
        ]


class OcopRecognition(Record):
    """A decision: this product has so many stars until that day. Products of outside the platform stand here too."""

    product = models.ForeignKey(
        Product, models.PROTECT, null=True, related_name="recognitions", verbose_name="sản phẩm"
    )
    dossier = models.OneToOneField(
        OcopDossier, models.PROTECT, null=True, related_name="recognition", verbose_name="hồ sơ"
    )
    product_name = models.CharField("tên sản phẩm", max_length=200)
    owner_name = models.CharField("chủ thể", max_length=200)
    group_title = models.CharField("nhóm", max_length=200)
    search_text = models.CharField("chữ để tìm", max_length=500)
    unit_path = models.CharField("đường dẫn đơn vị", max_length=120, db_index=True)
    stars = models.PositiveSmallIntegerField("số sao")
    points = models.DecimalField("điểm", max_digits=5, decimal_places=2, null=True)
    decision_number = models.CharField("số quyết định", max_length=60)
    decided_by = models.CharField("cơ quan quyết định", max_length=160)
    signed_on = models.DateField("ngày ký")
    expires_on = models.DateField("có giá trị đến hết ngày")
    withdrawn_on = models.DateField("thu hồi ngày", null=True)
    withdrawn_why = models.CharField("lý do thu hồi", max_length=300, blank=True)
    reminded: Any = models.JSONField("đã nhắc trước (tháng)", default=list)

    class Meta:
        verbose_name = "công nhận OCOP"
        constraints = [
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="ocop_stars_one_to_five"),
            models.CheckConstraint(
                condition=Q(expires_on__gt=models.F("signed_on")), name="ocop_expires_after_signed"
            ),
        ]
        indexes = [models.Index(fields=["expires_on", "stars"], name="ocop_expiry_stars")]

    @property
    def stars_words(self) -> str:
        """The stars in words."""
        return f"{self.stars} sao"

    @property
    def holds_today(self) -> bool:
        """Whether the stars may be shown today."""
        return holds(self.signed_on, self.expires_on, self.withdrawn_on, today())

    def __str__(self) -> str:
        return f"{self.product_name}: {self.stars} sao"
