"""Pages of signing in: officers, citizens, the steps between, passkeys, and proving oneself again."""

from __future__ import annotations

from django.urls import path

from xaso.kernel.access.public import keys, mine, phone, prove, signing, steps

public_urls = [
    path("dang-nhap/", signing.choose, name="sign_in"),
    path("dang-nhap/can-bo", signing.officer_sign_in, name="officer_sign_in"),
    path("dang-nhap/lop-hai", steps.second, name="sign_in_second"),
    path("dang-nhap/mat-khau-moi", steps.new_password, name="sign_in_new_password"),
    path("dang-nhap/dat-lop-hai", steps.enrol, name="sign_in_enrol"),
    path("dang-nhap/khoa/hoi", keys.ask, name="passkey_ask"),
    path("dang-nhap/khoa/dung", keys.use, name="passkey_use"),
    path("dang-nhap/khoa/hoi-moi", keys.ask_new, name="passkey_ask_new"),
    path("dang-nhap/khoa/them", keys.add, name="passkey_add"),
    path("dang-nhap/xac-minh", prove.prove, name="prove_again"),
    path("dang-nhap/dien-thoai", phone.ask_phone, name="phone_sign_in"),
    path("dang-nhap/dien-thoai/ma", phone.ask_code, name="phone_code"),
    path("cua-toi/dang-nhap/", mine.page, name="own_access"),
    path("cua-toi/dang-nhap/phien/", mine.end, name="own_access_end"),
    path("cua-toi/dang-nhap/khoa/<uuid:passkey_id>/go/", mine.remove_key, name="own_access_key"),
    path("cua-toi/dang-nhap/canh-bao/<uuid:alert_id>/", mine.answer, name="own_access_answer"),
]
