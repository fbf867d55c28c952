"""Buyers write without an account and follow their words by a private address; the enterprise answers on its page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.base.once import once
from xaso.kernel.documents.actions import keep_file
from xaso.kernel.documents.intake import BadFile
from xaso.kernel.documents.models import File
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.doors import citizen, public, viewer_in
from xaso.kernel.people.origins import address_of
from xaso.services.trace.actions import buyer_feedback as actions
from xaso.services.trace.actions.buyer_pages import (
    PHOTO,
    VOICE_BYTES,
    add_recording,
    end_recording,
    keep_photo,
)
from xaso.services.trace.buyer import writing
from xaso.services.trace.buyer.pictures import picture_of
from xaso.services.trace.buyer.words import say, words
from xaso.services.trace.models import Enterprise, Feedback
from xaso.services.trace.queries import buyer as queries
from xaso.services.trace.rules.buyer import LANGS, language
from xaso.services.trace.seats import MANAGER

PER_PAGE = 20


def _lang(request: HttpRequest) -> str:
    return language(request.GET.get("lang", ""), request.headers.get("Accept-Language", ""))


def _origin(request: HttpRequest) -> str:
    return f"{address_of(request)}|{request.headers.get('User-Agent', '')[:300]}"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, token: str, what: str) -> HttpResponse:
    """One of the three forms: danh-gia, hoi, bao-gia."""
    kind = writing.KINDS.get(what)
    if kind is None:
        raise NotFound("Không có trang này.")
    lang, goods = _lang(request), queries.goods_name(token)
    draft = writing.Draft({"serial": request.GET.get("s", "")[:40]})
    if request.method == "POST":
        draft = writing.read(request.POST, kind, lang)
        if draft.is_machine:  # thanked like everybody: a program learns nothing
            return redirect("trace:buyer_page", token=token)
        if not draft.problems:
            follow = _take(request, token, kind, lang, draft)
            if follow:
                english = "&lang=en" if lang == "en" else ""
                return redirect(reverse("trace:buyer_followed", args=[follow]) + f"?moi=1{english}")
    response = render(
        request,
        "trace/buyer_write.html",
        _form(token, kind, lang, goods, draft),
        status=422 if draft.problems else 200,
    )
    patch_cache_control(response, private=True, no_store=True)
    return response


def _take(request: HttpRequest, token: str, kind: str, lang: str, draft: writing.Draft) -> str:
    """Keep what was written, once; answers the private address, "" when something is to be mended."""
    viewer, origin = viewer_in(request), _origin(request)
    actions.must_not_write_too_much(viewer, token=token, origin=origin)
    photo: File | None = None
    sent = request.FILES.get("photo")
    if isinstance(sent, UploadedFile) and kind == Feedback.Kind.FAKE:
        try:
            photo = keep_file(
                viewer,
                content=sent.read(PHOTO.max_bytes + 1),
                name=sent.name or "anh",
                owner_service="trace.feedback",
                rule=PHOTO,
            )
        except BadFile:
            draft.problems["photo"] = writing.PROBLEMS["photo"][lang == "en"]
            return ""

    def make() -> str:
        said = writing.words_of(draft, kind, lang, origin)
        return actions.give_feedback(viewer, token=token, said=said, photo=photo)[1]

    try:
        follow, _ = once("trace.feedback", request.POST.get("once_key", "")[:60] or writing.form_mark(), make)
    except ActionError as error:
        if error.status != 422:
            raise
        draft.problems |= {box: found[0] for box, found in error.errors.items()}
        return ""
    return str(follow)


def _form(
    token: str, kind: str, lang: str, goods: tuple[str, str, str], draft: writing.Draft
) -> dict[str, Any]:
    product, code, maker = goods
    return {
        "w": words(lang),
        "lang": lang,
        "kind": kind,
        "product": product,
        "code": code,
        "maker": maker,
        "heading": say(lang, f"write_{kind}"),
        "rule": say(lang, f"rule_{kind}"),
        "words_label": say(lang, f"words_{kind}"),
        "stars": [(str(n), say(lang, f"star_{n}")) for n in (5, 4, 3, 2, 1)],
        "values": draft.values,
        "wrong": draft.problems,
        "problems": list(draft.problems.items()),
        "has_errors": bool(draft.problems),
        "mark": writing.form_mark(),
        "back_url": reverse("trace:buyer_page", args=[token]) + ("?lang=en" if lang == "en" else ""),
    }


@public
@require_GET
def followed(request: HttpRequest, token: str) -> HttpResponse:
    """A buyer's own words with the answer, by the private address."""
    row = queries.followed(token)
    lang = row.lang
    maker = row.enterprise.short_name or row.enterprise.name
    context = {
        "row": row,
        "lang": lang,
        "w": words(lang),
        "stars": "★" * (row.stars or 0),
        "fresh": bool(request.GET.get("moi")),
        "answered": say(lang, "answered", maker=maker),
        "finding": say(lang, f"finding_{row.finding}") if row.finding else "",
        "back_url": reverse("trace:buyer_page", args=[row.lot.token if row.lot else row.product.token]),
    }
    response = render(request, "trace/buyer_followed.html", context)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, private=True, no_store=True)
    return response


