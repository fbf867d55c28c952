"""The one page of a walk-in reception: what was posted, the questions, the papers with their counts, the fees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.models import File
from xaso.kernel.people.consents import TAKE, may_use, purpose_in_force, say, was_asked
from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.onestop import asking, eforms, setups_in_force
from xaso.services.onestop.actions.filing import PaperIn
from xaso.services.onestop.desk.files import keep_posted
from xaso.services.onestop.eforms.conditions import is_empty
from xaso.services.onestop.models import DossierPaper, Setup
from xaso.services.onestop.queries.desk import REUSE, kept_papers, kept_results, person_has_papers
from xaso.services.onestop.unit_names import UNIT_NAMES

SALT = "onestop.desk.kept"
COUNTS = ("originals", "certified", "copies")


@dataclass
class PaperRow:
    """One paper of the checklist as it stands on the page."""

    paper: eforms.Paper
    got: bool = False
    counts: dict[str, str] = field(default_factory=dict)
    file: File | None = None
    token: str = ""
    offers: list[tuple[str, str]] = field(default_factory=list)
    reuse: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The component's key."""
        return self.paper.component.key

    @property
    def boxes(self) -> list[dict[str, str]]:
        """The three boxes of counts."""
        words = {"originals": "Bản chính", "certified": "Bản sao chứng thực", "copies": "Bản chụp"}
        return [
            {"name": f"{name}.{self.key}", "label": words[name], "value": self.counts.get(name, "")}
            for name in COUNTS
        ]

    def handed_in(self) -> PaperIn | None:
        """The paper as filing takes it; None when it was not given."""
        if self.reuse:
            kind, _, pk = self.reuse.partition(":")
            where = {"file_id": UUID(pk)} if kind == "p" else {"document_id": UUID(pk)}
            return PaperIn(self.key, source=DossierPaper.Source.REUSED, **where)  # type: ignore[arg-type]
        if not self.got and self.file is None:
            return None
        counts = {name: _count(self.counts.get(name, "")) for name in COUNTS} if self.got else {}
        source = DossierPaper.Source.SCANNED if self.file else DossierPaper.Source.SHOWN
        file_id = self.file.pk if self.file else None
        return PaperIn(self.key, file_id=file_id, source=source).counted(counts)


def _count(text: str) -> int:
    return min(int(text), 99) if text.isascii() and text.strip().isdigit() else 0


@dataclass
class Sheet:
    """The page: setup, answers as typed and as read, papers, fees."""

    setup: Setup
    body: eforms.Setup
    unit_path: str
    given: eforms.Given
    raw: dict[str, Any]
    reading: eforms.Reading
    rows: list[PaperRow]
    quote: eforms.FeeQuote
    reuse_text: str = ""

    def papers(self) -> list[PaperIn]:
        """The papers that were handed in."""
        return [one for one in (row.handed_in() for row in self.rows) if one is not None]

    def lacking(self) -> list[eforms.Paper]:
        """Papers that must come and did not."""
        return eforms.missing_components(
            [row.paper for row in self.rows], {p.component for p in self.papers()}
        )

    def doubts(self, request: HttpRequest) -> list[eforms.Problem]:
        """Answers that look odd and were not confirmed."""
        return [one for one in self.reading.questions if f"sure.{one.path}" not in request.POST]


def read_sheet(
    request: HttpRequest,
    viewer: Viewer,
    setup: Setup,
    *,
    unit_path: str,
    facts: Mapping[str, Any],
    known: Mapping[str, Any],
    person: Person | None,
) -> Sheet:
    """Read the whole page; on GET an empty one with what is known filled in."""
    body = setups_in_force.body_of(setup)
    given = eforms.Given(today=today(), facts=dict(facts), unit_names=UNIT_NAMES)
    posted = request.method == "POST"
    raw = eforms.from_form([question for _, question in body.questions()], dict(request.POST.lists()))
    if posted:
        raw = _dropped(raw, request.POST.get("drop", ""))
    filled = eforms.prefill(body, known, given, raw)
    raw = {**raw, **{key: value for key, value in filled.items() if is_empty(raw.get(key))}}
    reading = eforms.validate_all(body, raw, given)
    papers = eforms.required_components(body, reading.answers, given)
    channel = "post" if facts.get("channel") == "post" else "counter"
    rates = setups_in_force.rates_for(unit_path) if body.fees else []
    quote = eforms.fee_lines(body, reading.answers, channel, given.today, rates, given)  # type: ignore[arg-type]
    rows = [_row(request, viewer, paper, unit_path) for paper in papers if paper.state != "by_form"]
    reuse_text = _ask_reuse(viewer, person, request) if person else ""
    _offer(viewer, rows, person, request)
    return Sheet(setup, body, unit_path, given, raw, reading, rows, quote, reuse_text)


def _dropped(raw: dict[str, Any], which: str) -> dict[str, Any]:
    group, _, place = which.partition(".")
    rows = raw.get(group)
    if place.isdigit() and isinstance(rows, list) and int(place) < len(rows):
        return {**raw, group: rows[: int(place)] + rows[int(place) + 1 :]}
    return raw


