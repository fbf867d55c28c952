"""The page of words: how the unit reads, its own words, a text to try, and hearing each of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.desk import names_of_units, units_of
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.speech import actions, audio, queries
from xaso.kernel.speech.catalogue import FALLBACK
from xaso.kernel.speech.forms import LONGEST_TRY, MannerForm, TryForm, WordForm
from xaso.kernel.speech.rights import WORDS
from xaso.kernel.units.words import in_sentence

PER_PAGE = 50


def _unit(request: HttpRequest, viewer: Viewer) -> str:
    """The unit asked for, else the viewer's own, else the first where the right is held."""
    held = viewer.paths(WORDS)
    own = viewer.unit_path if viewer.can(WORDS, viewer.unit_path) else (held or ("",))[0]
    given = request.POST if request.method == "POST" else request.GET
    unit_path = given.get("don-vi", own).replace("\0", "")[:120]
    viewer.must(WORDS, unit_path)
    return unit_path


def _address(unit_path: str, **more: str) -> str:
    return f"{reverse('speech_words')}?{urlencode({'don-vi': unit_path, **more})}"


def _page(request: HttpRequest, unit_path: str, status: int = 200, **more: Any) -> HttpResponse:
    viewer = viewer_in(request)
    text = request.GET.get("tim", "").replace("\0", "")[:80]
    rows = queries.words_of(viewer, unit_path, text)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    names = names_of_units({row.word.unit_path for row in page.object_list} | {unit_path})
    for row in page.object_list:
        row.word.unit_name = names.get(row.word.unit_path, "")  # type: ignore[attr-defined]
    context = {
        "page": page,
        "text": text,
        "unit_path": unit_path,
        "unit_name": in_sentence(names.get(unit_path, "")),
        "units_to_choose": units_of(viewer, WORDS),
        "past": queries.past_words(viewer, unit_path)[:20],
        "word_form": WordForm(prefix="tu", initial={"written": request.GET.get("tu", "")[:80]}),
        "manner_form": MannerForm(prefix="cach", now=queries.manner_of(unit_path)),
        "try_form": TryForm(prefix="thu"),
        **more,
    }
    return render(request, "speech/words.html", context, status=status)


@officer(WORDS)
@require_GET
def words(request: HttpRequest) -> HttpResponse:
    """The words that hold in a unit."""
    return _page(request, _unit(request, viewer_in(request)))


@officer(WORDS)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Add a word, or say it anew."""
    viewer = viewer_in(request)
    unit_path = _unit(request, viewer)
    form = WordForm(request.POST, prefix="tu")
    if form.is_valid():
        try:
            word = actions.keep_word(viewer, unit_path=unit_path, **form.cleaned_data)
        except ActionError as error:
            _refused(form, error)
        else:
            notices.success(request, f"Từ nay “{word.written}” đọc là “{word.spoken}”.")
            return redirect(_address(unit_path))
    return _page(request, unit_path, 422, word_form=form, form=form)


@officer(WORDS)
@require_POST
def drop(request: HttpRequest, word_id: UUID) -> HttpResponse:
    """Drop a word: it is read by rule again, or as the unit above reads it."""
    word = actions.drop_word(viewer_in(request), word_id=word_id)
    notices.success(request, f"Đã bỏ “{word.written}” khỏi từ điển.")
    return redirect(_address(word.unit_path))


@officer(WORDS)
@require_POST
def manner(request: HttpRequest) -> HttpResponse:
    """Choose how the unit reads."""
    viewer = viewer_in(request)
    unit_path = _unit(request, viewer)
    now = queries.manner_of(unit_path)
    form = MannerForm(request.POST, prefix="cach", now=now)
    if not form.is_valid():
        return _page(request, unit_path, 422, manner_form=form, form=form)
    for name, value in form.chosen().items():
        if value != getattr(now, name):
            actions.set_manner(viewer, unit_path=unit_path, name=name, value=value)
    notices.success(request, "Đã lưu cách đọc của đơn vị.")
    return redirect(_address(unit_path))


@officer(WORDS)
@require_http_methods(["POST"])
def attempt(request: HttpRequest) -> HttpResponse:
    """What is said for a text; nothing is kept."""
    viewer = viewer_in(request)
    unit_path = _unit(request, viewer)
    form = TryForm(request.POST, prefix="thu")
    if not form.is_valid():
        return _page(request, unit_path, 422, try_form=form, form=form)
    said = queries.spoken_text(form.cleaned_data["text"], unit_path)
    asked = [{"word": one, "url": _address(unit_path, tu=one) + "#them"} for one in said.asked]
    return _page(request, unit_path, try_form=form, said=said, asked=asked)


@officer(WORDS)
@require_GET
def listen(request: HttpRequest) -> HttpResponse:
    """A short text as sound, by a voice of this machine."""
    viewer = viewer_in(request)
    unit_path = _unit(request, viewer)
    text = request.GET.get("chu", "").replace("\0", " ")[:LONGEST_TRY]
    spoken = request.GET.get("loi", "").replace("\0", " ")[:LONGEST_TRY] or (
        queries.spoken_text(text, unit_path).text if text.strip() else ""
    )
    voice = FALLBACK.get(request.GET.get("vung", ""), "espeak:vi")
    try:
        sound = audio.encode(audio.normalise(audio.synthesize(spoken, voice)), "mp3")
    except (audio.NoVoice, audio.BadSound, ValueError) as error:
        why = error.message if isinstance(error, audio.NoVoice) else "Không có lời nào để đọc."
        raise ActionError(why) from error
    answer = HttpResponse(sound, content_type="audio/mpeg")
    answer["Content-Disposition"] = 'inline; filename="nghe-thu.mp3"'
    return answer


def _refused(form: forms.Form, error: ActionError) -> None:
    if error.status == 403:
        raise error
    for name, found in error.errors.items():
        for message in found:
            form.add_error(name if name in form.fields else None, message)


desk_urls = [
    path("tu-dien-doc/", words, name="speech_words"),
    path("tu-dien-doc/them/", keep, name="speech_word_keep"),
    path("tu-dien-doc/cach-doc/", manner, name="speech_manner"),
    path("tu-dien-doc/thu/", attempt, name="speech_try"),
    path("tu-dien-doc/nghe.mp3", listen, name="speech_listen"),
    path("tu-dien-doc/<uuid:word_id>/bo/", drop, name="speech_word_drop"),
]
