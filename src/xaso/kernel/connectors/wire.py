"""The base of what travels: forgiving about what real systems do with types, strict about what must be there."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Wire(BaseModel):
    """A message of an outside system; attributes are its field names. A null counts as absent."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, content: Any) -> Any:
        if isinstance(content, dict):
            return {name: value for name, value in content.items() if value is not None}
        return content
