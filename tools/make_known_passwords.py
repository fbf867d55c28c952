"""Makes the carried file of known passwords from lists that come with our own libraries.

Sources: Django's list of 20,000 common passwords (BSD-3-Clause) and the lists inside zxcvbn (MIT). Run with the
product's Python: `.venv/bin/python tools/make_known_passwords.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from django.contrib.auth.password_validation import CommonPasswordValidator  # noqa: E402 the path comes first
from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: E402 the path comes first

from xaso.kernel.plain.passwords import CARRIED, HABITS, write_known  # noqa: E402 the path comes first

TAILS = ("", "1", "12", "123", "1234", "12345", "123456", "@123", "@1234", "@123456", "!", "!@#")


def main() -> int:
    """Write the file and say how many entries it holds."""
    found = set(CommonPasswordValidator().passwords) | set(FREQUENCY_LISTS["passwords"])
    tails = (*TAILS, *(f"{mark}{year}" for year in range(2018, 2031) for mark in ("", "@", "#")))
    found |= {f"{word}{tail}" for word in HABITS for tail in tails}
    print(f"{CARRIED.name}: {write_known(found, CARRIED):,}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
