"""Addresses of asking, for citizens."""

from __future__ import annotations

from django.urls import path

from xaso.services.assistant.public import asking

urlpatterns = [
    path("", asking.front, name="front"),
    path("hoi-can-bo/", asking.hand_over, name="hand_over"),
    path("cau-hoi/<str:token>/", asking.own, name="own"),
    path("bao-sai/", asking.wrong, name="wrong"),
    path("chon-xa/", asking.choose_unit, name="choose_unit"),
    path("tra-loi/<uuid:answer_id>/", asking.checked, name="checked"),
    path("nghe/", asking.listen, name="listen"),
    path("noi/", asking.heard, name="heard"),
]
