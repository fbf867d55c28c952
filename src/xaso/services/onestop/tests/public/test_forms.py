"""The form: groups, doubts, going back from the check page, other people's drafts, old drafts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xaso.kernel.documents.actions import keep_file
from xaso.kernel.documents.models import File
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.actions.drafts import begin_draft, end_old_drafts, keep_answers
from xaso.services.onestop.models import DossierPaper, Draft
from xaso.services.onestop.queries.drafts import known_of
from xaso.services.onestop.testing import BIRTH, COMMUNE, PERMIT, a_dossier, a_picture, a_setup
from xaso.services.onestop.unit_names import UNIT_NAMES

pytestmark = pytest.mark.django_db
COPIES = "2.000815"


def a_draft(account, procedure=BIRTH, *, filled=True) -> Draft:
    setup = a_setup(procedure)
    viewer = viewer_of(account)
    draft = begin_draft(viewer, setup=setup, unit_path=COMMUNE, answers={})
    if filled:
        body = setups_in_force.body_of(setup)
        keep_answers(viewer, draft_id=draft.pk, answers=body.sample_answers, page="")
        draft.refresh_from_db()
    return draft


def paged(http, address, data=None, status=200):
    answer = http.get(address) if data is None else http.post(address, data)
    assert answer.status_code == status, answer.content.decode()[-3000:]
    assert_page_ok(answer.content)
    return answer.content.decode()


def test_each_page_of_the_form_is_sound(citizen, account):
    draft = a_draft(account)
    body = setups_in_force.body_of(draft.setup)
    for page in eforms.visible_pages(body, draft.answers, eforms.Given(draft.setup.valid_from)):
        shown = paged(citizen, f"/onestop/nop/{draft.pk}/trang/{page.key}/")
        assert f'data-draft="{draft.pk}"' in shown and f'data-step="{page.key}"' in shown
    paged(citizen, f"/onestop/nop/{draft.pk}/giay-to/")
    paged(citizen, f"/onestop/nop/{draft.pk}/nhan-ket-qua/")


def test_errors_keep_what_was_typed(citizen, account):
    draft = a_draft(account, filled=False)
    page = citizen.get(f"/onestop/nop/{draft.pk}/")["Location"]
    body = setups_in_force.body_of(draft.setup)
    here = eforms.page_of(body, page.rstrip("/").rpartition("/")[2])
    name, born = (
        next(one.key for one in here.fields if one.kind == kind) for kind in ("person_name", "date")
    )
    shown = paged(citizen, page, {name: "Nông Thị Mai", f"{born}.day": "45"}, 422)
    assert "Nông Thị Mai" in shown and 'value="45"' in shown and "Có lỗi cần sửa" in shown
    assert shown.count("Lỗi: ") >= 2 and "<title>Lỗi: " in shown
    assert Draft.objects.get().answers[name] == "Nông Thị Mai"


def test_items_of_a_group_come_and_go_without_script(citizen, account):
    draft = a_draft(account, COPIES, filled=False)
    body = setups_in_force.body_of(draft.setup)
    page, group = next((p, q) for p, q in body.questions() if q.kind == "group")
    part = next(one for one in group.fields if one.kind in {"text", "person_name"})
    address = f"/onestop/nop/{draft.pk}/trang/{page.key}/"
    name = f"{group.key}.0.{part.key}"
    more = paged(citizen, address, {name: "Bằng tốt nghiệp", "add": group.key})
    assert "Bằng tốt nghiệp" in more and f"{group.key}.1.{part.key}" in more
    both = {name: "Bằng tốt nghiệp", f"{group.key}.1.{part.key}": "Học bạ", "drop": f"{group.key}.0"}
    fewer = paged(citizen, address, both)
    assert "Học bạ" in fewer and "Bằng tốt nghiệp" not in fewer


def test_pressing_add_twice_gives_one_empty_item(citizen, account):
    draft = a_draft(account, COPIES, filled=False)
    body = setups_in_force.body_of(draft.setup)
    page, group = next((p, q) for p, q in body.questions() if q.kind == "group")
    part = next(one for one in group.fields if one.kind in {"text", "person_name"})
    address = f"/onestop/nop/{draft.pk}/trang/{page.key}/"
    first, second = f"{group.key}.0.{part.key}", f"{group.key}.1.{part.key}"
    paged(citizen, address, {first: "Bằng tốt nghiệp", "add": group.key})
    again = paged(citizen, address, {first: "Bằng tốt nghiệp", second: "", "add": group.key})
    assert second in again and f"{group.key}.2." not in again
    back = paged(citizen, address)
    assert "Bằng tốt nghiệp" in back and f"{group.key}.1." not in back  # an empty item is not kept


def test_change_on_the_check_page_leads_straight_back(citizen, account):
    draft = a_draft(account)
    body = setups_in_force.body_of(draft.setup)
    question = body.pages[-1].fields[0]
    address = f"/onestop/nop/{draft.pk}/trang/{body.pages[-1].key}/?back_to=check"
    data = eforms.form_values(question, body.sample_answers.get(question.key)) | {"back_to": "check"}
    for more in body.pages[-1].fields[1:]:
        data |= eforms.form_values(more, body.sample_answers.get(more.key))
    assert 'name="back_to" value="check"' in citizen.get(address).content.decode()
    assert citizen.post(address, data)["Location"] == f"/onestop/nop/{draft.pk}/kiem-tra/"


def test_the_account_fills_in_ones_own_name_with_a_mark(citizen, account):
    draft = a_draft(account)
    viewer = viewer_of(account)
    body = setups_in_force.body_of(draft.setup)
    page = next(p for p, q in body.questions() if q.prefill == "person.full_name")
    keep_answers(viewer, draft_id=draft.pk, answers={q.key: None for q in page.fields}, page=page.key)
    shown = paged(citizen, f"/onestop/nop/{draft.pk}/trang/{page.key}/")
    assert "Triệu Thị Mẩy" in shown and "đã xác thực" in shown


def test_the_commune_is_not_written_twice_into_an_address(account):
    person = account.person
    person.unit_path, person.contact = COMMUNE, {"address": f"Thôn 3, {UNIT_NAMES[COMMUNE]}"}
    person.save()
    known = known_of(viewer_of(account))["person"]["address"]
    assert known == {"unit": COMMUNE, "detail": "Thôn 3"}


def test_papers_kept_from_before_are_offered_but_an_old_declaration_is_not(citizen, account):
    """A form says what was true when it was made."""
    earlier = a_dossier(PERMIT, viewer=viewer_of(account), channel="online")
    draft = a_draft(account, PERMIT)
    components = setups_in_force.body_of(draft.setup).components
    form = next(one for one in components if one.is_form)
    other = next(one for one in components if not one.is_form)
    for component in (form, other):
        file = keep_file(viewer_of(account), content=a_picture(), name="a.jpg", owner_service="onestop")
        DossierPaper.objects.create(
            dossier=earlier, component=component.key, name=component.name, file=file, accepted=True
        )
    shown = paged(citizen, f"/onestop/nop/{draft.pk}/giay-to/")
    assert f'value="{other.key}:' in shown
    assert f'value="{form.key}:' not in shown


def test_a_commune_chosen_from_the_list_is_named_in_the_answers():
    a_setup()
    assert "Bát Xát" in UNIT_NAMES[COMMUNE]
    assert UNIT_NAMES.get("99/99999/") is None and UNIT_NAMES.get("\x00") is None


def test_a_draft_is_nobody_elses(account):
    draft = a_draft(account)
    stranger = Client()
    stranger.force_login(a_citizen_account("Người Khác"))
    for page in ("", "trang/child_who/", "giay-to/", "nhan-ket-qua/", "kiem-tra/"):
        assert stranger.get(f"/onestop/nop/{draft.pk}/{page}").status_code == 404
        assert Client().get(f"/onestop/nop/{draft.pk}/{page}").status_code == 302
    assert citizen_gets(account, f"/onestop/nop/{draft.pk}/trang/khong-co/") == 404


def citizen_gets(account, address):
    http = Client()
    http.force_login(account)
    return http.get(address).status_code


def sent(http, draft, component, *pictures):
    files = [SimpleUploadedFile(f"{n}.jpg", one, "image/jpeg") for n, one in enumerate(pictures)]
    return http.post(f"/onestop/nop/{draft.pk}/giay-to/", {f"files.{component}": files, "keep": component})


def test_papers_come_are_shown_and_go(citizen, account):
    draft = a_draft(account)
    body = setups_in_force.body_of(draft.setup)
    given = eforms.Given(draft.setup.valid_from, {"channel": "online", "identity_proven": True})
    needed = [one for one in eforms.required_components(body, draft.answers, given) if one.must_come]
    key = needed[0].component.key
    address = f"/onestop/nop/{draft.pk}/giay-to/"
    lacking = paged(citizen, address, {"next": "1"}, 422)
    assert f"Thêm giấy tờ: {needed[0].component.name}" in lacking
    assert sent(citizen, draft, key, a_picture(), a_picture(colour="red")).status_code == 302
    draft.refresh_from_db()
    file = File.objects.get(pk=draft.papers[key][0]["file"])
    assert file.media_type == "application/pdf" and file.pages == 2
    shown = paged(citizen, address)
    assert "2 trang" in shown
    opened = citizen.get(f"/onestop/nop/{draft.pk}/tep/{file.pk}/")
    assert opened.status_code == 302 and citizen.get(opened["Location"]).status_code == 200
    assert sent(citizen, draft, key, a_picture()).status_code == 302
    draft.refresh_from_db()
    picture = draft.papers[key][1]["file"]
    small = citizen.get(f"/onestop/nop/{draft.pk}/tep/{picture}/anh/")
    assert small["Content-Type"] == "image/jpeg" and len(small.content) < 9000
    wrong = paged(
        citizen, address, {f"files.{key}": SimpleUploadedFile("a.pdf", b"MZ no pdf", "application/pdf")}, 422
    )
    assert "Có lỗi cần sửa" in wrong
    citizen.post(address, {"drop": f"{key}:{file.pk}"})
    file.refresh_from_db()
    assert file.erased_at is not None
    assert citizen.post(address, {"drop": f"{key}:x"}).status_code == 422


def test_drafts_end_after_thirty_days_with_their_files(citizen, account):
    draft = a_draft(account)
    body = setups_in_force.body_of(draft.setup)
    key = next(one.key for one in body.components if not one.is_form)
    sent(citizen, draft, key, a_picture())
    Draft.objects.update(updated_at=now() - timedelta(days=29))
    assert end_old_drafts(Viewer.system()) == 0
    Draft.objects.update(updated_at=now() - timedelta(days=31))
    assert end_old_drafts(Viewer.system()) == 1
    assert not Draft.objects.exists()
    assert not File.objects.filter(owner_service="onestop.draft", erased_at__isnull=True).exists()
