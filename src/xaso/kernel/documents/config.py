"""The settings this area reads, with the defaults of a small installation, in one place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PROFILES = ("B-T", "B-LT", "B-LTA")


@dataclass(frozen=True)
class Config:
    """An empty ``s3_url`` means files on this machine; an empty ``tsa_url`` means our own trial authority."""

    files_dir: Path
    s3_url: str
    keys_dir: Path
    trust_dir: Path
    tsa_url: str
    profile: str
    trial_authority: bool
    base_url: str
    pkcs11_module: str
    remote_url: str
    remote_client: str
    remote_secret: str
    remote_timeout: float
    demo: bool


def config() -> Config:
    """Read the settings; cheap enough to call each time, and tests may override them."""

    def get(name: str, default: Any) -> Any:
        return getattr(settings, name, os.environ.get(name, default))

    profile = str(get("XASO_SIGNATURE_PROFILE", "B-LT")).upper()
    if profile not in PROFILES:
        raise ImproperlyConfigured(f"XASO_SIGNATURE_PROFILE phải là một trong {', '.join(PROFILES)}.")

    keys = Path(get("XASO_KEYS_DIR", "") or Path(settings.XASO_KEY_RING).parent)
    return Config(
        files_dir=Path(settings.XASO_FILES),
        s3_url=get("XASO_S3_URL", ""),
        keys_dir=keys,
        trust_dir=Path(get("XASO_TRUST_DIR", "") or keys / "trust"),
        tsa_url=get("XASO_TSA_URL", ""),
        profile=profile,
        trial_authority=str(get("XASO_TRIAL_AUTHORITY", "yes")).lower() not in {"0", "no", "false"},
        base_url=str(settings.XASO_BASE_URL).rstrip("/"),
        pkcs11_module=get("XASO_PKCS11_MODULE", ""),
        remote_url=str(get("XASO_REMOTE_SIGNING_URL", "")).rstrip("/"),
        remote_client=get("XASO_REMOTE_SIGNING_CLIENT", ""),
        remote_secret=get("XASO_REMOTE_SIGNING_SECRET", ""),
        remote_timeout=float(get("XASO_REMOTE_SIGNING_TIMEOUT", 30)),
        demo=bool(get("DEMO", False)),
    )


@dataclass(frozen=True)
class UploadLimits:
    """The ceilings no use of uploads goes beyond, and what happens while the virus scanner is away."""

    max_bytes: int
    max_pages: int
    max_pixels: int
    max_unpacked: int
    max_parts: int
    clamd: str
    clamd_timeout: float
    clamd_away: str


def _whole(name: str, default: int, least: int, most: int) -> int:
    text = str(getattr(settings, name, os.environ.get(name, "")) or default).strip()
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ImproperlyConfigured(f"{name} phải là số nguyên từ {least} đến {most}.")
    return int(text)


def upload_limits() -> UploadLimits:
    """Read the limits of uploads from the settings; raises ImproperlyConfigured with what to set."""
    clamd = str(getattr(settings, "XASO_CLAMD", os.environ.get("XASO_CLAMD", ""))).strip()
    if clamd and not clamd.startswith(("unix:/", "tcp:")):
        raise ImproperlyConfigured(
            "XASO_CLAMD phải là unix:/đường/dẫn/clamd.ctl hoặc tcp:máy:cổng (bỏ trống: không quét)."
        )
    away = str(getattr(settings, "XASO_CLAMD_AWAY", os.environ.get("XASO_CLAMD_AWAY", "hold"))).lower()
    if away not in {"hold", "refuse"}:
        raise ImproperlyConfigured(
            "XASO_CLAMD_AWAY phải là hold (nhận, giữ kín tới khi quét xong) hoặc refuse (từ chối)."
        )
    return UploadLimits(
        max_bytes=_whole("XASO_UPLOAD_MB", 60, 1, 500) << 20,
        max_pages=_whole("XASO_UPLOAD_PAGES", 200, 1, 5000),
        max_pixels=_whole("XASO_UPLOAD_MEGAPIXELS", 60, 1, 500) * 1_000_000,
        max_unpacked=_whole("XASO_UPLOAD_UNPACKED_MB", 200, 1, 2000) << 20,
        max_parts=_whole("XASO_UPLOAD_PARTS", 4000, 10, 50_000),
        clamd=clamd,
        clamd_timeout=float(_whole("XASO_CLAMD_TIMEOUT", 30, 1, 600)),
        clamd_away=away,
    )
