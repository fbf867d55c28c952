"""The province's source-information system, both ways, over real sockets to the simulator and back into the product."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from django.test import Client

from xaso.kernel.base.errors import ActionErrors, Conflict, Forbidden
from xaso.kernel.connectors.testing import simulators
from xaso.kernel.people.machines import register_client
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Grant, Viewer
from xaso.kernel.plain.moment import at, frozen
from xaso.kernel.units.testing import a_commune
from xaso.services.broadcast.actions.bulletins import approve_bulletin, submit_bulletin, write_bulletin
from xaso.services.broadcast.actions.complaints import answer_complaint, complain
from xaso.services.broadcast.actions.stations import open_station, register_cluster
from xaso.services.broadcast.models import (
    Bulletin,
    Complaint,
    Emergency,
    Slot,
    SourceItem,
    SourceTelling,
    Station,
)
from xaso.services.broadcast.rules.dialects import dialect
from xaso.services.broadcast.streams import reports, upward
from xaso.services.broadcast.streams.gateway import accept_item, receive_bulletin, refuse_item
from xaso.services.broadcast.tests.relay_sound import Radio, mp3_of
from xaso.simulators.source_system import issue, told
from xaso.simulators.web import Request
from xaso.simulators.world import TRIAL, World

SYSTEM = Viewer.system()
MOMENT = at("2026-11-23T09:00")


def machine(path: str) -> Viewer:
    return Viewer(
        kind="machine", name="Tỉnh", grants=(Grant("machine", path, frozenset({"broadcast.send"})),)
    )


def wire_of(kind: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "MaBanTin": "LC-77", "LoaiTin": kind, "TieuDe": "Phòng chống rét", "CoQuanBanHanh": "Sở Nông nghiệp",
        "NoiDung": "Bà con che chắn chuồng trại.", "LinhVuc": "nong_nghiep", "DiaBan": ["02683"], **more,
    }  # fmt: skip


@dataclass
class House:
    """A station that takes part, its people, and the province."""

    station: Station
    world: World
    sim: str
    officer: Viewer
    client: tuple[str, str]
    tokens: dict[str, str] = field(default_factory=dict)

    def issue(self, level: str, bulletin: dict[str, Any], version: str = "2.0") -> Any:
        """The province or the centre issues a bulletin in its own system."""
        if level not in self.tokens:
            body = {"client_id": level, "client_secret": TRIAL}
            self.tokens[level] = httpx.post(f"{self.sim}/source/token", json=body).json()["access_token"]
        body = {"version": version, "bulletin": bulletin}
        body["client"] = {"id": self.client[0], "secret": self.client[1]}
        headers = {"authorization": f"Bearer {self.tokens[level]}"}
        # In this thread: what it pushes to the product then sees what the test has put into the database.
        asked = Request("POST", "/source/issue", {}, headers, json.dumps(body).encode(), self.sim)
        return json.loads(issue(self.world, asked).body)

    def send(self) -> None:
        """The worker's part: everything that waits is sent."""
        for key in (
            SourceTelling.objects.filter(state="waiting").order_by("created_at").values_list("pk", flat=True)
        ):
            upward.push(telling=str(key))

    def states(self) -> list[str]:
        return [row["TrangThai"] for row in told(self.world, "v2/ban-tin/trang-thai")]


@pytest.fixture
def house(db: None, settings: Any, tmp_path: Any) -> Iterator[House]:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""
    station = open_station(SYSTEM, unit=a_commune(), old_codes=["02701"])
    station.source_code = "LC-02683"
    station.save()
    client, secret = register_client(
        SYSTEM, name="Tỉnh", unit_path=station.unit_path.partition("/")[0] + "/", scopes=["broadcast.send"]
    )
    officer = viewer_of(officer_account("specialist", station.unit_path))
    with simulators() as (world, sim):
        yield House(station, world, sim, officer, (client.client_id, secret))


