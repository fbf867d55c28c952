"""Files with a virus: refused, kept sealed, judged by an officer with a trace; the sender is told."""

from __future__ import annotations

import functools
import io
import zipfile

import pytest
from django.test import Client

from xaso.kernel.base.errors import Conflict, NotFound
from xaso.kernel.base.reach import Reach, watched
from xaso.kernel.documents.actions import keep_file, keep_scan
from xaso.kernel.documents.actions.quarantine import (
    destroy_file,
    release_file,
    rescan_waiting,
    sealed_content,
)
from xaso.kernel.documents.actions.uploads import Beginning, add_piece, begin_upload, upload_of
from xaso.kernel.documents.intake import DOCX, PDF, BadFile, IntakeRule
from xaso.kernel.documents.models import File, HeldFile, Upload, UploadPiece
from xaso.kernel.documents.queries import content_of, file_link
from xaso.kernel.documents.store import store
from xaso.kernel.documents.tests.fake_clamd import EICAR, FOUND, fake_clamd
from xaso.kernel.documents.tests.test_intake import pdf, picture
from xaso.kernel.events.models import Event
from xaso.kernel.messages.listeners import tell_sender_of_held_file
from xaso.kernel.messages.models import Message
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account, officer, officer_account
from xaso.kernel.people.viewer import ANONYMOUS
from xaso.kernel.plain.ids import uuid7

pytestmark = pytest.mark.django_db
UNIT, OTHER = "08/00721/", "08/00722/"
RULE = IntakeRule(kinds=(PDF, DOCX))


@pytest.fixture
def clamd(settings):
    with fake_clamd() as made:
        settings.XASO_CLAMD = made.address
        settings.XASO_CLAMD_TIMEOUT = "2"
        yield made


