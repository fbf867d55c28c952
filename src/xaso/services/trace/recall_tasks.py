"""Background work of recalls: telling holders in parts, reminding those who are silent."""

from __future__ import annotations

from uuid import UUID

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.tasks import enqueue, task
from xaso.services.trace.actions import recall_holders as actions
from xaso.services.trace.actions.recall import TELL
from xaso.services.trace.models import Recall


@task(TELL, queue="default", retries=8)
def tell(recall_id: str) -> None:
    """Tell the next part of the holders; the rest by another job, so that none takes long."""
    if actions.tell_holders(Viewer.system(), recall_id=UUID(recall_id)):
        enqueue(tell, {"recall_id": recall_id}, key=recall_id)


def chase_all() -> None:
    """Scheduled: tell whoever was not told, remind whoever does not answer, in every running recall."""
    for key in Recall.objects.filter(state=Recall.State.RUNNING).values_list("pk", flat=True):
        enqueue(tell, {"recall_id": str(key)}, key=str(key))
        actions.chase_holders(Viewer.system(), recall_id=key)
