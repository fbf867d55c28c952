"""Pages of those who set the shop up: electronic procedures, open points, fees, accounts, the portal's strays."""

from __future__ import annotations

from django.urls import path

from xaso.services.onestop.desk.admin import forms, money, parts, publishing, settle, troubles, trying

admin_urls = [
    path("thu-tuc-dien-tu/", forms.setups, name="forms"),
    path("thu-tuc-dien-tu/moi/", forms.new, name="form_new"),
    path("thu-tuc-dien-tu/<uuid:setup_id>/", forms.overview, name="form"),
    path("thu-tuc-dien-tu/<uuid:setup_id>/co-ban/", parts.basics, name="form_basics"),
    path("thu-tuc-dien-tu/<uuid:setup_id>/xem-thu/", trying.try_out, name="form_try"),
    path("thu-tuc-dien-tu/<uuid:setup_id>/khac/", publishing.diff, name="form_diff"),
    path("thu-tuc-dien-tu/<uuid:setup_id>/cong-bo/", publishing.publish, name="form_publish"),
    path("thu-tuc-dien-tu/<uuid:setup_id>/ket-thuc/", publishing.end, name="form_end"),
    path("thu-tuc-dien-tu/<uuid:setup_id>/bo-nhap/", forms.give_up, name="form_give_up"),
    path("thu-tuc-dien-tu/<uuid:setup_id>/lay-lai/", forms.undo, name="form_undo"),
    path("thu-tuc-dien-tu/<uuid:setup_id>/<slug:slug>/", parts.part_list, name="form_list"),
    path("thu-tuc-dien-tu/<uuid:setup_id>/<slug:slug>/<path:keys>/", parts.part, name="form_part"),
    path("can-chot/", settle.listing, name="to_settle"),
    path("can-chot/<uuid:version_id>/", settle.settle, name="settle"),
    path("muc-phi/", money.rates, name="rates"),
    path("tai-khoan-nhan-phi/", money.accounts, name="accounts"),
    path("tu-cong-quoc-gia/", troubles.listing, name="troubles"),
    path("tu-cong-quoc-gia/<uuid:trouble_id>/thu-lai/", troubles.retry, name="retry_trouble"),
]
