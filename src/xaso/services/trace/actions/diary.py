"""Writing the diary: lines are kept once, checked, joined to lots and events; doubtful ones wait for a look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, Forbidden, NotFound
from xaso.kernel.documents.models import File
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import day as said_day
from xaso.kernel.plain.moment import VIETNAM
from xaso.services.trace import vocabulary
from xaso.services.trace.actions.goods import raw_product
from xaso.services.trace.actions.lots import open_lot
from xaso.services.trace.diary_events import Where, events_of
from xaso.services.trace.diary_lines import Draft, Line, check_kind, check_time, doubt
from xaso.services.trace.models import (
    Enterprise,
    Entry,
    EntryFile,
    EntryTarget,
    Group,
    InputProduct,
    Lot,
    Member,
    Plant,
    Product,
    Season,
    Site,
    Weather,
)
from xaso.services.trace.recording import store_events
from xaso.services.trace.rules import diary as rules
from xaso.services.trace.seats import MANAGER, MEMBER, RECORDER, must_sit

State = Entry.State


@action
def record_entry(
    viewer: Viewer, *, enterprise: Enterprise, line: Line, files: Sequence[tuple[File, str]] = ()
) -> tuple[Entry, bool]:
    """Write one line; answers it and whether it is new. Sent again, the same key answers the same line.

    A harvest opens its lot. Raises ActionError for a harvest before the waiting time is over, for what is missing,
    and Conflict for a key that holds another line. What contradicts another line is kept for a look, not refused.
    """
    role = must_sit(viewer, enterprise, MANAGER, RECORDER, MEMBER)
    known = _known(enterprise, line)
    if known is not None:
        return known, False
    draft = _drafted(viewer, enterprise, line, role)
    draft.files = files
    _keep(viewer, enterprise, [draft])
    return draft.entry, True


@action
def record_many(viewer: Viewer, *, enterprise: Enterprise, lines: Sequence[Line]) -> list[Entry]:
    """Write many lines that are known to be right (a sheet that was checked, a demo): all or none."""
    role = must_sit(viewer, enterprise, MANAGER, RECORDER)
    drafts = [_drafted(viewer, enterprise, line, role) for line in lines if _known(enterprise, line) is None]
    _keep(viewer, enterprise, drafts)
    return [draft.entry for draft in drafts]


def _known(enterprise: Enterprise, line: Line) -> Entry | None:
    """The line that is there under this key; waits for a twin that is being written just now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{enterprise.pk}{line.client_key}"]
        )
    known = Entry.objects.filter(enterprise=enterprise, client_key=line.client_key).first()
    if known is not None and known.content_hash != line.digest():
        raise Conflict("Khóa chống lặp này đã dùng cho một dòng khác. Mở lại trang rồi ghi lại.")
    return known


def _drafted(viewer: Viewer, enterprise: Enterprise, line: Line, role: str) -> Draft:
    """The line checked and joined to what it speaks of; nothing is written yet."""
    if not line.client_key or len(line.client_key) > 80:
        raise ActionError("Thiếu khóa chống lặp. Mở lại trang rồi ghi lại.")
    label = vocabulary.words()["own"].get(line.work) or vocabulary.words()["step"].get(line.work)
    if label is None:
        raise ActionError("Chọn việc đã làm.", "work")
    check_time(line.happened_at)
    kind = rules.kind_of(line.work)
    where = _where(viewer, enterprise, line, role)
    entry = Entry(
        enterprise=enterprise, client_key=line.client_key, content_hash=line.digest(), kind=kind, work=line.work,
        happened_at=line.happened_at, amount=line.amount, uom=line.uom, note=line.note[:4000],
        facts=dict(line.facts), input_batch=line.input_batch[:60], way=line.way,
        recorded_by=viewer.account_id, recorded_name=viewer.name[:150],
    )  # fmt: skip
    _join(entry, enterprise, line, where)
    check_kind(entry, role, where)
    doubt(entry, viewer, where)
    return Draft(entry, where)


def _one(rows: Any, key: UUID | None, what: str, name: str) -> Any:
    if key is None:
        return None
    found = rows.filter(pk=key).first()
    if found is None:
        raise ActionError(f"Không tìm thấy {what} ở cơ sở này. Chọn lại.", name)
    return found


