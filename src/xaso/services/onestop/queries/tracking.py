"""What the citizen sees: the public look-up by code, and one's own dossiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.cases import plans
from xaso.kernel.cases.models import CaseStep, Extension
from xaso.kernel.events.models import Event
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.sealing.proofs import Recorded, recorded
from xaso.kernel.units.models import Unit
from xaso.services.onestop import rules
from xaso.services.onestop.models import (
    Dossier,
    DossierPaper,
    Payment,
    Rating,
    Result,
    Return,
    Supplement,
)
from xaso.services.onestop.numbering import CODE

# The sentences a citizen reads; what the office does inside stays inside.
FOR_CITIZEN = {
    "onestop.dossier_filed": "Đã nộp hồ sơ",
    "onestop.dossier_received": "Đã tiếp nhận hồ sơ",
    "onestop.dossier_refused": "Không tiếp nhận hồ sơ",
    "onestop.supplement_asked": "Cần bổ sung giấy tờ",
    "onestop.supplement_answered": "Đã nhận giấy tờ bổ sung",
    "onestop.dossier_withdrawn": "Đã rút hồ sơ",
    "onestop.dossier_stopped": "Đã dừng giải quyết",
    "onestop.form_sealed": "Đã gửi giấy có chữ ký số của cơ quan",
    "onestop.dossier_extended": "Xin lỗi và hẹn lại ngày trả kết quả",
    "onestop.payment_made": "Đã nhận phí, lệ phí",
    "onestop.payment_waived": "Được miễn phí, lệ phí",
    "onestop.dossier_done": "Đã có kết quả",
    "onestop.result_returned": "Đã trả kết quả",
}


@dataclass(frozen=True)
class PublicState:
    """All that a code tells a stranger: the code and the degree of completion (TT 01/2018 art. 16).

    ``recorded``: that its receipt stands in the tamper-evident log, which says nothing of whom or what.
    """

    code: str
    percent: int
    words: str
    recorded: Recorded | None = None


@dataclass(frozen=True)
class Line:
    """One line of the citizen's timeline."""

    at: datetime
    words: str
    where: str = ""


RECEIPT = ("onestop.dossier_filed", "onestop.dossier_received")


def public_state(viewer: Viewer, code: str) -> PublicState:
    """The public look-up; raises NotFound with one sentence for a wrong shape and for an unknown code."""
    code = code.strip().upper()
    found = None
    if CODE.fullmatch(code) and len(code) <= 60:
        with widened("a tracking code tells the degree of completion to whoever has it"):
            found = Dossier.objects.filter(code=code).select_related("case", "case__plan").first()
            percent = progress(found) if found is not None else 0
    if found is None:
        raise NotFound(
            "Không có hồ sơ mang mã này. Xem lại mã trên giấy tiếp nhận, ví dụ H38.12-261121-0001."
        )
    if found.status in rules.ENDED:
        words = "Đã kết thúc"
    elif found.status in rules.PAUSED:
        words = "Chờ người nộp hồ sơ"
    else:
        words = "Mới nộp" if found.status == rules.NEW else "Đang xử lý"
    return PublicState(found.code, percent, words, recorded(found.pk, *RECEIPT))


def progress(dossier: Dossier) -> int:
    """Steps done of steps planned, in percent."""
    if dossier.status in rules.ENDED:
        return 100
    done = (
        CaseStep.objects.filter(case_id=dossier.case_id, ended_at__isnull=False)
        .values("key")
        .distinct()
        .count()
    )
    return rules.percent_done(dossier.status, done, len(plans.steps_of(dossier.case)))


def my_dossiers(viewer: Viewer, limit: int = 100) -> Sequence[Dossier]:
    """The signed-in citizen's dossiers, newest first."""
    if viewer.person_id is None:
        return []
    own = Q(applicant_id=viewer.person_id) | Q(submitter_id=viewer.person_id)
    found = Dossier.objects.filter(own).select_related("case", "setup").defer("setup__body")
    return list(found.order_by("-submitted_at")[:limit])


def my_dossier(viewer: Viewer, code: str) -> Dossier:
    """One of the citizen's own dossiers; NotFound for anybody else's, as if it did not exist."""
    found = (
        Dossier.objects.filter(code=code.strip().upper())
        .select_related("case", "case__plan", "setup", "procedure", "applicant")
        .first()
    )
    own = {found.applicant_id, found.submitter_id} if found else set()
    if found is None or viewer.person_id is None or viewer.person_id not in own:
        raise NotFound("Không tìm thấy hồ sơ này trong tài khoản của ông/bà.")
    return found


