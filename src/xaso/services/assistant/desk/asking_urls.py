"""Addresses of asking, for officers."""

from __future__ import annotations

from django.urls import path

from xaso.services.assistant.desk import asking, checking, reports

urlpatterns = [
    path("", asking.ask, name="ask"),
    path("viec/", checking.tasks, name="tasks"),
    path("viec/<uuid:task_id>/", checking.task, name="task"),
    path("da-kiem/", checking.checked, name="checked"),
    path("da-kiem/moi/", checking.checked_new, name="checked_new"),
    path("da-kiem/<uuid:answer_id>/", checking.checked_one, name="checked_one"),
    path("bao-sai/", checking.marks, name="marks"),
    path("bao-sai/<uuid:mark_id>/", checking.mark, name="mark"),
    path("bao-cao/", reports.reports, name="reports"),
]
