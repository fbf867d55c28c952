"""What can be done with a dossier now: the one primary action the step names, and the others under "Thêm"."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from xaso.kernel.cases import plans
from xaso.kernel.cases.models import CaseStep
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop import rules
from xaso.services.onestop.models import Payment
from xaso.services.onestop.queries.desk import DossierView


@dataclass(frozen=True)
class Primary:
    """The one thing to do next. ``url`` is opened, or posted to when ``posts``; without url only words stand."""

    label: str
    words: str
    url: str = ""
    posts: bool = False
    icon: str = "send"
    step: str = ""
    takes_note: bool = False
    needs_person: str = ""


@dataclass(frozen=True)
class Move:
    """Another thing that can be done, on a page of its own."""

    verb: str
    label: str
    icon: str
    url: str


def _url(name: str, code: str, *more: str) -> str:
    return reverse(f"onestop_desk:{name}", args=[code, *more])


def maybe(name: str, *args: object) -> str:
    """The address of a page that another part of the desk may bring; empty while it is not there."""
    try:
        return reverse(f"onestop_desk:{name}", args=args)
    except NoReverseMatch:
        return ""


def primary_for(viewer: Viewer, seen: DossierView) -> Primary:
    """The primary action of this officer on this dossier."""
    dossier, code = seen.dossier, seen.dossier.code
    due = any(one.state == Payment.State.DUE for one in seen.payments)
    if dossier.status == rules.PAYMENT:
        if due and "take_money" in seen.may:
            return Primary(
                "Thu tiền", "Hồ sơ chờ nộp phí, lệ phí.", _url("take_money", code), True, "banknote"
            )
        return Primary("", "Hồ sơ chờ công dân nộp phí, lệ phí.")
    if dossier.status == rules.SUPPLEMENT:
        if "receive" in seen.may:
            return Primary(
                "Nhận giấy tờ bổ sung",
                "Hồ sơ chờ công dân bổ sung giấy tờ.",
                _url("verb", code, "nhan-bo-sung"),
                icon="file-plus",
            )
        return Primary("", "Hồ sơ chờ công dân bổ sung giấy tờ.")
    if dossier.status == rules.DONE:
        if "receive" in seen.may:
            return Primary(
                "Trả kết quả",
                "Kết quả đã có, chờ trả cho người nộp.",
                _url("give_back", code),
                icon="handshake",
            )
        return Primary("", "Đã xử lý xong, chờ bộ phận một cửa trả kết quả.")
    if not seen.case.is_running or seen.step is None:
        return Primary("", f"Hồ sơ đã kết thúc: {dossier.get_status_display().lower()}.")
    return _by_step(viewer, seen, seen.step)


def _by_step(viewer: Viewer, seen: DossierView, main: CaseStep) -> Primary:
    code, step = seen.dossier.code, own_step(viewer, seen, main)
    coming = ", ".join(one.title for one in seen.coming if one.kind != CaseStep.Kind.RETURN)
    if step.kind == CaseStep.Kind.RECEIVE:
        if "receive" in seen.may:
            words = f"Kiểm tra giấy tờ. Tiếp nhận xong, hồ sơ chuyển tới bước: {coming or 'trả kết quả'}."
            return Primary("Tiếp nhận", words, _url("accept", code), True, "check", takes_note=True)
        return Primary("", "Hồ sơ chờ bộ phận một cửa tiếp nhận.")
    page = {CaseStep.Kind.SIGN: "signing", CaseStep.Kind.SEAL: "sealing"}.get(CaseStep.Kind(step.kind))
    if page:
        right, label = ("sign", "Xem và ký") if page == "signing" else ("seal", "Cấp số, đóng dấu, phát hành")
        if right in seen.may:
            icon = "signature" if right == "sign" else "stamp"
            return Primary(label, f"Bước: {step.title}.", maybe(page, code) or maybe(page), icon=icon)
        return Primary(
            "", "Hồ sơ chờ lãnh đạo ký." if right == "sign" else "Hồ sơ chờ văn thư đóng dấu, phát hành."
        )
    if not viewer.can("onestop.handle", step.unit_path):
        return Primary("", f"Hồ sơ đang ở bước “{step.title}” tại đơn vị khác.")
    to_sign = (
        bool(seen.coming) and seen.coming[0].kind == CaseStep.Kind.SIGN and (not step.group or step.is_lead)
    )
    draft = maybe("draft_result", code)
    if (to_sign or _last_to_draft(seen, step)) and not seen.results and draft and "draft" in seen.may:
        return Primary("Soạn kết quả", "Soạn dự thảo kết quả trước khi trình ký.", draft, icon="file-pen")
    back = next((one.sent_back_reason for one in seen.results if one.sent_back_reason), "")
    if to_sign and back and draft and "draft" in seen.may:
        words = f"Lãnh đạo trả lại: {back} Sửa dự thảo, xem lại rồi trình ký từ trang đó."
        return Primary("Sửa dự thảo", words, draft, icon="file-pen")
    label = "Trình ký" if to_sign else "Hoàn thành bước này" if not coming or step.group else "Chuyển bước"
    words = f"Bước này: {step.title}. " + (f"Tiếp theo: {coming}." if coming else "Đây là bước cuối.")
    return Primary(label, words, _url("advance", code), True, "send", step=str(step.pk), takes_note=True)


def _last_to_draft(seen: DossierView, step: CaseStep) -> bool:
    """Nobody after this step drafts before the leader signs: only heads who approve lie between."""
    if step.kind != CaseStep.Kind.DECIDE or (step.group and not step.is_lead):
        return False
    steps = plans.steps_of(seen.case)
    place = next((index for index, one in enumerate(steps) if one.key == step.key), len(steps))
    rest = [one for one in steps[place + 1 :] if one.extra.get("role") != "leader" or one.kind == "sign"]
    return bool(rest) and rest[0].kind == CaseStep.Kind.SIGN


def own_step(viewer: Viewer, seen: DossierView, main: CaseStep) -> CaseStep:
    """The open step this officer works on: the main one, or their unit's part of a linked procedure."""
    if main.group is None or viewer.can("onestop.handle", main.unit_path):
        return main
    others = CaseStep.objects.filter(case=seen.case, group=main.group, ended_at__isnull=True)
    return next((one for one in others if viewer.can("onestop.handle", one.unit_path)), main)


