"""The figures of traceability and OCOP; each opens to the records it was counted from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from django.db.models import CharField, Count, F, Model, Q, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.urls import reverse

from xaso.kernel.base.manifest import IndicatorSpec
from xaso.kernel.plain.clock import local
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.period import Period
from xaso.kernel.units.models import Unit
from xaso.services.trace.models import (
    Certificate,
    Enterprise,
    Entry,
    Lot,
    Member,
    OcopRecognition,
    Site,
)

COMMUNE_LENGTH = len("15/04321/")
OWN = "Sổ của hệ thống truy xuất"


class SpanLike(Protocol):
    """What a figure is about (see ``indicators.queries.Span``)."""

    @property
    def unit_path(self) -> str: ...
    @property
    def period(self) -> Period: ...
    @property
    def filters(self) -> Mapping[str, str]: ...


def _last_day(span: SpanLike) -> date:
    """The last day of the period, or today when it has not ended."""
    return min(local(span.period.end).date() - timedelta(days=1), today())


Rows = QuerySet[Any]


@dataclass(frozen=True)
class Counted:
    """Rows of a base and, for shares, the test of those at the top.

    ``path`` is the column of the unit; ``by`` further dimensions by column; ``told`` answers label, detail, address
    and time of one row. ``own`` may add what the first row of a list needs (``select_related``).
    """

    rows: Callable[[SpanLike], Rows]
    path: str
    told: Callable[[Any], tuple[str, str, str, Any]]
    top: Callable[[SpanLike], Q] | None = None
    by: Mapping[str, str] | None = None

    def _base(self, span: SpanLike) -> Rows:
        return self.rows(span).filter(**{f"{self.path}__startswith": span.unit_path})

    def _top(self, span: SpanLike) -> Q:
        return self.top(span) if self.top else Q()

    def compute(self, span: SpanLike) -> tuple[float, float]:
        base = self._base(span)
        if self.top is None:
            return float(base.count()), 1.0
        found = base.aggregate(
            top=Count("pk", filter=self._top(span), distinct=True), base=Count("pk", distinct=True)
        )
        return float(found["top"]), float(found["base"])

    def split(self, span: SpanLike, by: str) -> Sequence[tuple[str, str, float, float]]:
        column = (self.by or {}).get(by)
        key: Any = F(column) if column else Substr(self.path, 1, COMMUNE_LENGTH)
        rows = self._base(span).annotate(part=key).values("part").order_by()
        counted = rows.annotate(
            top=Count("pk", filter=self._top(span), distinct=True), base=Count("pk", distinct=True)
        )
        most = sorted(counted, key=lambda row: (-row["base"], str(row["part"])))[:500]
        names = (
            {}
            if column
            else dict(
                Unit.objects.filter(path__in=[row["part"] for row in most]).values_list("path", "full_name")
            )
        )
        return [
            (
                str(row["part"]),
                names.get(row["part"], str(row["part"])),
                float(row["top"]),
                float(row["base"]) if self.top else 1.0,
            )
            for row in most
        ]

    def records(self, span: SpanLike, which: str, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        rows = self._base(span)
        if self.top is not None and which != "all":
            passing = self._base(span).filter(self._top(span)).values("pk")
            rows = rows.filter(pk__in=passing) if which == "numerator" else rows.exclude(pk__in=passing)
        elif which == "rest":
            rows = rows.none()
        if after:
            rows = rows.filter(pk__lt=after)
        found = []
        for row in rows.order_by("-pk")[:limit]:
            label, detail, url, at = self.told(row)
            found.append({"id": row.pk, "label": label, "detail": detail, "url": url, "at": at})
        return found


def _in_period(column: str) -> Callable[[SpanLike], Q]:
    return lambda span: Q(**{f"{column}__gte": span.period.start, f"{column}__lt": span.period.end})


def _live_stars(span: SpanLike) -> Rows:
    day = _last_day(span)
    live = Q(signed_on__lte=day, expires_on__gte=day) & (
        Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=day)
    )
    return OcopRecognition.objects.filter(live).annotate(
        star_words=Concat(F("stars"), Value(" sao"), output_field=CharField())
    )


def _register(row: Model) -> str:
    return reverse("trace_desk:ocop_book")


def _spec(code: str, label: str, unit: str, counted: Counted, formula: str, **more: Any) -> IndicatorSpec:
    dimensions = (("unit", "Theo đơn vị"), *more.pop("dimensions", ()))
    return IndicatorSpec(
        code=f"trace.{code}",
        label=label,
        unit=unit,
        compute=counted.compute,
        split=counted.split,
        records=counted.records,
        dimensions=dimensions,
        formula=formula,
        source=more.pop("source", OWN),
        group=more.pop("group", "Truy xuất nguồn gốc"),
        **more,
    )


_STARS = Counted(
    _live_stars,
    "unit_path",
    lambda row: (row.product_name, f"{row.stars} sao, {row.owner_name}", _register(row), row.created_at),
    by={"stars": "star_words", "group": "group_title"},
)
_ENTERPRISES = Counted(
    lambda span: Enterprise.objects.filter(created_at__lt=span.period.end).filter(
        Q(ended_at__isnull=True) | Q(ended_at__gte=span.period.end)
    ),
    "unit_path",
    lambda row: (
        row.name,
        row.get_kind_display(),
        reverse("trace_desk:enterprise", args=[row.token]),
        row.created_at,
    ),
)
_HOUSEHOLDS = Counted(
    lambda span: (
        Member.objects.filter(created_at__lt=span.period.end)
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gte=span.period.end))
        .select_related("enterprise")
    ),
    "enterprise__unit_path",
    lambda row: (
        f"{row.code} {row.name}",
        row.enterprise.name,
        reverse("trace_desk:enterprise", args=[row.enterprise.token]),
        row.created_at,
    ),
    top=lambda span: (
        Q(
            pk__in=Entry.objects.filter(
                _in_period("happened_at")(span), member__isnull=False, state=Entry.State.KEPT
            ).values("member")
        )
        | Q(
            sites__pk__in=Entry.objects.filter(
                _in_period("happened_at")(span), state=Entry.State.KEPT, targets__site__isnull=False
            ).values("targets__site")
        )
    ),
)
_LOTS = Counted(
    lambda span: Lot.objects.filter(_in_period("published_at")(span)).select_related("product", "enterprise"),
    "unit_path",
    lambda row: (
        f"Lô {row.code}, {row.product.name}",
        row.enterprise.name,
        reverse("trace:buyer_page", args=[row.token]),
        row.published_at,
    ),
)
_SHOPS = Counted(
    lambda span: (
        Site.objects.filter(kind=Site.Kind.SHOP, created_at__lt=span.period.end)
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gte=span.period.end))
        .select_related("enterprise")
    ),
    "enterprise__unit_path",
    lambda row: (
        row.name,
        row.enterprise.name,
        reverse("trace_desk:enterprise", args=[row.enterprise.token]),
        row.created_at,
    ),
)
_CERTIFICATES = Counted(
    lambda span: Certificate.objects.filter(issued_on__lte=_last_day(span)).select_related("enterprise"),
    "enterprise__unit_path",
    lambda row: (
        f"{row.standard}, số {row.number}",
        row.enterprise.name,
        reverse("trace_desk:enterprise", args=[row.enterprise.token]),
        row.created_at,
    ),
    top=lambda span: (
        Q(ended_at__isnull=True) & (Q(expires_on__isnull=True) | Q(expires_on__gte=_last_day(span)))
    ),
)

INDICATORS = (
    _spec(
        "ocop_products",
        "Sản phẩm OCOP đang có sao",
        "sản phẩm",
        _STARS,
        "Số công nhận còn giá trị ở ngày cuối kỳ; sao hết hạn hoặc bị thu hồi không tính",
        group="OCOP",
        source="Sổ công nhận OCOP; QĐ 148/QĐ-TTg",
        dimensions=(("stars", "Theo số sao"), ("group", "Theo nhóm sản phẩm")),
    ),
    _spec("enterprises", "Cơ sở có sổ sản xuất", "cơ sở", _ENTERPRISES, "Số cơ sở đang hoạt động ở cuối kỳ"),
    _spec(
        "diary_households",
        "Hộ thành viên có ghi nhật ký",
        "%",
        _HOUSEHOLDS,
        "Hộ có ít nhất một dòng nhật ký trong kỳ / hộ thành viên ở cuối kỳ",
    ),
    _spec("lots_published", "Lô hàng công bố cho người mua", "lô", _LOTS, "Số lô công bố trong kỳ"),
    _spec("sales_points", "Điểm bán", "điểm", _SHOPS, "Số điểm bán đang hoạt động ở cuối kỳ"),
    _spec(
        "certificates",
        "Giấy chứng nhận còn hiệu lực",
        "%",
        _CERTIFICATES,
        "Giấy còn hiệu lực ở ngày cuối kỳ / giấy đã cấp",
    ),
)
