"""Signing keys and seals of the units an administrator looks after: list, attach, picture, revoke."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.documents.actions.keys import add_key, issue_certificate, revoke_key, set_key_image
from xaso.kernel.documents.desk_forms import WAYS, KeyForm
from xaso.kernel.documents.models import SigningKey
from xaso.kernel.documents.rights import KEYS
from xaso.kernel.documents.signing import FILE, REMOTE
from xaso.kernel.people.desk import names_of_units, units_of
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

MOST, MOST_IMAGE = 500, 3_000_000


def _within(viewer: Viewer) -> Q:
    found = Q(pk__in=[])
    for held in viewer.paths(KEYS):
        found |= Q(unit_path__startswith=held)
    return found


def _key(viewer: Viewer, key_id: UUID) -> SigningKey:
    key = SigningKey.objects.filter(_within(viewer), pk=key_id).select_related("account", "image").first()
    if key is None:
        raise NotFound("Không tìm thấy khóa này.")
    return key


def _state(key: SigningKey) -> tuple[str, str]:
    if key.revoked_at:
        return "Đã thu hồi", "danger"
    if key.valid_to < now():
        return "Hết hạn", "danger"
    return ("Đang dùng", "good") if key.valid_from <= now() else ("Chưa có hiệu lực", "warn")


@officer(KEYS)
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """Keys of the viewer's units: who signs with what, until when."""
    viewer = viewer_in(request)
    found = SigningKey.objects.filter(_within(viewer)).select_related("account")
    rows = list(found.order_by("revoked_at", "unit_path", "kind", "-valid_to")[:MOST])
    names = names_of_units({row.unit_path for row in rows})
    drawn = [
        {
            "key": row,
            "unit": names.get(row.unit_path, ""),
            "way": WAYS.get(row.adapter, row.adapter),
            "state": _state(row),
        }
        for row in rows
    ]
    return render(request, "documents/desk/keys.html", {"rows": drawn})


@officer(KEYS)
@require_http_methods(["GET", "POST"])
def new_key(request: HttpRequest) -> HttpResponse:
    """Make a trial key, or attach one that a device or a provider holds."""
    viewer = viewer_in(request)
    found = Account.objects.filter(_within(viewer), kind=Account.Kind.OFFICER, is_active=True)
    accounts = {str(one.pk): one for one in found.order_by("display_name")[:2000]}
    offered = [
        (pk, f"{one.display_name}, {one.title}" if one.title else one.display_name)
        for pk, one in accounts.items()
    ]
    units = [pair for pair in units_of(viewer, KEYS) if pair[0]]
    form = KeyForm(
        request.POST or None, request.FILES or None, units=units, accounts=offered,
        initial={"unit_path": viewer.unit_path},
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _make(viewer, form.cleaned_data, accounts)
            except ActionError as error:
                if error.status == 403:
                    raise
                form.add_error(None, error.message)
            else:
                messages.success(request, f"Đã gắn khóa của {made.holder}.")
                return redirect("documents_key", key_id=made.pk)
    context = {"form": form, "back_url": reverse("documents_keys")}
    return render(request, "documents/desk/new_key.html", context, status=status)


def _make(viewer: Viewer, facts: dict[str, Any], accounts: dict[str, Account]) -> SigningKey:
    account = accounts.get(facts["account"]) if facts["kind"] == SigningKey.Kind.PERSON else None
    unit = account.unit_path if account else facts["unit_path"]
    agency = names_of_units({unit}).get(unit, "")
    if facts["way"] == FILE:
        return issue_certificate(
            viewer, name=facts["holder"], unit_path=unit, kind=facts["kind"], pin=facts["pin"],
            agency=agency, account=account, title=account.title if account else "",
        )  # fmt: skip
    reference = (
        {"credential": facts["credential"]}
        if facts["way"] == REMOTE
        else {"token": facts["token"], "key": facts["key"]}
    )
    return add_key(
        viewer, adapter=facts["way"], reference=reference, certificate_file=facts["certificate"].read(),
        chain_file=facts["chain"].read() if facts["chain"] else b"", holder=facts["holder"], unit_path=unit,
        kind=facts["kind"], agency=agency, account=account,
    )  # fmt: skip


def _shown(request: HttpRequest, key: SigningKey, status: int = 200, **more: object) -> HttpResponse:
    context = {
        "key": key,
        "state": _state(key),
        "unit": names_of_units({key.unit_path}).get(key.unit_path, ""),
        "way": WAYS.get(key.adapter, key.adapter),
        "back_url": reverse("documents_keys"),
        **more,
    }
    return render(request, "documents/desk/key.html", context, status=status)


@officer(KEYS)
@require_GET
def key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """One key: certificate, picture, and how to end it."""
    return _shown(request, _key(viewer_in(request), key_id))


@officer(KEYS)
@require_POST
def picture(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Replace the picture of the signature or seal."""
    viewer = viewer_in(request)
    held, file = _key(viewer, key_id), request.FILES.get("image")
    wrong = "Chọn ảnh mẫu." if file is None else ""
    if file is not None and (file.size or 0) > MOST_IMAGE:
        wrong = "Ảnh quá lớn (nhiều nhất 3 MB)."
    if file is not None and not wrong:
        try:
            set_key_image(viewer, key=held, image=file.read())
            messages.success(request, "Đã thay ảnh mẫu.")
            return redirect("documents_key", key_id=held.pk)
        except ActionError as error:
            wrong = error.message
    return _shown(request, held, 422, wrong_image=wrong)


@officer(KEYS)
@require_POST
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """End a key now; what it signed stays valid."""
    viewer = viewer_in(request)
    held, reason = _key(viewer, key_id), request.POST.get("reason", "")
    try:
        revoke_key(viewer, key=held, reason=reason)
    except ActionError as error:
        if error.status == 403:
            raise
        return _shown(request, held, error.status, wrong_reason=error.message, typed=reason)
    messages.success(request, "Đã thu hồi khóa. Văn bản đã ký trước đó vẫn có giá trị.")
    return redirect("documents_keys")


key_urls = [
    path("khoa-ky/", keys, name="documents_keys"),
    path("khoa-ky/them/", new_key, name="documents_new_key"),
    path("khoa-ky/<uuid:key_id>/", key, name="documents_key"),
    path("khoa-ky/<uuid:key_id>/anh/", picture, name="documents_key_picture"),
    path("khoa-ky/<uuid:key_id>/thu-hoi/", revoke, name="documents_key_revoke"),
]
