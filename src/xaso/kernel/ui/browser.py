"""A real browser for journeys: one place that knows how to start it, look for barriers and weigh the wire.

with launch_browser() as browser:
    page = new_phone_page(browser, live_server.url)
    page.goto("/")
    assert not axe_problems(page)
    assert wire_bytes(page) < 60_000
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHROMIUM = (
    os.environ.get("XASO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


@contextmanager
def launch_browser(*, headless: bool = True) -> Iterator[Any]:
    """A Chromium that talks to nobody but us. XASO_CHROMIUM names another binary than the one on the path."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; Django's guard would take test code for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM or None, headless=headless, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def _new_page(browser: Any, base_url: str, viewport: dict[str, int], dark: bool, **options: Any) -> Any:
    context = browser.new_context(
        base_url=base_url,
        viewport=viewport,
        color_scheme="dark" if dark else "light",
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(120_000)  # a machine that does other things besides is slow, not broken
    page = context.new_page()
    page.js_faults = []
    page.on("pageerror", lambda error: page.js_faults.append(str(error)))
    page.on(
        "console",
        lambda line: page.js_faults.append(line.text) if "Content Security Policy" in line.text else None,
    )
    return page


def new_phone_page(
    browser: Any, base_url: str = "", *, dark: bool = False, width: int = 360, **options: Any
) -> Any:
    """A page of 360 x 740 in a context of its own (own cookies). `java_script_enabled=False` for the no-script run."""
    return _new_page(
        browser, base_url, {**PHONE, "width": width}, dark, has_touch=True, is_mobile=True, **options
    )


def new_desk_page(browser: Any, base_url: str = "", *, dark: bool = False, **options: Any) -> Any:
    """A page of 1280 x 800 in a context of its own."""
    return _new_page(browser, base_url, DESK, dark, **options)


def axe_problems(page: Any, *, within: str | None = None) -> list[str]:
    """Barriers that axe finds by WCAG 2.0 to 2.2, A and AA: one line each with rule, element and why."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=within, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [
        f"{rule['id']} ({rule['impact']}) {node['target']}: {node.get('failureSummary', '').strip()}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


# A test server sends static files bare, the installed product packed: bare text is packed here before it is weighed.
_WEIGH = """async () => {
  const all = performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
    .filter((one) => !one.name.includes("?weighed"));
  return Promise.all(all.map(async (one) => {
    const bare = one.encodedBodySize && one.encodedBodySize === one.decodedBodySize;
    if (!bare || !/\\.(css|js|svg|json|html)([?#]|$)/.test(one.name)) return [one.name, one.transferSize || 0];
    const body = (await fetch(one.name.split("#")[0] + "?weighed")).body.pipeThrough(new CompressionStream("gzip"));
    return [one.name, (await new Response(body).arrayBuffer()).byteLength + 300];
  }));
}"""


def wire_requests(page: Any) -> list[tuple[str, int]]:
    """What the present page fetched, headers included: address and bytes, largest first."""
    page.wait_for_load_state("networkidle")
    rows = page.evaluate(_WEIGH)
    return sorted(((str(name), int(size)) for name, size in rows), key=lambda row: -row[1])


def wire_bytes(page: Any) -> int:
    """Bytes on the wire for the present page: document, styles, scripts, pictures, fonts."""
    return sum(size for _, size in wire_requests(page))


def sideways_scroll(page: Any) -> list[str]:
    """Elements that stick out of the screen; empty when the page does not scroll sideways."""
    script = """() => {
      const wide = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= wide) return [];
      return [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > wide + 1)
        .slice(0, 8).map((one) => one.tagName.toLowerCase() + "." + one.className);
    }"""
    return [str(one) for one in page.evaluate(script)]


def small_targets(page: Any, least: int = 44) -> list[str]:
    """Links and buttons lower or narrower than `least` px; links inside running text are let be (2.5.8)."""
    script = """(least) => [...document.querySelectorAll(
      "a[href], button, input:not([type=hidden]), select, summary"
    )].filter((one) => {
      const box = one.getBoundingClientRect();
      if (!box.width || box.width < 2 || one.closest(".vh")) return false;
      if (one.matches("a") && getComputedStyle(one).display === "inline") return false;
      const mark = one.matches("input[type=checkbox], input[type=radio]");
      const hit = mark ? (one.closest("label") || one).getBoundingClientRect() : box;
      return hit.height < least - 0.5 || hit.width < Math.min(least, 24) - 0.5;
    }).map((one) => one.outerHTML.slice(0, 120))"""
    return [str(one) for one in page.evaluate(script, least)]


def take_picture(page: Any, path: str) -> None:
    """The whole page as a PNG, for people to look at."""
    page.screenshot(path=path, full_page=True)
