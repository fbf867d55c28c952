"""What the one-stop shop finds for other rooms."""

from __future__ import annotations

import pytest

from xaso.kernel.base.ports import find
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop.finding import laws_of
from xaso.services.onestop.testing import COMMUNE, put_in_shipped


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("tôi muốn đăng ký khai sinh cho con thì phải làm thế nào", "khai sinh"),
        ("toi muon xay nha thi can xin giay phep gi khong", "xây nhà"),
    ],
)
def test_a_question_leads_to_a_procedure_with_papers_fee_and_term(
    db: None, question: str, title: str
) -> None:
    put_in_shipped()
    found = find("procedures", Viewer(), question, COMMUNE, 2)
    assert title in found[0].title
    assert found[0].url.startswith("/onestop/thu-tuc/")
    assert found[0].facts["fee"]
    assert found[0].facts["term"]


def test_a_question_of_something_else_leads_nowhere(db: None) -> None:
    put_in_shipped()
    assert find("procedures", Viewer(), "mở quán karaoke cách trường học bao xa", COMMUNE, 2) == []
    assert laws_of("khong-co") == ()
