"""The figures of the one-stop shop: on-time rate and the groups of QĐ 766/QĐ-TTg that our records can answer.

Weights and formulas as the national portal computed them in autumn 2026 (a public extract, not the decision's
annex): shown as not confirmed. A unit without records gets no figure, never 0 or 100.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Protocol

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
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


def _open_now(span: SpanLike) -> Q:
    """Filed before the end of the period and not finished to this day."""
    return Q(submitted_at__lt=span.period.end, finished_at__isnull=True) & ~Q(status=rules.NOT_RECEIVED)


def _open_then(span: SpanLike) -> Q:
    """In process at the end of the period, finished since."""
    later = Q(submitted_at__lt=span.period.end, finished_at__gte=span.period.end)
    return later & ~Q(status=rules.NOT_RECEIVED)


def _not_due(span: SpanLike) -> Q:
    return Q(case__due_at__gte=min(now(), span.period.end))


def _overdue(span: SpanLike) -> Q:
    return Q(case__due_at__lt=min(now(), span.period.end))


@dataclass(frozen=True)
class Share:
    """Some dossiers of a base, and the test that those of the top pass besides."""

    base: Test
    top: Test


@dataclass(frozen=True)
class Ratio:
    """Dossiers of the top among those of the base; every part of a figure comes from these tests.

    The shares have no dossier in common. Each is counted by itself, so that what is finished, by far the most, is
    read from its index alone and only what is open is looked up in its case.
    """

    shares: tuple[Share, ...]

    def _base(self, span: SpanLike) -> Rows:
        return _scoped(span).filter(reduce(or_, (share.base(span) for share in self.shares)))

    def _top(self, span: SpanLike) -> Q:
        return reduce(or_, (share.base(span) & share.top(span) for share in self.shares))

    def compute(self, span: SpanLike) -> tuple[float, float]:
        top = base = 0
        for share in self.shares:
            rows = _scoped(span).filter(share.base(span))
            found = rows.aggregate(top=Count(Value(1), filter=share.top(span)), base=Count("*"))
            top, base = top + found["top"], base + found["base"]
        return float(top), float(base)

    def split(self, span: SpanLike, by: str) -> Sequence[tuple[str, str, float, float]]:
        keys = {"procedure": F("procedure__code"), "officer": F("handled_by")}
        key = keys.get(by) or Substr("unit_path", 1, COMMUNE_LENGTH)
        parts: dict[str, tuple[int, int]] = {}
        for share in self.shares:
            rows = _scoped(span).filter(share.base(span)).annotate(part=key).values("part").order_by()
            for row in rows.annotate(top=Count(Value(1), filter=share.top(span)), base=Count("*")):
                name = str(row["part"] or "")
                top, base = parts.get(name, (0, 0))
                parts[name] = (top + row["top"], base + row["base"])
        most = sorted(parts.items(), key=lambda one: (-one[1][1], one[0]))[:500]
        names = _names(by, [part for part, _ in most])
        return [
            (part, names.get(part, part or "Chưa giao"), float(top), float(base))
            for part, (top, base) in most
        ]

    def records(self, span: SpanLike, which: str, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        rows = self._base(span).select_related("procedure", "setup", "case")
        if which == "numerator":
            rows = rows.filter(self._top(span))
        elif which == "rest":
            rows = rows.exclude(pk__in=self._base(span).filter(self._top(span)).values("pk"))
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
    return _figure(code, label, Ratio((Share(base, top),)), formula, **more)


def _figure(code: str, label: str, parts: Ratio, formula: str, **more: Any) -> IndicatorSpec:
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


# What was handled in the period and what was in process at its end, by whether it kept its term.
_IN_TIME = Ratio(
    (
        Share(_finished, lambda span: Q(on_time=True)),
        Share(_open_now, _not_due),
        Share(_open_then, _not_due),
    )
)
_LATE = Ratio(
    (
        Share(_finished, lambda span: Q(on_time=False)),
        Share(_open_now, _overdue),
        Share(_open_then, _overdue),
    )
)

OWN = "Sổ theo dõi hồ sơ của Bộ phận Một cửa"

INDICATORS = (
    _figure(
        "on_time",
        "Hồ sơ giải quyết đúng hạn",
        _IN_TIME,
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
    _figure(
        "late",
        "Hồ sơ trễ hạn",
        _LATE,
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
