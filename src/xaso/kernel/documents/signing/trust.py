"""Whom we trust: the trial authority while it is on, and every root an operator put into the trust folder."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import pem, x509
from pyhanko_certvalidator import ValidationContext

from xaso.kernel.documents.config import config
from xaso.kernel.documents.signing.authority import as_crl, authority

log = logging.getLogger("xaso.signing")


@dataclass(frozen=True)
class Trust:
    """Roots, known intermediate certificates and revocation lists, ours first."""

    roots: tuple[x509.Certificate, ...]
    others: tuple[x509.Certificate, ...]
    lists: tuple[asn1_crl.CertificateList, ...]

    def context(
        self, at: datetime, *, revocation: str = "soft-fail", extra: Iterable[x509.Certificate] = ()
    ) -> ValidationContext:
        """What pyHanko validates with, as of a moment."""
        options: dict[str, Any] = {
            "trust_roots": list(self.roots),
            "other_certs": [*self.others, *extra],
            "crls": list(self.lists) if revocation != "soft-fail" else [],
            "moment": at,
            "best_signature_time": at,
            "allow_fetching": False,
            "revocation_mode": revocation,
        }
        return ValidationContext(**options)


def certificates_in(content: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM or DER file."""
    if not pem.detect(content):
        return [x509.Certificate.load(content)]
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(content, multiple=True)]


@functools.lru_cache(maxsize=4)
def _folder(
    folder: Path, stamp: float
) -> tuple[tuple[x509.Certificate, ...], tuple[asn1_crl.CertificateList, ...]]:
    certificates: list[x509.Certificate] = []
    lists: list[asn1_crl.CertificateList] = []
    for path in sorted(folder.iterdir()):
        try:
            if path.suffix in {".pem", ".crt", ".cer"}:
                certificates += certificates_in(path.read_bytes())
            elif path.suffix == ".crl":
                content = path.read_bytes()
                lists.append(as_crl(pem.unarmor(content)[2] if pem.detect(content) else content))
        except (ValueError, OSError):
            log.warning("trust folder: %s cannot be read and is left out", path.name)
    return tuple(certificates), tuple(lists)


def trust(own_lists: Iterable[bytes] = ()) -> Trust:
    """What this installation trusts now. ``own_lists``: the trial authority's fresh revocation lists (DER)."""
    settings = config()
    certificates: tuple[x509.Certificate, ...] = ()
    lists: tuple[asn1_crl.CertificateList, ...] = ()
    if settings.trust_dir.is_dir():
        certificates, lists = _folder(settings.trust_dir, settings.trust_dir.stat().st_mtime)
    roots = [one for one in certificates if one.self_issued]
    others = [one for one in certificates if not one.self_issued]
    if settings.trial_authority:
        own = authority()
        roots.insert(0, own.root.asn1)
        others.insert(0, own.issuing.asn1)
    return Trust(tuple(roots), tuple(others), (*(as_crl(der) for der in own_lists), *lists))
