"""The co-operative's own pages: what to do today, writing the diary, the book, people, land, goods, sheets."""

from __future__ import annotations

from django.urls import path

from xaso.services.trace.public.diary import book, front, goods, land, people, sheets, writing

_OWN = "co-so/<str:token>/"

diary_urls = [
    path("co-so/", front.mine, name="mine"),
    path("ns/", front.words, name="words"),
    path(_OWN, front.home, name="home"),
    path(f"{_OWN}ghi/", writing.write, name="write"),
    path(f"{_OWN}so/", book.book, name="book"),
    path(f"{_OWN}so/tep.xlsx", sheets.entries_sheet, name="book_xlsx"),
    path(f"{_OWN}so/nhap/", sheets.entries_in, name="book_in"),
    path(f"{_OWN}so/nhap/mau.xlsx", sheets.entries_blank, name="book_blank"),
    path(f"{_OWN}so/in/", sheets.field_book, name="field_book"),
    path(f"{_OWN}so/xem-lai/", book.reviews, name="reviews"),
    path(f"{_OWN}so/<uuid:entry_id>/", book.one, name="entry"),
    path(f"{_OWN}so/<uuid:entry_id>/tep/<uuid:file_id>/", book.entry_file, name="entry_file"),
    path(f"{_OWN}thanh-vien/", people.members, name="members"),
    path(f"{_OWN}thanh-vien/moi/", people.member_form, name="member_new"),
    path(f"{_OWN}thanh-vien/tep.xlsx", sheets.members_sheet, name="members_xlsx"),
    path(f"{_OWN}thanh-vien/nhap/", sheets.members_in, name="members_in"),
    path(f"{_OWN}thanh-vien/<uuid:member_id>/", people.member_form, name="member"),
    path(f"{_OWN}nguoi/", people.seats, name="seats"),
    path(f"{_OWN}noi/", land.sites, name="sites"),
    path(f"{_OWN}noi/moi/", land.site_form, name="site_new"),
    path(f"{_OWN}noi/<uuid:site_id>/", land.site_page, name="site"),
    path(f"{_OWN}noi/<uuid:site_id>/sua/", land.site_form, name="site_edit"),
    path(f"{_OWN}san-pham/", goods.products, name="products"),
    path(f"{_OWN}san-pham/moi/", goods.product_form, name="product_new"),
    path(f"{_OWN}san-pham/<uuid:product_id>/", goods.product_form, name="product"),
    path(f"{_OWN}san-pham/<uuid:product_id>/quy-cach/", goods.item_form, name="item_new"),
    path(f"{_OWN}vat-tu/", goods.inputs, name="inputs"),
    path(f"{_OWN}vat-tu/moi/", goods.input_form, name="input_new"),
    path(f"{_OWN}vat-tu/<uuid:input_id>/", goods.input_form, name="input"),
    path(f"{_OWN}giay-chung-nhan/", goods.papers, name="papers"),
    path(f"{_OWN}giay-chung-nhan/moi/", goods.certificate_form, name="certificate_new"),
    path(f"{_OWN}kiem-nghiem/moi/", goods.test_form, name="test_new"),
]
