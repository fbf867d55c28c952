"""Reads: the dictionary in force for a unit, how it reads, what is said, the rows for the page of words."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet

from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.spoken import Conventions, Dictionary, Spoken, speak
from xaso.kernel.plain.text import search_text
from xaso.kernel.speech.models import Manner, Rendering, Word
from xaso.kernel.speech.rights import WORDS


def and_above(unit_path: str) -> list[str]:
    """The paths whose words hold in a unit, the farthest first: everywhere, province, commune, hamlet."""
    parts = [one for one in unit_path.split("/") if one]
    return ["", *("/".join(parts[: count + 1]) + "/" for count in range(len(parts)))]


@lru_cache(maxsize=256)
def _dictionary(entries: tuple[tuple[str, str], ...]) -> Dictionary:
    # The same words make the same object, whose pattern is then built once a process.
    return Dictionary(dict(entries))


def dictionary_of(unit_path: str) -> Dictionary:
    """The words in force in a unit; of two the nearer one holds."""
    with widened("words of the units above hold below them; words are nobody's data"):
        rows = Word.objects.filter(unit_path__in=and_above(unit_path), valid_to=None)
        found = sorted(rows.values_list("unit_path", "written", "spoken"), key=lambda row: len(row[0]))
    return _dictionary(tuple(sorted({written: spoken for _, written, spoken in found}.items())))


def manner_of(unit_path: str) -> Conventions:
    """How a unit reads; where nobody chose, as the national radio does."""
    with widened("conventions of the units above hold below them"):
        rows = Manner.objects.filter(unit_path__in=and_above(unit_path), valid_to=None)
        found = sorted(rows.values_list("unit_path", "name", "value"), key=lambda row: len(row[0]))
    known = {one.name for one in fields(Conventions)}
    return Conventions(**{name: value for _, name, value in found if name in known})


def spoken_text(text: str, unit_path: str) -> Spoken:
    """What is said for a written text in a unit."""
    return speak(text, dictionary=dictionary_of(unit_path), how=manner_of(unit_path))


@dataclass(frozen=True)
class Row:
    """A word on the page; ``own``: it may be dropped here. ``hidden``: a nearer unit reads it otherwise."""

    word: Word
    own: bool
    hidden: bool


def words_of(viewer: Viewer, unit_path: str, text: str = "") -> list[Row]:
    """The words that hold in a unit, in the order of letters, with those it has from above."""
    viewer.must(WORDS, unit_path)
    with widened("words of the units above hold below them; words are nobody's data"):
        rows = list(Word.objects.filter(unit_path__in=and_above(unit_path), valid_to=None))
    nearest: dict[str, int] = {}
    for one in rows:
        nearest[one.written] = max(nearest.get(one.written, -1), len(one.unit_path))
    wanted = search_text(text)
    rows = [one for one in rows if wanted in search_text(f"{one.written} {one.spoken}")]
    rows.sort(key=lambda one: (search_text(one.written), one.written, -len(one.unit_path)))
    return [
        Row(one, viewer.can(WORDS, one.unit_path), len(one.unit_path) < nearest[one.written]) for one in rows
    ]


def past_words(viewer: Viewer, unit_path: str) -> QuerySet[Word]:
    """Words of the unit itself that hold no more, the latest first."""
    viewer.must(WORDS, unit_path)
    return Word.objects.filter(unit_path=unit_path, valid_to__isnull=False).order_by("-valid_to")


def rendering(viewer: Viewer, rendering_id: UUID) -> Rendering:
    """One rendering. The caller has checked that the viewer may hear it. Raises NotFound."""
    found = Rendering.objects.select_related("mp3", "opus").filter(pk=rendering_id).first()
    if found is None:
        raise NotFound("Không có bản đọc này.")
    return found
