"""Who needs help, who is safe, who is in a shelter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.geometry import GeometryError, position
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import clean
from xaso.services.alerts.actions.drafting import note_step
from xaso.services.alerts.models import FrailPerson, HazardWarning, SafeAnswer, Shelter, ShelterStay
from xaso.services.alerts.queries.reading import MANAGE, PEOPLE

Way = SafeAnswer.Way


@action
def keep_frail(
    viewer: Viewer, *, person: Person, unit_path: str, kind: str, facts: Mapping[str, Any]
) -> FrailPerson:
    """Somebody needs help to get away: why, what is needed, who helps. The row before ends."""
    viewer.must(PEOPLE, unit_path)
    if kind not in FrailPerson.Kind.values:
        raise ActionError("Chọn lý do cần giúp.", "kind")
    if not clean(str(facts.get("helper", ""))):
        raise ActionError("Ghi tên người giúp: con cháu, hàng xóm hay tổ xung kích.", "helper")
    FrailPerson.objects.filter(person=person, valid_to__isnull=True).update(valid_to=today())
    row = FrailPerson.objects.create(
        person=person, unit_path=unit_path, kind=kind, facts=dict(facts), valid_from=today()
    )
    emit("alerts.frail_kept", record=row, unit_path=unit_path, viewer=viewer, data={"kind": kind})
    return row


@action
def end_frail(viewer: Viewer, *, frail_id: UUID) -> None:
    """The person needs no help any more, or lives elsewhere."""
    row = FrailPerson.objects.select_for_update().filter(viewer.scope(PEOPLE), pk=frail_id).first()
    if row is None:
        raise NotFound("Không có người này trong sổ của đơn vị.")
    if row.valid_to is None:
        row.valid_to = today()
        row.save(update_fields=["valid_to"])
        emit("alerts.frail_ended", record=row, unit_path=row.unit_path, viewer=viewer)


@action
def answer_safe(
    viewer: Viewer,
    *,
    warning: HazardWarning,
    state: str,
    way: str,
    person_id: UUID | None = None,
    people: int = 1,
    facts: Mapping[str, Any] | None = None,
    place: str = "",
) -> SafeAnswer:
    """Somebody is safe or needs help. By link, page, SMS: the product itself writes it; an officer by right.

    Who asks for help without saying who and where cannot be helped: name and telephone are needed then.
    """
    told = {name: clean(str(value))[:300] for name, value in (facts or {}).items() if value}
    unit_path = _place(warning, person_id, place)
    if viewer.kind != "system":
        viewer.must(PEOPLE, unit_path)
    if warning.state not in {HazardWarning.State.LIVE, HazardWarning.State.ENDED}:
        raise Conflict("Cảnh báo này chưa phát hoặc đã hủy.")
    if state not in SafeAnswer.State.values:
        raise ActionError("Chọn: an toàn hoặc cần giúp.", "state")
    if not 1 <= people <= 200:
        raise ActionError("Số người từ 1 đến 200.", "people")
    if person_id is None and not told.get("name"):
        raise ActionError("Nhập tên để xã biết ai an toàn.", "name")
    if person_id is None and state == SafeAnswer.State.HELP and not told.get("phone"):
        raise ActionError("Nhập số điện thoại để người giúp gọi lại.", "phone")
    row = SafeAnswer.objects.create(
        warning=warning,
        unit_path=unit_path,
        person_id=person_id,
        state=state,
        way=way,
        people=people,
        facts=told,
        by_account=viewer.account_id,
    )
    data = {"warning_id": str(warning.pk), "state": state, "way": way, "drill": warning.drill}
    emit("alerts.answered", record=row, unit_path=unit_path, viewer=viewer, data=data)
    return row


def _place(warning: HazardWarning, person_id: UUID | None, place: str) -> str:
    """Where an answer belongs: the hamlet of the person or shelter, so that its head sees it; else the commune."""
    path = place
    if person_id is not None and not path:
        path = Person.objects.filter(pk=person_id).values_list("unit_path", flat=True).first() or ""
    return path if path.startswith(warning.unit_path) else warning.unit_path


@action
def mark_helped(viewer: Viewer, *, answer_id: UUID) -> SafeAnswer:
    """Somebody who asked for help was reached."""
    row = SafeAnswer.objects.select_for_update().filter(viewer.scope(PEOPLE), pk=answer_id).first()
    if row is None:
        raise NotFound("Không có lời cần giúp này.")
    if row.handled_at is None:
        row.handled_at = now()
        row.save(update_fields=["handled_at"])
        _note_helped(Viewer.system(), answer=row, by=viewer.name)
        emit("alerts.helped", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


@action
def _note_helped(viewer: Viewer, *, answer: SafeAnswer, by: str) -> None:
    """The timeline is the commune's, also when the head of a hamlet helped."""
    note_step(answer.warning, "helped", "Đã đến giúp một người báo cần giúp", by=by, record=answer)


