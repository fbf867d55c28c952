"""What a citizen does with a dossier under way: hand in what was asked for, take it back, judge how it went."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, Conflict
from xaso.kernel.documents.models import File
from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.ui.asked import Asked, Option
from xaso.services.onestop import rules
from xaso.services.onestop.actions.filing import PaperIn
from xaso.services.onestop.actions.rating import rate_dossier
from xaso.services.onestop.actions.reception import answer_supplement, withdraw_dossier
from xaso.services.onestop.models import Dossier, Supplement
from xaso.services.onestop.public.files import picker, received
from xaso.services.onestop.queries import tracking

SALT = "onestop.supplement"
TWO_DAYS = 2 * 24 * 3600
OTHER = "other"
LEVELS = (Option("2", "Rất hài lòng"), Option("1", "Hài lòng"), Option("0", "Không hài lòng"))
INDEXES = {
    "attitude": "Thái độ của cán bộ",
    "guidance": "Hướng dẫn rõ, đủ trong một lần",
    "time": "Thời gian giải quyết",
    "cost": "Thu đúng mức đã công bố",
    "ease": "Cách nộp và nhận thuận tiện",
}


def _items(waiting: Supplement) -> list[dict[str, str]]:
    """What was asked for, one line each, with a name for its input."""
    return [
        {
            "key": str(item.get("component") or f"{OTHER}_{place}"),
            "component": str(item.get("component") or OTHER),
            "name": str(item.get("name") or item.get("component") or "Giấy tờ khác"),
            "note": str(item.get("note", "")),
        }
        for place, item in enumerate(waiting.items)
    ]


def _ticket(dossier: Dossier, key: str, file: File) -> str:
    """A file already taken in, to be sent along when the page comes back because of another one."""
    return signing.dumps([str(dossier.pk), key, str(file.pk), file.name], salt=SALT)


def _kept(request: HttpRequest, dossier: Dossier, key: str) -> list[tuple[str, str, UUID]]:
    """Files of this input taken in by an earlier press: ticket, name, id. Forged or old tickets are left out."""
    found = []
    for ticket in request.POST.getlist(f"kept.{key}")[:20]:
        try:
            of, item, file_id, name = signing.loads(ticket, salt=SALT, max_age=TWO_DAYS)
        except (signing.BadSignature, ValueError):
            continue
        if of == str(dossier.pk) and item == key:
            found.append((ticket, name, UUID(file_id)))
    return found


def _take(
    request: HttpRequest, viewer: Viewer, dossier: Dossier, items: list[dict[str, str]]
) -> tuple[list[PaperIn], dict[str, list[tuple[str, str]]], dict[str, str]]:
    """Papers of this post, tickets of what was taken in, problems by input."""
    papers: list[PaperIn] = []
    tickets: dict[str, list[tuple[str, str]]] = {}
    problems: dict[str, str] = {}
    for item in items:
        key, name = item["key"], f"files.{item['key']}"
        held = _kept(request, dossier, key)
        try:
            files = received(request, viewer, name, item["name"], dossier.unit_path)
        except ActionError as error:
            problems[name], files = error.message, []
        held += [(_ticket(dossier, key, file), file.name, file.pk) for file in files]
        tickets[key] = [(ticket, shown) for ticket, shown, _ in held]
        papers += [
            PaperIn(component=item["component"], name=item["name"], file_id=file_id, copies=1)
            for _, _, file_id in held
        ]
    return papers, tickets, problems


@citizen
@require_http_methods(["GET", "POST"])
def supplement(request: HttpRequest, code: str) -> HttpResponse:
    """Hand in what the office asked for; what was sent well is kept when something else is wrong."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    waiting = tracking.waiting_supplement(viewer, dossier)
    if waiting is None:
        return redirect("onestop:own", code=dossier.code)
    items = _items(waiting)
    tickets: dict[str, list[tuple[str, str]]] = {}
    problems: dict[str, str] = {}
    note = request.POST.get("note", "").strip()[:2000]
    if request.method == "POST":
        papers, tickets, problems = _take(request, viewer, dossier, items)
        if not problems:
            try:
                answer_supplement(viewer, dossier_id=dossier.pk, papers=papers, note=note)
                return redirect("onestop:own", code=dossier.code)
            except ActionError as error:
                problems["note"] = error.message
    return _draw_supplement(request, dossier, waiting, items, tickets, problems, note)


