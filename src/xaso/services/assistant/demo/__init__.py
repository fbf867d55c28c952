"""A commune that asks: questions that wait at once; checked answers when the corpus is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue
from xaso.services.assistant.actions.loading import begin_loading
from xaso.services.assistant.answers.reading import engine
from xaso.services.assistant.demo.asking import LEGAL, RECEPTION, tell_answers, tell_waiting
from xaso.services.assistant.models import Asked, Import, LegalTask

TELL = "assistant.tell_demo"
PAUSE, MOST_TRIES = timedelta(seconds=60), 90


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], say: Callable[[str], None] = print, **_: Any
) -> None:
    """Run twice, it does nothing the second time; without the officers of the demo commune it does nothing."""
    # The first page must not wait: the corpus is loaded by the worker, after it.
    begin_loading(Viewer.system(), wait_seconds=20)
    if LegalTask.objects.exists() or LEGAL not in accounts:
        return
    count = tell_waiting(accounts)
    with transaction.atomic():
        enqueue(TELL, {"tries": MOST_TRIES}, key=TELL, at=now() + PAUSE)
    say(f"Hỏi đáp pháp luật: {count} câu hỏi chờ pháp chế; câu trả lời đã kiểm có khi kho văn bản nạp xong")


def tell_demo(*, tries: int = 0) -> None:
    """Tell the rest of the demo when the corpus and its index are there; else look again in a minute."""
    if not settings.DEMO or Asked.objects.exists():
        return
    loaded = Import.objects.filter(state=Import.State.DONE).exists() and engine() is not None
    if not loaded:
        if tries > 0:
            with transaction.atomic():
                enqueue(TELL, {"tries": tries - 1}, key=TELL, at=now() + PAUSE)
        return
    accounts = {one.username: one for one in Account.objects.filter(username__in=[LEGAL, RECEPTION])}
    if LEGAL in accounts:
        tell_answers(accounts)
