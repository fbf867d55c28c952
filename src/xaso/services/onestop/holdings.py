"""What the one-stop shop holds about one person: dossiers with their papers and results, forms begun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from xaso.kernel.base.manifest import HeldFile, Holding
from xaso.kernel.documents.actions.files import erase_content
from xaso.kernel.documents.models import File
from xaso.kernel.documents.queries import content_of
from xaso.kernel.events import emit
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import stamp
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.models import Dossier, Draft, Return


def about_person(person_id: UUID) -> Iterator[Holding]:
    """Dossiers of this person as applicant, and what was begun on their accounts and not sent."""
    dossiers = Dossier.objects.filter(applicant_id=person_id).select_related("case", "setup", "procedure")
    for dossier in dossiers.order_by("submitted_at"):
        yield _dossier(dossier)
    accounts = Account.objects.filter(person_id=person_id).values_list("pk", flat=True)
    drafts = Draft.objects.filter(account_id__in=list(accounts), dossier__isnull=True).select_related("setup")
    for draft in drafts.order_by("updated_at"):
        if draft.answers or draft.papers:
            yield Holding(
                "onestop.draft",
                str(draft.pk),
                draft.setup.title,
                draft.updated_at,
                {"Câu trả lời": draft.answers},
                erase=_draft_eraser(draft),
                group="Bản đang điền",
            )


def _dossier(dossier: Dossier) -> Holding:
    questions = {
        question.key: question.label for _, question in setups_in_force.body_of(dossier.setup).questions()
    }
    answers = {questions.get(key, key): value for key, value in (dossier.answers or {}).items()}
    facts: dict[str, Any] = {
        "Mã hồ sơ": dossier.code,
        "Thủ tục": dossier.setup.title,
        "Trạng thái": dossier.get_status_display(),
        "Nộp lúc": stamp(dossier.submitted_at),
        "Câu trả lời": answers,
        "Cách nhận kết quả": dossier.delivery or {},
    }
    return Holding(
        "onestop.dossier",
        str(dossier.pk),
        f"{dossier.setup.title} ({dossier.code})",
        dossier.finished_at or dossier.submitted_at,
        facts,
        files=[HeldFile(name, partial(content_of, file)) for name, file in files_of(dossier)],
        erase=_dossier_eraser(dossier),
        running=dossier.case.is_running,
        group="Hồ sơ một cửa",
    )


def files_of(dossier: Dossier) -> list[tuple[str, File]]:
    """Papers handed in and results issued that still have their content, with names fit for reading."""
    found = []
    for paper in dossier.papers.select_related("file", "document"):
        file = paper.file or (paper.document.latest.file if paper.document else None)
        if file is not None and file.erased_at is None:
            ending = file.name.rpartition(".")[2] if "." in file.name else "bin"
            found.append((f"{paper.name[:60]}.{ending}", file))
    for result in dossier.results.filter(issued_at__isnull=False).select_related("document"):
        file = result.document.latest.file
        if file.erased_at is None:
            found.append((f"{result.document.title[:60]}.pdf", file))
    return found


def _dossier_eraser(dossier: Dossier) -> Callable[[Viewer], int]:
    def erase(viewer: Viewer) -> int:
        """Answers, addresses, contents of results, receiver and files go; code, dates and the log stay."""
        count = len(dossier.answers or {})
        dossier.answers, dossier.delivery, dossier.subject = {}, None, ""
        dossier.save(update_fields=["answers", "delivery", "subject"])
        for result in dossier.results.all():
            result.data = {}
            result.save(update_fields=["data"])
            count += 1
        Return.objects.filter(dossier=dossier).update(receiver=None)
        for _, file in files_of(dossier):
            erase_content(viewer, file=file)
            count += 1
        emit("onestop.dossier_erased", record=dossier, unit_path=dossier.unit_path, viewer=viewer)
        return count

    return erase


def _draft_eraser(draft: Draft) -> Callable[[Viewer], int]:
    def erase(viewer: Viewer) -> int:
        count = len(draft.answers or {})
        draft.answers, draft.papers, draft.delivery = {}, {}, None
        draft.save(update_fields=["answers", "papers", "delivery"])
        emit("onestop.draft_erased", record=draft, unit_path=draft.unit_path, viewer=viewer)
        return count

    return erase
