"""Is this paper true? By code, by QR, or by the file itself; no sign-in, no script."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from xaso.kernel.documents.forms import CodeForm, FileForm
from xaso.kernel.documents.limits import PDF, WRONG_CODE, must_not_be_too_many, note_attempt
from xaso.kernel.documents.rules import read_code, show_code
from xaso.kernel.documents.verify import MAX_BYTES, Report, Verdict, verify_code, verify_pdf
from xaso.kernel.people.doors import public, viewer_in
from xaso.kernel.people.public import address_of
from xaso.kernel.sealing.proofs import recorded

_SECONDS = 60  # a revoked paper must be told as revoked a minute later


def _answer(request: HttpRequest, report: Report) -> HttpResponse:
    status = 404 if report.verdict == Verdict.UNKNOWN_CODE else 200
    # Beside an altered file it would read as praise of that file.
    ours = report.document if report.verdict in {Verdict.VALID, Verdict.REVOKED} else None
    held = recorded(ours.pk, "documents.issued") if ours else None
    context = {"report": report, "recorded": held, "open": True}
    return render(request, "documents/verified.html", context, status=status)


def _form(request: HttpRequest, code: CodeForm | None = None, file: FileForm | None = None) -> HttpResponse:
    wrong = next((form for form in (code, file) if form is not None and form.errors), None)
    context = {"code_form": code or CodeForm(), "file_form": file or FileForm(), "form": wrong}
    return render(request, "documents/verify.html", context, status=422 if wrong else 200)


@csrf_exempt  # it changes nothing, and pages without a cookie can be cached
@public
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form, and the answer to an uploaded PDF."""
    if request.method == "POST":
        return _answer_file(request)
    if "code" not in request.GET:
        return _form(request)
    form = CodeForm(request.GET)
    if not form.is_valid():
        return _form(request, code=form)
    code = read_code(form.cleaned_data["code"])
    if code is None:
        must_not_be_too_many(address_of(request), WRONG_CODE)
        note_attempt(address_of(request), WRONG_CODE)
        form.add_error("code", "Nhập đúng 12 chữ và số in dưới mã QR. Mã vừa nhập thiếu hoặc sai ký tự.")
        return _form(request, code=form)
    return HttpResponseRedirect(reverse("verify_code", args=[show_code(code)]))


def _answer_file(request: HttpRequest) -> HttpResponse:
    must_not_be_too_many(address_of(request), PDF)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, file=form)
    note_attempt(address_of(request), PDF)
    sent = form.cleaned_data["file"]
    if sent.size > MAX_BYTES:
        form.add_error("file", f"Tệp lớn hơn {MAX_BYTES >> 20} MB. Chọn tệp nhỏ hơn.")
        return _form(request, file=form)
    return _answer(request, verify_pdf(sent.read()))


@public
@require_safe
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """The public record behind a QR."""
    must_not_be_too_many(address_of(request), WRONG_CODE)
    report = verify_code(code)
    if report.verdict == Verdict.UNKNOWN_CODE:
        note_attempt(address_of(request), WRONG_CODE)
    response = _answer(request, report)
    if not viewer_in(request).is_known and report.document is not None:
        patch_cache_control(response, public=True, max_age=_SECONDS)
    return response
