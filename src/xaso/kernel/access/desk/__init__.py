"""Desk pages: one's own proofs and devices, delegation, and what an administrator watches and sets."""

from __future__ import annotations

from django.urls import path

from xaso.kernel.access.desk import delegations, keeping, own, policies

desk_urls = [
    path("dang-nhap/", own.page, name="access_own"),
    path("dang-nhap/phien/", own.end, name="access_own_end"),
    path("dang-nhap/khoa/<uuid:passkey_id>/go/", own.remove_key, name="access_own_key"),
    path("dang-nhap/canh-bao/<uuid:alert_id>/", own.answer, name="access_own_answer"),
    path("uy-quyen/", delegations.page, name="access_delegations"),
    path("uy-quyen/<uuid:grant_id>/ket-thuc/", delegations.end, name="access_delegation_end"),
    path("canh-bao-dang-nhap/", keeping.alerts_page, name="access_alerts"),
    path("canh-bao-dang-nhap/<uuid:alert_id>/dong/", keeping.close, name="access_alert_close"),
    path("nhat-ky-dang-nhap/", keeping.journal_page, name="access_journal"),
    path("nhat-ky-dang-nhap/<uuid:account_id>/", keeping.account_page, name="access_account"),
    path("quy-dinh-dang-nhap/", policies.page, name="access_policy"),
    path("quy-dinh-dang-nhap/canh-bao/<slug:kind>/", policies.rule, name="access_rule"),
]
