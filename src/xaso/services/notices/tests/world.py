"""A commune with two hamlets, people who live there, officers and hamlet heads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from xaso.kernel.messages.models import MassRule
from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import today
from xaso.kernel.units.models import Unit
from xaso.kernel.units.testing import a_commune, a_hamlet
from xaso.services.notices import rules
from xaso.services.notices.actions import notices as actions
from xaso.services.notices.models import Notice

SYSTEM = Viewer.system()


@dataclass
class World:
    """Who is there."""

    commune: Unit
    near: Unit
    far: Unit
    accounts: dict[str, Account]
    people: list[Person] = field(default_factory=list)

    def viewer(self, name: str) -> Viewer:
        """The viewer of clerk, leader, deputy, specialist, head_near, head_far, stranger."""
        return viewer_of(self.accounts[name])

    def facts(self, **more: Any) -> dict[str, Any]:
        """A short notice to everybody in the nearer hamlet."""
        return {
            "kind": "notice",
            "subject": "Họp thôn tối thứ Bảy",
            "body": "Mời {name} họp lúc 19:30 tại nhà văn hóa.",
            "sms": "",
            "audience": {"units": [self.near.path]},
            "ladder": rules.ladder_of("sms", 30),
            **more,
        }

    def directive(self, **more: Any) -> dict[str, Any]:
        """A directive to the heads of both hamlets."""
        return self.facts(
            kind="directive",
            subject="Rà soát hộ trong vùng sạt lở",
            body="Trưởng thôn rà soát hộ ở chân taluy.",
            audience={"units": [self.commune.path], "roles": ["hamlet_head"]},
            ladder=rules.ladder_of("office", 30),
            needs_receipt=True,
            task_title="Rà soát hộ trong vùng sạt lở",
            task_asks=["text", "figure"],
            task_figure="Số hộ phải di dời",
            task_term="2wd",
            **more,
        )

    def written(self, name: str = "clerk", **more: Any) -> Notice:
        """A draft."""
        facts = self.directive(**more) if more.pop("directive", False) else self.facts(**more)
        return actions.write_notice(self.viewer(name), unit_path=self.commune.path, facts=facts)

    def sent(self, directive: bool = False, **more: Any) -> Notice:
        """A notice that went out by the clerk's hand."""
        facts = self.directive(**more) if directive else self.facts(**more)
        row = actions.write_notice(self.viewer("clerk"), unit_path=self.commune.path, facts=facts)
        count = 2 if directive else 3
        return actions.send_notice(self.viewer("clerk"), notice_id=row.pk, seen=count)


def person(name: str, hamlet: Unit, phone: str = "", **facts: Any) -> Person:
    """Somebody who lives in a hamlet."""
    contact = {"phone": phone} if phone else {}
    return Person.objects.create(full_name=name, unit_path=hamlet.path, contact=contact, **facts)


def a_world() -> World:
    """Built in the test's transaction; a second person is needed above five receivers."""
    commune = a_commune("15/02728/")
    near, far = a_hamlet(commune, "Nậm Thi", "thôn"), a_hamlet(commune, "Pờ Hồ", "thôn")
    MassRule.objects.update(valid_to=today())
    MassRule.objects.all().delete()
    MassRule.objects.create(unit_path=commune.path, approve_above=5, source="Quy chế 05/QC-UBND")
    roles = {
        "clerk": ("clerk", commune.path, "Phàn Thị Hoa"),
        "leader": ("leader", commune.path, "Nguyễn Hữu Thọ"),
        "specialist": ("specialist", commune.path, "Đặng Văn Chiến"),
        "head_near": ("hamlet_head", near.path, "Tẩn A Sài"),
        "head_far": ("hamlet_head", far.path, "Lý A Dế"),
        "stranger": ("leader", "04/01273/", "Người Nơi Khác"),
    }
    with moment.frozen("2025-08-01T08:00"):
        accounts = {key: officer_account(role, path, name=name) for key, (role, path, name) in roles.items()}
    world = World(commune, near, far, accounts)
    world.people = [
        person("Giàng Thị Máy", near, "0912345601", sex="female", birth_date="1950-02-01"),
        person("Vàng A Páo", near, "0912345602", sex="male", birth_date="1985"),
        person("Lù Seo Chúng", near, sex="male", birth_date="1990-05-01"),
        person("Tẩn Mẩy Dất", far, "0912345604", sex="female", birth_date="1940"),
    ]
    return world
