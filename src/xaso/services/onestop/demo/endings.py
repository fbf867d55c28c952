"""The way to a result: reviewed, drafted, signed, sealed, handed over, rated."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from xaso.kernel.cases.models import CaseStep
from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.services.onestop import eforms, rules, setups_in_force
from xaso.services.onestop.actions import handling, results
from xaso.services.onestop.actions.base import open_step, planned
from xaso.services.onestop.actions.rating import rate_dossier
from xaso.services.onestop.actions.returning import BY_ITSELF, return_by_itself, return_result
from xaso.services.onestop.demo.seeds import PIN
from xaso.services.onestop.issuing import REFUSAL, result_of, signers_for
from xaso.services.onestop.models import Dossier

if TYPE_CHECKING:
    from xaso.services.onestop.demo.stories import Walk

MOST_STEPS = 12
NOT_GRANTED = {
    "reasons": "Thông tin kê khai khác với dữ liệu hộ tịch; người nộp chưa cung cấp được giấy tờ chứng minh.",
    "basis": "Luật Hộ tịch 2014, điều 12",
    "advice": "Đề nghị cải chính hộ tịch trước, sau đó nộp lại hồ sơ này.",
}


def officer_of(walk: Walk, step: CaseStep) -> Viewer:
    """Who does a step: a specialist of the office that holds it, or its head where the plan asks for the head."""
    here = [viewer_of(one) for one in walk.month.accounts.values() if one.unit_path == step.unit_path]
    wanted = planned(walk.dossier, step.key)
    is_head = wanted is not None and wanted.extra.get("role") == "leader"
    able = [one for one in here if one.can("onestop.draft", step.unit_path)]
    fitting = [one for one in able if one.can("onestop.sign", step.unit_path) == is_head]
    return walk.month.chance.choice(fitting or able or here or [viewer_of(walk.month.accounts["tuphap"])])


def walk_to(walk: Walk, until: str) -> bool:
    """From step to step until the one with this key or of this kind is open: then true; false at the way's end."""
    for _ in range(MOST_STEPS):
        dossier = walk.reload()
        step = open_step(dossier)
        if step is None or dossier.status in rules.ENDED:
            return False
        if until in {step.key, step.kind}:
            return True
        at = walk.later(timedelta(hours=walk.month.chance.uniform(4, 8))) if _slow(walk) else walk.go_on()
        with moment.frozen(at):
            _step(walk, step)
    return False


def _slow(walk: Walk) -> bool:
    return walk.role.story == "slow"


def _step(walk: Walk, step: CaseStep) -> None:
    dossier = walk.dossier
    if step.kind == CaseStep.Kind.SIGN:
        results.sign_result(signer_of(walk), dossier_id=dossier.pk, pin=PIN)
        return
    if step.kind == CaseStep.Kind.SEAL:
        results.seal_result(walk.officer("vanthu"), dossier_id=dossier.pk, pin=PIN)
        return
    officer = officer_of(walk, step)
    if step.key == "draft" or _before_signing(dossier, step):
        draft(walk, officer)
    for part in CaseStep.objects.filter(case_id=dossier.case_id, ended_at__isnull=True, group__isnull=False):
        if part.pk != step.pk:
            other = officer_of(walk, part)
            handling.advance(other, dossier_id=dossier.pk, step_id=part.pk, note="Đã kiểm tra, đồng ý.")
    handling.advance(officer, dossier_id=dossier.pk, step_id=step.pk, note="Đủ điều kiện.")


def _before_signing(dossier: Dossier, step: CaseStep) -> bool:
    coming = handling.following(dossier, step.key)
    return bool(coming) and coming[0].kind in {CaseStep.Kind.SIGN, CaseStep.Kind.SEAL}


def signer_of(walk: Walk) -> Viewer:
    """The officer whose name stands under the draft."""
    drafts = [row for row in results.current_results(walk.dossier) if row.data.get("signer")]
    account = Account.objects.filter(pk=drafts[0].data["signer"]).first() if drafts else None
    return viewer_of(account or walk.month.accounts["lanhdao"])


def draft(walk: Walk, officer: Viewer) -> None:
    """Make the papers of the result, or the notice that it is not granted; what is drafted already stays."""
    dossier = walk.dossier
    body = setups_in_force.body_of(dossier.setup)
    given = eforms.Given(dossier.submitted_at.date(), {"channel": dossier.channel})
    wanted = [one.key for one in eforms.results_for(body, dossier.answers, given)]
    answers = body.sample_draft
    if walk.role.story == "denied":
        wanted, answers = [REFUSAL], NOT_GRANTED
    for key in wanted:
        if dossier.results.filter(key=key, ended_at__isnull=True).exists():
            continue
        offered = signers_for(dossier, result_of(body, key))
        deputy = next((one for one in offered if one.username == "pct"), None) if walk.deputy else None
        results.draft_result(
            officer,
            dossier_id=dossier.pk,
            key=key,
            answers=answers,
            signer=deputy.pk if deputy else None,
        )


def after(walk: Walk) -> None:
    """The result is there: handed over at the desk, delivered by the post, still waiting; and rated."""
    dossier, chance = walk.reload(), walk.month.chance
    if dossier.status != rules.DONE or walk.role.story == "ready":
        return
    way = (dossier.delivery or {}).get("way", "")
    if way in BY_ITSELF:
        with moment.frozen(walk.at):
            return_by_itself(dossier.pk)
    with moment.frozen(walk.later(timedelta(hours=chance.uniform(0.5, 8)))):
        if way in {"counter", "post"}:
            return_result(
                walk.officer("motcua", "motcua2"),
                dossier_id=dossier.pk,
                way=way,
                receiver={"name": dossier.applicant.full_name},
                parcel=f"EX{chance.randint(10**8, 10**9 - 1)}VN" if way == "post" else "",
            )
        if chance.random() < 0.55:
            overall = chance.choices((2, 1, 0), (70, 25, 5))[0]
            rate_dossier(Viewer.system(), dossier_id=dossier.pk, overall=overall)
