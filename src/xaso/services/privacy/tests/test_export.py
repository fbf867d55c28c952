"""The archive of everything: all parts in it, readable, gone after its time."""

from datetime import timedelta

import pytest

from xaso.kernel.base.errors import NotFound
from xaso.kernel.documents.models import File
from xaso.kernel.events.models import Event
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen
from xaso.kernel.plain.moment import now
from xaso.services.privacy import actions, queries
from xaso.services.privacy.models import DataExport

pytestmark = pytest.mark.django_db


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
    file = File.objects.get(pk=row.file_id)
    assert file.erased_at is not None
    told = Event.objects.get(name="documents.erased", record_id=file.pk)
    assert told.data == {"erased_sha256": file.sha256}, "the check of the log must know that it went by right"
