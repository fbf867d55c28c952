"""JSON text on paths where each journey writes many small documents: by orjson, and by Django where it will not."""

from __future__ import annotations

import json
from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder

# Moments and dataclasses are left to Django's encoder: kept documents read the same, whichever way they were written.
_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def plain_json(value: Any) -> str:
    """A document of texts, numbers, lists and mappings as JSON text. Raises TypeError for what the quick way refuses:
    moments, numbers beyond 64 bits, keys that are no text, half a character."""
    return orjson.dumps(value, option=_STRICT).decode()


def json_text(value: Any) -> str:
    """A document as JSON text; dates, moments, amounts and the like as Django writes them. Raises TypeError."""
    try:
        return plain_json(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
