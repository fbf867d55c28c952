"""Walking through a form in a browser with the sample answers of its set-up."""

from __future__ import annotations

import re
from typing import Any

from xaso.services.onestop import eforms

HOME = "15/02683/"
SET = """([name, values]) => {
  const inputs = [...document.querySelectorAll(`main form [name="${CSS.escape(name)}"]`)];
  for (const input of inputs) {
    if (input.type === "radio" || input.type === "checkbox") input.checked = values.includes(input.value);
    else if (input.tagName === "SELECT") {
      if (![...input.options].some((one) => one.value === values[0])) input.add(new Option(values[0], values[0]));
      input.value = values[0];
    } else if (input.type !== "hidden") input.value = values[0];
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return inputs.length;
}"""


def type_answers(page: Any, form: eforms.Page, answers: dict[str, Any]) -> None:
    """Put the answers of one page into its inputs."""
    for question in form.fields:
        for name, value in eforms.form_values(question, answers.get(question.key)).items():
            values = [str(one) for one in value] if isinstance(value, list) else [str(value)]
            if name.endswith(".unit_text"):  # a person chooses from the list; samples name it in words
                name, values = name.removesuffix("_text"), [HOME]
            page.evaluate(SET, [name, values])


def go_on(page: Any, text: str = "Tiếp tục") -> None:
    """Press the primary button and wait for the answer."""
    with page.expect_navigation():
        page.locator("main .acts").get_by_role("button", name=text).click()


def page_key(page: Any) -> str:
    """The key of the form page shown, or an empty text."""
    found = re.search(r"/trang/([^/?]+)", page.url)
    return found[1] if found else ""


def walk(page: Any, body: eforms.Setup, seen: Any = None) -> None:
    """From the first question to the papers; `seen(page, key)` is called on each page."""
    for _ in range(60):
        key = page_key(page)
        if not key:
            return
        if seen:
            seen(page, key)
        type_answers(page, eforms.page_of(body, key), body.sample_answers)
        before = page.url
        go_on(page)
        if page.url == before and page.locator("[name^='sure.']").count():
            for box in page.locator("[name^='sure.']").all():
                box.check()
            go_on(page)
        assert page_key(page) != key, page.locator("main").inner_text()
    raise AssertionError("the form never ends")
