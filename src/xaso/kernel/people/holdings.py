"""What the people area holds about one person: for the export of everything, and for erasure."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from xaso.kernel.base.manifest import Holding
from xaso.kernel.events import emit
from xaso.kernel.people.models import Consent, Identifier, Person, PersonView
from xaso.kernel.people.queries import names_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import stamp

MOST_LOOKS = 5000


def about_person(person_id: UUID) -> Iterator[Holding]:
    """Identity, contact, looks, consents."""
    person = Person.objects.get(pk=person_id)
    numbers = {
        Identifier.Kind(row.kind).label: str(row.value)
        for row in person.identifiers.filter(valid_to__isnull=True)
    }
    facts = {
        "Họ, chữ đệm và tên": person.full_name,
        "Ngày sinh": person.birth_date,
        "Giới tính": person.get_sex_display() if person.sex else "",
        "Dân tộc": person.ethnicity,
        "Quốc tịch": person.nationality,
        **{str(label): value for label, value in numbers.items()},
    }
    yield Holding(
        "people.identity",
        str(person.pk),
        person.full_name,
        person.created_at,
        facts,
        group="Thông tin nhân thân",
    )
    if person.contact:
        yield _contact(person)
    yield from _looks(person)
    for said in Consent.objects.filter(person=person).select_related("purpose").order_by("given_at"):
        yield Holding(
            "people.consents",
            str(said.pk),
            f"{said.get_state_display()}: {said.purpose.title}",
            said.given_at,
            {
                "Cách nói": said.get_channel_display(),
                "Lời đã hỏi": said.purpose.text,
                "Dấu chứng minh": said.proof,
            },
            group="Những điều tôi đã đồng ý hoặc rút lại",
        )


def _contact(person: Person) -> Holding:
    labels = {"phone": "Điện thoại", "email": "Thư điện tử", "address": "Địa chỉ"}
    facts = {labels.get(name, name): value for name, value in (person.contact or {}).items()}

    def erase(viewer: Viewer) -> int:
        count = len(person.contact or {})
        person.contact = {}
        person.save(update_fields=["contact"])
        emit("people.contact_erased", record=person, unit_path=person.unit_path, viewer=viewer)
        return count

    return Holding(
        "people.contact",
        str(person.pk),
        "Cách liên hệ",
        person.created_at,
        facts,
        erase=erase,
        group="Liên hệ",
    )


def _looks(person: Person) -> Iterator[Holding]:
    rows = list(PersonView.objects.filter(person=person).order_by("-created_at")[:MOST_LOOKS])
    if not rows:
        return
    names = names_of({row.viewer_id for row in rows if row.viewer_id})
    lines = []
    for row in rows:
        who, title = names.get(row.viewer_id, ("Hệ thống", "")) if row.viewer_id else ("Hệ thống", "")
        lines.append(
            f"{stamp(row.created_at)}: {who}{', ' + title if title else ''}; {row.get_act_display().lower()}: "
            f"{row.purpose}{'; hồ sơ ' + row.through if row.through else ''}"
        )
    facts = {f"Lần {len(rows) - place}": line for place, line in enumerate(lines)}
    yield Holding(
        "people.looks",
        str(person.pk),
        "Các lần xem",
        rows[0].created_at,
        facts,
        group="Ai đã xem dữ liệu của tôi",
    )
