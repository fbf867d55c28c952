"""The archive a person gets: a page that can be read anywhere, the same as JSON, and the files themselves."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string

from xaso.kernel.base.manifest import Holding
from xaso.kernel.people.models import Person
from xaso.kernel.plain.formats import stamp

_UNSAFE = re.compile(r"[^0-9A-Za-zÀ-ỹ._-]+")


def _safe(name: str) -> str:
    return _UNSAFE.sub("-", name).strip("-.") or "tep"


def _plain(value: Any) -> tuple[str, list[tuple[str, str]]]:
    """A value for a reader: one text, or pairs."""
    if isinstance(value, Mapping):
        return "", [(str(key), _line(each)) for key, each in value.items()]
    return _line(value), []


def _line(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_line(each)}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return "; ".join(_line(each) for each in value)
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, datetime):
        return stamp(value)
    return "" if value is None else str(value)


def archive_of(person: Person, found: Sequence[Holding], moment: datetime) -> bytes:
    """The ZIP: ``index.html`` in Vietnamese, ``du-lieu.json``, ``tep/`` with every file that still exists."""
    out = io.BytesIO()
    groups: dict[str, list[dict[str, Any]]] = {}
    data = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for number, one in enumerate(found, 1):
            files = list(_put_files(box, number, one))
            data.append(
                {
                    "category": one.category,
                    "id": one.key,
                    "title": one.title,
                    "at": one.at,
                    "facts": one.facts,
                    "files": files,
                }
            )
            groups.setdefault(one.group or one.title, []).append(
                {
                    "title": one.title,
                    "at": stamp(one.at),
                    "facts": [(label, *_plain(value)) for label, value in one.facts.items()],
                    "files": files,
                }
            )
        context = {
            "person": person,
            "groups": list(groups.items()),
            "made": stamp(moment),
            "count": len(found),
        }
        box.writestr("index.html", render_to_string("privacy/archive.html", context))
        body = {"person": str(person.pk), "made_at": moment, "items": data}
        box.writestr("du-lieu.json", json.dumps(body, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder))
    return out.getvalue()


def _put_files(box: zipfile.ZipFile, number: int, one: Holding) -> Iterable[str]:
    for place, file in enumerate(one.files, 1):
        name = f"tep/{number:04d}-{place:02d}-{_safe(file.name)}"
        try:
            box.writestr(name, file.read())
        except Exception as error:  # a file that is gone must not keep the rest from the person
            name = f"{name}.khong-doc-duoc.txt"
            box.writestr(name, f"Không đọc được tệp này: {error}")
        yield name
