"""Kill server, worker and database ten times during 2,000 submissions with repeats.

./xaso bench chaos [--submissions 2000] [--kills 10]
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys

from bench import common
from bench.killing import secret_home, storm


def main() -> int:
    parser = argparse.ArgumentParser(prog="./xaso bench chaos")
    parser.add_argument("--submissions", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=10)
    options = parser.parse_args()
    home = secret_home()
    facts = {"machine": common.machine(), **storm(home, options.submissions, options.kills)}
    path = common.keep("chaos" if options.submissions >= 2000 else "chaos-small", facts)
    sys.stdout.write(
        json.dumps(facts, indent=1, ensure_ascii=False) + f"\nFigures: {path.relative_to(common.ROOT)}\n"
    )
    if facts["faults"]:
        sys.stdout.write(f"FAILS; logs below {home}\n")
        return 1
    shutil.rmtree(home, ignore_errors=True)
    sys.stdout.write("Nothing acknowledged was lost, nothing is there twice, no number is missing.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
