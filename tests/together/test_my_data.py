"""People's data across services: the archive holds the dossiers, erasure knows what the law keeps of them."""

import io
import json
import zipfile

import pytest
from django.test import Client

from xaso.kernel.base.reach import watched
from xaso.kernel.cases.actions import close_case
from xaso.kernel.documents.models import File
from xaso.kernel.people.actions import view_person
from xaso.kernel.people.consents import may_use, say, was_asked
from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.public import BACKEND
from xaso.kernel.people.reaching import reach_of
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account, officer, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.onestop.actions.filing import Applicant
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.testing import COMMUNE, MARITAL, a_dossier
from xaso.services.privacy import actions
from xaso.services.privacy.models import Breach, DataExport, RetentionRule, RightsRequest

pytestmark = pytest.mark.django_db
ME = Applicant("Triệu Thị Mẩy", "010185000012", phone="0912345678")


def entered(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


@pytest.fixture
def citizen(db: None) -> Account:
    account = a_citizen_account(ME.full_name, ME.id_number)
    Person.objects.filter(pk=account.person_id).update(unit_path=COMMUNE)
    return Account.objects.get(pk=account.pk)


@pytest.fixture
def clerk(db: None) -> Account:
    return officer_account("clerk", COMMUNE)


def test_the_law_keeps_a_dossier_without_a_term(citizen, clerk):
    dossier = a_dossier(MARITAL, applicant=ME)
    close_case(Viewer.system(), case=dossier.case)
    row = actions.ask(viewer_of(citizen), kind="delete", detail="x")
    made = actions.erase(viewer_of(clerk), request_id=row.pk)
    kept = {one["category"]: one["why"] for one in made.kept}
    assert "Luật Lưu trữ" in kept["Hồ sơ một cửa"]
    assert Dossier.objects.get(pk=dossier.pk).answers == dossier.answers


def test_everything_about_one_person_and_nothing_about_another(citizen):
    own = viewer_of(citizen)
    mine = a_dossier(MARITAL, applicant=ME)
    other = a_dossier(MARITAL, applicant=Applicant("Người Khác", "010185000099", phone="0977777777"))
    view_person(
        officer("specialist", COMMUNE, name="Nông Văn Xem"),
        citizen.person,
        purpose="Xử lý hồ sơ",
        through=mine.code,
    )
    say(own, person=citizen.person, code="reuse_papers", state="given")
    row = actions.ask_export(own)
    assert actions.ask_export(own) == row
    actions.make_export(str(row.pk))
    actions.make_export(str(row.pk))  # a job may run twice
    row.refresh_from_db()
    assert row.state == "ready"
    http = entered(citizen)
    link = http.get(f"/privacy/ban-du-lieu/{row.pk}/")
    content = http.get(link["Location"])
    body = b"".join(content.streaming_content) if content.streaming else content.content
    box = zipfile.ZipFile(io.BytesIO(body))
    page = box.read("index.html").decode()
    for wanted in ("010185000012", mine.code, "Nông Văn Xem", "Dùng lại giấy tờ", "0912345678"):
        assert wanted in page, wanted
    for stranger in (other.code, "010185000099", "0977777777"):
        assert stranger not in page + box.read("du-lieu.json").decode()
    data = json.loads(box.read("du-lieu.json"))
    assert {"people.identity", "people.contact", "people.looks", "people.consents", "onestop.dossier"} <= {
        one["category"] for one in data["items"]
    }
    files = [name for name in box.namelist() if name.startswith("tep/")]
    assert len(files) >= 1
    assert all(name in page for name in files)


def test_a_dossier_goes_when_its_years_are_over(citizen, clerk):
    dossier = a_dossier(MARITAL, applicant=ME)
    close_case(Viewer.system(), case=dossier.case)
    RetentionRule.objects.filter(category="onestop.dossier").update(years=0)
    row = actions.ask(viewer_of(citizen), kind="delete", detail="x")
    actions.erase(viewer_of(clerk), request_id=row.pk)
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert dossier.answers == {}
    assert dossier.code
    assert not File.objects.filter(
        pk__in=dossier.papers.values_list("file_id", flat=True), erased_at__isnull=True
    ).exists()


def test_the_database_itself_shows_no_stranger_a_request_an_archive_or_a_breach(citizen, clerk):
    leader = officer("leader", COMMUNE)
    actions.ask(viewer_of(citizen), kind="view")
    actions.ask_export(viewer_of(citizen))
    facts = {"title": "Mất máy", "story": "Mất", "data_kinds": "Bản quét", "must_notify": True}
    actions.record_breach(leader, unit_path=COMMUNE, noticed_at=now(), facts=facts)
    strangers = (
        officer("clerk", "15/02680/"),
        officer("leader", "15/02680/"),
        viewer_of(a_citizen_account("Khác", "010185000099")),
    )
    for viewer in strangers:
        with watched(reach_of(viewer)):
            for model in (RightsRequest, DataExport, Breach):
                assert not model.objects.exists(), (viewer.kind, model)
    with watched(reach_of(viewer_of(citizen))):
        assert RightsRequest.objects.count() == DataExport.objects.count() == 1
    with watched(reach_of(viewer_of(clerk))):
        assert RightsRequest.objects.count() == 1
        assert not DataExport.objects.exists()


def test_a_refusal_counts_also_for_whoever_may_not_see_the_person(citizen):
    own, beside = viewer_of(citizen), officer("receptionist", "15/02680/")
    say(own, person=citizen.person, code="notice_sms", state="withdrawn")
    with watched(reach_of(beside)):
        assert not Person.objects.filter(pk=citizen.person_id).exists()
        assert not may_use(citizen.person_id, "notice_sms")
        assert was_asked(citizen.person_id, "notice_sms")
        said = say(beside, person=citizen.person, code="notice_sms", state="given")
    assert (said.channel, may_use(citizen.person_id, "notice_sms")) == ("counter", True)
