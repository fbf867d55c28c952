"""Public pages of the documents area: verification, files by short-lived links, uploads, the trial authority."""

from __future__ import annotations

from django.urls import path

from xaso.kernel.documents.public import authority, files, uploads, verify

public_urls = [
    path("verify/", verify.ask, name="verify"),
    path("verify/dung-thu.crl", authority.revocation_list, name="documents_crl"),
    path("verify/dung-thu.pem", authority.root_certificate, name="documents_root"),
    path("verify/<str:code>", verify.by_code, name="verify_code"),
    path("tsa/", authority.timestamp, name="documents_tsa"),
    path("tep/gui/<slug:use>/", uploads.begin, name="documents_upload"),
    path("tep/gui/<slug:use>/<uuid:upload_id>", uploads.piece, name="documents_upload_piece"),
    path("tep/<str:token>", files.serve, name="documents_file"),
]
