"""Notices at the desk: the board, one notice before and after it was sent, its people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.access.alerts import note_export
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.messages import mass_queries
from xaso.kernel.people.doors import fresh, officer, viewer_in
from xaso.kernel.people.queries import names_of
from xaso.kernel.people.viewer import Viewer
from xaso.services.notices import rules, sheets
from xaso.services.notices.actions import notices as actions
from xaso.services.notices.desk.parts import PER_PAGE, channel_rows, refused, sent_file
from xaso.services.notices.models import Notice
from xaso.services.notices.queries import notices as queries
from xaso.services.notices.queries import tasks
from xaso.services.notices.queries.rights import APPROVE, SEND, VIEW, WRITE

MOST_PEOPLE = 300
STATES = {
    "chua": ("Chưa tới", ("waiting", "sent")),
    "toi": ("Đã tới", ("delivered", "read", "acknowledged")),
    "nhan": ("Đã bấm đã nhận", ("acknowledged",)),
    "hong": ("Không tới được", ("failed",)),
}


@officer(VIEW)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Notices of my units under three tabs; those that wait for me first."""
    viewer = viewer_in(request)
    tab = request.GET.get("xem", "")
    counts = queries.tab_counts(viewer)
    if tab not in queries.TABS:
        tab = "cho" if counts["cho"] and viewer.can(APPROVE) else "da-gui" if counts["da-gui"] else "soan"
    page = Paginator(queries.notices(viewer, queries.TABS[tab][1]), PER_PAGE).get_page(
        request.GET.get("trang")
    )
    context = {
        "page": page,
        "rows": [(row, queries.KINDS[Notice.State(row.state)], tasks.progress(row)) for row in page],
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"?xem={key}", "active": key == tab, "count": counts[key]}
            for key, (label, _) in queries.TABS.items()
        ],
        "may_write": viewer.can(WRITE),
    }
    return render(request, "notices/board.html", context)


def _verb(viewer: Viewer, row: Notice, do: str, posted: Any) -> tuple[str, Notice]:
    seen = int(posted.get("seen") or 0) if str(posted.get("seen") or "0").isdigit() else 0
    words = str(posted.get("words") or "")
    verbs: dict[str, tuple[Callable[[], Notice], str]] = {
        "send": (lambda: actions.send_notice(viewer, notice_id=row.pk, seen=seen), "Đã gửi."),
        "approve": (lambda: actions.approve_notice(viewer, notice_id=row.pk, seen=seen), "Đã duyệt và gửi."),
        "refuse": (lambda: actions.refuse_notice(viewer, notice_id=row.pk, reason=words), "Đã trả lại."),
        "stop": (
            lambda: actions.stop_notice(viewer, notice_id=row.pk, reason=words),
            "Đã dừng. Tin chưa đi thì không đi nữa.",
        ),
        "drop": (lambda: actions.drop_notice(viewer, notice_id=row.pk), "Đã bỏ bản nháp."),
        "copy": (
            lambda: actions.copy_notice(viewer, notice_id=row.pk),
            "Đã chép thành thông báo mới, chưa gửi.",
        ),
    }
    if do not in verbs:
        raise NotFound("Không có việc này.")
    kept = verbs[do][0]()
    if kept.state == Notice.State.WAITING:
        return "Đã trình. Thông báo chỉ đi khi người thứ hai duyệt.", kept
    if do in {"send", "approve"} and kept.send_at and kept.sent_at == kept.send_at:
        return "Đã hẹn giờ gửi.", kept
    return verbs[do][1], kept


