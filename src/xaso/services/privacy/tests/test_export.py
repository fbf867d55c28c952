"""The archive of everything: all parts in it, readable, gone after its time."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from xaso.kernel.base.errors import NotFound
from xaso.kernel.documents.models import File
from xaso.kernel.people.actions import view_person
from xaso.kernel.people.consents import say
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen, officer
from xaso.kernel.plain.moment import now
from xaso.services.onestop.actions.filing import Applicant
from xaso.services.onestop.testing import MARITAL, a_dossier
from xaso.services.privacy import actions, queries
from xaso.services.privacy.models import DataExport
from xaso.services.privacy.tests.conftest import COMMUNE, entered

pytestmark = pytest.mark.django_db


def test_everything_about_one_person_and_nothing_about_another(citizen):
    own = viewer_of(citizen)
    mine = a_dossier(MARITAL, applicant=Applicant("Triệu Thị Mẩy", "010185000012", phone="0912345678"))
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


def test_the_archive_is_its_persons_alone_and_goes_after_two_days(citizen, settings, tmp_path):
    settings.XASO_FILES = str(tmp_path)
    row = actions.ask_export(viewer_of(citizen))
    actions.make_export(str(row.pk))
    with pytest.raises(NotFound):
        queries.my_export(a_citizen("Người Khác", "010185000099"), row.pk)
    DataExport.objects.filter(pk=row.pk).update(expires_at=now() - timedelta(minutes=1))
    with pytest.raises(NotFound):
        queries.my_export(viewer_of(citizen), row.pk)
    actions.drop_exports()
    row.refresh_from_db()
    assert row.state == "gone"
    assert File.objects.get(pk=row.file_id).erased_at is not None
