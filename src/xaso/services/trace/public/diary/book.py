"""The book: lines with their filters, one line with everything about it, lines that wait for a look."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.doors import citizen
from xaso.kernel.plain.moment import VIETNAM
from xaso.services.trace import vocabulary
from xaso.services.trace.actions.diary_changes import correct_entry, resolve_entry, withdraw_entry
from xaso.services.trace.diary_forms import CorrectForm, WithdrawForm
from xaso.services.trace.models import Entry, Site
from xaso.services.trace.public.diary.base import handled, place_of, shown
from xaso.services.trace.queries import diary as queries
from xaso.services.trace.seats import MANAGER, RECORDER

PER_PAGE = 30
ASKED = ("viec", "thua", "tu", "den", "xem")


@citizen
@require_GET
def book(request: HttpRequest, token: str) -> HttpResponse:
    """Lines, newest first, narrowed by work, plot and days."""
    place = place_of(request, token)
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ASKED}
    page = Paginator(queries.entries(place, asked), PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "asked": asked,
        "works": queries.works_here(place),
        "plots": list(queries.plots(place, kind=Site.Kind.PLOT)),
        "narrowed": any(asked.values()),
        "query": request.GET.urlencode(),
    }
    return shown(request, "book", place, context)


@citizen
@require_GET
def reviews(request: HttpRequest, token: str) -> HttpResponse:
    """Lines in doubt, each beside the one it contradicts."""
    place = place_of(request, token)
    rows = list(queries.reviews(place).prefetch_related("targets__site", "review_of__targets__site")[:100])
    return shown(request, "reviews", place, {"rows": rows})


@citizen
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, token: str, entry_id: UUID) -> HttpResponse:
    """One line: what was written, its lot and event, its changes; correct it, withdraw it, settle it."""
    place = place_of(request, token)
    entry = queries.entry(place, entry_id)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if do in {"keep", "drop"}:
        return _settle(request, place, entry, keep=do == "keep")
    correct = CorrectForm(
        request.POST if do == "correct" else None, initial=_initial(entry), prefix="correct"
    )
    withdraw = WithdrawForm(request.POST if do == "withdraw" else None, prefix="withdraw")
    answer = _change(request, place, entry, do, correct, withdraw)
    if answer is not None:
        return answer
    context = {
        "entry": entry,
        "targets": list(
            entry.targets.select_related("site", "plant").order_by("site__name", "plant__code")[:60]
        ),
        "files": queries.files_of(entry),
        "revisions": list(entry.revisions.order_by("-number")),
        "doubles": list(entry.doubles.exclude(state=Entry.State.WITHDRAWN)),
        "correct": correct,
        "withdraw": withdraw,
        "form": {"correct": correct, "withdraw": withdraw}.get(do),
        "label": vocabulary.label_of(vocabulary.step_uri(entry.work)),
        "may_change": _may_change(place, entry),
        "back_url": reverse("trace:book", args=[token]),
    }
    return shown(request, "entry", place, context, 422 if do else 200)


def _may_change(place: queries.Place, entry: Entry) -> bool:
    if entry.state == Entry.State.WITHDRAWN:
        return False
    return place.records or entry.recorded_by == place.viewer.account_id


def _initial(entry: Entry) -> dict[str, Any]:
    return {
        "day": entry.happened_at.astimezone(VIETNAM).date(),
        "amount": entry.amount,
        "note": entry.note,
    }


def _change(
    request: HttpRequest,
    place: queries.Place,
    entry: Entry,
    do: str,
    correct: CorrectForm,
    withdraw: WithdrawForm,
) -> HttpResponse | None:
    token = place.enterprise.token
    if do == "correct":

        def put_right() -> None:
            facts = correct.cleaned_data
            local = entry.happened_at.astimezone(VIETNAM)
            on = facts["day"]
            moment = local.replace(year=on.year, month=on.month, day=on.day)
            changes = {"happened_at": moment, "amount": facts["amount"], "note": facts["note"]}
            correct_entry(
                place.viewer,
                enterprise=place.enterprise,
                entry_id=entry.pk,
                changes=changes,
                reason=facts["reason"],
            )

        return handled(
            request, correct, put_right, "Đã sửa. Bản cũ vẫn được giữ.", "trace:entry", token, entry.pk
        )
    if do == "withdraw":

        def take_back() -> None:
            reason = withdraw.cleaned_data["reason"]
            withdraw_entry(place.viewer, enterprise=place.enterprise, entry_id=entry.pk, reason=reason)

        return handled(request, withdraw, take_back, "Đã rút dòng này.", "trace:entry", token, entry.pk)
    return None


def _settle(request: HttpRequest, place: queries.Place, entry: Entry, *, keep: bool) -> HttpResponse:
    place = place_of(request, place.enterprise.token, MANAGER, RECORDER)
    try:
        resolve_entry(place.viewer, enterprise=place.enterprise, entry_id=entry.pk, keep=keep)
        messages.success(request, "Đã giữ dòng này." if keep else "Đã rút dòng này.")
    except ActionError as error:
        if error.status in {403, 404}:
            raise
        messages.error(request, error.message)
        return redirect("trace:entry", place.enterprise.token, entry.pk)
    more = queries.reviews(place).exists()
    if more:
        return redirect("trace:reviews", place.enterprise.token)
    return redirect("trace:entry", place.enterprise.token, entry.pk)


@citizen
@require_GET
def entry_file(request: HttpRequest, token: str, entry_id: UUID, file_id: UUID) -> HttpResponse:
    """To a short-lived link of a photo or voice note of a line that the viewer may read."""
    place = place_of(request, token)
    entry = queries.entry(place, entry_id)
    found = entry.files.filter(pk=file_id).select_related("file").first()
    if found is None:
        raise NotFound("Không tìm thấy tệp này.")
    return redirect(file_link(place.viewer, found.file))
