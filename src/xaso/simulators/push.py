"""A push service of browsers (RFC 8030): makes subscriptions, takes sealed notices, opens them as a browser would.

Subscriptions make trouble by the name they were made with: "gone" answers 410, "missing" 404, "full" 413, "busy" 429.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl

import http_ece  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from xaso.simulators.web import Answer, Request, Routes, as_json
from xaso.simulators.world import World

routes = Routes()
TROUBLE = {"gone": 410, "missing": 404, "full": 413, "busy": 429}
MOST = 4096


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def browser(world: World, base: str, name: str = "") -> dict[str, Any]:
    """A new browser's subscription, as its PushManager would give it; ``base``: the simulators' address."""
    key = ec.generate_private_key(ec.SECP256R1())
    auth = secrets.token_bytes(16)
    token = secrets.token_hex(12)
    with world.lock:
        world.tables.setdefault("push_browsers", {})[token] = {"name": name, "key": key, "auth": auth}
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"endpoint": f"{base}/push/{token}", "keys": {"p256dh": _text(public), "auth": _text(auth)}}


@routes.on("POST", "/push/<token>")
def take(world: World, request: Request, token: str) -> Answer:
    """Take a notice for a browser: 201, or what is wrong with it."""
    kept = world.tables.get("push_browsers", {}).get(token)
    if kept is None:
        return as_json({"error": "unknown subscription"}, 404)
    if kept["name"] in TROUBLE:
        return as_json({"error": kept["name"]}, TROUBLE[kept["name"]])
    if len(request.body) > MOST or not request.headers.get("ttl", "").isdigit():
        return as_json({"error": "TTL is missing, or the body too long"}, 400)
    wrong = _unproven(request)
    if wrong:
        return as_json({"error": wrong}, 403)
    told = json.loads(http_ece.decrypt(request.body, private_key=kept["key"], auth_secret=kept["auth"]))
    world.note(
        "push",
        {
            **told,
            "browser": token,
            "ttl": int(request.headers["ttl"]),
            "urgency": request.headers.get("urgency", ""),
            "topic": request.headers.get("topic", ""),
        },
    )
    world.count("push", f"{token}:{told.get('tag', '')}")
    return Answer(201)


def _unproven(request: Request) -> str:
    """What is wrong with the proof of who sends (RFC 8292); empty when nothing is."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    parts = dict(parse_qsl(rest.replace(",", "&").replace(" ", "")))
    if scheme.lower() != "vapid" or not {"t", "k"} <= parts.keys():
        return "no VAPID"
    head, _, signature = parts["t"].rpartition(".")
    raw = _raw(signature)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(parts["k"]))
    two = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        key.verify(two, head.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return "wrong signature"
    claims = json.loads(_raw(head.partition(".")[2]))
    if claims.get("aud") != request.base or not time.time() < claims.get("exp", 0) < time.time() + 86400 + 60:
        return "wrong audience or time"
    return ""
