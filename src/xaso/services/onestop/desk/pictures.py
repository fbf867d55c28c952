"""The pages of a result as pictures on officers' screens."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from xaso.kernel.documents.queries import content_of
from xaso.kernel.documents.typeset.pictures import page_size, pages_in
from xaso.services.onestop.models import Dossier, Result


def pictures_of(dossier: Dossier, row: Result, most: int = 6) -> dict[str, Any]:
    """The pages of a result as addresses of pictures, and where its PDF is."""
    pdf = content_of(row.document)
    count = pages_in(pdf)
    width, height = page_size(pdf)
    return {
        "pages": [
            {
                "number": number,
                "url": reverse("onestop_desk:result_page", args=[dossier.code, row.pk, number]),
            }
            for number in range(1, min(count, most) + 1)
        ],
        "count": count,
        "width": width,
        "height": height,
        "pdf_url": reverse("onestop_desk:result_file", args=[dossier.code, row.pk]),
    }