def moves_for(viewer: Viewer, seen: DossierView) -> list[Move]:
    """Everything else this officer may do, in the order of how often it is done."""
    dossier, case, step = seen.dossier, seen.case, seen.step
    running = case.is_running
    at_work = running and case.status == "open" and step is not None
    handles = "handle" in seen.may
    waiting = any(one.answered_at is None for one in seen.supplements)
    early = dossier.status in {rules.NEW, rules.PAYMENT, rules.SUPPLEMENT} and dossier.received_at is None
    due = [one for one in seen.payments if one.state == Payment.State.DUE]
    offered = [
        (handles and at_work, "giao", "Giao cho cán bộ", "user-plus"),
        (handles and at_work, "ban-giao", "Bàn giao cho đơn vị khác", "share-2"),
        (handles and at_work, "hoi-y-kien", "Hỏi ý kiến đơn vị khác", "message-square"),
        (
            ("receive" in seen.may or handles) and at_work and not waiting,
            "bo-sung",
            "Yêu cầu bổ sung giấy tờ",
            "file-plus",
        ),
        ("receive" in seen.may and early and running, "khong-tiep-nhan", "Không tiếp nhận", "file-x"),
        (
            "receive" in seen.may and running and not dossier.status == rules.SUPPLEMENT,
            "them-giay-to",
            "Thêm giấy tờ",
            "scan-line",
        ),
        ("receive" in seen.may and bool(due), "mien-phi", "Miễn phí, lệ phí", "hand-coins"),
        (
            handles and at_work and step is not None and step.kind != "receive" and step.number > 2,
            "tra-lai",
            "Trả lại bước trước",
            "undo-2",
        ),
        (
            "extend" in seen.may and running and case.due_at is not None,
            "xin-loi",
            "Xin lỗi và hẹn lại",
            "clock",
        ),
        ("receive" in seen.may and running, "rut", "Công dân rút hồ sơ", "archive"),
        ("extend" in seen.may and running and not early, "dung", "Dừng giải quyết", "octagon-alert"),
    ]
    return [
        Move(verb, label, icon, _url("verb", dossier.code, verb)) for ok, verb, label, icon in offered if ok
    ]
