"""A request from asking to its end: answered in two working days, performed in the days of its kind, one extension."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.cases.actions import close_case, extend_with_apology, finish_step, open_case
from xaso.kernel.cases.actions.steps import Next
from xaso.kernel.cases.models import CaseStep, Extension
from xaso.kernel.cases.plans import PlannedStep
from xaso.kernel.events import emit
from xaso.kernel.messages.actions import send
from xaso.kernel.people.consents import say
from xaso.kernel.people.models import Consent, Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import clock
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import nfc
from xaso.services.privacy.models import Erasure, RequestKind, RightsRequest
from xaso.services.privacy.queries import HANDLE, plan_for, term_for, unit_for

CASE_TYPE = "privacy.request"
ABOUT_PURPOSES = (RequestKind.RESTRICT, RequestKind.OBJECT, RequestKind.WITHDRAW)
CORRECTABLE = {"full_name": 150, "birth_date": 10, "sex": 6, "phone": 20, "email": 120, "address": 300}


@action
def ask(viewer: Viewer, *, kind: str, detail: str = "", purposes: list[str] | None = None) -> RightsRequest:
    """A citizen asks something about their own data; answers the request, a case with the term of the law.

    The same kind asked again while it is open answers the open one: a phone may repeat the post.
    """
    if viewer.person_id is None:
        raise Forbidden()
    if kind not in RequestKind.values:
        raise ActionError("Chọn việc cần yêu cầu.", "kind")
    if kind in (RequestKind.CORRECT, RequestKind.OBJECT, RequestKind.RESTRICT) and not detail.strip():
        raise ActionError("Ghi rõ dữ liệu nào và cần làm gì.", "detail")
    person = Person.objects.select_for_update().get(pk=viewer.person_id)
    waiting = RightsRequest.objects.filter(person=person, kind=kind, case__closed_at__isnull=True).first()
    if waiting is not None:
        return waiting
    term = term_for(kind)
    unit = unit_for(person)
    plan = (
        PlannedStep("answer", "Trả lời, nói rõ cách làm", CaseStep.Kind.RECEIVE, term=term.answer_term),
        PlannedStep("perform", "Thực hiện yêu cầu", CaseStep.Kind.REVIEW, term=term.perform_term),
    )
    case = open_case(
        viewer,
        type=CASE_TYPE,
        code=f"DL-{now():%y%m%d}-{secrets.token_hex(3).upper()}",
        title=RequestKind(kind).label,
        unit_path=unit,
        received_path=unit,
        term=term.perform_term,
        plan=plan,
        subject=person,
        rule={"legal_basis": term.legal_basis},
    )
    row = RightsRequest(
        case=case, person=person, kind=kind, term=term, detail=nfc(detail)[:4000], purposes=purposes or []
    )
    row.save(force_insert=True)
    emit("privacy.request_asked", record=row, unit_path=unit, viewer=viewer, data={"kind": kind})
    _tell(viewer, row, "privacy.received")
    return row


def _locked(viewer: Viewer, request_id: UUID) -> RightsRequest:
    row = (
        RightsRequest.objects.select_for_update(of=("self",))
        .select_related("case", "person", "term")
        .filter(pk=request_id)
        .first()
    )
    if row is None or not viewer.can(HANDLE, row.case.unit_path):
        raise Forbidden("Yêu cầu này thuộc đơn vị khác hoặc tài khoản không được xử lý.")
    if row.finished_at is not None:
        raise Conflict("Yêu cầu này đã xong.")
    return row


@action
def answer(viewer: Viewer, *, request_id: UUID, words: str) -> RightsRequest:
    """Tell the person how the request will be dealt with (within two working days); the next step begins."""
    row = _locked(viewer, request_id)
    if not words.strip():
        raise ActionError("Ghi câu trả lời: sẽ làm gì, đến khi nào.", "words")
    if row.answered_at is None:
        step = CaseStep.objects.filter(case=row.case, key="answer", ended_at__isnull=True).first()
        if step is not None:
            finish_step(viewer, case=row.case, step=step.pk, outcome="answered", following=Next("perform"))
    row.answer, row.answered_at = nfc(words)[:4000], row.answered_at or now()
    row.save(update_fields=["answer", "answered_at"])
    emit("privacy.request_answered", record=row, unit_path=row.case.unit_path, viewer=viewer)
    _tell(viewer, row, "privacy.answered")
    return row


@action
def extend(viewer: Viewer, *, request_id: UUID, reason: str) -> Extension:
    """The one extension: by the length of the term itself at most, with its reason, told to the person."""
    row = _locked(viewer, request_id)
    if Extension.objects.filter(case=row.case).count() >= row.term.extensions:
        raise ActionError("Yêu cầu này đã gia hạn một lần, không gia hạn thêm được.")
    if row.case.due_at is None:
        raise ActionError("Yêu cầu này không có thời hạn.")
    days = sum(int(part.amount) for part in clock.parse_term(row.term.perform_term).parts)
    made = extend_with_apology(viewer, case=row.case, new_due_at=_working(row, days), reason=reason)
    _tell(viewer, row, "privacy.extended", due=f"{made.new_due_at:%d/%m/%Y}", reason=reason)
    return made


def _working(row: RightsRequest, days: int) -> Any:
    """So many days later; on a day off the last working day before it, never beyond the length the law allows."""
    from xaso.kernel.cases.calendars import calendar_for

    calendar = calendar_for(row.case.province, now())
    if row.case.due_at is None:
        raise ActionError("Yêu cầu này không có thời hạn.")
    wanted: datetime = row.case.due_at + timedelta(days=days)
    while not calendar.is_working(clock.local(wanted).date()):
        wanted -= timedelta(days=1)
    return wanted


@action
def correct(viewer: Viewer, *, request_id: UUID, changes: dict[str, str]) -> RightsRequest:
    """Put right what is wrong about the person; the log names the fields, never the values."""
    row = _locked(viewer, request_id)
    if row.kind != RequestKind.CORRECT:
        raise ActionError("Yêu cầu này không phải yêu cầu sửa.")
    wanted = {
        name: nfc(value).strip()[: CORRECTABLE[name]]
        for name, value in changes.items()
        if name in CORRECTABLE
    }
    person = Person.objects.select_for_update().get(pk=row.person_id)
    contact = dict(person.contact or {})
    changed = []
    for name, value in wanted.items():
        holder = contact if name in {"phone", "email", "address"} else None
        before = contact.get(name, "") if holder is not None else getattr(person, name)
        if value == before or (not value and name == "full_name"):
            continue
        changed.append(name)
        if holder is not None:
            contact[name] = value
        else:
            setattr(person, name, value)
    if not changed:
        raise ActionError("Chưa có thông tin nào thay đổi.")
    person.contact = contact
    person.save(update_fields=["full_name", "birth_date", "sex", "contact"])
    emit(
        "privacy.person_corrected",
        record=row,
        unit_path=row.case.unit_path,
        viewer=viewer,
        data={"fields": changed},
    )
    return row


@action
def stop_using(viewer: Viewer, *, request_id: UUID, purposes: list[str]) -> RightsRequest:
    """Stop the use for these purposes at once: the person objected, restricted, or took a consent back."""
    row = _locked(viewer, request_id)
    if row.kind not in ABOUT_PURPOSES:
        raise ActionError("Yêu cầu này không nói về mục đích dùng dữ liệu.")
    if not purposes:
        raise ActionError("Chọn mục đích phải dừng.", "purposes")
    state = Consent.State.WITHDRAWN if row.kind == RequestKind.WITHDRAW else Consent.State.REFUSED
    # The officer writes down what the person asked in writing.
    own = Viewer(kind="citizen", person_id=row.person_id)
    for code in purposes:
        say(own, person=row.person, code=code, state=state, channel=Consent.Channel.REQUEST)
    emit(
        "privacy.use_stopped",
        record=row,
        unit_path=row.case.unit_path,
        viewer=viewer,
        data={"purposes": purposes},
    )
    return row


@action
def erase(viewer: Viewer, *, request_id: UUID) -> Erasure:
    """Erase what no law keeps: sealed columns are blanked, files removed; the log of what happened stays."""
    row = _locked(viewer, request_id)
    if row.kind != RequestKind.DELETE:
        raise ActionError("Yêu cầu này không phải yêu cầu xóa.")
    Person.objects.select_for_update().get(pk=row.person_id)
    erased: dict[str, int] = {}
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    for line in plan_for(row.person_id, leave_out=row.pk):
        one = line.holding
        if line.verdict.may_erase and one.erase is not None:
            name = one.group or one.category
            erased[name] = erased.get(name, 0) + one.erase(viewer)
            continue
        entry = kept.setdefault(
            (one.group or one.category, line.verdict.why),
            {"category": one.group or one.category, "why": line.verdict.why, "count": 0, "until": ""},
        )
        entry["count"] += 1
        entry["until"] = max(entry["until"], line.verdict.until.isoformat() if line.verdict.until else "")
    made = Erasure.objects.create(
        person=row.person,
        request=row,
        done_by=viewer.account_id,
        erased=[{"category": name, "count": count} for name, count in sorted(erased.items())],
        kept=list(kept.values()),
    )
    emit(
        "privacy.erased",
        record=made,
        unit_path=row.case.unit_path,
        viewer=viewer,
        data={"count": sum(erased.values())},
    )
    return made


@action
def finish(viewer: Viewer, *, request_id: UUID, words: str) -> RightsRequest:
    """The request is performed: the person is told what was done."""
    return _end(viewer, request_id, words, "done")


@action
def refuse(viewer: Viewer, *, request_id: UUID, words: str) -> RightsRequest:
    """The request is refused, with the reason and its ground in law."""
    return _end(viewer, request_id, words, "refused")


def _end(viewer: Viewer, request_id: UUID, words: str, status: str) -> RightsRequest:
    row = _locked(viewer, request_id)
    if not words.strip():
        raise ActionError("Ghi kết quả để báo cho người yêu cầu.", "words")
    close_case(viewer, case=row.case, status=status)
    row.outcome, row.finished_at = nfc(words)[:4000], now()
    row.answered_at = row.answered_at or now()
    row.save(update_fields=["outcome", "finished_at", "answered_at"])
    emit(
        "privacy.request_ended",
        record=row,
        unit_path=row.case.unit_path,
        viewer=viewer,
        data={"status": status},
    )
    _tell(viewer, row, "privacy.ended")
    return row


def _tell(viewer: Viewer, row: RightsRequest, template: str, **more: str) -> None:
    send(
        viewer,
        template,
        to=row.person,
        data={"code": row.case.code, "matter": RequestKind(row.kind).label, **more},
        record=row,
        unit_path=row.case.unit_path,
        link=f"/privacy/yeu-cau/{row.pk}/",
    )
