"""Papers of a dossier on the desk: the file, a small picture of it, and the book as PDF."""

from __future__ import annotations

import io
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from PIL import Image

from xaso.kernel.base.errors import NotFound
from xaso.kernel.documents.models import File
from xaso.kernel.documents.public.files import sealed_off
from xaso.kernel.documents.queries import content_of
from xaso.kernel.documents.typeset.pictures import page_picture
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.models import PersonView
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop.looks import note_looks
from xaso.services.onestop.queries.desk import dossier_for

PDF = "application/pdf"
SHOWN = frozenset({PDF, "image/jpeg", "image/png", "image/webp"})
SMALL = (180, 240)


def _file(viewer: Viewer, code: str, paper_id: UUID) -> File:
    """The file of a paper, for whoever may see the dossier; the right is asked at each opening."""
    paper = dossier_for(viewer, code).papers.filter(pk=paper_id).select_related("file", "document").first()
    if paper is None:
        raise NotFound("Không tìm thấy giấy tờ này trong hồ sơ.")
    if paper.file is not None:
        return paper.file
    if paper.document is None:
        raise NotFound("Giấy tờ này chỉ có bản giấy.")
    latest: File = paper.document.latest.file
    return latest


@officer("onestop.view")
@require_GET
def paper_file(request: HttpRequest, code: str, paper_id: UUID) -> HttpResponse:
    """The file itself: PDF and pictures are shown, everything else is downloaded."""
    viewer = viewer_in(request)
    file = _file(viewer, code, paper_id)
    note_looks(viewer, [dossier_for(viewer, code)], purpose="Mở giấy tờ trong hồ sơ", act=PersonView.Act.VIEW)
    shown = file.media_type in SHOWN
    answer = HttpResponse(content_of(file), content_type=file.media_type)
    ending = file.name.rpartition(".")[2][:5] if "." in file.name else "bin"
    way = "inline" if shown else "attachment"
    answer["Content-Disposition"] = f'{way}; filename="giay-to-{paper_id.hex[-6:]}.{ending}"'
    return sealed_off(answer, file.media_type)


@officer("onestop.view")
@require_GET
def paper_picture(request: HttpRequest, code: str, paper_id: UUID) -> HttpResponse:
    """A small picture of the first page, a few kilobytes."""
    file = _file(viewer_in(request), code, paper_id)
    content = content_of(file)
    if file.media_type == PDF:
        content = page_picture(content, 1)
    elif not file.media_type.startswith("image/"):
        raise NotFound("Giấy tờ này không có ảnh.")
    with Image.open(io.BytesIO(content)) as picture:
        picture.thumbnail(SMALL)
        out = io.BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=60)
    return HttpResponse(out.getvalue(), content_type="image/jpeg")
