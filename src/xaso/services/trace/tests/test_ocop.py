"""OCOP: from self-scoring to the decision, by the roles that may; stars that end are shown nowhere."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden, NotFound
from xaso.kernel.messages.models import Message
from xaso.kernel.people.models import Person
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account, officer, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import VIETNAM
from xaso.kernel.ui.testing import assert_page_ok
from xaso.kernel.units.models import Unit
from xaso.services.trace import naming
from xaso.services.trace.actions import ocop as actions
from xaso.services.trace.actions import ocop_decisions as decisions
from xaso.services.trace.actions.ocop_criteria import load_criteria, read_table, table_of
from xaso.services.trace.models import (
    Certificate,
    Enterprise,
    OcopCriterion,
    OcopDossier,
    OcopGroup,
    OcopRecognition,
    OcopVersion,
    Product,
    Seat,
)
from xaso.services.trace.queries import ocop as queries
from xaso.services.trace.rules import ocop as rules

COMMUNE, BESIDE, PROVINCE = "15/02728/", "15/02680/", "15/"
BANDS = [
    {"stars": 5, "from": 90, "decides": "ministry"},
    {"stars": 4, "from": 70, "decides": "province"},
    {"stars": 3, "from": 50, "decides": "province"},
    {"stars": 2, "from": 30, "decides": ""},
    {"stars": 1, "from": 0, "decides": ""},
]


# ---- rules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "stars", "decides"),
    [
        ("100", 5, "ministry"),
        ("90", 5, "ministry"),
        ("89.99", 4, "province"),
        ("70", 4, "province"),
        ("69.99", 3, "province"),
        ("50", 3, "province"),
        ("49.99", 2, ""),
        ("30", 2, ""),
        ("29.99", 1, ""),
        ("0", 1, ""),
    ],
)
def test_stars_by_average(total: str, stars: int, decides: str) -> None:
    """QĐ 148/QĐ-TTg: 90-100, 70-<90, 50-<70, 30-<50, <30; two levels since 06/07/2025 (QĐ 1489/QĐ-TTg)."""
    band = rules.band_for(Decimal(total), BANDS)
    assert (band.stars, band.decides) == (stars, decides)


@given(st.decimals(min_value=0, max_value=100, places=2), st.decimals(min_value=0, max_value=100, places=2))
def test_more_points_never_give_fewer_stars(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert rules.band_for(low, BANDS).stars <= rules.band_for(high, BANDS).stars


@given(st.lists(st.decimals(min_value=0, max_value=100, places=2), min_size=1, max_size=15))
def test_an_average_lies_between_the_least_and_the_most(totals: list[Decimal]) -> None:
    assert min(totals) <= rules.average(totals) <= max(totals)


def test_a_certificate_lasts_thirty_six_months() -> None:
    assert rules.expiry(date(2024, 3, 15), 36) == date(2027, 3, 14)
    assert rules.expiry(date(2024, 2, 29), 36) == date(2027, 2, 27)


def test_reminders_come_once_and_the_missed_ones_do_not_pile_up() -> None:
    ends = date(2027, 6, 30)
    months = [12, 6, 3]
    assert rules.due_reminder(ends, [], months, date(2026, 6, 29)) is None
    assert rules.due_reminder(ends, [], months, date(2026, 6, 30)) == 12
    assert rules.due_reminder(ends, [12], months, date(2026, 7, 1)) is None
    assert rules.due_reminder(ends, [], months, date(2027, 4, 1)) == 3
    assert rules.due_reminder(ends, [12, 6, 3], months, date(2027, 7, 1)) is None


# ---- the world ----------------------------------------------------------------------------------------------------


def _enterprise(unit_path: str = COMMUNE, name: str = "Hợp tác xã Chè Bản Mới") -> Enterprise:
    return Enterprise.objects.create(
        name=name,
        search_text=name.lower(),
        token=naming.new_token(),
        unit=Unit.objects.get(path=unit_path),
        unit_path=unit_path,
        address="Thôn Bản Mới",
    )


def _product(enterprise: Enterprise, name: str = "Chè Đinh") -> Product:
    return Product.objects.create(
        enterprise=enterprise, name=name, search_text=name.lower(), token=naming.new_token(), crop="tea"
    )


def _seat(enterprise: Enterprise, role: str) -> tuple[Any, Viewer]:
    account = a_citizen_account(f"Người {role}")
    Seat.objects.create(
        enterprise=enterprise, person=account.person, role=role, unit_path=enterprise.unit_path
    )
    return account, viewer_of(account)


class World:
    """A co-operative with its manager, officers of the commune and the province."""

    def __init__(self) -> None:
        self.coop = _enterprise()
        self.product = _product(self.coop)
        self.manager_account, self.manager = _seat(self.coop, "manager")
        self.member = _seat(self.coop, "member")[1]
        self.commune_account = officer_account("specialist", COMMUNE)
        self.commune = viewer_of(self.commune_account)
        self.beside = officer("specialist", BESIDE)
        self.province_account = officer_account("specialist", PROVINCE)
        self.province = viewer_of(self.province_account)
        self.chair_account = officer_account("leader", PROVINCE)
        self.chair = viewer_of(self.chair_account)
        self.version = OcopVersion.objects.get(key="qd-148-2023")
        self.group = OcopGroup.objects.get(version=self.version, code="2.2")

    def begun(self) -> OcopDossier:
        return actions.begin_ocop(
            self.manager, enterprise=self.coop, product=self.product, group=self.group, idea="Chè cổ thụ."
        )

    def lines(self) -> list[OcopCriterion]:
        return list(OcopCriterion.objects.filter(version=self.version, sheet=self.group.sheet))

    def share(self, part: str = "1.0", *, commune: bool = False) -> dict[str, Decimal | None]:
        lines = [one for one in self.lines() if one.by_commune or not commune]
        return {one.code: (one.max_points * Decimal(part)).quantize(Decimal("0.01")) for one in lines}

    def proposed(self) -> OcopDossier:
        row = self.begun()
        actions.set_points(self.manager, dossier_id=row.pk, points=self.share(), notes={})
        actions.submit_ocop(self.manager, dossier_id=row.pk)
        actions.set_points(self.commune, dossier_id=row.pk, points=self.share(commune=True), notes={})
        return actions.propose_ocop(self.commune, dossier_id=row.pk, report="Nguyên liệu của 30 hộ trong xã.")

    def scored(self, *parts: str) -> OcopDossier:
        row = self.proposed()
        actions.accept_ocop(self.province, dossier_id=row.pk)
        for part, viewer in zip(parts, (self.province, self.chair), strict=False):
            actions.set_points(viewer, dossier_id=row.pk, points=self.share(part), notes={})
        row.refresh_from_db()
        return row


@pytest.fixture
def world(db: None) -> World:
    return World()


# ---- the way ------------------------------------------------------------------------------------------------------


def test_four_stars_are_decided_by_the_province(world: World) -> None:
    row = world.scored("0.80", "0.76")
    row = decisions.decide_ocop(
        world.chair,
        dossier_id=row.pk,
        minutes="Hội đồng nhất trí.",
        decision_number="1234/QĐ-UBND",
        signed_on=date.today(),
    )
    assert row.state == OcopDossier.State.RECOGNISED
    assert row.average == Decimal("78.00")
    made = OcopRecognition.objects.get(dossier=row)
    assert (made.stars, made.expires_on) == (4, rules.expiry(date.today(), 36))
    assert queries.stars_of(world.product.pk) == made
    assert Message.objects.filter(template__key="trace.ocop_recognised").count() == 1
    assert OcopDossier.objects.get().case.status == "done"


def test_ninety_points_go_to_the_ministry_which_may_give_fewer(world: World) -> None:
    row = world.scored("0.95", "0.93")
    row = decisions.decide_ocop(world.chair, dossier_id=row.pk, minutes="Đề nghị 5 sao.")
    assert row.state == OcopDossier.State.MINISTRY
    assert not OcopRecognition.objects.exists()
    row = decisions.record_ministry(
        world.chair, dossier_id=row.pk, stars=4, decision_number="88/QĐ-BNNMT", signed_on=date.today()
    )
    assert OcopRecognition.objects.get().stars == 4
    assert OcopRecognition.objects.get().decided_by == "Bộ Nông nghiệp và Môi trường"


def test_below_fifty_points_nothing_is_recognised(world: World) -> None:
    row = world.scored("0.40")
    row = decisions.decide_ocop(world.chair, dossier_id=row.pk, minutes="Chưa đạt.")
    assert row.state == OcopDossier.State.REFUSED
    assert queries.stars_of(world.product.pk) is None


def test_the_decision_needs_number_and_a_day_that_has_come(world: World) -> None:
    row = world.scored("0.80")
    for number, day in (("", date.today()), ("12/QĐ", None), ("12/QĐ", date.today() + timedelta(days=1))):
        with pytest.raises(ActionError):
            decisions.decide_ocop(
                world.chair, dossier_id=row.pk, minutes="Đạt.", decision_number=number, signed_on=day
            )
    row.refresh_from_db()
    assert row.state == OcopDossier.State.SCORING


def test_an_unfinished_sheet_of_a_member_holds_the_decision(world: World) -> None:
    row = world.scored("0.80")
    some = dict(list(world.share("0.8").items())[:3])
    actions.set_points(world.chair, dossier_id=row.pk, points=some, notes={})
    with pytest.raises(ActionError, match="chưa chấm hết"):
        decisions.decide_ocop(world.chair, dossier_id=row.pk, minutes="Đạt.")


def test_handing_in_needs_points_for_every_criterion(world: World) -> None:
    row = world.begun()
    points = world.share()
    left_out = next(iter(points))
    del points[left_out]
    actions.set_points(world.manager, dossier_id=row.pk, points=points, notes={})
    with pytest.raises(ActionErrors) as caught:
        actions.submit_ocop(world.manager, dossier_id=row.pk)
    assert list(caught.value.errors) == [left_out]


def test_wrong_points_are_named_and_nothing_is_kept(world: World) -> None:
    row = world.begun()
    codes = [one.code for one in world.lines()]
    wrong = {codes[0]: Decimal(1), codes[1]: Decimal(99), "Z9": Decimal(1), codes[2]: Decimal("1.005")}
    with pytest.raises(ActionErrors) as caught:
        actions.set_points(world.manager, dossier_id=row.pk, points=wrong, notes={})
    assert set(caught.value.errors) == {codes[1], "Z9", codes[2]}
    assert not row.scores.exists()


def test_each_step_is_for_its_own_people(world: World) -> None:
    row = world.begun()
    share = world.share()
    with pytest.raises(Forbidden):
        actions.set_points(world.member, dossier_id=row.pk, points=share, notes={})
    with pytest.raises(Forbidden):
        actions.begin_ocop(world.beside, enterprise=world.coop, product=world.product, group=world.group)
    actions.set_points(world.manager, dossier_id=row.pk, points=share, notes={})
    actions.submit_ocop(world.manager, dossier_id=row.pk)
    with pytest.raises(Forbidden):
        actions.set_points(world.beside, dossier_id=row.pk, points=world.share(commune=True), notes={})
    with pytest.raises(ActionErrors):
        actions.set_points(world.commune, dossier_id=row.pk, points=share, notes={})
    with pytest.raises(Conflict):
        actions.accept_ocop(world.province, dossier_id=row.pk)
    with pytest.raises(Conflict):
        actions.submit_ocop(world.manager, dossier_id=row.pk)
    actions.set_points(world.commune, dossier_id=row.pk, points=world.share(commune=True), notes={})
    actions.propose_ocop(world.commune, dossier_id=row.pk, report="Đủ.")
    with pytest.raises(Forbidden):
        actions.accept_ocop(world.commune, dossier_id=row.pk)
    actions.accept_ocop(world.province, dossier_id=row.pk)
    actions.set_points(world.province, dossier_id=row.pk, points=world.share("0.8"), notes={})
    with pytest.raises(Forbidden):
        decisions.decide_ocop(world.province, dossier_id=row.pk, minutes="Đạt.")


def test_a_draft_is_the_enterprises_own(world: World) -> None:
    row = world.begun()
    assert queries.dossier_of(world.manager, row.pk) == row
    for viewer in (world.commune, world.province, world.beside):
        with pytest.raises(NotFound):
            queries.dossier_of(viewer, row.pk)


def test_returned_by_the_province_it_goes_round_again(world: World) -> None:
    row = world.proposed()
    row = actions.return_ocop(world.province, dossier_id=row.pk, reason="Thiếu phiếu kiểm nghiệm.")
    assert row.state == OcopDossier.State.RETURNED
    row = actions.submit_ocop(world.manager, dossier_id=row.pk)
    assert row.state == OcopDossier.State.COMMUNE
    assert actions.propose_ocop(world.commune, dossier_id=row.pk, report="Đã bổ sung.").state == "province"


def test_one_open_dossier_a_product(world: World) -> None:
    row = world.begun()
    assert world.begun().pk == row.pk
    actions.withdraw_ocop(world.manager, dossier_id=row.pk)
    assert world.begun().pk != row.pk


def test_re_recognition_begins_with_the_points_of_before(world: World) -> None:
    row = world.scored("0.80")
    decisions.decide_ocop(
        world.chair, dossier_id=row.pk, minutes="Đạt.", decision_number="1/QĐ", signed_on=date.today()
    )
    again = world.begun()
    assert again.again_after is not None and again.again_after.stars == 4
    assert again.scores.count() == len(world.lines())


# ---- evidence -----------------------------------------------------------------------------------------------------


def test_evidence_is_of_the_enterprise_itself(world: World) -> None:
    row = world.begun()
    other = _enterprise(BESIDE, "Hợp tác xã khác")
    facts = {"standard": "VietGAP", "issuer": "Quacert", "issued_on": date(2026, 1, 5)}
    own = Certificate.objects.create(enterprise=world.coop, number="VG-1", **facts)
    foreign = Certificate.objects.create(enterprise=other, number="VG-2", **facts)
    key = {"dossier_id": row.pk, "criterion": world.lines()[0].code, "kind": "cert"}
    made = actions.attach_evidence(world.manager, **key, record_id=str(own.pk))
    assert made.title == "VietGAP, số VG-1"
    assert actions.attach_evidence(world.manager, **key, record_id=str(own.pk)).pk == made.pk
    with pytest.raises(ActionError):
        actions.attach_evidence(world.manager, **key, record_id=str(foreign.pk))
    with pytest.raises(ActionError):
        actions.attach_evidence(world.manager, **key, record_id="../../etc/passwd")
    actions.drop_evidence(world.manager, evidence_id=made.pk)
    assert not row.evidence.filter(ended_at__isnull=True).exists()
    assert row.evidence.count() == 1


# ---- the register -------------------------------------------------------------------------------------------------


def _entered(world: World, name: str, stars: int, signed: date, until: date) -> OcopRecognition:
    return decisions.enter_recognition(
        world.province,
        unit_path=COMMUNE,
        product_name=name,
        owner_name="Hợp tác xã Chè",
        group_title="Chè",
        stars=stars,
        decision_number=f"{name}/QĐ-UBND",
        decided_by="Ủy ban nhân dân tỉnh",
        signed_on=signed,
        expires_on=until,
    )


def test_an_ended_star_is_never_shown(world: World) -> None:
    day = date.today()
    _entered(world, "Tôm Nõn", 5, day - timedelta(days=2000), day - timedelta(days=1))
    _entered(world, "Chè Đinh", 4, day - timedelta(days=100), day)
    assert [one.product_name for one in queries.register()] == ["Chè Đinh"]
    page = Client().get("/trace/ocop/").content.decode()
    assert "Chè Đinh" in page and "Tôm Nõn" not in page
    ended = Client().get("/trace/ocop/?xem=het-han").content.decode()
    assert "Tôm Nõn" in ended and "5 sao</span>" not in ended
    assert [one["product"] for one in Client().get("/trace/ocop/san-pham.json").json()["products"]] == [
        "Chè Đinh"
    ]


def test_stars_taken_away_are_gone_at_once(world: World) -> None:
    row = _entered(world, "Chè Đinh", 4, date.today() - timedelta(days=9), date.today() + timedelta(days=900))
    with pytest.raises(Forbidden):
        decisions.withdraw_recognition(world.commune, recognition_id=row.pk, why="Vi phạm")
    decisions.withdraw_recognition(world.chair, recognition_id=row.pk, why="Vi phạm nhãn")
    assert not queries.register().exists()


def test_search_needs_no_diacritics_and_a_formula_stays_text(world: World) -> None:
    until = date.today() + timedelta(days=900)
    _entered(world, "Chè Đinh", 4, date.today(), until)
    _entered(world, '=HYPERLINK("x")', 3, date.today(), until)
    assert [one.product_name for one in queries.register(text="che dinh")] == ["Chè Đinh"]
    table = Client().get("/trace/ocop/san-pham.csv").content.decode()
    assert "'=HYPERLINK" in table


def test_reminders_are_sent_once_each(world: World) -> None:
    row = world.scored("0.80")
    decisions.decide_ocop(
        world.chair, dossier_id=row.pk, minutes="Đạt.", decision_number="1/QĐ", signed_on=date.today()
    )
    made = OcopRecognition.objects.get()
    for days, count in ((200, 1), (199, 1), (80, 2), (1, 2), (-1, 2)):
        day = made.expires_on - timedelta(days=days)
        frozen = datetime(day.year, day.month, day.day, 7, 10, tzinfo=VIETNAM)
        with moment.frozen(frozen):
            decisions.remind_of_expiry()
            decisions.remind_of_expiry()
        assert Message.objects.filter(template__key="trace.ocop_expires").count() == count, days


# ---- criteria -----------------------------------------------------------------------------------------------------


def test_each_shipped_sheet_gives_a_hundred_points(db: None) -> None:
    for version in OcopVersion.objects.all():
        totals: dict[str, Decimal] = {}
        for one in version.criteria.all():
            totals[one.sheet] = totals.get(one.sheet, Decimal(0)) + one.max_points
        assert set(totals.values()) <= {Decimal(100)}


def test_a_province_enters_its_own_set_and_open_dossiers_keep_theirs(world: World) -> None:
    row = world.begun()
    admin = officer("province_admin", "")
    content = table_of(world.version)
    start = date.today() + timedelta(days=1)
    facts = {"title": "Bộ tiêu chí 2027", "legal_basis": "QĐ 1/2027", "like": world.version}
    with pytest.raises(Forbidden):
        load_criteria(world.commune, content=content, valid_from=start, **facts)
    made = load_criteria(admin, content=content, valid_from=start, **facts)
    assert made.criteria.count() == world.version.criteria.count()
    world.version.refresh_from_db()
    assert world.version.valid_to == start - timedelta(days=1)
    row.refresh_from_db()
    assert row.version == world.version


def test_a_wrong_table_is_refused_with_its_rows(world: World) -> None:
    book = load_workbook(BytesIO(table_of(world.version)))
    sheet = book.worksheets[0]
    sheet["F2"], sheet["B3"], sheet["G4"] = "năm", "D", "ba điểm"
    kept = BytesIO()
    book.save(kept)
    with pytest.raises(ActionErrors) as caught:
        read_table(kept.getvalue())
    words = " ".join(caught.value.errors["file"])
    assert "Dòng 2" in words and "Dòng 3" in words and "Dòng 4" in words and "phải là 100" in words
    with pytest.raises(ActionError):
        read_table(b"PK\x03\x04 not a workbook")


# ---- pages --------------------------------------------------------------------------------------------------------


def _signed_in(account: Any) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_pages_of_the_enterprise(world: World) -> None:
    client = _signed_in(world.manager_account)
    base = f"/trace/co-so/{world.coop.token}/ocop/"
    for url in ("/trace/ocop/", base, f"{base}moi/"):
        answer = client.get(url)
        assert answer.status_code == 200
        assert_page_ok(answer.content)
    made = client.post(f"{base}moi/", {"product": str(world.product.pk), "group": str(world.group.pk)})
    assert made.status_code == 302
    sheet = made["Location"]
    assert_page_ok(client.get(sheet).content)
    code = world.lines()[0].code
    wrong = client.post(sheet, {"do": "save", code: "77"})
    assert (
        wrong.status_code == 422
        and "Cho từ 0 đến" in wrong.content.decode()
        and 'value="77"' in wrong.content.decode()
    )
    points = {name: str(value).replace(".", ",") for name, value in world.share("0.8").items()}
    assert client.post(sheet, {"do": "submit", **points}).status_code == 302
    assert OcopDossier.objects.get().state == "commune"
    assert_page_ok(client.get(sheet).content)
    stranger = _signed_in(a_citizen_account("Người lạ"))
    assert stranger.get(sheet).status_code == 404
    assert stranger.get(base).status_code == 404


def test_pages_of_the_desk(world: World) -> None:
    row = world.begun()
    actions.set_points(world.manager, dossier_id=row.pk, points=world.share(), notes={})
    actions.submit_ocop(world.manager, dossier_id=row.pk)
    commune, province, chair = (
        _signed_in(one) for one in (world.commune_account, world.province_account, world.chair_account)
    )
    page = f"/desk/trace/ocop/{row.pk}/"
    for url in ("/desk/trace/ocop/", "/desk/trace/ocop/so/", "/desk/trace/ocop/tieu-chi/", page):
        answer = commune.get(url)
        assert answer.status_code == 200, url
        assert_page_ok(answer.content)
    own = {name: str(value) for name, value in world.share(commune=True).items()}
    assert commune.post(page, {"do": "score", **own}).status_code == 302
    assert commune.post(page, {"do": "propose", "propose-report": ""}).status_code == 422
    assert commune.post(page, {"do": "propose", "propose-report": "Đủ minh chứng."}).status_code == 302
    assert province.post(page, {"do": "accept"}).status_code == 302
    given = {name: str(value) for name, value in world.share("0.8").items()}
    assert province.post(page, {"do": "score", **given}).status_code == 302
    assert_page_ok(chair.get(page).content)
    answer = chair.post(
        page,
        {
            "do": "decide",
            "decide-minutes": "Nhất trí.",
            "decide-decision_number": "9/QĐ-UBND",
            "decide-signed_on": f"{date.today():%Y-%m-%d}",
        },
    )
    assert answer.status_code == 302
    assert OcopRecognition.objects.get().stars == 4
    for name in ("bao-cao", "bien-ban"):
        printed = commune.get(f"{page}{name}.pdf")
        assert printed.status_code == 200 and printed.content.startswith(b"%PDF")
    assert commune.get(f"{page}khac.pdf").status_code == 404
    assert Person.objects.filter(pk=world.manager.person_id).exists()
