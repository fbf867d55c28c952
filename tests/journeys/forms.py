"""How people fill in our forms: by label and box, with or without scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from PIL import Image

from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.models import Setup
from xaso.site.demo import place

HOME = {"province": "15", "unit": place.COMMUNE, "words": "Mường Hum"}


def body_of(procedure: str, variant: str = "") -> eforms.Setup:
    """The electronic procedure that is in force now."""
    from xaso.kernel.plain.moment import today

    setup = setups_in_force.setup_for(procedure, place.COMMUNE, today(), variant)
    assert isinstance(setup, Setup)
    return setups_in_force.body_of(setup)


@lru_cache(maxsize=4)
def a_photograph(words: str = "GIAY TO", width: int = 1200, height: int = 1600) -> dict[str, Any]:
    """A picture as a phone takes it, for a file box."""
    import io

    from PIL import ImageDraw

    out = io.BytesIO()
    picture = Image.new("RGB", (width, height), "#f4f1e8")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((60, 60, width - 60, height - 60), outline="#444", width=6)
    for line in range(14):
        pen.text((140, 180 + line * 90), f"{words} {line + 1}", fill="#222", font_size=44)
    picture.save(out, "JPEG", quality=80)
    return {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def put(page: Any, name: str, value: str | list[str]) -> None:
    """Give one answer; a box that this case does not show is let be."""
    boxes = page.locator(f'main [name="{name}"]')
    if not boxes.count():
        return
    kind = boxes.first.evaluate("one => one.type")
    if kind in ("radio", "checkbox"):
        for one in [value] if isinstance(value, str) else value:
            box = page.locator(f'main [name="{name}"][value="{one}"]')
            if box.is_visible():
                box.check()
    elif boxes.first.input_value() == value:
        return
    elif kind.startswith("select") and not boxes.first.is_visible():
        choose_by_typing(page, boxes.first, str(value))
    elif not boxes.first.is_visible():
        return
    elif kind.startswith("select"):
        boxes.first.select_option(str(value))
    else:
        boxes.first.fill(str(value))


def choose_by_typing(page: Any, select: Any, value: str) -> None:
    """A long list has become a box to type in: type what the option says, take it from what is offered."""
    typed = page.locator(f"#{select.get_attribute('id')}_find")
    if not typed.count() or not typed.is_visible():
        return
    words = select.locator(f'option[value="{value}"]').text_content().strip()
    typed.fill(words)
    page.get_by_role("option", name=words, exact=True).first.click()


def put_address(page: Any, name: str) -> None:
    """Home is the demo commune: the province from the list, the commune by typing (or from the list)."""
    province = page.locator(f'main [name="{name}.province"]')
    if not province.count() or not province.is_visible():
        return
    commune = page.locator(f'main [name="{name}.unit"]')
    if not commune.input_value():
        if province.input_value() != HOME["province"]:
            province.select_option(HOME["province"])
            scripted = not commune.is_visible()
            if scripted:
                page.locator(f'main [name="{name}.unit"] option[value="{HOME["unit"]}"]').wait_for(
                    state="attached"
                )
        if commune.is_visible():
            if commune.locator(f'option[value="{HOME["unit"]}"]').count():
                commune.select_option(HOME["unit"])
        else:
            typed = page.locator(f"#{commune.get_attribute('id')}_find")
            typed.fill(HOME["words"])
            page.get_by_role("option", name=HOME["words"]).first.click()
    put(page, f"{name}.detail", "thôn Ky Quan San")


def fill_questions(page: Any, questions: Any, answers: Mapping[str, Any]) -> None:
    """Answer the questions of one page; what the office filled in already stays."""
    for question in questions:
        if question.kind is eforms.Kind.ADDRESS:
            put_address(page, question.key)
        else:
            for name, value in eforms.form_values(question, answers.get(question.key)).items():
                put(page, name, value)


def press(page: Any, button: Any) -> None:
    """Press a button or link that leads to another page, and wait for that page."""
    with page.expect_navigation():
        button.click()


def go_on(page: Any, button: str = "Tiếp tục") -> None:
    """Press the button and wait for the next page."""
    press(page, page.get_by_role("button", name=button, exact=True).last)


def fill_form(
    page: Any, body: eforms.Setup, answers: Mapping[str, Any], *, each: Any = None, until: str = ""
) -> None:
    """Page by page until the questions end (or ``until`` a page's key); ``each(page)`` looks at every one."""
    for _ in range(60):
        if "/trang/" not in page.url:
            return
        key = page.url.partition("/trang/")[2].split("/")[0]
        if key == until:
            return
        if each is not None:
            each(page)
        before = page.url
        fill_questions(page, eforms.page_of(body, key).fields, answers)
        go_on(page)
        if page.url == before:  # without scripts the communes come after the province; a doubt asks once more
            for box in page.locator('main [name^="sure."]').all():
                box.check()
            fill_questions(page, eforms.page_of(body, key).fields, answers)
            go_on(page)
        assert page.url != before, page.locator("main").inner_text()
    raise AssertionError("the form never ends")


def hand_in_papers(page: Any) -> None:
    """A photograph for each paper that is asked; with scripts each is on its way as soon as it is chosen."""
    boxes, sent = page.locator("main input[type=file]"), page.get_by_text("Đã gửi anh.jpg")
    scripted = bool(page.locator("[data-upload]").count()) and _until(
        page, lambda: not boxes.first.get_attribute("name"), tries=50
    )
    for number in range(boxes.count()):
        before = sent.count()
        boxes.nth(number).set_input_files(a_photograph())
        if scripted:
            assert _until(page, lambda before=before: sent.count() > before), (
                f"paper {number + 1} was not sent"
            )
    go_on(page)


def _until(page: Any, holds: Callable[[], bool], tries: int = 400) -> bool:
    """Look every tenth of a second whether something holds."""
    for _ in range(tries):
        if holds():
            return True
        page.wait_for_timeout(100)
    return False


def choose_way(page: Any, way: str = "screen") -> None:
    """How the result comes."""
    page.locator(f'main [name="way"][value="{way}"]').check()
    go_on(page)


def agree_and_send(page: Any) -> str:
    """Tick the promises, send; answers the dossier's code."""
    for box in page.locator('main [name^="promise."]').all():
        box.check()
    go_on(page, "Nộp hồ sơ")
    return str(page.url.partition("/ho-so/")[2].split("/")[0])
