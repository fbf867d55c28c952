"""Files by short-lived signed links; there is no other way to a file."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from xaso.kernel.base.errors import NotFound
from xaso.kernel.documents.intake import JPEG, PDF, PNG, SOUNDS, WEBP
from xaso.kernel.documents.models import File
from xaso.kernel.documents.queries import LINK_SALT
from xaso.kernel.documents.store import Missing, store
from xaso.kernel.people.doors import signed, viewer_in
from xaso.kernel.plain.moment import now

Answer = TypeVar("Answer", bound=HttpResponseBase)
_SHOWN = {PDF, JPEG, PNG, WEBP, *SOUNDS}
_GONE = "Đường dẫn này đã hết hạn. Quay lại trang trước và mở lại tệp."


def sealed_off(response: Answer, media_type: str) -> Answer:
    """Headers of every answer that carries a received file: nothing in it may act, nobody may keep it."""
    # Browsers show PDFs with a program of their own, which the sandbox would keep from starting.
    box = "" if media_type == PDF else "; sandbox"
    response["Content-Security-Policy"] = (
        f"default-src 'none'; img-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none';"
        f" frame-ancestors 'self'{box}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    patch_cache_control(response, private=True, no_store=True)
    return response


@signed("the token in the address: signed, short-lived, made after the right was checked")
@require_safe
def serve(request: HttpRequest, token: str) -> HttpResponseBase:
    """Stream a file. An expired, altered or somebody else's link answers 404."""
    try:
        claims = signing.loads(token, salt=LINK_SALT)
    except signing.BadSignature as error:
        raise NotFound(_GONE) from error
    holder = str(viewer_in(request).account_id or "")
    if claims["e"] < now().timestamp() or claims.get("a", holder) != holder:
        raise NotFound(_GONE)
    file = File.objects.filter(pk=claims["f"], erased_at=None).first()
    if file is None:
        raise NotFound("Nội dung tệp này đã được xóa theo quy định.")
    if file.closed:
        raise NotFound(file.closed)
    shown = file.media_type in _SHOWN and not claims["d"]
    direct = None if shown else store().link(file.sha256, 60, file.name, file.media_type)
    if direct:
        return HttpResponseRedirect(direct)
    try:
        stream = store().open(file.sha256)
    except Missing as error:
        raise NotFound("Không tìm thấy nội dung tệp trên máy chủ. Báo người quản trị.") from error
    response = FileResponse(stream, content_type=file.media_type)
    response["Content-Length"] = str(file.size)
    kind = "inline" if shown else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(file.name)}"
    return sealed_off(response, file.media_type)
