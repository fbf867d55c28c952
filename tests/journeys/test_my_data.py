"""A citizen looks after her own data: who looked, what she agreed to, a copy of everything."""

from __future__ import annotations

import zipfile
from typing import Any

from tests.journeys.forms import press
from tests.journeys.office import open_dossier
from tests.journeys.people import MAY
from xaso.kernel.people.consents import may_use
from xaso.kernel.people.models import Person
from xaso.kernel.people.queries import personal_number_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.actions.filing import Applicant, Filing, file_dossier
from xaso.services.onestop.testing import MARITAL, all_papers
from xaso.site.demo import place


def _file_at_the_counter(name: str) -> tuple[str, Any]:
    """A dossier of the citizen who has signed in before; answers its code and her id."""
    person = Person.objects.filter(full_name=name, accounts__kind="citizen").latest("created_at")
    setup = setups_in_force.setup_for(MARITAL, place.COMMUNE, today(), "")
    body = setups_in_force.body_of(setup)
    filing = Filing(
        setup=setup,
        unit_path=place.COMMUNE,
        channel="counter",
        answers=body.sample_answers,
        applicant=Applicant(name, personal_number_of(person), phone="0912345678"),
        papers=all_papers(body, body.sample_answers, "counter"),
        facts={"identity_proven": True},
    )
    dossier, _ = file_dossier(Viewer.system(), filing)
    return dossier.code, person.pk


def test_a_citizen_sees_who_looked_takes_her_data_and_takes_a_consent_back(people, town, tmp_path):
    may = people.citizen(MAY)
    code, person_id = town.apart(lambda: _file_at_the_counter(MAY))
    officer = people.officer("motcua")
    open_dossier(officer, code)

    may.goto("/")
    press(may, may.get_by_role("link", name="Dữ liệu của tôi"))
    looked = may.get_by_role("region", name="Ai đã xem")
    assert "Hoàng Thị Mai" in looked.inner_text()
    press(may, looked.get_by_role("link", name="Xem tất cả các lần xem"))
    line = may.locator("tbody tr").first.inner_text()
    assert "Xử lý hồ sơ" in line
    assert code in line

    may.goto("/privacy/dong-y/")
    reuse = may.get_by_role("region", name="Dùng lại giấy tờ đã số hóa cho hồ sơ sau")
    press(may, reuse.get_by_role("button", name="Tôi đồng ý"))
    assert town.apart(lambda: may_use(person_id, "reuse_papers"))
    press(may, reuse.get_by_role("button", name="Rút lại"))
    assert "Không dùng" in reuse.inner_text()
    assert not town.apart(lambda: may_use(person_id, "reuse_papers"))

    may.goto("/privacy/")
    press(may, may.get_by_role("button", name="Lập bản mới"))
    town.apart(town.settle)
    may.reload()
    with may.expect_download() as waiting:
        may.get_by_role("link", name="Tải về").click()
    path = tmp_path / "mine.zip"
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as box:
        page = box.read("index.html").decode()
        assert {"index.html", "du-lieu.json"} <= set(box.namelist())
    assert code in page
    assert "Hoàng Thị Mai" in page
    assert "Đã rút: Dùng lại giấy tờ" in page
