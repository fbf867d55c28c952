"""``/log/``: the signed heads and the proofs, for machines as JSON and for people as pages. Open to all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.events.registry import announced
from xaso.kernel.people.doors import public
from xaso.kernel.plain.logbook.notes import fingerprint, stamp
from xaso.kernel.plain.merkle import BadProof
from xaso.kernel.sealing import proofs
from xaso.kernel.sealing.forms import ProofForm
from xaso.kernel.sealing.models import LogKey, TreeHead

PAGE = 100
_WAIT = "Chưa có trong nhật ký. Việc vừa làm được ghi sau ít phút; hãy mở lại trang này."


def _kept(response: HttpResponse, seconds: int = 10) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=seconds)
    return response


def _groups(digest: bytes) -> str:
    """A hash for eyes: groups of eight."""
    return digest.hex(" ", 4)


@public
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What the log is, its newest head, and the check of a number."""
    form = ProofForm(request.GET or None)
    found = None
    status = 200
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data["ma"]
        if isinstance(wanted, UUID):
            return HttpResponseRedirect(reverse("log_proof", args=[wanted]))
        found = proofs.by_short(wanted)
        if found is None:
            form.add_error(
                "ma", "Nhật ký không có mã này. Kiểm tra lại từng ký tự, hoặc mở đường dẫn trên giấy."
            )
    if form.errors:
        status = 422
    heads = list(TreeHead.objects.order_by("-number").prefetch_related("cosignatures")[:10])
    first = LogKey.objects.order_by("number").first()
    context = {
        "form": form,
        "found": found,
        "head": heads[0] if heads else None,
        "root": _groups(bytes(heads[0].root)) if heads else "",
        "heads": heads,
        "origin": first.origin if first else "",
        "key": fingerprint(bytes(first.public)) if first else "",
    }
    return render(request, "sealing/front.html", context, status=status)


@public
@require_safe
def heads(request: HttpRequest) -> HttpResponse:
    """``/log/heads.json?before=<number>``: signed heads, newest first, a hundred at a time."""
    found = TreeHead.objects.order_by("-number").prefetch_related("cosignatures")
    before = _number(request, "before", default=0)
    if before:
        found = found.filter(number__lt=before)
    rows = list(found[: PAGE + 1])
    return _kept(
        JsonResponse(
            {
                "heads": [_head(one) for one in rows[:PAGE]],
                "more": f"{reverse('log_heads')}?before={rows[PAGE - 1].number}"
                if len(rows) > PAGE
                else None,
            }
        )
    )


def _head(head: TreeHead) -> dict[str, Any]:
    return {
        "number": head.number,
        "size": head.size,
        "root": bytes(head.root).hex(),
        "at": stamp(head.at),
        "note": head.note,
        "cosignatures": [one.line for one in head.cosignatures.all()],
    }


@public
@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """``/log/head.txt``: the newest signed head alone, as a checkpoint."""
    head = proofs.newest_head()
    if head is None:
        raise NotFound("Nhật ký chưa có đầu nào được ký.")
    text = head.note + "".join(one.line for one in head.cosignatures.all())
    return _kept(HttpResponse(text, content_type="text/plain; charset=utf-8"))


@public
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """``/log/keys.json``: every key with the statement that the key before it signed."""
    rows = LogKey.objects.order_by("number")
    return _kept(
        JsonResponse(
            {
                "origin": rows[0].origin if rows else "",
                "keys": [
                    {
                        "number": one.number,
                        "fingerprint": fingerprint(bytes(one.public)),
                        "from_size": one.from_size,
                        "at": stamp(one.at),
                        "statement": one.statement,
                    }
                    for one in rows
                ],
            }
        )
    )


@public
@require_safe
def consistency(request: HttpRequest) -> HttpResponse:
    """``/log/consistency.json?first=&second=``: that the larger tree begins with the smaller one."""
    first, second = _number(request, "first"), _number(request, "second")
    head = proofs.newest_head()
    if head is None or second > head.size:
        raise NotFound("Nhật ký chưa dài đến đó.")
    try:
        path = proofs.consistency(first, second)
    except BadProof as error:
        raise ActionError("first phải lớn hơn 0 và không lớn hơn second.", "first") from error
    return JsonResponse({"first": first, "second": second, "path": [one.hex() for one in path]})


def _number(request: HttpRequest, name: str, default: int | None = None) -> int:
    text = request.GET.get(name, "")
    if not text and default is not None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise ActionError(f"{name} phải là một số.", name)
    return int(text)


@public
@require_safe
def proof_json(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """``/log/proof/<event id>.json``: opening of the leaf, path, signed head, keys."""
    found = proofs.proof_of(event_id)
    if found is None:
        raise NotFound(_WAIT)
    return JsonResponse(found.as_json())


@public
@require_safe
def proof(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """The same for people."""
    found = proofs.proof_of(event_id)
    if found is None:
        raise NotFound(_WAIT)
    try:
        found.check()
        good = True
    except ValueError:  # BadProof is one: the page says what it means
        good = False
    context = {
        "proof": found,
        "good": good,
        "what": announced().get(found.opening.name, "").partition("{")[0],
        "leaf": _groups(found.leaf),
        "root": _groups(bytes(found.head.root)),
    }
    return render(request, "sealing/proof.html", context)


public_urls = [
    path("log/", front, name="log"),
    path("log/heads.json", heads, name="log_heads"),
    path("log/head.txt", newest, name="log_head"),
    path("log/keys.json", keys, name="log_keys"),
    path("log/consistency.json", consistency, name="log_consistency"),
    path("log/proof/<uuid:event_id>.json", proof_json, name="log_proof_json"),
    path("log/proof/<uuid:event_id>/", proof, name="log_proof"),
]
