"""Where each outside system is and what proves us to it: read once from the environment, typed, no Django.

Nothing but the address says whether a connector speaks to the real system or to the simulator: an address that
is not set is the simulator's, and then the trial secrets hold. A real address needs https and real secrets.

The trial secrets are known to everybody, so they hold in a trial only: elsewhere a simulated system has secrets that
nobody knows, and whatever claims to come from it is turned away.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TRIAL = "mo-phong"  # the secret, client and hook key that every simulator shares with a trial installation


class AddressError(ValueError):
    """A setting is missing or wrong; the sentence says which and what to do."""


@dataclass(frozen=True)
class Address:
    """One outside system: base address without a slash at its end, our credentials, its signing key for hooks."""

    key: str
    url: str
    simulated: bool
    client_id: str = TRIAL
    secret: str = TRIAL
    hook_secret: str = TRIAL
    timeout: float = 10.0
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The host, for the operator's page."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True)
class _Spec:
    key: str
    url_name: str
    title: str
    needs: tuple[str, ...]  # what a real address needs beside the address
    timeout: float = 10.0
    options: Mapping[str, str] = field(default_factory=dict)  # option name to its value at the simulator


_SPECS = (
    _Spec(
        "vneid",
        "XASO_VNEID_ISSUER",
        "đăng nhập VNeID",
        ("CLIENT_ID", "SECRET"),
        timeout=6.0,
        # Claim names differ by agreement; these were seen in public code (sub, HoVaTen, SoDinhDanh).
        options={
            "CLAIM_NAME": "HoVaTen",
            "CLAIM_NUMBER": "SoDinhDanh",
            "CLAIM_BIRTH": "NgaySinh",
            "CLAIM_LEVEL": "acr",
            "SCOPE": "openid",
        },
    ),
    _Spec(
        "portal",
        "XASO_PORTAL_URL",
        "đồng bộ Cổng dịch vụ công quốc gia",
        ("CLIENT_ID", "SECRET"),
        timeout=20.0,
    ),
    _Spec(
        "origin",
        "XASO_ORIGIN_URL",
        "cổng truy xuất nguồn gốc quốc gia",
        ("CLIENT_ID", "SECRET"),
        timeout=20.0,
    ),
    # VERSION: which dialect of its interface that system speaks.
    _Spec(
        "source",
        "XASO_SOURCE_URL",
        "hệ thống thông tin nguồn",
        ("CLIENT_ID", "SECRET"),
        timeout=20.0,
        options={"VERSION": "2.0"},
    ),
    _Spec("bank", "XASO_BANK_URL", "thanh toán", ("CLIENT_ID", "SECRET", "HOOK_SECRET"), timeout=15.0),
    _Spec("post", "XASO_POST_URL", "bưu chính", ("CLIENT_ID", "SECRET"), timeout=15.0),
    _Spec("population", "XASO_POPULATION_URL", "cơ sở dữ liệu dân cư", ("CLIENT_ID", "SECRET"), timeout=10.0),
    _Spec(
        "sms",
        "XASO_SMS_URL",
        "tin nhắn SMS",
        ("CLIENT_ID", "SECRET", "HOOK_SECRET"),
        options={"BRANDNAME": "XASO", "TYPE": "2"},
    ),
    _Spec(
        "zalo",
        "XASO_ZALO_URL",
        "Zalo OA",
        ("CLIENT_ID", "SECRET", "HOOK_SECRET"),
        options={"OAUTH_URL": "", "REFRESH_TOKEN": TRIAL},
    ),
    _Spec("fpt_voice", "XASO_FPT_VOICE_URL", "giọng đọc FPT.AI", ("SECRET",), timeout=60.0),
    _Spec("vbee_voice", "XASO_VBEE_VOICE_URL", "giọng đọc Vbee", ("CLIENT_ID", "SECRET"), timeout=60.0),
    _Spec("viettel_voice", "XASO_VIETTEL_VOICE_URL", "giọng đọc Viettel AI", ("SECRET",), timeout=60.0),
    # Both are off until an address is set; TRIAL=yes lets a trial installation speak to the simulator.
    _Spec(
        "model", "XASO_MODEL_URL", "mô hình ngôn ngữ", ("SECRET", "NAME"), 8.0, {"NAME": "good", "TRIAL": ""}
    ),
    _Spec(
        "hearing",
        "XASO_HEARING_URL",
        "nghe thành chữ",
        ("SECRET", "NAME"),
        20.0,
        {"NAME": "good", "TRIAL": ""},
    ),
)
KEYS = tuple(spec.key for spec in _SPECS)


def read_addresses(environ: Mapping[str, str], simulators: str, *, trial: bool = True) -> dict[str, Address]:
    """All outside addresses by key; ``trial``: the trial secrets hold for simulated systems.

    Raises AddressError with a Vietnamese sentence at the first fault.
    """
    unset = TRIAL if trial else secrets.token_urlsafe(32)
    return {spec.key: _read(spec, environ, simulators.rstrip("/"), unset) for spec in _SPECS}


def _read(spec: _Spec, environ: Mapping[str, str], simulators: str, unset: str) -> Address:
    prefix = f"XASO_{spec.key.upper()}_"
    url = environ.get(spec.url_name, "").strip().rstrip("/") or f"{simulators}/{spec.key}"
    simulated = url == f"{simulators}/{spec.key}"
    if not simulated:
        _check_real(spec, url, environ, prefix)
    options = {name: environ.get(prefix + name, default) for name, default in spec.options.items()}
    return Address(
        key=spec.key,
        url=url,
        simulated=simulated,
        client_id=environ.get(f"{prefix}CLIENT_ID", TRIAL),
        secret=environ.get(f"{prefix}SECRET", unset),
        hook_secret=environ.get(f"{prefix}HOOK_SECRET", unset),
        timeout=_seconds(environ, f"{prefix}TIMEOUT", spec.timeout),
        options=options,
    )


def _check_real(spec: _Spec, url: str, environ: Mapping[str, str], prefix: str) -> None:
    parts = urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AddressError(f"{spec.url_name} phải là một địa chỉ https:// đầy đủ ({spec.title}).")
    if parts.scheme == "http" and not local:
        raise AddressError(
            f"{spec.url_name} phải dùng https://: dữ liệu cá nhân không đi qua đường không mã hóa."
        )
    missing = [prefix + name for name in spec.needs if not environ.get(prefix + name)]
    if missing:
        raise AddressError(f"{spec.url_name} trỏ tới hệ thống thật nên cần đặt thêm {', '.join(missing)}.")


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name, "")
    try:
        seconds = float(text) if text else default
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 120:
        raise AddressError(f"{name} phải là số giây từ 0.1 đến 120.")
    return seconds