def papers_of(viewer: Viewer, dossier: Dossier) -> Sequence[DossierPaper]:
    """The papers of a dossier that the caller was allowed to open."""
    return list(
        dossier.papers.filter(ended_at__isnull=True).select_related("file", "document").order_by("created_at")
    )


def waiting_supplement(viewer: Viewer, dossier: Dossier) -> Supplement | None:
    """The request to supplement that has no answer yet."""
    return dossier.supplements.filter(answered_at__isnull=True).first()


def payment_due(viewer: Viewer, dossier: Dossier) -> Payment | None:
    """What is still to pay."""
    return dossier.payments.filter(state=Payment.State.DUE).first()


def issued_results(viewer: Viewer, dossier: Dossier) -> Sequence[Result]:
    """Signed and sealed results."""
    found = dossier.results.filter(issued_at__isnull=False, ended_at__isnull=True)
    return list(found.select_related("document").order_by("issued_at"))


def citizen_timeline(viewer: Viewer, dossier: Dossier) -> list[Line]:
    """What happened, newest first, in the citizen's words, down to the department; no officer is named."""
    events = Event.objects.filter(record_id=dossier.pk, name__in=list(FOR_CITIZEN))
    told = [Line(event.at, FOR_CITIZEN[event.name]) for event in events]
    steps = list(CaseStep.objects.filter(case_id=dossier.case_id).exclude(kind="receive"))
    names = dict(
        Unit.objects.filter(path__in={step.unit_path for step in steps}).values_list("path", "full_name")
    )
    begun = [Line(step.began_at, step.title, names.get(step.unit_path, "")) for step in steps]
    # At one and the same moment a step begins because of what was told, so it stands above it.
    return sorted([*begun, *told], key=lambda line: line.at, reverse=True)


def last_payment(viewer: Viewer, dossier: Dossier) -> Payment | None:
    """What was paid or waived last."""
    settled = dossier.payments.filter(state__in=[Payment.State.PAID, Payment.State.WAIVED])
    return settled.order_by("-paid_at", "-created_at").first()


def apologies_of(viewer: Viewer, dossier: Dossier) -> Sequence[Extension]:
    """Apologies with the reason and the new date, newest first; the caller was allowed to open the dossier."""
    return list(Extension.objects.filter(case_id=dossier.case_id).order_by("-created_at"))


def handover_of(dossier: Dossier) -> Return | None:
    """How the result was given, when it was."""
    return Return.objects.filter(dossier=dossier).first()


def is_rated(dossier: Dossier) -> bool:
    """Whether the citizen has judged it."""
    return Rating.objects.filter(dossier=dossier).exists()


WAYS = {
    "screen": "Xem, tải trên màn hình",
    "email": "Thư điện tử",
    "post": "Bưu chính",
    "counter": "Tại bộ phận một cửa",
}


# The ten statuses in the citizen's words; the official names are the National Portal's.
STATES = {
    rules.NEW: "Đã nộp, chờ tiếp nhận",
    rules.RECEIVED: "Đã tiếp nhận",
    rules.NOT_RECEIVED: "Không được tiếp nhận",
    rules.IN_PROCESS: "Đang giải quyết",
    rules.SUPPLEMENT: "Cần bổ sung giấy tờ",
    rules.PAYMENT: "Cần nộp phí",
    rules.WITHDRAWN: "Đã rút hồ sơ",
    rules.STOPPED: "Đã dừng giải quyết",
    rules.DONE: "Đã có kết quả",
    rules.RETURNED: "Đã trả kết quả",
}


def delivery_words(dossier: Dossier) -> str:
    """How the citizen wants the result, with the address."""
    chosen = dossier.delivery or {}
    way = str(chosen.get("way", "counter"))
    detail = str(chosen.get({"email": "email", "post": "address"}.get(way, ""), "") or "")
    words = WAYS.get(way, WAYS["counter"])
    return f"{words}, {detail}" if detail else words


def refusal_words(dossier: Dossier) -> str:
    """Why the dossier was not received or was stopped: what the step that ended it says."""
    if dossier.status not in {rules.NOT_RECEIVED, rules.STOPPED}:
        return ""
    last = (
        CaseStep.objects.filter(case_id=dossier.case_id, ended_at__isnull=False).order_by("-ended_at").first()
    )
    return last.note if last else ""
