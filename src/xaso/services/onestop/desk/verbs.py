"""The verbs with a page of their own: what each asks, whom it is for, what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.cases import actions as cases
from xaso.kernel.cases.actions import can_still_extend
from xaso.kernel.cases.actions.base import calendar_of
from xaso.kernel.people.models import Account
from xaso.kernel.people.queries import officers_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import day as day_words
from xaso.services.onestop import routing
from xaso.services.onestop.actions.filing import PaperIn
from xaso.services.onestop.actions.handling import apologise, pass_to, send_back, take
from xaso.services.onestop.actions.payments import waive
from xaso.services.onestop.actions.reception import (
    answer_supplement,
    ask_supplement,
    refuse_dossier,
    scan_paper,
    stop_dossier,
    withdraw_dossier,
)
from xaso.services.onestop.desk import forms as asked
from xaso.services.onestop.desk.files import MOST_BYTES, keep_posted
from xaso.services.onestop.desk.places import units_near
from xaso.services.onestop.models import DossierPaper, Payment
from xaso.services.onestop.queries.desk import DossierView

Facts = dict[str, Any]


@dataclass(frozen=True)
class Verb:
    """One verb. ``right`` is a key of DossierView.may; any of them will do."""

    title: str
    button: str
    rights: tuple[str, ...]
    run: Callable[[Viewer, DossierView, forms.Form, HttpRequest], str]
    kind: type[forms.Form] = asked.ReasonForm
    options: Callable[[Viewer, DossierView], Facts] | None = None
    beside: Callable[[Viewer, DossierView, HttpRequest], Facts] | None = None
    words: str = ""
    danger: bool = False
    template: str = ""

    def check(self, viewer: Viewer, seen: DossierView) -> None:
        """Raise Forbidden unless the officer may do this here; the action checks again."""
        if not set(self.rights) & seen.may:
            raise Forbidden()

    def make(self, viewer: Viewer, seen: DossierView, request: HttpRequest) -> Facts:
        """What the form and the page need."""
        return {
            "options": self.options(viewer, seen) if self.options else {},
            **(self.beside(viewer, seen, request) if self.beside else {}),
        }

    def form(self, posted: Any, more: Mapping[str, Any]) -> forms.Form:
        """The form, bound when something was posted."""
        options = dict(more["options"])
        if posted is None:
            return self.kind(**options)
        options.pop("initial", None)
        return self.kind(*posted, **options)


def _step_id(seen: DossierView, request: HttpRequest) -> UUID:
    """The open step as the page showed it, so that a second press does nothing twice."""
    try:
        return UUID(request.POST.get("step", ""))
    except ValueError:
        if seen.step is None:
            raise ActionError("Hồ sơ không có bước nào đang mở.") from None
        return seen.step.pk


# ---- whom the work goes to --------------------------------------------------------------------------------------


def _people(viewer: Viewer, seen: DossierView) -> Facts:
    path = seen.step.unit_path if seen.step else seen.case.holder_path
    authority = routing.authority_of(path)
    found = officers_in(path) or officers_in(authority)
    people = [(str(one.pk), f"{one.display_name}{f', {one.title}' if one.title else ''}") for one in found]
    holder = seen.step.holder_id if seen.step else None
    return {"people": people, "initial": {"to": str(holder) if holder else ""}}


def _assign(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    wanted = form.cleaned_data["to"]
    to = None if wanted == "unit" else Account.objects.filter(pk=wanted).first()
    take(viewer, dossier_id=seen.dossier.pk, to=to, step_id=_step_id(seen, request))
    return f"Đã giao việc cho {to.display_name}." if to else "Hồ sơ để cả đơn vị cùng thấy."


def _units(viewer: Viewer, seen: DossierView) -> Facts:
    held = seen.step.unit_path if seen.step else seen.case.holder_path
    return {"units": [pair for pair in units_near(seen.dossier.unit_path) if pair[0] != held]}


def _hand_over(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    facts = form.cleaned_data
    pass_to(
        viewer,
        dossier_id=seen.dossier.pk,
        to_path=facts["to_path"],
        step_id=_step_id(seen, request),
        note=facts["note"],
    )
    return "Đã bàn giao. Phiếu kiểm soát đã ghi lần giao nhận này."


def _ask_opinion(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    facts = form.cleaned_data
    cases.ask_opinion(viewer, case=seen.case.pk, **facts)
    return "Đã gửi câu hỏi. Thời hạn của hồ sơ vẫn chạy trong khi chờ trả lời."


# ---- supplement and papers --------------------------------------------------------------------------------------


def supplement_rows(seen: DossierView, request: HttpRequest) -> list[Facts]:
    """Each paper of the case with its latest judgement: what was judged not good is ticked beforehand."""
    latest: dict[str, DossierPaper] = {paper.component: paper for paper in seen.papers}
    posted = request.method == "POST"
    lacking = {one.get("paper") for one in seen.dossier.missing if isinstance(one, dict)}
    rows = []
    for paper in seen.required:
        key, held = paper.component.key, latest.get(paper.component.key)
        bad = held is not None and held.accepted is False
        ticked = key in request.POST.getlist("item") if posted else bad or key in lacking
        note = request.POST.get(f"note.{key}", "") if posted else held.note if held and bad else ""
        state = "chưa đạt" if bad else "đã có" if held else "chưa có"
        rows.append(
            {"key": key, "name": paper.component.name, "ticked": ticked, "note": note, "state": state}
        )
    return rows


def _supplement_extra(viewer: Viewer, seen: DossierView, request: HttpRequest) -> Facts:
    stage = "appraisal" if seen.dossier.received_at else "reception"
    asked_before = sum(one.stage == stage for one in seen.supplements)
    return {
        "rows": supplement_rows(seen, request),
        "other": request.POST.get("other", ""),
        "asked_before": asked_before,
        "over": asked_before >= max(seen.body.supplement_limit, 1),
        "basis": seen.body.supplement_basis,
    }


def _ask_supplement(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    rows = supplement_rows(seen, request)
    items: list[dict[str, Any]] = [
        {"component": row["key"], "name": row["name"], "note": row["note"].strip()[:300]}
        for row in rows
        if row["ticked"]
    ]
    other = request.POST.get("other", "").strip()[:300]
    if other:
        items.append({"component": "", "name": other, "note": ""})
    ask_supplement(
        viewer,
        dossier_id=seen.dossier.pk,
        items=items,
        reason=form.cleaned_data["reason"],
        legal_basis=form.cleaned_data.get("legal_basis", ""),
        approve_more="extend" in seen.may,
    )
    return "Đã yêu cầu bổ sung, đồng hồ thời hạn dừng. Người nộp được báo ngay."


def _answer_rows(viewer: Viewer, seen: DossierView, request: HttpRequest) -> Facts:
    waiting = next((one for one in seen.supplements if one.answered_at is None), None)
    items = waiting.items if waiting else []
    return {"items": [one for one in items if one.get("component")], "waiting": waiting, "limit": MOST_BYTES}


def _answer_supplement(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    waiting = _answer_rows(viewer, seen, request)["items"]
    papers: list[PaperIn] = []
    for item in waiting:
        key = item["component"]
        file_id = keep_posted(viewer, request.FILES.getlist(f"files.{key}"), key, seen.dossier.unit_path)
        given = file_id is not None or key in request.POST.getlist("given")
        if given:
            papers.append(
                PaperIn(
                    key, file_id=file_id, source=DossierPaper.Source.SCANNED, originals=0 if file_id else 1
                )
            )
    answer_supplement(viewer, dossier_id=seen.dossier.pk, papers=papers, note=form.cleaned_data["reason"])
    return "Đã nhận giấy tờ bổ sung. Thời hạn tính lại từ đầu."


def _components(viewer: Viewer, seen: DossierView) -> Facts:
    return {"components": [(one.key, one.name) for one in seen.body.components]}


def _add_paper(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    facts = form.cleaned_data
    key = facts["component"]
    file_id = keep_posted(viewer, request.FILES.getlist("files"), key, seen.dossier.unit_path)
    counts = {name: facts[name] or 0 for name in ("originals", "certified", "copies")}
    if file_id is None and not any(counts.values()):
        raise ActionError("Quét hoặc chọn tệp, hoặc ghi số bản đã nhận.", "originals")
    source = DossierPaper.Source.SCANNED if file_id else DossierPaper.Source.SHOWN
    paper = PaperIn(key, file_id=file_id, source=source).counted(counts)
    scan_paper(viewer, dossier_id=seen.dossier.pk, paper=paper)
    return "Đã thêm giấy tờ vào hồ sơ."


# ---- time, money, endings ---------------------------------------------------------------------------------------


def _apology_extra(viewer: Viewer, seen: DossierView, request: HttpRequest) -> Facts:
    moved = any(one.moves_due for one in seen.extensions)
    return {"in_time": can_still_extend(seen.case), "moved": moved}


def _apologise(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    new_day, calendar = form.cleaned_data["new_day"], calendar_of(seen.case)
    if not calendar.is_working(new_day):
        nearest = day_words(calendar.next_working(new_day))
        raise ActionError(
            f"Ngày {day_words(new_day)} là ngày nghỉ. Hẹn vào ngày làm việc, gần nhất là {nearest}.",
            "new_day",
        )
    closing: datetime = calendar.closing(new_day)
    try:
        extension = apologise(
            viewer, dossier_id=seen.dossier.pk, new_due_at=closing, reason=form.cleaned_data["reason"]
        )
    except ActionError as error:
        if "new_due_at" in error.errors:
            raise ActionError(error.message, "new_day") from error
        raise
    if extension.moves_due:
        return f"Đã xin lỗi và hẹn lại ngày {day_words(new_day)}."
    return "Đã gửi lời xin lỗi. Hạn của hồ sơ không đổi vì đã quá lúc được hẹn lại."


def _waive(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    for payment in seen.payments:
        if payment.state == Payment.State.DUE:
            waive(viewer, payment_id=payment.pk, reason=form.cleaned_data["reason"])
    return "Đã ghi miễn phí, lệ phí."


def _refuse(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    facts = form.cleaned_data
    refuse_dossier(
        viewer, dossier_id=seen.dossier.pk, reason=facts["reason"], legal_basis=facts.get("legal_basis", "")
    )
    return "Đã ghi không tiếp nhận. In phiếu từ chối cho người nộp."


def _send_back(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    send_back(
        viewer,
        dossier_id=seen.dossier.pk,
        step_id=_step_id(seen, request),
        reason=form.cleaned_data["reason"],
    )
    return "Đã trả lại bước trước kèm lý do."


def _withdraw(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    withdraw_dossier(viewer, dossier_id=seen.dossier.pk, reason=form.cleaned_data["reason"])
    return "Đã ghi công dân rút hồ sơ. Trả lại giấy tờ gốc cho người nộp."


def _stop(viewer: Viewer, seen: DossierView, form: forms.Form, request: HttpRequest) -> str:
    stop_dossier(viewer, dossier_id=seen.dossier.pk, reason=form.cleaned_data["reason"])
    return "Đã dừng giải quyết hồ sơ. In thông báo dừng cho người nộp."


def _worded(**options: Any) -> Callable[[Viewer, DossierView], Facts]:
    return lambda viewer, seen: options


PARTS = "onestop/desk/parts/"
READ = "Người nộp hồ sơ đọc nguyên văn lý do này. Viết rõ việc họ cần làm."
VERBS: dict[str, Verb] = {
    "giao": Verb("Giao cho cán bộ", "Giao việc", ("handle",), _assign, asked.AssignForm, _people),
    "ban-giao": Verb(
        "Bàn giao cho đơn vị khác",
        "Bàn giao",
        ("handle",),
        _hand_over,
        asked.HandOverForm,
        _units,
        words="Bước đang làm tiếp tục ở đơn vị nhận. Lần giao nhận được ghi vào phiếu kiểm soát.",
    ),
    "hoi-y-kien": Verb(
        "Hỏi ý kiến đơn vị khác",
        "Gửi câu hỏi",
        ("handle",),
        _ask_opinion,
        asked.AskForm,
        _units,
        words="Hồ sơ vẫn ở lại đơn vị này và thời hạn vẫn chạy.",
    ),
    "bo-sung": Verb(
        "Yêu cầu bổ sung giấy tờ",
        "Gửi yêu cầu bổ sung",
        ("receive", "handle"),
        _ask_supplement,
        options=_worded(label="Lý do", hint=READ, basis=True),
        beside=_supplement_extra,
        words="Ghi đủ một lần mọi giấy tờ còn thiếu hoặc chưa đạt.",
        template=PARTS + "supplement.html",
    ),
    "nhan-bo-sung": Verb(
        "Nhận giấy tờ bổ sung",
        "Ghi nhận bổ sung",
        ("receive",),
        _answer_supplement,
        options=_worded(
            label="Ghi chú về phần đã bổ sung", hint="Ví dụ: đã sửa tên trong tờ khai.", needed=False
        ),
        beside=_answer_rows,
        template=PARTS + "answer.html",
    ),
    "them-giay-to": Verb(
        "Thêm giấy tờ",
        "Thêm vào hồ sơ",
        ("receive",),
        _add_paper,
        asked.PaperForm,
        _components,
        template=PARTS + "paper.html",
    ),
    "khong-tiep-nhan": Verb(
        "Không tiếp nhận hồ sơ",
        "Không tiếp nhận",
        ("receive",),
        _refuse,
        options=_worded(label="Lý do không tiếp nhận", hint=READ, basis=True),
        danger=True,
    ),
    "xin-loi": Verb(
        "Xin lỗi và hẹn lại ngày trả kết quả",
        "Gửi lời xin lỗi",
        ("extend",),
        _apologise,
        asked.ApologyForm,
        beside=_apology_extra,
        template=PARTS + "apology.html",
    ),
    "tra-lai": Verb(
        "Trả lại bước trước",
        "Trả lại",
        ("handle", "sign"),
        _send_back,
        options=_worded(label="Lý do trả lại", hint="Người ở bước trước đọc lý do này để sửa."),
    ),
    "mien-phi": Verb(
        "Miễn phí, lệ phí",
        "Ghi miễn",
        ("receive",),
        _waive,
        options=_worded(label="Căn cứ miễn", hint="Ví dụ: hộ nghèo, số sổ hộ nghèo và năm."),
    ),
    "rut": Verb(
        "Công dân rút hồ sơ",
        "Ghi rút hồ sơ",
        ("receive",),
        _withdraw,
        options=_worded(label="Lý do rút", hint="Theo lời hoặc đơn của người nộp."),
        danger=True,
    ),
    "dung": Verb(
        "Dừng giải quyết hồ sơ",
        "Dừng giải quyết",
        ("extend",),
        _stop,
        options=_worded(label="Lý do dừng", hint=READ),
        words="Hồ sơ đã dừng không mở lại được. Muốn làm tiếp, người nộp phải nộp hồ sơ mới.",
        danger=True,
    ),
}
