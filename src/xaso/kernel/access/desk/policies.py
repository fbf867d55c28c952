"""Rules as data: which roles sign in with two proofs, and what counts as unusual."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.access import policy
from xaso.kernel.access.desk.tabs import tabs_for
from xaso.kernel.access.forms import PolicyForm
from xaso.kernel.access.models import FactorPolicy, WatchRule
from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import fresh, officer, viewer_in
from xaso.kernel.people.models import Role
from xaso.kernel.plain.moment import today

FIGURES = {
    "persons": "nhiều hơn bao nhiêu người",
    "minutes": "trong bao nhiêu phút",
    "from_hour": "từ giờ",
    "to_hour": "đến giờ",
}


@officer(policy.RIGHT)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The rows in force and those before, and a form for the next."""
    viewer = viewer_in(request)
    roles = dict(Role.objects.order_by("label").values_list("code", "label"))
    initial = {"valid_from": today(), "is_required": "1"}
    every = (policy.EVERY, "Mọi vai trò chưa có quy định riêng")
    form = PolicyForm(request.POST or None, roles=[every, *roles.items()], initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                policy.set_policy(viewer, **form.cleaned_data)
            except ActionError as error:
                if error.status == 403:
                    raise
                for name, told in error.errors.items():
                    form.add_error(name if name in form.fields else None, told)
            else:
                messages.success(request, "Đã đặt quy định.")
                return redirect("access_policy")
    required = policy.required_roles()
    rows = FactorPolicy.objects.order_by("-valid_from", "-id")[:100]
    context = {
        "form": form,
        "everywhere": viewer.can(policy.RIGHT, ""),
        "roles": [(label, code in required) for code, label in roles.items()],
        "rows": [(row, {**roles, every[0]: every[1]}.get(row.role, row.role)) for row in rows],
        "tabs": tabs_for(viewer, "access_policy"),
        "rules": [
            (rule, [(name, FIGURES[name], rule.figures[name]) for name in policy.FIRST_RULES[rule.kind]])
            for rule in WatchRule.objects.filter(valid_to__isnull=True).order_by("kind")
        ],
    }
    return render(request, "access/desk/policy.html", context, status=status)


@fresh(policy.RIGHT)
@require_POST
def rule(request: HttpRequest, kind: str) -> HttpResponse:
    """Change what counts as unusual."""
    figures: dict[str, Any] = {}
    try:
        for name in policy.FIRST_RULES.get(kind, {}):
            given = request.POST.get(name, "").strip()
            if not given.isdigit():
                raise ActionError(f"Nhập số: {FIGURES[name]}.")
            figures[name] = int(given)
        policy.set_rule(
            viewer_in(request),
            kind=kind,
            is_on=request.POST.get("is_on") == "yes",
            figures=figures,
            legal_basis=request.POST.get("legal_basis", ""),
        )
        messages.success(request, "Đã đổi quy tắc cảnh báo.")
    except ActionError as error:
        if error.status == 403:
            raise
        messages.error(request, error.message)
    return redirect("access_policy")
