"""From draft to twice-signed paper through the actions: order, rights, numbers, batches, refusals."""

from __future__ import annotations

import pytest

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden, NotFound
from xaso.kernel.documents import actions
from xaso.kernel.documents.actions.issuing import take_number
from xaso.kernel.documents.models import Document, NumberBook, PaperTemplate, SigningKey
from xaso.kernel.documents.rules import read_code
from xaso.kernel.documents.signing.errors import CertificateUnusable, OutOfOrder, WrongPin
from xaso.kernel.documents.testing import pdfsig
from xaso.kernel.documents.tests.makers import (
    AGENCY,
    PIN,
    SEAL_PIN,
    UNIT,
    about,
    content,
    draft,
    make_clerk,
    make_leader,
)
from xaso.kernel.documents.tests.test_signing import pyhanko_says
from xaso.kernel.events.models import Event
from xaso.kernel.people.testing import officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader() -> Viewer:
    return make_leader()


@pytest.fixture
def clerk() -> Viewer:
    return make_clerk()


def test_the_whole_way(leader, clerk, own_authority, nss):
    document = draft()
    assert document.state == "draft" and document.template.key == "documents.decision"
    assert read_code(document.shown_code) == document.code
    signed = actions.sign_document(leader, document=document, pin=PIN)
    assert signed.state == "signed"
    issued = actions.number_and_seal(clerk, document=signed, pin=SEAL_PIN)
    assert issued.state == "issued" and issued.shown_number == "01/GXN-UBND"
    assert [version.step for version in issued.versions.order_by("number")] == ["drafted", "signed", "sealed"]
    assert [s.role for s in issued.signatures.order_by("signed_at", "created_at")] == ["personal", "agency"]
    lines = pdfsig(content(issued), nss(own_authority.root.asn1))
    assert [line.signer for line in lines] == ["Vàng Thị Mỷ", AGENCY] and all(line.good for line in lines)
    assert lines[1].whole
    assert all(status.bottom_line for status in pyhanko_says(content(issued)).values())
    names = list(Event.objects.filter(record_id=document.pk).order_by("seq").values_list("name", flat=True))
    assert names == ["documents.drafted", "documents.signed", "documents.issued"]


def test_the_seal_waits_for_the_leader(leader, clerk):
    document = draft()
    with pytest.raises(OutOfOrder, match="chưa ký"):
        actions.number_and_seal(clerk, document=document, pin=SEAL_PIN)
    document.state = Document.State.SIGNED  # even if somebody's object claims so
    with pytest.raises(OutOfOrder):
        actions.number_and_seal(clerk, document=document, pin=SEAL_PIN)
    assert not NumberBook.objects.exists()


def test_rights(leader, clerk):
    document = draft()
    with pytest.raises(Forbidden):
        actions.sign_document(clerk, document=document, pin=PIN)
    with pytest.raises(Forbidden):
        actions.sign_document(officer("leader", "08/00722/"), document=document, pin=PIN)
    signed = actions.sign_document(leader, document=document, pin=PIN)
    with pytest.raises(Forbidden):
        actions.number_and_seal(leader, document=signed, pin=SEAL_PIN)
    with pytest.raises(Forbidden):
        actions.seal_documents(leader, documents=[signed], pin=SEAL_PIN)


def test_a_wrong_pin_changes_nothing(leader, clerk):
    document = draft()
    with pytest.raises(WrongPin):
        actions.sign_document(leader, document=document, pin="000001")
    signed = actions.sign_document(leader, document=document, pin=PIN)
    with pytest.raises(WrongPin):
        actions.number_and_seal(clerk, document=signed, pin="000001")
    assert not NumberBook.objects.exists()
    assert Document.objects.get(pk=document.pk).number == ""


def test_signing_twice(leader, clerk):
    signed = actions.sign_document(leader, document=draft(), pin=PIN)
    with pytest.raises(Conflict, match="đã ký"):
        actions.sign_document(leader, document=signed, pin=PIN)
    issued = actions.number_and_seal(clerk, document=signed, pin=SEAL_PIN)
    with pytest.raises(Conflict):
        actions.number_and_seal(clerk, document=issued, pin=SEAL_PIN)


def test_refusal_needs_a_reason_and_is_answered_by_a_new_draft(leader):
    document = draft()
    with pytest.raises(ActionError, match="lý do"):
        actions.refuse_signature(leader, document=document, reason=" ")
    refused = actions.refuse_signature(leader, document=document, reason="Sai họ tên")
    with pytest.raises(Conflict, match="trả lại"):
        actions.sign_document(leader, document=refused, pin=PIN)
    mended = actions.redraft_document(
        Viewer.system(),
        document=document,
        data={"heading": "Giấy xác nhận", "paragraphs": ["Đã sửa."], "signer": "V. T. Mỷ"},
    )
    assert actions.sign_document(leader, document=mended, pin=PIN).state == "signed"
    with pytest.raises(Conflict):
        actions.redraft_document(Viewer.system(), document=document, data={})
    with pytest.raises(Conflict):
        actions.refuse_signature(leader, document=document, reason="muộn")