@action
def keep_shelter(
    viewer: Viewer, *, unit_path: str, name: str, capacity: int, lat: float, lon: float, **more: Any
) -> Shelter:
    """A house that takes people in; ``more``: address, phone, has."""
    viewer.must(MANAGE, unit_path)
    try:
        lon, lat = position(lat, lon)
    except GeometryError as error:
        raise ActionError(str(error), "lat") from error
    if capacity < 1:
        raise ActionError("Nhập số người chứa được.", "capacity")
    row = Shelter.objects.create(
        unit_path=unit_path, name=clean(name), capacity=capacity, lat=lat, lon=lon, **more
    )
    emit("alerts.shelter_kept", record=row, unit_path=unit_path, viewer=viewer)
    return row


@action
def end_shelter(viewer: Viewer, *, shelter_id: UUID) -> None:
    """A house takes nobody in any more."""
    row = Shelter.objects.select_for_update().filter(viewer.scope(MANAGE), pk=shelter_id).first()
    if row is not None and row.ended_at is None:
        row.ended_at = now()
        row.save(update_fields=["ended_at"])
        emit("alerts.shelter_ended", record=row, unit_path=row.unit_path, viewer=viewer)


@action
def check_in(
    viewer: Viewer,
    *,
    shelter_id: UUID,
    warning: HazardWarning,
    people: int,
    facts: Mapping[str, Any],
    person_id: UUID | None = None,
) -> ShelterStay:
    """A household came in; it counts as safe. Over capacity is refused only when nobody fits any more: the answer
    says how many places are left.
    """
    shelter = (
        Shelter.objects.select_for_update()
        .filter(viewer.scope(PEOPLE), pk=shelter_id, ended_at__isnull=True)
        .first()
    )
    if shelter is None or not shelter.unit_path.startswith(warning.unit_path):
        raise NotFound("Không có nơi sơ tán này.")
    inside = sum(shelter.stays.filter(warning=warning, left_at__isnull=True).values_list("people", flat=True))
    if not 1 <= people <= 200:
        raise ActionError("Số người từ 1 đến 200.", "people")
    if inside + people > shelter.capacity:
        left = max(shelter.capacity - inside, 0)
        raise ActionError(f"{shelter.name} chỉ còn chỗ cho {left} người. Chuyển sang nơi khác.", "people")
    told = {name: clean(str(value))[:200] for name, value in facts.items() if value}
    row = ShelterStay.objects.create(
        shelter=shelter,
        warning=warning,
        unit_path=shelter.unit_path,
        person_id=person_id,
        people=people,
        facts=told,
        at=now(),
    )
    answer_safe(
        viewer,
        warning=warning,
        state=SafeAnswer.State.SAFE,
        way=Way.SHELTER,
        person_id=person_id,
        people=people,
        facts=told or {"name": "Hộ vào nơi sơ tán"},
        place=shelter.unit_path,
    )
    data = {"warning_id": str(warning.pk), "people": people}
    emit("alerts.sheltered", record=row, unit_path=shelter.unit_path, viewer=viewer, data=data)
    return row


@action
def check_out(viewer: Viewer, *, stay_id: UUID) -> None:
    """The household went home."""
    row = ShelterStay.objects.select_for_update().filter(viewer.scope(PEOPLE), pk=stay_id).first()
    if row is None:
        raise NotFound("Không có lượt này.")
    if row.left_at is None:
        row.left_at = now()
        row.save(update_fields=["left_at"])
        emit("alerts.left_shelter", record=row, unit_path=row.unit_path, viewer=viewer)
