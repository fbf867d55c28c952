"""The register of OCOP, criteria entered as a table, and the pages: stars that end are shown nowhere."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from xaso.kernel.base.errors import ActionError, ActionErrors, Forbidden
from xaso.kernel.messages.models import Message
from xaso.kernel.people.models import Person
from xaso.kernel.people.testing import a_citizen_account, officer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import VIETNAM
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.trace.actions import ocop as actions
from xaso.services.trace.actions import ocop_decisions as decisions
from xaso.services.trace.actions.ocop_criteria import load_criteria, read_table, table_of
from xaso.services.trace.models import (
    OcopDossier,
    OcopRecognition,
    OcopVersion,
)
from xaso.services.trace.queries import ocop as queries
from xaso.services.trace.tests.ocop_world import COMMUNE, World


@pytest.fixture
def world(db: None) -> World:
    return World()


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
    assert "Chè Đinh" in page and "Tôm Nõn" not in page and "4 sao</span>" in page
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


def test_pages_of_thean_enterprise(world: World) -> None:
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
