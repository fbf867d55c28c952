"""Accounts of one's units, their roles, and the systems that call our API."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.timezone import make_aware
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people import accounts as rules
from xaso.kernel.people.actions import create_officer, end_grant, grant_role
from xaso.kernel.people.desk_forms import ClientForm, GrantForm, OfficerForm, Pairs, PasswordForm
from xaso.kernel.people.doors import any_officer, fresh, officer, viewer_in
from xaso.kernel.people.machines import end_old_secret, offered_scopes, register_client, rotate_secret
from xaso.kernel.people.models import Account, MachineClient, Role, RoleGrant
from xaso.kernel.people.public import BACKEND
from xaso.kernel.people.searching import put_away, searched
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import search_text
from xaso.kernel.units.models import Level, Unit

ACCOUNTS, MACHINES = "people.accounts", "people.machines"
ON_PAGE = 50
MOST_UNITS = 1500


def units_of(viewer: Viewer, right: str) -> Pairs:
    """Units where the right is held, for a box to choose from; everywhere means provinces and communes."""
    found: Pairs = []
    for held in viewer.paths(right):
        rows = Unit.objects.on().under(held).exclude(level=Level.HAMLET) if held else Unit.objects.on()
        if not held:
            rows = rows.filter(level__in=[Level.PROVINCE, Level.COMMUNE])
            found.append(("", "Mọi đơn vị"))
        names: dict[str, str] = {}
        for one in rows.order_by("path")[: MOST_UNITS if held else 5000]:
            names[one.path] = one.full_name
            above = names.get(one.path[: one.path.rstrip("/").rfind("/") + 1], "")
            found.append(
                (
                    one.path,
                    f"{one.full_name} ({above})" if one.level == Level.OFFICE and above else one.full_name,
                )
            )
    return found


def names_of_units(paths: set[str]) -> dict[str, str]:
    """Names of units by path; everywhere has a name too."""
    return {"": "Mọi đơn vị", **dict(Unit.objects.filter(path__in=paths).values_list("path", "full_name"))}


def _until(day: Any) -> datetime | None:
    return make_aware(datetime.combine(day, time(23, 59, 59))) if day else None


def _refused(form: forms.Form, error: ActionError) -> None:
    for name, found in error.errors.items():
        for message in found:
            form.add_error(name if name in form.fields else None, message)


# ---- accounts -----------------------------------------------------------------------------------------------------


@officer(ACCOUNTS)
@require_http_methods(["GET", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    """The officers of my units."""
    if request.method == "POST":
        return put_away(request)
    viewer = viewer_in(request)
    text, _ = searched(request)
    closed = request.GET.get("xem") == "khoa"
    rows = Account.objects.filter(viewer.scope(ACCOUNTS, "unit_path"), kind=Account.Kind.OFFICER)
    rows = rows.filter(is_active=not closed).order_by("unit_path", "display_name")
    if text:
        rows = rows.filter(
            Q(username__icontains=text) | Q(display_name__icontains=text) | Q(pk__in=_named(rows, text))
        )
    page = Paginator(rows, ON_PAGE).get_page(request.GET.get("trang"))
    moment = now()
    held: dict[UUID, list[str]] = {}
    grants = RoleGrant.objects.filter(account__in=list(page)).select_related("role")
    for grant in grants.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=moment)):
        held.setdefault(grant.account_id, []).append(grant.role.label)
    names = names_of_units({row.unit_path for row in page})
    context = {
        "moment": now(),
        "rows": [
            (row, names.get(row.unit_path, ""), ", ".join(sorted(set(held.get(row.pk, []))))) for row in page
        ],
        "page": page,
        "text": text,
        "closed": closed,
        "tabs": [
            {"label": "Đang dùng", "url": "?", "active": not closed},
            {"label": "Đã khóa", "url": "?xem=khoa", "active": closed},
        ],
    }
    return render(request, "people/desk/accounts.html", context)


def _named(rows: Any, text: str) -> list[UUID]:
    """Accounts whose name has these letters, with or without marks."""
    wanted = search_text(text)
    pairs = rows.values_list("pk", "display_name")[:5000]
    return [pk for pk, name in pairs if wanted and wanted in search_text(name)]


@officer(ACCOUNTS)
@require_http_methods(["GET", "POST"])
def new_account(request: HttpRequest) -> HttpResponse:
    """Make an officer's account; its first password is shown once."""
    viewer = viewer_in(request)
    units = units_of(viewer, ACCOUNTS)
    form = OfficerForm(request.POST or None, units=units, initial={"unit_path": viewer.unit_path})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            password = rules.new_password()
            try:
                account = create_officer(viewer, password=password, temporary=True, **form.cleaned_data)
            except ActionError as error:
                if error.status == 403:
                    raise
                _refused(form, error)
            else:
                return _told(request, account, password, "Đã lập tài khoản")
    context = {"form": form, "back_url": reverse("people_accounts")}
    return render(request, "people/desk/new_account.html", context, status=status)


