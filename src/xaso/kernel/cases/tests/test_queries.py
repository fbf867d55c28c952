"""Who sees what: the queue's views, one case, timeline, control slip."""

from __future__ import annotations

from uuid import UUID

import pytest

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.cases.actions import (
    Next,
    ParallelPart,
    answer_opinion,
    ask_opinion,
    assign,
    close_case,
    extend_with_apology,
    finish_step,
    hand_over,
    mark_returned,
    pause_case,
    send_parallel,
)
from xaso.kernel.cases.models import Case, CaseStep
from xaso.kernel.cases.plans import PlannedStep
from xaso.kernel.cases.queries import (
    QueueFilters,
    case_for,
    cases_of,
    control_slip,
    due_explained,
    extensions_of,
    open_steps,
    opinions_of,
    opinions_waiting,
    pauses_of,
    queue_counts,
    timeline,
    work_queue,
)
from xaso.kernel.cases.testing import COMMUNE, DEPARTMENT, OTHER, PROVINCE, a_case
from xaso.kernel.events.models import Event
from xaso.kernel.people.models import Person
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen, officer, officer_account
from xaso.kernel.people.viewer import ANONYMOUS, Viewer
from xaso.kernel.plain.moment import at, frozen
from xaso.kernel.units.models import Unit

pytestmark = pytest.mark.usefixtures("trial")
SYSTEM = Viewer.system()


def opened(moment: str = "2026-03-02T09:00", **facts: object) -> Case:
    with frozen(moment):
        return a_case(**facts)


def codes(viewer: Viewer, view: str = "unit", now: str = "2026-03-06T10:00", **filters: str) -> list[str]:
    with frozen(now):
        return [row.case.code for row in work_queue(viewer, view, QueueFilters(**filters)).rows]


def test_the_queue_is_ordered_by_deadline_and_kept_to_the_units() -> None:
    opened("2026-03-03T09:00", code="late-comer")
    opened("2026-03-02T09:00", code="first")
    opened("2026-03-02T09:00", code="no-term", term="")
    opened(code="elsewhere", unit_path=OTHER, received_path=OTHER)
    opened(code="department", holder_path=DEPARTMENT)
    assert codes(officer("specialist", COMMUNE)) == ["first", "department", "late-comer", "no-term"]
    assert codes(officer("specialist", DEPARTMENT)) == ["department"]
    assert codes(officer("specialist", OTHER)) == ["elsewhere"]
    assert len(codes(officer("province_viewer", PROVINCE))) == 5
    assert codes(officer("province_viewer", PROVINCE), unit_path=OTHER) == ["elsewhere"]
    assert codes(officer("specialist", COMMUNE), unit_path=OTHER) == []
    assert codes(officer("hamlet_head", COMMUNE)) == []
    assert codes(ANONYMOUS) == codes(a_citizen()) == []
    assert len(codes(SYSTEM)) == 5


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Đào Thị Mẩy", True),
        ("dao thi may", True),
        ("DAO MAY", True),
        ("đào", True),
        ("may dao", True),
        ("ao", False),
        ("mai", False),
        ("100%", False),
    ],
)
def test_a_name_is_found_without_its_diacritics(typed: str, found: bool) -> None:
    opened(code="hers", subject=Person.objects.create(full_name="Đào Thị Mẩy"))
    opened(code="his", subject=Person.objects.create(full_name="Lý A Sử"))
    assert codes(officer("specialist", COMMUNE), text=typed) == (["hers"] if found else [])


def test_the_views() -> None:
    worker = officer_account("specialist", COMMUNE)
    viewer = officer("specialist", COMMUNE)
    opened("2026-02-24T09:00", code="late")  # due 3 March
    opened("2026-02-27T09:00", code="today")  # due 6 March
    opened("2026-03-05T09:00", code="later")
    paused = opened("2026-02-24T09:00", code="paused")
    with frozen("2026-02-25T09:00"):
        pause_case(SYSTEM, case=paused, reason="supplement", stage="appraisal")
    hidden = opened("2026-02-24T09:00", code="paused-late")
    with frozen("2026-03-04T09:00"):
        pause_case(SYSTEM, case=hidden, reason="supplement", stage="appraisal")
    done, returned = opened(code="done"), opened(code="returned")
    close_case(SYSTEM, case=done)
    close_case(SYSTEM, case=returned)
    mark_returned(SYSTEM, case=returned)
    assign(SYSTEM, case=opened(code="mine"), to=worker)
    assert codes(viewer, "late") == ["late", "paused-late"]
    assert codes(viewer, "today") == ["today"]
    assert codes(viewer, "waiting") == ["paused", "paused-late"]
    assert codes(viewer, "done") == ["done"]
    assert codes(viewer_of(worker), "mine") == ["mine"]
    assert codes(viewer, "mine") == []
    assert len(codes(viewer, "all")) == 8
    own = viewer_of(worker)
    with frozen("2026-03-06T10:00"):
        counts = queue_counts(own)
    assert counts.counts == {"mine": 1, "unit": 6, "late": 2, "today": 1, "waiting": 2}
    assert not counts.capped and counts.words("late") == "2"
    with pytest.raises(ActionError):
        work_queue(viewer, "everything")


