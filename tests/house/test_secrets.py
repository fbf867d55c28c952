"""No secret lies in the repository: keys, tokens and passwords are made at the first start or set by the operator."""

from __future__ import annotations

import math
import re
import subprocess
from collections import Counter

from tests.house.walk import ROOT

SHAPES = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40,}"),
    "key of a cloud": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "token of a code host": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20}|github_pat_\w{40,})"),
    "token of a chat": re.compile(r"\bxox[baprs]-[\w-]{10,}"),
    "JSON web token": re.compile(r"\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}"),
    "address with a password": re.compile(
        r"\b(?:postgres(?:ql)?|https?|amqp|redis)://[^\s:/@\"'{}$<>]+:([^\s@/\"'{}$<>]{8,})@"
    ),
}
NAMED = re.compile(
    r"""(?i)\b\w*(?:secret|passwd|password|api_?key|token)\w*["']?\s*[:=]\s*["']([^"'\s{}$<>]{20,})["']"""
)
BINARY = {".png", ".jpg", ".woff2", ".ttf", ".gz", ".pdf", ".bin", ".ico", ".webp", ".zst", ".br"}
# Invented ones, which open nothing: tests, the simulators' world of the demo, lock files full of hashes.
# What stands for a password in an example.
STAND_IN = {"PASSWORD", "MẬT_KHẨU", "password", "BÍ_MẬT", "SECRET"}
INVENTED = ("/tests/", "tests/", "src/xaso/simulators/", "bench/", "requirements", "/demo", "/testing")


def randomness(text: str) -> float:
    """Bits a letter: words stay below 4, keys lie above."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def test_no_secret_lies_in_the_repository():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    problems = []
    for name in listed.decode().split("\0"):
        path = ROOT / name
        if not name or not path.is_file() or path.suffix in BINARY or path.stat().st_size > 2_000_000:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        invented = any(part in name for part in INVENTED)
        for what, shape in SHAPES.items():
            real = [one for one in shape.finditer(text) if not one.groups() or one.group(1) not in STAND_IN]
            if real and not (invented and what == "address with a password"):
                problems.append(f"{name}: {what}")
        if not invented:
            problems += [f"{name}: {one[:6]}…" for one in NAMED.findall(text) if randomness(one) > 4.2]
    assert not problems, problems


def test_keys_and_data_are_left_out_of_the_repository():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    wrong = [
        name
        for name in listed
        if name.startswith("var/") or name.endswith((".key", ".p12", ".pfx", "/.env", ".sqlite3"))
    ]
    assert not wrong, wrong


def test_the_scan_would_find_one():
    assert SHAPES["private key"].search("-----BEGIN " + "PRIVATE KEY-----\n" + "A" * 64)
    found = NAMED.search('API_KEY = "' + "q7Zp3XvR9kLmT2wYc8BdN5sJ" + '"')
    assert found and randomness(found.group(1)) > 4.2
