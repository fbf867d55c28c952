"""Citizens' pages of the one-stop shop."""

from django.urls import path

from xaso.services.onestop.public import (
    answering,
    catalogue,
    filing,
    forms,
    papers,
    paying,
    start,
    tracking,
)

urlpatterns = [
    path("", catalogue.front, name="front"),
    path("noi-nop/", catalogue.choose_unit, name="choose_unit"),
    path("thu-tuc/", catalogue.search, name="search"),
    path("thu-tuc/<str:code>/", start.start, name="start"),
    path("thu-tuc/<str:code>/nop/", forms.begin, name="begin"),
    path("nop/<uuid:draft_id>/", forms.resume, name="resume"),
    path("nop/<uuid:draft_id>/trang/<slug:page>/", forms.question, name="question"),
    path("nop/<uuid:draft_id>/giay-to/", papers.papers, name="papers"),
    path("nop/<uuid:draft_id>/tep/<uuid:file_id>/", papers.draft_file, name="draft_file"),
    path("nop/<uuid:draft_id>/tep/<uuid:file_id>/anh/", papers.draft_picture, name="draft_picture"),
    path("nop/<uuid:draft_id>/nhan-ket-qua/", filing.delivery, name="delivery"),
    path("nop/<uuid:draft_id>/kiem-tra/", filing.check, name="check"),
    path("cua-toi/", tracking.mine, name="mine"),
    path("ho-so/<str:code>/", tracking.own, name="own"),
    path("ho-so/<str:code>/da-nop/", filing.done, name="done"),
    path("ho-so/<str:code>/nop-phi/", paying.pay, name="pay"),
    path("ho-so/<str:code>/nop-phi/trang-thai/", paying.pay_state, name="pay_state"),
    path("ho-so/<str:code>/bo-sung/", answering.supplement, name="supplement"),
    path("ho-so/<str:code>/rut/", answering.withdraw, name="withdraw"),
    path("ho-so/<str:code>/danh-gia/", answering.rate, name="rate"),
    path("ho-so/<str:code>/giay-tiep-nhan.pdf", tracking.receipt, name="receipt"),
    path("ho-so/<str:code>/ket-qua/<uuid:result_id>/", tracking.result, name="result"),
    path("ho-so/<str:code>/giay-to/<uuid:paper_id>/", tracking.own_file, name="own_file"),
    path("ho-so/<str:code>/van-ban/<uuid:document_id>/", tracking.sealed_form, name="sealed_form"),
    path("tra-cuu/", tracking.look_up, name="look_up"),
    path("tra-cuu/<str:code>/", tracking.public_state, name="public_state"),
]
