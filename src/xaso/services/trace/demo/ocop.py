"""OCOP of the demo: dossiers at every step, stars in force and one that ended, a province's register."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import VIETNAM, today
from xaso.kernel.units.models import Unit
from xaso.services.trace.actions import goods, ocop
from xaso.services.trace.actions import ocop_decisions as decisions
from xaso.services.trace.actions.ocop_criteria import name_office
from xaso.services.trace.demo import SIGN_IN
from xaso.services.trace.demo.coops import COMMUNE, TEA
from xaso.services.trace.models import (
    Certificate,
    Enterprise,
    Lot,
    OcopCriterion,
    OcopDossier,
    OcopGroup,
    OcopRecognition,
    Product,
    Seat,
)

PROVINCE = "15/"
OFFICE = f"{PROVINCE}snnmt/"
COUNCIL = ("ocop1", "ocop2", "hdocop")
# Fourteen products of the co-operative; how far the dossier of each has come, and the share of points it gets.
PRODUCTS = (
    ("Chè Shan búp tôm", "five", "0.95"),
    ("Chè Shan một tôm một lá", "four", "0.82"),
    ("Chè Shan một tôm hai lá", "four", "0.76"),
    ("Chè đen Shan", "three", "0.66"),
    ("Hồng trà phên", "three", "0.58"),
    ("Bạch trà Ky Quan San", "ministry", "0.93"),
    ("Chè vàng", "scoring", "0.71"),
    ("Chè ướp hoa sói", "province", "0.68"),
    ("Chè túi lọc", "commune", "0.60"),
    ("Chè bánh 100 g", "returned", "0.55"),
    ("Chè bánh 357 g", "draft", "0.50"),
    ("Bột matcha Shan", "refused", "0.42"),
    ("Chè nụ", "", ""),
    ("Cao chè", "", ""),
)
_GOODS: tuple[str, ...] = (
    "Mật ong bạc hà",
    "Miến dong",
    "Gạo nếp nương",
    "Thịt trâu gác bếp",
    "Rượu ngô men lá",
    "Tương ớt Mường Khương",
    "Gạo Séng Cù",
    "Cam sành",
    "Chè Ô long",
    "Thảo quả khô",
    "Nấm hương",
    "Lạp sườn",
    "Bánh chưng đen",
    "Dầu quế",
)
_OWNERS = ("Hợp tác xã", "Tổ hợp tác", "Công ty", "Cơ sở")


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], say: Callable[[str], None] = print, **_: Any
) -> None:
    """Nothing the second time, and nothing without the tea co-operative."""
    coop = Enterprise.objects.filter(name=TEA["name"]).first()
    if coop is None or OcopDossier.objects.filter(enterprise=coop).exists():
        return
    seat = Seat.objects.filter(enterprise=coop, role=Seat.Role.MANAGER, ended_at__isnull=True).first()
    if seat is None:
        return
    manager = Viewer(kind="citizen", person_id=seat.person_id, name=SIGN_IN[0][1], unit_path=COMMUNE)
    with transaction.atomic():
        name_office(viewer, province_path=PROVINCE, unit_path=OFFICE)
        for place, (name, end, share) in enumerate(PRODUCTS):
            product = _product(manager, coop, name)
            if end:
                _dossier(_Walk(coop, manager, accounts, share), product, end, place)
        entered = _register(viewer, random.Random(129))
    say(f"OCOP: {OcopDossier.objects.count()} hồ sơ, {entered} sản phẩm trong sổ của tỉnh")


def _product(manager: Viewer, coop: Enterprise, name: str) -> Product:
    known = Product.objects.filter(enterprise=coop, name=name).first()
    facts = {"name": name, "crop": "tea"}
    return known or goods.keep_product(manager, enterprise=coop, facts=facts)


class _Walk:
    """A dossier on its way, with the officers who carry it."""

    def __init__(
        self, coop: Enterprise, manager: Viewer, accounts: Mapping[str, Account], share: str
    ) -> None:
        self.coop, self.manager, self.share = coop, manager, Decimal(share)
        self.commune = viewer_of(accounts["kinhte"])
        self.council = [viewer_of(accounts[login]) for login in COUNCIL]
        self.chair = self.council[-1]
        self.group = OcopGroup.objects.get(version=ocop.version_in_force(), code="2.2")
        self.lines = list(OcopCriterion.objects.filter(version=self.group.version, sheet=self.group.sheet))

    def points(self, share: Decimal, *, commune: bool = False) -> dict[str, Decimal | None]:
        half = Decimal("0.5")
        return {
            one.code: (one.max_points * share / half).quantize(Decimal(1)) * half
            for one in self.lines
            if one.by_commune or not commune
        }


def _dossier(walk: _Walk, product: Product, end: str, place: int) -> None:
    """Told on days that have passed; the older the further it has come."""
    start = today() - timedelta(
        days={"five": 500, "four": 380, "three": 300, "refused": 250}.get(end, 60 - place)
    )
    with moment.frozen(datetime.combine(start, time(9), VIETNAM)):
        row = ocop.begin_ocop(
            walk.manager,
            enterprise=walk.coop,
            product=product,
            group=walk.group,
            idea="Búp chè Shan của những gốc trên trăm tuổi, hái tay, sao chảo gang trong ngày.",
        )
        ocop.set_points(walk.manager, dossier_id=row.pk, points=walk.points(walk.share), notes={})
        _prove(walk, row)
    if end == "draft":
        return
    with moment.frozen(datetime.combine(start + timedelta(days=4), time(10), VIETNAM)):
        ocop.submit_ocop(walk.manager, dossier_id=row.pk)
    if end == "commune":
        return
    with moment.frozen(datetime.combine(start + timedelta(days=9), time(14), VIETNAM)):
        _through_the_commune(walk, row, end)
    if end in {"returned", "province"}:
        return
    with moment.frozen(datetime.combine(start + timedelta(days=20), time(9, 30), VIETNAM)):
        _through_the_province(walk, row, end, start + timedelta(days=20), place)


def _prove(walk: _Walk, row: OcopDossier) -> None:
    lots = Lot.objects.filter(enterprise=walk.coop).order_by("-made_on")[:2]
    papers = Certificate.objects.filter(enterprise=walk.coop)[:1]
    for code, kind, record in (
        *(("A1.1", "lot", lot.pk) for lot in lots),
        *(("C7.2", "cert", paper.pk) for paper in papers),
    ):
        ocop.attach_evidence(
            walk.manager, dossier_id=row.pk, criterion=code, kind=kind, record_id=str(record)
        )


def _through_the_commune(walk: _Walk, row: OcopDossier, end: str) -> None:
    if end == "returned":
        ocop.return_ocop(walk.commune, dossier_id=row.pk, reason="Thiếu phiếu kiểm nghiệm của lô gần nhất.")
        return
    ocop.set_points(walk.commune, dossier_id=row.pk, points=walk.points(walk.share, commune=True), notes={})
    ocop.propose_ocop(
        walk.commune,
        dossier_id=row.pk,
        report="Nguyên liệu của 30 hộ trong xã, sao chế tại thôn Ky Quan San; 42 lao động địa phương.",
    )


def _through_the_province(walk: _Walk, row: OcopDossier, end: str, day: date, place: int) -> None:
    ocop.accept_ocop(walk.chair, dossier_id=row.pk)
    steps = (Decimal("-0.02"), Decimal(0), Decimal("0.02"))
    members = walk.council[:1] if end == "scoring" else walk.council
    for member, step in zip(members, steps, strict=False):
        share = min(walk.share + step, Decimal(1))
        ocop.set_points(member, dossier_id=row.pk, points=walk.points(share), notes={})
    if end == "scoring":
        return
    decisions.decide_ocop(
        walk.chair,
        dossier_id=row.pk,
        minutes="Hội đồng họp, các thành viên chấm độc lập, thống nhất theo điểm trung bình.",
        decision_number=f"{1200 + place}/QĐ-UBND",
        signed_on=day,
    )
    if end == "five":
        decisions.record_ministry(
            walk.chair, dossier_id=row.pk, stars=5, decision_number="412/QĐ-BNNMT", signed_on=day
        )


def _register(viewer: Viewer, chance: random.Random) -> int:
    """Earlier decisions of the province, so that with the co-operative's there are 129; a few have ended."""
    communes = list(
        Unit.objects.on().filter(path__startswith=PROVINCE, level=Unit.Level.COMMUNE).order_by("path")
    )
    wanted = 129 - OcopRecognition.objects.count()
    for number in range(wanted):
        name, unit = _GOODS[number % len(_GOODS)], communes[(number * 7) % len(communes)]
        signed = today() - timedelta(days=chance.randint(40, 1300))
        decisions.enter_recognition(
            viewer,
            unit_path=unit.path,
            product_name=f"{name} {unit.name}",
            owner_name=f"{chance.choice(_OWNERS)} {unit.name}",
            group_title="Thực phẩm",
            stars=chance.choices((3, 4), (76, 24))[0],
            decision_number=f"{300 + number}/QĐ-UBND",
            decided_by="Ủy ban nhân dân tỉnh",
            signed_on=signed,
            expires_on=signed + timedelta(days=1095),
        )
    return OcopRecognition.objects.count()
