"""Figures of warnings; each opens to the records it was counted from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Substr
from django.urls import reverse

from xaso.kernel.base.manifest import IndicatorSpec
from xaso.kernel.plain.formats import stamp
from xaso.kernel.plain.period import Period
from xaso.kernel.units.models import Unit
from xaso.services.alerts.models import GaugeReading, HazardWarning

COMMUNE_LENGTH = len("15/04321/")
SOON = timedelta(minutes=10)
GROUP, SOURCE = "Cảnh báo thiên tai", "Sổ cảnh báo của hệ thống"


class SpanLike(Protocol):
    """What a figure is about (see ``indicators.queries.Span``)."""

    @property
    def unit_path(self) -> str: ...
    @property
    def period(self) -> Period: ...
    @property
    def filters(self) -> Mapping[str, str]: ...


Told = tuple[str, str, str, datetime | None]


@dataclass(frozen=True)
class Counted:
    """Rows in a period and, for shares, the test of those at the top."""

    rows: Callable[[SpanLike], QuerySet[Any]]
    told: Callable[[Any], Told]
    top: Q | None = None

    def _base(self, span: SpanLike) -> QuerySet[Any]:
        return self.rows(span).filter(unit_path__startswith=span.unit_path)

    def compute(self, span: SpanLike) -> tuple[float, float]:
        """The figure's two parts."""
        rows = self._base(span)
        if self.top is None:
            return float(rows.count()), 1.0
        found = rows.aggregate(top=Count("pk", filter=self.top), base=Count("pk"))
        return float(found["top"]), float(found["base"])

    def split(self, span: SpanLike, by: str) -> Sequence[tuple[str, str, float, float]]:
        """The figure by commune."""
        rows = (
            self._base(span).annotate(part=Substr("unit_path", 1, COMMUNE_LENGTH)).values("part").order_by()
        )
        rows = rows.annotate(top=Count("pk", filter=self.top or Q()), base=Count("pk"))
        most = sorted(rows, key=lambda row: (-row["base"], row["part"]))[:500]
        paths = [row["part"] for row in most]
        names = dict(Unit.objects.filter(path__in=paths).values_list("path", "full_name"))
        return [
            (
                row["part"],
                names.get(row["part"], row["part"]),
                float(row["top"]),
                float(row["base"]) if self.top is not None else 1.0,
            )
            for row in most
        ]

    def records(self, span: SpanLike, which: str, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """The rows behind it."""
        rows = self._base(span)
        if self.top is not None and which != "all":
            rows = rows.filter(self.top) if which == "numerator" else rows.exclude(self.top)
        elif which == "rest":
            rows = rows.none()
        if after:
            rows = rows.filter(pk__lt=after)
        found = []
        for row in rows.order_by("-pk")[:limit]:
            label, detail, url, at = self.told(row)
            found.append({"id": row.pk, "label": label, "detail": detail, "url": url, "at": at})
        return found


def _issued(span: SpanLike, *, drill: bool) -> QuerySet[HazardWarning]:
    return HazardWarning.objects.filter(
        issued_at__gte=span.period.start, issued_at__lt=span.period.end, drill=drill
    )


def _warning(row: HazardWarning) -> Told:
    url = reverse("alerts_desk:warning", args=[row.pk])
    return row.code, str(row.told.get("headline", "")), url, row.issued_at


_READINGS = Counted(
    lambda span: GaugeReading.objects.filter(
        at__gte=span.period.start, at__lt=span.period.end
    ).select_related("gauge"),
    lambda row: (
        f"{row.gauge.name}: {row.value} {row.gauge.uom}",
        f"{row.get_quality_display()}, {stamp(row.at)}",
        reverse("alerts_desk:gauge", args=[row.gauge_id]),
        row.at,
    ),
    top=Q(quality="good"),
)
_PROMPT = Counted(
    lambda span: _issued(span, drill=False).filter(proposal__isnull=False),
    _warning,
    top=Q(issued_at__lte=F("proposal__created_at") + SOON),
)
_DRILLS = Counted(lambda span: _issued(span, drill=True), _warning)


def _spec(code: str, label: str, unit: str, counted: Counted, formula: str) -> IndicatorSpec:
    return IndicatorSpec(
        code=f"alerts.{code}",
        label=label,
        unit=unit,
        compute=counted.compute,
        split=counted.split,
        records=counted.records,
        dimensions=(("unit", "Theo đơn vị"),),
        formula=formula,
        source=SOURCE,
        group=GROUP,
    )


INDICATORS = (
    _spec(
        "readings_good",
        "Số đo mưa, mực nước dùng được",
        "%",
        _READINGS,
        "Số đo qua được kiểm tra chất lượng / mọi số đo nhận trong kỳ",
    ),
    _spec(
        "prompt",
        "Cảnh báo phát trong 10 phút từ lúc đề xuất",
        "%",
        _PROMPT,
        "Cảnh báo thật phát không quá 10 phút sau đề xuất / cảnh báo thật có đề xuất, phát trong kỳ",
    ),
    _spec("drills", "Số lần diễn tập cảnh báo", "lần", _DRILLS, "Số cảnh báo diễn tập phát trong kỳ"),
)
