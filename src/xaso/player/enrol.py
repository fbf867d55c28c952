"""The first meeting of device and station: a code of eight characters, a key that never leaves the device."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from xaso.kernel.plain.horn import certificates
from xaso.player import FIRMWARE
from xaso.player.disk import Disk

PATH = "/broadcast/thiet-bi/enrol"


class NotEnrolled(Exception):
    """The station did not let the device in; the reason is for the person who installs it."""


def enrol(disk: Disk, server: str, code: str, *, maker: str = "") -> dict[str, Any]:
    """Makes a key, asks for a certificate with the code, writes all down. NotEnrolled with the reason."""
    key = disk.read("key.pem") or certificates.new_key()
    disk.write("key.pem", key)
    asked = {
        "code": code.strip(),
        "csr": certificates.request(key, "xaso-player").decode(),
        "firmware": FIRMWARE,
        "maker": maker,
    }
    answer = _post(server.rstrip("/") + PATH, asked)
    try:
        disk.write("cert.pem", answer.pop("certificate").encode(), 0o644)
        disk.write("ca.pem", answer.pop("authority").encode(), 0o644)
        facts = {"server": server.rstrip("/"), **answer}
        disk.write_json("station.json", facts)
    except (KeyError, AttributeError) as error:
        raise NotEnrolled("Máy chủ trả lời thiếu phần cần có") from error
    return facts


def _post(address: str, values: dict[str, Any]) -> dict[str, Any]:
    if not address.startswith(("https://", "http://")):
        raise NotEnrolled("Địa chỉ máy chủ phải bắt đầu bằng https://")
    asked = urllib.request.Request(  # noqa: S310 - looked at above
        address, json.dumps(values).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - looked at above
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        raise NotEnrolled(_reason(error)) from error
    except (OSError, ValueError) as error:
        raise NotEnrolled(f"Không nối được máy chủ: {error}") from error
    if not isinstance(found, dict):
        raise NotEnrolled("Máy chủ trả lời không hiểu được")
    return found


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        found = json.load(error)
        return str(found["detail"])
    except (ValueError, KeyError, TypeError):
        return f"Máy chủ trả lời {error.code}"