def test_an_ordinary_bulletin_is_offered_and_the_province_hears_what_became_of_it(house: House):
    code = house.station.unit.code
    with frozen(MOMENT):
        answer = house.issue(f"{TRIAL}-tinh", wire_of(DiaBan=[code]))
        assert answer == {"MaKetQua": "00", "MoTa": "", "MaBanTin": "LC-77", "DaDay": 200}
        item = SourceItem.objects.get()
        assert (item.state, item.origin, item.kind, item.sender) == (
            "offered",
            "province",
            "ordinary",
            "Sở Nông nghiệp",
        )
        assert item.bulletin is not None
        assert (item.bulletin.state, item.bulletin.origin) == ("submitted", "province")
        accept_item(house.officer, item_id=item.pk, at=at("2026-11-23T17:10"))
    house.send()
    assert sorted(house.states()) == ["DA_NHAN", "XEP_LICH"]
    assert Slot.objects.get(bulletin=item.bulletin).starts.strftime("%H:%M") == "17:10"
    assert set(SourceTelling.objects.values_list("state", flat=True)) == {"sent"}
    assert all(row.receipt.startswith("BN") for row in SourceTelling.objects.all())


def test_a_commune_may_refuse_what_is_ordinary_and_says_why(house: House):
    house.issue(f"{TRIAL}-tinh", wire_of(DiaBan=[house.station.unit.code]))
    item = SourceItem.objects.get()
    refuse_item(house.officer, item_id=item.pk, reason="Không hợp mùa vụ ở xã")
    house.send()
    body = told(house.world, "v2/ban-tin/trang-thai")[-1]
    assert (body["TrangThai"], body["LyDo"], body["MaDai"]) == (
        "TU_CHOI",
        "Không hợp mùa vụ ở xã",
        "LC-02683",
    )
    assert Bulletin.objects.get().state == "ended"
    with pytest.raises(Conflict):
        accept_item(house.officer, item_id=item.pk, at=at("2030-01-01T06:00"))


def test_a_priority_bulletin_is_put_first_and_not_refused(house: House):
    with frozen(MOMENT):
        answer = house.issue(f"{TRIAL}-tw", wire_of("2", DiaBan=[house.station.unit_path[:2]]))
        assert answer["DaDay"] == 200
        item = SourceItem.objects.get()
        assert (item.state, item.bulletin.state) == ("first", "approved")
        slot = Slot.objects.get()
        assert slot.order == 1
        assert slot.starts.strftime("%H:%M") == "17:00", "when the hours open next"
        with pytest.raises(Conflict):
            refuse_item(house.officer, item_id=item.pk, reason="x")


def test_an_emergency_plays_at_once_without_anybodys_leave(house: House):
    with frozen(MOMENT):
        bulletin = wire_of("3", DiaBan=[house.station.unit.code], NoiDung="Lũ quét, sơ tán ngay.")
        house.issue(f"{TRIAL}-tinh", bulletin)
        row = Emergency.objects.get()
        assert (row.state, row.origin, row.asked_by) == ("running", "province", None)
        assert row.airings.filter(item="emergency").exists()
        house.send()
        assert sorted(house.states()) == ["DANG_PHAT", "DA_NHAN"]
        house.issue(f"{TRIAL}-tinh", {**bulletin, "ThuHoi": True})
        row.refresh_from_db()
        assert (row.state, SourceItem.objects.get().state) == ("ended", "withdrawn")


def test_the_same_bulletin_again_changes_nothing_and_other_content_is_refused(house: House):
    bulletin = wire_of(DiaBan=[house.station.unit.code])
    house.world.break_it("source", "duplicate")
    house.issue(f"{TRIAL}-tinh", bulletin)
    house.issue(f"{TRIAL}-tinh", bulletin)
    assert (SourceItem.objects.count(), Bulletin.objects.count()) == (1, 1)
    assert house.issue(f"{TRIAL}-tinh", {**bulletin, "TieuDe": "Khác"})["DaDay"] == 409


def test_a_communes_account_sends_nothing_down_and_a_province_only_to_its_own(house: House):
    assert house.issue(TRIAL, wire_of())["MaKetQua"] == "09"
    code = house.station.unit.code
    with pytest.raises(Forbidden, match="cấp xã"):
        receive_bulletin(machine(house.station.unit_path), version="2.0", wire=wire_of(DiaBan=[code]))
    with pytest.raises(Forbidden):
        receive_bulletin(machine("04/"), version="2.0", wire=wire_of(DiaBan=[code]))
    assert (
        receive_bulletin(machine(""), version="2.0", wire=wire_of(DiaBan=[code])).items[0].origin == "centre"
    )


