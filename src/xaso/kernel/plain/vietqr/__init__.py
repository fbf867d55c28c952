"""VietQR payloads (EMVCo QRCPS-MPM with NAPAS's account template): read strictly, write exactly."""

from xaso.kernel.plain.vietqr.banks import Bank, bank_of, banks, find_bank
from xaso.kernel.plain.vietqr.errors import PayloadError
from xaso.kernel.plain.vietqr.napas import (
    PURPOSE_MAX,
    SERVICE_NAMES,
    VND,
    Reading,
    Service,
    VietQr,
    build,
    plain_purpose,
    read,
)
from xaso.kernel.plain.vietqr.tlv import Node, crc16

__all__ = [
    "PURPOSE_MAX",
    "SERVICE_NAMES",
    "VND",
    "Bank",
    "Node",
    "PayloadError",
    "Reading",
    "Service",
    "VietQr",
    "bank_of",
    "banks",
    "build",
    "crc16",
    "find_bank",
    "plain_purpose",
    "read",
]
