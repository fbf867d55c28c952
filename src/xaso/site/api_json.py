"""JSON of the API in and out: read and written by orjson, in the spelling ninja gives it."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from xaso.kernel.base.json_text import plain_json


class QuickParser(Parser):
    """Reads a body. What is no JSON by the standard (NaN, half a character) is refused as such: ValueError."""

    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


class QuickRenderer(JSONRenderer):
    """Writes an answer as UTF-8; moments and the like as ninja does."""

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        try:
            return plain_json(data)
        except TypeError:
            return super().render(request, data, response_status=response_status)