KINDS = {"danh-gia": "rating", "cau-hoi": "question", "bao-gia": "fake"}


@citizen
@require_GET
def replies(request: HttpRequest, token: str) -> HttpResponse:
    """What buyers wrote to an enterprise, those without answer first; and how its codes are scanned."""
    viewer = viewer_in(request)
    enterprise, role = queries.enterprise_for(viewer, token)
    rows = queries.feedback_of(viewer, enterprise)
    asked = request.GET.get("loai", "")
    if asked in KINDS:
        rows = rows.filter(kind=KINDS[asked])
    page = Paginator(rows.order_by("answered_at", "-created_at"), PER_PAGE).get_page(request.GET.get("trang"))
    names = (("", "Tất cả"), ("danh-gia", "Đánh giá"), ("cau-hoi", "Câu hỏi"), ("bao-gia", "Báo nghi giả"))
    context = {
        "enterprise": enterprise,
        "role": role,
        "page": page,
        "tabs": [{"label": label, "url": f"?loai={key}", "active": key == asked} for key, label in names],
        "scans": queries.scans_of(viewer, enterprise),
        "voices_url": reverse("trace:buyer_voices", args=[enterprise.token]),
        "back_url": f"/trace/co-so/{enterprise.token}/",
    }
    return render(request, "trace/buyer_replies.html", context)


@citizen
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, token: str, feedback_id: UUID) -> HttpResponse:
    """One of them: read, answer, let others read it."""
    viewer = viewer_in(request)
    enterprise, role = queries.enterprise_for(viewer, token)
    row = queries.one_feedback(viewer, enterprise, feedback_id)
    problem, typed = "", row.answer
    if request.method == "POST":
        typed = request.POST.get("answer", "")
        try:
            actions.answer_feedback(viewer, feedback_id=row.pk, answer=typed)
            if request.POST.get("show") and role == MANAGER and row.kind != Feedback.Kind.FAKE:
                actions.publish_feedback(viewer, feedback_id=row.pk, shown=True)
            messages.success(request, "Đã gửi trả lời cho người mua.")
            return redirect("trace:buyer_reply", token=token, feedback_id=row.pk)
        except ActionError as error:
            if error.status != 422:
                raise
            problem = error.message
    context = {
        "enterprise": enterprise,
        "row": row,
        "stars": "★" * (row.stars or 0),
        "typed": typed,
        "problem": problem,
        "form": [(problem, "f_answer")] if problem else None,
        "may_show": role == MANAGER and row.kind != Feedback.Kind.FAKE,
        "photo": file_link(viewer, row.photo) if row.photo is not None else "",
        "back_url": reverse("trace:buyer_replies", args=[enterprise.token]),
    }
    return render(request, "trace/buyer_reply.html", context, status=422 if problem else 200)


