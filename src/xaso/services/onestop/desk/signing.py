"""The leader's signing page and the clerk's sealing page: a list, what exactly is signed, a PIN, a line for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError, Conflict
from xaso.kernel.documents.actions.issuing import key_of_agency, key_of_person, send_code
from xaso.kernel.documents.models import SigningKey
from xaso.kernel.documents.signing import REMOTE
from xaso.kernel.people.doors import fresh, officer, viewer_in
from xaso.kernel.people.queries import names_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import stamp
from xaso.kernel.plain.moment import now
from xaso.kernel.ui.asked import Asked
from xaso.kernel.ui.parts import Column, Row, Table
from xaso.services.onestop.actions import results
from xaso.services.onestop.actions.base import open_step
from xaso.services.onestop.actions.results import DossierOutcome
from xaso.services.onestop.desk.pictures import pictures_of
from xaso.services.onestop.desk.queue import badge_of
from xaso.services.onestop.looks import note_looks
from xaso.services.onestop.queries.desk import dossier_for
from xaso.services.onestop.queries.results import MOST, Waiting, waiting_to_seal, waiting_to_sign


@dataclass(frozen=True)
class Work:
    """Signing or sealing, in words and functions."""

    name: str
    chosen: str
    title: str
    one: str
    button: str
    empty: tuple[str, str]
    waiting: Callable[[Viewer, Sequence[str] | None], list[Waiting]]
    run: Callable[..., list[DossierOutcome]]
    key: Callable[[Viewer, Sequence[Waiting]], SigningKey]
    seals: bool = False


def _seal_key(viewer: Viewer, rows: Sequence[Waiting]) -> SigningKey:
    paths = [one.document.unit_path for row in rows for one in row.results]
    return key_of_agency(paths[0] if paths else viewer.unit_path)


SIGN = Work(
    "signing",
    "sign_chosen",
    "Kết quả chờ ký",
    "Xem và ký",
    "Ký số",
    ("Không có kết quả nào chờ ký", "Kết quả xuất hiện ở đây khi chuyên viên trình ký."),
    waiting_to_sign,
    results.sign_many,
    lambda viewer, rows: key_of_person(viewer),
)
SEAL = Work(
    "sealing",
    "seal_chosen",
    "Kết quả chờ cấp số, đóng dấu",
    "Cấp số và đóng dấu",
    "Cấp số, đóng dấu và phát hành",
    ("Không có kết quả nào chờ đóng dấu", "Kết quả xuất hiện ở đây khi lãnh đạo đã ký."),
    waiting_to_seal,
    results.seal_many,
    _seal_key,
    seals=True,
)


def _list(request: HttpRequest, work: Work, status: int = 200) -> HttpResponse:
    rows = work.waiting(viewer_in(request), None)
    mine = [row for row in rows if work.seals or row.in_my_name]
    others = [row for row in rows if not (work.seals or row.in_my_name)]
    context = {
        "work": work,
        "table": _table(work, mine, work.title) if mine else None,
        "others": _table(work, others, "Dự thảo ghi tên người ký khác", named=True) if others else None,
        "full": len(rows) >= MOST,
        "most": MOST,
        "chosen_url": reverse(f"onestop_desk:{work.chosen}"),
        "back_url": reverse("onestop_desk:queue"),
    }
    return render(request, "onestop/desk/results/waiting.html", context, status=status)


def _table(work: Work, rows: Sequence[Waiting], caption: str, *, named: bool = False) -> Table:
    """The rows to choose from; ``named`` are another leader's, shown with that name and opened one by one."""
    columns = [
        Column("Hạn", nowrap=True),
        Column("Mã hồ sơ", head=True, nowrap=True),
        Column("Người nộp", nowrap=True),
        Column("Kết quả"),
    ]
    if work.seals or named:
        columns.append(Column("Lãnh đạo đã ký" if work.seals else "Người ký trên dự thảo", nowrap=True))
    drawn = []
    for row in rows:
        url = reverse(f"onestop_desk:{work.name}", args=[row.dossier.code])
        names = ", ".join(one.document.kind for one in row.results) or "Chưa có dự thảo"
        cells: tuple[object, ...] = (
            badge_of(row.badge),
            format_html('<a href="{}">{}</a>', url, row.dossier.code),
            row.dossier.applicant.full_name,
            names,
        )
        if len(columns) > len(cells):
            cells = (*cells, _signer_words(work, row))
        pick = row.dossier.code if row.results and not named else ""
        drawn.append(Row(cells=cells, pick=pick, pick_label=row.dossier.code, url=url))
    return Table(caption=caption, columns=columns, rows=drawn, pickable=not named, hide_caption=not named)


