"""Commune radio, messages and warnings: the four parts one after another, each in a process of its own.

    ./xaso bench voice [--only speech,wire,messages,alert] [-- further words for the part]

speech: real-time factor, the normaliser's speed and rightness beside others; wire: 1,500 clusters, fan-out, jitter,
broker restart, line cut; messages: 100,000 through faulty gateways; alert: from a reading to the last loudspeaker
command and 95 % of messages. What each part found is kept under its own name, and all of it in voice.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from bench import common

PARTS = {
    "speech": ("voice_speech", ["--peers"]),
    "wire": ("voice_wire", []),
    "messages": ("voice_messages", []),
    "alert": ("voice_alert", []),
}


def main() -> int:
    words, _, further = " ".join(sys.argv[1:]).partition(" -- ")
    wanted = words.removeprefix("--only").strip(" =").split(",") if words.startswith("--only") else [*PARTS]
    unknown = [name for name in wanted if name not in PARTS]
    if unknown or (words and not words.startswith("--only")):
        sys.stdout.write(f"Use: ./xaso bench voice [--only {','.join(PARTS)}]\n")
        return 2
    codes: dict[str, int] = {}
    for name in wanted:
        module, options = PARTS[name]
        sys.stdout.write(f"\n== {name} ==\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", f"bench.{module}", *(further.split() or options)]
        codes[name] = subprocess.run(command, cwd=common.ROOT, check=False).returncode
    facts: dict[str, Any] = {"machine": common.machine(), "ended_with": codes}
    for name, (module, _) in PARTS.items():
        for stem in (module, module.replace("_", "-")):
            path = common.ROOT / "bench" / "results" / f"{stem}.json"
            if path.exists():
                facts[name] = json.loads(path.read_text())
    common.keep("voice", facts)
    held = all(code == 0 for code in codes.values())
    sys.stdout.write(f"\n{'All parts hold.' if held else f'Not held or broken off: {codes}'}\n")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
