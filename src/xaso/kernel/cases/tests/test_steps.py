"""Opening, assigning, steps, hand-over, parallel work, endings."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden, NotFound
from xaso.kernel.cases import plans
from xaso.kernel.cases.actions import (
    Next,
    ParallelPart,
    answer_opinion,
    ask_opinion,
    assign,
    close_case,
    finish_step,
    hand_over,
    mark_returned,
    open_case,
    report_late_opinion,
    send_parallel,
    start_step,
    stop_case,
)
from xaso.kernel.cases.models import Case, CaseStep, Opinion
from xaso.kernel.cases.plans import PlannedStep
from xaso.kernel.cases.testing import COMMUNE, DEPARTMENT, OTHER, PLAN, PROVINCE, a_case
from xaso.kernel.events.models import Event
from xaso.kernel.people.testing import a_citizen, officer, officer_account
from xaso.kernel.people.viewer import ANONYMOUS, Viewer
from xaso.kernel.plain.moment import at, frozen

pytestmark = pytest.mark.usefixtures("trial")


def names_of_events(case: Case) -> list[str]:
    return list(Event.objects.filter(record_id=case.pk).order_by("seq").values_list("name", flat=True))


def only_open(case: Case) -> CaseStep:
    return CaseStep.objects.get(case=case, ended_at__isnull=True)


def test_opening_pins_the_deadline_the_calendar_and_the_plan() -> None:
    with frozen("2026-02-13T14:00"):
        case = a_case(rule={"legal_basis": "Nghị định thử"})
    case.refresh_from_db()
    assert case.due_at == at("2026-02-27T17:00")
    assert case.rule_version["legal_basis"] == "Nghị định thử"
    assert len(case.rule_version["calendar"]) == 12
    assert [step.key for step in plans.steps_of(case)] == ["receive", "review", "sign", "return"]
    assert only_open(case).due_at == at("2026-02-23T08:30")  # 4 working hours: an internal time
    assert names_of_events(case) == ["cases.opened"]


def test_opening_costs_two_statements(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    plans._kept.add(plans.keep(PLAN) or "")
    a_case()
    with django_assert_num_queries(4):  # with SAVEPOINT and RELEASE, as the test itself is a transaction
        a_case()


def test_a_code_is_used_once_and_bad_terms_are_refused() -> None:
    a_case(code="H-1")
    with pytest.raises(Conflict, match="H-1"):
        a_case(code="H-1")
    with pytest.raises(ActionError, match="thời hạn"):
        a_case(term="nhanh")
    with pytest.raises(ActionError):
        a_case(unit_path="")


def test_officers_open_only_where_they_hold_the_right() -> None:
    a_case(officer("receptionist", COMMUNE))
    a_case(a_citizen())
    for viewer in (officer("receptionist", OTHER), officer("hamlet_head", COMMUNE), ANONYMOUS):
        with pytest.raises(Forbidden):
            a_case(viewer)


def test_a_case_walks_through_its_plan() -> None:
    clerk, leader = officer("specialist", COMMUNE), officer_account("leader", COMMUNE)
    case = a_case(clerk)
    first = only_open(case)
    second = finish_step(
        clerk, case=case, step=first.pk, outcome="accepted", following=Next("review", DEPARTMENT)
    )
    assert second and second.unit_path == DEPARTMENT and second.number == 2
    case.refresh_from_db()
    assert case.holder_path == DEPARTMENT
    third = finish_step(
        clerk, case=case, step=second.pk, outcome="agreed", following=Next("sign", COMMUNE, holder=leader)
    )
    case.refresh_from_db()
    assert third and case.holder_id == leader.pk
    assert finish_step(clerk, case=case, step=third.pk, outcome="signed") is None
    assert not CaseStep.objects.filter(case=case, ended_at__isnull=True).exists()
    assert names_of_events(case).count("cases.step_done") == 3


def test_a_double_press_is_harmless() -> None:
    clerk = officer("specialist", COMMUNE)
    case = a_case(clerk)
    first = only_open(case)
    once = finish_step(clerk, case=case, step=first.pk, outcome="accepted", following=Next("review"))
    again = finish_step(clerk, case=case, step=first.pk, outcome="accepted", following=Next("review"))
    assert once == again
    assert CaseStep.objects.filter(case=case).count() == 2
    with pytest.raises(Conflict):
        finish_step(clerk, case=case, step=first.pk, outcome="refused")
    assert start_step(clerk, case=case, following=Next("review")) == once
    with pytest.raises(Conflict, match="chưa xong"):
        start_step(clerk, case=case, following=Next("sign"))


def test_unknown_steps_are_refused() -> None:
    case = a_case()
    with pytest.raises(NotFound):
        finish_step(Viewer.system(), case=case, step=case.pk, outcome="x")
    with pytest.raises(ActionError, match="không có bước"):
        finish_step(Viewer.system(), case=case, step=only_open(case).pk, outcome="x", following=Next("dance"))
    with pytest.raises(NotFound):
        assign(Viewer.system(), case=only_open(case).pk, to=None)


def test_assignment_goes_to_officers_and_back_to_the_unit() -> None:
    leader, worker = officer("leader", COMMUNE), officer_account("specialist", COMMUNE)
    case = a_case()
    assert assign(leader, case=case, to=worker).holder_id == worker.pk
    assign(leader, case=case, to=worker)
    assert names_of_events(case).count("cases.assigned") == 1
    assert assign(leader, case=case, to=None).holder_id is None
    worker.is_active = False
    worker.save(update_fields=["is_active"])
    with pytest.raises(ActionError, match="Chọn cán bộ khác"):
        assign(leader, case=case, to=worker)


def test_a_handed_over_case_is_out_of_reach_of_the_giver() -> None:
    giver, taker = officer("specialist", DEPARTMENT), officer("specialist", OTHER)
    case = a_case(holder_path=DEPARTMENT)
    step = only_open(case)
    with pytest.raises(Forbidden):
        hand_over(taker, case=case, to_path=OTHER)
    with pytest.raises(ActionError, match="đơn vị khác"):
        hand_over(giver, case=case, to_path=DEPARTMENT)
    new = hand_over(giver, case=case, to_path=OTHER, step=step.pk, note="Thuộc thẩm quyền xã bên")
    assert (new.given_path, new.unit_path, new.key) == (DEPARTMENT, OTHER, "receive")
    assert hand_over(giver, case=case, to_path=OTHER, step=step.pk) == new  # pressed twice
    with pytest.raises(Forbidden):
        finish_step(giver, case=case, step=new.pk, outcome="x")
    with pytest.raises(Conflict):
        hand_over(taker, case=case, to_path=PROVINCE, step=step.pk)
    finish_step(taker, case=case, step=new.pk, outcome="done")


def test_parallel_work_names_a_lead_and_waits_for_all() -> None:
    system = Viewer.system()
    lead, other = officer("specialist", COMMUNE), officer("specialist", OTHER)
    case = a_case()
    parts = [
        ParallelPart(COMMUNE, PlannedStep("merge", "Xã chủ trì", term="3wd"), is_lead=True),
        ParallelPart(OTHER, PlannedStep("check", "Xã bên xác nhận", term="2wd")),
    ]
    for wrong in (parts[:1], [parts[1], parts[1]], [parts[0], parts[0]]):
        with pytest.raises(ActionError):
            send_parallel(system, case=case, parts=wrong)
    rows = send_parallel(lead, case=case, parts=parts)
    case.refresh_from_db()
    assert case.holder_path == COMMUNE
    with pytest.raises(Conflict):
        send_parallel(lead, case=case, parts=parts)
    mine = next(row for row in rows if row.is_lead)
    theirs = next(row for row in rows if not row.is_lead)
    with pytest.raises(ActionError, match="Xã bên xác nhận"):
        finish_step(lead, case=case, step=mine.pk, outcome="ok", following=Next("sign"))
    with pytest.raises(ActionError, match="chủ trì"):
        finish_step(other, case=case, step=theirs.pk, outcome="ok", following=Next("sign"))
    worker = officer_account("specialist", OTHER)
    assign(other, case=case, to=worker, step=theirs.pk)
    case.refresh_from_db()
    assert case.holder_id is None
    finish_step(other, case=case, step=theirs.pk, outcome="ok")
    following = finish_step(lead, case=case, step=mine.pk, outcome="ok", following=Next("sign"))
    assert following and following.key == "sign"


def test_opinions_have_a_term_of_their_own() -> None:
    asker, asked = officer("specialist", COMMUNE), officer("specialist", OTHER)
    with frozen("2026-03-02T09:00"):
        case = a_case(asker)
        due_at = case.due_at
        opinion = ask_opinion(asker, case=case, asked_path=OTHER, question="Có tranh chấp không?", term="2wd")
        assert (
            ask_opinion(asker, case=case, asked_path=OTHER, question="Có tranh chấp không?", term="2wd")
            == opinion
        )
        for wrong in ({"asked_path": COMMUNE, "question": "x"}, {"asked_path": OTHER, "question": " "}):
            with pytest.raises(ActionError):
                ask_opinion(asker, case=case, term="2wd", **wrong)
        with pytest.raises(ActionError, match="chưa quá hạn"):
            report_late_opinion(asker, opinion=opinion.pk)
        with pytest.raises(Forbidden):
            answer_opinion(asker, opinion=opinion.pk, answer="Không")
    with frozen("2026-03-05T09:00"):
        report_late_opinion(asker, opinion=opinion.pk)
        report_late_opinion(asker, opinion=opinion.pk)
        with pytest.raises(ActionError):
            answer_opinion(asked, opinion=opinion.pk, answer="  ")
        answer_opinion(asked, opinion=opinion.pk, answer="Không có tranh chấp", agrees=True)
        answer_opinion(asked, opinion=opinion.pk, answer="Không có tranh chấp", agrees=True)
        with pytest.raises(Conflict):
            answer_opinion(asked, opinion=opinion.pk, answer="Có")
    case.refresh_from_db()
    assert case.due_at == due_at
    assert Opinion.objects.get(pk=opinion.pk).agrees is True
    assert names_of_events(case).count("cases.opinion_late_reported") == 1
    late = Event.objects.get(record_id=case.pk, name="cases.opinion_answered").data["late"]
    assert late is True


def test_a_closed_case_stays_closed() -> None:
    clerk = officer("specialist", COMMUNE)
    case = a_case(clerk)
    with pytest.raises(Conflict):
        mark_returned(clerk, case=case)
    with pytest.raises(ActionError):
        close_case(clerk, case=case, status="open")
    close_case(clerk, case=case)
    close_case(clerk, case=case)
    with pytest.raises(Conflict, match="đã kết thúc"):
        close_case(clerk, case=case, status="refused")
    for again in (
        lambda: assign(clerk, case=case, to=None),
        lambda: start_step(clerk, case=case, following=Next("sign")),
        lambda: ask_opinion(clerk, case=case, asked_path=OTHER, question="?", term="1wd"),
        lambda: hand_over(clerk, case=case, to_path=OTHER),
    ):
        with pytest.raises(Conflict):
            again()
    mark_returned(clerk, case=case)
    assert mark_returned(clerk, case=case).status == "returned"
    assert close_case(clerk, case=case).status == "returned"
    assert names_of_events(case)[-2:] == ["cases.done", "cases.returned"]


def test_stopping_needs_a_reason() -> None:
    case = a_case()
    with pytest.raises(ActionError, match="lý do"):
        stop_case(Viewer.system(), case=case, note=" ")
    stop_case(Viewer.system(), case=case, note="Người nộp đề nghị dừng")
    case.refresh_from_db()
    assert case.status == "stopped" and case.closed_at is not None


def test_a_citizen_may_act_only_when_the_service_has_checked() -> None:
    citizen = a_citizen()
    case = a_case(citizen)
    with pytest.raises(Forbidden):
        close_case(citizen, case=case, status="withdrawn")
    assert close_case(citizen, case=case, status="withdrawn", checked=True).status == "withdrawn"
    with pytest.raises(Forbidden):
        close_case(ANONYMOUS, case=a_case(), status="withdrawn", checked=True)


def test_the_database_itself_refuses_what_cannot_be() -> None:
    case = a_case()
    for wrong in (
        {"status": "done"},
        {"status": "waiting"},
        {"paused_at": case.opened_at},
        {"due_at": case.opened_at},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**wrong)
    step = only_open(case)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseStep(case=case, number=9, key="x", title="x", unit_path=COMMUNE, began_at=step.began_at).save()


def test_a_kind_that_is_no_longer_installed_cannot_be_handled() -> None:
    from xaso.kernel.cases import registry
    from xaso.kernel.cases.testing import TRIAL

    case = a_case()
    registry._types.pop(TRIAL.key)
    with pytest.raises(ActionError, match="không còn được cài đặt"):
        assign(officer("leader", COMMUNE), case=case, to=None)
    with pytest.raises(KeyError):
        open_case(Viewer.system(), type=TRIAL.key, code="x", title="x", unit_path="15/", received_path="15/")
