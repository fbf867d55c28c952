"""What is sent to many: one wording, its form on each channel, placeholders filled for each receiver. No Django.

Placeholders are ``{name}`` as in templates. ``{name}`` (of the receiver) and ``{link}`` (the page with the button
"đã nhận") are always there; others come from the receiver's data.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from xaso.kernel.plain.sms import sms_size, without_marks

CHANNELS = ("push", "zalo", "sms", "email", "inbox")
GIVEN = frozenset({"name", "link"})
MAX_SMS_PARTS = 6
MAX_PUSH = 600  # letters of a notice: the sealed payload must stay below 4 kB
DRILL, DRILL_PLAIN = "DIỄN TẬP: ", "DIEN TAP: "
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class WordingError(ValueError):
    """A wording cannot be sent; ``field`` names the part to mend."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Wording:
    """One text in the form of each channel. Empty ``sms`` and ``push`` fall back to the subject."""

    subject: str
    body: str
    sms: str = ""
    zalo_template: str = ""
    zalo_data: Mapping[str, str] = field(default_factory=dict)
    push: str = ""
    sms_accents: bool = False

    @property
    def variables(self) -> set[str]:
        """Placeholders that the receivers' data must fill."""
        return self._used() - GIVEN

    @property
    def fingerprint(self) -> str:
        """Changes exactly when the wording changes."""
        text = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """For a column."""
        return {**asdict(self), "zalo_data": dict(self.zalo_data)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Wording:
        """From a column; what an older version did not have gets its default."""
        return cls(**{name: kept[name] for name in cls.__dataclass_fields__ if name in kept})

    def _used(self) -> set[str]:
        texts = (self.subject, self.body, self.sms, self.push, *self.zalo_data.values())
        return set(_PLACE.findall("\n".join(texts)))

    def check(self) -> None:
        """Raise WordingError unless it can be sent."""
        if not self.subject.strip() or "\n" in self.subject or len(self.subject) > 150:
            raise WordingError("Tiêu đề phải là một dòng, dài nhất 150 ký tự.", "subject")
        if not self.body.strip():
            raise WordingError("Nhập nội dung tin.", "body")
        if len(self.push) > MAX_PUSH:
            raise WordingError(f"Thông báo đẩy dài nhất {MAX_PUSH} ký tự.", "push")
        if self.zalo_data and not self.zalo_template:
            raise WordingError("Nhập mã mẫu Zalo đã duyệt.", "zalo_template")
        for name, text in (
            ("subject", self.subject),
            ("body", self.body),
            ("sms", self.sms),
            ("push", self.push),
        ):
            if re.sub(_PLACE, "", text).count("{"):
                raise WordingError("Có dấu { không thuộc biến nào. Viết biến như {name}.", name)
        if sms_size(self.sms_text(dict.fromkeys(self._used(), ""))).parts > MAX_SMS_PARTS:
            raise WordingError(f"SMS dài quá {MAX_SMS_PARTS} tin ngay khi chưa điền biến.", "sms")

    def sms_text(self, values: Mapping[str, str], *, drill: bool = False) -> str:
        """The filled text message; without diacritics unless asked for."""
        text = (DRILL if drill else "") + fill(self.sms or self.subject, values)
        return text if self.sms_accents else _plain(text)

    def push_text(self, values: Mapping[str, str]) -> str:
        """The filled notice of a browser."""
        return fill(self.push or self.subject, values)[:MAX_PUSH]

    def subject_text(self, values: Mapping[str, str], *, drill: bool = False) -> str:
        """The filled subject."""
        return (DRILL if drill else "") + fill(self.subject, values)

    def zalo_values(self, values: Mapping[str, str], *, drill: bool = False) -> dict[str, str]:
        """The filled fields of the Zalo template; a drill stands before the first of them."""
        filled = {name: fill(text, values) for name, text in self.zalo_data.items()}
        if drill and filled:
            first = next(iter(filled))
            filled[first] = DRILL + filled[first]
        return filled


@functools.lru_cache(maxsize=512)
def _plain(text: str) -> str:
    """Most receivers of a mailing are told the very same words."""
    return without_marks(text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values for the placeholders; a value is never read as a template itself."""
    return _PLACE.sub(lambda place: values.get(place.group(1), ""), text)