def _told(request: HttpRequest, account: Account, password: str, title: str) -> HttpResponse:
    """The one page that ever shows a password."""
    context = {"account": account, "password": password, "title": title}
    return render(request, "people/desk/password_shown.html", context)


def _account(viewer: Viewer, account_id: UUID) -> Account:
    row = Account.objects.filter(
        viewer.scope(ACCOUNTS, "unit_path"), pk=account_id, kind=Account.Kind.OFFICER
    ).first()
    if row is None:
        raise NotFound("Không có tài khoản này trong đơn vị.")
    return row


@officer(ACCOUNTS)
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """One officer: roles with unit and day, password, closing."""
    viewer = viewer_in(request)
    row = _account(viewer, account_id)
    units = units_of(viewer, ACCOUNTS)
    first = row.unit_path if row.unit_path in dict(units) else ""
    roles = [
        (one.code, one.label)
        for one in Role.objects.order_by("label")
        if any(rules.may_give(viewer, one.code, held) for held in viewer.paths(ACCOUNTS))
    ]
    form = GrantForm(request.POST or None, roles=roles, units=units, initial={"unit_path": first})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            facts = form.cleaned_data
            try:
                grant_role(
                    viewer,
                    account=row,
                    role=facts["role"],
                    unit_path=facts["unit_path"],
                    until=_until(facts["until"]),
                )
            except ActionError as error:
                _refused(form, error)
                status = error.status
            else:
                messages.success(request, "Đã giao vai trò.")
                return redirect("people_account", account_id=row.pk)
    grants = rules.open_grants(row)
    names = names_of_units({one.unit_path for one in grants} | {row.unit_path})
    context = {
        "account": row,
        "unit": names.get(row.unit_path, ""),
        "grants": [
            (one, names.get(one.unit_path, one.unit_path), rules.may_give(viewer, one.role_id, one.unit_path))
            for one in grants
        ],
        "form": form,
        "own": row.pk == viewer.account_id,
        "may": rules.may_manage(viewer, row),
        "back_url": reverse("people_accounts"),
    }
    return render(request, "people/desk/account.html", context, status=status)


@officer(ACCOUNTS)
@require_POST
def end_role(request: HttpRequest, account_id: UUID, grant_id: UUID) -> HttpResponse:
    """Take a role back."""
    viewer = viewer_in(request)
    row = _account(viewer, account_id)
    grant = next((one for one in rules.open_grants(row) if one.pk == grant_id), None)
    if grant is not None:
        end_grant(viewer, grant=grant)
        messages.success(request, f"Đã thu vai trò {grant.role.label}.")
    return redirect("people_account", account_id=row.pk)


