"""The figures of the one-stop shop: on-time rate and the groups of QĐ 766/QĐ-TTg that our records can answer.

Weights and formulas as the national portal computed them in autumn 2026 (a public extract, not the decision's
annex): shown as not confirmed. A unit without records gets no figure, never 0 or 100.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Substr
from django.urls import reverse

from xaso.kernel.base.manifest import IndicatorSpec
from xaso.kernel.people.models import Account
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.period import Period
from xaso.kernel.units.models import Unit
from xaso.services.onestop import rules
from xaso.services.onestop.models import Dossier, DossierPaper, Payment, Procedure, Result, Supplement

SOURCE = "QĐ 766/QĐ-TTg ngày 23/06/2022; cách tính theo số liệu công khai của Cổng Dịch vụ công quốc gia, tháng 10/2026"
UNCONFIRMED = "Trọng số và công thức theo bản trích công khai, chưa đối chiếu phụ lục của quyết định"
COMMUNE_LENGTH = len("15/04321/")


class SpanLike(Protocol):
    """What a figure is about (see ``indicators.queries.Span``)."""

    @property
    def unit_path(self) -> str: ...
    @property
    def period(self) -> Period: ...
    @property
    def filters(self) -> Mapping[str, str]: ...


Rows = QuerySet[Dossier]
Test = Callable[[SpanLike], Q]


def _scoped(span: SpanLike) -> Rows:
    found = Dossier.objects.filter(unit_path__startswith=span.unit_path)
    if span.filters.get("procedure"):
        found = found.filter(procedure__code=span.filters["procedure"])
    if span.filters.get("officer"):
        found = found.filter(handled_by=span.filters["officer"])
    return found


def _finished(span: SpanLike) -> Q:
    return Q(finished_at__gte=span.period.start, finished_at__lt=span.period.end)


def _received(span: SpanLike) -> Q:
    return Q(submitted_at__gte=span.period.start, submitted_at__lt=span.period.end)


def _still_open(span: SpanLike) -> Q:
    """In process at the end of the period (or now, when the period still runs)."""
    return (
        Q(submitted_at__lt=span.period.end)
        & (Q(finished_at__isnull=True) | Q(finished_at__gte=span.period.end))
        & ~Q(status=rules.NOT_RECEIVED)
    )


def _in_time(span: SpanLike) -> Q:
    moment = min(now(), span.period.end)
    return (_finished(span) & Q(on_time=True)) | (_still_open(span) & Q(case__due_at__gte=moment))


@dataclass(frozen=True)
class Ratio:
    """Dossiers that pass ``top`` among those of ``base``; every part of a figure comes from these two tests."""

    base: Test
    top: Test

    def _rows(self, span: SpanLike) -> Rows:
        return _scoped(span).filter(self.base(span))

    def compute(self, span: SpanLike) -> tuple[float, float]:
        found = self._rows(span).aggregate(top=Count("pk", filter=self.top(span)), base=Count("pk"))
        return float(found["top"]), float(found["base"])

    def split(self, span: SpanLike, by: str) -> Sequence[tuple[str, str, float, float]]:
        keys = {"procedure": F("procedure__code"), "officer": F("handled_by")}
        key = keys.get(by) or Substr("unit_path", 1, COMMUNE_LENGTH)
        rows = (
            self._rows(span)
            .annotate(part=key)
            .values("part")
            .annotate(top=Count("pk", filter=self.top(span)), base=Count("pk"))
            .order_by("-base", "part")[:500]
        )
        found = [(str(row["part"] or ""), float(row["top"]), float(row["base"])) for row in rows]
        names = _names(by, [part for part, _, _ in found])
        return [(part, names.get(part, part or "Chưa giao"), top, base) for part, top, base in found]

    def records(self, span: SpanLike, which: str, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        rows = self._rows(span).select_related("procedure", "setup", "case")
        if which == "numerator":
            rows = rows.filter(self.top(span))
        elif which == "rest":
            rows = rows.exclude(pk__in=self._rows(span).filter(self.top(span)).values("pk"))
        if after:
            rows = rows.filter(pk__lt=after)
        return [
            {
                "id": row.pk,
                "label": row.code,
                "detail": row.setup.title,
                "url": reverse("onestop_desk:dossier", args=[row.code]),
                "at": row.submitted_at,
            }
            for row in rows.order_by("-pk")[:limit]
        ]


def _names(by: str, keys: list[str]) -> dict[str, str]:
    if by == "procedure":
        return {
            code: f"{name} ({code})"
            for code, name in Procedure.objects.filter(code__in=keys).values_list("code", "name")
        }
    if by == "officer":
        known = Account.objects.filter(pk__in=[key for key in keys if key]).values_list("pk", "display_name")
        return {str(pk): name for pk, name in known}
    return dict(Unit.objects.filter(path__in=keys).values_list("path", "full_name"))


def _owed(span: SpanLike) -> Q:
    return _received(span) & Q(fee_total__gt=0)


def _paid_online(span: SpanLike) -> Q:
    return Q(
        Exists(Payment.objects.filter(dossier=OuterRef("pk"), state="paid", method__in=["vietqr", "gateway"]))
    )


def _issued(span: SpanLike) -> Q:
    return Q(Exists(Result.objects.filter(dossier=OuterRef("pk"), issued_at__isnull=False)))


def _digitised(span: SpanLike) -> Q:
    bare = DossierPaper.objects.filter(
        dossier=OuterRef("pk"), file__isnull=True, document__isnull=True, ended_at__isnull=True
    )
    return ~Q(Exists(bare.exclude(source__in=["shown", "database"])))


def _reused(span: SpanLike) -> Q:
    return Q(Exists(DossierPaper.objects.filter(dossier=OuterRef("pk"), source__in=["reused", "database"])))


def _content(span: SpanLike) -> Q:
    """The subtractive rule: a late dossier and a dissatisfied rating both count against."""
    return (Q(rating__isnull=True) | Q(rating__overall__gt=0)) & Q(on_time=True)


def _supplemented_once(span: SpanLike) -> Q:
    return Q(Exists(Supplement.objects.filter(dossier=OuterRef("pk"))))


DIMENSIONS = (("unit", "Theo đơn vị"), ("procedure", "Theo thủ tục"), ("officer", "Theo cán bộ"))


def _points(maximum: float, full_at: float = 1.0) -> Callable[[float, float], float | None]:
    def score(top: float, base: float) -> float | None:
        return min(maximum, maximum * top / base / full_at) if base else None

    return score


def _ratio(code: str, label: str, base: Test, top: Test, formula: str, **more: Any) -> IndicatorSpec:
    parts = Ratio(base, top)
    return IndicatorSpec(
        code=f"onestop.{code}",
        label=label,
        unit=more.pop("unit", "%"),
        compute=parts.compute,
        split=parts.split,
        records=parts.records,
        dimensions=DIMENSIONS,
        formula=formula,
        source=more.pop("source", SOURCE),
        unconfirmed=more.pop("unconfirmed", UNCONFIRMED),
        **more,
    )


def _everything(span: SpanLike) -> Q:
    return Q()


def _late(span: SpanLike) -> Q:
    return (_finished(span) & Q(on_time=False)) | (
        _still_open(span) & Q(case__due_at__lt=min(now(), span.period.end))
    )


def _active(span: SpanLike) -> Q:
    return _finished(span) | _still_open(span)


OWN = "Sổ theo dõi hồ sơ của Bộ phận Một cửa"

INDICATORS = (
    _ratio(
        "on_time",
        "Hồ sơ giải quyết đúng hạn",
        _active,
        _in_time,
        "(xong sớm hoặc đúng hạn + đang xử lý còn hạn) / (đã xử lý và đang xử lý trong kỳ); điểm = 20 × tỷ lệ",
        group="Tiến độ giải quyết",
        maximum=20,
        score=_points(20),
    ),
    _ratio(
        "online",
        "Hồ sơ nộp trực tuyến",
        _received,
        lambda span: Q(channel__in=["online", "portal"]),
        "Hồ sơ nộp trực tuyến / hồ sơ tiếp nhận trong kỳ",
        group="Dịch vụ công trực tuyến",
    ),
    _ratio(
        "paid_online",
        "Hồ sơ thanh toán trực tuyến",
        _owed,
        _paid_online,
        "Hồ sơ thanh toán trực tuyến / hồ sơ có nghĩa vụ tài chính; điểm = 6 × tỷ lệ",
        group="Thanh toán trực tuyến",
        maximum=6,
        score=_points(6),
    ),
    _ratio(
        "e_results",
        "Hồ sơ có kết quả điện tử hợp lệ",
        lambda span: _finished(span) & Q(status__in=[rules.DONE, rules.RETURNED]),
        _issued,
        "Hồ sơ đã xong có kết quả ký số / hồ sơ đã xong; điểm = 6 × tỷ lệ",
        group="Số hóa hồ sơ",
        maximum=6,
        score=_points(6),
    ),
    _ratio(
        "digitised",
        "Hồ sơ được số hóa đủ giấy tờ",
        _received,
        _digitised,
        "Hồ sơ mọi giấy tờ đều có bản số / hồ sơ tiếp nhận; điểm = 4 × tỷ lệ",
        group="Số hóa hồ sơ",
        maximum=4,
        score=_points(4),
    ),
    _ratio(
        "reused",
        "Hồ sơ dùng lại dữ liệu đã số hóa",
        _received,
        _reused,
        "Hồ sơ có giấy tờ được thay bằng dữ liệu / hồ sơ tiếp nhận; điểm = 2 × tỷ lệ / 0,8, tối đa 2",
        group="Số hóa hồ sơ",
        maximum=2,
        score=_points(2, 0.8),
    ),
    _ratio(
        "satisfied",
        "Hài lòng trong tiếp nhận, giải quyết",
        _finished,
        _content,
        "(hồ sơ − hồ sơ không hài lòng hoặc trễ) / hồ sơ; điểm = 6 × tỷ lệ / 0,9, tối đa 6",
        group="Mức độ hài lòng",
        maximum=6,
        score=_points(6, 0.9),
    ),
    _ratio(
        "late",
        "Hồ sơ trễ hạn",
        _active,
        _late,
        "Hồ sơ xong trễ hoặc đang trễ / hồ sơ đã xử lý và đang xử lý trong kỳ",
        source=OWN,
        unconfirmed="",
        higher_is_better=False,
    ),
    _ratio(
        "supplemented",
        "Hồ sơ phải bổ sung giấy tờ",
        _received,
        _supplemented_once,
        "Hồ sơ có yêu cầu bổ sung / hồ sơ tiếp nhận",
        source=OWN,
        unconfirmed="",
        higher_is_better=False,
    ),
    _ratio(
        "received",
        "Hồ sơ tiếp nhận",
        _received,
        _everything,
        "Đếm hồ sơ nộp trong kỳ",
        unit="hồ sơ",
        source=OWN,
        unconfirmed="",
    ),
)
