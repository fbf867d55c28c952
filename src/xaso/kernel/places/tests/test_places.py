"""Places through actions, queries and pages; the officers' page of hamlets; the public look-up."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.test import Client

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.events.models import Event
from xaso.kernel.people.models import Account
from xaso.kernel.people.testing import officer, officer_account
from xaso.kernel.people.viewer import ANONYMOUS, Viewer
from xaso.kernel.places import actions, queries
from xaso.kernel.places.address import Address, choose_unit, read_address
from xaso.kernel.places.geometry import Box
from xaso.kernel.places.models import Layer, Place
from xaso.kernel.ui.testing import assert_page_ok
from xaso.kernel.units.models import Unit
from xaso.kernel.units.queries import hamlets, unit_at
from xaso.kernel.units.testing import a_commune, a_hamlet, another_commune

pytestmark = pytest.mark.django_db
SYSTEM = Viewer.system()
HERE = {"type": "Point", "coordinates": [103.851, 22.5196]}


@pytest.fixture
def schools() -> Layer:
    return actions.add_layer(SYSTEM, key="truong-hoc", title="Trường học", shape="point", is_public=True)


@pytest.fixture
def clerk(client: Client) -> Account:
    account = officer_account("clerk", a_commune().path)
    client.force_login(account)
    return account


def test_add_and_find_a_place(schools: Layer) -> None:
    place = actions.add_place(SYSTEM, layer=schools, unit=a_commune(), name="Trường Tiểu học", geometry=HERE)
    assert (place.lon, place.lat) == (103.851, 22.5196)
    assert place.unit_path == a_commune().path
    assert list(queries.places(ANONYMOUS, layer="truong-hoc", text="tieu hoc")) == [place]
    assert list(queries.places(ANONYMOUS, box=Box(103, 22, 104, 23))) == [place]
    assert not queries.places(ANONYMOUS, box=Box(105, 20, 106, 21)).exists()
    assert Event.objects.filter(name="places.place_added", record_id=place.pk).exists()


def test_move_and_end_a_place(schools: Layer) -> None:
    place = actions.add_place(SYSTEM, layer=schools, unit=a_commune(), name="Trường", geometry=HERE)
    actions.move_place(SYSTEM, place=place, geometry={"type": "Point", "coordinates": [103.9, 22.6]})
    place.refresh_from_db()
    assert (place.west, place.north) == (103.9, 22.6)
    actions.end_place(SYSTEM, place=place)
    assert not queries.places(SYSTEM).exists()
    assert Place.objects.count() == 1
    with pytest.raises(Conflict):
        actions.end_place(SYSTEM, place=place)


def test_wrong_shapes_are_refused(schools: Layer) -> None:
    line = {"type": "LineString", "coordinates": [[103.8, 22.5], [103.9, 22.6]]}
    with pytest.raises(ActionError, match="chỉ nhận"):
        actions.add_place(SYSTEM, layer=schools, unit=a_commune(), name="Đường", geometry=line)
    with pytest.raises(ActionError, match="bị đảo"):
        actions.add_place(
            SYSTEM,
            layer=schools,
            unit=a_commune(),
            name="Trường",
            geometry={"type": "Point", "coordinates": [22.5, 103.8]},
        )
    with pytest.raises(ActionErrors):
        actions.add_layer(SYSTEM, key="x", title=" ", shape="ball")
    with pytest.raises(Conflict):
        actions.add_layer(SYSTEM, key="truong-hoc", title="Khác", shape="point")


def test_places_of_an_inner_layer_are_for_those_with_the_right() -> None:
    inner = actions.add_layer(SYSTEM, key="ho-ngheo", title="Hộ nghèo", shape="point")
    place = actions.add_place(SYSTEM, layer=inner, unit=a_commune(), name="Hộ A", geometry=HERE)
    assert list(queries.places(officer("specialist", a_commune().path))) == [place]
    assert not queries.places(officer("specialist", another_commune().path)).exists()
    assert not queries.places(ANONYMOUS).exists()
    with pytest.raises(Forbidden):
        actions.move_place(officer("specialist", another_commune().path), place=place, geometry=HERE)


def test_layer_as_geojson(client: Client, schools: Layer) -> None:
    actions.add_place(SYSTEM, layer=schools, unit=a_commune(), name="Trường", geometry=HERE)
    found = client.get("/ban-do/lop/truong-hoc.geojson?box=103,22,104,23").json()
    assert found["features"][0]["properties"]["name"] == "Trường"
    assert client.get("/ban-do/lop/truong-hoc.geojson?box=1,2").status_code == 422
    assert client.get("/ban-do/lop/khong-co.geojson").status_code == 404
    actions.add_layer(SYSTEM, key="noi-bo", title="Nội bộ", shape="point")
    assert client.get("/ban-do/lop/noi-bo.geojson").status_code == 404


def test_outline_maps(client: Client) -> None:
    picture = client.get("/ban-do/viet-nam.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    data = client.get("/ban-do/viet-nam.geojson")
    for answer in (picture, data):
        text = answer.content.decode()
        assert "Quần đảo Hoàng Sa" in text
        assert "Quần đảo Trường Sa" in text


def test_the_archipelagos_are_units_of_today() -> None:
    from xaso.kernel.places.outline import ARCHIPELAGOS
    from xaso.kernel.units.queries import full_address

    for islands in ARCHIPELAGOS:
        assert full_address(unit_at(islands.unit_path)) == islands.unit


def test_address_from_paper() -> None:
    address, resolution = read_address("thôn 3, xã Cao Thượng, huyện Ba Bể, tỉnh Bắc Kạn", date(2021, 5, 1))
    assert address.text == "thôn 3, xã Cao Thượng, huyện Ba Bể, tỉnh Bắc Kạn"
    assert unit_at(address.unit_path).full_name == "Xã Ba Bể"
    assert Address.from_json(json.loads(json.dumps(address.as_json()))) == address
    split, resolution = read_address("phường 15, quận Tân Bình, thành phố Hồ Chí Minh")
    assert split.unit_path == ""
    assert "chọn theo nơi ở" in resolution.sentence
    assert Address.from_json(None) == Address("")


def test_address_chosen_from_the_lists() -> None:
    hamlet = a_hamlet()
    assert choose_unit("Số 5,", hamlet).text == "Số 5, Bản Nậm Đăm, xã Bát Xát, tỉnh Lào Cai"
    with pytest.raises(ActionError):
        choose_unit("", unit_at("15/"))


def test_lookup_page(client: Client) -> None:
    page = client.get("/don-vi/")
    assert_page_ok(page.content)
    found = client.get("/don-vi/", {"q": "xã Cao Thượng, huyện Ba Bể, tỉnh Bắc Kạn"})
    assert_page_ok(found.content)
    assert "nay thuộc xã Ba Bể, tỉnh Thái Nguyên" in found.content.decode()
    split = client.get("/don-vi/", {"q": "phường 15, quận Tân Bình, hcm", "ngay": "2020-01-01"})
    assert_page_ok(split.content)
    assert "chọn theo nơi ở" in split.content.decode()
    for query in ({"q": "\x00" * 5}, {"q": "a" * 5000}, {"q": "xã", "ngay": "2020-99-99"}, {"q": "xyz qwe"}):
        answer = client.get("/don-vi/", query)
        assert answer.status_code == 200
        assert_page_ok(answer.content)


def test_unit_pages(client: Client) -> None:
    for path in ("15/", "15/02683/", "~2025/06/", "~2025/06/061/", "~2025/06/061/01900/", "75/26368/", "24/"):
        page = client.get(f"/don-vi/{path}")
        assert page.status_code == 200, path
        assert_page_ok(page.content)
    for path in ("99/", "%00", "15/02683/t-khong-co/", "~2025/"):
        assert client.get(f"/don-vi/{path}").status_code == 404
    assert "Xã Long Thành" in client.get("/don-vi/75/26368/").content.decode()


def test_typeahead(client: Client) -> None:
    rows = client.get("/don-vi/tim", {"q": "cao thuong, bac kan"}).json()
    assert rows[0]["label"] == "Xã Ba Bể, tỉnh Thái Nguyên"
    assert "xã Cao Thượng, huyện Ba Bể, tỉnh Bắc Kạn cũ" in rows[0]["note"]
    assert Unit.objects.filter(path=rows[0]["value"], valid_to=None).exists()
    assert len(client.get("/don-vi/tim", {"province": "15"}).json()) == 99
    assert client.get("/don-vi/tim", {"province": "x"}).json() == []
    assert client.get("/don-vi/tim").json() == []
    only = client.get("/don-vi/tim", {"q": "lao cai", "level": "province"}).json()
    assert only[0]["value"] == "15/"
    part = client.get("/don-vi/tim", {"q": "bat xat"}, headers={"HX-Request": "true"})
    assert_page_ok(part.content, partial=True)
    assert "Xã Bát Xát" in part.content.decode()


def test_resolve_as_data(client: Client) -> None:
    found = client.get("/don-vi/tra-cuu.json", {"address": "01900", "on": "2024-01-01"}).json()
    assert found["today"][0]["code"] == "01906"
    assert client.get("/don-vi/tra-cuu.json").status_code == 422
    assert client.get("/don-vi/tra-cuu.json", {"address": "x", "on": "hôm qua"}).status_code == 422


def test_officers_add_rename_and_end_hamlets(client: Client, clerk: Account) -> None:
    commune = a_commune()
    page = client.get("/desk/dia-ban/")
    assert_page_ok(page.content)
    assert "Chưa có thôn, bản nào" in page.content.decode()
    assert_page_ok(client.get("/desk/dia-ban/them/thon/").content)
    wrong = client.post("/desk/dia-ban/them/thon/", {"kind": "bản", "name": "", "legal_basis": "NQ 1"})
    assert wrong.status_code == 422
    assert_page_ok(wrong.content)
    assert "NQ 1" in wrong.content.decode()
    done = client.post("/desk/dia-ban/them/thon/", {"kind": "bản", "name": "Nậm Đăm"}, follow=True)
    assert_page_ok(done.content)
    assert "Bản Nậm Đăm" in done.content.decode()
    again = client.post("/desk/dia-ban/them/thon/", {"kind": "bản", "name": "Nậm Đăm"})
    assert again.status_code == 422
    assert "đã có trong danh sách" in again.content.decode()
    hamlet = hamlets(commune).get()
    edit = f"/desk/dia-ban/sua/?don-vi={hamlet.path}"
    assert_page_ok(client.get(edit).content)
    client.post(edit, {"do": "rename", "kind": "thôn", "name": "Nậm Đăm 1"})
    assert hamlets(commune).get().full_name == "Thôn Nậm Đăm 1"
    refused = client.post(edit, {"do": "end", "last_day": ""})
    assert refused.status_code == 422
    assert_page_ok(refused.content)
    client.post(edit, {"do": "end", "last_day": "2026-01-01"})
    assert not hamlets(commune).exists()


def test_officers_stay_in_their_commune(client: Client, clerk: Account) -> None:
    theirs = another_commune()
    hamlet = a_hamlet(theirs)
    for url in (
        f"/desk/dia-ban/?don-vi={theirs.path}",
        f"/desk/dia-ban/them/thon/?don-vi={theirs.path}",
        f"/desk/dia-ban/sua/?don-vi={hamlet.path}",
    ):
        assert client.get(url).status_code == 403
    assert (
        client.post(
            f"/desk/dia-ban/them/thon/?don-vi={theirs.path}", {"kind": "bản", "name": "X"}
        ).status_code
        == 403
    )
    for path in ("99/", "%00"):
        assert client.get(f"/desk/dia-ban/?don-vi={path}").status_code == 404
    assert client.get("/desk/dia-ban/them/co-quan/").status_code == 403


def test_leaders_add_offices(client: Client) -> None:
    client.force_login(officer_account("leader", a_commune().path))
    page = client.get("/desk/dia-ban/them/co-quan/")
    assert_page_ok(page.content)
    facts = {"kind": "trung tâm", "name": "Phục vụ hành chính công", "code": "ttphvcc"}
    done = client.post("/desk/dia-ban/them/co-quan/", facts, follow=True)
    assert_page_ok(done.content)
    assert "Trung tâm Phục vụ hành chính công" in done.content.decode()
    assert_page_ok(client.get(f"/desk/dia-ban/sua/?don-vi={a_commune().path}ttphvcc/").content)


def test_a_province_officer_chooses_a_commune(client: Client) -> None:
    client.force_login(officer_account("admin", "15/"))
    page = client.get("/desk/dia-ban/")
    assert_page_ok(page.content)
    assert "Xã Bát Xát" in page.content.decode()
    client.force_login(officer_account("admin", ""))
    assert_page_ok(client.get("/desk/dia-ban/").content)