def test_pages_follow_one_another_without_gaps_or_repeats() -> None:
    for number in range(7):
        opened("2026-03-02T09:00", code=f"same-{number}")
    for number in range(4):
        opened("2026-03-03T09:00", code=f"none-{number}", term="")
    viewer = officer("specialist", COMMUNE)
    for view in ("unit", "all"):
        seen, after = [], ""
        for _ in range(10):
            page = work_queue(viewer, view, after=after, limit=3)
            seen += [row.case.code for row in page.rows]
            after = page.after
            if not after:
                break
        assert len(seen) == 11 and len(set(seen)) == 11, view
    with pytest.raises(ActionError, match="Mở lại danh sách"):
        work_queue(viewer, "unit", after="nonsense")


def test_a_page_of_the_queue_is_few_statements(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(12):
        opened()
    viewer = officer("specialist", COMMUNE)
    with django_assert_max_num_queries(4):
        page = work_queue(viewer, "unit", limit=10)
        assert [row.step.title for row in page.rows if row.step] == ["Tiếp nhận"] * 10
        assert page.rows[0].person == page.rows[0].given_by == ""
    with django_assert_max_num_queries(4):
        queue_counts(viewer)


def test_filters() -> None:
    person = Person.objects.create(full_name="Bàn Văn Minh")
    opened(code="H38-0001", subject=person)
    other = opened(code="H38-0002")
    finish_step(
        SYSTEM, case=other, step=open_steps(SYSTEM, other)[0].pk, outcome="ok", following=Next("review")
    )
    viewer = officer("specialist", COMMUNE)
    assert codes(viewer, text="bàn văn") == ["H38-0001"]
    assert codes(viewer, text="0002") == ["H38-0002"]
    assert codes(viewer, step="review") == ["H38-0002"]
    assert codes(viewer, type="no.such") == []


def test_parallel_work_lies_in_each_agencys_queue() -> None:
    case = opened(code="joint")
    worker = officer_account("specialist", OTHER)
    send_parallel(
        SYSTEM,
        case=case,
        parts=[
            ParallelPart(COMMUNE, PlannedStep("merge", "Chủ trì"), is_lead=True),
            ParallelPart(OTHER, PlannedStep("check", "Phối hợp"), holder=worker),
        ],
    )
    assert codes(officer("specialist", OTHER)) == ["joint"]
    assert codes(officer("specialist", COMMUNE)) == ["joint"]
    assert codes(viewer_of(worker), "mine") == ["joint"]
    with frozen("2026-03-06T10:00"):
        assert work_queue(officer("specialist", COMMUNE)).rows[0].step.title == "Chủ trì"  # type: ignore[union-attr]
    assert [step.is_lead for step in open_steps(SYSTEM, case)] == [True, False]
    mine = CaseStep.objects.get(case=case, key="check")
    finish_step(officer("specialist", OTHER), case=case, step=mine.pk, outcome="ok")
    assert codes(officer("specialist", OTHER)) == []
    assert case_for(officer("specialist", OTHER), case.code)  # still may look


def test_who_may_open_a_case() -> None:
    citizen = a_citizen()
    case = opened(
        code="one",
        unit_path=OTHER,
        received_path=COMMUNE,
        holder_path=OTHER,
        subject=Person.objects.get(pk=citizen.person_id),
    )
    for viewer in (
        SYSTEM,
        citizen,
        officer("receptionist", COMMUNE),
        officer("specialist", OTHER),
        officer("province_viewer", PROVINCE),
    ):
        assert case_for(viewer, "one") == case_for(viewer, case.pk) == case_for(viewer, str(case.pk)) == case
    stranger = officer("specialist", "04/00001/")
    for viewer in (ANONYMOUS, a_citizen(), officer("hamlet_head", OTHER), stranger):
        with pytest.raises(NotFound):
            case_for(viewer, "one")
        with pytest.raises(NotFound):
            timeline(viewer, case)
    ask_opinion(SYSTEM, case=case, asked_path="04/00001/", question="Có phải không?", term="2wd")
    assert case_for(stranger, "one") == case
    assert [opinion.case for opinion in opinions_waiting(stranger)] == [case]
    opinion = opinions_of(stranger, case)[0]
    answer_opinion(stranger, opinion=opinion.pk, answer="Phải")
    assert opinions_waiting(stranger) == []
    with pytest.raises(NotFound):
        case_for(SYSTEM, "two")
    with pytest.raises(NotFound):
        case_for(SYSTEM, UUID(int=7))


def test_a_holder_sees_a_case_given_to_them_from_elsewhere() -> None:
    account = officer_account("specialist", "04/00001/")
    case = opened()
    assign(SYSTEM, case=case, to=account)
    assert case_for(viewer_of(account), case.pk) == case


def test_cases_of_a_person() -> None:
    citizen = a_citizen()
    person = Person.objects.get(pk=citizen.person_id)
    opened("2026-03-02T09:00", code="a", subject=person)
    opened("2026-03-03T09:00", code="b", subject=person, unit_path=OTHER, received_path=OTHER)
    assert [case.code for case in cases_of(citizen, person.pk)] == ["b", "a"]
    assert [case.code for case in cases_of(officer("specialist", COMMUNE), person.pk)] == ["a"]
    assert cases_of(a_citizen(), person.pk) == []
    assert len(cases_of(SYSTEM, person.pk)) == 2


def test_timeline_and_control_slip() -> None:
    Unit.objects.create(
        level="commune", kind="xã", code="94321", name="Thử", full_name="Xã Thử", path=COMMUNE, sort_key="thu"
    )
    account = officer_account("receptionist", COMMUNE, name="Lý Thị Hoa")
    clerk = viewer_of(account)
    citizen = a_citizen()
    case = opened(viewer=clerk, subject=Person.objects.get(pk=citizen.person_id))
    with frozen("2026-03-02T10:00"):
        step = open_steps(clerk, case)[0]
        finish_step(clerk, case=case, step=step.pk, outcome="ok", following=Next("review", DEPARTMENT))
    with frozen("2026-03-06T10:00"):
        hand_over(SYSTEM, case=case, to_path=COMMUNE, note="Trả lại để bổ sung")
        extend_with_apology(SYSTEM, case=case, new_due_at=at("2026-03-12T17:00"), reason="Mưa lũ")
        pause_case(SYSTEM, case=case, reason="supplement", stage="appraisal")
    slip = control_slip(clerk, case)
    assert [(row.number, row.title, row.result) for row in slip] == [
        (1, "Tiếp nhận", "Đúng hạn"),
        (2, "Thẩm định", "Quá hạn"),
        (3, "Thẩm định", "Đang xử lý"),
    ]
    assert slip[1].giver == "Lý Thị Hoa" and slip[1].giver_unit == "Xã Thử"
    assert slip[1].note == "Trả lại để bổ sung"
    lines = timeline(clerk, case)
    assert lines[-1].sentence == "Tiếp nhận hồ sơ" and lines[-1].who == "Lý Thị Hoa"
    assert lines[0].name == "cases.paused"
    theirs = timeline(citizen, case)
    assert {line.who for line in theirs} == {""}
    assert [line.name for line in theirs] == [
        "cases.paused",
        "cases.extended",
        "cases.handed_over",
        "cases.opened",
    ]
    assert len(pauses_of(clerk, case)) == len(extensions_of(clerk, case)) == 1
    assert due_explained(clerk, case)[-1].startswith("Hẹn lại đến 17:00 thứ Năm 12/03/2026")
    assert due_explained(clerk, opened(term="")) == ("Hồ sơ này không có thời hạn.",)


def test_events_hold_no_personal_data() -> None:
    person = Person.objects.create(full_name="Bàn Văn Minh")
    case = opened(subject=person)
    ask_opinion(SYSTEM, case=case, asked_path=OTHER, question="Ông Bàn Văn Minh có đất ở đó?", term="1wd")
    close_case(SYSTEM, case=case, note="Bàn Văn Minh rút")
    for event in Event.objects.filter(record_id=case.pk):
        assert "Minh" not in str(event.data)
