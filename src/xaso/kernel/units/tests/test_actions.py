"""Writes on units through the actions, and what the queries then answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from django.core.management import call_command

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden, NotFound
from xaso.kernel.events.models import Event
from xaso.kernel.plain.moment import frozen
from xaso.kernel.units import actions, queries
from xaso.kernel.units.loading import load_units
from xaso.kernel.units.models import Unit, UnitIdentifier
from xaso.kernel.units.testing import a_commune, another_commune

pytestmark = pytest.mark.django_db


@dataclass
class Someone:
    """A viewer with every right below a path."""

    path: str = ""
    kind: str = "officer"
    account_id: UUID | None = None

    def must(self, right: str, unit_path: str) -> None:
        if not unit_path.startswith(self.path):
            raise Forbidden()


ADMIN = Someone()


def test_lists_are_loaded_once_and_again_changes_nothing() -> None:
    assert not load_units()
    before = Unit.objects.count()
    hamlet = actions.add_hamlet(ADMIN, commune=a_commune(), kind="bản", name="Nậm Đăm")
    assert load_units(again=True)
    assert Unit.objects.count() == before + 1
    assert Unit.objects.filter(pk=hamlet.pk).exists()


def test_provinces_and_communes_in_vietnamese_order() -> None:
    names = [unit.name for unit in queries.provinces()]
    assert len(names) == 34
    assert names[:6] == ["An Giang", "Bắc Ninh", "Cà Mau", "Cao Bằng", "Cần Thơ", "Đà Nẵng"]
    assert queries.provinces(date(2020, 1, 1)).count() == 63
    assert queries.communes("15/").count() == 99


def test_find_unit_by_code_and_day() -> None:
    today, old = queries.find_unit("00004"), queries.find_unit("00004", on=date(2025, 6, 30))
    assert today is not None
    assert old is not None
    assert (today.full_name, old.full_name) == ("Phường Ba Đình", "Phường Trúc Bạch")
    assert queries.find_unit("99999") is None
    with pytest.raises(NotFound):
        queries.unit_at("99/")


def test_tree() -> None:
    commune = a_commune()
    assert [unit.full_name for unit in queries.ancestors(commune)] == ["Tỉnh Lào Cai"]
    assert queries.full_address(commune) == "Xã Bát Xát, tỉnh Lào Cai"
    old = queries.unit_at("~2025/06/061/01900/")
    assert queries.full_address(old) == "Xã Cao Thượng, huyện Ba Bể, tỉnh Bắc Kạn"
    assert old.is_old
    assert not old.in_force()
    assert old.parent is not None
    assert "Xã Khang Ninh" in [unit.full_name for unit in queries.children(old.parent)]


def test_add_hamlet() -> None:
    commune = a_commune()
    hamlet = actions.add_hamlet(ADMIN, commune=commune, kind="Bản", name="  Nậm   Đăm ")
    assert hamlet.path == f"{commune.path}t-ban-nam-dam/"
    assert hamlet.full_name == "Bản Nậm Đăm"
    assert list(queries.hamlets(commune)) == [hamlet]
    event = Event.objects.get(name="units.hamlet_added")
    assert (event.record_id, event.unit_path) == (hamlet.pk, hamlet.path)
    with pytest.raises(Conflict):
        actions.add_hamlet(ADMIN, commune=commune, kind="bản", name="Nậm Đăm")
    other = actions.add_hamlet(ADMIN, commune=commune, kind="bản", name="Nậm Đam")
    assert other.path == f"{commune.path}t-ban-nam-dam-2/"


def test_add_hamlet_refuses_wrong_input_with_words() -> None:
    with pytest.raises(ActionErrors) as refused:
        actions.add_hamlet(ADMIN, commune=a_commune(), kind="huyện", name=" ")
    assert set(refused.value.errors) == {"kind", "name"}
    with pytest.raises(ActionError, match="dưới xã"):
        actions.add_hamlet(ADMIN, commune=queries.unit_at("15/"), kind="thôn", name="Một")
    with pytest.raises(ActionError, match="hết hiệu lực"):
        actions.add_hamlet(ADMIN, commune=queries.unit_at("~2025/06/061/01900/"), kind="thôn", name="Một")


def test_rights_stop_at_the_unit() -> None:
    with pytest.raises(Forbidden):
        actions.add_hamlet(Someone(path="15/02683/"), commune=another_commune(), kind="thôn", name="Một")
    assert not Event.objects.exists()


def test_hamlets_sort_by_number() -> None:
    commune = a_commune()
    for number in (10, 2, 1):
        actions.add_hamlet(ADMIN, commune=commune, kind="tổ dân phố", name=f"số {number}")
    assert [unit.name for unit in queries.hamlets(commune)] == ["số 1", "số 2", "số 10"]


def test_rename_keeps_the_path_and_the_old_name() -> None:
    hamlet = actions.add_hamlet(
        ADMIN, commune=a_commune(), kind="thôn", name="Một", valid_from=date(2025, 7, 1)
    )
    with frozen("2026-05-01T09:00"):
        renamed = actions.rename_hamlet(ADMIN, unit=hamlet, name="Nậm Pung", kind="bản")
    assert renamed.full_name == "Bản Nậm Pung"
    assert renamed.path == hamlet.path
    assert queries.name_on(renamed, date(2026, 4, 30)) == "Thôn Một"
    assert queries.name_on(renamed, date(2026, 5, 1)) == "Bản Nậm Pung"


def test_a_name_to_come_is_applied_on_its_day() -> None:
    with frozen("2026-05-01T09:00"):
        hamlet = actions.add_hamlet(ADMIN, commune=a_commune(), kind="thôn", name="Một")
        actions.rename_hamlet(ADMIN, unit=hamlet, name="Hai", from_day=date(2026, 6, 1))
        actions.refresh_names()
        hamlet.refresh_from_db()
        assert hamlet.name == "Một"
    with frozen("2026-06-01T00:05"):
        actions.refresh_names()
        hamlet.refresh_from_db()
        assert hamlet.full_name == "Thôn Hai"


def test_offices() -> None:
    commune = a_commune()
    centre = actions.add_office(
        ADMIN, parent=commune, kind="trung tâm", name="Phục vụ hành chính công", code="ttphvcc"
    )
    assert centre.path == f"{commune.path}ttphvcc/"
    assert list(queries.offices(commune)) == [centre]
    for code in ("04321", "t-thon", "Có dấu", ""):
        with pytest.raises(ActionErrors) as refused:
            actions.add_office(ADMIN, parent=commune, kind="phòng", name="Kinh tế", code=code)
        assert "code" in refused.value.errors
    with pytest.raises(Conflict):
        actions.add_office(ADMIN, parent=commune, kind="phòng", name="Kinh tế", code="ttphvcc")
    department = actions.add_office(
        ADMIN, parent=queries.unit_at("15/"), kind="sở", name="Tư pháp", code="stp"
    )
    assert department.path == "15/stp/"


def test_end_unit_takes_what_lies_below_with_it() -> None:
    commune, last = a_commune(), date(2026, 12, 31)
    hamlet = actions.add_hamlet(ADMIN, commune=commune, kind="thôn", name="Một")
    actions.end_unit(ADMIN, unit=commune, last_day=last, successors=[a_commune("15/02686/")])
    hamlet.refresh_from_db()
    assert hamlet.valid_to == last
    with pytest.raises(Conflict):
        actions.end_unit(ADMIN, unit=commune, last_day=last)


def test_merge_into_a_unit_that_goes_on() -> None:
    one, two, three = (a_commune(path) for path in ("15/02683/", "15/02686/", "15/02695/"))
    with frozen("2026-11-21T09:00"):
        merged = actions.merge_units(
            ADMIN,
            olds=[one, two],
            partly=[three],
            kind="phường",
            name="Bát Xát",
            code="02683",
            from_day=date(2026, 11, 21),
            legal_basis="Nghị quyết số 1",
        )
        assert merged.path == one.path
        assert merged.full_name == "Phường Bát Xát"
        assert {one.path, two.path} <= set(queries.paths_before(merged.path))
        answer = queries.resolve_address("xã A Mú Sung, tỉnh Lào Cai")
        assert [target.node.path for target in answer.today] == [one.path]
        assert queries.find_unit("02686") is None
        assert queries.find_unit("02686", on=date(2026, 1, 1)) is not None
        assert "Xã A Mú Sung" not in [
            item.label for item in queries.search_units("a mu sung", with_old=False)
        ]
    three.refresh_from_db()
    assert three.valid_to is None


def test_merge_into_a_new_unit() -> None:
    one, two = a_commune("15/02683/"), a_commune("15/02686/")
    merged = actions.merge_units(
        ADMIN, olds=[one, two], kind="xã", name="Mới", code="99001", from_day=date(2026, 12, 1)
    )
    assert merged.path == "15/99001/"
    assert {item.old_id for item in queries.predecessors(merged)} == {one.pk, two.pk}
    assert [item.new_id for item in queries.successors(one)] == [merged.pk]
    with pytest.raises(ActionError, match="ít nhất hai"):
        actions.merge_units(
            ADMIN, olds=[merged], kind="xã", name="X", code="99002", from_day=date(2027, 1, 1)
        )


def test_identifiers_have_a_history() -> None:
    province = queries.unit_at("15/")
    given = queries.identifier_of(province)
    assert given is not None
    assert (given.value, given.confirmed) == ("H38", False)
    actions.set_identifier(ADMIN, unit=province, value="h15", from_day=date(2026, 1, 1), source="Công văn 1")
    before, after = queries.identifier_of(province, date(2025, 12, 31)), queries.identifier_of(province)
    assert before is not None
    assert after is not None
    assert (before.value, after.value, after.confirmed) == ("H38", "H15", True)
    with pytest.raises(ActionErrors):
        actions.set_identifier(ADMIN, unit=province, value="H 15!")
    assert UnitIdentifier.objects.filter(unit=province).count() == 2


def test_resolve_old_and_units_of() -> None:
    answer = queries.resolve_old("xã Cao Thượng, huyện Ba Bể, tỉnh Bắc Kạn")
    assert [unit.full_name for unit in queries.units_of(answer)] == ["Xã Ba Bể"]
    assert queries.resolve_old("01900").unit_path == queries.units_of(answer)[0].path


def test_search_units_tells_what_became_of_old_ones() -> None:
    found = queries.search_units("cao thuong, bac kan")
    assert found[0].old
    assert found[0].label == "Xã Cao Thượng cũ (huyện Ba Bể, tỉnh Bắc Kạn)"
    assert found[0].hint == "nay là xã Ba Bể, tỉnh Thái Nguyên"


def test_migrate_brings_the_lists_back() -> None:
    call_command("migrate", verbosity=0)
    assert Unit.objects.count() >= 14149


@pytest.mark.parametrize(
    ("text", "path", "rest"),
    [
        ("Thôn Séo Pờ Hồ, xã Mường Hum, tỉnh Lào Cai", "15/02728/", "Thôn Séo Pờ Hồ"),
        ("xã Mường Hum, tỉnh Lào Cai", "15/02728/", ""),
        ("Số 5, xã Mường Hum, huyện Bát Xát, tỉnh Lào Cai", "15/02728/", "Số 5"),
        ("Thôn Séo Pờ Hồ", "15/02728/", "Thôn Séo Pờ Hồ"),
        ("", "15/02728/", ""),
        ("Thôn 3, xã Bát Xát, tỉnh Lào Cai", "15/02728/", "Thôn 3, xã Bát Xát, tỉnh Lào Cai"),
    ],
)
def test_what_of_an_address_lies_below_its_unit(text: str, path: str, rest: str) -> None:
    assert queries.below_unit(text, path) == rest
