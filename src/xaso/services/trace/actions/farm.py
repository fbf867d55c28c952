"""Enterprises and their people: registering, seats, members, groups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.events import emit
from xaso.kernel.people.actions import keep_person
from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import gs1
from xaso.kernel.plain.idnumber import normalise
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import clean, search_text
from xaso.kernel.units.models import Unit
from xaso.services.trace.models import Enterprise, Group, Member, Seat
from xaso.services.trace.naming import new_token
from xaso.services.trace.seats import MANAGER, must_sit

MANAGE = "trace.manage"
TEXTS = (
    "kind", "name", "short_name", "address", "phone", "email", "website", "tax_code", "representative", "story",
    "story_en", "gs1_prefix", "gs1_licence", "gln",
)  # fmt: skip


def _checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts fit to keep; raises ActionErrors with all that is wrong."""
    kept: dict[str, Any] = {name: str(facts.get(name) or "").strip() for name in TEXTS}
    for name in ("name", "short_name", "address", "representative"):
        kept[name] = clean(kept[name])
    kept["founded_on"] = facts.get("founded_on")
    wrong: dict[str, list[str]] = {}
    if not kept["name"]:
        wrong["name"] = ["Nhập tên cơ sở, như trên giấy đăng ký."]
    if not kept["address"]:
        wrong["address"] = ["Nhập địa chỉ của cơ sở."]
    if kept["kind"] not in Enterprise.Kind.values:
        wrong["kind"] = ["Chọn loại hình."]
    prefix, licence, gln = kept["gs1_prefix"], kept["gs1_licence"], kept["gln"]
    if prefix and not (prefix.isdigit() and 7 <= len(prefix) <= 12):
        wrong["gs1_prefix"] = ["Mã doanh nghiệp GS1 gồm 7 đến 12 chữ số, như trên giấy cấp mã."]
    elif prefix and not licence:
        wrong["gs1_licence"] = ["Nhập số giấy cấp mã GS1. Không có giấy thì để trống mã doanh nghiệp."]
    if gln and not (gln.isdigit() and len(gln) == 13 and gs1.has_good_check_digit(gln)):
        wrong["gln"] = ["GLN gồm 13 chữ số và phải đúng chữ số kiểm tra. Xem lại giấy cấp mã."]
    elif gln and not (prefix and gln.startswith(prefix)):
        wrong["gln"] = ["GLN phải bắt đầu bằng mã doanh nghiệp GS1 của chính cơ sở."]
    if wrong:
        raise ActionErrors(wrong)
    return kept


@action
def register_enterprise(viewer: Viewer, *, unit: Unit, facts: Mapping[str, Any]) -> Enterprise:
    """Put an enterprise on the register of a unit; needs ``trace.manage`` there.

    ``facts``: name, address, kind and what else TEXTS lists. A GS1 prefix only with the number of its licence.
    """
    viewer.must(MANAGE, unit.path)
    kept = _checked(facts)
    if Enterprise.objects.filter(unit=unit, name__iexact=kept["name"], ended_at__isnull=True).exists():
        raise Conflict("Đã có cơ sở cùng tên ở đơn vị này.", "name")
    enterprise = Enterprise.objects.create(
        **kept,
        unit=unit,
        unit_path=unit.path,
        token=new_token(),
        search_text=search_text(f"{kept['name']} {kept['short_name']} {kept['address']}")[:300],
    )
    emit("trace.enterprise_registered", record=enterprise, unit_path=unit.path, viewer=viewer)
    return enterprise


@action
def edit_enterprise(viewer: Viewer, *, enterprise: Enterprise, facts: Mapping[str, Any]) -> Enterprise:
    """Correct what is told of an enterprise; its managers may, and officers by ``trace.manage``.

    GS1 numbers and kind are the officers' to change: a manager's are kept as they were.
    """
    role = must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    if role != "officer":
        own = ("kind", "gs1_prefix", "gs1_licence", "gln")
        facts = {**facts, **{name: getattr(enterprise, name) for name in own}}
    kept = _checked(facts)
    for name, value in kept.items():
        setattr(enterprise, name, value)
    enterprise.search_text = search_text(f"{kept['name']} {kept['short_name']} {kept['address']}")[:300]
    enterprise.save(update_fields=[*kept, "search_text"])
    emit("trace.enterprise_edited", record=enterprise, unit_path=enterprise.unit_path, viewer=viewer)
    return enterprise


@action
def give_seat(
    viewer: Viewer,
    *,
    enterprise: Enterprise,
    role: str,
    full_name: str = "",
    personal_number: str = "",
    person: Person | None = None,
) -> Seat:
    """Let somebody act for the enterprise: managers give seats, officers by ``trace.manage``.

    The person is found by their personal number (made where unknown); they come in by their national identity.
    Giving another role to who has a seat ends the old one.
    """
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    if role not in Seat.Role.values:
        raise ActionError("Chọn vai trò.", "role")
    if person is None:
        number, name = normalise(personal_number), clean(full_name)
        if not number or len(number) != 12:
            raise ActionError(
                "Nhập số định danh 12 chữ số: người này đăng nhập bằng VNeID.", "personal_number"
            )
        if not name:
            raise ActionError("Nhập họ, chữ đệm và tên.", "full_name")
        person = keep_person(Viewer.system(), full_name=name, personal_number=number)
    with widened("the seats of an enterprise are its manager's to give"):
        old = Seat.objects.filter(enterprise=enterprise, person=person, ended_at__isnull=True).first()
        if old is not None and old.role == role:
            raise Conflict("Người này đã có vai trò đó ở cơ sở.", "personal_number")
        if old is not None:
            _end(old)
        seat = Seat.objects.create(
            enterprise=enterprise, person=person, role=role, unit_path=enterprise.unit_path
        )
    emit("trace.seat_given", record=seat, unit_path=enterprise.unit_path, viewer=viewer, data={"role": role})
    return seat