def test_a_batch_with_one_bad_item(leader, clerk):
    good, bad, other = draft(), draft(), draft()
    actions.refuse_signature(leader, document=bad, reason="Sai")
    results = actions.sign_documents(leader, documents=[good, bad, other], pin=PIN)
    assert [result.ok for result in results] == [True, False, True]
    assert "trả lại" in results[1].message
    fresh = [Document.objects.get(pk=d.pk) for d in (good, bad, other)]
    sealed = actions.seal_documents(clerk, documents=fresh, pin=SEAL_PIN)
    assert [result.ok for result in sealed] == [True, False, True]
    assert sorted(Document.objects.filter(state="issued").values_list("number", flat=True)) == ["1", "2"]
    with pytest.raises(WrongPin):
        actions.sign_documents(leader, documents=[draft()], pin="000000")
    with pytest.raises(ActionError):
        actions.sign_documents(leader, documents=[], pin=PIN)


def test_numbers_run_by_unit_year_and_series():
    assert [take_number(UNIT, 2026) for _ in range(3)] == ["1", "2", "3"]
    assert take_number(UNIT, 2026, "GPXD") == take_number(UNIT, 2027) == take_number("08/", 2026) == "1"


def test_no_key_no_signature(clerk):
    leader = officer("leader", UNIT)
    with pytest.raises(CertificateUnusable, match="chưa gắn khóa"):
        actions.sign_document(leader, document=draft(), pin=PIN)


def test_a_revoked_key_does_not_sign_again(leader):
    key = SigningKey.objects.get(kind="person")
    actions.revoke_key(Viewer.system(), key=key, reason="Mất máy")
    with pytest.raises(CertificateUnusable):
        actions.sign_document(leader, document=draft(), pin=PIN)
    with pytest.raises(Conflict):
        actions.revoke_key(Viewer.system(), key=key, reason="lần nữa")


def test_an_issued_paper_can_be_revoked_with_a_reason(leader, clerk):
    document = draft()
    with pytest.raises(Conflict):
        actions.revoke_document(leader, document=document, reason="Sai")
    actions.sign_document(leader, document=document, pin=PIN)
    actions.number_and_seal(clerk, document=Document.objects.get(pk=document.pk), pin=SEAL_PIN)
    with pytest.raises(ActionError):
        actions.revoke_document(leader, document=document, reason="")
    assert actions.revoke_document(leader, document=document, reason="Cấp nhầm").state == "revoked"


def test_bad_pins_for_new_keys():
    for pin in ("123", "abcdef", "111111", "1234567890123"):
        with pytest.raises(ActionError, match="PIN"):
            actions.issue_certificate(Viewer.system(), name="A", unit_path=UNIT, kind="agency", pin=pin)


def test_templates_are_dated_versions():
    document = draft()
    source = document.template.source.replace('abstract: get(data, "abstract")', 'abstract: "(bản riêng)"')
    saved = actions.save_template(
        Viewer.system(), key="documents.decision", source=source, valid_from=moment.today(), unit_path=UNIT
    )
    assert draft().template == saved
    assert draft(unit_path="08/00999/").template == document.template
    with pytest.raises(ActionError, match="lỗi"):
        actions.save_template(
            Viewer.system(),
            key="documents.decision",
            source="#nothing-like-this()",
            valid_from=moment.today(),
        )
    with pytest.raises(ActionError, match="từ ngoài"):
        actions.save_template(
            Viewer.system(),
            key="documents.decision",
            source='#import "@preview/x:1.0.0"',
            valid_from=moment.today(),
        )
    with pytest.raises(NotFound):
        actions.draft_document(Viewer.system(), template_key="documents.no_such", data={}, about=about())
    assert PaperTemplate.objects.filter(key="documents.decision").count() == 2


def test_a_paper_with_letters_we_cannot_draw_is_still_made():
    document = draft(title="Giấy của 山田 太郎 😀")
    assert content(document).startswith(b"%PDF")


def test_the_log_answers_for_each_file(client, settings, tmp_path):
    """Drafting, signing and issuing name the hash of the file they made; the public check shows the entry."""
    from xaso.kernel.documents.tests.makers import issue, make_clerk, make_leader
    from xaso.kernel.events.models import Event
    from xaso.kernel.sealing import sealer
    from xaso.kernel.sealing.proofs import proof_of, recorded

    settings.XASO_LOG_KEYS = str(tmp_path / "log-keys")
    document = issue(make_leader(), make_clerk())
    told = {event.name: event.data for event in Event.objects.filter(record_id=document.pk)}
    made = dict(document.versions.values_list("number", "file__sha256"))
    for name in ("documents.drafted", "documents.signed", "documents.issued"):
        assert told[name]["sha256"] == made[told[name]["version"]]
    assert "Đã ghi vào nhật ký" not in client.get(f"/verify/{document.shown_code}").content.decode()
    sealer.seal()
    held = recorded(document.pk, "documents.issued")
    text = client.get(f"/verify/{document.shown_code}").content.decode()
    assert held.sentence in text and f"/log/proof/{held.event_id}/" in text
    assert client.get(f"/api/v1/verify/{document.shown_code}").json()["log"]["index"] == held.index
    proof = proof_of(held.event_id)
    proof.check()
    assert document.latest.file.sha256 in proof.opening.data_text
