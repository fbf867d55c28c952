"""A believable week: some citizens looked after their data, one request waits, one breach is being dealt with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models.functions import Length

from xaso.kernel.people import consents
from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.privacy import actions
from xaso.services.privacy.models import Breach, RequestKind, RightsRequest


def fill(viewer: Viewer, *, say: Callable[[str], None], **_: Any) -> None:
    """Run twice, it does nothing the second time."""
    if RightsRequest.objects.exists() or Breach.objects.exists():
        return
    people = list(
        Person.objects.filter(cases__isnull=False).exclude(unit_path="").distinct().order_by("pk")[:12]
    )
    people = people or list(Person.objects.order_by("pk")[:12])
    for place, person in enumerate(people):
        _agree(person, place)
    _requests(people)
    _breach()
    say(f"Dữ liệu cá nhân: {len(people)} người đã trả lời về sự đồng ý, 3 yêu cầu, 1 vi phạm")


def _own(person: Person) -> Viewer:
    return Viewer(kind="citizen", person_id=person.pk, name=person.full_name, unit_path=person.unit_path)


def _agree(person: Person, place: int) -> None:
    if place % 3 != 2:
        consents.say(_own(person), person=person, code="reuse_papers", state="given")
    if place % 4 == 1:
        consents.say(_own(person), person=person, code="notice_zalo", state="given")
    if place % 5 == 4:
        consents.say(_own(person), person=person, code="notice_sms", state="withdrawn")


def _requests(people: list[Person]) -> None:
    asked = (
        (RequestKind.CORRECT, "Số điện thoại của tôi đã đổi, số cũ không dùng nữa."),
        (RequestKind.DELETE, "Tôi đã chuyển đi nơi khác, đề nghị xóa dữ liệu không còn cần."),
        (RequestKind.VIEW, ""),
    )
    for person, (kind, detail) in zip(people, asked, strict=False):
        row = actions.ask(_own(person), kind=kind, detail=detail)
        if kind == RequestKind.VIEW:
            actions.answer(
                Viewer.system(),
                request_id=row.pk,
                words="Ông/bà xem tại trang Dữ liệu của tôi, mục Ai đã xem.",
            )
            actions.finish(
                Viewer.system(), request_id=row.pk, words="Dữ liệu đã mở cho ông/bà xem tại trang này."
            )


def _breach() -> None:
    head = (
        Account.objects.filter(grants__role_id="leader", kind=Account.Kind.OFFICER, is_active=True)
        .exclude(unit_path="")
        .order_by(Length("unit_path"), "pk")
        .first()
    )
    if head is None:
        return
    actions.record_breach(
        viewer_of(head),
        unit_path=head.unit_path,
        noticed_at=now() - timedelta(hours=20),
        facts={
            "title": "Gửi nhầm giấy hẹn có số định danh cho người khác",
            "story": "Cán bộ đính kèm nhầm giấy tiếp nhận của một người vào thư gửi người khác. Người nhận đã báo lại.",
            "data_kinds": "Họ tên, số định danh, tên thủ tục",
            "people_count": 1,
            "measures": "Đã xin người nhận xóa thư; nhắc lại cách gửi giấy qua trang theo dõi hồ sơ.",
            "must_notify": True,
        },
    )
