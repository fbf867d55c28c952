"""Other holders of keys: a PKCS#11 token (softhsm2) and a remote provider, errors included."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from xaso.kernel.documents import actions
from xaso.kernel.documents.actions.issuing import send_code
from xaso.kernel.documents.models import Document
from xaso.kernel.documents.signing import REMOTE, TOKEN, KeyRef, adapter, remote, simulator
from xaso.kernel.documents.signing.authority import as_asn1, as_pem, authority, issue
from xaso.kernel.documents.signing.errors import CertificateUnusable, KeyBlocked, SigningUnavailable, WrongPin
from xaso.kernel.documents.signing.pdf import Signing, sign_field
from xaso.kernel.documents.signing.remote import ProviderClient, RemoteKeys
from xaso.kernel.documents.testing import pdfsig
from xaso.kernel.documents.tests.makers import AGENCY, UNIT, content, draft
from xaso.kernel.documents.tests.test_signing import draft as draft_pdf
from xaso.kernel.documents.tests.test_signing import our_trust, pyhanko_says
from xaso.kernel.documents.verify import Verdict, verify_pdf
from xaso.kernel.people.models import Account
from xaso.kernel.people.testing import officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment

# ---- PKCS#11 --------------------------------------------------------------------------------------------------

TOKEN_PIN = "12345678"
PLACES = (
    "/usr/lib/softhsm",
    "/usr/lib/x86_64-linux-gnu/softhsm",
    "/usr/lib/aarch64-linux-gnu/softhsm",
    "/usr/lib64/pkcs11",
)
MODULE = next((f"{place}/libsofthsm2.so" for place in PLACES if Path(place, "libsofthsm2.so").exists()), "")
needs_softhsm = pytest.mark.skipif(
    not MODULE or not shutil.which("softhsm2-util"), reason="softhsm2 is not installed"
)


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory, key_folder: Path):
    """A token with one key and a certificate of the trial authority. One a process: the module keeps its state."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(settings)
    key = rsa.generate_private_key(65537, 2048)
    pem = folder / "key.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )

    def run(*arguments: str) -> None:
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)

    run("--init-token", "--free", "--label", "lanh-dao", "--pin", TOKEN_PIN, "--so-pin", "87654321")
    run("--import", str(pem), "--token", "lanh-dao", "--label", "ky", "--id", "01", "--pin", TOKEN_PIN)
    pem.unlink()
    return key.public_key()


@pytest.fixture
def token_certificate(token, own_folders):
    return issue("Vàng Thị Mỷ", AGENCY, token)


@needs_softhsm
def test_a_token_signs(token_certificate, own_authority, nss):
    reference = {"module": MODULE, "token": "lanh-dao", "key": "ky"}
    key = KeyRef(TOKEN, reference, as_asn1(token_certificate), authority().chain)
    tokens = adapter(TOKEN)
    assert not tokens.otp and tokens.challenge(key) == ""
    with tokens.unlock(key, TOKEN_PIN) as signer:
        made = sign_field(
            draft_pdf(),
            signer,
            Signing("person_1", certify=True),
            trust=our_trust(),
            profile="B-LT",
            moment=moment.now(),
        )
    assert all(status.bottom_line for status in pyhanko_says(made.content).values())
    assert pdfsig(made.content, nss(own_authority.root.asn1))[0].good


@needs_softhsm
@pytest.mark.django_db
def test_a_token_through_the_actions(token_certificate):
    leader = officer("leader", UNIT, name="Vàng Thị Mỷ")
    actions.add_key(
        Viewer.system(),
        adapter=TOKEN,
        reference={"module": MODULE, "token": "lanh-dao", "key": "ky"},
        certificate_file=as_pem(token_certificate).encode(),
        chain_file="".join(as_pem(p.certificate) for p in (authority().issuing, authority().root)).encode(),
        holder="Vàng Thị Mỷ",
        unit_path=UNIT,
        kind="person",
        agency=AGENCY,
        account=Account.objects.get(pk=leader.account_id),
    )
    document = draft()
    with pytest.raises(WrongPin):
        actions.sign_document(leader, document=document, pin="00000000")
    signed = actions.sign_document(leader, document=document, pin=TOKEN_PIN)
    assert signed.state == Document.State.SIGNED
    assert verify_pdf(content(signed)).signatures[0].good


@needs_softhsm
def test_token_troubles(token_certificate, settings):
    chain = authority().chain

    def opened(pin: str = TOKEN_PIN, **reference: str) -> None:
        whole = {"module": MODULE, "token": "lanh-dao", "key": "ky", **reference}
        with adapter(TOKEN).unlock(KeyRef(TOKEN, whole, as_asn1(token_certificate), chain), pin):
            pass

    for pin in ("", "00000000", "1"):
        with pytest.raises(WrongPin):
            opened(pin)
    with pytest.raises(SigningUnavailable, match="thiết bị"):
        opened(token="khong-co")
    with pytest.raises(SigningUnavailable, match="trong thiết bị"):
        opened(key="khong-co")
    with pytest.raises(SigningUnavailable):
        opened(module="/no/such/module.so")
    with pytest.raises(SigningUnavailable, match="trình điều khiển"):
        opened(module="")