@officer(VIEW)
@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One notice: before it is sent what would happen, afterwards what became of it."""
    viewer = viewer_in(request)
    row = queries.notice_at_desk(viewer, notice_id)
    status = 200
    if request.method == "POST":
        try:
            words, kept = _verb(viewer, row, request.POST.get("do", ""), request.POST)
        except ActionError as error:
            status = refused(request, error)
            row = queries.notice_at_desk(viewer, notice_id)
        else:
            messages.success(request, words)
            if kept.state == Notice.State.DROPPED:
                return redirect("notices_desk:board")
            return redirect("notices_desk:notice", notice_id=kept.pk)
    context = {
        "row": row,
        "kind": queries.KINDS[Notice.State(row.state)],
        "audience": queries.words_of(viewer, row),
        "ladder": rules.ladder_words(queries.ladder_of(row)),
        "who": names_of({one for one in (row.written_by, row.submitted_by, row.decided_by) if one}),
        "may_write": viewer.can(WRITE, row.unit_path),
        "may_send": viewer.can(SEND, row.unit_path),
        "timeline": queries.timeline([row.pk]),
        "back_url": reverse("notices_desk:board"),
    }
    sent = row.state in {Notice.State.SENT, Notice.State.STOPPED}
    context |= _after(viewer, row) if sent else _before(viewer, row, request.GET.get("nguoi", ""))
    template = "notices/sent.html" if sent else "notices/ready.html"
    return render(request, template, context, status=status)


def _before(viewer: Viewer, row: Notice, person: str) -> dict[str, Any]:
    own = viewer.account_id in {row.submitted_by, row.written_by}
    found: dict[str, Any] = {
        "may_approve": viewer.can(APPROVE, row.unit_path) and not own and row.state == Notice.State.WAITING,
        "editable": row.state in actions.EDITABLE,
    }
    if not viewer.can(SEND, row.unit_path):
        return found
    ahead = queries.look_ahead(viewer, row)
    choices = ahead.recipients[:40]
    picked = int(person) if person.isdigit() and int(person) < len(choices) else 0
    sample = queries.sample_for(row, choices[picked]) if choices and not ahead.problem else []
    return {
        **found,
        "ahead": ahead,
        "lost": ahead.unreachable[:50],
        "channels": [(rules.CHANNELS[one.channel], one) for one in ahead.channels],
        "people": [(number, one.name) for number, one in enumerate(choices)],
        "picked": picked,
        "sample": sample,
    }


def _after(viewer: Viewer, row: Notice) -> dict[str, Any]:
    mailing = queries.mailing_of(row)
    if mailing is None or not mass_queries.may_see(viewer, row.unit_path):
        return {
            "tasks": tasks.lines(tasks.tasks_here(viewer, notice_id=row.pk)),
            "progress": tasks.progress(row),
        }
    figures = mass_queries.figures(viewer, mailing.pk)
    places = queries.by_place(row, figures.hamlets)
    lines = tasks.lines(tasks.tasks_here(viewer, notice_id=row.pk))
    return {
        "mailing": mailing,
        "figures": figures,
        "failed": figures.states.get("failed", 0),
        "channels": channel_rows(figures.channels),
        "places": places,
        "live": mailing.state in {"running", "scheduled"},
        "tasks": lines,
        "progress": tasks.progress(row),
        "sum": tasks.sum_of(lines) if "figure" in row.task_asks else None,
    }


def _rows(viewer: Viewer, row: Notice, state: str, place: str) -> list[mass_queries.ReceiverRow]:
    if row.mailing_id is None:
        raise NotFound("Thông báo này chưa gửi.")
    states = STATES[state][1] if state in STATES else ()
    found = mass_queries.receivers(
        viewer, row.mailing_id, states=states, limit=20_000 if place else MOST_PEOPLE
    )
    if place:
        found = [one for one in found if rules.hamlet_of(one.unit_path, row.unit_path) == place]
    return found[:MOST_PEOPLE]


@officer(VIEW)
@require_GET
def people(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """The receivers behind a figure: of one hamlet, in one state. Numbers are masked, the look is logged."""
    viewer = viewer_in(request)
    row = queries.notice_at_desk(viewer, notice_id)
    state, place = request.GET.get("xem", ""), request.GET.get("thon", "")
    rows = _rows(viewer, row, state, place)
    names = tasks.unit_names({one.unit_path for one in rows} | {place})
    context = {
        "row": row,
        "rows": [(one, names.get(one.unit_path, "")) for one in rows],
        "place": names.get(place, ""),
        "most": MOST_PEOPLE,
        "tabs": [
            {"label": "Tất cả", "url": f"?thon={place}", "active": state not in STATES},
            *(
                {"label": label, "url": f"?xem={key}&thon={place}", "active": key == state}
                for key, (label, _) in STATES.items()
            ),
        ],
        "back_url": reverse("notices_desk:notice", args=[row.pk]),
    }
    return render(request, "notices/people.html", context)


@fresh(SEND)
@require_GET
def people_sheet(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """The receivers and what became of each as a workbook; taking it away is logged."""
    viewer = viewer_in(request)
    row = queries.notice_at_desk(viewer, notice_id)
    if row.mailing_id is None:
        raise NotFound("Thông báo này chưa gửi.")
    viewer.must(SEND, row.unit_path)
    rows = mass_queries.receivers(viewer, row.mailing_id, limit=20_000)
    note_export(viewer, what=f"Người nhận của thông báo {row.code}", unit_path=row.unit_path, rows=len(rows))
    names = tasks.unit_names({one.unit_path for one in rows})
    headings = ("Họ và tên", "Điện thoại", "Thôn, bản", "Tình trạng", "Lý do", "Kênh đã thử")
    lines = (
        (
            one.name,
            one.phone,
            names.get(one.unit_path, ""),
            one.label,
            one.reason,
            "; ".join(f"{tried['channel']}: {tried['state']}" for tried in one.channels),
        )
        for one in rows
    )
    return sent_file(sheets.book("Người nhận", headings, lines), f"nguoi-nhan-{row.code}.xlsx")
