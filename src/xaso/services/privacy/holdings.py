"""What this room itself holds about one person: requests and what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from xaso.kernel.base.manifest import Holding
from xaso.kernel.plain.formats import stamp
from xaso.services.privacy.models import RightsRequest


def about_person(person_id: UUID) -> Iterator[Holding]:
    """Requests with their answers; kept as the proof that they were dealt with."""
    rows = RightsRequest.objects.filter(person_id=person_id).select_related("case").order_by("created_at")
    for row in rows:
        yield Holding(
            "privacy.requests",
            str(row.pk),
            f"{row.get_kind_display()} ({row.case.code})",
            row.created_at,
            {
                "Nội dung": row.detail,
                "Trả lời": row.answer or "",
                "Kết quả": row.outcome or "",
                "Xong lúc": stamp(row.finished_at) if row.finished_at else "",
            },
            running=row.case.is_running,
            group="Yêu cầu về dữ liệu cá nhân",
        )
