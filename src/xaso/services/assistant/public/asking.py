"""Citizens' pages: the question box and its answer, handing a question over, marking an answer wrong, reading aloud."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.cookies import cookie_name
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import public, viewer_in
from xaso.kernel.places.public import options as unit_options
from xaso.kernel.plain.moment import today
from xaso.kernel.units.models import Unit
from xaso.services.assistant import hearing, speaking
from xaso.services.assistant.actions import asking as actions
from xaso.services.assistant.forms import HandOverForm, WrongForm
from xaso.services.assistant.models import Asked
from xaso.services.assistant.public.where import COOKIE, unit_of
from xaso.services.assistant.queries import asking as queries
from xaso.services.assistant.showing import answered, question_in, shown

YEAR = 365 * 24 * 3600
EXAMPLES = (
    "đăng ký khai sinh cho con muộn có bị phạt không",
    "xin giấy phép xây nhà ở cần giấy tờ gì",
    "bao nhiêu tuổi thì được kết hôn",
)


@public
@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """The big box; with a question, its answer below on the same page."""
    unit = unit_of(request)
    asked = question_in(request.GET, unit.path if unit else "")
    context: dict[str, Any] = {
        "asked": asked,
        "unit": unit,
        "examples": EXAMPLES,
        "today": today(),
        "hearing": hearing.is_on(),
        "problem": asked.day_problem,
        "open_day": bool(asked.day_problem) or asked.day != today(),
    }
    if asked.text and not asked.day_problem:
        made, context["problem"] = answered(viewer_in(request), asked, Asked.Channel.PUBLIC)
        if made is not None:
            context |= shown(made, asked, reverse("assistant:front"))
            context["hand_over_url"] = _with_question("assistant:hand_over", asked.text)
            context["wrong_url"] = _wrong_url(made)
    elif not asked.text:
        context["published"] = queries.published(asked.unit_path, today())[:5]
    if context["problem"]:
        where = "id_ngay" if asked.day_problem else "id_q"
        context["summary_errors"] = [(context["problem"], where)]
    page = render(request, "assistant/front.html", context, status=422 if context["problem"] else 200)
    if unit is not None and request.GET.get("unit") == unit.path:
        page.set_cookie(
            cookie_name(COOKIE),
            unit.path,
            max_age=YEAR,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return page


def _with_question(name: str, text: str, **more: str) -> str:
    return f"{reverse(name)}?{urlencode({'q': text, **more})}"


def _wrong_url(made: Any) -> str:
    more = {}
    if made.checked is not None:
        more["kiem"] = str(made.checked.pk)
    elif made.main is not None:
        more |= {"dieu": str(made.main.article_id), "cho": made.main.citation[:300]}
    return _with_question("assistant:wrong", made.question, **more)


@public
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """A question for the legal officer of a commune. Nobody is asked who they are."""
    unit = unit_of(request)
    first = {"question": request.GET.get("q", "").replace("\x00", "")[:2000]}
    form = HandOverForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.hand_over(
                viewer_in(request),
                question=form.cleaned_data["question"],
                unit_path=unit.path if unit else "",
            )
        except ActionError as error:
            form.take(error)
        else:
            return redirect(f"{reverse('assistant:own', args=[queries.link_of(row)])}?moi=1")
    context = {
        "form": form,
        "unit": unit,
        "choose_url": _choose_url(request),
        "back_url": reverse("assistant:front"),
    }
    return render(request, "assistant/hand_over.html", context, status=422 if form.errors else 200)


def _choose_url(request: HttpRequest) -> str:
    return f"{reverse('assistant:choose_unit')}?{urlencode({'next': request.get_full_path()[:1500]})}"


@public
@require_GET
def own(request: HttpRequest, token: str) -> HttpResponse:
    """One's own question behind its link: what became of it."""
    row = queries.own_question(token)
    context = {"row": row, "fresh": request.GET.get("moi") == "1", "back_url": reverse("assistant:front")}
    return render(request, "assistant/own.html", context)