def _where(viewer: Viewer, enterprise: Enterprise, line: Line, role: str) -> list[tuple[Site, Plant | None]]:
    """The plots and plants of a line: those named, or all plots of the group or of the member."""
    plants = list(
        Plant.objects.filter(pk__in=list(line.plants), site__enterprise=enterprise).select_related(
            "site__member"
        )
    )
    if len(plants) != len(set(line.plants)):
        raise ActionError("Không tìm thấy cây này ở cơ sở. Quét lại mã trên cây.", "plants")
    sites = Site.objects.filter(enterprise=enterprise).select_related("member", "place__layer")
    chosen = list(sites.filter(pk__in=list(line.sites)))
    if len(chosen) != len(set(line.sites)):
        raise ActionError("Không tìm thấy thửa này ở cơ sở. Chọn lại thửa.", "sites")
    live = sites.filter(kind=Site.Kind.PLOT, ended_at__isnull=True)
    if not plants and not chosen and line.group is not None:
        chosen = list(live.filter(member__group_id=line.group, member__ended_at__isnull=True))
        if not chosen:
            raise ActionError("Tổ này chưa có thửa nào. Chọn thửa, hoặc ghi thửa cho các hộ của tổ.", "group")
    if not plants and not chosen and line.member is not None and rules.kind_of(line.work) == "purchase":
        chosen = list(live.filter(member_id=line.member))
    with_plants = {plant.site_id for plant in plants}
    where: list[tuple[Site, Plant | None]] = [(plant.site, plant) for plant in plants]
    where += [(site, None) for site in chosen if site.pk not in with_plants]
    if role == MEMBER:
        _must_be_own(viewer, enterprise, [site for site, _ in where])
    return where


def _must_be_own(viewer: Viewer, enterprise: Enterprise, sites: Sequence[Site]) -> None:
    own = set(
        Member.objects.filter(enterprise=enterprise, person_id=viewer.person_id or UUID(int=0)).values_list(
            "pk", flat=True
        )
    )
    if any(site.member_id not in own for site in sites):
        raise Forbidden("Thành viên chỉ ghi cho thửa của hộ mình. Nhờ người ghi sổ của cơ sở ghi thửa khác.")


def _join(entry: Entry, enterprise: Enterprise, line: Line, where: Where) -> None:
    entry.group = _one(Group.objects.filter(enterprise=enterprise), line.group, "tổ", "group")
    entry.member = _one(Member.objects.filter(enterprise=enterprise), line.member, "hộ thành viên", "member")
    entry.product = _one(Product.objects.filter(enterprise=enterprise), line.product, "sản phẩm", "product")
    entry.input = _one(InputProduct.objects.filter(enterprise=enterprise), line.input, "vật tư", "input")
    lots = Lot.objects.filter(enterprise=enterprise).select_related("thing")
    entry.lot = _one(lots, line.lot, "lô", "lot")
    members = {site.member_id for site, _ in where if site.member_id}
    if entry.member is None and len(members) == 1:
        entry.member = next(site.member for site, _ in where if site.member_id)
    crop = next((site.crop for site, _ in where if site.crop), "")
    on = line.happened_at.astimezone(VIETNAM).date()
    if crop:
        entry.season = Season.objects.filter(
            enterprise=enterprise, crop=crop, starts_on__lte=on, ends_on__gte=on
        ).first()
    if entry.input is not None:
        entry.uom = entry.uom or entry.input.uom
        entry.harvest_from = rules.harvest_from(on, entry.input.interval_days)
    if entry.lot is not None and entry.kind == Entry.Kind.PURCHASE:
        entry.facts["known_lot"] = True


def _keep(viewer: Viewer, enterprise: Enterprise, drafts: Sequence[Draft]) -> None:
    """Write the lines; then their lots and events where nothing is in doubt."""
    if not drafts:
        return
    for draft in drafts:
        if draft.entry.state == State.KEPT:
            _open_lot(viewer, draft)
    Entry.objects.bulk_create([draft.entry for draft in drafts])
    EntryTarget.objects.bulk_create(
        EntryTarget(entry=draft.entry, site=site, plant=plant)
        for draft in drafts
        for site, plant in draft.where
    )
    EntryFile.objects.bulk_create(
        EntryFile(entry=draft.entry, file=file, kind=kind) for draft in drafts for file, kind in draft.files
    )
    tell_standard(viewer, enterprise, [draft for draft in drafts if draft.entry.state == State.KEPT])
    for draft in drafts:
        entry = draft.entry
        if entry.state == State.KEPT:
            _after(entry, draft.where)
        emit(
            "trace.entry_recorded",
            record=entry,
            unit_path=enterprise.unit_path,
            viewer=viewer,
            data={"kind": entry.kind, "work": entry.work, "state": entry.state},
        )


