"""The programme: slots kept, changed for a day, ended; what was missed played again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.services.broadcast.actions.bulletins import still_valid
from xaso.services.broadcast.actions.common import PROGRAMME, checked_area, replan
from xaso.services.broadcast.in_force import class_rule, hours_of
from xaso.services.broadcast.models import Airing, Bulletin, Slot, SlotChange, Station
from xaso.services.broadcast.queries.lines import estimated_seconds, hours_for, preview_slot
from xaso.services.broadcast.rules.hours import closes_at, why_not
from xaso.services.broadcast.rules.recurrence import read_rule

Item, Loses = Slot.Item, Slot.Loses
USUAL = {
    Item.BULLETIN: Loses.POSTPONE,
    Item.RELAY: Loses.REJOIN,
    Item.LIVE: Loses.REJOIN,
    Item.FILLER: Loses.SHORTEN,
}
LEAD = timedelta(seconds=30)  # a device needs the document, and perhaps the file, before the hour
EDITABLE = {
    "title", "item", "bulletin", "relay", "first_day", "last_day", "starts", "seconds", "rule", "excluded",
    "lunar", "area", "loses", "postpone_until", "least_seconds", "order", "volume",
}  # fmt: skip


def draft_slot(station: Station, slot: Slot | None = None, **facts: Any) -> Slot:
    """A slot as it would be kept, checked and not saved: for the preview of its next days. Raises ActionErrors.

    ``facts``: title, item (bulletin, relay, live, filler), bulletin, relay, first_day, last_day, starts, seconds,
    rule (RRULE), excluded (days as ISO text), lunar ({"days": [], "months": []}), area, loses, postpone_until,
    least_seconds, order, volume.
    """
    if facts.keys() - EDITABLE:
        raise ValueError(facts.keys() - EDITABLE)
    row = slot or Slot(station=station, unit_path=station.unit_path, first_day=today())
    for name, value in facts.items():
        setattr(row, name, value)
    wrong: dict[str, list[str]] = {}
    if row.bulletin is not None and not row.title:
        row.title = row.bulletin.title
    if row.bulletin is not None and not row.seconds:
        row.seconds = max(1, round(estimated_seconds(row.bulletin)))
    if not row.loses or (slot is None and "loses" not in facts and row.item in USUAL):
        row.loses = USUAL.get(Item(row.item), Loses.POSTPONE)
    try:
        row.rule = read_rule(row.rule)
    except ValueError as error:
        wrong["rule"] = [str(error)]
    try:
        row.area = checked_area(row.area, station)
    except ActionError as error:
        wrong["area"] = [error.message]
    wrong |= _wrong(row, station)
    if wrong:
        raise ActionErrors(wrong)
    return row


def _wrong(row: Slot, station: Station) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if not row.title.strip():
        wrong["title"] = ["Nhập tên mục."]
    if len(row.title) > 200:
        wrong["title"] = ["Tên mục dài tối đa 200 ký tự."]
    if row.item not in Item.values:
        wrong["item"] = ["Chọn nội dung của mục."]
    if row.item == Item.BULLETIN and (row.bulletin is None or row.bulletin.station_id != station.pk):
        wrong["bulletin"] = ["Chọn bản tin của đài."]
    if row.bulletin is not None and row.bulletin.state in {Bulletin.State.ENDED, Bulletin.State.REFUSED}:
        wrong["bulletin"] = [f"Bản tin này {row.bulletin.get_state_display().lower()}. Chọn bản tin khác."]
    if row.item == Item.RELAY and (row.relay is None or row.relay.station_id != station.pk):
        wrong["relay"] = ["Chọn nguồn tiếp âm của đài."]
    if row.starts is None:
        wrong["starts"] = ["Nhập giờ phát."]
    if not 1 <= (row.seconds or 0) <= 6 * 3600:
        wrong["seconds"] = ["Thời lượng từ 1 giây đến 6 giờ."]
    if row.last_day and row.last_day < row.first_day:
        wrong["last_day"] = ["Ngày cuối không được trước ngày đầu."]
    if row.rule and row.lunar.get("days"):
        wrong["lunar"] = ["Chọn lặp theo lịch dương hoặc theo ngày âm lịch, không cả hai."]
    if not _numbers(row.lunar.get("days", ()), 30) or not _numbers(row.lunar.get("months", ()), 12):
        wrong["lunar"] = ["Ngày âm lịch từ 1 đến 30, tháng từ 1 đến 12."]
    if row.volume is not None and not 0 <= row.volume <= 100:
        wrong["volume"] = ["Âm lượng từ 0 đến 100."]
    if not 1 <= row.order <= 999:
        wrong["order"] = ["Thứ tự từ 1 đến 999; để 100 nếu không chọn."]
    if any(not _is_day(one) for one in row.excluded):
        wrong["excluded"] = ["Ngày bỏ qua ghi dạng 2026-12-31."]
    return wrong


def _numbers(values: Any, most: int) -> bool:
    return all(isinstance(one, int) and 1 <= one <= most for one in values)


def _is_day(text: Any) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except (TypeError, ValueError):
        return False


@action
def keep_slot(
    viewer: Viewer, *, station: Station, slot: Slot | None = None, despite: bool = False, **facts: Any
) -> Slot:
    """Keep a slot, new or changed (see ``draft_slot`` for ``facts``). It is planned and sent at once.

    Raises ActionErrors for what is wrong; Conflict, with the first of them in words, when it would not be heard or
    would keep others from being heard in the next 30 days and the caller did not say ``despite``; Forbidden.
    """
    viewer.must(PROGRAMME, station.unit_path)
    if slot is not None:
        slot = Slot.objects.select_for_update(of=("self",)).get(pk=slot.pk, station=station)
    row = draft_slot(station, slot, **facts)
    stops = [] if despite else preview_slot(row).stops
    if stops:
        more = f" (và {len(stops) - 1} lần khác)" if len(stops) > 1 else ""
        raise Conflict(f"{stops[0].words}{more}. Đổi giờ, hoặc lưu dù biết vậy.")
    row.written_by, row.kept_at = viewer.account_id, now()
    row.save()
    emit(
        "broadcast.slot_kept",
        record=row,
        unit_path=row.unit_path,
        viewer=viewer,
        data={"item": row.item, "despite": despite},
    )
    replan(station)
    return row


@action
def end_slot(viewer: Viewer, *, slot: Slot) -> Slot:
    """The slot comes no more; what was aired stays. Raises Forbidden."""
    viewer.must(PROGRAMME, slot.unit_path)
    row = Slot.objects.select_for_update(of=("self",)).select_related("station").get(pk=slot.pk)
    if row.ended_at is None:
        row.ended_at = now()
        row.save(update_fields=["ended_at"])
        emit("broadcast.slot_ended", record=row, unit_path=row.unit_path, viewer=viewer)
        replan(row.station)
    return row


@action
def change_day(
    viewer: Viewer,
    *,
    slot: Slot,
    day: date,
    cancelled: bool = False,
    starts: time | None = None,
    bulletin: Bulletin | None = None,
    reason: str = "",
) -> SlotChange:
    """One day of a slot is otherwise: left out, at another hour, with another bulletin. Raises ActionError, Forbidden.

    A bulletin of priority or from above that the commune may not move stays where it is.
    """
    viewer.must(PROGRAMME, slot.unit_path)
    if not cancelled and starts is None and bulletin is None:
        raise ActionError("Chọn bỏ buổi này, đổi giờ hoặc đổi bản tin.", "cancelled")
    if bulletin is not None and bulletin.station_id != slot.station_id:
        raise ActionError("Chọn bản tin của đài.", "bulletin")
    held = slot.bulletin
    if held is not None and held.origin != "commune":
        if not class_rule(held.kind, slot.unit_path).from_above_movable:
            raise ActionError("Xã không được đổi giờ tin này của cấp trên.", "starts")
    row, _ = SlotChange.objects.update_or_create(
        slot=slot,
        day=day,
        defaults={
            "unit_path": slot.unit_path,
            "cancelled": cancelled,
            "starts": starts,
            "bulletin": bulletin,
            "reason": reason.strip()[:300],
            "account_id": viewer.account_id,
        },
    )
    emit(
        "broadcast.day_changed",
        record=slot,
        unit_path=slot.unit_path,
        viewer=viewer,
        data={"day": day.isoformat(), "cancelled": cancelled},
    )
    replan(slot.station)
    return row


@action
def undo_change(viewer: Viewer, *, slot: Slot, day: date) -> None:
    """The day is as the slot says again. Raises NotFound, Forbidden."""
    viewer.must(PROGRAMME, slot.unit_path)
    gone, _ = SlotChange.objects.filter(slot=slot, day=day).delete()
    if not gone:
        raise NotFound("Buổi này không có thay đổi nào.")
    emit(
        "broadcast.day_restored",
        record=slot,
        unit_path=slot.unit_path,
        viewer=viewer,
        data={"day": day.isoformat()},
    )
    replan(slot.station)


@action
def replay_airing(viewer: Viewer, *, airing_id: UUID, at: datetime | None = None) -> Airing:
    """Play again what was missed or cut, at a moment (in half a minute by default) in the hours of its class.

    Raises Conflict when it was heard, is no longer valid or was played again already; ActionError for the hour;
    Forbidden.
    """
    old = Airing.objects.select_for_update(of=("self",)).filter(pk=airing_id).first()
    if old is None:
        raise NotFound("Không có lượt phát này.")
    old = Airing.objects.select_related("station", "slot", "bulletin__sound").get(pk=old.pk)
    viewer.must(PROGRAMME, old.unit_path)
    moment = max(at or now(), now() + LEAD)
    _must_be_replayable(old, moment)
    kind = str(old.kind)
    rules = {kind: class_rule(kind, old.unit_path)}
    binding, rows = hours_for(str(old.item), kind, rules), hours_of(old.unit_path)
    seconds = old.bulletin.seconds if old.bulletin and old.bulletin.seconds else old.seconds
    until = moment + timedelta(seconds=seconds)
    said = why_not(rows, binding, moment, until)
    if said:
        raise ActionError(said, "at")
    row = Airing.objects.create(
        station=old.station,
        unit_path=old.unit_path,
        key=f"replay:{old.pk}:{old.replays.count() + 1}",
        item=old.item,
        kind=kind,
        origin=old.origin,
        topic=old.topic,
        title=old.title,
        slot=old.slot,
        bulletin=old.bulletin,
        version=old.bulletin.version if old.bulletin else None,
        sound=old.bulletin.sound if old.bulletin else old.sound,
        replay_of=old,
        area=old.area,
        seconds=seconds,
        at=moment,
        starts_at=moment,
        until=min(until, closes_at(rows, binding, moment) or until),
    )
    emit("broadcast.airing_replayed", record=row, unit_path=row.unit_path, viewer=viewer)
    replan(row.station)
    return row


def _must_be_replayable(old: Airing, moment: datetime) -> None:
    if old.state not in {Airing.State.MISSED, Airing.State.CUT}:
        raise Conflict("Chỉ phát lại lượt bị lỡ hoặc bị cắt.")
    if old.replays.exclude(state__in=[Airing.State.MISSED, Airing.State.REFUSED, Airing.State.CUT]).exists():
        raise Conflict("Lượt này đã được phát lại.")
    if old.bulletin is None:
        raise Conflict("Tiếp âm và phát trực tiếp không phát lại được.")
    if old.bulletin.state != Bulletin.State.APPROVED or not still_valid(old.bulletin, moment):
        raise Conflict("Bản tin không còn được phát: đã dừng, chưa duyệt hoặc hết hạn.")


def once(viewer: Viewer, *, bulletin: Bulletin, at: datetime, area: Mapping[str, Any] | None = None) -> Slot:
    """Air a bulletin once at a moment. As ``keep_slot``."""
    local = at.astimezone(now().tzinfo)
    return keep_slot(
        viewer,
        station=bulletin.station,
        title=bulletin.title,
        item=Item.BULLETIN,
        bulletin=bulletin,
        first_day=local.date(),
        starts=local.time().replace(tzinfo=None),
        area=dict(area or {}),
    )
