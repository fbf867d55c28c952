"""Zalo OA: access tokens with a refresh token that serves once, template messages, signed reports of delivery.

Telephone numbers make trouble by their last three digits: 404 no Zalo account (-118), 410 old Zalo (-110),
403 user refuses (-117), 429 out of quota (-115), 500 server error, 499 accepted but never delivered.
Templates: 100001 to 100099 approved, 100101 pending, 100102 rejected.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from typing import Any

from xaso.simulators.web import Answer, Request, Routes, as_json
from xaso.simulators.world import TRIAL, World

routes = Routes()
TOKEN_LIVES = 90000
BY_TAIL = {
    "404": (-118, "Zalo account not existed"),
    "410": (-110, "Zalo version of the user is not supported"),
    "403": (-117, "The user refuses to receive this type of message"),
    "429": (-115, "Out of quota"),
    "400": (-108, "Phone number is invalid"),
}


def _no(code: int, text: str) -> Answer:
    return as_json({"error": code, "message": text})


@routes.on("POST", "/zalo/v4/oa/access_token")
def refresh(world: World, request: Request) -> Answer:
    """A new pair of tokens for a refresh token, which then is spent."""
    form = request.form()
    if (
        request.headers.get("secret-key", request.headers.get("secret_key")) != TRIAL
        or form.get("app_id") != TRIAL
    ):
        return _no(-14014, "Invalid app id or secret key")
    with world.lock:
        kept = world.table("zalo")
        valid = kept.get("refresh", TRIAL)
        # The first token of a fresh installation always works again, or a tester's new database would be locked out.
        if form.get("refresh_token") not in (valid, TRIAL) or world.fault("zalo", "expired"):
            return _no(-14014, "Invalid refresh token")
        kept["renewals"] = kept.get("renewals", 0) + 1
        kept["refresh"] = secrets.token_urlsafe(24)
        kept["access"] = secrets.token_urlsafe(24)
        kept["until"] = time.time() + TOKEN_LIVES
        return as_json(
            {"access_token": kept["access"], "refresh_token": kept["refresh"], "expires_in": str(TOKEN_LIVES)}
        )


def _token_is_good(world: World, request: Request) -> bool:
    kept = world.table("zalo")
    given = request.headers.get("access-token", request.headers.get("access_token", ""))
    if world.fault("zalo", "denied"):
        return False
    return bool(given) and given == kept.get("access") and time.time() < kept.get("until", 0)


def _template(identifier: str) -> dict[str, Any] | None:
    if not identifier.isdigit() or not 100000 < int(identifier) < 100200:
        return None
    status = {"100101": "PENDING_REVIEW", "100102": "REJECT"}.get(identifier, "ENABLE")
    return {"templateId": int(identifier), "status": status, "templateQuality": "HIGH", "price": "200"}


@routes.on("POST", "/zalo/message/template")
def send(world: World, request: Request) -> Answer:
    """Send a template message to a telephone number (84…)."""
    if not _token_is_good(world, request):
        return _no(-124, "Access token is invalid")
    body = request.json()
    phone = str(body.get("phone", ""))
    template = _template(str(body.get("template_id", "")))
    if phone[-3:] == "500":
        return as_json({"error": -100, "message": "Unknown error"}, 500)
    if not phone.startswith("84") or not phone.isdigit():
        return _no(-108, "Phone number is invalid")
    if phone[-3:] in BY_TAIL:
        return _no(*BY_TAIL[phone[-3:]])
    if template is None:
        return _no(-109, "Template ID is invalid")
    if template["status"] != "ENABLE":
        return _no(-131, "Template is not approved")
    data = body.get("template_data")
    if not isinstance(data, dict) or not data:
        return _no(-111, "Template data is empty")
    row = world.note("zalo", {"phone": phone, "template": body["template_id"], "data": data, "state": "sent"})
    world.count("zalo", str(body.get("tracking_id", "")))
    if world.reports:
        _report(world, row, str(body.get("tracking_id", "")))
    sent = {
        "msg_id": row["id"],
        "sent_time": str(int(time.time() * 1000)),
        "quota": {"remainingQuota": "4999"},
    }
    return as_json({"error": 0, "message": "Success", "data": sent})


def _report(world: World, row: dict[str, Any], tracking_id: str) -> None:
    if row["phone"].endswith("499"):
        return
    row["state"] = "delivered"
    row["tracking"] = tracking_id
    for _ in range(2 if world.fault("zalo", "duplicate") else 1):
        tell(world, "user_received_message", row)


def tell(world: World, event: str, row: dict[str, Any], *, sender: str = "") -> None:
    """Report an event to the product, signed as Zalo signs: sha256(appId + body + timestamp + OA secret)."""
    stamp = str(int(time.time() * 1000))
    body = json.dumps(
        {
            "event_name": event,
            "app_id": TRIAL,
            "timestamp": stamp,
            "sender": {"id": sender},
            "message": _about(event, row, stamp),
        }
    )
    mac = hashlib.sha256(f"{TRIAL}{body}{stamp}{TRIAL}".encode()).hexdigest()
    if world.fault("zalo", "wrong_signature"):
        mac = "0" * 64
    headers = {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac}"}
    world.tell("POST", f"{world.product}/hooks/zalo", body=body.encode(), headers=headers)


def _about(event: str, row: dict[str, Any], stamp: str) -> dict[str, Any]:
    """What an event says of a message: what somebody wrote, or how far one of ours has come."""
    if event == "user_send_text":
        return {name: row.get(name, "") for name in ("text", "msg_id", "quote_msg_id")}
    return {"msg_id": row["id"], "tracking_id": row.get("tracking", ""), "delivery_time": stamp}


@routes.on("GET", "/zalo/template/info")
def template_info(world: World, request: Request) -> Answer:
    """The state of a template."""
    if not _token_is_good(world, request):
        return _no(-124, "Access token is invalid")
    found = _template(request.query.get("template_id", ""))
    return (
        as_json({"error": 0, "message": "Success", "data": found})
        if found
        else _no(-109, "Template ID is invalid")
    )
