"""A line of the diary before it is written: what it is, what it must hold, what puts it in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from xaso.kernel.base.errors import ActionError, ActionErrors, Forbidden
from xaso.kernel.documents.models import File
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import day as said_day
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.services.trace.diary_events import Where
from xaso.services.trace.models import Entry, InputProduct, Plant, Site
from xaso.services.trace.rules import diary as rules
from xaso.services.trace.seats import MEMBER
from xaso.services.trace.waiting import blocks

State = Entry.State


@dataclass(frozen=True)
class Line:
    """One line as somebody writes it. ``client_key``: made by the phone or sheet, the same for each repeat."""

    client_key: str
    work: str
    happened_at: datetime
    sites: Sequence[UUID] = ()
    plants: Sequence[UUID] = ()
    group: UUID | None = None
    member: UUID | None = None
    product: UUID | None = None
    input: UUID | None = None
    input_batch: str = ""
    amount: Decimal | None = None
    uom: str = ""
    note: str = ""
    lot: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    way: str = Entry.Way.PAGE

    def digest(self) -> str:
        """What tells a repeat from another line under the same key."""
        return rules.fingerprint(asdict(self))


@dataclass
class Draft:
    """A line on its way into the book."""

    entry: Entry
    where: list[tuple[Site, Plant | None]]
    files: Sequence[tuple[File, str]] = ()


def check_time(moment: datetime) -> None:
    """Neither in the future nor older than two years."""
    if moment > now() + timedelta(minutes=30):
        raise ActionError("Ngày giờ này chưa tới. Xem lại ngày của dòng ghi, hoặc đồng hồ của máy.", "day")
    if moment < now() - rules.OLDEST:
        raise ActionError("Ngày này đã quá hai năm. Xem lại năm.", "day")


def check_kind(entry: Entry, role: str, where: Where) -> None:
    """What each kind of line must hold; all that is missing at once."""
    wrong: dict[str, list[str]] = {}
    kind = entry.kind
    if role == MEMBER and kind in {Entry.Kind.PURCHASE, Entry.Kind.PROCESS, Entry.Kind.STORAGE}:
        raise Forbidden("Việc này do người ghi sổ hoặc quản lý của cơ sở ghi.")
    on_land = kind in {Entry.Kind.WORK, Entry.Kind.INPUT, Entry.Kind.HARVEST, Entry.Kind.WEATHER}
    if on_land and not where:
        wrong["sites"] = ["Chọn thửa hoặc quét mã của cây."]
    if kind == Entry.Kind.INPUT and entry.input is None:
        wrong["input"] = ["Chọn loại đã dùng. Chưa có trong danh sách thì nhờ quản lý thêm vật tư."]
    used = rules.USES.get(entry.work)
    if entry.input is not None and used and entry.input.kind != used:
        wrong["input"] = [f"{entry.input.name} không phải {dict(InputProduct.Kind.choices)[used].lower()}."]
    brings = kind in {Entry.Kind.HARVEST, Entry.Kind.PURCHASE}
    if brings and (entry.amount is None or entry.amount <= 0):
        wrong["amount"] = ["Nhập lượng đã hái, lớn hơn 0." if kind == "harvest" else "Nhập lượng đã mua."]
    if kind == Entry.Kind.PURCHASE and entry.member is None:
        wrong["member"] = ["Chọn hộ bán."]
    if kind in {Entry.Kind.PROCESS, Entry.Kind.STORAGE} and entry.lot is None:
        wrong["lot"] = ["Chọn lô."]
    if kind == Entry.Kind.STORAGE and not where:
        wrong["sites"] = ["Chọn kho."]
    if len({site.crop for site, _ in where if site.crop}) > 1 and brings:
        wrong["sites"] = ["Mỗi lần thu hái ghi một loại cây. Chọn các thửa cùng cây trồng."]
    if wrong:
        raise ActionErrors(wrong)
    if brings and not entry.facts.get("known_lot"):
        refused = blocks(where, entry.happened_at.astimezone(VIETNAM).date())
        if refused:
            raise ActionErrors({"work": [one.words for one in refused]})


def doubt(entry: Entry, viewer: Viewer, where: Where) -> None:
    """Mark a line that contradicts another, or speaks of a place closed meanwhile: kept, for a look."""
    for site, _ in where:
        if site.ended_at is not None:
            entry.state = State.REVIEW
            entry.review_why = f"{site.name} đã thôi dùng từ {said_day(site.ended_at)}."
            return
    twin = _twin(entry, viewer, where)
    if twin is not None:
        entry.state, entry.review_of = State.REVIEW, twin
        who = twin.recorded_name or "người khác"
        entry.review_why = f"{who} đã ghi cùng việc, cùng nơi trong ngày này."[:300]


def _twin(entry: Entry, viewer: Viewer, where: Where) -> Entry | None:
    """The same work on the same plot (and plant) on the same day, written by somebody else."""
    if entry.kind in {Entry.Kind.PURCHASE, Entry.Kind.PROCESS, Entry.Kind.STORAGE, Entry.Kind.WEATHER}:
        return None
    begins = entry.happened_at.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    same = Q(pk__in=[])
    for site, plant in where:
        same |= Q(targets__site=site) if plant is None else Q(targets__plant=plant) | Q(
            targets__site=site, targets__plant=None
        )  # fmt: skip
    rows = Entry.objects.filter(
        same,
        enterprise=entry.enterprise,
        work=entry.work,
        happened_at__gte=begins,
        happened_at__lt=begins + timedelta(days=1),
    ).exclude(state=State.WITHDRAWN)
    if entry.input is not None:
        rows = rows.filter(input=entry.input)
    by_me = Q(recorded_by=viewer.account_id) if viewer.account_id else Q(recorded_name=viewer.name)
    return rows.exclude(by_me).order_by("created_at").first()
