"""The clock of a case: pause, go on, restart, apology, recalculation."""

from __future__ import annotations

from datetime import date

import pytest

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.cases.actions import (
    change_day,
    close_case,
    extend_with_apology,
    pause_case,
    recalculate_due,
    recalculate_unit,
    restart_clock,
    resume_case,
)
from xaso.kernel.cases.models import Case, Extension, OfficialDay, Pause
from xaso.kernel.cases.queries import deadline_badge, due_explained, is_late
from xaso.kernel.cases.tasks import recalculate_province
from xaso.kernel.cases.testing import COMMUNE, DEPARTMENT, OTHER, a_case
from xaso.kernel.events.models import Event
from xaso.kernel.people.testing import a_citizen, officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import at, frozen

pytestmark = pytest.mark.usefixtures("trial")
SYSTEM = Viewer.system()


def badge_at(case: Case, moment: str) -> tuple[str, str]:
    case.refresh_from_db()
    return deadline_badge(case, at(moment))[:2]


def opened(moment: str = "2026-03-02T09:00", **facts: object) -> Case:
    with frozen(moment):
        return a_case(**facts)


def test_the_clock_stops_and_goes_on() -> None:
    clerk, reception = officer("specialist", DEPARTMENT), officer("receptionist", COMMUNE)
    case = opened(holder_path=DEPARTMENT)
    with frozen("2026-03-03T10:00"):
        pause = pause_case(clerk, case=case, reason="supplement", stage="appraisal", legal_basis="Điều 19")
        assert pause_case(clerk, case=case, reason="supplement", stage="appraisal") == pause
        with pytest.raises(Conflict, match="chờ bổ sung"):
            pause_case(clerk, case=case, reason="payment", stage="appraisal")
    assert badge_at(case, "2026-03-20T10:00") == ("paused", "Tạm dừng: chờ bổ sung")
    with frozen("2026-03-05T14:00"):
        resume_case(reception, case=case)  # the desk takes the missing papers for the department
        resume_case(reception, case=case)
    case.refresh_from_db()
    assert case.due_at == at("2026-03-12T17:00")
    assert Event.objects.filter(record_id=case.pk, name="cases.resumed").count() == 1
    assert "Tạm dừng từ 10:00 thứ Ba 03/03/2026" in "\n".join(due_explained(SYSTEM, case))


def test_only_those_concerned_stop_the_clock() -> None:
    case = opened()
    with pytest.raises(Forbidden):
        pause_case(officer("specialist", OTHER), case=case, reason="supplement", stage="appraisal")
    with pytest.raises(ActionError, match="lý do"):
        pause_case(SYSTEM, case=case, reason="tea", stage="appraisal")
    pause_case(SYSTEM, case=case, reason="payment", stage="reception")
    assert resume_case(a_citizen(), case=case, checked=True).status == "open"


def test_an_appraised_dossier_begins_again_from_zero() -> None:
    """Nghị định 61/2018/NĐ-CP, Điều 19 khoản 4."""
    case = opened()
    with frozen("2026-03-04T10:00"):
        pause_case(SYSTEM, case=case, reason="supplement", stage="appraisal")
    with frozen("2026-03-10T08:00"):
        restart_clock(SYSTEM, case=case, reason="supplement")
    case.refresh_from_db()
    assert (case.status, case.due_at) == ("open", at("2026-03-17T17:00"))
    assert case.clock_from == at("2026-03-10T08:00")
    with pytest.raises(ActionError, match="trước lúc"):
        restart_clock(SYSTEM, case=case, reason="x", at=at("2026-03-01T08:00"))


