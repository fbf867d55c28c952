"""The administrator's page of roles and rights: who may do what, in words, and what was changed when."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.manifest import Right
from xaso.kernel.events.registry import sentence_of
from xaso.kernel.people import roles as rules
from xaso.kernel.people.doors import fresh, officer, viewer_in
from xaso.kernel.people.models import Role
from xaso.kernel.people.queries import names_of
from xaso.kernel.service import all_rights, everything

ACCOUNTS = "people.accounts"


def _groups() -> list[tuple[str, tuple[Right, ...]]]:
    """Rights under the name of the part they belong to."""
    return [(part.title, part.rights) for part in everything() if part.rights]


@officer(ACCOUNTS)
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Every right with the roles that hold it."""
    held, every = rules.held(), list(Role.objects.order_by("label"))
    groups = [
        (
            title,
            [(right, [role for role in every if right.code in held.get(role.pk, ())]) for right in rights],
        )
        for title, rights in _groups()
    ]
    counts = [(role, len(held.get(role.pk, ()))) for role in every]
    context = {"groups": groups, "roles": counts, "back_url": "/desk/tai-khoan/"}
    return render(request, "site/roles.html", context)


def _role(code: str) -> Role:
    row = Role.objects.filter(pk=code).first()
    if row is None:
        raise NotFound("Không có vai trò này.")
    return row


@officer(ACCOUNTS)
@require_safe
def role(request: HttpRequest, role: str) -> HttpResponse:
    """One role: its rights, to be ticked by who may change them, and its history."""
    row = _role(role)
    held = rules.held().get(row.pk, set())
    lines = rules.history(row.pk)
    names = names_of({one.actor_id for one in lines if one.actor_id})
    context = {
        "role": row,
        "may": rules.may_change(viewer_in(request)),
        "groups": [(title, [(one, one.code in held) for one in rights]) for title, rights in _groups()],
        "lines": [
            (
                one.at,
                sentence_of(one),
                _label(one.data),
                names.get(one.actor_id, ("", ""))[0] if one.actor_id else "",
            )
            for one in lines
        ],
        "back_url": "/desk/vai-tro/",
    }
    return render(request, "site/role.html", context)


@fresh(rules.RIGHT)
@require_POST
def role_change(request: HttpRequest, role: str) -> HttpResponse:
    """Give a role exactly the ticked rights."""
    row = _role(role)
    known, wanted = {right.code for right in all_rights()}, set(request.POST.getlist("rights"))
    changed = rules.set_rights(viewer_in(request), role=row.pk, rights=wanted, known=known)
    messages.success(request, f"Đã đổi {changed} quyền." if changed else "Không có gì thay đổi.")
    return redirect("role", role=row.pk)


def _label(data: dict[str, str]) -> str:
    return next((one.label for one in all_rights() if one.code == data.get("right")), data.get("right", ""))
