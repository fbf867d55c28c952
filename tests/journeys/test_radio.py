"""The station speaks: from a pasted text to three loudspeakers on the minute, a warning between, and all of it told."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.journeys.forms import press
from tests.journeys.radio_line import SYSTEM, a_line, a_station, next_minute
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.ui.browser import axe_problems
from xaso.services.alerts.actions.drafting import beginning, draft_warning
from xaso.services.alerts.actions.issuing import confirm_warning
from xaso.services.alerts.rules import wording
from xaso.services.broadcast.actions import settling
from xaso.services.broadcast.models import Airing, Bulletin, Cluster, Emergency, Play
from xaso.site.demo import place

TEXT = (
    "UBND xã thông báo: ngày 05/12/2026 chi hỗ trợ 1.250.000 đồng tại thôn Séo Pờ Hồ theo "
    "Nghị định 104/2016/NĐ-CP. Hỏi 0912 345 678."
)
# What each of them becomes in the mouth of the station.
SAID = ("Ủy ban nhân dân", "năm tháng mười hai", "một triệu hai trăm năm mươi nghìn", "không chín một hai")
SHOTS = os.environ.get("XASO_SHOTS", "")


def picture(page: Any, name: str) -> None:
    """For people who look: XASO_SHOTS names a folder."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def until(town: Any, page: Any, question: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait until it is so in the database."""
    for _ in range(int(seconds * 5)):
        if town.apart(question):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{what}: {town.apart(heard)}")


def heard() -> list[Any]:
    """What devices told, for the report of a failure."""
    return [
        (one.airing.title, one.cluster.code, one.pieces)
        for one in Play.objects.select_related("airing", "cluster")
    ]


def write(officer: Any) -> None:
    """Paste, correct the name of a hamlet, keep; its words are spoken in the background."""
    officer.goto("/desk/broadcast/ban-tin/soan/")
    officer.get_by_label("Tên bản tin").fill("Chi hỗ trợ tại Séo Pờ Hồ")
    officer.get_by_label("Nội dung").fill(TEXT)
    for words in SAID:
        officer.locator("#spoken mark", has_text=words).first.wait_for()
    officer.get_by_text("Chữ khác đọc chưa đúng").click()
    officer.get_by_label("Chữ viết").fill("Séo Pờ Hồ")
    officer.get_by_label("Đọc là", exact=True).fill("Séo Pò Hồ")
    officer.get_by_role("button", name="Nhớ vào từ điển của đài").click()
    officer.get_by_text("Đã nhớ").wait_for()
    officer.locator("#spoken mark", has_text="Séo Pò Hồ").wait_for()
    assert not axe_problems(officer)
    picture(officer, "radio-write")
    officer.get_by_label("Nhanh").check()
    press(officer, officer.get_by_role("button", name="Lưu và nghe"))
    officer.locator("#sound audio").wait_for()
    press(officer, officer.get_by_role("button", name="Trình duyệt"))


def plan(officer: Any, at: Any) -> None:
    """Put it into the programme, every day at an hour: days and conflicts first, then it is kept."""
    officer.reload()
    press(officer, officer.get_by_role("link", name="Đưa vào lịch phát"))
    officer.get_by_label("Hằng ngày").check()
    officer.locator("[name=first_day]").fill(f"{at:%Y-%m-%d}")
    officer.get_by_label("Phát lại từ đầu").check()
    keep_hour(officer, at)


def keep_hour(officer: Any, at: Any) -> None:
    """The hour, the look at what it means, the press that keeps it."""
    officer.locator("[name=time]").fill(f"{at:%H:%M}")
    press(officer, officer.get_by_role("button", name="Xem các ngày phát"))
    assert "Không vướng mục nào" in officer.locator("main").inner_text()
    press(officer, officer.get_by_role("button", name="Ghi vào lịch"))


def a_warning(town: Any) -> None:
    """A warning of flash flood over the commune, written by one leader and confirmed by another."""
    area = {"words": "xã Mường Hum", "words_en": "Muong Hum", "units": [place.COMMUNE], "polygons": []}
    contents = beginning("flash_flood", 3, area, "Mưa 92 mm trong 1 giờ.")
    row = draft_warning(
        viewer_of(town.accounts["pct"]), unit_path=place.COMMUNE, contents={**contents, "loud": True}
    )
    confirm_warning(
        viewer_of(town.accounts["lanhdao"]), warning_id=row.pk, digest=wording.digest(row.pending)
    )


def of(title: str) -> Airing:
    """The newest airing of this name that was due."""
    return Airing.objects.filter(title__contains=title, at__lte=now()).latest("at")


