"""Citizens' pages of the one-stop shop."""

from django.urls import path

from xaso.services.onestop.public import catalogue, filing, forms, papers, paying, start, tracking

urlpatterns = [
    path("", catalogue.front, name="front"),
    path("thu-tuc/", catalogue.search, name="search"),
    path("noi-nop/", catalogue.choose_unit, name="choose_unit"),
    path("thu-tuc/<str:code>/", start.start, name="start"),
    path("thu-tuc/<str:code>/nop/", forms.begin, name="begin"),
    path("nop/<uuid:draft_id>/", forms.resume, name="resume"),
    path("nop/<uuid:draft_id>/trang/<slug:page>/", forms.question, name="question"),
    path("nop/<uuid:draft_id>/giay-to/", papers.papers, name="papers"),
    path("ho-so/<str:code>/nop-phi/", paying.pay, name="pay"),
    path("nop/<uuid:draft_id>/nhan-ket-qua/", filing.delivery, name="delivery"),
    path("nop/<uuid:draft_id>/kiem-tra/", filing.check, name="check"),
    path("ho-so/<str:code>/da-nop/", filing.done, name="done"),
    path("cua-toi/", tracking.mine, name="mine"),
    path("ho-so/<str:code>/", tracking.own, name="own"),
    path("tra-cuu/", tracking.look_up, name="look_up"),
    path("tra-cuu/<str:code>/", tracking.public_state, name="public_state"),
]