def _signer_words(work: Work, row: Waiting) -> str:
    if work.seals:
        signed = [one.signed_at for one in row.results if one.signed_at]
        return stamp(max(signed)) if signed else ""
    return row.signer or "Chưa ghi"


def _confirm(request: HttpRequest, work: Work, codes: Sequence[str], back_url: str) -> HttpResponse:
    """Show exactly what is signed, ask for the PIN; after the PIN, a line for each dossier. Drafts in another
    leader's name are shown without PIN: first they are made anew."""
    viewer = viewer_in(request)
    rows = work.waiting(viewer, codes)
    pin, errors, status = request.POST.get("pin", "").strip(), [], 200
    if rows and request.POST.get("do") == "code":
        _send_code(request, viewer, work, rows)
    elif rows and request.POST.get("do") == "yes":
        try:
            if not pin:
                raise ActionError("Nhập mã PIN của khóa ký.", "pin")
            return _outcome(request, work, _run(viewer, work, rows, codes, pin), back_url)
        except ActionError as error:
            if error.status == 403:
                raise
            errors, status = [error.message], error.status
    missing = sorted(set(codes) - {row.dossier.code for row in rows})
    return _ask(request, work, rows, missing, errors, back_url, status)


def _run(
    viewer: Viewer, work: Work, rows: Sequence[Waiting], codes: Sequence[str], pin: str
) -> list[DossierOutcome]:
    mine = [row for row in rows if work.seals or row.in_my_name]
    if rows and not mine:
        raise Conflict("Dự thảo ghi tên người ký khác. Chọn “Ký với tên tôi”, xem lại rồi ký.")
    done = work.run(viewer, dossier_ids=[row.dossier.pk for row in mine], pin=pin)
    known = {one.code for one in done}
    # What somebody else finished meanwhile is told too, not silently left out.
    gone = [code for code in codes if code not in known]
    nobody = UUID(int=0)
    words = "Không còn ở bước này. Mở hồ sơ để xem bước hiện tại."
    return [*done, *(DossierOutcome(nobody, code, False, words) for code in gone)]


def _ask(
    request: HttpRequest,
    work: Work,
    rows: Sequence[Waiting],
    missing: Sequence[str],
    errors: list[str],
    back_url: str,
    status: int,
) -> HttpResponse:
    viewer = viewer_in(request)
    key, problem = None, ""
    try:
        key = work.key(viewer, rows) if rows else None
    except ActionError as error:
        problem = error.message
    purpose = "Xem kết quả để đóng dấu" if work.seals else "Xem kết quả để ký"
    note_looks(viewer, [row.dossier for row in rows], purpose=purpose)
    remote = key is not None and key.adapter == REMOTE
    question = Asked(
        "one_time" if remote else "password",
        "pin",
        "Mã xác thực một lần" if remote else "Mã PIN của khóa ký",
        hint="Nhà cung cấp chữ ký gửi mã về điện thoại của người giữ khóa." if remote else "",
        errors=tuple(errors),
        attrs={"autocomplete": "one-time-code" if remote else "off", "inputmode": "numeric"},
    )
    items = [
        {
            "row": row,
            "badge": badge_of(row.badge),
            "papers": [
                {"result": one, "paper": pictures_of(row.dossier, one, 4 if len(rows) == 1 else 2)}
                for one in row.results
            ],
            "step": _step_id(row),
        }
        for row in rows
    ]
    ready = [row for row in rows if work.seals or row.in_my_name]
    context = {
        "work": work,
        "items": items,
        "ready": ready,
        "alone": items[0] if len(items) == 1 else None,
        "missing": missing,
        "key": key,
        "expired": key is not None and key.valid_to < now(),
        "remote": remote,
        "mandate": None if work.seals else _mandate(viewer, rows),
        "problem": problem,
        "pin": question,
        "form": [question] if errors else None,
        "others": len(rows) - len(ready),
        "count": sum(len(row.results) for row in ready),
        "back_url": back_url,
    }
    return render(request, "onestop/desk/results/confirm.html", context, status=status)


