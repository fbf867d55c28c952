"""The emergency page: two people, other words for a drill, what is heard is seen first."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from xaso.kernel.people.testing import officer_account
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.broadcast.actions.law import keep_approval_rule
from xaso.services.broadcast.models import Emergency
from xaso.services.broadcast.tests.pages_world import COMMUNE, SYSTEM, World, a_world

pytestmark = pytest.mark.django_db
DESK = "/desk/broadcast/khan-cap/"
SAID = {"title": "Lũ quét suối Mường Hum", "text": "Bà con ven suối lên chỗ cao ngay.", "area": [COMMUNE],
        "repeats": "2", "minutes": "60"}  # fmt: skip


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield a_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db) -> World:
    return built


def client(account) -> Client:
    http = Client()
    http.force_login(account)
    return http


def text(answer) -> str:
    return answer.content.decode()


def ask(http: Client, kind: str = "that", **more: object) -> Emergency:
    """Look first, then hand on."""
    looked = http.post(f"{DESK}{kind}/", {**SAID, **more, "do": "look"})
    assert_page_ok(looked.content)
    seen = re.search(r'name="seen" value="([^"]+)"', text(looked))
    assert seen, text(looked)
    done = http.post(f"{DESK}{kind}/", {**SAID, **more, "do": "ask", "seen": seen[1]})
    assert done.status_code == 302, text(done)
    return Emergency.objects.latest("created_at")


def test_nothing_is_handed_on_that_was_not_seen(world: World) -> None:
    radio = client(world.radio)
    for tail in ("", "that/", "dien-tap/"):
        assert_page_ok(radio.get(DESK + tail).content)
    unseen = radio.post(f"{DESK}that/", {**SAID, "do": "ask"})
    assert unseen.status_code == 200 and "Loa sẽ đọc" in text(unseen)
    changed = radio.post(f"{DESK}that/", {**SAID, "do": "ask", "seen": "khác"})
    assert changed.status_code == 200 and not Emergency.objects.exists()
    assert radio.post(f"{DESK}that/", {"do": "ask"}).status_code == 422


def test_the_second_person_confirms_and_ends(world: World) -> None:
    radio, leader = client(world.radio), client(world.leader)
    one = ask(radio)
    page = f"{DESK}{one.pk}/"
    assert one.state == "asked" and "Chờ người thứ hai" in text(radio.get(page))
    assert_page_ok(radio.get(page).content)
    assert radio.post(page, {"do": "confirm", "words": "PHÁT THẬT"}).status_code == 403
    assert_page_ok(leader.get(page).content)
    wrong = leader.post(page, {"do": "confirm", "words": "DIỄN TẬP"})
    assert wrong.status_code == 422 and "Gõ đúng PHÁT THẬT" in text(wrong)
    leader.post(page, {"do": "confirm", "words": "phát thật"})
    one.refresh_from_db()
    assert one.state == "running" and one.confirmed_by_name == "Nguyễn Hữu Thọ"
    assert "Tin khẩn cấp đang phát" in text(radio.get("/desk/broadcast/"))
    running = leader.get(page)
    assert_page_ok(running.content)
    assert "Dừng và báo yên" in text(running)
    assert one.title in text(Client().get(f"/broadcast/dai/{COMMUNE.strip('/')}/"))
    assert leader.post(page, {"do": "end", "all_clear": ""}).status_code == 422
    leader.post(page, {"do": "end", "all_clear": "Nước đã rút, bà con về nhà."})
    one.refresh_from_db()
    assert one.state == "ended" and "Nước đã rút" in text(leader.get(page))


def test_a_drill_cannot_be_taken_for_the_real_thing(world: World) -> None:
    radio, leader = client(world.radio), client(world.leader)
    one = ask(radio, "dien-tap", title="Diễn tập lũ quét")
    page = f"{DESK}{one.pk}/"
    assert one.spoken.startswith("Đây là diễn tập") and one.spoken.endswith("Đây là diễn tập.")
    shown = text(leader.get(page))
    assert "DIỄN TẬP: Diễn tập lũ quét" in shown and "Phát ngay trên mọi loa" not in shown
    assert leader.post(page, {"do": "confirm", "words": "PHÁT THẬT"}).status_code == 422
    leader.post(page, {"do": "confirm", "words": "DIỄN TẬP"})
    one.refresh_from_db()
    assert one.state == "running"
    public = text(Client().get(f"/broadcast/dai/{COMMUNE.strip('/')}/"))
    assert "Loa đang phát diễn tập" in public


def test_it_may_be_dropped_with_a_reason(world: World) -> None:
    radio = client(world.radio)
    one = ask(radio)
    page = f"{DESK}{one.pk}/"
    assert radio.post(page, {"do": "drop", "reason": ""}).status_code == 422
    radio.post(page, {"do": "drop", "reason": "Nhầm tên suối"})
    one.refresh_from_db()
    assert one.state == "refused" and "Nhầm tên suối" in text(radio.get(page))


def test_where_one_person_is_enough_that_person_types_the_words(world: World) -> None:
    keep_approval_rule(
        SYSTEM, station=world.station, what="emergency", approvals=0, legal_basis="Quy chế của đài"
    )
    radio = client(world.radio)
    looked = text(radio.post(f"{DESK}that/", {**SAID, "do": "look"}))
    seen = re.search(r'name="seen" value="([^"]+)"', looked)
    assert seen and "Quy định của xã cho phép một người" in looked
    bare = radio.post(f"{DESK}that/", {**SAID, "do": "ask", "seen": seen[1]})
    assert bare.status_code == 422 and "Gõ đúng PHÁT THẬT" in text(bare)
    radio.post(f"{DESK}that/", {**SAID, "do": "ask", "seen": seen[1], "words": "PHÁT THẬT"})
    assert Emergency.objects.get().state == "running"


def test_others_see_no_emergency(world: World) -> None:
    one = ask(client(world.radio))
    stranger = client(officer_account("leader", "04/01273/"))
    assert stranger.get(f"{DESK}{one.pk}/").status_code == 404
    assert client(officer_account("receptionist", COMMUNE)).get(DESK).status_code == 403