def _draw_supplement(
    request: HttpRequest,
    dossier: Dossier,
    waiting: Supplement,
    items: list[dict[str, str]],
    tickets: dict[str, list[tuple[str, str]]],
    problems: dict[str, str],
    note: str,
) -> HttpResponse:
    rows: list[dict[str, Any]] = []
    for item in items:
        name = f"files.{item['key']}"
        wrong = (problems[name],) if name in problems else ()
        rows.append(
            {
                "item": item,
                "tickets": tickets.get(item["key"], []),
                "ask": picker(name, "Chụp ảnh hoặc chọn tệp", wrong),
            }
        )
    note_box = Asked(
        "long_text",
        "note",
        "Điều muốn nói thêm",
        hint="Ví dụ nội dung đã sửa",
        value=note,
        required=not items,
        errors=(problems["note"],) if "note" in problems else (),
    )
    context: dict[str, Any] = {
        "dossier": dossier,
        "waiting": waiting,
        "rows": rows,
        "note": note_box,
        "form": [row["ask"] for row in rows if row["ask"].errors] + ([note_box] if note_box.errors else []),
        "has_errors": bool(problems),
        "back_url": reverse("onestop:own", args=[dossier.code]),
    }
    return render(request, "onestop/public/supplement.html", context, status=422 if problems else 200)


@citizen
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take the dossier back, after saying so on a page of its own."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    own = redirect("onestop:own", code=dossier.code)
    if request.method == "POST":
        try:
            withdraw_dossier(viewer, dossier_id=dossier.pk, reason=request.POST.get("reason", "")[:500])
        except Conflict:
            pass
        return own
    if dossier.status in rules.ENDED:
        return own
    reason = Asked("long_text", "reason", "Vì sao rút hồ sơ?", required=False)
    context = {
        "dossier": dossier,
        "reason": reason,
        "back_url": reverse("onestop:own", args=[dossier.code]),
    }
    return render(request, "onestop/public/withdraw.html", context)


def _rating_questions(posted: dict[str, str], error: str) -> list[Asked]:
    overall = Asked(
        "radio",
        "overall",
        "Ông/bà có hài lòng với việc giải quyết hồ sơ này không?",
        options=LEVELS,
        value=posted.get("overall", ""),
        errors=(error,) if error else (),
    )
    more = [
        Asked("radio", key, label, options=LEVELS, value=posted.get(key, ""), required=False)
        for key, label in INDEXES.items()
    ]
    return [overall, *more]


@citizen
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, code: str) -> HttpResponse:
    """Judge how the dossier was handled. Who judged is not shown to the officers."""
    viewer = viewer_in(request)
    dossier = tracking.my_dossier(viewer, code)
    if dossier.status not in rules.ENDED or tracking.is_rated(dossier):
        return redirect("onestop:own", code=dossier.code)
    posted = {key: request.POST.get(key, "") for key in ("overall", *INDEXES)}
    comment, error = request.POST.get("comment", ""), ""
    if request.method == "POST":
        points = {key: int(posted[key]) for key in INDEXES if posted[key] in {"0", "1", "2"}}
        if posted["overall"] in {"0", "1", "2"}:
            level = int(posted["overall"])
            rate_dossier(viewer, dossier_id=dossier.pk, overall=level, points=points, comment=comment)
            return redirect("onestop:own", code=dossier.code)
        error = "Chọn một mức hài lòng"
    questions = _rating_questions(posted, error)
    context = {
        "dossier": dossier,
        "overall": questions[0],
        "more": questions[1:],
        "comment": Asked("long_text", "comment", "Góp ý thêm", value=comment, required=False),
        "form": [questions[0]] if error else None,
        "has_errors": bool(error),
        "back_url": reverse("onestop:own", args=[dossier.code]),
    }
    return render(request, "onestop/public/rate.html", context, status=422 if error else 200)
