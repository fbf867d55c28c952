"""Vietnamese law as text: numbers, citations, structure, dates, amendments, comparison, Akoma Ntoso. No Django."""

from xaso.kernel.plain.law.akoma import akoma, uri_of
from xaso.kernel.plain.law.citing import Citation, citations, same_provision
from xaso.kernel.plain.law.comparing import Change, Piece, compared
from xaso.kernel.plain.law.dates import day_in, written
from xaso.kernel.plain.law.documents_named import known_end, law_named, laws_named
from xaso.kernel.plain.law.draft import Draft, DraftArticle, read_draft
from xaso.kernel.plain.law.effects import Effect, effects
from xaso.kernel.plain.law.notes import Amendment, SourceNote, source_note
from xaso.kernel.plain.law.numbers import (
    is_local,
    is_whole,
    issuer_of,
    kind_of,
    number_key,
    number_of,
    slug_of,
    year_of,
)
from xaso.kernel.plain.law.places import Place, label_order, said
from xaso.kernel.plain.law.structure import Part, Spot, part_at, parts_of, spot_at

__all__ = [
    "Amendment",
    "Change",
    "Citation",
    "Draft",
    "DraftArticle",
    "Effect",
    "Part",
    "Piece",
    "Place",
    "SourceNote",
    "Spot",
    "akoma",
    "citations",
    "compared",
    "day_in",
    "effects",
    "is_local",
    "is_whole",
    "issuer_of",
    "kind_of",
    "known_end",
    "label_order",
    "law_named",
    "laws_named",
    "number_key",
    "number_of",
    "part_at",
    "parts_of",
    "read_draft",
    "said",
    "same_provision",
    "slug_of",
    "source_note",
    "spot_at",
    "uri_of",
    "written",
    "year_of",
]
