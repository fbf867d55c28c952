"""The form editor's pages of one part: its boxes and the list inside it. Each press keeps what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.services.onestop import asking, eforms
from xaso.services.onestop.actions.setup_drafts import (
    keep_draft_setup,
    locked_draft,
)
from xaso.services.onestop.desk.admin import boxes
from xaso.services.onestop.desk.admin.asking_boxes import BASICS
from xaso.services.onestop.desk.admin.boxes import Around, Box
from xaso.services.onestop.desk.admin.checking import Checked, check
from xaso.services.onestop.desk.admin.choices import KIND_WORDS, STEP_KINDS
from xaso.services.onestop.desk.admin.conditions import in_words, label_of
from xaso.services.onestop.desk.admin.document import (
    LISTS,
    Body,
    Spot,
    drop,
    find,
    items_of,
    move,
    new_key,
)
from xaso.services.onestop.desk.admin.shapes import SHAPES
from xaso.services.onestop.eforms.load import expand, shared_blocks
from xaso.services.onestop.eforms.plan import over_term
from xaso.services.onestop.eforms.terms import term_words
from xaso.services.onestop.models import Setup
from xaso.services.onestop.queries.setups import RIGHT, setup_seen

BLOCKS = {
    "acting": ("Nộp cho mình hay nộp thay", {"for_whom": "cho người khác"}),
    "applicant": ("Người nộp: họ tên, số định danh, nơi ở, liên lạc", {}),
    "person": (
        "Một người khác: họ tên, giấy tờ, nơi ở",
        {"p": "nguoi", "who": "người đó", "section": "Người liên quan"},
    ),
    "exemption": ("Diện được miễn lệ phí", {}),
    "copies": ("Số bản sao cần cấp", {"paper": "kết quả"}),
}


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def basics(request: HttpRequest, setup_id: UUID) -> HttpResponse:
    """What the procedure is called, who can do it, on what ground, from when."""
    viewer = viewer_in(request)
    if request.method == "POST":
        with transaction.atomic():
            draft = locked_draft(viewer, setup_id)
            body = dict(draft.body)
            boxes.read_into(body, BASICS, _posted(request), Around(body))
            keep_draft_setup(viewer, setup_id=setup_id, body=body)
        return _after(request, reverse("onestop_desk:form_basics", args=[setup_id]), setup_id)
    setup = setup_seen(viewer, setup_id)
    body = dict(setup.body)
    checked = check(body, setup.pk)
    return _draw(request, setup, body, checked, ("co-ban",), "Thông tin chung", BASICS, None)


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def part_list(request: HttpRequest, setup_id: UUID, slug: str) -> HttpResponse:
    """A list of parts: add one, move, take out."""
    viewer = viewer_in(request)
    name = LISTS.get(slug)
    if name is None:
        raise NotFound()
    here = reverse("onestop_desk:form_list", args=[setup_id, slug])
    if request.method == "POST":
        with transaction.atomic():
            draft = locked_draft(viewer, setup_id)
            body = dict(draft.body)
            target = _do(request, body, (slug,), items_of(body, name), name)
            keep_draft_setup(viewer, setup_id=setup_id, body=body)
        return redirect(_part_url(setup_id, target) if target else here)
    setup = setup_seen(viewer, setup_id)
    body = dict(setup.body)
    checked = check(body, setup.pk)
    context = {
        **_frame(setup, body, checked),
        "shape": SHAPES[name],
        "trail_findings": checked.of((slug,)),
        "rows": _rows(setup, body, items_of(body, name), name, (slug,), checked),
        "blocks": list(BLOCKS.items()) if name == "pages" else [],
        "sums": _sums(body) if name in ("steps", "cases") else [],
        "kinds": [],
        "back_url": reverse("onestop_desk:form", args=[setup.pk]),
    }
    return render(request, "onestop/desk/admin/list.html", context)


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, setup_id: UUID, slug: str, keys: str) -> HttpResponse:
    """One part: its boxes, and the list inside it when it holds one."""
    viewer = viewer_in(request)
    trail = (slug, *keys.split("/"))
    if request.method == "POST":
        with transaction.atomic():
            draft = locked_draft(viewer, setup_id)
            body = dict(draft.body)
            spot = find(body, trail)
            shape = SHAPES[spot.name]
            boxes.read_into(spot.node, shape.boxes, _posted(request), Around(body, spot))
            if spot.name in ("fields", "draft"):
                _fit_kind(spot.node)
            target = None
            if spot.child_name and request.POST.get("do"):
                target = _do(request, body, trail, spot.children, spot.child_name)
            keep_draft_setup(viewer, setup_id=setup_id, body=body)
        if target:
            return redirect(_part_url(setup_id, target))
        return _after(request, _part_url(setup_id, trail), setup_id)
    setup = setup_seen(viewer, setup_id)
    body = dict(setup.body)
    spot = find(body, trail)
    shape = SHAPES[spot.name]
    checked = check(body, setup.pk)
    title = f"{shape.one[:1].upper()}{shape.one[1:]}: {label_of(spot.node)}"
    return _draw(request, setup, body, checked, trail, title, shape.boxes, spot)


def _posted(request: HttpRequest) -> dict[str, list[str]]:
    return {name: [str(one) for one in values] for name, values in request.POST.lists()}


def _after(request: HttpRequest, here: str, setup_id: UUID) -> HttpResponse:
    """After keeping: back to the same page, or on to where the pressed button leads."""
    if request.POST.get("go") == "overview":
        messages.success(request, "Đã lưu.")
        return redirect("onestop_desk:form", setup_id=setup_id)
    if request.POST.get("go") == "preview":
        page = request.POST.get("page", "")
        return redirect(f"{reverse('onestop_desk:form_try', args=[setup_id])}?trang={page}")
    messages.success(request, "Đã lưu bản nháp.")
    return redirect(here)


def _part_url(setup_id: UUID, trail: tuple[str, ...]) -> str:
    if len(trail) == 1:
        return reverse("onestop_desk:form_list", args=[setup_id, trail[0]])
    return reverse("onestop_desk:form_part", args=[setup_id, trail[0], "/".join(trail[1:])])


def _fit_kind(question: Body) -> None:
    """A group holds questions and nothing else does; only a computed answer is reckoned."""
    if question.get("kind") != "group" and question.get("fields") == []:
        question.pop("fields")
    if question.get("kind") != "computed":
        question.pop("compute", None)


def _do(
    request: HttpRequest, body: Body, trail: tuple[str, ...], siblings: list[Body], name: str
) -> tuple[str, ...] | None:
    """What a button of a list does; answers where to go when not back to the list."""
    verb, _, key = request.POST.get("do", "").partition(":")
    if verb == "add":
        label = boxes.plain(request.POST.get("new.label", ""))[:300]
        if not label:
            messages.warning(request, f"Nhập tên của {SHAPES[name].one} mới.")
            return None
        node = _made(body, name, label, request.POST.get("new.kind", ""))
        siblings.append(node)
        return (*trail, node["key"])
    if verb == "block":
        chosen = request.POST.get("new.block", "")
        if chosen in BLOCKS:
            siblings += _block(body, chosen)
            messages.success(request, f"Đã thêm: {BLOCKS[chosen][0]}.")
        return None
    if verb in ("up", "down", "drop") and key:
        spot = find(body, (*trail, key))
        if verb == "drop":
            drop(body, spot)
            messages.success(request, f"Đã bỏ “{label_of(spot.node)}”. Cần thì lấy lại ở trang tổng quan.")
        else:
            move(body, spot, -1 if verb == "up" else 1)
    return None


def _made(body: Body, name: str, label: str, kind: str) -> Body:
    """A new part with its key and what such a part begins with."""
    shape = SHAPES[name]
    node: Body = {
        "key": new_key(body, label),
        **{k: list(v) if isinstance(v, list) else v for k, v in shape.start.items()},
    }
    node[shape.names] = label
    if name in ("fields", "draft") and kind in KIND_WORDS:
        node["kind"] = kind
        if kind == "group":
            node["fields"] = []
    if name == "results":
        node["draft"] = [
            {
                "key": f"{node['key'][:48]}_decided",
                "kind": "long_text",
                "label": "Nội dung quyết định",
                "max_length": 5000,
            }
        ]
    if name == "cases":
        node["term"] = ""
    return node


def _block(body: Body, chosen: str) -> list[Body]:
    """The pages of a ready-made block, with keys that are not taken yet."""
    params = dict(BLOCKS[chosen][1])
    if "p" in params:
        params["p"] = new_key(body, f"{params['p']}_{len(items_of(body, 'pages')) + 1}")
    made: list[Body] = expand({"pages": [{"use": chosen, **params}]}, shared_blocks())["pages"]
    taken = {str(one.get("key")) for one in items_of(body, "pages")}
    return [one for one in made if one["key"] not in taken]


def _rows(
    setup: Setup, body: Body, items: Sequence[Body], name: str, trail: tuple[str, ...], checked: Checked
) -> list[dict[str, Any]]:
    """Lines of a list: name, what it is, what is to be mended."""
    rows = []
    for place, node in enumerate(items):
        key = str(node.get("key", ""))
        below = (*trail, key)
        rows.append(
            {
                "key": key,
                "label": label_of(node),
                "note": _note(node, name),
                "condition": _condition_words(node, body),
                "url": _part_url(setup.pk, below),
                "wrong": [one for one in checked.below(below) if one.level == "error"],
                "first": place == 0 and name != "fields",
                "last": place == len(items) - 1 and name != "fields",
            }
        )
    return rows


def _condition_words(node: Body, body: Body) -> str:
    condition = node.get("ask_when") or node.get("when")
    return in_words(condition, body) if condition else ""


def _note(node: Body, name: str) -> str:
    """One line that tells a part of a list from the others."""
    if name in ("fields", "draft"):
        words = KIND_WORDS.get(str(node.get("kind")), "")
        return f"{words}{', không bắt buộc' if node.get('optional') else ''}"
    if name == "pages":
        asked = [label_of(one) for one in items_of(node, "fields")]
        return ", ".join(asked) or "Chưa có câu hỏi"
    if name == "components":
        verb = "Cho xem" if node.get("duty") == "show" else "Nộp"
        return f"{verb} {node.get('originals', 1)} bản chính, {node.get('copies', 0)} bản sao"
    if name == "cases":
        return _term_said(node.get("term"))
    if name == "steps":
        return f"{dict(STEP_KINDS).get(str(node.get('kind')), '')}, {_term_said(node.get('term'))}"
    if name == "results":
        return f"Mẫu {node.get('template', '')}"
    return str(node.get("legal_basis", "") or "")


def _term_said(term: object) -> str:
    try:
        return term_words(str(term)) if term else "chưa có thời hạn"
    except ValueError:
        return f"chưa đọc được “{term}”"


def _sums(body: Body) -> list[dict[str, Any]]:
    """Each case: its legal term against the sum of its steps."""
    found = []
    for case in items_of(body, "cases"):
        own = case.get("steps")
        steps = own if isinstance(own, list) and own else items_of(body, "steps")
        line: dict[str, Any] = {
            "title": label_of(case),
            "legal": _term_said(case.get("term")),
            "over": [],
            "known": False,
        }
        try:
            read = [eforms.Step.model_validate(one) for one in steps]
            line["sum"] = " + ".join(term_words(one.term) for one in read if not one.waits_for_citizen)
            line["over"] = over_term(read, str(case.get("term") or ""))
            line["known"] = bool(case.get("term"))
        except ValueError:
            line["sum"] = "chưa tính được: có bước chưa đủ"
        found.append(line)
    return found


def _frame(setup: Setup, body: Body, checked: Checked) -> dict[str, Any]:
    return {
        "setup": setup,
        "draft": setup.state == Setup.State.DRAFT,
        "checked": checked,
        "form_title": label_of(body),
    }


def _draw(
    request: HttpRequest,
    setup: Setup,
    body: Body,
    checked: Checked,
    trail: tuple[str, ...],
    title: str,
    asked: Sequence[Box],
    spot: Spot | None,
) -> HttpResponse:
    errors: Mapping[str, list[str]] = checked.boxes(trail)
    around = Around(body, spot)
    child = spot.child_name if spot else ""
    page = _page_of(spot)
    context = {
        **_frame(setup, body, checked),
        "title": title,
        "one": SHAPES[spot.name].one if spot else "",
        "boxes": [boxes.draw(box, around, errors) for box in asked],
        "other_findings": errors.get("", []),
        "child": SHAPES[child] if child else None,
        "child_name": child,
        "rows": _rows(setup, body, spot.children, child, trail, checked) if spot and child else [],
        "kinds": list(KIND_WORDS.items()) if child in ("fields", "draft") else [],
        "page_key": page,
        "preview": _preview(checked, page),
        "sums": _sums(body) if trail[0] in ("buoc", "truong-hop") else [],
        "back_url": _up(setup.pk, trail),
    }
    return render(request, "onestop/desk/admin/part.html", context)


def _up(setup_id: UUID, trail: tuple[str, ...]) -> str:
    if trail == ("co-ban",):
        return reverse("onestop_desk:form", args=[setup_id])
    return _part_url(setup_id, trail[:-1])


def _page_of(spot: Spot | None) -> str:
    while spot is not None and spot.holder is not None:
        spot = spot.holder
    return str(spot.node.get("key")) if spot is not None and spot.name == "pages" else ""


def _preview(checked: Checked, page: str) -> dict[str, Any] | None:
    """The page as the citizen sees it, as far as it can be read: every question, conditions left aside."""
    found = next((one for one in checked.working.pages if one.key == page), None)
    if found is None:
        return None
    shown = found.model_copy(
        update={"fields": tuple(one.model_copy(update={"ask_when": None}) for one in found.fields)}
    )
    given = eforms.Given(today=checked.working.valid_from, facts={"channel": "online"})
    bare = shown.model_copy(update={"ask_when": None})
    try:
        questions = asking.asked_page(bare, {}, asking.Typed({}, {}), given)
    except ActionError:
        return None
    return {"page": found, "questions": [_plainly(one) for one in questions]}


def _plainly(one: Any) -> Any:
    return one if getattr(one, "is_group", False) else replace(one, title=False)
