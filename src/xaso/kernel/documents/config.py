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
