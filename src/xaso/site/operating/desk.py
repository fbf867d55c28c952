"""The operator's page: what waits, what lies dead and how to send it again, which services are on where."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.events import relay
from xaso.kernel.events.models import Delivery
from xaso.kernel.events.registry import sentence_of
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.models import ServiceSwitch
from xaso.kernel.people.switches import switch_service
from xaso.kernel.service import everything, services
from xaso.kernel.units.models import Unit
from xaso.site.keeping import records
from xaso.site.operating import facts
from xaso.site.operating.advice import advice

OPERATE = "people.operate"


@officer(OPERATE)
def system(request: HttpRequest) -> HttpResponse:
    """Queues, dead letters, parts that answer."""
    dead = (
        Delivery.objects.filter(state=Delivery.State.DEAD)
        .select_related("event")
        .order_by("-updated_at")[:100]
    )
    context = {
        "lag": relay.lag(),
        "jobs": facts.jobs(),
        "oldest": round(facts.oldest_job_seconds() / 60),
        "workers": facts.workers(),
        "disk": facts.disk(),
        "database_bytes": facts.database_bytes(),
        "certificates": facts.certificates(),
        "advice": advice(),
        "kept": [("Sao lưu", records.last_backup()), ("Diễn tập khôi phục", records.last_drill())],
        "version": settings.XASO_VERSION,
        "dead": [(row, sentence_of(row.event)) for row in dead],
        "services": services(),
        "switches": ServiceSwitch.objects.order_by("service", "unit_path"),
    }
    return render(request, "site/system.html", context)


@officer(OPERATE)
def checks(request: HttpRequest) -> HttpResponse:
    """Ask every part for its health now; each answers in words."""
    rows = [(part.title, check.name, *check.run()) for part in everything() for check in part.checks]
    return render(request, "site/checks.html", {"rows": rows, "back_url": "/desk/he-thong/"})


@officer(OPERATE)
@require_POST
def replay(request: HttpRequest) -> HttpResponse:
    """Send a dead letter again, after its cause was mended."""
    number = request.POST.get("delivery", "")
    if not number.isdigit() or not relay.revive(int(number)):
        raise ActionError("Lượt phát này không còn trong danh sách hỏng. Tải lại trang.")
    messages.success(request, "Đã đưa lại vào hàng đợi.")
    return redirect("system")


@officer("people.switches")
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Turn a service on or off for a unit and all below it."""
    key, path = request.POST.get("service", ""), request.POST.get("unit", "")
    if key not in {part.key for part in services()}:
        raise ActionError("Không có dịch vụ này.", "service")
    if path and not Unit.objects.filter(path=path).exists():
        raise ActionError("Không có đơn vị này. Chọn lại.", "unit")
    viewer = viewer_in(request)
    if not viewer.can("people.switches", path):
        raise Forbidden()
    switch_service(viewer, service=key, unit_path=path, is_on=request.POST.get("on") == "yes")
    return redirect("system")
