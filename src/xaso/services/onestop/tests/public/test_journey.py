"""A citizen's way through the pages, from the start page to the code."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xaso.kernel.people.testing import a_citizen_account
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.models import Dossier, Draft
from xaso.services.onestop.testing import BIRTH, COMMUNE, PERMIT, a_dossier, a_picture, a_setup

pytestmark = pytest.mark.django_db


def problems(answer):
    """The error messages on a page."""
    return re.findall(r"Lỗi: </span>([^<]+)<", answer.content.decode())


def fill(http, draft, body):
    """Answer every page with the sample answers."""
    for _ in range(60):
        page = http.get(f"/onestop/nop/{draft.pk}/")
        assert page.status_code == 302
        where = page["Location"]
        if "/trang/" not in where:
            return where
        key = where.rstrip("/").rpartition("/")[2]
        draft.refresh_from_db()
        data: dict = {}
        for question in eforms.page_of(body, key).fields:
            data |= eforms.form_values(question, body.sample_answers.get(question.key))
            data[f"sure.{question.key}"] = "yes"
        answer = http.post(where, data)
        assert answer.status_code == 302, (
            key,
            data,
            problems(answer),
            re.findall(r"sure[^\"]+", answer.content.decode()),
        )
    raise AssertionError("the form never ends")


def to_check(http, procedure):
    setup = a_setup(procedure)
    body = setups_in_force.body_of(setup)
    started = http.get(f"/onestop/thu-tuc/{procedure}/?unit={COMMUNE}")
    assert started.status_code == 200
    assert body.title in started.content.decode()
    begun = http.post(f"/onestop/thu-tuc/{procedure}/nop/", {"variant": setup.variant})
    assert begun.status_code == 302
    draft = Draft.objects.get()
    papers = fill(http, draft, body)
    assert papers.endswith("/giay-to/")
    draft.refresh_from_db()
    given = eforms.Given(setup.valid_from, {"channel": "online", "identity_proven": True})
    for paper in eforms.required_components(body, draft.answers, given):
        if paper.must_come:
            picture = SimpleUploadedFile("anh.jpg", a_picture(), "image/jpeg")
            key = paper.component.key
            sent = http.post(papers, {f"files.{key}": picture, "keep": key})
            assert sent.status_code == 302, sent.content.decode()[:2000]
    assert http.post(papers, {"next": "1"})["Location"].endswith("/nhan-ket-qua/")
    chosen = http.post(f"/onestop/nop/{draft.pk}/nhan-ket-qua/", {"way": "screen"})
    assert chosen["Location"].endswith("/kiem-tra/")
    return draft, body


@pytest.mark.parametrize("procedure", [BIRTH, PERMIT])
def test_from_start_page_to_code(citizen, procedure):
    draft, body = to_check(citizen, procedure)
    address = f"/onestop/nop/{draft.pk}/kiem-tra/"
    assert citizen.get(address).status_code == 200
    promises = {f"promise.{one.key}": "yes" for one in body.promises}
    sent = citizen.post(address, promises)
    assert sent.status_code == 302, sent.content.decode()[:3000]
    dossier = Dossier.objects.get()
    again = citizen.post(address, promises)
    assert again.status_code == 302
    assert Dossier.objects.count() == 1
    for page in (f"/onestop/ho-so/{dossier.code}/", "/onestop/cua-toi/", f"/onestop/tra-cuu/{dossier.code}/"):
        shown = citizen.get(page)
        assert shown.status_code == 200
        assert dossier.code in shown.content.decode()


def test_what_was_typed_is_kept_when_something_is_wrong(citizen):
    a_setup(BIRTH)
    citizen.get(f"/onestop/thu-tuc/{BIRTH}/?unit={COMMUNE}")
    where = citizen.post(f"/onestop/thu-tuc/{BIRTH}/nop/")["Location"]
    where = citizen.get(where)["Location"]
    answer = citizen.post(where, {})
    assert answer.status_code == 422
    assert "Lỗi" in answer.content.decode()


def test_others_see_no_more_than_the_degree_of_completion():
    dossier = a_dossier()
    stranger = Client()
    stranger.force_login(a_citizen_account("Người Khác"))
    assert stranger.get(f"/onestop/ho-so/{dossier.code}/").status_code == 404
    public = stranger.get(f"/onestop/tra-cuu/{dossier.code}/").content.decode()
    assert dossier.code in public
    assert dossier.applicant.full_name not in public
    assert dossier.setup.title not in public
    assert Client().get(f"/onestop/ho-so/{dossier.code}/").status_code == 302
    assert Client().get("/onestop/tra-cuu/?ma=H00.00-261121-0001").status_code == 404