def test_an_apology_in_time_moves_the_deadline_once() -> None:
    case = opened()  # due 9 March
    with frozen("2026-03-08T10:00"):  # a Sunday, still one day before
        with pytest.raises(ActionError, match="lý do"):
            extend_with_apology(SYSTEM, case=case, new_due_at=at("2026-03-12T17:00"), reason=" ")
        with pytest.raises(ActionError, match="sau hạn"):
            extend_with_apology(SYSTEM, case=case, new_due_at=at("2026-03-06T17:00"), reason="x")
        with pytest.raises(ActionError, match="ngày nghỉ"):
            extend_with_apology(SYSTEM, case=case, new_due_at=at("2026-03-14T17:00"), reason="x")
        first = extend_with_apology(SYSTEM, case=case, new_due_at=at("2026-03-12T17:00"), reason="Mưa lũ")
        again = extend_with_apology(SYSTEM, case=case, new_due_at=at("2026-03-13T17:00"), reason="Mưa lũ nữa")
    assert (first.in_time, first.moves_due) == (True, True)
    assert (again.in_time, again.moves_due) == (True, False)
    case.refresh_from_db()
    assert case.due_at == at("2026-03-12T17:00")
    with frozen("2026-03-12T18:00"):
        late = extend_with_apology(SYSTEM, case=case, new_due_at=at("2026-03-16T17:00"), reason="Vẫn chậm")
    assert (late.in_time, late.moves_due) == (False, False)
    assert badge_at(case, "2026-03-16T09:00") == ("late", "Quá hạn 4 ngày")


def test_an_apology_on_the_last_day_is_kept_but_hides_nothing() -> None:
    case = opened()
    with frozen("2026-03-09T08:00"):
        said = extend_with_apology(SYSTEM, case=case, new_due_at=at("2026-03-12T17:00"), reason="Mưa lũ")
        twice = extend_with_apology(SYSTEM, case=case, new_due_at=at("2026-03-12T17:00"), reason="Mưa lũ")
    assert said == twice and not said.moves_due and not said.in_time
    assert badge_at(case, "2026-03-10T08:00") == ("late", "Quá hạn 1 ngày")
    assert Event.objects.filter(record_id=case.pk, name="cases.apologised").count() == 1


def test_a_pause_after_an_apology_keeps_the_agreed_date_and_adds_to_it() -> None:
    case = opened()
    with frozen("2026-03-05T10:00"):
        extend_with_apology(SYSTEM, case=case, new_due_at=at("2026-03-12T17:00"), reason="Mưa lũ")
    with frozen("2026-03-10T07:30"):
        pause_case(SYSTEM, case=case, reason="payment", stage="appraisal")
    with frozen("2026-03-11T07:30"):
        resume_case(SYSTEM, case=case)
    case.refresh_from_db()
    assert case.due_at == at("2026-03-13T17:00")
    assert Extension.objects.filter(case=case).count() == 1


def test_badges() -> None:
    case = opened()
    assert badge_at(case, "2026-03-02T10:00") == ("left", "Còn 5 ngày làm việc")
    assert badge_at(case, "2026-03-09T10:00") == ("today", "Đến hạn hôm nay")
    assert badge_at(case, "2026-03-11T10:00") == ("late", "Quá hạn 2 ngày")
    for moment, kind in (
        ("2026-03-06T10:00", "early"),
        ("2026-03-09T10:00", "done"),
        ("2026-03-11T10:00", "done_late"),
    ):
        ended = opened()
        close_case(SYSTEM, case=ended, at=at(moment))
        assert badge_at(ended, "2026-03-20T10:00")[0] == kind
        assert is_late(ended) == (kind == "done_late")
    assert badge_at(opened(term=""), "2026-03-20T10:00") == ("none", "Không có thời hạn")
    withdrawn = opened()
    close_case(SYSTEM, case=withdrawn, status="withdrawn")
    assert badge_at(withdrawn, "2026-03-20T10:00")[0] == "none"


def test_a_pause_begun_after_the_deadline_does_not_hide_lateness() -> None:
    case = opened()
    with frozen("2026-03-10T10:00"):
        pause_case(SYSTEM, case=case, reason="supplement", stage="appraisal")
    assert badge_at(case, "2026-03-11T10:00") == ("paused", "Tạm dừng: chờ bổ sung (đã quá hạn)")
    with frozen("2026-03-12T10:00"):
        resume_case(SYSTEM, case=case)
    assert badge_at(case, "2026-03-12T11:00")[0] == "late"


