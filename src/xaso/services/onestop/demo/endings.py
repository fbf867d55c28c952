"""The way to a result: reviewed, drafted, signed, sealed, handed over, rated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xaso.kernel.cases.models import CaseStep
from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.services.onestop import eforms, rules, setups_in_force
from xaso.services.onestop.actions import handling, results
from xaso.services.onestop.actions.base import open_step
from xaso.services.onestop.actions.rating import rate_dossier
from xaso.services.onestop.actions.returning import return_result
from xaso.services.onestop.demo.seeds import PIN

if TYPE_CHECKING:
    from xaso.services.onestop.demo.stories import Walk

MOST_STEPS = 12


def specialist_of(walk: Walk, unit_path: str) -> Viewer:
    """An officer of the office that holds the dossier."""
    here = [viewer_of(one) for one in walk.month.accounts.values() if one.unit_path == unit_path]
    able = [one for one in here if one.can("onestop.draft", unit_path)] or here
    return walk.month.chance.choice(able) if able else viewer_of(walk.month.accounts["tuphap"])


def to_the_end(walk: Walk, story: str) -> None:
    """From step to step; stops before signing or sealing for the stories that end there."""
    for _ in range(MOST_STEPS):
        dossier = walk.reload()
        step = open_step(dossier)
        if step is None or dossier.status in rules.ENDED or not walk.next_step():
            break
        with moment.frozen(walk.at):
            if not _step(walk, step, story):
                return
    if walk.reload().status == rules.DONE and walk.later(walk.month.chance.uniform(0.5, 8)):
        with moment.frozen(walk.at):
            _after(walk)


def _step(walk: Walk, step: CaseStep, story: str) -> bool:
    """Do one step; False when the story ends here."""
    dossier = walk.dossier
    if step.kind == CaseStep.Kind.SIGN:
        if story == "signing":
            return False
        results.sign_result(_signer(walk), dossier_id=dossier.pk, pin=PIN)
        return True
    if step.kind == CaseStep.Kind.SEAL:
        if story == "sealing":
            return False
        results.seal_result(walk.officer("vanthu"), dossier_id=dossier.pk, pin=PIN)
        return True
    officer = specialist_of(walk, step.unit_path)
    coming = handling.following(dossier, step.key)
    if coming and coming[0].kind in {CaseStep.Kind.SIGN, CaseStep.Kind.SEAL}:
        _draft(walk, officer)
    for part in CaseStep.objects.filter(case_id=dossier.case_id, ended_at__isnull=True, group__isnull=False):
        if part.pk != step.pk:
            other = specialist_of(walk, part.unit_path)
            handling.advance(other, dossier_id=dossier.pk, step_id=part.pk, note="Đã kiểm tra, đồng ý.")
    handling.advance(officer, dossier_id=dossier.pk, step_id=step.pk, note="Đủ điều kiện.")
    return True


def _signer(walk: Walk) -> Viewer:
    """The officer whose name stands under the draft."""
    drafts = [row for row in results.current_results(walk.dossier) if row.data.get("signer")]
    account = Account.objects.filter(pk=drafts[0].data["signer"]).first() if drafts else None
    return viewer_of(account or walk.month.accounts["lanhdao"])


def _draft(walk: Walk, officer: Viewer) -> None:
    dossier = walk.dossier
    body = setups_in_force.body_of(dossier.setup)
    given = eforms.Given(dossier.submitted_at.date(), {"channel": dossier.channel})
    for result in eforms.results_for(body, dossier.answers, given):
        if not dossier.results.filter(key=result.key, ended_at__isnull=True).exists():
            results.draft_result(
                officer,
                dossier_id=dossier.pk,
                key=result.key,
                answers=body.sample_draft,
            )


def _after(walk: Walk) -> None:
    dossier, chance = walk.dossier, walk.month.chance
    if dossier.delivery and dossier.delivery.get("way") == "counter" and chance.random() < 0.8:
        return_result(
            walk.officer("motcua", "motcua2"),
            dossier_id=dossier.pk,
            way="counter",
            receiver={"name": dossier.applicant.full_name},
        )
    if chance.random() < 0.55:
        overall = chance.choices((2, 1, 0), (70, 25, 5))[0]
        rate_dossier(Viewer.system(), dossier_id=dossier.pk, overall=overall)
