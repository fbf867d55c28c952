from __future__ import annotations

from pathlib import Path

import pytest
from django.http import HttpRequest
from django.shortcuts import render
from django.test import Client, RequestFactory

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.ui.guide import citizen_guide, desk_guide
from xaso.kernel.ui.testing import assert_page_ok

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def ask(path: str, kind: str = "anonymous") -> HttpRequest:
    request = RequestFactory().get(path)
    request.viewer = Viewer(kind=kind, name="Lò Thị Xuân")  # type: ignore[attr-defined]
    request.session = {}  # type: ignore[attr-defined,assignment]
    request._messages = []  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize("query", ["", "?loi=1"])
def test_the_guide_of_citizens(query: str) -> None:
    page = citizen_guide(ask(f"/ui/{query}")).content
    assert_page_ok(page)
    assert (b"<title>L\xe1\xbb\x97i: " in page) == bool(query)


@pytest.mark.parametrize("query", ["", "?loi=1"])
def test_the_guide_of_officers(query: str) -> None:
    assert_page_ok(desk_guide(ask(f"/desk/ui/{query}", "officer")).content)


@pytest.mark.parametrize("name", ["400", "403", "404", "409", "422", "429", "offline"])
def test_error_pages_say_what_to_do(name: str) -> None:
    page = render(
        ask("/"), f"ui/errors/{name}.html", {"message": "", "errors": {"name": ["Nhập tên"]}}
    ).content
    assert_page_ok(page)


def test_the_page_for_a_broken_server_needs_nothing() -> None:
    text = TEMPLATES.joinpath("ui/errors/500.html").read_text(encoding="utf-8")
    assert "{%" not in text and "{{" not in text
    assert_page_ok(text)


def test_print_shell() -> None:
    assert_page_ok(render(ask("/"), "ui/print.html", {"title": "Giấy tiếp nhận"}).content)


def test_choices_are_kept_and_only_ours(client: Client) -> None:
    answer = client.post(
        "/ui/prefs", {"theme": "dark", "density": "evil"}, headers={"Referer": "http://testserver/ui/"}
    )
    assert answer.status_code == 302 and answer["Location"] == "http://testserver/ui/"
    assert answer.cookies["xaso_theme"].value == "dark"
    assert not answer.cookies["xaso_density"].value
    assert b'data-theme="dark"' in client.get("/offline").content
    elsewhere = client.post("/ui/prefs", {"theme": ""}, headers={"Referer": "https://evil.example/"})
    assert elsewhere["Location"] == "/"


def test_worker_and_manifest(client: Client) -> None:
    worker = client.get("/sw.js")
    assert worker["Content-Type"].startswith("text/javascript") and b"/* SHELL */" not in worker.content
    assert client.get("/manifest.webmanifest").json()["lang"] == "vi"
    assert client.head("/ui/ping").status_code == 204


def test_a_scanned_card_fills_and_proves_nothing(client: Client) -> None:
    card = "038085001234||Hà Văn Ẩn|00001950|Nam|Bản Poom Khuông|15082021"
    facts = client.post("/ui/id-card", {"text": card}).json()
    assert facts["birth_date"] == {"year": "1950", "month": "", "day": ""}
    assert client.post("/ui/id-card", {"text": "hello"}).status_code == 422
