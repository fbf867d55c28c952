"""What may prove a criterion: records of the enterprise itself, each with the words and the address it opens at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.models import File
from xaso.kernel.plain.formats import day
from xaso.kernel.plain.text import nfc
from xaso.services.trace.models import Certificate, Enterprise, LabTest, Lot, OcopEvidence, Site, TraceEvent

Kind = OcopEvidence.Kind
Row = TypeVar("Row", Lot, Site, Certificate, LabTest)


@dataclass(frozen=True)
class Choice:
    """A record that can be picked: its kind and key as posted, and what a person reads."""

    value: str
    label: str


def title_of(enterprise: Enterprise, kind: str, record_id: str, title: str = "") -> str:
    """The words for a record; ActionError when it is not the enterprise's own, or when a file has no name."""
    found = ""
    if kind == Kind.LOT and (lot := _own(Lot, enterprise, record_id)):
        found = f"Lô {lot.code}, {lot.product.name}, {day(lot.made_on)}"
    elif kind == Kind.SITE and (site := _own(Site, enterprise, record_id)):
        found = f"{site.get_kind_display()}: {site.name}"
    elif kind == Kind.CERTIFICATE and (paper := _own(Certificate, enterprise, record_id)):
        found = f"{paper.standard}, số {paper.number}"
    elif kind == Kind.TEST and (test := _own(LabTest, enterprise, record_id)):
        found = f"{test.name}, phiếu {test.number}"
    elif kind == Kind.EVENT:
        event = TraceEvent.objects.filter(enterprise=enterprise, event_id=record_id).first()
        found = f"{event.get_kind_display()} {day(event.event_time)}" if event else ""
    elif kind == Kind.FILE and (key := _uuid(record_id)) and File.objects.filter(pk=key).exists():
        found = nfc(title).strip()[:300]
        if not found:
            raise ActionError("Ghi tên tệp minh chứng.", "title")
    if not found:
        raise ActionError("Không có bản ghi này ở cơ sở. Chọn lại trong danh sách.", "record_id")
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _own(model: type[Row], enterprise: Enterprise, record_id: str) -> Row | None:
    key = _uuid(record_id)
    return model.objects.filter(pk=key, enterprise=enterprise).first() if key else None


def choices_for(enterprise: Enterprise, limit: int = 60) -> list[tuple[str, list[Choice]]]:
    """What the enterprise can pick from, in groups, the newest first."""
    lots = Lot.objects.filter(enterprise=enterprise).select_related("product").order_by("-made_on")[:limit]
    sites = Site.objects.filter(enterprise=enterprise, ended_at__isnull=True).order_by("name")[:limit]
    papers = Certificate.objects.filter(enterprise=enterprise, ended_at__isnull=True).order_by("-issued_on")[
        :limit
    ]
    tests = LabTest.objects.filter(enterprise=enterprise).order_by("-sampled_on")[:limit]
    groups = [
        (
            "Lô hàng",
            [
                Choice(f"lot:{one.pk}", f"{one.code} · {one.product.name} · {day(one.made_on)}")
                for one in lots
            ],
        ),
        ("Vùng trồng, xưởng", [Choice(f"site:{one.pk}", one.name) for one in sites]),
        (
            "Giấy chứng nhận",
            [Choice(f"cert:{one.pk}", f"{one.standard} · số {one.number}") for one in papers],
        ),
        ("Phiếu kiểm nghiệm", [Choice(f"test:{one.pk}", f"{one.name} · {one.number}") for one in tests]),
    ]
    return [(title, rows) for title, rows in groups if rows]