def test_closing_while_it_waits_ends_the_pause() -> None:
    case = opened()
    with frozen("2026-03-03T10:00"):
        pause_case(SYSTEM, case=case, reason="supplement", stage="appraisal")
    with frozen("2026-04-10T10:00"):
        close_case(SYSTEM, case=case, status="refused", note="Quá thời gian bổ sung")
    case.refresh_from_db()
    assert not is_late(case)
    assert not Pause.objects.filter(case=case, ended_at__isnull=True).exists()


def test_a_new_day_off_moves_running_cases_only_when_asked() -> None:
    admin = officer("province_admin", "15/")
    case = opened("2026-03-02T09:00")
    with frozen("2026-03-03T08:00"):
        change_day(
            admin,
            province="15",
            day=date(2026, 3, 5),
            kind="holiday",
            name="Nghỉ tránh bão",
            legal_basis="Công điện 1",
        )
        later = a_case()
        pause_case(SYSTEM, case=case, reason="payment", stage="reception")
        resume_case(SYSTEM, case=case)
    case.refresh_from_db()
    assert case.due_at == at("2026-03-09T17:00")  # the calendar as it was known when it came in
    assert later.due_at == at("2026-03-11T17:00")
    with frozen("2026-03-04T08:00"):
        with pytest.raises(Forbidden):
            recalculate_due(officer("leader", COMMUNE), case=case, reason="Công điện 1")
        assert recalculate_due(admin, case=case, reason="Công điện 1") is True
        assert recalculate_due(admin, case=case, reason="Công điện 1") is False
    case.refresh_from_db()
    assert case.due_at == at("2026-03-10T17:00")
    assert case.rule_version["calendar"] == later.rule_version["calendar"]
    with frozen("2026-03-04T09:00"):
        pause_case(SYSTEM, case=case, reason="payment", stage="reception")
        resume_case(SYSTEM, case=case)
    case.refresh_from_db()
    assert case.due_at == at("2026-03-10T17:00")


def test_recalculating_a_province_goes_through_its_running_cases(django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    admin = officer("province_admin", "15/")
    with frozen("2026-03-02T09:00"):
        running, done, elsewhere = (
            a_case(),
            a_case(),
            a_case(unit_path="04/00001/", received_path="04/00001/"),
        )
        close_case(SYSTEM, case=done)
    with frozen("2026-03-03T08:00"):
        change_day(
            admin,
            province="15",
            day=date(2026, 3, 5),
            kind="holiday",
            name="Nghỉ tránh bão",
            legal_basis="Công điện 1",
        )
        with pytest.raises(Forbidden):
            recalculate_unit(admin, unit_path="04/", reason="Công điện 1")
        with pytest.raises(ActionError, match="lý do"):
            recalculate_unit(admin, unit_path="15/", reason="")
        recalculate_unit(admin, unit_path="15/", reason="Công điện 1")
        recalculate_province(unit_path="15/", reason="Công điện 1", account_id=str(admin.account_id))
    for case, due_at in (
        (running, "2026-03-10T17:00"),
        (done, "2026-03-09T17:00"),
        (elsewhere, "2026-03-09T17:00"),
    ):
        case.refresh_from_db()
        assert case.due_at == at(due_at)
    assert Event.objects.get(record_id=running.pk, name="cases.recalculated").actor_id == admin.account_id


def test_rows_of_the_calendar_are_replaced_never_lost() -> None:
    admin = officer("admin", "")
    facts = {"province": "", "day": date(2026, 1, 2), "kind": "substitute_off", "name": "Ngày nghỉ"}
    row = change_day(admin, **facts, legal_basis="Công văn 12729/VPCP-KGVX", confirmed=True)
    assert change_day(admin, **facts, legal_basis="Công văn 12729/VPCP-KGVX", confirmed=True) == row
    kept = OfficialDay.objects.filter(date=date(2026, 1, 2), province="")
    assert kept.count() == 2 and kept.filter(ended_at__isnull=True).get() == row
    with pytest.raises(Forbidden):
        change_day(officer("province_admin", "15/"), **facts, legal_basis="x")
    for wrong in ({"name": " "}, {"kind": "party"}):
        with pytest.raises(ActionError):
            change_day(admin, **{**facts, **wrong}, legal_basis="x")
    with pytest.raises(ActionError, match="căn cứ"):
        change_day(admin, **facts, legal_basis=" ")