def _row(request: HttpRequest, viewer: Viewer, paper: eforms.Paper, unit_path: str) -> PaperRow:
    key = paper.component.key
    row = PaperRow(paper)
    asked = {"originals": paper.component.originals, "certified": 0, "copies": paper.component.copies}
    row.counts = {name: str(asked[name] or "") for name in COUNTS}
    if request.method != "POST":
        return row
    row.got = key in request.POST.getlist("got")
    row.counts = {name: request.POST.get(f"{name}.{key}", row.counts[name]).strip() for name in COUNTS}
    row.reuse = request.POST.get(f"reuse.{key}", "")
    if row.got and not any(_count(value) for value in row.counts.values()):
        row.errors.append(f"Ghi số bản đã nhận: {paper.component.name}")
    try:
        fresh = keep_posted(viewer, request.FILES.getlist(f"files.{key}"), key, unit_path)
    except ActionError as error:
        row.errors.append(error.message)
        fresh = None
    kept = fresh or _kept(viewer, request.POST.get(f"kept.{key}", ""))
    row.file = File.objects.filter(pk=kept).first() if kept else None
    row.token = _token(viewer, row.file.pk) if row.file else ""
    return row


def _token(viewer: Viewer, file_id: UUID) -> str:
    return signing.dumps([str(file_id), str(viewer.account_id)], salt=SALT)


def _kept(viewer: Viewer, token: str) -> UUID | None:
    if not token:
        return None
    try:
        file_id, account = signing.loads(token, salt=SALT, max_age=24 * 3600)
    except (signing.BadSignature, ValueError):
        return None
    return UUID(file_id) if account == str(viewer.account_id) else None


def _ask_reuse(viewer: Viewer, person: Person, request: HttpRequest) -> str:
    """The words by which the person at the desk is asked whether earlier papers may be used again; nothing when
    that was answered, or is answered with this post."""
    if may_use(person.pk, REUSE) or was_asked(person.pk, REUSE):
        return ""
    if request.POST.get("agrees_to_reuse") == "yes" and viewer.can(TAKE):
        say(viewer, person=person, code=REUSE, state="given")
        return ""
    return purpose_in_force(REUSE).text if viewer.can(TAKE) and person_has_papers(viewer, person.pk) else ""


def _offer(viewer: Viewer, rows: list[PaperRow], person: Person | None, request: HttpRequest) -> None:
    """What was digitised for this person earlier is offered instead of being asked for again."""
    if person is None:
        for row in rows:
            row.reuse = ""
        return
    papers, results = kept_papers(viewer, person.pk), kept_results(viewer, person.pk)
    for row in rows:
        held = next((one for one in papers if one.component == row.key), None)
        # An earlier declaration says what was true then: it is made anew, never used again.
        if held is not None and not row.paper.component.is_form:
            row.offers.append((f"p:{held.file_id}", f"Bản quét trong hồ sơ {held.dossier.code}"))
        codes = set(row.paper.component.reuse)
        for one in results:
            if one.result_code and one.result_code in codes:
                row.offers.append((f"r:{one.document_id}", f"{one.document.title}"))
        if row.reuse not in {value for value, _ in row.offers}:
            row.reuse = ""


@dataclass(frozen=True)
class DrawnPage:
    """A page of the form among the others of its section."""

    title: str
    hint: str
    when: str
    questions: Sequence[Any]


def drawn_sections(sheet: Sheet, errors: Mapping[str, Sequence[str]], add: str = "") -> list[dict[str, Any]]:
    """All questions, section by section, on one page.

    A page that hangs on one answer is drawn with that condition; one that hangs on more appears after
    "Cập nhật câu hỏi".
    """
    body, typed = sheet.body, asking.Typed(sheet.raw, errors, home=sheet.unit_path)
    keys = {question.key for _, question in body.questions()}
    seen: dict[str, list[DrawnPage]] = {}
    answers = {**sheet.raw, **sheet.reading.answers}
    for page in body.pages:
        when = asking.when_words(page.ask_when, keys)
        if not when and not eforms.holds(page.ask_when, answers, sheet.given):
            continue
        free = page.model_copy(update={"ask_when": None})
        questions = asking.asked_page(free, answers, typed, sheet.given, extra_items=add)
        questions = [replace(one, title=False) if hasattr(one, "title") else one for one in questions]
        if questions:
            alone = len(questions) == 1 and not getattr(questions[0], "is_group", False)
            same = questions[0].label.strip() == page.title.strip()
            seen.setdefault(page.section or page.title, []).append(
                DrawnPage("" if alone or same else page.title, page.hint, when, questions)
            )
    return [{"title": title, "pages": pages, "when": _common(pages)} for title, pages in seen.items()]


def _common(pages: Sequence[DrawnPage]) -> str:
    """The condition of a whole section: that of its pages, where all hang on the same answer."""
    conditions = [page.when.partition("=") for page in pages]
    if not all(page.when for page in pages) or len({name for name, _, _ in conditions}) != 1:
        return ""
    values = dict.fromkeys(value for _, _, found in conditions for value in found.split("|"))
    return f"{conditions[0][0]}={'|'.join(values)}"


def lines_of(sections: list[dict[str, Any]]) -> list[Any]:
    """Every drawn question with an error, for the summary at the top."""
    found: list[Any] = []
    for section in sections:
        for page in section["pages"]:
            found += asking.summary_lines(page.questions)
    return found
