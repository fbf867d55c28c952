"""VNeID sign-in: an OpenID Connect provider (code flow, PKCE, RS256). A tester picks the citizen on its page.

Claims as seen in public code: sub, HoVaTen, SoDinhDanh; acr carries the assurance level (``loa2``).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey

from xaso.simulators.html import citizen_cards, page, problem
from xaso.simulators.web import Answer, Request, Routes, as_json, redirect
from xaso.simulators.world import TRIAL, World

routes = Routes()
CODE_LIVES = 60
TOKEN_LIVES = 300
KEPT = ("client_id", "redirect_uri", "state", "nonce", "code_challenge", "scope")


@lru_cache(maxsize=4)
def _stranger() -> RSAKey:
    """A key that is not ours, for wrong signatures."""
    return RSAKey.generate_key(2048, {"kid": "vneid-mo-phong-1"})


def _key(world: World) -> RSAKey:
    """The signing key, made once and kept with the state."""
    with world.lock:
        kept = world.table("vneid")
        if "key" not in kept:
            kept["key"] = RSAKey.generate_key(2048, {"kid": "vneid-mo-phong-1"}).as_dict(private=True)
        return RSAKey.import_key(kept["key"])


@routes.on("GET", "/vneid/.well-known/openid-configuration")
def discovery(world: World, request: Request) -> Answer:
    """Where everything is."""
    issuer = f"{request.base}/vneid"
    return as_json(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/auth",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "end_session_endpoint": f"{issuer}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["sub", "HoVaTen", "SoDinhDanh", "NgaySinh", "acr"],
        }
    )


@routes.on("GET", "/vneid/jwks")
def jwks(world: World, request: Request) -> Answer:
    """The public key."""
    return as_json({"keys": [{**_key(world).as_dict(private=False), "use": "sig", "alg": "RS256"}]})


@routes.on("GET", "/vneid/auth")
def choose(world: World, request: Request) -> Answer:
    """The page on which a tester picks a citizen."""
    asked = request.query
    if asked.get("client_id") != TRIAL or not asked.get("redirect_uri", "").startswith(
        ("http://", "https://")
    ):
        return problem("Yêu cầu đăng nhập không hợp lệ", "Sai client_id hoặc redirect_uri.")
    if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
        return _back(asked, error="invalid_request")
    if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
        return _back(asked, error="invalid_request")
    kept = {name: asked.get(name, "") for name in KEPT}
    return page(
        "Đăng nhập bằng tài khoản định danh điện tử",
        citizen_cards(world.citizens().values(), "/vneid/auth", kept),
        system="VNeID",
    )


@routes.on("POST", "/vneid/auth")
def picked(world: World, request: Request) -> Answer:
    """The tester has picked; the browser goes back with a code."""
    form = request.form()
    if form.get("client_id") != TRIAL or not form.get("redirect_uri", "").startswith(("http://", "https://")):
        return problem("Yêu cầu đăng nhập không hợp lệ", "Sai client_id hoặc redirect_uri.")
    if form.get("deny"):
        return _back(form, error="access_denied")
    number = form.get("number", "").strip()
    if form.get("name"):
        _add(world, form)
    if number not in world.citizens():
        return _back(form, error="login_required")
    code = secrets.token_urlsafe(24)
    world.table("codes")[code] = {
        **{name: form.get(name, "") for name in KEPT},
        "number": number,
        "at": time.time(),
    }
    return _back(form, code=code)


def _add(world: World, form: dict[str, str]) -> None:
    number = form.get("number", "").strip()
    if len(number) == 12 and number.isdigit():
        world.table("citizens")[number] = {
            "number": number,
            "name": form["name"].strip(),
            "birth": form.get("birth", ""),
            "sex": form.get("sex", "Nam"),
            "address": form.get("address", ""),
            "phone": form.get("phone", ""),
            "level": 2,
        }


def _back(asked: dict[str, str], **answer: str) -> Answer:
    target = asked["redirect_uri"]
    joint = "&" if "?" in target else "?"
    return redirect(target + joint + urlencode({**answer, "state": asked.get("state", "")}))


@routes.on("POST", "/vneid/token")
def token(world: World, request: Request) -> Answer:
    """A code for an id token. Each code serves once."""
    form = request.form()
    client, secret = request.basic() if request.headers.get("authorization") else ("", "")
    if (client or form.get("client_id"), secret or form.get("client_secret")) != (TRIAL, TRIAL):
        return as_json({"error": "invalid_client"}, 401)
    if form.get("grant_type") != "authorization_code":
        return as_json({"error": "unsupported_grant_type"}, 400)
    with world.lock:
        kept = world.table("codes").pop(form.get("code", ""), None)
    if (
        kept is None
        or time.time() - kept["at"] > CODE_LIVES
        or kept["redirect_uri"] != form.get("redirect_uri")
    ):
        return as_json({"error": "invalid_grant"}, 400)
    if kept["code_challenge"] and kept["code_challenge"] != challenge_of(form.get("code_verifier", "")):
        return as_json({"error": "invalid_grant", "error_description": "code_verifier"}, 400)
    access = secrets.token_urlsafe(24)
    world.table("sessions")[access] = {"number": kept["number"], "at": time.time()}
    claims = _claims(world, kept["number"])
    return as_json(
        {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIVES,
            "scope": "openid",
            "id_token": _id_token(world, f"{request.base}/vneid", kept["nonce"], claims),
        }
    )


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _claims(world: World, number: str) -> dict[str, Any]:
    citizen = world.citizens()[number]
    return {
        "sub": hashlib.sha256(f"vneid:{number}".encode()).hexdigest()[:32],
        "HoVaTen": citizen["name"],
        "SoDinhDanh": number,
        "NgaySinh": citizen["birth"],
        "acr": f"loa{citizen['level']}",
    }


def _id_token(world: World, issuer: str, nonce: str, claims: dict[str, Any]) -> str:
    now = int(time.time())
    expired = world.fault("vneid", "expired")
    body = {
        "iss": issuer,
        "aud": TRIAL,
        "iat": now - (7200 if expired else 0),
        "exp": now - 3600 if expired else now + TOKEN_LIVES,
        "nonce": nonce if not world.fault("vneid", "out_of_order") else "of-another-request",
        **claims,
    }
    key = _stranger() if world.fault("vneid", "wrong_signature") else _key(world)
    world.note("vneid", {"name": claims["HoVaTen"], "level": claims["acr"]})
    return jwt.encode({"alg": "RS256", "kid": "vneid-mo-phong-1"}, body, key)


@routes.on("GET", "/vneid/userinfo")
def userinfo(world: World, request: Request) -> Answer:
    """The claims again, for an access token."""
    kept = world.table("sessions").get(request.bearer())
    if kept is None or time.time() - kept["at"] > TOKEN_LIVES:
        return as_json({"error": "invalid_token"}, 401)
    return as_json(_claims(world, kept["number"]))


@routes.on("GET", "/vneid/logout")
def logout(world: World, request: Request) -> Answer:
    """Sign out and go back."""
    target = request.query.get("post_logout_redirect_uri", "")
    if target.startswith((world.product + "/", "http://127.0.0.1", "http://localhost")):
        return redirect(target)
    return page("Đã đăng xuất", "<p>Bạn đã đăng xuất khỏi tài khoản định danh điện tử.</p>", system="VNeID")
