"""Members, groups and seats of an enterprise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import citizen
from xaso.services.trace.actions import farm
from xaso.services.trace.diary_forms import GroupForm, MemberForm, SeatForm
from xaso.services.trace.models import Group, Member
from xaso.services.trace.public.diary.base import handled, place_of, shown
from xaso.services.trace.queries import diary as queries
from xaso.services.trace.seats import MANAGER, RECORDER


@citizen
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, token: str) -> HttpResponse:
    """Households and groups; a new group by its name."""
    place = place_of(request, token, MANAGER, RECORDER)
    form = GroupForm(request.POST or None)
    if request.method == "POST":
        answer = handled(
            request,
            form,
            lambda: farm.keep_group(
                place.viewer, enterprise=place.enterprise, name=form.cleaned_data["name"]
            ),
            "Đã thêm tổ.",
            "trace:members",
            token,
        )
        if answer is not None:
            return answer
    context = {
        "rows": list(queries.members(place)),
        "groups": list(queries.groups(place.enterprise)),
        "form": form,
    }
    return shown(request, "members", place, context, 422 if form.errors else 200)


def _member(place: queries.Place, key: UUID) -> Member:
    found = queries.members(place).filter(pk=key).first()
    if found is None:
        raise NotFound("Không tìm thấy hộ này.")
    return found


@citizen
@require_http_methods(["GET", "POST"])
def member_form(request: HttpRequest, token: str, member_id: UUID | None = None) -> HttpResponse:
    """A new household, or one corrected or ended."""
    place = place_of(request, token, MANAGER)
    member = _member(place, member_id) if member_id else None
    if member is not None and request.POST.get("do") == "end":
        farm.end_member(place.viewer, member=member)
        messages.success(request, f"{member.name} đã thôi thành viên.")
        return redirect("trace:members", token)
    form = MemberForm(place.enterprise, request.POST or None, initial=_initial(member))
    if request.method == "POST":

        def keep() -> None:
            facts = dict(form.cleaned_data)
            key = facts.pop("group")
            group = Group.objects.filter(enterprise=place.enterprise, pk=key).first() if key else None
            farm.keep_member(place.viewer, enterprise=place.enterprise, group=group, member=member, **facts)

        answer = handled(request, form, keep, "Đã ghi hộ thành viên.", "trace:members", token)
        if answer is not None:
            return answer
    context = {"form": form, "member": member, "back_url": reverse("trace:members", args=[token])}
    return shown(request, "member_form", place, context, 422 if form.errors else 200)


def _initial(member: Member | None) -> dict[str, Any]:
    if member is None:
        return {}
    contact = member.contact or {}
    return {
        "name": member.name,
        "code": member.code,
        "group": str(member.group_id or ""),
        "hamlet": member.hamlet,
        "phone": contact.get("phone", ""),
        "personal_number": contact.get("id_number", ""),
        "joined_on": member.joined_on,
        "shows_name": member.shows_name,
    }


@citizen
@require_http_methods(["GET", "POST"])
def seats(request: HttpRequest, token: str) -> HttpResponse:
    """Who signs in for the enterprise; give a seat, take one away."""
    place = place_of(request, token, MANAGER)
    if request.POST.get("do") == "end":
        try:
            farm.end_seat(
                place.viewer, enterprise=place.enterprise, seat_id=UUID(request.POST.get("seat", ""))
            )
            messages.success(request, "Đã thôi vai trò.")
        except ValueError as error:
            raise NotFound("Không tìm thấy người này.") from error
        except ActionError as error:
            messages.error(request, error.message)
        return redirect("trace:seats", token)
    form = SeatForm(request.POST or None, initial={"role": "recorder"})
    if request.method == "POST":
        answer = handled(
            request,
            form,
            lambda: farm.give_seat(place.viewer, enterprise=place.enterprise, **form.cleaned_data),
            "Đã giao vai trò. Người này đăng nhập bằng VNeID là thấy cơ sở.",
            "trace:seats",
            token,
        )
        if answer is not None:
            return answer
    context = {
        "form": form,
        "rows": queries.seats_of(place.viewer, place.enterprise),
        "back_url": reverse("trace:members", args=[token]),
    }
    return shown(request, "seats", place, context, 422 if form.errors else 200)