@functools.cache
def sick_word() -> bytes:
    """Stored, not deflated: the scanner of the tests does not unpack as clamd does. One file: a ZIP holds the time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", "<w/>")
        file.writestr("docProps/note.bin", EICAR)
    return out.getvalue()


def refuse(viewer, content: bytes | None = None) -> HeldFile:
    with pytest.raises(BadFile, match=f"mã độc .{FOUND}"):
        keep_file(
            viewer,
            content=content or sick_word(),
            name="Đơn của Lò Thị Mẩy.docx",
            owner_service="test",
            unit_path=UNIT,
            rule=RULE,
        )
    return HeldFile.objects.get(state="held")


def test_a_file_with_a_virus_is_refused_and_kept_sealed(clamd):
    viewer = viewer_of(a_citizen_account("Lò Thị Mẩy"))
    held = refuse(viewer)
    assert not File.objects.exists()
    assert held.finding == FOUND and held.unit_path == UNIT and held.account_id == viewer.account_id
    assert store().size(held.sha256) is None, "the content itself must lie nowhere"
    assert EICAR not in store().read(held.sealed_sha256)
    assert EICAR in sealed_content(held)
    event = Event.objects.get(name="documents.file_held")
    assert event.record_id == held.pk and "Mẩy" not in str(event.data)
    with pytest.raises(BadFile):
        keep_file(viewer, content=sick_word(), name="a.docx", owner_service="test", unit_path=UNIT, rule=RULE)
    assert HeldFile.objects.count() == 1, "sending again and again fills nothing"


def test_pictures_are_looked_at_too_before_they_are_opened(clamd):
    viewer = officer("receptionist", UNIT)
    with pytest.raises(BadFile, match="mã độc"):
        keep_scan(viewer, pages=[picture() + EICAR], name="Giấy", owner_service="test", unit_path=UNIT)
    assert HeldFile.objects.get().media_type == "image/jpeg"


def test_released_the_same_file_may_be_sent_again(clamd):
    sender = a_citizen_account("Lò Thị Mẩy")
    held = refuse(viewer_of(sender))
    release_file(officer("admin", UNIT), held_id=held.pk, reason="Máy quét nhầm")
    held.refresh_from_db()
    assert held.state == "released" and not held.content_key and held.decided_by
    file = keep_file(
        viewer_of(sender), content=sick_word(), name="a.docx", owner_service="test", unit_path=UNIT, rule=RULE
    )
    assert file.scan == "clean"
    tell_sender_of_held_file(Event.objects.get(name="documents.file_released"))
    tell_sender_of_held_file(Event.objects.get(name="documents.file_released"))
    assert Message.objects.get(person=sender.person).subject == "Tệp ông/bà gửi được nhận"


def test_destroyed_nothing_of_it_is_left_but_the_trace(clamd):
    sender = a_citizen_account("Lò Thị Mẩy")
    held = refuse(viewer_of(sender))
    sealed = held.sealed_sha256
    destroy_file(officer("admin", UNIT), held_id=held.pk, reason="Mã độc thật")
    held.refresh_from_db()
    assert held.state == "destroyed" and held.reason == "Mã độc thật" and store().size(sealed) is None
    with pytest.raises(NotFound):
        sealed_content(held)
    with pytest.raises(Conflict):
        release_file(officer("admin", UNIT), held_id=held.pk, reason="Đổi ý rồi")
    tell_sender_of_held_file(Event.objects.get(name="documents.file_destroyed"))
    assert "đã bị hủy" in Message.objects.get(person=sender.person).subject


def test_only_those_with_the_right_for_the_unit_decide(clamd):
    held = refuse(officer("receptionist", UNIT))
    for viewer in (officer("admin", OTHER), officer("receptionist", UNIT), viewer_of(a_citizen_account("A"))):
        for act in (release_file, destroy_file):
            with pytest.raises(NotFound):
                act(viewer, held_id=held.pk, reason="Thử xem sao")
    held.refresh_from_db()
    assert held.state == "held"


def test_while_the_scanner_is_away_papers_wait_and_pictures_pass(clamd):
    clamd.mood = "silent"
    viewer = officer("receptionist", UNIT)
    waiting = keep_file(viewer, content=pdf(), name="a.pdf", owner_service="test", unit_path=UNIT)
    photo = keep_file(viewer, content=picture(), name="a.jpg", owner_service="test", unit_path=UNIT)
    assert (waiting.scan, photo.scan) == ("waiting", "")
    http = Client()
    http.force_login(officer_account("receptionist", UNIT))
    answer = http.get(file_link(viewer_of(officer_account("receptionist", UNIT)), waiting))
    assert answer.status_code == 404
    with pytest.raises(NotFound, match="chờ quét"):
        content_of(waiting)
    assert content_of(photo)
    assert rescan_waiting() == 0
    clamd.mood = "well"
    assert rescan_waiting() == 1
    waiting.refresh_from_db()
    assert waiting.scan == "clean" and content_of(waiting)


def test_what_is_found_later_is_closed_and_can_be_released(clamd):
    clamd.mood = "loading"
    viewer = officer("receptionist", UNIT)
    file = keep_file(
        viewer, content=sick_word(), name="a.docx", owner_service="test", unit_path=UNIT, rule=RULE
    )
    clamd.mood = "well"
    assert rescan_waiting() == 1 and rescan_waiting() == 0
    file.refresh_from_db()
    assert file.scan == "held"
    with pytest.raises(NotFound, match="cách ly"):
        content_of(file)
    release_file(officer("admin", UNIT), held_id=HeldFile.objects.get().pk, reason="Máy quét nhầm")
    file.refresh_from_db()
    assert file.scan == "clean" and content_of(file)


def test_a_strict_installation_takes_nothing_unjudged(clamd, settings):
    settings.XASO_CLAMD_AWAY = "refuse"
    clamd.mood = "hanging_up"
    viewer = officer("receptionist", UNIT)
    with pytest.raises(BadFile, match="Thử lại sau ít phút"):
        keep_file(viewer, content=pdf(), name="a.pdf", owner_service="test", unit_path=UNIT)
    assert keep_file(viewer, content=picture(), name="a.jpg", owner_service="test", unit_path=UNIT).pk


def test_the_page_of_the_officer(clamd):
    held = refuse(viewer_of(a_citizen_account("Lò Thị Mẩy")))
    http = Client()
    http.force_login(officer_account("admin", UNIT))
    page = http.get("/desk/tep-cach-ly/").content.decode()
    assert FOUND in page and "Đơn của Lò Thị Mẩy.docx" in page
    url = f"/desk/tep-cach-ly/{held.pk}/"
    short = http.post(url, {"what": "release", "reason": "x"})
    assert short.status_code == 422 and "Ghi lý do" in short.content.decode()
    assert http.post(url, {"what": "", "reason": "Máy quét nhầm"}).status_code == 422
    assert http.post(url, {"what": "destroy", "reason": "Mã độc thật"}).status_code == 302
    assert "Đã hủy lúc" in http.get("/desk/tep-cach-ly/").content.decode()
    assert http.post(url, {"what": "destroy", "reason": "Mã độc thật"}).status_code == 409
    other = Client()
    other.force_login(officer_account("admin", OTHER))
    assert FOUND not in other.get("/desk/tep-cach-ly/").content.decode()
    assert "Không có tệp nào bị cách ly" in other.get("/desk/tep-cach-ly/").content.decode()


def test_the_database_shows_a_held_file_to_its_unit_and_its_sender_only():
    sender = uuid7()
    HeldFile.objects.create(
        sha256="0" * 64, size=1, media_type="application/pdf", name="don.pdf", finding="X", owner_service="t",
        unit_path="15/02683/", account_id=sender,
    )  # fmt: skip
    for seen, reach in (
        (0, Reach("anonymous")),
        (0, Reach("officer", ("15/02680/",))),
        (0, Reach("citizen", account_id=uuid7())),
        (1, Reach("citizen", account_id=sender)),
        (1, Reach("officer", ("15/",))),
    ):
        with watched(reach):
            assert HeldFile.objects.count() == seen, reach


def test_the_database_shows_an_upload_to_nobody_who_only_asks():
    beginning = Beginning(name="don.pdf", size=5, use="giay-to")
    with watched(Reach("citizen", account_id=uuid7())):
        made = begin_upload(ANONYMOUS, owner="a" * 64, beginning=beginning)
        add_piece(ANONYMOUS, owners=["a" * 64], upload_id=made.pk, offset=0, content=b"%PDF")
        assert upload_of(["a" * 64], made.pk).received == 4
        assert not Upload.objects.exists()
        assert not UploadPiece.objects.exists()
    with watched(Reach("officer", ("15/",))):
        assert not UploadPiece.objects.exists()
    assert UploadPiece.objects.count() == 1
