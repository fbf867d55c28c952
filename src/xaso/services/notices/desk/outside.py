"""What other systems send through us: jobs with their figures; a large one waits for a person."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.services.notices.actions import outside as actions
from xaso.services.notices.desk.parts import refused
from xaso.services.notices.queries import outside as queries
from xaso.services.notices.queries.rights import APPROVE


@officer(APPROVE)
@require_http_methods(["GET", "POST"])
def outside(request: HttpRequest) -> HttpResponse:
    """Jobs of other systems in my units, and those that wait for my word."""
    viewer = viewer_in(request)
    status = 200
    if request.method == "POST":
        good = request.POST.get("do") == "approve"
        try:
            key = UUID(request.POST.get("job", ""))
        except ValueError as error:
            raise NotFound("Không có đợt gửi này.") from error
        try:
            actions.decide_job(viewer, job_id=key, good=good, reason=request.POST.get("words", ""))
        except ActionError as error:
            status = refused(request, error)
        else:
            messages.success(request, "Đã duyệt, đợt gửi bắt đầu." if good else "Đã trả lại đợt gửi.")
            return redirect("notices_desk:outside")
    return render(request, "notices/outside.html", {"rows": queries.jobs_here(viewer)}, status=status)
