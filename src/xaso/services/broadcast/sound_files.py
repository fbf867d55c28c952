"""Files that devices fetch before they are due. Who knows the digest of a sound may have it: nothing secret airs."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import condition, require_safe

from xaso.kernel.base.reach import widened
from xaso.kernel.documents.queries import content_of
from xaso.kernel.people.doors import public
from xaso.services.broadcast.models import Sound


@public
@require_safe
@condition(etag_func=lambda request, sha256: f'"{sha256}"')
def sound_file(request: HttpRequest, sha256: str) -> HttpResponse:
    """An MP3 by its digest; kept by devices and caches for ever."""
    with widened("who knows the digest of a sound may have it"):
        row = Sound.objects.select_related("file").filter(sha256=sha256).first()
        if row is None:
            raise Http404("Không có tệp âm thanh này.")
        content = content_of(row.file)
    response = HttpResponse(content, content_type="audio/mpeg")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


sound_urls = [path("am-thanh/<slug:sha256>.mp3", sound_file, name="sound")]
