"""Who takes part in a journey, and how they sign in: through the pages, like everybody."""

from __future__ import annotations

import contextlib
from typing import Any

from django.conf import settings

from tests.journeys.world import Town
from xaso.kernel.ui.browser import new_desk_page, new_phone_page
from xaso.site.demo import place

MAY, PAO, SUA, TA = "Triệu Thị Mẩy", "Giàng A Páo", "Vàng Thị Sua", "Lý Láo Tả"


class People:
    """Opens a browser context for each person of a story."""

    def __init__(self, town: Town, browser: Any) -> None:
        self.town, self.browser = town, browser
        self._pages: list[Any] = []

    def visitor(self, **options: Any) -> Any:
        """Somebody with a phone who has not signed in."""
        return self.keep(new_phone_page(self.browser, self.town.url, **options))

    def citizen(self, name: str, **options: Any) -> Any:
        """A citizen with a phone, signed in with VNeID."""
        page = self.visitor(**options)
        sign_in_with_vneid(page, name)
        return page

    def officer(self, login: str, **options: Any) -> Any:
        """An officer at a desk, signed in by password."""
        page = self.keep(new_desk_page(self.browser, self.town.url, **options))
        page.goto("/dang-nhap/can-bo")
        page.fill("[name=username]", login)
        page.fill("[name=password]", place.PASSWORD)
        page.locator("main button", has_text="Đăng nhập").click()
        page.wait_for_url("**/desk/**")
        return page

    def reopen(self, page: Any, address: str) -> Any:
        """Close a page and open the address in a new one of the same phone."""
        context = page.context
        again = context.new_page()
        again.js_faults = page.js_faults
        again.on("pageerror", lambda error: again.js_faults.append(str(error)))
        page.close()
        self._pages[self._pages.index(page)] = again
        again.goto(address)
        return again

    def show(self, story: str) -> str:
        """A picture of each screen under var/log; answers addresses and words, for the report of a failure."""
        folder = settings.XASO_HOME / "log" / "journeys"
        folder.mkdir(parents=True, exist_ok=True)
        lines = []
        for number, page in enumerate(self._pages, 1):
            path = folder / f"{story}-{number}.png"
            with contextlib.suppress(Exception):
                page.screenshot(path=path, full_page=True)
                lines += [f"{page.url} ({path})", page.locator("main").first.inner_text(timeout=2000)[:1500]]
        return "\n".join(lines)

    def leave(self) -> None:
        """Close what the story opened; a fault of a script or of the content policy fails it."""
        faults = [fault for page in self._pages for fault in page.js_faults]
        for page in self._pages:
            page.context.close()
        self._pages.clear()
        assert not faults, faults

    def keep(self, page: Any) -> Any:
        """A page of this story, closed at its end."""
        # A machine that does other things besides is slow, not broken.
        page.context.set_default_timeout(120_000)
        self._pages.append(page)
        return page


def sign_in_with_vneid(page: Any, name: str, back: str = "") -> None:
    """From the sign-in page to the provider's page, pick the citizen there, and back."""
    if "/dang-nhap/" not in page.url:
        page.goto(f"/dang-nhap/?next={back}" if back else "/dang-nhap/")
    page.get_by_role("button", name="Đăng nhập bằng VNeID").click()
    page.wait_for_url("**/vneid/auth**")
    page.locator("button.card", has_text=name).click()
    page.wait_for_url(lambda url: "/vneid" not in url)
