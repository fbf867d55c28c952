"""Which template is in force: shipped files become dated rows, administrators may add rows of their own.

A service ships its templates as ``papers/<name>.typ`` beside its code; the key is ``<service>.<name>``. The
first lines of a file are ``// title:``, ``// legal:``, ``// from:`` (date in force) and, when the layout was
not checked against the legal text, ``// unconfirmed: yes``. ``papers/<name>.json`` holds sample data.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.documents.models import PaperTemplate
from xaso.kernel.documents.rights import TEMPLATES
from xaso.kernel.documents.typeset import typeset
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today

_HEADER = re.compile(r"^// (title|legal|from|unconfirmed): (.+)$", re.MULTILINE)
_EARLIEST = date(2025, 7, 1)  # two-tier local government: no paper of ours is older


@dataclass(frozen=True)
class Shipped:
    """A template file that came with the product."""

    key: str
    source: str
    sample: dict[str, Any]

    @property
    def header(self) -> dict[str, str]:
        return dict(_HEADER.findall(self.source))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.source.encode()).hexdigest()


def shipped() -> dict[str, Path]:
    """Template files of all installed areas and services by key."""
    found = {}
    for app in apps.get_app_configs():
        for path in sorted(Path(app.path).glob("papers/*.typ")):
            found[f"{app.label}.{path.stem}"] = path
    return found


def read_shipped(key: str) -> Shipped | None:
    """The shipped file of a key, if there is one."""
    path = shipped().get(key)
    if path is None:
        return None
    sample = path.with_suffix(".json")
    data = json.loads(sample.read_text()) if sample.exists() else {}
    return Shipped(key, path.read_text(), data)


def _versions(key: str) -> list[PaperTemplate]:
    """All rows of a key; a shipped file that is new or changed becomes a row first."""
    rows = list(PaperTemplate.objects.filter(key=key))
    file = read_shipped(key)
    if file is None or any(
        row.sha256 == file.sha256 for row in rows if row.origin == PaperTemplate.Origin.SHIPPED
    ):
        return rows
    common = [row for row in rows if row.unit_path == ""]
    before = max(
        (row for row in common if row.origin == PaperTemplate.Origin.SHIPPED), key=_version, default=None
    )
    header = file.header
    start = date.fromisoformat(header["from"]) if "from" in header else _EARLIEST
    made = PaperTemplate(
        key=key,
        version=max((row.version for row in common), default=0) + 1,
        title=header.get("title", key),
        source=file.source,
        sha256=file.sha256,
        origin=PaperTemplate.Origin.SHIPPED,
        legal_basis=header.get("legal", ""),
        unconfirmed=header.get("unconfirmed") == "yes",
        valid_from=max(start, before.valid_from) if before else start,
    )
    # Two processes may find the new file at once: the constraint lets one row in, both go on.
    PaperTemplate.objects.bulk_create([made], ignore_conflicts=True)
    if before is not None and before.valid_from < made.valid_from:
        PaperTemplate.objects.filter(pk=before.pk).update(valid_to=made.valid_from - timedelta(days=1))
    return list(PaperTemplate.objects.filter(key=key))


def _version(row: PaperTemplate) -> int:
    return row.version


def template_in_force(key: str, on_date: date | None = None, unit_path: str = "") -> PaperTemplate:
    """The version in force: the nearest unit's own, edited before shipped, newest first. Raises NotFound."""
    day = on_date or today()
    rows = [
        row
        for row in _versions(key)
        if unit_path.startswith(row.unit_path) and row.valid_from <= day <= (row.valid_to or day)
    ]
    if not rows:
        raise NotFound(f"Chưa có mẫu văn bản {key} có hiệu lực ngày {day:%d/%m/%Y}. Báo người quản trị.")
    edited = PaperTemplate.Origin.EDITED
    return max(rows, key=lambda row: (len(row.unit_path), row.origin == edited, row.version))


def render_template(
    template_key: str, data: Mapping[str, Any], on_date: date | None = None, unit_path: str = ""
) -> bytes:
    """Typeset a paper with the template in force on a day: PDF/A-2b, nothing left to sign.

    Raises NotFound or TemplateError. What is to be signed is drafted with ``draft_document`` instead.
    """
    return typeset(template_in_force(template_key, on_date, unit_path).source, data, fields=False)


@action
def save_template(
    viewer: Viewer,
    *,
    key: str,
    source: str,
    valid_from: date,
    unit_path: str = "",
    legal_basis: str = "",
    sample: Mapping[str, Any] | None = None,
) -> PaperTemplate:
    """Add an edited version of a template, after it was typeset once with sample data."""
    viewer.must(TEMPLATES, unit_path)
    file = read_shipped(key)
    data = dict(sample or (file.sample if file else {}))
    if not data:
        raise ActionError("Cần dữ liệu mẫu để thử trước khi lưu.", "sample")
    typeset(source, data)
    _versions(key)
    rows = PaperTemplate.objects.select_for_update().filter(key=key, unit_path=unit_path)
    last = rows.order_by("-version").first()
    header = dict(_HEADER.findall(source))
    made = PaperTemplate.objects.create(
        key=key,
        version=last.version + 1 if last else 1,
        title=header.get("title") or (file.header.get("title", key) if file else key),
        source=source,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
        origin=PaperTemplate.Origin.EDITED,
        unit_path=unit_path,
        legal_basis=legal_basis or header.get("legal", ""),
        valid_from=valid_from,
    )
    emit(
        "documents.template_changed", record=made, unit_path=unit_path, viewer=viewer, data={"template": key}
    )
    return made
