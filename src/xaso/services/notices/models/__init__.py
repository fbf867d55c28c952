"""Tables of the room: what is said to whom, what is to be done, what other systems send through us."""

from xaso.services.notices.models.notice import Notice
from xaso.services.notices.models.outside import ApiBudget, ApiCallback, ApiJob, ApiLimit, ApiMessage
from xaso.services.notices.models.tasks import HamletTask, TaskReport

__all__ = [
    "ApiBudget",
    "ApiCallback",
    "ApiJob",
    "ApiLimit",
    "ApiMessage",
    "HamletTask",
    "Notice",
    "TaskReport",
]