def test_codes_of_before_the_mergers_find_the_clusters_that_came_with_them(house: House):
    for code, old in (("a-1", "02701"), ("a-2", "02701"), ("b-1", "")):
        register_cluster(SYSTEM, station=house.station, code=code, name=code, old_unit_code=old)
    with frozen(MOMENT):
        taken = receive_bulletin(machine("15/"), version="2.0", wire=wire_of("2", DiaBan=["02701", "99999"]))
    assert [one.station for one in taken.items] == [house.station]
    assert taken.unserved == ["99999"]
    assert Slot.objects.get().area == {"clusters": ["a-1", "a-2"]}
    with pytest.raises(ActionErrors):
        receive_bulletin(machine("15/"), version="2.0", wire=wire_of(MaBanTin="x", DiaBan=["99999"]))


def test_every_fault_of_a_bulletin_is_told_at_once_in_the_senders_words(house: House):
    bad = {
        "MaBanTin": "",
        "LoaiTin": "9",
        "TieuDe": 5.5,
        "DiaBan": ["xa"],
        "HieuLucTu": "hom nay",
        "GioPhat": "x",
    }
    with pytest.raises(ActionErrors) as caught:
        receive_bulletin(machine("15/"), version="2.0", wire=bad)
    names = {"MaBanTin", "LoaiTin", "TieuDe", "DiaBan", "HieuLucTu", "GioPhat", "CoQuanBanHanh", "NoiDung"}
    assert caught.value.errors.keys() == names


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("error", "waiting"),
        ("garbled", "refused"),
        ("drop", "waiting"),
        ("expired", "sent"),
        ("denied", "refused"),
    ],
)
def test_what_is_told_outlives_the_faults_of_the_other_side(house: House, fault: str, state: str):
    house.world.break_it("source", fault, times=1 if fault in {"expired", "denied"} else 3)
    row = upward.tell(
        SYSTEM,
        station=house.station,
        flow="share",
        about="x",
        facts={"id": "XA-1", "title": "t", "text": "n"},
    )
    assert row is not None
    upward.push(telling=str(row.pk))
    row.refresh_from_db()
    assert row.state == state, row.error
    if state == "waiting":
        assert row.next_at is not None
        upward.push(telling=str(row.pk))
        row.refresh_from_db()
        assert (row.state, row.tries) == ("sent", 2)
    assert len(told(house.world, "v2/ban-tin/chia-se")) == (0 if state == "refused" else 1)


def test_after_too_many_tries_a_person_looks_at_it_and_sends_it_again(house: House):
    house.world.break_it("source", "error", times=-1)
    row = upward.tell(
        SYSTEM,
        station=house.station,
        flow="share",
        about="x",
        facts={"id": "XA-1", "title": "t", "text": "n"},
    )
    SourceTelling.objects.update(tries=upward.TRIES - 1)
    upward.push(telling=str(row.pk))
    row.refresh_from_db()
    assert row.state == "dead"
    assert not upward.health()[0]
    house.world.mend("source")
    from xaso.kernel.connectors.source_system import source_system

    source_system().transport.breaker.worked()
    upward.tell_again(house.officer, telling_id=row.pk)
    upward.push(telling=str(row.pk))
    row.refresh_from_db()
    assert (row.state, upward.health()[0]) == ("sent", True)


def test_inventory_devices_report_shares_and_complaints_arrive(house: House):
    cluster = register_cluster(
        SYSTEM,
        station=house.station,
        code="b-1",
        name="Bến đò",
        kind="bridge",
        old_unit_code="02701",
        horns=12,
    )
    own = write_bulletin(house.officer, station=house.station, title="Họp dân", text="Họp lúc 19 giờ.")
    submit_bulletin(house.officer, bulletin=own)
    approve_bulletin(
        viewer_of(officer_account("leader", house.station.unit_path)), bulletin=own, number=own.version
    )
    own.refresh_from_db()
    voice = complain(
        SYSTEM, station=house.station, cluster=cluster, matter="loud", text="Loa to quá", contact="0912"
    )
    reports.on_approved(_event(own))
    reports.on_complaint(_event(voice))
    answer_complaint(
        viewer_of(officer_account("specialist", house.station.unit_path)),
        complaint_id=voice.pk,
        answer="Đã giảm",
    )
    reports.on_complaint(_event(voice))
    reports.tell_inventories()
    reports.tell_devices()
    reports.tell_reports()
    house.send()
    (listed,) = told(house.world, "v2/dai/danh-muc")
    assert listed["MaXaCu"] == ["02701"]
    assert (
        listed["DanhSachCum"][0] | {"MaCum": "b-1", "Loai": "GHEP_NOI", "SoLoa": 12, "MaXaCuCuaCum": "02701"}
        == listed["DanhSachCum"][0]
    )
    (report,) = told(house.world, "v2/bao-cao")
    assert report["TheoNguon"] == {"XA": 0}
    (shared,) = told(house.world, "v2/ban-tin/chia-se")
    assert (shared["MaBanTin"], shared["LoaiTin"]) == (f"XA-{own.pk}", "1")
    (said,) = told(house.world, "v2/phan-anh")
    assert (said["NoiDung"], said["TraLoi"]) == ("Loa to quá", "Đã giảm")
    assert "0912" not in str(said)
    assert not SourceTelling.objects.exclude(state="sent").exists()


