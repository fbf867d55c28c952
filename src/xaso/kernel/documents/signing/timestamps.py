"""Timestamps by RFC 3161: our own trial authority, and the client of a real one."""

from __future__ import annotations

import functools
import secrets
from datetime import UTC
from typing import Any

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError
from pyhanko.sign.timestamps.common_utils import dummy_digest

from xaso.kernel.documents.config import config
from xaso.kernel.documents.signing.authority import Authority, authority
from xaso.kernel.plain.moment import now

# A policy of our own under the UUID arc (ITU-T X.667), free for anyone to use.
POLICY = "2.25.88871531422562965949485327446605251511"
_IMPRINT_LENGTH = {"sha256": 32, "sha384": 48, "sha512": 64}
MAX_REQUEST = 4096


class _Refusal(core.Sequence):  # type: ignore[misc]
    """A response without a token; asn1crypto's own type insists on one."""

    _fields = [("status", tsp.PKIStatusInfo)]


def _refusal(why: str, words: str) -> bytes:
    status = {"status": "rejection", "status_string": [words], "fail_info": {why}}
    dumped: bytes = _Refusal({"status": status}).dump()
    return dumped


def _problem(request: tsp.TimeStampReq) -> tuple[str, str] | None:
    imprint = request["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    if request["version"].native != "v1":
        return "bad_request", "only version 1 is known"
    if algorithm not in _IMPRINT_LENGTH:
        return "bad_alg", "hash algorithm not accepted"
    if len(imprint["hashed_message"].native) != _IMPRINT_LENGTH[algorithm]:
        return "bad_data_format", "wrong length of the hash"
    if request["req_policy"].native not in {None, POLICY}:
        return "unaccepted_policy", "policy not known"
    if request["extensions"].native:
        return "unaccepted_extensions", "extensions not accepted"
    return None


def _token_info(request: tsp.TimeStampReq, certificate: x509.Certificate) -> tsp.TSTInfo:
    values: dict[str, Any] = {
        "version": "v1",
        "policy": POLICY,
        "message_imprint": request["message_imprint"],
        "serial_number": secrets.randbits(120) | 1,
        "gen_time": now().astimezone(UTC).replace(microsecond=0),
        "accuracy": {"seconds": 1},
        "tsa": x509.GeneralName(name="directory_name", value=certificate.subject),
    }
    if request["nonce"].native is not None:
        values["nonce"] = request["nonce"].native
    return tsp.TSTInfo(values)


def _token(own: Authority, info: tsp.TSTInfo, with_certificates: bool) -> cms.ContentInfo:
    certificate, key = own.timestamps.asn1, own.timestamps.key
    content = info.dump()
    digest = hashes.Hash(hashes.SHA256())
    digest.update(content)
    attributes = cms.CMSAttributes(
        [
            simple_cms_attribute("content_type", "tst_info"),
            simple_cms_attribute(
                "signing_time", cms.Time({"utc_time": core.UTCTime(info["gen_time"].native)})
            ),
            simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(certificate)),
            simple_cms_attribute("message_digest", digest.finalize()),
        ]
    )
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                    )
                }
            ),
            "digest_algorithm": sha256,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            "signed_attrs": attributes,
            "signature": key.sign(attributes.dump(), PKCS1v15(), hashes.SHA256()),
        }
    )
    signed: dict[str, Any] = {
        "version": "v3",
        "digest_algorithms": cms.DigestAlgorithms((sha256,)),
        "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(content)},
        "signer_infos": [signer],
    }
    if with_certificates:
        signed["certificates"] = [certificate, *own.chain]
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})


def respond(request: tsp.TimeStampReq) -> tsp.TimeStampResp:
    """Answer one request with a token. Raises TimestampRequestError for what RFC 3161 lets us refuse."""
    problem = _problem(request)
    if problem:
        raise TimestampRequestError(problem[1])
    own = authority()
    token = _token(own, _token_info(request, own.timestamps.asn1), bool(request["cert_req"].native))
    made = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
    # Read back from its bytes: an object built part by part is encoded anew at every level each time somebody
    # asks for its bytes, which costs a quarter of a second alone and minutes inside a signature.
    return tsp.TimeStampResp.load(made.dump())


def respond_to(body: bytes) -> bytes:
    """The answer to a request's bytes, for the HTTP address of the authority: a token or a refusal."""
    try:
        request = tsp.TimeStampReq.load(body, strict=True)
        request.native  # noqa: B018 - parses the whole request now, so that faults show here
        problem = _problem(request)
    except (ValueError, TypeError, KeyError):
        problem = ("bad_data_format", "not a timestamp request")
    if problem:
        return _refusal(*problem)
    dumped: bytes = respond(request).dump()
    return dumped


class _FreshDummies(TimeStamper):
    """Gives each signature a dummy answer of its own, read from kept bytes.

    pyHanko keeps one answer object to reckon sizes with. Inside a second signature that object counts as
    changed on every level, and encoding it then takes minutes: each level encodes all below it twice.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self._kept: dict[str, bytes] = {}

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        if md_algorithm not in self._kept:
            token = await self.async_timestamp(dummy_digest(md_algorithm), md_algorithm)
            self._kept[md_algorithm] = token.dump()
            kept = cms.ContentInfo.load(self._kept[md_algorithm])
            self._register_dummy(md_algorithm, kept)  # type: ignore[no-untyped-call]
        return cms.ContentInfo.load(self._kept[md_algorithm])


class OwnTimeStamper(_FreshDummies):
    """Our trial authority asked directly, without the network."""

    def __init__(self) -> None:
        super().__init__(include_nonce=True)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return respond(req)


class _HttpTimeStamper(_FreshDummies, HTTPTimeStamper):
    """A real authority over HTTP."""


@functools.lru_cache(maxsize=2)
def _stamper(address: str, keys: str) -> TimeStamper:
    # Kept for the life of the process: it remembers how large an answer is, which saves one request a signature.
    return _HttpTimeStamper(address, timeout=10) if address else OwnTimeStamper()


def time_stamper() -> TimeStamper:
    """The authority that the settings name; our trial one when they name none."""
    return _stamper(config().tsa_url, str(config().keys_dir))
