"""Officers' pages of the one-stop shop: queue, reception, one dossier, opinions, return, register."""

from __future__ import annotations

from django.urls import path

from xaso.services.onestop.desk import acts, dossier, opinions, papers, queue, reception, register, returning
from xaso.services.onestop.desk.admin import admin_urls
from xaso.services.onestop.desk.results import result_urls

app_name = "onestop_desk"

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("chuyen-nhieu/", queue.forward_many, name="forward_many"),
    path("tiep-nhan/", reception.choose, name="reception"),
    path("tiep-nhan/xong/<str:code>/", reception.received, name="received"),
    path("tiep-nhan/<str:code>/", reception.receive, name="receive"),
    path("so-theo-doi/", register.book, name="register"),
    path("so-theo-doi/tep.xlsx", register.sheet, name="register_xlsx"),
    path("so-theo-doi/so.pdf", register.printed, name="register_pdf"),
    path("y-kien/", opinions.waiting, name="opinions"),
    path("y-kien/<uuid:opinion_id>/", opinions.answer, name="answer_opinion"),
    path("tra-ket-qua/", returning.waiting, name="returning"),
    path("ho-so/<str:code>/", dossier.page, name="dossier"),
    path("ho-so/<str:code>/giay-to/<uuid:paper_id>/", papers.paper_file, name="paper_file"),
    path("ho-so/<str:code>/giay-to/<uuid:paper_id>/anh/", papers.paper_picture, name="paper_picture"),
    path("ho-so/<str:code>/tiep-nhan/", acts.accept, name="accept"),
    path("ho-so/<str:code>/chuyen-buoc/", acts.advance_step, name="advance"),
    path("ho-so/<str:code>/nhan-viec/", acts.take_work, name="take"),
    path("ho-so/<str:code>/thu-tien/", acts.take_money, name="take_money"),
    path("ho-so/<str:code>/xet-giay-to/", acts.judge, name="judge"),
    path("ho-so/<str:code>/phieu-kiem-soat/", dossier.slip, name="slip"),
    path("ho-so/<str:code>/tra/", returning.give_back, name="give_back"),
    path("ho-so/<str:code>/viec/<slug:verb>/", acts.verb_page, name="verb"),
    *result_urls,
    *admin_urls,
]
