"""``./xaso inner-tls FOLDER NODE …``: certificates for TLS between our own machines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from xaso.site.inner.authority import NODE_DAYS, BadName, make


def main(words: list[str]) -> int:
    """Makes the authority when there is none, and new certificates for the nodes that are named."""
    parser = argparse.ArgumentParser(
        prog="./xaso inner-tls", description="Chứng chỉ TLS giữa các máy của mình"
    )
    parser.add_argument("folder", type=Path, help="nơi giữ khóa của bộ cấp chứng chỉ và kết quả")
    parser.add_argument(
        "nodes", nargs="+", help="web-1 hoặc web-1,xaso-web,10.0.0.5 (mọi tên người khác gọi)"
    )
    parser.add_argument("--days", type=int, default=NODE_DAYS, help="hạn của chứng chỉ một máy")
    options = parser.parse_args(words)
    try:
        made = make(options.folder, options.nodes, days=options.days)
    except BadName as error:
        print(error, file=sys.stderr)
        return 1
    for place in made:
        print(f"{place}: chép cả thư mục tới máy đó (mode 0700), đặt XASO_INNER_TLS trỏ tới.")
    print(f"Cất {options.folder / 'authority'} ngoài các máy: ai có khóa đó giả được mọi máy.")
    return 0