@public
@require_http_methods(["GET", "POST"])
def wrong(request: HttpRequest) -> HttpResponse:
    """Say that an answer was wrong."""
    data = request.POST if request.method == "POST" else request.GET
    unit = unit_of(request)
    about = {
        "q": data.get("q", "").replace("\x00", "")[:600],
        "dieu": data.get("dieu", ""),
        "cho": data.get("cho", "").replace("\x00", "")[:300],
        "kiem": data.get("kiem", ""),
    }
    form = WrongForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.mark_wrong(
                viewer_in(request),
                question=about["q"],
                unit_path=unit.path if unit else "",
                article_id=_key(about["dieu"]),
                checked_id=_key(about["kiem"]),
                place=about["cho"],
                **form.cleaned_data,
            )
        except ActionError as error:
            form.take(error)
        else:
            return render(request, "assistant/thanks.html", {"back_url": reverse("assistant:front")})
    context = {
        "form": form,
        "about": about,
        "unit": unit,
        "choose_url": _choose_url(request),
        "back_url": reverse("assistant:front"),
    }
    return render(request, "assistant/wrong.html", context, status=422 if form.errors else 200)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@public
@require_GET
def choose_unit(request: HttpRequest) -> HttpResponse:
    """Look for the commune by name; its link keeps the choice. Needs no script."""
    typed = request.GET.get("xa", "").replace("\x00", "")[:120].strip()
    wanted = request.GET.get("next", "")
    wanted = wanted if wanted.startswith("/assistant/") else ""
    following = wanted or reverse("assistant:front")
    joint = "&" if "?" in following else "?"
    found = unit_options(typed, level=Unit.Level.COMMUNE) if len(typed) >= 2 else []
    rows = [{**one, "url": f"{following}{joint}{urlencode({'unit': one['value']})}"} for one in found]
    context = {"typed": typed, "found": rows, "next": wanted, "back_url": following}
    return render(request, "assistant/choose_unit.html", context)


@public
@require_GET
def checked(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """A checked answer: who stands for it, since when, its law, and whether it still holds."""
    row = queries.checked_answer(answer_id)
    return render(request, "assistant/checked.html", {"row": row, "back_url": reverse("assistant:front")})


@public
@require_GET
def listen(request: HttpRequest) -> HttpResponse:
    """A quote, or a checked answer, read aloud by the machine's own voice."""
    key, places = _key(request.GET.get("dieu", "")), (request.GET.get("tu", ""), request.GET.get("den", ""))
    checked_key = _key(request.GET.get("kiem", ""))
    unit = unit_of(request)
    if checked_key is not None:
        words = speaking.words_of_checked(queries.checked_answer(checked_key))
    elif key is not None and all(one.isascii() and one.isdigit() and len(one) < 9 for one in places):
        words = speaking.words_of_article(key, int(places[0]), int(places[1]))
    else:
        raise NotFound("Không có đoạn này để đọc.")
    answer = HttpResponse(speaking.sound_of(words, unit.path if unit else ""), content_type="audio/mpeg")
    answer["Cache-Control"] = "public, max-age=86400"
    return answer


@public
@require_POST
def heard(request: HttpRequest) -> HttpResponse:
    """A recording of a question: its words come back into the box, to be read over before anything is asked."""
    try:
        words = hearing.words_in(viewer_in(request), request.FILES.get("noi"))
    except ActionError as error:
        if error.status in {403, 404}:
            raise
        context = {
            "asked": question_in(request.GET, ""),
            "unit": unit_of(request),
            "examples": EXAMPLES,
            "today": today(),
            "hearing": hearing.is_on(),
            "problem": error.message,
            "summary_errors": [(error.message, "id_noi")],
        }
        return render(request, "assistant/front.html", context, status=422)
    return redirect(f"{reverse('assistant:front')}?{urlencode({'q': words, 'nghe': '1'})}")
