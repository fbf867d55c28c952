"""Public pages: verification, files by link, uploads in pieces, the trial authority."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from xaso.kernel.base.errors import NotFound
from xaso.kernel.documents import actions, limits
from xaso.kernel.documents.actions.uploads import claim_upload, forget_uploads
from xaso.kernel.documents.intake import BadFile
from xaso.kernel.documents.models import File, SigningKey, Upload, UploadPiece
from xaso.kernel.documents.queries import file_link
from xaso.kernel.documents.rules import new_code, show_code
from xaso.kernel.documents.signing.authority import as_pem, authority
from xaso.kernel.documents.signing.timestamps import time_stamper
from xaso.kernel.documents.tests.makers import content, draft, issue, make_clerk, make_leader
from xaso.kernel.documents.tests.test_intake import pdf, picture
from xaso.kernel.people.testing import PASSWORD, officer_account
from xaso.kernel.people.viewer import ANONYMOUS, Viewer
from xaso.kernel.plain import moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued():
    return issue(make_leader(), make_clerk())


def sent(pdf_bytes: bytes, name: str = "a.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_bytes, "application/pdf")


# ---- verification ---------------------------------------------------------------------------------------------


def test_the_record_behind_a_qr(client: Client, issued):
    answer = client.get(f"/verify/{issued.shown_code}")
    text = answer.content.decode()
    assert answer.status_code == 200
    for words in ("Hợp lệ", "Giấy xác nhận", "01/GXN-UBND", "Vàng Thị Mỷ", "Ủy ban nhân dân xã Sà Phìn"):
        assert words in text
    assert "Giàng A Páo" not in text  # the title names a person; anyone may open this page
    assert "<script" not in text
    assert "public" in answer["Cache-Control"] and not answer.cookies
    css = Path(__file__).parents[2] / "ui/static/ui/xaso.css"
    assert len(gzip.compress(answer.content)) + len(gzip.compress(css.read_bytes(), 9)) < 20 * 1024


def test_typing_a_code(client: Client, issued):
    assert client.get("/verify/").status_code == 200
    answer = client.get("/verify/", {"code": f" {issued.shown_code.lower().replace('-', ' ')}"})
    assert answer.status_code == 302 and answer["Location"] == f"/verify/{issued.shown_code}"
    wrong = client.get("/verify/", {"code": "7K2M-9QXA"})
    assert wrong.status_code == 422 and "7K2M-9QXA" in wrong.content.decode()
    assert "Nhập đúng 12 chữ và số" in wrong.content.decode()
    assert client.get("/verify/", {"code": ""}).status_code == 422
    unknown = client.get(f"/verify/{show_code(new_code())}")
    assert unknown.status_code == 404 and "Không tìm thấy văn bản" in unknown.content.decode()


def test_a_draft_is_not_told_of(client: Client):
    assert client.get(f"/verify/{draft().shown_code}").status_code == 404


def test_uploading_a_paper(client: Client, issued):
    good = client.post("/verify/", {"file": sent(content(issued))})
    assert good.status_code == 200 and "Hợp lệ" in good.content.decode()
    bad = bytearray(content(issued))
    bad[5000] ^= 1
    altered = client.post("/verify/", {"file": sent(bytes(bad))})
    assert "Không hợp lệ: tệp đã bị sửa" in altered.content.decode()
    picture_answer = client.post("/verify/", {"file": sent(picture())})
    assert "Đây không phải tệp PDF" in picture_answer.content.decode()
    nothing = client.post("/verify/")
    assert nothing.status_code == 422 and "Chọn tệp PDF" in nothing.content.decode()
    unsigned = client.post("/verify/", {"file": sent(pdf())})
    assert "Tệp không có chữ ký số" in unsigned.content.decode()


def test_verification_for_machines(client: Client, issued):
    answer = client.get(f"/api/v1/verify/{issued.shown_code}").json()
    assert answer["verdict"] == "valid" and answer["document"]["number"] == "01/GXN-UBND"
    assert "Giàng A Páo" not in str(answer)
    assert client.get("/api/v1/verify/AAAA").status_code == 404
    posted = client.post("/api/v1/verify", content(issued), content_type="application/pdf").json()
    assert posted["verdict"] == "valid" and len(posted["signatures"]) == 2
    assert client.post("/api/v1/verify", b"", content_type="application/pdf").status_code == 422


def test_guessing_is_slowed(client: Client, issued, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, limits.WRONG_CODE, 3)
    for _ in range(3):
        assert client.get(f"/verify/{show_code(new_code())}").status_code == 404
    assert client.get(f"/verify/{show_code(new_code())}").status_code == 429
    with moment.frozen(moment.now() + timedelta(minutes=11)):
        assert client.get(f"/verify/{issued.shown_code}").status_code == 200
        limits.forget_attempts()


# ---- files ----------------------------------------------------------------------------------------------------


def test_a_link_opens_the_file_until_it_ends(client: Client, issued):
    link = file_link(ANONYMOUS, issued, minutes=10)
    answer = client.get(link)
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == content(issued)
    assert answer["Content-Type"] == "application/pdf" and answer["Content-Disposition"].startswith("inline")
    assert "no-store" in answer["Cache-Control"] and answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(file_link(ANONYMOUS, issued, download=True))["Content-Disposition"].startswith(
        "attachment"
    )
    with moment.frozen(moment.now() + timedelta(minutes=11)):
        assert client.get(link).status_code == 404
    assert client.get(link[:-3] + "abc").status_code == 404
    assert client.get("/tep/anything").status_code == 404
    assert client.get(f"/tep/{issued.latest.file_id}").status_code == 404


def test_a_link_made_for_one_account_is_no_use_to_others(client: Client, issued):
    account = officer_account("clerk", "08/00721/")
    link = file_link(Viewer(kind="officer", account_id=account.pk), issued)
    assert client.get(link).status_code == 404
    client.post("/dang-nhap/can-bo", {"username": account.username, "password": PASSWORD})
    assert client.get(link).status_code == 200


def test_office_files_are_downloads(client: Client):
    file = actions.keep_made(
        Viewer.system(), content=b"<script>", name="a.html", owner_service="t", media_type="text/html"
    )
    assert client.get(file_link(ANONYMOUS, file))["Content-Disposition"].startswith("attachment")


def test_erased_content(client: Client):
    file = actions.keep_made(Viewer.system(), content=b"x1", name="a.pdf", owner_service="t")
    same = actions.keep_made(Viewer.system(), content=b"x1", name="b.pdf", owner_service="t")
    link = file_link(ANONYMOUS, file)
    actions.erase_content(Viewer.system(), file=file)
    assert client.get(link).status_code == 404
    assert client.get(file_link(ANONYMOUS, same)).status_code == 200


# ---- uploads --------------------------------------------------------------------------------------------------


def begin(client: Client, size: int, use: str = "giay-to", **facts: str):
    pairs = {"filename": "Giấy khai sinh.jpg", **facts}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
    return client.post(f"/tep/gui/{use}/", headers={"Upload-Length": str(size), "Upload-Metadata": metadata})


def patch(client: Client, place: str, offset: int, piece: bytes):
    return client.patch(
        place, piece, content_type="application/offset+octet-stream", headers={"Upload-Offset": str(offset)}
    )


def test_a_photo_in_pieces_with_a_lost_answer(client: Client):
    photo = picture(size=(1200, 900))
    place = begin(client, len(photo), sha256=hashlib.sha256(photo).hexdigest())["Location"]
    size, offset = 64 * 1024, 0
    answer = None
    while offset < len(photo):
        answer = patch(client, place, offset, photo[offset : offset + size])
        assert answer.status_code in {200, 204}
        again = patch(client, place, offset, photo[offset : offset + size])  # the answer was lost: sent again
        assert again.status_code in {409, 200}
        offset = int(client.head(place)["Upload-Offset"])
    assert answer is not None and answer.status_code == 200 and answer.json()["name"] == "Giấy khai sinh.jpg"
    assert patch(client, place, offset, b"").json() == answer.json()
    assert not UploadPiece.objects.exists()
    owner = Upload.objects.get().owner
    file = claim_upload([owner], answer.json()["file"], owner_service="onestop", unit_path="08/")
    assert file.owner_service == "onestop" and file.media_type == "image/jpeg"
    with pytest.raises(NotFound):
        claim_upload(["somebody else"], answer.json()["file"], owner_service="onestop")
    with pytest.raises(NotFound):
        claim_upload([owner], "not-a-uuid", owner_service="onestop")


def test_wrong_offsets_and_sizes(client: Client):
    place = begin(client, 1000)["Location"]
    conflict = patch(client, place, 500, b"x" * 100)
    assert conflict.status_code == 409 and conflict["Upload-Offset"] == "0"
    assert patch(client, place, 0, b"x" * 1001).status_code == 422
    assert (
        client.patch(place, b"x", content_type="text/plain", headers={"Upload-Offset": "0"}).status_code
        == 422
    )
    assert begin(client, 0).status_code == 422
    too_big = begin(client, 500 << 20)
    assert too_big.status_code == 422 and "quá mức" in too_big.json()["message"]
    assert begin(client, 10, use="khong-co").status_code == 404
    assert client.post("/tep/gui/giay-to/").status_code == 422


def test_a_bad_file_is_refused_at_the_end_with_a_reason(client: Client):
    place = begin(client, 5)["Location"]
    answer = patch(client, place, 0, b"MZ123")
    assert answer.status_code == 422 and "Không nhận loại tệp này" in answer.json()["message"]
    assert patch(client, place, 5, b"").status_code == 422
    upload = Upload.objects.get()
    with pytest.raises(BadFile):
        claim_upload([upload.owner], upload.pk, owner_service="onestop")
    photo = picture()
    place = begin(client, len(photo), sha256="0" * 64)["Location"]
    assert "sai trên đường truyền" in patch(client, place, 0, photo).json()["message"]


def test_others_do_not_see_my_upload(client: Client):
    place = begin(client, 1000)["Location"]
    stranger = Client()
    assert stranger.head(place).status_code == 404
    assert patch(stranger, place, 0, b"x").status_code == 404
    assert stranger.delete(place).status_code == 404


def test_the_same_beginning_twice(client: Client):
    assert begin(client, 1000, once="k1")["Location"] == begin(client, 1000, once="k1")["Location"]
    assert begin(client, 1000, once="k2")["Location"] != begin(client, 1000, once="k1")["Location"]


def test_unfinished_uploads_go_after_seven_days(client: Client):
    place = begin(client, 1000)["Location"]
    patch(client, place, 0, b"x" * 10)
    assert forget_uploads() == 0
    with moment.frozen(moment.now() + timedelta(days=8)):
        assert client.head(place).status_code == 404
        assert forget_uploads() == 1
    assert not Upload.objects.exists() and not UploadPiece.objects.exists()


def test_giving_up(client: Client):
    place = begin(client, 1000)["Location"]
    assert client.delete(place).status_code == 204
    assert client.head(place).status_code == 404


def test_scans_become_one_pdf():
    file, warnings = actions.keep_scan(
        Viewer.system(),
        pages=[picture(size=(1700, 2400)), picture(size=(900, 600))],
        name="Sổ hộ khẩu",
        owner_service="t",
    )
    assert file.pages == 2 and file.media_type == "application/pdf" and file.name == "Sổ hộ khẩu.pdf"
    assert len(warnings) == 1 and warnings[0].startswith("Trang 2")
    assert File.objects.get().size > 1000


# ---- the trial authority --------------------------------------------------------------------------------------


def openssl(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=False)


def test_timestamps_by_the_standard_tool(client: Client, tmp_path: Path, own_authority):
    data, query, reply, root, chain = (
        tmp_path / name for name in ("data", "q.tsq", "r.tsr", "root.pem", "chain.pem")
    )
    data.write_bytes(b"noi dung can dau thoi gian")
    assert openssl("ts", "-query", "-data", str(data), "-sha256", "-cert", "-out", str(query)).returncode == 0
    answer = client.post("/tsa/", query.read_bytes(), content_type="application/timestamp-query")
    assert answer["Content-Type"] == "application/timestamp-reply"
    reply.write_bytes(answer.content)
    root.write_bytes(client.get("/verify/dung-thu.pem").content)
    chain.write_text(as_pem(own_authority.issuing.certificate))
    done = openssl(
        "ts", "-verify", "-in", str(reply), "-data", str(data), "-CAfile", str(root), "-untrusted", str(chain)
    )
    assert done.returncode == 0 and b"Verification: OK" in done.stdout + done.stderr, done
    data.write_bytes(b"noi dung khac")
    assert (
        openssl("ts", "-verify", "-in", str(reply), "-data", str(data), "-CAfile", str(root)).returncode != 0
    )


def test_timestamp_requests_that_are_refused(client: Client, tmp_path: Path):
    query = tmp_path / "q.tsq"
    data = tmp_path / "data"
    data.write_bytes(b"x")
    assert openssl("ts", "-query", "-data", str(data), "-sha1", "-out", str(query)).returncode == 0
    for body in (query.read_bytes(), b"", b"\x30\x03abc", b"x" * 10_000):
        answer = client.post("/tsa/", body, content_type="application/timestamp-query")
        reply = tmp_path / "r.tsr"
        reply.write_bytes(answer.content)
        shown = openssl("ts", "-reply", "-in", str(reply), "-text").stdout
        assert b"Rejected" in shown, shown
    assert asyncio.run(time_stamper().async_dummy_response("sha256")) is not None


def test_the_revocation_list_names_ended_keys(client: Client, tmp_path: Path, own_authority):
    make_leader()
    key = SigningKey.objects.get()
    actions.revoke_key(Viewer.system(), key=key, reason="Mất máy")
    path = tmp_path / "a.crl"
    path.write_bytes(client.get("/verify/dung-thu.crl").content)
    issuer = tmp_path / "issuer.pem"
    issuer.write_text(as_pem(own_authority.issuing.certificate))
    text = openssl("crl", "-inform", "DER", "-in", str(path), "-noout", "-text", "-CAfile", str(issuer))
    assert key.serial.lstrip("0") in text.stdout.decode().replace(":", "").upper()
    assert b"verify OK" in text.stderr


def test_no_trial_authority_when_it_is_off(client: Client, settings):
    settings.XASO_TRIAL_AUTHORITY = False
    assert client.get("/verify/dung-thu.crl").status_code == 404
    assert client.post("/tsa/", b"", content_type="application/timestamp-query").status_code == 404


def test_keys_are_made_once(own_authority):
    assert authority() is authority()
    assert reverse("verify") == "/verify/"
