"""The walk of the ids: whatever one person's pages name, all others try, by every method that writes too."""

from __future__ import annotations

import re

import pytest

from tests.hostile.client import Answer, Browser, crawl, links_of
from tests.hostile.conftest import Site

STARTS = {
    "applicant": ("/onestop/cua-toi/", "/hop-thu/", "/cua-toi/ai-da-xem", "/onestop/ho-so/{code}/"),
    "receptionist here": ("/desk/", "/desk/onestop/", "/desk/onestop/ho-so/{code}/"),
    "specialist here": ("/desk/onestop/ho-so/{code}/", "/desk/onestop/"),
    "admin here": ("/desk/", "/desk/tai-khoan/", "/desk/he-thong/", "/desk/tep-cach-ly/"),
    "machine here": ("/api/v1/onestop/dossiers", "/api/v1/onestop/dossiers/{code}"),
}
MOST = 60
_NAMES_A_THING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z]\d\d\.\d{5}-\d{6}-\d{4}|/tep/[\w:.-]{20,}|[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}"
)
# What may be read by whoever knows the code, and shows nothing of the person.
OPEN = ("/onestop/tra-cuu/", "/verify/", "/don-vi/", "/ban-do/", "/log/", "/onestop/thu-tuc/")


def harvest(site: Site) -> set[str]:
    """Addresses with an id in them, from the pages of those who may see the applicant's things."""
    found: set[str] = set()
    for name, starts in STARTS.items():
        paths = [start.format(code=site.world.ids["code"]) for start in starts]
        pages = crawl(site.browser(name), paths, MOST)
        reached = set(pages)
        for path, answer in pages.items():
            assert answer.status < 500, f"{name}: {path} answers {answer.status}"
            if "text/html" in answer.header("Content-Type"):
                reached |= links_of(answer, path)
        found |= {path for path in reached if _NAMES_A_THING.search(path) and not path.startswith("/static/")}
    return found


@pytest.fixture(scope="module")
def addresses(site: Site) -> list[str]:
    found = sorted(harvest(site))
    assert len(found) > 25, f"the walk found too little to be of use: {found}"
    assert any("/tep/" in path or "/giay-to/" in path for path in found)
    return found


def shows(site: Site, path: str, answer: Answer) -> list[str]:
    text = answer.everything.replace(path, "")
    return [one for one in site.world.secrets[:4] if one in text]


def test_no_stranger_reads_by_id(site: Site, addresses: list[str]):
    problems = []
    for name in site.strangers:
        browser = site.browser(name)
        for path in addresses:
            answer = browser.get(path)
            if answer.status >= 500 or shows(site, path, answer):
                problems.append(
                    f"{name}: {path} answers {answer.status} and shows {shows(site, path, answer)}"
                )
            if answer.status == 200 and path.startswith(("/tep/", "/api/")):
                problems.append(f"{name}: {path} is served")
    assert not problems, "\n".join(problems[:20])


def test_no_stranger_writes_by_id(site: Site, addresses: list[str]):
    before, problems = site.world.state(), []
    form = {
        "reason": "Thử",
        "note": "Thử",
        "what": "release",
        "do": "close",
        "to_path": "04/01273/",
        "accept": "yes",
    }
    for name in (
        "other citizen",
        "leader elsewhere",
        "receptionist beside",
        "hamlet head",
        "machine elsewhere",
    ):
        browser = site.browser(name)
        token = "" if browser.token else browser.csrf()
        for path in addresses:
            if path.startswith("/api/"):
                answer = browser.json("DELETE", path, {})
            else:
                headers = {
                    "X-CSRFToken": token,
                    "Origin": "https://xaso.example",
                    "Referer": "https://xaso.example/",
                }
                answer = browser.post(path, form, headers, forged=True)
            if answer.status >= 500 or shows(site, path, answer):
                problems.append(f"{name}: POST {path} answers {answer.status}")
    assert not problems, "\n".join(problems[:20])
    assert site.world.state() == before


def test_ids_cannot_be_counted(site: Site, addresses: list[str]):
    """A neighbour of a known id opens nothing: there is nothing to count up."""
    browser = site.browser("applicant")
    for path in addresses:
        for known in re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", path)[:1]:
            for step in (1, -1):
                near = f"{known[:24]}{(int(known[24:], 16) + step) % 16**12:012x}"
                answer = browser.get(path.replace(known, near))
                # Some addresses name a second thing by which the page is found; it is the applicant's own.
                assert answer.status < 500 and not (answer.status == 200 and path.endswith(f"{known}/")), path


def test_links_to_files_end_and_cannot_be_changed(site: Site):
    token = site.world.ids["token"]
    good = site.browser("applicant").get(f"/tep/{token}")
    assert good.status == 200
    assert "no-store" in good.header("Cache-Control") and good.header("X-Content-Type-Options") == "nosniff"
    assert "default-src 'none'" in good.header("Content-Security-Policy")
    assert "filename" in good.header("Content-Disposition")
    for name in ("anonymous", "other citizen", "receptionist here", "machine here"):
        assert site.browser(name).get(f"/tep/{token}").status == 404, name
    for bad in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[1:],
        token + "=",
        token.replace(":", ".", 1),
    ):
        assert site.browser("applicant").get(f"/tep/{bad}").status == 404, bad
    assert Browser(site.port).get("/tep/" + "A" * 5000).status in {404, 414}
