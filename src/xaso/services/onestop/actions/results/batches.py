"""Several dossiers at once: the papers each brings, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.actions import ItemResult
from xaso.kernel.documents.models import Document
from xaso.services.onestop.models import Dossier


@dataclass(frozen=True)
class DossierOutcome:
    """What became of one dossier of a batch."""

    dossier_id: UUID
    code: str
    ok: bool
    message: str


class Batch:
    """Several dossiers, the papers each brings, and what became of them."""

    def __init__(self, dossier_ids: Sequence[UUID], papers_of: Callable[[UUID], list[Document]]) -> None:
        self.order = list(dict.fromkeys(dossier_ids))
        if not self.order:
            raise ActionError("Chọn ít nhất một hồ sơ.", "dossiers")
        self.errors: dict[UUID, str] = {}
        self.papers: list[Document] = []
        self._of: dict[UUID, UUID] = {}
        for dossier_id in self.order:
            try:
                papers = papers_of(dossier_id)
            except ActionError as error:
                self.errors[dossier_id] = error.message
                continue
            self.papers += papers
            self._of.update({paper.pk: dossier_id for paper in papers})

    def note(self, done: Sequence[ItemResult]) -> None:
        """Keep the first failure of each dossier."""
        for item in done:
            if not item.ok:
                self.errors.setdefault(self._of[item.document_id], item.message)

    def outcomes(self, good: str) -> list[DossierOutcome]:
        """One line a dossier, in the order chosen."""
        codes = dict(Dossier.objects.filter(pk__in=self.order).values_list("pk", "code"))
        return [
            DossierOutcome(pk, codes.get(pk, ""), pk not in self.errors, self.errors.get(pk, good))
            for pk in self.order
        ]
