"""The officers' pages: notices, tasks of hamlets, replies, templates, lists; and the pages of a hamlet's head."""

from __future__ import annotations

from django.urls import path

from xaso.services.notices.desk import calls, head, library, notices, outside, replies, tasks, writing

app_name = "notices_desk"
urlpatterns = [
    path("", notices.board, name="board"),
    path("moi/", writing.write, name="write"),
    path("tin/<uuid:notice_id>/", notices.notice, name="notice"),
    path("tin/<uuid:notice_id>/sua/", writing.write, name="edit"),
    path("tin/<uuid:notice_id>/nguoi-nhan/", notices.people, name="people"),
    path("tin/<uuid:notice_id>/nguoi-nhan.xlsx", notices.people_sheet, name="people_sheet"),
    path("tin/<uuid:notice_id>/goi-dien/", calls.calls, name="calls"),
    path("tin/<uuid:notice_id>/goi-dien/in/", calls.calls_paper, name="calls_paper"),
    path("viec/", tasks.board, name="tasks"),
    path("viec/bang.xlsx", tasks.sheet, name="tasks_sheet"),
    path("viec/<uuid:task_id>/", tasks.task, name="task"),
    path("phan-hoi/", replies.inbox, name="replies"),
    path("phan-hoi/<uuid:reply_id>/", replies.reply, name="reply"),
    path("mau/", library.templates, name="templates"),
    path("mau/moi/", library.template_edit, name="template_new"),
    path("mau/<uuid:template_id>/", library.template, name="template"),
    path("mau/<uuid:template_id>/sua/", library.template_edit, name="template_edit"),
    path("danh-sach/", library.lists, name="lists"),
    path("danh-sach/moi/", library.list_new, name="list_new"),
    path("danh-sach/mau.xlsx", library.list_sample, name="list_sample"),
    path("danh-sach/<uuid:list_id>/", library.one_list, name="list"),
    path("he-thong-ngoai/", outside.outside, name="outside"),
    path("thon/", head.head, name="head"),
    path("thon/tin/<uuid:receiver_id>/", head.head_notice, name="head_notice"),
    path("thon/viec/<uuid:task_id>/", head.head_task, name="head_task"),
]