def _mandate(viewer: Viewer, rows: Sequence[Waiting]) -> tuple[str, str, str] | None:
    """By whose mandate the viewer signs these: name, manner, number of the paper; None by one's own right."""
    for row in rows:
        for one in row.results:
            grant = viewer.delegation("onestop.sign", one.document.unit_path)
            if grant is not None and grant.on_behalf_of is not None:
                name, _ = names_of({grant.on_behalf_of}).get(grant.on_behalf_of, ("", ""))
                return name, grant.manner, grant.document_number
    return None


def _step_id(row: Waiting) -> str:
    step = open_step(row.dossier)
    return str(step.pk) if step else ""


def _send_code(request: HttpRequest, viewer: Viewer, work: Work, rows: Sequence[Waiting]) -> None:
    path = rows[0].results[0].document.unit_path if work.seals and rows[0].results else None
    try:
        send_code(viewer, agency_path=path)
        messages.success(request, "Nhà cung cấp chữ ký đã gửi mã. Nhập mã để ký.")
    except ActionError as error:
        messages.error(request, error.message)


def _outcome(
    request: HttpRequest, work: Work, lines: Sequence[DossierOutcome], back_url: str
) -> HttpResponse:
    context: dict[str, Any] = {
        "work": work,
        "lines": lines,
        "done": sum(line.ok for line in lines),
        "failed": sum(not line.ok for line in lines),
        "list_url": reverse(f"onestop_desk:{work.name}"),
        "back_url": reverse(f"onestop_desk:{work.name}"),
    }
    return render(request, "onestop/desk/results/outcome.html", context)


def _chosen(request: HttpRequest, work: Work) -> HttpResponse:
    codes = list(dict.fromkeys(code.strip().upper()[:60] for code in request.POST.getlist("pick")))[:MOST]
    if not codes:
        messages.error(request, "Chưa chọn hồ sơ nào. Đánh dấu các hồ sơ rồi bấm lại.")
        return _list(request, work, status=422)
    return _confirm(request, work, codes, reverse(f"onestop_desk:{work.name}"))


def _one(request: HttpRequest, work: Work, code: str) -> HttpResponse:
    dossier = dossier_for(viewer_in(request), code)
    return _confirm(request, work, [dossier.code], reverse("onestop_desk:dossier", args=[dossier.code]))


@officer("onestop.sign")
@require_GET
def sign_list(request: HttpRequest) -> HttpResponse:
    """What waits for the leader's signature."""
    return _list(request, SIGN)


@fresh("onestop.sign")
@require_POST
def sign_chosen(request: HttpRequest) -> HttpResponse:
    """The chosen papers page by page, the PIN, and what became of each."""
    return _chosen(request, SIGN)


@fresh("onestop.sign")
@require_http_methods(["GET", "POST"])
def sign_one(request: HttpRequest, code: str) -> HttpResponse:
    """The same for one dossier."""
    return _one(request, SIGN, code)


@fresh("onestop.sign")
@require_POST
def in_my_name(request: HttpRequest, code: str) -> HttpResponse:
    """Make the drafts anew with the viewer as signer, then show them."""
    viewer = viewer_in(request)
    dossier = dossier_for(viewer, code)
    try:
        results.sign_in_my_name(viewer, dossier_id=dossier.pk)
        messages.success(request, "Đã lập lại dự thảo với tên người ký mới. Xem lại rồi ký.")
    except ActionError as error:
        if error.status in {403, 404}:
            raise
        messages.error(request, error.message)
    return redirect("onestop_desk:signing", code=dossier.code)


@officer("onestop.seal")
@require_GET
def seal_list(request: HttpRequest) -> HttpResponse:
    """What the leader has signed and waits for number and seal."""
    return _list(request, SEAL)


@fresh("onestop.seal")
@require_POST
def seal_chosen(request: HttpRequest) -> HttpResponse:
    """The chosen papers, the PIN of the seal, and what became of each."""
    return _chosen(request, SEAL)


@fresh("onestop.seal")
@require_http_methods(["GET", "POST"])
def seal_one(request: HttpRequest, code: str) -> HttpResponse:
    """The same for one dossier."""
    return _one(request, SEAL, code)
