"""Sign-in with VNeID: OpenID Connect code flow with PKCE; id token RS256, its claims checked one by one.

No public document describes the real interface, so the client is a general one: everything is taken from the
provider's discovery document, and claim names are settings.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from authlib.oauth2.client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from xaso.kernel.base.errors import ActionError
from xaso.kernel.connectors.base import Connector, connector, register
from xaso.kernel.connectors.errors import OutsideDenied, OutsideGarbled, OutsideRefused
from xaso.kernel.connectors.transport import Asked, Reply, Request
from xaso.kernel.connectors.wire import Wire

METADATA_LIVES = 3600.0
LEEWAY = 60
_DIGITS = re.compile(r"[0-9]+")


class _Metadata(Wire):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""


class _Token(Wire):
    id_token: str
    access_token: str = ""


@dataclass(frozen=True)
class SignInStart:
    """What the browser is sent to, and what must be kept in the session until it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str

    def to_session(self) -> dict[str, str]:
        """As plain values for the session; the address is not needed again."""
        return {key: value for key, value in asdict(self).items() if key != "url"}

    @classmethod
    def from_session(cls, kept: dict[str, str]) -> SignInStart:
        """Back from the session; raises ActionError when it is lost."""
        try:
            return cls("", kept["state"], kept["nonce"], kept["verifier"])
        except (KeyError, TypeError):
            raise ActionError("Phiên đăng nhập đã hết hạn. Bấm đăng nhập lại.") from None


@dataclass(frozen=True)
class VneidIdentity:
    """Who the provider says has signed in. ``level`` 2 means the identity was proven in person."""

    subject: str
    full_name: str
    personal_number: str
    birth_date: str
    level: int


