"""Vendors' voices: FPT.AI (a file that comes later), Vbee (calls back, can be asked), Viettel AI (sound at once).

The sound is a hum whose length goes with the text and whose pitch goes with the voice, so that a listener hears that
it is a trial and a test can tell two voices apart. Texts make trouble: "không đọc được" is refused or fails, "không
bao giờ xong" never arrives, "tệp hỏng" arrives as something that is no sound, "không gọi lại" gets no callback.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import struct
import wave
from typing import Any

from xaso.simulators.web import Answer, Request, Routes, as_json
from xaso.simulators.world import TRIAL, World

routes = Routes()
FPT = ("banmai", "thuminh", "leminh", "myan", "giahuy", "lannhi", "linhsan")
REFUSED, NEVER, BROKEN, SILENT = "không đọc được", "không bao giờ xong", "tệp hỏng", "không gọi lại"
RATE = 8000
SECONDS_A_LETTER = 0.05
LONGEST = 6.0  # a trial need not hum for minutes
MOST_LETTERS = 5000


def hum(text: str, voice: str, speed: float = 1.0) -> bytes:
    """A WAV: one hum a word, with pauses."""
    pitch = 110 + hashlib.sha256(voice.encode()).digest()[0]
    samples: list[int] = []
    for word in text.split():
        count = int(RATE * SECONDS_A_LETTER * (len(word) + 1) / speed)
        for place in range(count):
            swell = math.sin(math.pi * place / count)
            samples.append(int(12000 * swell * math.sin(2 * math.pi * pitch * place / RATE)))
        if len(samples) > RATE * LONGEST:
            break
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return out.getvalue()


def _ask(world: World, system: str, **facts: Any) -> dict[str, Any]:
    """Keep a question; its row says what will come of it."""
    row = world.note(system, {**facts, "looks": 0})
    world.table(system)[row["id"]] = row
    return row


def _link(request: Request, system: str, row: dict[str, Any]) -> str:
    return f"{request.base}/{system}/tep/{row['id']}.mp3"


def _file(world: World, system: str, name: str, *, first_look: int) -> Answer:
    """The sound of a question, from the ``first_look``-th look on."""
    row = world.table(system).get(name.removesuffix(".mp3"))
    if row is None or NEVER in row["text"]:
        return as_json({"error": "not found"}, 404)
    with world.lock:
        row["looks"] += 1
        early = row["looks"] < first_look
    if early:
        return as_json({"error": "not found"}, 404)
    if BROKEN in row["text"]:
        return Answer(200, b"<html>maintenance</html>", "text/html")
    return Answer(200, hum(row["text"], row["voice"], row["pace"]), "audio/wav")


@routes.on("POST", "/fpt_voice/hmi/tts/v5")
def fpt_speak(world: World, request: Request) -> Answer:
    """The body is the text; the answer names a file that is not there at the first look. Headers come with dashes."""
    if request.headers.get("api-key", "") != TRIAL:
        return as_json({"message": "Invalid authentication credentials"}, 401)
    text, voice = request.body.decode("utf-8", "replace"), request.headers.get("voice", "")
    if not 3 <= len(text) <= MOST_LETTERS:
        return as_json(
            {"error": 2, "message": "Text must have 3 to 5000 characters", "request_id": "", "async": ""}
        )
    if voice not in FPT or REFUSED in text:
        return as_json(
            {"error": 3, "message": "Voice or text is not supported", "request_id": "", "async": ""}
        )
    pace = 1 + int(request.headers.get("speed") or 0) / 6
    row = _ask(world, "fpt_voice", text=text, voice=voice, pace=max(0.5, pace))
    link = _link(request, "fpt_voice", row)
    callback = request.headers.get("callback-url", "")
    if callback and SILENT not in text and NEVER not in text:
        row["looks"] = 1
        told = json.dumps({"success": True, "message": link}).encode()
        world.tell("POST", callback, body=told, headers={"Content-Type": "application/json"})
    return as_json({"async": link, "error": 0, "message": "The content will be returned after a few seconds",
                    "request_id": row["id"]})  # fmt: skip


@routes.on("GET", "/fpt_voice/tep/<name>")
def fpt_file(world: World, request: Request, name: str) -> Answer:
    """The file, from the second look on."""
    return _file(world, "fpt_voice", name, first_look=2)


@routes.on("POST", "/vbee_voice/api/v1/tts")
def vbee_speak(world: World, request: Request) -> Answer:
    """Taken for work; the callback says when it is done."""
    if request.bearer() != TRIAL:
        return _vbee_error("401", "Unauthorized", 401)
    body = request.json()
    text = str(body.get("input_text") or " ".join(str(one) for one in body.get("sentences") or ()))
    if body.get("app_id") != TRIAL or not body.get("callback_url"):
        return _vbee_error("1001", "app_id and callback_url are required")
    if not 1 <= len(text) <= MOST_LETTERS or not str(body.get("voice_code", "")).startswith(
        ("hn_", "hue_", "sg_")
    ):
        return _vbee_error("1002", "input_text or voice_code is invalid")
    pace = float(body.get("speed_rate") or 1)
    row = _ask(world, "vbee_voice", text=text, voice=body["voice_code"], pace=pace, base=request.base)
    if SILENT not in text and NEVER not in text:
        told = json.dumps(_vbee_result(row, done=True)).encode()
        if world.fault("vbee_voice", "wrong_signature"):
            body["callback_url"] = body["callback_url"][:-3] + "xyz"
        for _ in range(2 if world.fault("vbee_voice", "duplicate") else 1):
            world.tell("POST", body["callback_url"], body=told, headers={"Content-Type": "application/json"})
    return as_json({"status": 1, "result": _vbee_result(row, done=False)})


def _vbee_error(code: str, text: str, status: int = 400) -> Answer:
    return as_json({"status": 0, "error_code": code, "error_message": text}, status)


def _vbee_result(row: dict[str, Any], *, done: bool) -> dict[str, Any]:
    facts = {"request_id": row["id"], "status": "IN_PROGRESS", "audio_type": "mp3", "bitrate": 128}
    if done and REFUSED in row["text"]:
        return {**facts, "status": "FAILURE"}
    if done:
        return {**facts, "status": "SUCCESS", "audio_link": f"{row['base']}/vbee_voice/tep/{row['id']}.mp3"}
    return facts


@routes.on("GET", "/vbee_voice/api/v1/tts/<name>")
def vbee_look(world: World, request: Request, name: str) -> Answer:
    """How far a question is: done from the second look on."""
    if request.bearer() != TRIAL:
        return _vbee_error("401", "Unauthorized", 401)
    row = world.table("vbee_voice").get(name)
    if row is None:
        return _vbee_error("1004", "request_id is not found", 404)
    with world.lock:
        row["looks"] += 1
        done = row["looks"] >= 2 and NEVER not in row["text"]
    return as_json({"status": 1, "result": _vbee_result(row, done=done)})


@routes.on("GET", "/vbee_voice/tep/<name>")
def vbee_file(world: World, request: Request, name: str) -> Answer:
    """The file of a finished question."""
    return _file(world, "vbee_voice", name, first_look=1)


@routes.on("POST", "/viettel_voice/tts/speech_synthesis")
def viettel_speak(world: World, request: Request) -> Answer:
    """The sound itself."""
    body = request.json()
    if body.get("token") != TRIAL:
        return as_json({"code": 401, "en_message": "Unauthorized", "vi_message": "Sai token"}, 401)
    text, voice = str(body.get("text") or ""), str(body.get("voice") or "")
    if (
        not text
        or len(text) > MOST_LETTERS
        or REFUSED in text
        or not voice.startswith(("hn-", "hue-", "hcm-"))
    ):
        return as_json(
            {"code": 400, "en_message": "Bad request", "vi_message": "Văn bản hoặc giọng không hợp lệ"}, 400
        )
    world.note("viettel_voice", {"text": text, "voice": voice})
    if BROKEN in text:
        return Answer(200, b"<html>maintenance</html>", "text/html")
    return Answer(200, hum(text, voice, float(body.get("speed") or 1)), "audio/wav")
