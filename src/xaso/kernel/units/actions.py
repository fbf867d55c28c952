"""Every write on units: one verb, one transaction, one event."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol
from uuid import UUID

from django.db.models import F

from xaso.kernel import events
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import clean, search_text, sort_key
from xaso.kernel.units import rules
from xaso.kernel.units.loading import STAMP_ID
from xaso.kernel.units.models import Level, Succession, Unit, UnitIdentifier, UnitName, UnitStamp
from xaso.kernel.units.words import full_name

HAMLETS, OFFICES, LISTS = "units.hamlets", "units.offices", "units.lists"


class UnitActor(Protocol):
    """What these actions need to know of the viewer (people lie above units)."""

    @property
    def kind(self) -> str: ...
    @property
    def account_id(self) -> UUID | None: ...
    def must(self, right: str, unit_path: str) -> None: ...


def _right_for(unit: Unit) -> str:
    return {Level.HAMLET: HAMLETS, Level.OFFICE: OFFICES}.get(Level(unit.level), LISTS)


def touch_names(level: str = Level.COMMUNE) -> None:
    """Tell every process that a listed unit changed, so that its name index is read again.

    The number is drawn, not counted: after a rollback a counted one would come again for other content.
    Hamlets and offices are not in the index.
    """
    if level not in (Level.HAMLET, Level.OFFICE):
        UnitStamp.objects.filter(pk=STAMP_ID).update(number=secrets.randbits(31))


def _errors(found: dict[str, str | None]) -> None:
    wrong = {name: [message] for name, message in found.items() if message}
    if wrong:
        raise ActionErrors(wrong)


def _new_unit(
    parent: Unit, level: Level, kind: str, name: str, code: str, start: date | None, basis: str
) -> Unit:
    return Unit.objects.create(
        level=level,
        kind=kind,
        code=code,
        name=name,
        full_name=full_name(kind, name),
        sort_key=sort_key(name) or sort_key(kind),
        search_text=search_text(name)[:200],
        parent=parent,
        path=f"{parent.path}{code}/",
        valid_from=start,
        legal_basis=basis,
    )


def _open_parent(parent: Unit, levels: Sequence[Level], message: str) -> Unit:
    parent = Unit.objects.select_for_update(of=("self",)).get(pk=parent.pk)
    if parent.level not in levels:
        raise ActionError(message)
    if not parent.in_force():
        raise ActionError(f"{parent.full_name} đã hết hiệu lực. Chọn đơn vị hiện nay.")
    return parent


@action
def add_hamlet(
    viewer: UnitActor,
    *,
    commune: Unit,
    kind: str,
    name: str,
    valid_from: date | None = None,
    legal_basis: str = "",
) -> Unit:
    """Add a hamlet (thôn, bản, tổ dân phố…) to a commune; needs ``units.hamlets`` there.

    Raises ActionErrors on a wrong kind or name, Conflict when one of that kind and name is there already.
    """
    viewer.must(HAMLETS, commune.path)
    kind = clean(kind).lower()
    name = rules.bare_name(kind, clean(name))
    _errors({"kind": rules.kind_error(kind, Level.HAMLET), "name": rules.name_error(name)})
    commune = _open_parent(commune, [Level.COMMUNE], "Thôn, bản chỉ lập được dưới xã, phường, đặc khu.")
    siblings = list(commune.children.filter(level=Level.HAMLET))
    _refuse_namesake(siblings, kind, name)
    code = rules.hamlet_code(kind, name, {unit.code for unit in siblings})
    unit = _new_unit(commune, Level.HAMLET, kind, name, code, valid_from, clean(legal_basis))
    events.emit("units.hamlet_added", record=unit, unit_path=unit.path, viewer=viewer, data={"code": code})
    return unit


def _refuse_namesake(siblings: Iterable[Unit], kind: str, name: str) -> None:
    for unit in siblings:
        if unit.kind == kind and sort_key(unit.name) == sort_key(name) and unit.in_force():
            raise Conflict(f"{unit.full_name} đã có trong danh sách.", "name")


@action
def add_office(
    viewer: UnitActor,
    *,
    parent: Unit,
    kind: str,
    name: str,
    code: str,
    valid_from: date | None = None,
    legal_basis: str = "",
) -> Unit:
    """Add an office (phòng, trung tâm, sở…) to a province or a commune; needs ``units.offices`` there.

    ``code`` becomes the last part of the path ("ttphvcc") and never changes. Raises Conflict when taken.
    """
    viewer.must(OFFICES, parent.path)
    kind, code = clean(kind).lower(), clean(code).lower()
    name = rules.bare_name(kind, clean(name))
    _errors(
        {
            "kind": rules.kind_error(kind, Level.OFFICE),
            "name": rules.name_error(name),
            "code": rules.office_code_error(code),
        }
    )
    parent = _open_parent(
        parent,
        [Level.PROVINCE, Level.COMMUNE, Level.OFFICE],
        "Cơ quan chỉ lập được dưới tỉnh, xã hoặc cơ quan khác.",
    )
    if parent.children.filter(code=code).exists():
        raise Conflict(f"Mã {code} đã dùng trong đơn vị này. Chọn mã khác.", "code")
    unit = _new_unit(parent, Level.OFFICE, kind, name, code, valid_from, clean(legal_basis))
    events.emit("units.office_added", record=unit, unit_path=unit.path, viewer=viewer, data={"code": code})
    return unit


@action
def rename_unit(
    viewer: UnitActor,
    *,
    unit: Unit,
    name: str,
    kind: str | None = None,
    from_day: date | None = None,
    legal_basis: str = "",
) -> Unit:
    """Give a unit a new name or kind from a day (today by default); the old name stays known for its time.

    The path and the code stay, so every record keeps its unit. A day to come is kept and applied on that day.
    Needs ``units.hamlets`` or ``units.offices`` there, ``units.lists`` for communes and provinces.
    """
    viewer.must(_right_for(unit), unit.path)
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    kind, start = clean(kind or unit.kind).lower(), from_day or today()
    name = rules.bare_name(kind, clean(name)) if unit.level in (Level.HAMLET, Level.OFFICE) else clean(name)
    checks = {"name": rules.name_error(name)}
    if unit.level in (Level.HAMLET, Level.OFFICE):
        checks["kind"] = rules.kind_error(kind, unit.level)
    _errors(checks)
    if unit.parent is not None:
        _refuse_namesake(unit.parent.children.filter(level=unit.level).exclude(pk=unit.pk), kind, name)
    if not unit.names.exists():
        _name_row(unit, unit.kind, unit.name, unit.valid_from, None, unit.legal_basis)
    last = unit.names.order_by(F("valid_from").desc(nulls_last=True)).first()
    if last is not None:
        if last.valid_from is not None and last.valid_from >= start:
            raise ActionError(
                f"Tên đang dùng có từ {last.valid_from:%d/%m/%Y}. Chọn ngày sau đó.", "from_day"
            )
        UnitName.objects.filter(pk=last.pk).update(valid_to=start - timedelta(days=1))
    _name_row(unit, kind, name, start, None, clean(legal_basis))
    apply_names([unit])
    touch_names(unit.level)
    events.emit("units.unit_renamed", record=unit, unit_path=unit.path, viewer=viewer, data={"from": start})
    return unit


def rename_hamlet(
    viewer: UnitActor,
    *,
    unit: Unit,
    name: str,
    kind: str | None = None,
    from_day: date | None = None,
    legal_basis: str = "",
) -> Unit:
    """``rename_unit`` for a hamlet; refuses other levels."""
    if unit.level != Level.HAMLET:
        raise ActionError("Chỉ đổi tên thôn, bản, tổ dân phố tại đây.")
    return rename_unit(viewer, unit=unit, name=name, kind=kind, from_day=from_day, legal_basis=legal_basis)


def _name_row(unit: Unit, kind: str, name: str, start: date | None, end: date | None, basis: str) -> None:
    UnitName.objects.create(
        unit=unit,
        kind=kind,
        name=name,
        full_name=full_name(kind, name),
        valid_from=start,
        valid_to=end,
        legal_basis=basis,
    )


def apply_names(units: Iterable[Unit] | None = None) -> int:
    """Copy the name in force today onto each unit that has dated names; repeatable, run daily. Answers the changes."""
    rows = UnitName.objects.select_related("unit").order_by("unit_id", F("valid_from").asc(nulls_first=True))
    if units is not None:
        rows = rows.filter(unit__in=[unit.pk for unit in units])
    current: dict[UUID, UnitName] = {}
    for row in rows:
        if row.valid_from is None or row.valid_from <= today():
            current[row.unit_id] = row
    changed = 0
    by_id = {unit.pk: unit for unit in units or ()}
    for row in current.values():
        unit = by_id.get(row.unit_id, row.unit)
        if (unit.kind, unit.name) == (row.kind, row.name):
            continue
        unit.kind, unit.name, unit.full_name = row.kind, row.name, row.full_name
        unit.sort_key, unit.search_text = sort_key(row.name), search_text(row.name)[:200]
        unit.save(update_fields=["kind", "name", "full_name", "sort_key", "search_text"])
        changed += 1
    return changed


@action
def refresh_names() -> None:
    """Daily: units whose new name begins today take it."""
    if apply_names():
        touch_names()


@action
def end_unit(
    viewer: UnitActor,
    *,
    unit: Unit,
    last_day: date,
    successors: Sequence[Unit] = (),
    legal_basis: str = "",
) -> Unit:
    """End a unit after ``last_day``; with more than one successor each takes a part of it.

    Records keep the old path; ``queries.paths_before`` of a successor finds them. Needs the right on the unit,
    and ``units.lists`` for communes and provinces. Units still in force below a listed unit must be ended first.
    """
    viewer.must(_right_for(unit), unit.path)
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    _end(unit, last_day)
    for new in successors:
        _succeed(unit, new, partly=len(successors) > 1, basis=clean(legal_basis))
    touch_names(unit.level)
    events.emit(
        "units.unit_ended",
        record=unit,
        unit_path=unit.path,
        viewer=viewer,
        data={"last_day": last_day, "successors": [new.path for new in successors]},
    )
    return unit


def _end(unit: Unit, last_day: date) -> None:
    if unit.valid_to is not None:
        raise Conflict(f"{unit.full_name} đã kết thúc từ {unit.valid_to:%d/%m/%Y}.")
    if unit.valid_from is not None and last_day < unit.valid_from:
        raise ActionError(f"Ngày kết thúc phải từ {unit.valid_from:%d/%m/%Y} trở đi.", "last_day")
    below = Unit.objects.under(unit.path).exclude(pk=unit.pk).filter(valid_to__isnull=True)
    if unit.level != Level.PROVINCE:
        below.filter(level__in=[Level.HAMLET, Level.OFFICE]).update(valid_to=last_day)
    elif below.filter(level=Level.COMMUNE).exists():
        raise ActionError("Tỉnh còn xã, phường đang hoạt động: chuyển hoặc kết thúc các đơn vị đó trước.")
    unit.valid_to = last_day
    unit.save(update_fields=["valid_to"])


def _succeed(old: Unit, new: Unit, *, partly: bool, basis: str) -> None:
    if old.level != new.level:
        raise ActionError(f"{new.full_name} không cùng cấp với {old.full_name}.")
    Succession.objects.update_or_create(old=old, new=new, defaults={"partly": partly, "basis": basis})


@action
def merge_units(
    viewer: UnitActor,
    *,
    olds: Sequence[Unit],
    kind: str,
    name: str,
    code: str,
    from_day: date,
    partly: Sequence[Unit] = (),
    legal_basis: str = "",
) -> Unit:
    """Merge units of one parent into a new one from a day; ``partly`` gives a part of its area and lives on.

    When ``code`` is that of one of ``olds``, that unit goes on under its new name, so its path and records stay;
    otherwise a new unit begins. Needs ``units.lists`` on the parent (``units.hamlets`` for hamlets).
    """
    if len(olds) + len(partly) < 2:
        raise ActionError("Chọn ít nhất hai đơn vị để nhập.", "olds")
    first = olds[0] if olds else partly[0]
    parent = first.parent
    if parent is None or any(
        unit.parent_id != parent.pk or unit.level != first.level for unit in (*olds, *partly)
    ):
        raise ActionError("Chỉ nhập được các đơn vị cùng cấp, cùng thuộc một đơn vị.", "olds")
    viewer.must(_right_for(first), parent.path)
    name, kind, basis = clean(name), clean(kind).lower(), clean(legal_basis)
    _errors({"name": rules.name_error(name)})
    last_day = from_day - timedelta(days=1)
    going_on = next((unit for unit in olds if unit.code == code), None)
    if going_on is None and parent.children.filter(code=code).exists():
        raise Conflict(f"Mã {code} đang thuộc đơn vị khác. Chọn mã khác.", "code")
    for unit in olds:
        if going_on is None or unit.pk != going_on.pk:
            _end(Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk), last_day)
    if going_on is None:
        new = _new_unit(parent, Level(first.level), kind, name, code, from_day, basis)
        new.listed = first.listed
        new.save(update_fields=["listed"])
    else:
        new = going_on
        if (new.kind, new.name) != (kind, name):
            rename_unit(viewer, unit=new, name=name, kind=kind, from_day=from_day, legal_basis=basis)
            new.refresh_from_db()
    for unit in (*olds, *partly):
        if unit.pk != new.pk:
            _succeed(unit, new, partly=unit in partly, basis=basis)
    touch_names(new.level)
    data = {"olds": [unit.path for unit in olds], "partly": [unit.path for unit in partly], "from": from_day}
    events.emit("units.units_merged", record=new, unit_path=new.path, viewer=viewer, data=data)
    return new


@action
def set_identifier(
    viewer: UnitActor,
    *,
    unit: Unit,
    value: str,
    from_day: date | None = None,
    scheme: str = UnitIdentifier.ORG,
    source: str = "",
    confirmed: bool = True,
) -> UnitIdentifier:
    """Give a unit its identifier code (mã định danh điện tử) from a day; the code before it ends the day before.

    Needs ``units.lists`` on the unit. Numbers already given with the old code stay as they are.
    """
    viewer.must(LISTS, unit.path)
    value = clean(value).upper()
    _errors({"value": rules.identifier_error(value) if scheme == UnitIdentifier.ORG else None})
    start = from_day or today()
    now_held = (
        UnitIdentifier.objects.select_for_update()
        .filter(unit=unit, scheme=scheme, valid_to__isnull=True)
        .first()
    )
    if now_held is not None:
        if now_held.valid_from is not None and now_held.valid_from >= start:
            raise ActionError(
                f"Mã đang dùng có từ {now_held.valid_from:%d/%m/%Y}. Chọn ngày sau đó.", "from_day"
            )
        now_held.valid_to = start - timedelta(days=1)
        now_held.save(update_fields=["valid_to"])
    row = UnitIdentifier.objects.create(
        unit=unit, scheme=scheme, value=value, valid_from=start, confirmed=confirmed, source=clean(source)
    )
    events.emit("units.identifier_set", record=row, unit_path=unit.path, viewer=viewer, data={"value": value})
    return row