@register
class Vneid(Connector):
    """The identity provider of the Ministry of Public Security."""

    key: ClassVar[str] = "vneid"
    title: ClassVar[str] = "Đăng nhập VNeID"

    _metadata: _Metadata | None = None
    _keys: KeySet | None = None
    _until = 0.0
    _lock = threading.Lock()

    def begin(self, redirect_uri: str, asked: Asked | None = None) -> SignInStart:
        """Start a sign-in: where to send the browser, and what to keep. Raises outside errors."""
        metadata = self._discover(asked or Asked(purpose="Đăng nhập"))
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        url, state = self._oauth(redirect_uri).create_authorization_url(
            metadata.authorization_endpoint, code_verifier=verifier, nonce=nonce
        )
        return SignInStart(str(url), str(state), nonce, verifier)

    def finish(
        self, start: SignInStart, *, redirect_uri: str, params: dict[str, str], asked: Asked | None = None
    ) -> VneidIdentity:
        """What the browser came back with → who signed in.

        Raises ActionError when the citizen refused or the session does not fit, outside errors for the rest.
        """
        asked = asked or Asked(purpose="Đăng nhập")
        if not secrets.compare_digest(params.get("state", "").encode(), start.state.encode()):
            raise ActionError("Phiên đăng nhập không khớp. Bấm đăng nhập lại.")
        if params.get("error"):
            raise ActionError(_refusal(params["error"]))
        if not params.get("code"):
            raise ActionError("VNeID không trả mã đăng nhập. Bấm đăng nhập lại.")
        metadata = self._discover(asked)
        form = {
            "grant_type": "authorization_code",
            "code": params["code"],
            "redirect_uri": redirect_uri,
            "code_verifier": start.verifier,
            "client_id": self.address.client_id,
            "client_secret": self.address.secret,
        }
        token = self.send(Request("token", url=metadata.token_endpoint, form=form), asked, _read_token)
        return self._identity(self._claims(token.id_token, metadata, start.nonce, asked))

    def sign_out_url(self, back_to: str) -> str:
        """Where to send the browser to end the provider's session too; empty when it has no such address."""
        metadata = self._discover(Asked(purpose="Đăng xuất"))
        if not metadata.end_session_endpoint:
            return ""
        query = urlencode({"post_logout_redirect_uri": back_to, "client_id": self.address.client_id})
        return f"{metadata.end_session_endpoint}?{query}"

    def ping(self, asked: Asked) -> str:
        """Fresh discovery document and keys."""
        self._until = 0.0
        self._discover(asked)
        return "VNeID trả lời tốt, có khóa kiểm chữ ký."

    def _oauth(self, redirect_uri: str) -> Any:
        return OAuth2Client(
            session=None,  # only its authorization request is used: calls go out through our own transport
            client_id=self.address.client_id,
            client_secret=self.address.secret,
            scope=self.address.options["SCOPE"],
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _discover(self, asked: Asked) -> _Metadata:
        """The discovery document and keys, kept for an hour."""
        with self._lock:
            if self._metadata and self._keys and time.monotonic() < self._until:
                return self._metadata
        address = f"{self.address.url}/.well-known/openid-configuration"
        metadata = self.send(
            Request("discovery", "GET", url=address, repeatable=True),
            asked,
            lambda reply: _ok(reply).into(_Metadata),
        )
        if metadata.issuer.rstrip("/") != self.address.url:
            raise OutsideGarbled(
                "VNeID khai báo địa chỉ khác với cài đặt. Kiểm tra XASO_VNEID_ISSUER.", code="issuer"
            )
        keys = self.send(Request("jwks", "GET", url=metadata.jwks_uri, repeatable=True), asked, _read_keys)
        with self._lock:
            self._metadata, self._keys, self._until = metadata, keys, time.monotonic() + METADATA_LIVES
        return metadata

    def _claims(self, id_token: str, metadata: _Metadata, nonce: str, asked: Asked) -> dict[str, Any]:
        for fresh in (False, True):
            try:
                decoded = jwt.decode(id_token, self._keys or KeySet([]), algorithms=["RS256"])
                break
            except (JoseError, ValueError) as error:
                # The provider may have changed its key: look once more before judging.
                if fresh:
                    raise OutsideGarbled(
                        "Chữ ký của VNeID không đúng. Bấm đăng nhập lại.", code="signature"
                    ) from error
                self._until = 0.0
                self._discover(asked)
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": metadata.issuer},
            aud={"essential": True, "value": self.address.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            rules.validate(decoded.claims)
        except JoseError as error:
            sentence = "Thông tin đăng nhập VNeID đã hết hạn hoặc không khớp. Bấm đăng nhập lại."
            raise OutsideGarbled(sentence, code=error.error) from error
        return dict(decoded.claims)

    def _identity(self, claims: dict[str, Any]) -> VneidIdentity:
        named = self.address.options
        number = str(claims.get(named["CLAIM_NUMBER"], "")).strip()
        name = " ".join(str(claims.get(named["CLAIM_NAME"], "")).split())
        if not name or not re.fullmatch(r"[0-9]{12}", number):
            raise OutsideGarbled("VNeID không trả đủ họ tên và số định danh.", code="claims")
        level = _DIGITS.findall(str(claims.get(named["CLAIM_LEVEL"], "")))
        return VneidIdentity(
            subject=str(claims["sub"]),
            full_name=name,
            personal_number=number,
            birth_date=_iso_day(str(claims.get(named["CLAIM_BIRTH"], ""))),
            level=int(level[-1]) if level else 1,
        )


def _iso_day(text: str) -> str:
    """A day as 1985-03-12 from 1985-03-12, 19850312 or 12/03/1985; else empty."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    if re.fullmatch(r"\d{8}", text):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if re.fullmatch(r"\d{2}/\d{2}/\d{4}", text):
        return f"{text[6:]}-{text[3:5]}-{text[:2]}"
    return ""


def _refusal(error: str) -> str:
    if error == "access_denied":
        return "Bạn đã từ chối chia sẻ thông tin. Muốn đăng nhập, hãy bấm lại và đồng ý."
    return "VNeID không cho đăng nhập lúc này. Bấm đăng nhập lại."


def _ok(reply: Reply) -> Reply:
    if reply.status != 200:
        raise OutsideRefused(f"VNeID trả lời lỗi {reply.status}.", code=str(reply.status))
    return reply


def _read_keys(reply: Reply) -> KeySet:
    try:
        return KeySet.import_key_set(_ok(reply).json())
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise OutsideGarbled("Khóa của VNeID không đọc được.") from error


def _read_token(reply: Reply) -> _Token:
    if reply.status != 200:
        content = reply.json()
        code = str(content.get("error", reply.status)) if isinstance(content, dict) else str(reply.status)
        if code == "invalid_client":
            raise OutsideDenied("VNeID không nhận mã ứng dụng của ta.", code=code)
        raise OutsideRefused("Mã đăng nhập đã dùng hoặc hết hạn. Bấm đăng nhập lại.", code=code)
    return reply.into(_Token)


def vneid() -> Vneid:
    """The provider of the settings."""
    return connector(Vneid)