# ---- remote ---------------------------------------------------------------------------------------------------


def provider(transport: httpx.BaseTransport | None = None) -> RemoteKeys:
    return RemoteKeys(
        lambda: ProviderClient(
            "https://ky-so.example/csc/v1", "", "", 2.0, transport or simulator.transport()
        )
    )


def credential(name: str) -> KeyRef:
    certificate = simulator.make_credential("Vàng Thị Mỷ", AGENCY, name)
    return KeyRef(REMOTE, {"credential": name}, as_asn1(certificate), authority().chain)


def remote_sign(key: KeyRef, code: str, keys: RemoteKeys | None = None):
    with (keys or provider()).unlock(key, code) as signer:
        return sign_field(
            draft_pdf(),
            signer,
            Signing("person_1", certify=True),
            trust=our_trust(),
            profile="B-LT",
            moment=moment.now(),
        )


def test_the_provider_signs_with_a_code(own_authority, nss):
    key = credential("vtm")
    assert provider().otp
    said = provider().challenge(key)
    code = simulator.otp_of("vtm")
    assert code in said
    made = remote_sign(key, code)
    assert all(status.bottom_line for status in pyhanko_says(made.content).values())
    assert pdfsig(made.content, nss(own_authority.root.asn1))[0].good


@pytest.mark.parametrize(
    ("name", "code", "error", "words"),
    [
        ("vtm", "000000", WrongPin, "OTP"),
        ("vtm", "", WrongPin, "OTP"),
        ("vtm", "999999", SigningUnavailable, "không trả lời"),
        ("vtm", "888888", SigningUnavailable, "không trả lời"),
        ("vtm-blocked", "", KeyBlocked, "khóa chứng thư"),
        ("vtm-expired", "", CertificateUnusable, "hết hạn"),
        ("khong-co", "", SigningUnavailable, "từ chối"),
    ],
)
def test_what_the_provider_may_refuse(own_folders, name, code, error, words):
    key = credential("vtm")
    key = KeyRef(REMOTE, {"credential": name}, key.certificate, key.chain)
    with pytest.raises(error, match=words):
        remote_sign(key, code)


def test_a_provider_that_answers_nonsense(own_folders):
    key = credential("vtm")
    for answer in (
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(401, json={"error": "invalid_token"}),
    ):
        with pytest.raises(SigningUnavailable):
            remote_sign(key, "1", provider(httpx.MockTransport(lambda request, answer=answer: answer)))


def test_a_provider_that_signs_wrongly_is_found_out(own_folders):
    key = credential("vtm")

    def liar(request: httpx.Request) -> httpx.Response:
        body = {"SAD": "x"} if request.url.path.endswith("authorize") else {"signatures": ["AAAA" * 64]}
        return httpx.Response(200, json=body)

    with pytest.raises(SigningUnavailable, match="không đúng"):
        remote_sign(key, "1", provider(httpx.MockTransport(liar)))


def test_the_code_permits_no_more_than_was_asked(own_folders):
    key = credential("vtm")
    client = ProviderClient("https://ky-so.example/csc/v1", "", "", 2.0, simulator.transport())
    given = client.ask(
        "credentials/authorize", {"credentialID": "vtm", "numSignatures": 1, "OTP": simulator.otp_of("vtm")}
    )
    with pytest.raises(SigningUnavailable, match="từ chối"):
        client.ask(
            "signatures/signHash", {"credentialID": "vtm", "SAD": given["SAD"], "hash": ["AAAA", "AAAA"]}
        )
    with pytest.raises(SigningUnavailable):
        client.ask("signatures/signHash", {"credentialID": "vtm", "SAD": "forged", "hash": ["AAAA"]})
    assert key.adapter == REMOTE


def test_no_provider_is_set(own_folders):
    with pytest.raises(SigningUnavailable, match="Chưa nối"):
        remote.RemoteKeys().challenge(KeyRef(REMOTE, {"credential": "x"}, authority().root.asn1))


def test_unknown_adapters():
    from xaso.kernel.documents.signing.errors import SigningError

    with pytest.raises(SigningError):
        adapter("khac")


@pytest.mark.django_db
def test_the_trial_provider_of_the_demo(own_folders, settings):
    settings.DEMO = True
    leader = officer("leader", UNIT, name="Vàng Thị Mỷ")
    actions.issue_certificate(
        Viewer.system(),
        name="Vàng Thị Mỷ",
        unit_path=UNIT,
        kind="person",
        pin="",
        account=Account.objects.get(pk=leader.account_id),
        adapter=REMOTE,
    )
    said = send_code(leader)
    first, second = draft(), draft()
    results = actions.sign_documents(leader, documents=[first, second], pin=said.split(" là ")[1][:6])
    assert [one.ok for one in results] == [True, True]
    with pytest.raises(WrongPin, match="OTP"):
        actions.sign_document(leader, document=draft(), pin="000000")


@pytest.mark.django_db
def test_a_paper_signed_remotely_is_valid(own_folders):
    made = remote_sign(credential("vtm2"), simulator.otp_of("vtm2"))
    report = verify_pdf(made.content)
    assert report.verdict == Verdict.VALID and not report.signatures[0].known
