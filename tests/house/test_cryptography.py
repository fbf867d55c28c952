"""docs/build/cryptography.md: whatever works with keys or digests is named there."""

from __future__ import annotations

import re

from tests.house.walk import ROOT, product_files, relative

PAGE = ROOT / "docs" / "build" / "cryptography.md"
_LIBRARIES = (
    "cryptography|hashlib|hmac|ssl|secrets|argon2|pyhanko|pyhanko_certvalidator|webauthn|pyotp|joserfc|pkcs11|"
    "asn1crypto"
)
_IMPORT = re.compile(rf"^\s*(?:import|from) ({_LIBRARIES})\b", re.M)


def test_every_part_that_works_with_cryptography_is_on_the_page():
    named = set(
        re.findall(
            r"`((?:kernel|services|site|simulators|player|broker)(?:/\w+)?)`",
            PAGE.read_text(encoding="utf-8"),
        )
    )
    seen = 0
    for path in product_files():
        if "tests" in path.parts or not _IMPORT.search(path.read_text(encoding="utf-8")):
            continue
        seen += 1
        parts = relative(path).removeprefix("src/xaso/").split("/")
        assert {parts[0], "/".join(parts[:2])} & named, (
            f"{relative(path)}: say in docs/build/cryptography.md what for"
        )
    assert seen > 40


def test_no_weak_algorithm_is_used():
    weak = re.compile(
        r"\b(modes\.(ECB|CBC)|TripleDES|ARC4|Blowfish|PKCS1v15\(\)[^\n]*\.(en|de)crypt|hashlib\.(md5|sha1))\b"
    )
    for path in product_files():
        found = weak.search(path.read_text(encoding="utf-8"))
        assert not found, f"{relative(path)}: {found and found[0]}"
