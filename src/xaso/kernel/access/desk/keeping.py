"""What an administrator watches: alerts, the journal, and one officer's proofs and sessions."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.access import alerts, factors, places
from xaso.kernel.access.desk.tabs import tabs_for
from xaso.kernel.access.journal import journal, way_words
from xaso.kernel.base.errors import Forbidden, NotFound
from xaso.kernel.people.accounts import may_manage
from xaso.kernel.people.doors import PROVE_AGAIN, is_fresh, officer, viewer_in
from xaso.kernel.people.models import Account

RIGHT = "people.accounts"


@officer(RIGHT)
@require_GET
def alerts_page(request: HttpRequest) -> HttpResponse:
    """Alerts on the officers of one's units."""
    viewer = viewer_in(request)
    page = Paginator(alerts.alerts_here(viewer), 50).get_page(request.GET.get("trang"))
    rows = [(one, alerts.words_of(one), one.account_id != viewer.account_id) for one in page]
    return render(
        request,
        "access/desk/alerts.html",
        {"rows": rows, "page": page, "tabs": tabs_for(viewer, "access_alerts")},
    )


@officer(RIGHT)
@require_POST
def close(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Seen and done with."""
    alerts.close_alert(viewer_in(request), alert_id=alert_id)
    messages.success(request, "Đã ghi: quản trị đã xem.")
    return redirect("access_alerts")


@officer(RIGHT)
@require_GET
def journal_page(request: HttpRequest) -> HttpResponse:
    """Sign-ins of the officers of one's units."""
    failed = request.GET.get("xem") == "sai"
    viewer = viewer_in(request)
    context = {
        "lines": journal(viewer, only_failed=failed),
        "failed": failed,
        "tabs": tabs_for(viewer, "access_journal"),
    }
    return render(request, "access/desk/journal.html", context)


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def account_page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """One officer's proofs, sessions and sign-ins; take lost proofs off, end all sessions."""
    viewer = viewer_in(request)
    row = Account.objects.filter(
        viewer.scope(RIGHT, "unit_path"), pk=account_id, kind=Account.Kind.OFFICER
    ).first()
    if row is None:
        raise NotFound("Không có tài khoản này trong đơn vị.")
    may = may_manage(viewer, row) and row.pk != viewer.account_id
    if request.method == "POST":
        if not may:
            raise Forbidden()
        if not is_fresh(viewer):
            return redirect(f"{PROVE_AGAIN}?next={request.path}")
        if request.POST.get("do") == "remove":
            factors.remove_all(viewer, account_id=row.pk)
            messages.success(request, "Đã gỡ lớp hai. Cán bộ đặt lại ở lần đăng nhập sau.")
        count = places.end_sessions(viewer, account=row)
        messages.success(request, f"Đã kết thúc {count} phiên đang mở.")
        return redirect("access_account", account_id=row.pk)
    context = {
        "account": row,
        "has": factors.factors_of(row.pk),
        "sessions": [(one, way_words(one.method)) for one in places.open_of(row.pk)],
        "lines": journal(viewer, account=row, limit=50),
        "may": may,
        "back_url": reverse("people_account", args=[row.pk]),
    }
    return render(request, "access/desk/account.html", context)