def _open_lot(viewer: Viewer, draft: Draft) -> None:
    entry = draft.entry
    if entry.kind not in {Entry.Kind.HARVEST, Entry.Kind.PURCHASE} or entry.lot is not None:
        return
    crop = next((site.crop for site, _ in draft.where if site.crop), "")
    if entry.product is None and not crop:
        raise ActionError("Chọn nguyên liệu đã mua.", "product")
    entry.product = entry.product or raw_product(viewer, enterprise=entry.enterprise, crop=crop)
    entry.uom = entry.uom or entry.product.uom
    assert entry.amount is not None  # noqa: S101 - checked before
    places = {site.pk: site for site, _ in draft.where}
    entry.lot = open_lot(
        viewer,
        enterprise=entry.enterprise,
        product=entry.product,
        quantity=entry.amount,
        uom=entry.uom,
        made_on=entry.happened_at.astimezone(VIETNAM).date(),
        site=next(iter(places.values())) if len(places) == 1 else None,
        facts={"season": entry.season.name} if entry.season else {},
    )


def tell_standard(viewer: Viewer, enterprise: Enterprise, drafts: Sequence[Draft]) -> None:
    """Record the events of lines, all in one go, and join each line to the event that stands for it."""
    told = [(draft, events_of(draft.entry, draft.where)) for draft in drafts]
    flat = [event for _, events in told for event in events]
    if not flat:
        return
    rows = iter(
        store_events(
            viewer,
            enterprise=enterprise,
            unit_path=enterprise.unit_path,
            events=flat,
            context=vocabulary.context(),
        )
    )
    changed = []
    for draft, events in told:
        stored = [next(rows) for _ in events]
        if stored:
            draft.entry.event = stored[-1]
            draft.entry.facts = {**draft.entry.facts, "also_events": [one.event_id for one in stored[:-1]]}
            changed.append(draft.entry)
    Entry.objects.bulk_update(changed, ["event", "facts", "lot", "product", "uom", "state"])


def _after(entry: Entry, where: Where) -> None:
    """A spraying written late puts the harvests it touches in doubt; weather goes into its table."""
    on = entry.happened_at.astimezone(VIETNAM).date()
    if entry.harvest_from is not None:
        late = Entry.objects.filter(
            kind__in=[Entry.Kind.HARVEST, Entry.Kind.PURCHASE],
            state=State.KEPT,
            targets__site__in=[site.pk for site, _ in where],
            happened_at__gt=entry.happened_at,
            happened_at__lt=datetime.combine(entry.harvest_from, datetime.min.time(), VIETNAM),
        )
        used = f"{vocabulary.label_of(entry.work)} {entry.input} ngày {said_day(on)}"
        why = f"{used} được ghi sau; thu hái trước khi hết cách ly."
        Entry.objects.filter(pk__in=list(late.values_list("pk", flat=True))).update(
            state=State.REVIEW, review_why=why[:300], review_of=entry
        )
    if entry.kind == Entry.Kind.WEATHER:
        names = ("rain_mm", "low_c", "high_c", "humidity")
        told = {name: entry.facts[name] for name in names if entry.facts.get(name) not in (None, "")}
        site = where[0][0] if len({one.pk for one, _ in where}) == 1 else None
        Weather.objects.create(
            enterprise=entry.enterprise, site=site, day=on, sky=str(entry.facts.get("sky", ""))[:80], **told
        )


def where_of(entry: Entry) -> list[tuple[Site, Plant | None]]:
    """The plots and plants of a line that is in the book."""
    rows = entry.targets.select_related("site__member", "plant").order_by("pk")
    return [(row.site, row.plant) for row in rows]


def locked_entry(enterprise: Enterprise, entry_id: UUID) -> Entry:
    """A line of the enterprise, locked. Raises NotFound."""
    rows = Entry.objects.select_for_update(of=("self",)).select_related(
        "enterprise", "event", "lot__thing", "input", "season", "product"
    )
    found = rows.filter(pk=entry_id, enterprise=enterprise).first()
    if found is None:
        raise NotFound("Không tìm thấy dòng nhật ký này.")
    return found


def open_and_tell(viewer: Viewer, entry: Entry) -> None:
    """What a line does once nothing is in doubt: lot and events."""
    draft = Draft(entry, where_of(entry))
    _open_lot(viewer, draft)
    tell_standard(viewer, entry.enterprise, [draft])
    _after(entry, draft.where)
