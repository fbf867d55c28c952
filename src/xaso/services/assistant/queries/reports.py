"""What was asked: by topic, drift from month to month, what a model cost; and the indicators of the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.urls import reverse

from xaso.kernel.base.manifest import IndicatorSpec
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.assistant.models import Asked, LegalTask
from xaso.services.assistant.queries.asking_rights import REPORT
from xaso.services.assistant.rules.abstain import ASK_BACK, FOUND, KINDS, NOT_FOUND, RELATED

WEEKS = 8
DRIFT = 0.15  # a change of the share without an answer that somebody should look at
_ANSWERED = Q(kind__in=[FOUND, ASK_BACK]) | Q(checked_id__isnull=False)


def asked_in(viewer: Viewer, days: int = 7 * WEEKS) -> QuerySet[Asked]:
    """Questions of the last weeks where the right is held."""
    return Asked.objects.filter(viewer.scope(REPORT), created_at__gte=now() - timedelta(days=days))


@dataclass(frozen=True)
class TopicRow:
    """One topic: how often asked, how often answered, how often not."""

    topic: str
    asked: int
    answered: int
    without: int


def by_topic(rows: QuerySet[Asked], limit: int = 20) -> list[TopicRow]:
    """Topics by number of questions; the topic is that of the nearest article."""
    found = (
        rows.values("topic")
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=_ANSWERED),
            without=Count("pk", filter=Q(kind__in=[NOT_FOUND, RELATED], checked_id__isnull=True)),
        )
        .order_by("-asked", "topic")[:limit]
    )
    return [
        TopicRow(one["topic"] or "Chưa rõ đề mục", one["asked"], one["answered"], one["without"])
        for one in found
    ]


@dataclass(frozen=True)
class WeekRow:
    """One week back from now: questions, share without an answer, mean confidence, mean time."""

    back: int
    asked: int
    without: float | None
    confidence: float | None
    took_ms: int


def by_week(rows: QuerySet[Asked]) -> list[WeekRow]:
    """The last weeks, the present one first."""
    found = []
    moment = now()
    for back in range(WEEKS):
        span = rows.filter(
            created_at__lt=moment - timedelta(days=7 * back),
            created_at__gte=moment - timedelta(days=7 * (back + 1)),
        )
        told = span.aggregate(
            asked=Count("pk"),
            without=Count("pk", filter=~_ANSWERED),
            confidence=Avg("confidence"),
            took=Avg("took_ms"),
        )
        count = told["asked"]
        found.append(
            WeekRow(
                back,
                count,
                told["without"] / count if count else None,
                told["confidence"],
                int(told["took"] or 0),
            )
        )
    return found


def drift(weeks: Sequence[WeekRow]) -> float | None:
    """How much the share without an answer of this week differs from that of the weeks before; None for too few."""
    this, before = weeks[0], [one for one in weeks[1:] if one.without is not None]
    asked = sum(one.asked for one in before)
    if this.without is None or this.asked < 10 or asked < 20:
        return None
    return this.without - sum((one.without or 0) * one.asked for one in before) / asked


def cost(rows: QuerySet[Asked]) -> dict[str, int]:
    """What answering took: questions, mean time, and what went to a model."""
    told = rows.aggregate(
        asked=Count("pk"),
        took=Avg("took_ms"),
        calls=Count("pk", filter=~Q(model="")),
        letters=Sum("model_letters"),
        kept=Sum("model_kept"),
        dropped=Sum("model_dropped"),
        failed=Count("pk", filter=Q(model=Asked.Model.FAILED)),
        model_ms=Avg("model_ms", filter=~Q(model="")),
    )
    return {name: int(value or 0) for name, value in told.items()}


def unanswered(rows: QuerySet[Asked], limit: int = 20) -> list[dict[str, Any]]:
    """Questions without an answer, the newest first, as they were masked."""
    found = rows.filter(~_ANSWERED).exclude(words="").order_by("-pk").values("words", "kind", "created_at")
    return [{**one, "said": KINDS.get(one["kind"], "")} for one in found[:limit]]


def _span(span: Any) -> QuerySet[Asked]:
    rows = Asked.objects.filter(
        unit_path__startswith=span.unit_path,
        created_at__gte=span.period.start,
        created_at__lt=span.period.end,
    )
    for name in ("topic", "channel"):
        if span.filters.get(name):
            rows = rows.filter(**{name: "" if span.filters[name] == "-" else span.filters[name]})
    return rows


def _answered_share(span: Any) -> tuple[float, float]:
    told = _span(span).aggregate(top=Count("pk", filter=_ANSWERED), all=Count("pk"))
    return float(told["top"]), float(told["all"])


def _split(span: Any, by: str) -> list[tuple[str, str, float, float]]:
    key = "topic" if by == "topic" else "channel"
    rows = (
        _span(span)
        .values(part=F(key))
        .annotate(top=Count("pk", filter=_ANSWERED), all=Count("pk"))
        .order_by("-all", "part")[:500]
    )
    names = dict(Asked.Channel.choices) if key == "channel" else {}
    return [
        (
            one["part"] or "-",
            names.get(one["part"], one["part"]) or "Chưa rõ",
            float(one["top"]),
            float(one["all"]),
        )
        for one in rows
    ]


def _asked_rows(span: Any, which: str, after: Any = None, limit: int = 50) -> Sequence[Mapping[str, Any]]:
    wanted = _span(span).filter(_ANSWERED if which == "numerator" else ~_ANSWERED).order_by("-pk")
    if after:
        wanted = wanted.filter(pk__lt=after)
    url = reverse("assistant_desk:reports")
    return [
        {
            "id": str(row.pk),
            "label": row.words or "Lời hỏi đã xóa theo thời hạn giữ",
            "detail": KINDS.get(row.kind, row.kind),
            "url": url,
            "at": row.created_at,
        }
        for row in wanted[:limit]
    ]


def _tasks(span: Any) -> QuerySet[LegalTask]:
    return LegalTask.objects.filter(
        unit_path__startswith=span.unit_path, done_at__gte=span.period.start, done_at__lt=span.period.end
    )


_ON_TIME = Q(done_at__date__lte=F("due_on"))


def _on_time(span: Any) -> tuple[float, float]:
    told = _tasks(span).aggregate(top=Count("pk", filter=_ON_TIME), all=Count("pk"))
    return float(told["top"]), float(told["all"])


def _task_rows(span: Any, which: str, after: Any = None, limit: int = 50) -> Sequence[Mapping[str, Any]]:
    wanted = _tasks(span).filter(_ON_TIME if which == "numerator" else ~_ON_TIME).order_by("-pk")
    if after:
        wanted = wanted.filter(pk__lt=after)
    return [
        {
            "id": str(row.pk),
            "label": f"Việc pháp chế hạn {row.due_on:%d/%m/%Y}",
            "detail": row.get_state_display(),
            "url": reverse("assistant_desk:task", args=[row.pk]),
            "at": row.done_at,
        }
        for row in wanted[:limit]
    ]


INDICATORS = (
    IndicatorSpec(
        "assistant.answered",
        "Câu hỏi pháp luật có điều trả lời",
        "%",
        _answered_share,
        _asked_rows,
        split=_split,
        dimensions=(("topic", "Đề mục"), ("channel", "Nơi hỏi")),
        source="Lượt hỏi trên trang Hỏi đáp pháp luật",
        formula="Số lượt có điều luật hoặc câu trả lời đã kiểm / số lượt hỏi",
        group="Hỏi đáp pháp luật",
        maximum=100,
    ),
    IndicatorSpec(
        "assistant.tasks_on_time",
        "Câu hỏi chuyển pháp chế được trả lời đúng hạn",
        "%",
        _on_time,
        _task_rows,
        source="Việc pháp chế của đơn vị",
        formula="Số việc xong trong hạn / số việc đã xong",
        group="Hỏi đáp pháp luật",
        maximum=100,
    ),
)
