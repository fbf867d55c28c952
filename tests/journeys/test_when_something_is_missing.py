"""Something is missing, then something takes longer: asked once, answered from the phone, and an honest apology."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys import office
from tests.journeys.forms import a_photograph, press
from tests.journeys.people import TA
from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.plain import clock
from xaso.kernel.plain.moment import now, today
from xaso.kernel.ui.browser import axe_problems
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.actions.filing import Applicant, Filing, file_dossier
from xaso.services.onestop.testing import all_papers
from xaso.site.demo import place

PERMIT = "1.013225"


@pytest.fixture
def filed(town, people):
    """Somebody's permit, filed and paid; answers their page and the code."""
    page = people.citizen(TA)
    viewer = viewer_of(Account.objects.get(person__full_name=TA))
    setup = setups_in_force.setup_for(PERMIT, place.COMMUNE, today(), "")
    body = setups_in_force.body_of(setup)
    dossier, _ = file_dossier(
        viewer,
        Filing(
            setup=setup,
            unit_path=place.COMMUNE,
            channel="online",
            answers=body.sample_answers,
            applicant=Applicant(TA, "010079000048", phone="0900000148"),
            papers=all_papers(body, body.sample_answers),
            facts={"identity_proven": True},
        ),
    )
    reception = people.officer("motcua")
    office.do_next(reception, dossier.code, "Thu tiền")
    return page, reception, dossier.code


def test_supplement_and_apology(people, town, filed):
    page, reception, code = filed
    reception.goto(f"/desk/onestop/ho-so/{code}/viec/bo-sung/")
    reception.locator("main [name=item]").first.check()
    reception.fill("main [name=reason]", "Ảnh mờ, không đọc được số tờ bản đồ. Chụp lại đủ bốn góc.")
    assert not axe_problems(reception), reception.url
    press(reception, reception.locator("main form.form button.btn").last)
    page.goto(f"/onestop/ho-so/{code}/")
    assert not axe_problems(page), page.url
    press(page, page.get_by_role("link", name="Bổ sung ngay"))
    assert not axe_problems(page), page.url
    page.locator("main input[type=file]").first.set_input_files(a_photograph())
    page.get_by_text("Đã gửi anh.jpg").first.wait_for()
    press(page, page.get_by_role("button", name="Gửi bổ sung"))
    page.goto(f"/onestop/ho-so/{code}/")
    assert not page.get_by_role("link", name="Bổ sung ngay").count()

    office.do_next(reception, code, "Tiếp nhận")
    leader = people.officer("lanhdao")
    leader.goto(f"/desk/onestop/ho-so/{code}/viec/xin-loi/")
    calendar = calendar_for(place.COMMUNE.split("/", 1)[0])
    new_day = clock.add_working_time(now() + timedelta(days=12), timedelta(hours=8), calendar).date()
    leader.fill("main [name=reason]", "Mưa lớn, chưa kiểm tra được thực địa.")
    leader.fill("main [name=new_day]", new_day.isoformat())
    assert not axe_problems(leader), leader.url
    press(leader, leader.locator("main form.form button.btn").last)
    page.goto(f"/onestop/ho-so/{code}/")
    assert page.get_by_text("Mưa lớn, chưa kiểm tra được thực địa.").first.is_visible()
    assert not axe_problems(page), page.url
