"""Templates as written in a service's ``messages.toml``, and how their placeholders are filled. No Django.

[[template]]
key = "onestop.received"                 # service, dot, name
title = "Báo đã tiếp nhận hồ sơ"         # for officers
channels = ["zalo", "sms", "email"]      # order of trying; the inbox always gets it, too
variables = ["code", "due"]              # every {name} below must be listed, and the other way round
subject = "Đã tiếp nhận hồ sơ {code}"
body = "…"                               # plain text, blank line between paragraphs
sms = "…"                                # optional; without it the subject is sent
sms_accents = false                      # optional; without diacritics by default, as it costs half
zalo = { template = "100001", data = { ma = "{code}" } }   # optional; without it Zalo is left out
mandatory = false                        # optional; true: cannot be refused (emergencies)
insist_after = 60                        # optional; minutes without a receipt, then the next channel
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from xaso.kernel.plain.sms import sms_size, without_marks

CHANNELS = ("zalo", "sms", "email")
MAX_SMS_PARTS = 4
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_KEY = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class WordingError(ValueError):
    """A template is wrong; the sentence names it and says why."""


@dataclass(frozen=True)
class Wording:
    """One template as it is written."""

    key: str
    title: str
    subject: str
    body: str
    channels: tuple[str, ...] = CHANNELS
    variables: tuple[str, ...] = ()
    sms: str = ""
    sms_accents: bool = False
    zalo_template: str = ""
    zalo_data: Mapping[str, str] = field(default_factory=dict)
    mandatory: bool = False
    insist_minutes: int | None = None

    @property
    def fingerprint(self) -> str:
        """Changes exactly when the wording changes."""
        content = json.dumps(
            {**asdict(self), "zalo_data": dict(self.zalo_data)}, sort_keys=True, ensure_ascii=False
        )
        return hashlib.sha256(content.encode()).hexdigest()

    def check(self) -> None:
        """Raise WordingError unless the template can be sent."""
        if not _KEY.fullmatch(self.key):
            raise WordingError(f"Khóa mẫu tin “{self.key}” phải có dạng dịch_vụ.tên.")
        if not self.subject.strip() or not self.body.strip():
            raise WordingError(f"Mẫu {self.key} thiếu tiêu đề hoặc nội dung.")
        if len(self.subject) > 150 or "\n" in self.subject:
            raise WordingError(f"Tiêu đề của mẫu {self.key} phải là một dòng, dài nhất 150 ký tự.")
        wrong = [channel for channel in self.channels if channel not in CHANNELS]
        if wrong or len(set(self.channels)) != len(self.channels):
            raise WordingError(
                f"Kênh của mẫu {self.key} phải chọn trong {', '.join(CHANNELS)}, mỗi kênh một lần."
            )
        written = "\n".join([self.subject, self.body, self.sms, *self.zalo_data.values()])
        used = set(_PLACE.findall(written))
        if used != set(self.variables):
            odd = ", ".join(sorted(used ^ set(self.variables)))
            raise WordingError(f"Biến của mẫu {self.key} không khớp giữa khai báo và nội dung: {odd}.")
        if re.sub(_PLACE, "", written).count("{"):
            raise WordingError(f"Mẫu {self.key} có dấu {{ không thuộc biến nào.")
        if sms_size(self.sms_text(dict.fromkeys(self.variables, ""))).parts > MAX_SMS_PARTS:
            raise WordingError(f"SMS của mẫu {self.key} dài quá {MAX_SMS_PARTS} tin ngay khi chưa điền biến.")

    def sms_text(self, data: Mapping[str, str]) -> str:
        """The filled text message, without diacritics unless the template asks for them."""
        text = fill(self.sms or self.subject, data)
        return text if self.sms_accents else without_marks(text)


def fill(text: str, data: Mapping[str, str]) -> str:
    """Put values for the placeholders; a value is never read as a template itself."""
    return _PLACE.sub(lambda place: data[place.group(1)], text)


def read_wordings(path: Path, service: str) -> list[Wording]:
    """All templates of a file, checked. Raises WordingError naming file and template."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("template", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise WordingError(f"Không đọc được {path}: {error}") from error
    found = [_wording(row, path) for row in rows]
    for one in found:
        one.check()
        if not one.key.startswith(f"{service}."):
            raise WordingError(f"Mẫu {one.key} trong {path} phải bắt đầu bằng {service}.")
    if len({one.key for one in found}) != len(found):
        raise WordingError(f"{path} có hai mẫu cùng khóa.")
    return found


def _wording(row: dict[str, Any], path: Path) -> Wording:
    zalo = row.get("zalo", {})
    unknown = set(row) - {
        "key", "title", "subject", "body", "channels", "variables", "sms", "sms_accents", "zalo", "mandatory",
        "insist_after",
    }  # fmt: skip
    if unknown or not {"key", "title", "subject", "body"} <= set(row):
        raise WordingError(
            f"Mẫu {row.get('key', '?')} trong {path} thiếu trường hoặc có trường lạ: {sorted(unknown)}."
        )
    return Wording(
        key=row["key"],
        title=row["title"],
        subject=row["subject"].strip(),
        body=row["body"].strip(),
        channels=tuple(row.get("channels", CHANNELS)),
        variables=tuple(row.get("variables", ())),
        sms=row.get("sms", "").strip(),
        sms_accents=bool(row.get("sms_accents", False)),
        zalo_template=str(zalo.get("template", "")),
        zalo_data=dict(zalo.get("data", {})),
        mandatory=bool(row.get("mandatory", False)),
        insist_minutes=row.get("insist_after"),
    )