@fresh(ACCOUNTS)
@require_POST
def reset(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """A new password, shown once."""
    viewer = viewer_in(request)
    row = _account(viewer, account_id)
    return _told(request, row, rules.reset_password(viewer, account_id=row.pk), "Đã cấp lại mật khẩu")


@officer(ACCOUNTS)
@require_POST
def close(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Close an account or open it again."""
    viewer = viewer_in(request)
    wanted = request.POST.get("do") == "open"
    try:
        rules.set_active(viewer, account_id=account_id, is_active=wanted)
    except ActionError as error:
        if error.status != 422:
            raise
        messages.warning(request, error.message)
    else:
        messages.success(
            request, "Đã mở lại tài khoản." if wanted else "Đã khóa tài khoản, các phiên đang mở đã hết."
        )
    return redirect("people_account", account_id=account_id)


@any_officer
@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "POST"])
def own_password(request: HttpRequest) -> HttpResponse:
    """Change my own password; this session goes on, all others end."""
    form = PasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = rules.change_own_password(viewer_in(request), **form.cleaned_data)
            except ActionError as error:
                _refused(form, error)
            else:
                login(request, row, backend=BACKEND)
                messages.success(request, "Đã đổi mật khẩu. Các máy khác phải đăng nhập lại.")
                return redirect("/desk/")
    return render(
        request, "people/desk/own_password.html", {"form": form, "back_url": "/desk/"}, status=status
    )


# ---- machine clients ------------------------------------------------------------------------------------------------


@officer(MACHINES)
@require_http_methods(["GET", "POST"])
def machines(request: HttpRequest) -> HttpResponse:
    """The systems that call our API; a new one's secret is shown once."""
    viewer = viewer_in(request)
    units = units_of(viewer, MACHINES)
    form = ClientForm(request.POST or None, units=units, initial={"unit_path": viewer.unit_path})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                facts = dict(form.cleaned_data)
                client, secret = register_client(viewer, expires_at=_until(facts.pop("expires")), **facts)
            except ActionError as error:
                if error.status == 403:
                    raise
                _refused(form, error)
            else:
                return _secret_told(request, client, secret, "Đã đăng ký hệ thống")
    rows = MachineClient.objects.filter(viewer.scope(MACHINES, "unit_path")).order_by("-is_active", "name")[
        :300
    ]
    names, words = names_of_units({row.unit_path for row in rows}), dict(offered_scopes())
    context = {
        "form": form,
        "moment": now(),
        "rows": [
            (row, names.get(row.unit_path, row.unit_path), [words.get(one, one) for one in row.scopes])
            for row in rows
        ],
    }
    return render(request, "people/desk/machines.html", context, status=status)


def _secret_told(request: HttpRequest, client: MachineClient, secret: str, title: str) -> HttpResponse:
    return render(
        request, "people/desk/secret_shown.html", {"client": client, "secret": secret, "title": title}
    )


@fresh(MACHINES)
@require_POST
def machine(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """A new secret, the end of the one before, off, or on again."""
    viewer = viewer_in(request)
    row = MachineClient.objects.filter(viewer.scope(MACHINES, "unit_path"), pk=client_id).first()
    if row is None:
        raise NotFound("Không có hệ thống này trong đơn vị.")
    verb = request.POST.get("do", "")
    if verb == "rotate":
        return _secret_told(request, row, rotate_secret(viewer, client=row), "Đã đổi bí mật")
    if verb == "end-old":
        end_old_secret(viewer, client=row)
        messages.success(request, "Bí mật cũ đã hết tác dụng.")
    if verb in ("on", "off"):
        rules.set_client_active(viewer, client_id=row.pk, is_active=verb == "on")
        messages.success(
            request, "Đã bật lại." if verb == "on" else "Đã ngừng. Mã đang dùng hết tác dụng ngay."
        )
    return redirect("people_machines")


desk_urls = [
    path("tai-khoan/", accounts, name="people_accounts"),
    path("tai-khoan/moi/", new_account, name="people_new_account"),
    path("tai-khoan/<uuid:account_id>/", account, name="people_account"),
    path("tai-khoan/<uuid:account_id>/thu-vai-tro/<uuid:grant_id>/", end_role, name="people_end_role"),
    path("tai-khoan/<uuid:account_id>/mat-khau/", reset, name="people_reset"),
    path("tai-khoan/<uuid:account_id>/khoa/", close, name="people_close"),
    path("mat-khau/", own_password, name="people_own_password"),
    path("he-thong-goi-api/", machines, name="people_machines"),
    path("he-thong-goi-api/<uuid:client_id>/", machine, name="people_machine"),
]
