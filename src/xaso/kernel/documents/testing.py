"""Helpers for tests: what poppler's pdfsig says, with a trust folder of our own root."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

# certutil is not everywhere; libnss3 is wherever pdfsig is. Run apart: NSS keeps state for a whole process.
_MAKE_NSS = """
import ctypes, ctypes.util, sys
folder, der = sys.argv[1], open(sys.argv[2], "rb").read()
nss = ctypes.CDLL(ctypes.util.find_library("nss3") or "libnss3.so")
smime = ctypes.CDLL(ctypes.util.find_library("smime3") or "libsmime3.so")
for name in ("PK11_GetInternalKeySlot", "CERT_GetDefaultCertDB"):
    getattr(nss, name).restype = ctypes.c_void_p
smime.CERT_DecodeCertFromPackage.restype = ctypes.c_void_p
assert nss.NSS_InitReadWrite(b"sql:" + folder.encode()) == 0
slot = ctypes.c_void_p(nss.PK11_GetInternalKeySlot())
nss.PK11_InitPin(slot, None, b"")
certificate = ctypes.c_void_p(smime.CERT_DecodeCertFromPackage(der, len(der)))
assert certificate
assert nss.PK11_ImportCert(slot, certificate, ctypes.c_ulong(0), b"root", 0) == 0
trust = (ctypes.c_uint * 3)(*[(1 << 3) | (1 << 4) | (1 << 7)] * 3)
assert nss.CERT_ChangeCertTrust(ctypes.c_void_p(nss.CERT_GetDefaultCertDB()), certificate, trust) == 0
"""


@dataclass(frozen=True)
class PdfsigLine:
    """One signature as pdfsig describes it."""

    field: str
    signer: str
    signature: str
    certificate: str
    kind: str
    whole: bool

    @property
    def good(self) -> bool:
        return self.signature == "Signature is Valid." and self.certificate == "Certificate is Trusted."


def trust_folder(folder: Path, root_der: bytes) -> Path:
    """An NSS database that trusts one root."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate = folder / "root.der"
    certificate.write_bytes(root_der)
    subprocess.run([sys.executable, "-c", _MAKE_NSS, str(folder), str(certificate)], check=True)
    return folder


def pdfsig(pdf: bytes, nss: Path) -> list[PdfsigLine]:
    """Each signature of a PDF in the words of poppler's pdfsig."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        done = subprocess.run(
            ["pdfsig", "-nssdir", f"sql:{nss}", file.name], capture_output=True, text=True, check=False
        )
    lines = []
    for block in re.split(r"^Signature #\d+:$", done.stdout, flags=re.MULTILINE)[1:]:

        def value(label: str, block: str = block) -> str:
            found = re.search(rf"^  - {label}: (.*)$", block, flags=re.MULTILINE)
            return found.group(1).strip() if found else ""

        lines.append(
            PdfsigLine(
                field=value("Signature Field Name"),
                signer=value("Signer Certificate Common Name"),
                signature=value("Signature Validation"),
                certificate=value("Certificate Validation"),
                kind=value("Signature Type"),
                whole="Not total document signed" not in block,
            )
        )
    return lines