@citizen
@require_POST
def show(request: HttpRequest, token: str, feedback_id: UUID) -> HttpResponse:
    """Let others read it, or take it off the page."""
    viewer = viewer_in(request)
    enterprise, _ = queries.enterprise_for(viewer, token)
    row = queries.one_feedback(viewer, enterprise, feedback_id)
    shown = request.POST.get("show") == "yes"
    actions.publish_feedback(viewer, feedback_id=row.pk, shown=shown)
    messages.success(
        request, "Đã hiện trên trang sản phẩm." if shown else "Đã gỡ khỏi trang sản phẩm. Số sao vẫn tính."
    )
    return redirect("trace:buyer_reply", token=token, feedback_id=row.pk)


@citizen
@require_http_methods(["GET", "HEAD", "POST"])
def voices(request: HttpRequest, token: str) -> HttpResponse:
    """What buyers see and hear: pictures of the enterprise and its products, recordings of who made them."""
    viewer = viewer_in(request)
    enterprise, _ = queries.enterprise_for(viewer, token)
    rows = queries.products_of(viewer, enterprise)
    problem = ""
    if request.method == "POST":
        try:
            known = {str(product.pk): product.pk for product, _ in rows}
            if request.POST.get("what") == "photo":
                _keep_photo(request, enterprise, known)
            else:
                _keep_voice(request, known)
            return redirect("trace:buyer_voices", token=token)
        except ActionError as error:
            if error.status != 422:
                raise
            problem = error.message
    context = {
        "enterprise": enterprise,
        "portrait": picture_of(enterprise.photo),
        "rows": [
            {"product": product, "voices": list(voices.items()), "picture": picture_of(product.photo)}
            for product, voices in rows
        ],
        "problem": problem,
        "form": [(problem, "f_file")] if problem else None,
        "back_url": reverse("trace:buyer_replies", args=[enterprise.token]),
    }
    return render(request, "trace/buyer_voices.html", context, status=422 if problem else 200)


def _keep_photo(request: HttpRequest, enterprise: Enterprise, products: dict[str, UUID]) -> None:
    sent, of = request.FILES.get("photo"), request.POST.get("product", "")
    if of and of not in products:
        raise ActionError("Chọn sản phẩm.", "product")
    if not isinstance(sent, UploadedFile):
        raise ActionError("Chọn ảnh.", "photo")
    content = sent.read(PHOTO.max_bytes + 1)
    keep_photo(viewer_in(request), enterprise=enterprise, content=content, product_id=products.get(of))
    messages.success(request, "Đã lưu ảnh. Trang sản phẩm hiện ảnh mới.")


def _keep_voice(request: HttpRequest, products: dict[str, UUID]) -> None:
    product, lang = products.get(request.POST.get("product", "")), request.POST.get("lang", "")
    if product is None or lang not in LANGS:
        raise ActionError("Chọn sản phẩm và ngôn ngữ.", "product")
    if request.POST.get("end"):
        end_recording(viewer_in(request), product_id=product, lang=lang)
        messages.success(request, "Đã bỏ lời kể.")
        return
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise ActionError("Chọn tệp thu âm.", "file")
    add_recording(viewer_in(request), product_id=product, lang=lang, content=sent.read(VOICE_BYTES + 1))
    messages.success(request, "Đã lưu lời kể. Trang sản phẩm có nút nghe.")


urls = [
    path("q/<slug:token>/gui/<slug:what>/", write, name="buyer_write"),
    path("y-kien/<slug:token>/", followed, name="buyer_followed"),
    path("co-so/<slug:token>/phan-hoi/", replies, name="buyer_replies"),
    path("co-so/<slug:token>/phan-hoi/<uuid:feedback_id>/", reply, name="buyer_reply"),
    path("co-so/<slug:token>/phan-hoi/<uuid:feedback_id>/hien/", show, name="buyer_show"),
    path("co-so/<slug:token>/loi-ke/", voices, name="buyer_voices"),
]
