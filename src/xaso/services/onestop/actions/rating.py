"""The citizen's judgement of how a dossier was handled. Who judged stays confidential."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop import rules
from xaso.services.onestop.actions.base import locked, must_own, tell
from xaso.services.onestop.models import Rating


@action
def rate_dossier(
    viewer: Viewer,
    *,
    dossier_id: UUID,
    overall: int,
    points: Mapping[str, int] | None = None,
    comment: str = "",
) -> Rating:
    """Judge a finished dossier once: 2 very content, 1 content, 0 not content; points 0-2 by index."""
    dossier = locked(dossier_id)
    must_own(viewer, dossier)
    if dossier.status not in rules.ENDED:
        raise Conflict("Hồ sơ chưa xong. Đánh giá được khi có kết quả.")
    if overall not in (0, 1, 2) or any(value not in (0, 1, 2) for value in (points or {}).values()):
        raise ActionError("Chọn một mức hài lòng.", "overall")
    rating, fresh = Rating.objects.get_or_create(
        dossier=dossier,
        defaults={"overall": overall, "points": dict(points or {}), "comment": comment.strip()[:2000]},
    )
    if fresh:
        tell("onestop.rated", dossier, viewer)
    return rating
