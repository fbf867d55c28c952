"""OCOP: the rules, and the way from self-scoring to the decision by the roles that may."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden, NotFound
from xaso.kernel.messages.models import Message
from xaso.services.trace.actions import ocop as actions
from xaso.services.trace.actions import ocop_decisions as decisions
from xaso.services.trace.models import (
    Certificate,
    OcopDossier,
    OcopRecognition,
)
from xaso.services.trace.queries import ocop as queries
from xaso.services.trace.rules import ocop as rules
from xaso.services.trace.tests.ocop_world import BESIDE, World, an_enterprise

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
    other = an_enterprise(BESIDE, "Hợp tác xã khác")
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
