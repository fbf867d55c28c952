"""Listening figures by commune: what devices really played, hours on air, gaps with their reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django.db.models import Case, CharField, Count, DurationField, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Substr
from django.urls import reverse

from xaso.kernel.base.manifest import IndicatorSpec
from xaso.kernel.plain.period import Period
from xaso.kernel.units.models import Unit
from xaso.services.broadcast.models import Airing, Cluster, Kind, Origin, Play
from xaso.services.broadcast.rules.listening import REASONS

COMMUNE_LENGTH = len("15/04321/")
OWN = "Nhật ký của cụm loa và chương trình của đài"
NEAR = timedelta(seconds=1)
HEARD = (Play.Result.PLAYED, Play.Result.CUT)


class SpanLike(Protocol):
    """What a figure is about (see ``indicators.queries.Span``)."""

    @property
    def unit_path(self) -> str: ...
    @property
    def period(self) -> Period: ...
    @property
    def filters(self) -> Mapping[str, str]: ...


Rows = QuerySet[Any]


@dataclass(frozen=True)
class Counted:
    """Rows of a base, the test of those at the top, or what is summed of each row (``amount``, a time,
    told in hours)."""

    rows: Callable[[SpanLike], Rows]
    told: Callable[[Any], tuple[str, str, str, Any]]
    top: Q | None = None
    amount: Any = None
    by: Mapping[str, str] | None = None
    words: Mapping[str, Mapping[str, str]] | None = None

    def _base(self, span: SpanLike) -> Rows:
        return self.rows(span).filter(unit_path__startswith=span.unit_path)

    def _sums(self) -> dict[str, Any]:
        if self.amount is not None:
            return {"top": Sum(self.amount, output_field=DurationField())}
        sums: dict[str, Any] = {"base": Count("pk")}
        if self.top is not None:
            sums["top"] = Count("pk", filter=self.top)
        return sums

    def _pair(self, found: Mapping[str, Any]) -> tuple[float, float]:
        if self.amount is not None:
            return round((found["top"] or timedelta()).total_seconds() / 3600, 2), 1.0
        return (
            (float(found["top"]), float(found["base"]))
            if self.top is not None
            else (float(found["base"]), 1.0)
        )

    def compute(self, span: SpanLike) -> tuple[float, float]:
        """Numerator and denominator."""
        return self._pair(self._base(span).aggregate(**self._sums()))

    def split(self, span: SpanLike, by: str) -> Sequence[tuple[str, str, float, float]]:
        """The same by unit or by another dimension, the largest first."""
        column = (self.by or {}).get(by)
        key: Any = F(column) if column else Substr("unit_path", 1, COMMUNE_LENGTH)
        counted = self._base(span).annotate(part=key).values("part").order_by().annotate(**self._sums())
        rows = [(str(row["part"]), *self._pair(row)) for row in counted]
        rows = sorted(rows, key=lambda row: (-row[1], -row[2], row[0]))[:500]
        names = dict((self.words or {}).get(by, {}))
        if not column:
            paths = [row[0] for row in rows]
            names = dict(Unit.objects.filter(path__in=paths).values_list("path", "full_name"))
        return [(part, names.get(part, part) or "Không ghi", top, base) for part, top, base in rows]

    def records(self, span: SpanLike, which: str, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """The rows behind the figure, newest first."""
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


def _plays(span: SpanLike) -> Rows:
    return Play.objects.filter(at__gte=span.period.start, at__lt=span.period.end).select_related(
        "airing", "cluster"
    )


def _airings(span: SpanLike) -> Rows:
    return Airing.objects.filter(
        starts_at__gte=span.period.start, starts_at__lt=span.period.end, settled_at__isnull=False
    ).exclude(state=Airing.State.REFUSED)


def _heard_airings(span: SpanLike) -> Rows:
    rows: Rows = (
        _airings(span)
        .filter(state__in=[Airing.State.PLAYED, Airing.State.CUT])
        .annotate(
            what=Case(
                When(item=Airing.Item.BULLETIN, then=F("kind")), default=F("item"), output_field=CharField()
            ),
            topic_said=Case(
                When(topic="", then=Value("Không ghi")), default=F("topic"), output_field=CharField()
            ),
        )
    )
    return rows


def _tell_play(row: Play) -> tuple[str, str, str, Any]:
    said = REASONS.get(row.reason, row.reason) or row.get_result_display()
    return f"{row.airing.title}: {row.cluster.name}", said, _airing_url(row.airing_id), row.at


def _tell_airing(row: Airing) -> tuple[str, str, str, Any]:
    return row.title, row.reason or row.get_state_display(), _airing_url(row.pk), row.at


def _tell_cluster(row: Cluster) -> tuple[str, str, str, Any]:
    url = reverse("broadcast_desk:cluster", args=[row.pk])
    return row.name, row.get_state_display(), url, row.last_seen or row.created_at


def _airing_url(key: Any) -> str:
    return reverse("broadcast_desk:airing", args=[key])


WHAT = {**dict(Kind.choices), **dict(Airing.Item.choices)}
_HEARD = Counted(
    _plays, _tell_play, top=Q(result__in=HEARD), by={"reason": "reason"}, words={"reason": REASONS}
)
_MINUTE = Counted(
    lambda span: _plays(span).filter(result__in=HEARD, started_at__isnull=False),
    _tell_play,
    top=Q(started_at__gte=F("airing__starts_at") - NEAR, started_at__lte=F("airing__starts_at") + NEAR),
)
_HOURS = Counted(
    _heard_airings,
    _tell_airing,
    amount=F("until") - F("starts_at"),
    by={"origin": "origin", "topic": "topic_said", "what": "what"},
    words={"origin": dict(Origin.choices), "what": WHAT},
)
_MISSED = Counted(_airings, _tell_airing, top=Q(state__in=[Airing.State.MISSED, Airing.State.CUT]))
_ONLINE = Counted(
    lambda span: Cluster.objects.filter(ended_at=None, enrolled_at__isnull=False),
    _tell_cluster,
    top=Q(state=Cluster.State.ONLINE),
)


def _spec(code: str, label: str, unit: str, counted: Counted, formula: str, **more: Any) -> IndicatorSpec:
    return IndicatorSpec(
        code=f"broadcast.{code}",
        label=label,
        unit=unit,
        compute=counted.compute,
        split=counted.split,
        records=counted.records,
        dimensions=(("unit", "Theo đơn vị"), *more.pop("dimensions", ())),
        formula=formula,
        source=OWN,
        group="Truyền thanh cơ sở",
        **more,
    )


INDICATORS = (
    _spec(
        "heard",
        "Lượt phát thực sự vang lên ở cụm loa",
        "%",
        _HEARD,
        "Lượt cụm loa báo đã phát (cả lượt bị cắt) / lượt lẽ ra phải phát của mọi cụm loa đã ghép nối",
        dimensions=(("reason", "Theo lý do không phát"),),
    ),
    _spec(
        "on_the_minute",
        "Lượt phát đúng giờ",
        "%",
        _MINUTE,
        "Lượt bắt đầu lệch không quá 1 giây so với lịch / lượt cụm loa báo đã phát",
    ),
    _spec(
        "hours",
        "Giờ phát sóng",
        "giờ",
        _HOURS,
        "Tổng thời gian của các lượt đã phát trong kỳ, theo đài",
        dimensions=(
            ("origin", "Theo cấp ban hành"),
            ("topic", "Theo chủ đề"),
            ("what", "Theo loại"),
        ),
    ),
    _spec(
        "missed",
        "Lượt phát bị lỡ hoặc bị cắt",
        "%",
        _MISSED,
        "Lượt bị lỡ, bị cắt / lượt đã chốt trong kỳ",
        higher_is_better=False,
    ),
    _spec("online", "Cụm loa đang nối", "%", _ONLINE, "Cụm loa đang nối lúc này / cụm loa đã ghép nối"),
)
