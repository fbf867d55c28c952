"""The carried lists of units, read from the data files. Pure: no Django, no database."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import search_text
from xaso.kernel.units.words import full_name

FOLDER = Path(__file__).parent / "data"
TODAY, OLD = "2025-07", "2025-06"
OLD_ROOT = "~2025/"
TODAY_FROM, OLD_TO = date(2025, 7, 1), date(2025, 6, 30)
PROVINCE_BASIS = "Nghị quyết 202/2025/QH15"
COMMUNE_BASIS = "Quyết định 19/2025/QĐ-TTg"
DISTRICT_END_BASIS = "Luật Tổ chức chính quyền địa phương 72/2025/QH15"


@dataclass(frozen=True, slots=True)
class Node:
    """One unit as plain data; see the model ``Unit`` for the meaning of the fields."""

    path: str
    level: str
    kind: str
    code: str
    name: str
    listed: str
    valid_from: date | None
    valid_to: date | None
    basis: str = ""
    aliases: str = ""
    lat: float | None = None
    lon: float | None = None
    area_km2: float | None = None
    confirmed: bool = True

    @property
    def full_name(self) -> str:
        return full_name(self.kind, self.name)

    @property
    def search_text(self) -> str:
        return search_text(self.name)

    @property
    def parent_path(self) -> str:
        """The path of the unit above; "" for a province."""
        above = self.path[: self.path.rstrip("/").rfind("/") + 1]
        return "" if above in ("", OLD_ROOT) else above

    @property
    def is_old(self) -> bool:
        return self.path.startswith("~")


@dataclass(frozen=True, slots=True)
class NamePeriod:
    """A kind and name that a unit bore from a day to a day."""

    path: str
    kind: str
    name: str
    valid_from: date | None
    valid_to: date | None
    basis: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Link:
    """What an old unit became."""

    old: str
    new: str
    partly: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier code of a unit."""

    path: str
    value: str
    valid_from: date | None
    valid_to: date | None
    source: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(FOLDER / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _number(text: str) -> float | None:
    return float(text) if text else None


class Dataset:
    """All lists together, names as they stand on ``day``."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._changes: dict[str, Any] = tomllib.loads((FOLDER / "changes.toml").read_text(encoding="utf-8"))

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Every unit by path, parents before children."""
        found = {node.path: node for node in (*self._today(), *self._old())}
        for row in self._changes["alias"]:
            path = self._path_of[row["listed"], row["level"], row["code"]]
            aliases = sorted({*found[path].aliases.split(), *row["aliases"].split()})
            found[path] = replace(found[path], aliases=" ".join(aliases))
        for period in self.names:
            starts = period.valid_from is None or period.valid_from <= self.day
            lasts = period.valid_to is None or self.day <= period.valid_to
            node = found[period.path]
            if (starts and lasts) or (node.is_old and period.valid_to is None):
                found[period.path] = replace(node, kind=period.kind, name=period.name)
        return found

    def _today(self) -> Iterator[Node]:
        for row in _rows("today-provinces"):
            yield Node(
                f"{row['code']}/", "province", row["kind"], row["code"], row["name"], TODAY, TODAY_FROM, None,
                PROVINCE_BASIS, row["aliases"], _number(row["lat"]), _number(row["lon"]),
            )  # fmt: skip
        for row in _rows("today-communes"):
            yield Node(
                f"{row['province']}/{row['code']}/", "commune", row["kind"], row["code"], row["name"], TODAY,
                TODAY_FROM, None, COMMUNE_BASIS, "", _number(row["lat"]), _number(row["lon"]),
                _number(row["area_km2"]),
            )  # fmt: skip

    def _old(self) -> Iterator[Node]:
        for row in _rows("old-provinces"):
            path = f"{OLD_ROOT}{row['code']}/"
            yield Node(
                path, "province", row["kind"], row["code"], row["name"], OLD, None, OLD_TO, PROVINCE_BASIS,
                row["aliases"],
            )  # fmt: skip
        for row in _rows("old-districts"):
            path = f"{OLD_ROOT}{row['province']}/{row['code']}/"
            yield Node(
                path, "district", row["kind"], row["code"], row["name"], OLD, None, OLD_TO, DISTRICT_END_BASIS,
                row["aliases"],
            )  # fmt: skip
        for row in _rows("old-communes"):
            path = f"{OLD_ROOT}{row['province']}/{row['district']}/{row['code']}/"
            yield Node(
                path, "commune", row["kind"], row["code"], row["name"], OLD, None, OLD_TO, COMMUNE_BASIS,
                row["aliases"],
            )  # fmt: skip

    @cached_property
    def _path_of(self) -> dict[tuple[str, str, str], str]:
        return {(node.listed, node.level, node.code): node.path for node in (*self._today(), *self._old())}

    @cached_property
    def names(self) -> list[NamePeriod]:
        """The units whose kind or name changed, each period of them."""
        return [
            NamePeriod(
                self._path_of[row["listed"], row["level"], row["code"]],
                row["kind"],
                row["name"],
                row.get("from"),
                row.get("to"),
                row["basis"],
                row["confirmed"],
            )
            for row in self._changes["name"]
        ]

    @cached_property
    def links(self) -> list[Link]:
        """What each old province, island district and commune became."""
        target = {"province": "province", "district": "commune", "commune": "commune"}
        return [
            Link(
                self._path_of[OLD, row["level"], row["old"]],
                self._path_of[TODAY, target[row["level"]], row["new"]],
                row["partly"] == "1",
                row["confirmed"] == "1",
            )
            for row in _rows("successions")
        ]

    @cached_property
    def identifiers(self) -> list[Identifier]:
        """Identifier codes of provinces, of the old list and of today's; none is confirmed."""
        found = []
        for table, listed, start, end in (
            ("old_identifiers", OLD, None, OLD_TO),
            ("today_identifiers", TODAY, TODAY_FROM, None),
        ):
            codes = dict(self._changes[table])
            source = codes.pop("source")
            for code, value in codes.items():
                found.append(Identifier(self._path_of[listed, "province", code], value, start, end, source))
        return found


@lru_cache(maxsize=4)
def _dataset(day: date) -> Dataset:
    return Dataset(day)


def dataset(day: date | None = None) -> Dataset:
    """The carried lists with the names of a day (today by default); read once."""
    return _dataset(day or today())


@lru_cache(maxsize=1)
def data_version() -> str:
    """A digest of the data files: a database that has it need not load them again."""
    digest = hashlib.sha256()
    for file in sorted(FOLDER.iterdir()):
        if file.suffix in (".gz", ".toml"):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:32]


def table(columns: list[list[str]]) -> str:
    """Plain tab-separated lines (the command line prints them)."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(columns)
    return out.getvalue()