def test_a_complaint_passed_down_becomes_one_of_ours_once(house: House, client: Client):
    token = client.post(
        "/api/v1/token",
        {"grant_type": "client_credentials", "client_id": house.client[0], "client_secret": house.client[1]},
    ).json()["access_token"]
    body = {"MaPhanAnh": "PA-9", "MaDai": "LC-02683", "NoiDung": "Loa kêu lúc 4 giờ sáng", "LinhVuc": "hour"}
    answers = [
        client.post(
            "/api/v1/broadcast/source/2.0/feedback", body, content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        ).json()
        for _ in range(2)
    ]  # fmt: skip
    assert answers[0] == answers[1]
    row = Complaint.objects.get()
    assert (row.code, row.matter) == (answers[0]["code"], "hour")


def test_a_push_that_got_lost_is_pulled(house: House):
    house.issue(f"{TRIAL}-tinh", wire_of(MaBanTin="bad", LoaiTin="x"))
    house.world.break_it("source", "lost")
    assert house.issue(f"{TRIAL}-tinh", wire_of(DiaBan=[house.station.unit.code]))["DaDay"] == 0
    assert not SourceItem.objects.exists()
    reports.pull_missed()
    assert SourceItem.objects.get().external_id == "LC-77"


def test_version_one_says_the_same_in_its_own_words(house: House, settings: Any):
    from dataclasses import replace

    there = settings.XASO_OUTSIDE["source"]
    settings.XASO_OUTSIDE = {**settings.XASO_OUTSIDE, "source": replace(there, options={"VERSION": "1.0"})}
    code = house.station.unit.code
    old = {
        "id": "77", "class": "normal", "title": "Rét", "content": "Che chuồng.", "issuer": "Sở", "areas": [code],
        "valid_to": 1795000000,
    }  # fmt: skip
    assert house.issue(f"{TRIAL}-tinh", old, version="1.0")["DaDay"] == 200
    upward.tell(SYSTEM, station=house.station, flow="feedback", about="x", facts={"voice": "1", "words": "x"})
    house.send()
    assert [row["status"] for row in told(house.world, "v1/bulletins/status")] == ["received"]
    assert "không có luồng" in SourceTelling.objects.get(state="refused").error
    assert dialect("1.0").silent({"old_communes": [], "id": 1}) == ["old_communes"]


@pytest.mark.parametrize(("wrong", "recorded"), [(False, True), (True, False)])
def test_a_recording_is_fetched_and_must_have_the_digest_that_was_told(
    house: House, settings: Any, wrong: bool, recorded: bool
):
    settings.XASO_STREAMS_INSIDE = True
    content = mp3_of("item")
    digest = hashlib.sha256(b"khac" if wrong else content).hexdigest()
    with Radio({"/tin.mp3": ("audio/mpeg", content)}) as radio:
        body = wire_of(DiaBan=[house.station.unit.code], TepAmThanh=f"{radio.base}/tin.mp3", MaBam=digest)
        receive_bulletin(machine("15/"), version="2.0", wire=body)
        item = SourceItem.objects.get()
        reports.fetch_audio(item=str(item.pk))
    item.refresh_from_db()
    assert item.bulletin is not None
    assert item.bulletin.recorded is recorded
    assert ("mã băm" in item.reason) is wrong


def test_a_recording_on_our_own_network_is_not_fetched(house: House):
    with Radio({"/tin.mp3": ("audio/mpeg", mp3_of("item"))}) as radio:
        body = wire_of(DiaBan=[house.station.unit.code], TepAmThanh=f"{radio.base}/tin.mp3", MaBam="0" * 64)
        receive_bulletin(machine("15/"), version="2.0", wire=body)
        reports.fetch_audio(item=str(SourceItem.objects.get().pk))
        assert radio.asked == []
    assert "không được phép" in SourceItem.objects.get().reason


def _event(record: Any) -> Any:
    class Told:
        record_id = record.pk

    return Told()
