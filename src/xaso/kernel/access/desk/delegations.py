"""Giving one's rights for some days, taking them back, and the list with what they were given for."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.access import delegation
from xaso.kernel.access.forms import DelegationForm
from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.desk import names_of_units
from xaso.kernel.people.doors import PROVE_AGAIN, any_officer, is_fresh, viewer_in
from xaso.kernel.people.models import RoleGrant
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM, now, today


def _form(viewer: Viewer, own: list[RoleGrant], data: Any) -> DelegationForm:
    names = names_of_units({one.unit_path for one in own})
    accounts = {
        str(one.pk): f"{one.display_name}, {one.title}" if one.title else one.display_name
        for grant in own
        for one in delegation.colleagues(viewer, grant)[:500]
    }
    grants = [(str(one.pk), f"{one.role.label}, {names.get(one.unit_path, one.unit_path)}") for one in own]
    initial = {"first": today(), "last": today()}
    return DelegationForm(
        data, accounts=sorted(accounts.items(), key=lambda one: one[1]), grants=grants, initial=initial
    )


def _give(request: HttpRequest, viewer: Viewer, form: DelegationForm) -> None:
    facts = form.cleaned_data
    delegation.delegate(
        viewer,
        grant_id=UUID(facts["grant"]),
        account_id=UUID(facts["account"]),
        manner=facts["manner"],
        document_number=facts["document_number"],
        reason=facts["reason"],
        first=datetime.combine(facts["first"], time(), VIETNAM),
        last=datetime.combine(facts["last"], time(23, 59, 59), VIETNAM),
    )
    messages.success(request, "Đã ghi ủy quyền. Người được ủy quyền thấy ngay trong danh sách của mình.")


@any_officer
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The list; for leaders also the form to give."""
    viewer = viewer_in(request)
    own = delegation.may_delegate(viewer)
    form = _form(viewer, own, request.POST or None) if own else None
    status = 200
    if request.method == "POST":
        if form is None:
            raise ActionError("Chỉ lãnh đạo ủy quyền được quyền của mình.")
        if not is_fresh(viewer):
            return redirect(f"{PROVE_AGAIN}?next={request.path}")
        status = 422
        if form.is_valid():
            try:
                _give(request, viewer, form)
                return redirect("access_delegations")
            except ActionError as error:
                for name, told in error.errors.items():
                    form.add_error(name if name in form.fields else None, told)
                status = error.status
    rows = list(delegation.delegations(viewer)[:200])
    names, moment = names_of_units({one.unit_path for one in rows}), now()
    context = {
        "form": form,
        "rows": [
            {
                "grant": one,
                "unit": names.get(one.unit_path, one.unit_path),
                "running": one.valid_from <= moment and (one.valid_to is None or one.valid_to > moment),
                "coming": one.valid_from > moment,
                "may_end": one.valid_to is None or one.valid_to > moment,
            }
            for one in rows
        ],
    }
    return render(request, "access/desk/delegations.html", context, status=status)


@any_officer
@require_POST
def end(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Take it back now."""
    delegation.end_delegation(viewer_in(request), grant_id=grant_id)
    messages.success(request, "Đã kết thúc ủy quyền.")
    return redirect("access_delegations")
