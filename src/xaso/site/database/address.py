"""A database address taken apart: one server, or several of which one may write (primary and standby)."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

from .problems import DatabaseProblem

_SHAPE = re.compile(
    r"(?:postgres|postgresql)://(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?(?P<hosts>[^/?]*)"
    r"(?:/(?P<name>[^?]*))?(?:\?(?P<query>.*))?"
)


def take_apart(url: str) -> dict[str, object]:
    """What Django needs of ``postgresql://user:password@a:1,b:2/name?target_session_attrs=read-write``.

    With several servers and no word on which, the one that may write is meant. DatabaseProblem for anything else.
    """
    match = _SHAPE.fullmatch(url.strip())
    if match is None:
        raise DatabaseProblem("DATABASE_URL phải bắt đầu bằng postgresql:// (chỉ hỗ trợ PostgreSQL).")
    pairs = [_host_and_port(one) for one in (match["hosts"] or "").split(",")]
    options = dict(parse_qsl(match["query"] or ""))
    if len(pairs) > 1:
        options.setdefault("target_session_attrs", "read-write")
    ports = [port for _, port in pairs]
    return {
        "NAME": unquote(match["name"] or "") or "xaso",
        "USER": unquote(match["user"] or ""),
        "PASSWORD": unquote(match["password"] or ""),
        "HOST": ",".join(host for host, _ in pairs),
        "PORT": ",".join(ports) if any(ports) else "",
        "OPTIONS": options,
    }


def _host_and_port(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[]*)(?::(\d+))?", unquote(text))
    if match is None:
        raise DatabaseProblem(f"DATABASE_URL: không hiểu máy chủ '{text}'. Viết như db1.example:5432")
    return match[1].strip("[]"), match[2] or ""
