"""The corpus in the world of the matrix: a law that all read, and a document set aside that names the applicant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from xaso.services.assistant.models import Article, Document, Import, SetAside

PUBLIC, DESK = "/assistant/van-ban/", "/desk/assistant/van-ban/"
SLUG, ARTICLE, SEQ = "61-2018-nd-cp", "dieu-5", 30_000_001


@dataclass
class Shelf:
    """What parameters of the addresses stand for, and rows that no stranger may see."""

    fills: dict[tuple[str, str], Any]
    rows: list[tuple[type[models.Model], models.Q]]


def a_shelf(commune: str, name: str) -> Shelf:
    """A decree that is public; a file of the commune that was set aside, whose beginning names somebody."""
    document = Document.objects.create(
        slug=SLUG,
        number="61/2018/NĐ-CP",
        kind="Nghị định",
        issuer="Chính phủ",
        effective_on=date(2018, 6, 21),
    )
    for version, (text, since) in enumerate((("Cũ.", date(2018, 6, 21)), ("Mới.", date(2022, 1, 1))), 1):
        Article.objects.create(
            document=document, number="5", version=version, text=text, seq=SEQ + version, valid_from=since
        )
    batch = Import.objects.create(kind=Import.Kind.FILE, unit_path=commune, name=f"{name}.pdf")
    aside = SetAside.objects.create(
        batch=batch, unit_path=commune, name=f"{name}.pdf", reason="Không tìm thấy số hiệu", excerpt=name
    )
    fills = {
        (PUBLIC, "slug"): SLUG,
        (PUBLIC, "article"): ARTICLE,
        (f"{DESK}de-rieng/", "set_aside_id"): aside.pk,
    }
    return Shelf(fills, [(Import, models.Q(pk=batch.pk)), (SetAside, models.Q(pk=aside.pk))])
