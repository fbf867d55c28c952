"""An SMS gateway that answers as the eSMS one does; delivery reports go to the caller's CallbackUrl.

Telephone numbers make trouble by their last three digits: 404 wrong number (108), 403 blocked (99), 402 no money
(103), 498 template not registered (146), 500 server error, 499 accepted but never delivered.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from xaso.simulators.web import Answer, Request, Routes, as_json
from xaso.simulators.world import TRIAL, World

routes = Routes()
BASE = "/sms/MainService.svc/json"
BY_TAIL = {
    "404": ("108", "Phone number is invalid"),
    "403": ("99", "Phone number is blocked"),
    "402": ("103", "Balance is not enough"),
    "498": ("146", "Brandname template mismatch"),
}


def _say(code: str, **more: Any) -> Answer:
    return as_json({"CodeResult": code, "CountRegenerate": 0, **more})


def _credentials(body: dict[str, Any]) -> bool:
    return (body.get("ApiKey"), body.get("SecretKey")) == (TRIAL, TRIAL)


@routes.on("POST", BASE + "/SendMultipleMessage_V4_post_json")
def send(world: World, request: Request) -> Answer:
    """Accept a message. 100 means accepted, not delivered; a RequestId seen before is 124."""
    body = request.json()
    if not _credentials(body):
        return _say("101", ErrorMessage="Authorize Failed")
    phone = str(body.get("Phone", ""))
    if phone[-3:] == "500":
        return as_json({"error": "internal"}, 500)
    if not body.get("Content") or not body.get("Brandname"):
        return _say("104" if body.get("Content") else "99", ErrorMessage="Brandname or Content is missing")
    if phone[-3:] in BY_TAIL or not phone.isdigit() or not 9 <= len(phone) <= 12:
        code, text = BY_TAIL.get(phone[-3:], BY_TAIL["404"])
        return _say(code, ErrorMessage=text)
    with world.lock:
        seen = world.table("sms_requests")
        request_id = str(body.get("RequestId", ""))
        if request_id and request_id in seen:
            return _say("124", ErrorMessage="RequestId is duplicated", SMSID=seen[request_id])
        row = world.note(
            "sms", {"phone": phone, "text": body["Content"], "brand": body["Brandname"], "state": "accepted"}
        )
        if request_id:
            seen[request_id] = row["id"]
        world.count("sms", request_id)
    if world.reports:
        _report(world, row, str(body.get("CallbackUrl", "")))
    return _say("100", SMSID=row["id"])


def _report(world: World, row: dict[str, Any], callback: str) -> None:
    """Tell the caller what became of it: SendStatus 5 delivered, 4 failed."""
    if row["phone"].endswith("499") or not callback:
        return
    row["state"] = "delivered"
    joint = "&" if "?" in callback else "?"
    query = urlencode(
        {"SMSID": row["id"], "SendStatus": "5", "SendSuccess": "1", "SendFailed": "0", "TypeId": "2"}
    )
    if world.fault("sms", "wrong_signature"):
        callback = callback.replace("k=", "k=0")
    for _ in range(2 if world.fault("sms", "duplicate") else 1):
        world.tell("GET", callback + joint + query)


@routes.on("POST", BASE + "/GetBalance_json")
def balance(world: World, request: Request) -> Answer:
    """Money left."""
    if not _credentials(request.json()):
        return _say("101", ErrorMessage="Authorize Failed")
    return _say("100", Balance=1_500_000, UserID=1)
