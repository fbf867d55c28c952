"""TLS to our own machines: one folder with ``ca.pem``, ``cert.pem`` and ``key.pem`` (``./xaso inner-tls`` makes it).

Only our own authority is trusted, names are checked, and we show a certificate of our own.
"""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path
from urllib.parse import quote

OURSELVES = {"localhost", ""}


def context(folder: Path) -> ssl.SSLContext:
    """For connections that we open. Raises OSError when a file is missing or does not fit."""
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    found.load_verify_locations(cafile=str(folder / "ca.pem"))
    found.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return found


def database_address(address: str, folder: str) -> str:
    """A database address with the certificates of this folder; what the address itself says of TLS goes first."""
    if not folder or "sslmode=" in address:
        return address
    files = {"sslrootcert": "ca.pem", "sslcert": "cert.pem", "sslkey": "key.pem"}
    said = "&".join(f"{name}={quote(f'{folder}/{file}')}" for name, file in files.items())
    return f"{address}{'&' if '?' in address else '?'}sslmode=verify-full&{said}"


def is_this_machine(host: str) -> bool:
    """Whether a host is this very machine: loopback, or a socket in the file system."""
    name = host.strip("[]")
    if name.lower() in OURSELVES or name.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