def results(airing: Airing) -> list[list[str]]:
    """Of each device the pieces it played, in order."""
    return [
        [one["result"] for one in sorted(play.pieces.values(), key=lambda one: one["start"])]
        for play in Play.objects.filter(airing=airing)
    ]


def came_back(airing: Airing) -> bool:
    """Whether each device broke off and later played the whole, from the beginning."""
    found = results(airing)
    return len(found) == 3 and all(one[0] == "cut" and one[-1] == "played" for one in found)


def test_the_station_speaks_on_the_minute_and_a_warning_comes_between(
    people: Any, town: Any, tmp_path: Path
) -> None:
    _, clusters = town.apart(a_station)
    with a_line(town, tmp_path) as line:
        officer, leader = people.officer("vhxh"), people.officer("lanhdao")
        for cluster in clusters:
            line.enrol(officer, cluster)
        write(officer)
        leader.goto("/desk/broadcast/ban-tin/?xem=submitted")
        press(leader, leader.get_by_role("link", name="Chi hỗ trợ tại Séo Pờ Hồ"))
        press(leader, leader.get_by_role("button", name="Duyệt, cho phát"))
        online = Cluster.objects.filter(state="online")
        until(town, officer, lambda: online.count() == 3, "three devices on the line")
        plan(officer, now().astimezone(VIETNAM) + timedelta(hours=2))
        until(town, officer, lambda: all(one.holds_sound() for one in line.devices), "sound on all", 120)
        at = next_minute()  # the devices hold the sound: the hour is moved near
        press(officer, officer.get_by_role("link", name="Sửa"))
        officer.locator("[name=first_day]").fill(f"{at:%Y-%m-%d}")
        keep_hour(officer, at)
        assert town.apart(lambda: Bulletin.objects.get().spoken.count("Séo Pò Hồ")) == 1

        until(town, officer, lambda: all(one.starts() for one in line.devices), "all sound", 120)
        starts = [one.starts()[0] - at.timestamp() for one in line.devices]
        assert max(abs(one) for one in starts) < 0.1, starts
        assert max(starts) - min(starts) < 0.1, starts

        begun = now()
        town.apart(lambda: a_warning(town))
        until(town, officer, lambda: all(len(one.starts()) > 1 for one in line.devices), "the warning sounds")
        took = max(one.starts()[1] for one in line.devices) - begun.timestamp()
        assert took < 10, took
        officer.goto("/desk/broadcast/")
        officer.get_by_text("Tin khẩn cấp đang phát").wait_for()
        picture(officer, "radio-now")

        one = town.apart(lambda: Emergency.objects.get())
        leader.goto(f"/desk/broadcast/khan-cap/{one.pk}/")
        press(leader, leader.get_by_role("button", name="Dừng và báo yên"))
        played = town.apart(lambda: of("Chi hỗ trợ"))
        until(town, officer, lambda: came_back(played), "cut by the warning and played again", 120)
        told = town.apart(lambda: set(Play.objects.filter(airing=played).values_list("result", flat=True)))
        assert told == {"played"}
        town.apart(close_the_books)
        looks(officer, played, at)


def close_the_books() -> None:
    """What the clock of the worker does some minutes later."""
    with moment.frozen(now() + timedelta(minutes=30)):
        for station in set(Airing.objects.values_list("station_id", flat=True)):
            settling.settle_station(SYSTEM, station_id=station)


def looks(officer: Any, played: Airing, at: Any) -> None:
    """The log and the map show it all."""
    officer.goto("/desk/broadcast/nhat-ky/")
    words = officer.locator("main").inner_text()
    assert "Chi hỗ trợ tại Séo Pờ Hồ" in words and "3/3" in words
    picture(officer, "radio-log")
    officer.goto(f"/desk/broadcast/nhat-ky/luot/{played.pk}/")
    story = officer.locator("main").inner_text()
    assert f"{at.astimezone(VIETNAM):%H:%M}:00" in story and "3/3" in story
    assert not axe_problems(officer)
    picture(officer, "radio-airing")
    officer.goto("/desk/broadcast/cum-loa/")
    assert "3/3 cụm đang nối" in officer.locator("main").inner_text()
    officer.get_by_role("img", name="Cụm loa trên bản đồ").wait_for()
    assert not axe_problems(officer)
    picture(officer, "radio-map")
    rows = officer.locator("figcaption li").all_inner_texts()
    assert [row.split()[0] for row in rows] == ["1", "2", "3"] and all("Loa thôn" in row for row in rows)
