"""People's data across services: the archive holds the dossiers, erasure knows what the law keeps of them."""

import io
import json
import zipfile

import pytest
from django.test import Client

from xaso.kernel.cases.actions import close_case
from xaso.kernel.documents.models import File
from xaso.kernel.people.actions import view_person
from xaso.kernel.people.consents import say
from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.public import BACKEND
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account, officer, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop.actions.filing import Applicant
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.testing import COMMUNE, MARITAL, a_dossier
from xaso.services.privacy import actions
from xaso.services.privacy.models import RetentionRule

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