def _end(seat: Seat) -> None:
    left = Seat.objects.filter(enterprise_id=seat.enterprise_id, role=MANAGER, ended_at__isnull=True).exclude(
        pk=seat.pk
    )
    if seat.role == MANAGER and not left.exists():
        raise ActionError("Cơ sở phải còn ít nhất một người quản lý. Giao quản lý cho người khác trước.")
    seat.ended_at = now()
    seat.save(update_fields=["ended_at"])


@action
def end_seat(viewer: Viewer, *, enterprise: Enterprise, seat_id: Any) -> Seat:
    """Take a seat away; the last manager's seat stays."""
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    with widened("the seats of an enterprise are its manager's to end"):
        seat = (
            Seat.objects.select_for_update()
            .filter(pk=seat_id, enterprise=enterprise, ended_at__isnull=True)
            .first()
        )
        if seat is None:
            raise NotFound("Người này không còn vai trò ở cơ sở.")
        _end(seat)
    emit("trace.seat_ended", record=seat, unit_path=enterprise.unit_path, viewer=viewer)
    return seat


@action
def keep_group(viewer: Viewer, *, enterprise: Enterprise, name: str, group: Group | None = None) -> Group:
    """Add a group of households, or give it another name."""
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    name = clean(name)[:120]
    if not name:
        raise ActionError("Nhập tên tổ.", "name")
    same = Group.objects.filter(enterprise=enterprise, name__iexact=name, ended_at__isnull=True)
    if others(same, group).exists():
        raise Conflict("Đã có tổ cùng tên.", "name")
    if group is None:
        group = Group.objects.create(enterprise=enterprise, name=name)
    else:
        group.name = name
        group.save(update_fields=["name"])
    emit("trace.group_kept", record=group, unit_path=enterprise.unit_path, viewer=viewer)
    return group


def others(rows: Any, row: Any) -> Any:
    """The rows but for this one, if there is one."""
    return rows if row is None else rows.exclude(pk=row.pk)


def next_member_code(enterprise: Enterprise) -> str:
    """The next free number: TV001, TV002, …"""
    taken = Member.objects.filter(enterprise=enterprise, code__regex=r"^TV[0-9]+$").values_list(
        "code", flat=True
    )
    return f"TV{max((int(code[2:]) for code in taken), default=0) + 1:03d}"


@action
def keep_member(
    viewer: Viewer,
    *,
    enterprise: Enterprise,
    name: str,
    code: str = "",
    group: Group | None = None,
    hamlet: str = "",
    phone: str = "",
    personal_number: str = "",
    shows_name: bool = False,
    joined_on: date | None = None,
    member: Member | None = None,
    seat: bool = False,
) -> Member:
    """Add a member household, or correct it. With ``seat`` and a personal number the person may write for its plots.

    ``shows_name``: the household agreed that buyers read its name.
    """
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    name, code = clean(name)[:150], clean(code).upper()[:20]
    wrong: dict[str, list[str]] = {}
    if not name:
        wrong["name"] = ["Nhập tên chủ hộ."]
    number = normalise(personal_number) if personal_number else ""
    if personal_number and not number:
        wrong["personal_number"] = ["Số định danh gồm 12 chữ số."]
    code = code or (member.code if member else next_member_code(enterprise))
    taken = others(Member.objects.filter(enterprise=enterprise, code=code), member)
    if taken.exists():
        wrong["code"] = [f"Số thành viên {code} đã có. Chọn số khác."]
    if group is not None and group.enterprise_id != enterprise.pk:
        wrong["group"] = ["Chọn tổ của cơ sở này."]
    if wrong:
        raise ActionErrors(wrong)
    row = member or Member(enterprise=enterprise)
    contact = {**(row.contact or {}), **({"phone": phone} if phone else {})}
    if number:
        contact["id_number"] = number
        if row.person_id is None:
            row.person = keep_person(Viewer.system(), full_name=name, personal_number=number)
    row.name, row.code, row.group, row.hamlet = name, code, group, clean(hamlet)[:120]
    row.contact, row.shows_name, row.joined_on = contact, shows_name, joined_on or row.joined_on
    row.save()
    emit("trace.member_kept", record=row, unit_path=enterprise.unit_path, viewer=viewer)
    if seat and row.person is not None:
        with widened("whether the member has a seat already"):
            sits = Seat.objects.filter(
                enterprise=enterprise, person=row.person, ended_at__isnull=True
            ).exists()
        if not sits:
            give_seat(viewer, enterprise=enterprise, role=Seat.Role.MEMBER, person=row.person)
    return row


@action
def end_member(viewer: Viewer, *, member: Member) -> Member:
    """The household has left; its entries and plots stay in the book."""
    must_sit(viewer, member.enterprise, MANAGER, right=MANAGE)
    if member.ended_at is not None:
        raise Conflict("Hộ này đã thôi thành viên.")
    member.ended_at = now()
    member.save(update_fields=["ended_at"])
    emit("trace.member_ended", record=member, unit_path=member.enterprise.unit_path, viewer=viewer)
    return member
