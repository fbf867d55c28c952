"""The rows of a country's year: persons, cases, steps, dossiers and events as lines for COPY."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from django.apps import apps

from xaso.kernel.base.fields import seal
from xaso.kernel.people.actions import identifier_hash
from xaso.kernel.plain.text import name_sort_key

BLOCK = 10_000
YEAR = 365 * 86400
ZONE = 7 * 3600
PERSON_EACH = 4  # dossiers of one person
LARGE, LARGE_SHARE = 10, 0.1  # so many communes have a tenth of all dossiers: queues of a real size
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Giàng", "Vàng", "Lò", "Nông", "Triệu", "Đặng", "Bùi")
MIDDLE = ("Văn", "Thị", "Đức", "Thu", "Minh", "Seo", "A", "Ngọc")
GIVEN = (
    "An",
    "Bình",
    "Chính",
    "Dung",
    "Giang",
    "Hà",
    "Khánh",
    "Lan",
    "Mai",
    "Nam",
    "Páo",
    "Quân",
    "Sua",
    "Tú",
)


@dataclass(frozen=True)
class Kind:
    """An electronic procedure that dossiers are made of."""

    setup: str
    procedure: str
    version: str
    plan: str
    title: str


@dataclass(frozen=True)
class Ground:
    """What all processes of a load share."""

    rows: int
    places: list[tuple[str, str]]
    large: list[tuple[str, str]]
    kinds: list[Kind]
    specialist: tuple[str, str]
    begun: int


class Writer:
    """Lines for COPY of one table; unknown columns get their default, so that a new column needs no change here."""

    def __init__(self, label: str, *known: str) -> None:
        self.model = apps.get_model(label)
        parts, columns = [], []
        for one in self.model._meta.concrete_fields:
            if one.primary_key and one.get_internal_type() == "BigAutoField":
                continue
            columns.append(f'"{one.column}"')
            parts.append(
                f"%({one.column})s" if one.column in known else self._constant(one).replace("%", "%%")
            )
        missing = set(known) - {one.column for one in self.model._meta.concrete_fields}
        if missing:
            raise SystemExit(f"{label} has no columns {missing}: mend bench/shop/making.py")
        self.template = "\t".join(parts) + "\n"
        self.sql = f"COPY {self.model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
        self.lines: list[str] = []

    @staticmethod
    def _constant(one: Any) -> str:
        if one.has_default() and not one.null:
            value = one.get_default()
            if one.get_internal_type() == "JSONField":
                return json.dumps(value)
            return str(value).lower() if isinstance(value, bool) else str(value)
        return "\\N" if one.null else ""

    def add(self, facts: dict[str, Any]) -> None:
        self.lines.append(self.template % facts)

    def flush(self, link: psycopg.Connection[Any]) -> None:
        if self.lines:
            with link.cursor().copy(self.sql) as copy:
                copy.write("".join(self.lines))
            self.lines.clear()


class Maker:
    """One process's share: its own communes, so that numbers of the day stay without gaps."""

    def __init__(self, ground: Ground, number: int, processes: int) -> None:
        self.ground = ground
        self.rows = ground.rows // processes
        self.chance = random.Random(1979 + number)
        self.small = [place for place in ground.places if place not in ground.large][number::processes]
        self.large = ground.large[number::processes]
        self.numbers: dict[tuple[str, int], int] = {}
        self.days: dict[int, str] = {}
        self.serial = number * 10**6
        self.person = ""
        self.contacts = [self._sealed("people_person.contact", {"phone": f"09{n:08d}"}) for n in range(200)]
        self.answers = [self._sealed("onestop_dossier.answers", self._answers(n)) for n in range(300)]
        self.delivery = self._sealed("onestop_dossier.delivery", {"way": "counter"})
        self.tables = self._writers()

    @staticmethod
    def _sealed(context: str, value: Any) -> str:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return "\\\\x" + seal(text, context).hex()

    def _answers(self, number: int) -> dict[str, Any]:
        name = f"{self.chance.choice(FAMILY)} {self.chance.choice(MIDDLE)} {self.chance.choice(GIVEN)}"
        return {"child_name": name, "child_born": f"2026-01-{number % 28 + 1:02d}", "child_sex": "female",
                "mother_name": name, "copies": number % 5, "note": "Sinh tại trạm y tế xã"}  # fmt: skip

    @staticmethod
    def _writers() -> dict[str, Writer]:
        step = ("id", "created_at", "case_id", "number", "key", "title", "kind", "unit_path", "given_path")
        return {
            "person": Writer("people.Person", "id", "created_at", "full_name", "sort_key", "birth_date", "sex",
                             "unit_path", "contact"),
            "identifier": Writer("people.Identifier", "id", "created_at", "person_id", "kind", "value",
                                 "value_hash", "proof"),
            "case": Writer("cases.Case", "id", "created_at", "code", "type", "title", "unit_path", "received_path",
                           "holder_path", "holder_id", "subject_id", "status", "opened_at", "clock_from", "due_at",
                           "closed_at", "returned_at", "paused_at", "paused_for", "term", "rule_version", "plan_id"),
            "step": Writer("cases.CaseStep", *step, "holder_id", "began_at", "due_at", "ended_at", "outcome"),
            "pause": Writer("cases.Pause", "id", "created_at", "case_id", "started_at", "reason", "stage"),
            "dossier": Writer("onestop.Dossier", "id", "created_at", "case_id", "code", "procedure_id", "version_id",
                              "setup_id", "applicant_id", "channel", "status", "unit_path", "received_path",
                              "client_key", "answers", "delivery", "submitted_at", "received_at", "finished_at",
                              "returned_at", "on_time", "handled_by"),
            "day": Writer("onestop.DayNumber", "unit_code", "day", "last"),
            "event": Writer("events.Event", "id", "name", "at", "record_type", "record_id", "unit_path",
                            "actor_kind", "data"),
        }  # fmt: skip

    def at(self, second: float) -> str:
        """A time as PostgreSQL reads it."""
        whole, part = divmod(int(second) + ZONE, 86400)
        day = self.days.get(whole)
        if day is None:
            day = self.days[whole] = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=whole)).strftime(
                "%Y-%m-%d"
            )
        return f"{day} {part // 3600:02d}:{part // 60 % 60:02d}:{part % 60:02d}+07"

    def key(self, second: float) -> str:
        """A key in time's order, as ``uuid7`` makes it."""
        a, r = f"{int(second * 1000):012x}", f"{self.chance.getrandbits(72):018x}"
        return f"{a[:8]}-{a[8:]}-7{r[:3]}-8{r[3:6]}-{r[6:]}"

    def run(self, link: psycopg.Connection[Any]) -> None:
        """Make everything in the order of time, a block at a time."""
        span = YEAR - 86400
        for index in range(self.rows):
            second = self.ground.begun + span * index / self.rows
            few = self.large and self.chance.random() < LARGE_SHARE
            place = self.chance.choice(self.large if few else self.small)
            self._dossier(second, place, self.ground.begun + span - second, index)
            if index % BLOCK == BLOCK - 1:
                self._flush(link)
        for (code, day), last in self.numbers.items():
            self.tables["day"].add({"unit_code": code, "day": self.at(day * 86400 - ZONE)[:10], "last": last})
        self._flush(link)

    def _flush(self, link: psycopg.Connection[Any]) -> None:
        for table in self.tables.values():
            table.flush(link)

    def _new_person(self, second: float, path: str) -> str:
        self.serial += 1
        number = f"{self.serial + 30_000_000_000:012d}"
        name = f"{self.chance.choice(FAMILY)} {self.chance.choice(MIDDLE)} {self.chance.choice(GIVEN)}"
        key, made = self.key(second), self.at(second)
        self.tables["person"].add(
            {"id": key, "created_at": made, "full_name": name, "sort_key": name_sort_key(name)[:200],
             "birth_date": f"{1950 + self.serial % 55}", "sex": "female" if "Thị" in name else "male",
             "unit_path": path, "contact": self.contacts[self.serial % 200]}
        )  # fmt: skip
        self.tables["identifier"].add(
            {"id": self.key(second), "created_at": made, "person_id": key, "kind": "personal_number",
             "value": self._sealed("people_identifier.value", number), "proof": "stated",
             "value_hash": identifier_hash("personal_number", number)}
        )  # fmt: skip
        return key

    def _code(self, unit_code: str, second: float) -> str:
        day = (int(second) + ZONE) // 86400
        last = self.numbers[unit_code, day] = self.numbers.get((unit_code, day), 0) + 1
        return f"{unit_code}-{self.at(second)[2:10].replace('-', '')}-{last:04d}"

    def _dossier(self, second: float, place: tuple[str, str], age: float, index: int) -> None:
        path, unit_code = place
        if index % PERSON_EACH == 0:
            self.person = self._new_person(second, path)
        facts = self._state(second, age, path)
        kind = self.ground.kinds[index % len(self.ground.kinds)]
        case_id, dossier_id, code = self.key(second), self.key(second), self._code(unit_code, second)
        facts |= {
            "id": case_id, "created_at": facts["opened_at"], "code": code, "type": "onestop.dossier",
            "title": kind.title, "unit_path": path, "received_path": path, "holder_path": path,
            "subject_id": self.person, "clock_from": facts["opened_at"], "term": "3wd",
            "rule_version": '{"legal_basis": "Luật Hộ tịch", "calendar": "bench"}', "plan_id": kind.plan,
        }  # fmt: skip
        self.tables["case"].add(facts)
        self._steps(facts, case_id, path)
        facts |= {
            "id": dossier_id, "case_id": case_id, "procedure_id": kind.procedure, "version_id": kind.version,
            "setup_id": kind.setup, "applicant_id": self.person, "status": facts["number"],
            "channel": "online" if index % 3 else "counter", "client_key": f"bench:{dossier_id}",
            "answers": self.answers[index % 300], "delivery": self.delivery, "submitted_at": facts["opened_at"],
            "received_at": facts["taken_at"], "finished_at": facts["closed_at"],
            "handled_by": self.ground.specialist[0] if path == self.ground.specialist[1] else "\\N",
        }  # fmt: skip
        self.tables["dossier"].add(facts)
        self._events(second, facts, case_id, dossier_id)

    def _state(self, second: float, age: float, path: str) -> dict[str, Any]:
        """Where a dossier of this age stands; times as text."""
        days = self.chance.uniform(0.3, 5.4)
        nothing = "\\N"
        facts: dict[str, Any] = {
            "opened_at": self.at(second), "due_at": self.at(second + 5 * 86400), "taken_at": self.at(second + 3600),
            "closed_at": nothing, "returned_at": nothing, "paused_at": nothing, "paused_for": "",
            "holder_id": nothing, "on_time": nothing, "status": "open", "number": 4,
        }  # fmt: skip
        finished = days * 86400 < age and self.chance.random() > 0.004
        if finished:
            facts["closed_at"] = self.at(second + days * 86400)
            facts["on_time"] = "true" if days <= 5 else "false"
            facts["status"], facts["number"] = "returned", 10
            if age < 12 * 86400 and self.chance.random() < 0.3:
                facts["status"], facts["number"] = "done", 9
            else:
                facts["returned_at"] = self.at(second + days * 86400 + 7200)
        elif age < 86400:
            facts["number"], facts["taken_at"] = 1, nothing
        elif self.chance.random() < 0.05:
            facts |= {
                "status": "waiting",
                "paused_at": self.at(second + 7200),
                "paused_for": "supplement",
                "number": 5,
            }
        elif path == self.ground.specialist[1] and self.chance.random() < 0.5:
            facts["holder_id"] = self.ground.specialist[0]
        return facts

    def _steps(self, facts: dict[str, Any], case_id: str, path: str) -> None:
        opened, nothing = facts["opened_at"], "\\N"
        common = {"created_at": opened, "case_id": case_id, "unit_path": path, "given_path": path}
        new = facts["number"] == 1
        second = self.ground.begun
        self.tables["step"].add(
            {**common, "id": self.key(second), "number": 1, "key": "receive", "title": "Tiếp nhận", "kind": "receive",
             "holder_id": nothing, "began_at": opened, "due_at": nothing, "outcome": "" if new else "accepted",
             "ended_at": nothing if new else facts["taken_at"]}
        )  # fmt: skip
        if not new:
            ended = facts["closed_at"]
            self.tables["step"].add(
                {**common, "id": self.key(second), "number": 2, "key": "review", "title": "Thẩm định",
                 "kind": "review", "holder_id": facts["holder_id"], "began_at": facts["taken_at"],
                 "due_at": facts["due_at"], "ended_at": ended, "outcome": "" if ended == nothing else "done"}
            )  # fmt: skip
        if facts["status"] == "waiting":
            self.tables["pause"].add(
                {"id": self.key(second), "created_at": opened, "case_id": case_id, "stage": "appraisal",
                 "started_at": facts["paused_at"], "reason": "supplement"}
            )  # fmt: skip

    def _events(self, second: float, facts: dict[str, Any], case_id: str, dossier_id: str) -> None:
        common = {"at": facts["opened_at"], "unit_path": facts["unit_path"], "actor_kind": "system"}
        data = f'{{"code": "{facts["code"]}", "case": "{case_id}", "channel": "{facts["channel"]}"}}'
        for name, label, record in (
            ("cases.opened", "cases.case", case_id),
            ("onestop.dossier_filed", "onestop.dossier", dossier_id),
        ):
            self.tables["event"].add(
                {**common, "id": self.key(second), "name": name, "record_type": label, "record_id": record,
                 "data": data}
            )  # fmt: skip
