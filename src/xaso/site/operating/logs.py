"""Logs a machine can read: one JSON object a line, with the id of the request and nothing personal.

A line names the route's pattern, never the address as asked for: addresses hold codes of dossiers. What was
typed, names, numbers and addresses of visitors are not written at all.
"""

from __future__ import annotations

import contextvars
import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

# What a line may carry besides its text; anything else that a library adds to a record stays out.
FIELDS = ("route", "method", "status", "ms", "viewer", "job", "connector", "listener", "delivery")


class RequestIdFilter(logging.Filter):
    """Gives every record of any logger the id of the request in whose course it was written.

    Django's own loggers name the address that was asked for: it gives way to the route's pattern.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        request = getattr(record, "request", None)
        path = getattr(request, "path", "")
        if path and isinstance(record.args, tuple):
            found = getattr(getattr(request, "resolver_match", None), "route", None)
            shown = f"/{found}" if found is not None else "an address that leads nowhere"
            record.args = tuple(shown if one == path else one for one in record.args)
        return True


class JsonLines(logging.Formatter):
    """A record as one line of JSON: ``at`` (UTC), ``level``, ``logger``, ``text``, ``request`` and known fields.

    Of a failure it writes the kind of error and the places in the code, not the error's own words: those may
    quote what a person had typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
        }
        if found := getattr(record, "request_id", ""):
            line["request"] = found
        for key in FIELDS:
            if (value := getattr(record, key, None)) is not None:
                line[key] = value
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = [
                f"{frame.filename.rpartition('/src/')[2]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-8:]
            ]
        return json.dumps(line, ensure_ascii=False, default=str)
