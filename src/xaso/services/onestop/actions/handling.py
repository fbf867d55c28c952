"""Handling: from step to step of the plan, side by side where the plan says so, to the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.cases import actions as cases
from xaso.kernel.cases import plans
from xaso.kernel.cases.actions import Next, ParallelPart
from xaso.kernel.cases.models import CaseStep, Extension, Status
from xaso.kernel.cases.plans import PlannedStep
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.onestop import eforms, rules, setups_in_force
from xaso.services.onestop.actions.base import locked, move, place_of, tell
from xaso.services.onestop.models import Dossier, Result

BY_OWN_ACTION = {"receive": "tiếp nhận", "sign": "ký", "seal": "đóng dấu và phát hành"}


def following(dossier: Dossier, key: str) -> list[PlannedStep]:
    """What comes after a step: one step, or all of a group that runs side by side; empty at the end."""
    steps = plans.steps_of(dossier.case)
    place = next((index for index, step in enumerate(steps) if step.key == key), None)
    if place is None:
        return []
    word = steps[place].extra.get("parallel", "")
    rest = steps[place + 1 :]
    while word and rest and rest[0].extra.get("parallel") == word:
        rest = rest[1:]
    if not rest:
        return []
    group = rest[0].extra.get("parallel", "")
    if not group:
        return rest[:1]
    size = next((n for n, step in enumerate(rest) if step.extra.get("parallel") != group), len(rest))
    return rest[:size]


def go_on(
    viewer: Viewer, dossier: Dossier, part: CaseStep, outcome: str, note: str, to: Account | None = None
) -> None:
    """End a step of a locked dossier and begin what the plan says next; the last one ends the dossier."""
    coming = [] if part.group and not part.is_lead else following(dossier, part.key)
    if coming and coming[0].kind == CaseStep.Kind.RETURN:
        coming = []
    if part.group and not part.is_lead:
        cases.finish_step(viewer, case=dossier.case_id, step=part.pk, outcome=outcome, note=note)
    elif not coming:
        cases.finish_step(viewer, case=dossier.case_id, step=part.pk, outcome=outcome, note=note)
        finish(viewer, dossier)
    elif len(coming) > 1:
        _side_by_side(viewer, dossier, part, outcome, note, coming)
    else:
        place = place_of(dossier.case, coming[0])
        step = Next(coming[0].key, unit_path=place, holder=to)
        cases.finish_step(
            viewer, case=dossier.case_id, step=part.pk, outcome=outcome, note=note, following=step
        )
    tell("onestop.step_done", dossier, viewer, step=part.title, outcome=outcome)


def _side_by_side(
    viewer: Viewer, dossier: Dossier, part: CaseStep, outcome: str, note: str, coming: Sequence[PlannedStep]
) -> None:
    parts: list[ParallelPart] = []
    for step in coming:
        place = place_of(dossier.case, step)
        if place not in {one.unit_path for one in parts}:
            parts.append(ParallelPart(place, step, is_lead=not parts))
    if len(parts) == 1:
        one = Next(coming[0].key, unit_path=parts[0].unit_path)
        cases.finish_step(
            viewer, case=dossier.case_id, step=part.pk, outcome=outcome, note=note, following=one
        )
        return
    cases.send_parallel(viewer, case=dossier.case_id, parts=parts, note=note)


def finish(viewer: Viewer, dossier: Dossier, at: datetime | None = None) -> None:
    """The dossier is handled: the legal clock ends here, the hand-over of the result comes after."""
    moment = at or now()
    case = cases.close_case(viewer, case=dossier.case_id, status=Status.DONE, at=moment, checked=True)
    on_time = case.due_at is None or moment <= case.due_at
    move(dossier, rules.DONE, finished_at=moment, on_time=on_time)
    tell("onestop.dossier_done", dossier, viewer, on_time=on_time)


def _part(dossier: Dossier, step_id: UUID) -> CaseStep:
    part = CaseStep.objects.filter(pk=step_id, case_id=dossier.case_id).first()
    if part is None:
        raise NotFound("Không tìm thấy bước xử lý này.")
    return part


def _results_ready(dossier: Dossier) -> None:
    body = setups_in_force.body_of(dossier.setup)
    given = eforms.Given(today=dossier.submitted_at.date(), facts={"channel": dossier.channel})
    made = set(Result.objects.filter(dossier=dossier, ended_at__isnull=True).values_list("key", flat=True))
    if "refusal" in made:
        return
    lacking = [one.title for one in eforms.results_for(body, dossier.answers, given) if one.key not in made]
    if lacking:
        raise ActionError(f"Soạn dự thảo trước khi trình ký: {', '.join(lacking)}.")


@action
def advance(
    viewer: Viewer,
    *,
    dossier_id: UUID,
    step_id: UUID,
    note: str = "",
    to: Account | None = None,
    outcome: str = "done",
) -> Dossier:
    """End the step under way and pass the dossier on. Pressed twice, the second press changes nothing.

    Reception, signing and sealing have actions of their own, which do their work before passing on.
    """
    dossier = locked(dossier_id)
    part = _part(dossier, step_id)
    if part.ended_at is not None:
        if part.outcome == outcome:
            return dossier
        raise Conflict("Bước này đã kết thúc trước đó. Tải lại trang để xem bước hiện tại.")
    if part.kind in BY_OWN_ACTION:
        raise ActionError(
            f"Bước này xong khi {BY_OWN_ACTION[part.kind]}. Dùng nút tương ứng trên trang hồ sơ."
        )
    if dossier.case.status == Status.WAITING:
        raise Conflict("Hồ sơ đang tạm dừng. Chờ công dân bổ sung hoặc cho tiếp tục trước.")
    coming = following(dossier, part.key)
    if coming and coming[0].kind == CaseStep.Kind.SIGN and not (part.group and not part.is_lead):
        _results_ready(dossier)
        Result.objects.filter(dossier=dossier, ended_at__isnull=True).update(
            submitted_at=now(), sent_back_reason=""
        )
        tell("onestop.result_submitted", dossier, viewer)
    if viewer.account_id and part.kind in {CaseStep.Kind.REVIEW, CaseStep.Kind.DECIDE} and part.group is None:
        dossier.handled_by = viewer.account_id
        dossier.save(update_fields=["handled_by"])
    go_on(viewer, dossier, part, outcome, note, to)
    return dossier


@action
def take(viewer: Viewer, *, dossier_id: UUID, to: Account | None, step_id: UUID | None = None) -> Dossier:
    """Give the open step to an officer (oneself, a colleague), or back to the office with None."""
    dossier = locked(dossier_id)
    cases.assign(viewer, case=dossier.case_id, to=to, step=step_id)
    return dossier


@action
def pass_to(viewer: Viewer, *, dossier_id: UUID, to_path: str, step_id: UUID, note: str = "") -> Dossier:
    """Hand the dossier to another unit or office, with a row on the control slip."""
    dossier = locked(dossier_id)
    cases.hand_over(viewer, case=dossier.case_id, to_path=to_path, step=step_id, note=note)
    return dossier


@action
def send_back(viewer: Viewer, *, dossier_id: UUID, step_id: UUID, reason: str) -> Dossier:
    """Return a dossier to the step before, with the reason; the leader's way to refuse a draft."""
    dossier = locked(dossier_id)
    part = _part(dossier, step_id)
    if not reason.strip():
        raise ActionError("Ghi lý do trả lại để người soạn sửa.", "reason")
    if part.ended_at is not None:
        return dossier
    earlier = CaseStep.objects.filter(case_id=dossier.case_id, number__lt=part.number).exclude(kind="receive")
    before = earlier.exclude(key=part.key).order_by("-number").first()
    if before is None:
        raise ActionError("Không có bước trước để trả lại. Dùng yêu cầu bổ sung hoặc dừng hồ sơ.")
    step = Next(before.key, unit_path=before.unit_path, holder=before.holder)
    cases.finish_step(
        viewer, case=dossier.case_id, step=part.pk, outcome="sent_back", note=reason.strip(), following=step
    )
    if part.kind == CaseStep.Kind.SIGN:
        drafts = Result.objects.filter(dossier=dossier, ended_at__isnull=True, signed_at__isnull=True)
        drafts.update(sent_back_reason=reason.strip()[:500], submitted_at=None)
    tell("onestop.result_sent_back", dossier, viewer, step=part.title)
    return dossier


@action
def apologise(viewer: Viewer, *, dossier_id: UUID, new_due_at: datetime, reason: str) -> Extension:
    """Apologise for a delay, with the reason and one new date (form 04); the citizen is told by a listener."""
    dossier = locked(dossier_id)
    viewer.must("onestop.extend", dossier.unit_path)
    extension = cases.extend_with_apology(viewer, case=dossier.case_id, new_due_at=new_due_at, reason=reason)
    tell("onestop.dossier_extended", dossier, viewer, moves=extension.moves_due)
    return extension


def advance_many(
    viewer: Viewer, *, steps: Sequence[tuple[UUID, UUID]], note: str = ""
) -> list[tuple[UUID, str]]:
    """Pass several dossiers on, each in a transaction of its own; answers (dossier, error or "") for each."""
    answers = []
    for dossier_id, step_id in steps:
        try:
            advance(viewer, dossier_id=dossier_id, step_id=step_id, note=note)
            answers.append((dossier_id, ""))
        except ActionError as error:
            answers.append((dossier_id, error.message))
    return answers
