"""Messages of others: taken from listed sources only, proposed, never sounded; refused ones say why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xaso.kernel.base.errors import ActionErrors, Forbidden
from xaso.kernel.plain import cap
from xaso.services.alerts.actions.arrivals import end_source, keep_source, take_cap
from xaso.services.alerts.models import CapArrival, HazardWarning, WarningProposal
from xaso.services.alerts.tests.world import COMMUNE, LAT, LON, NOON, SYSTEM, World

pytestmark = pytest.mark.django_db
KEY, CERTIFICATE = cap.new_key("Đài khí tượng thủy văn tỉnh", NOON - timedelta(days=30))
OTHER_KEY, OTHER = cap.new_key("Kẻ lạ", NOON - timedelta(days=30))
MINUTE = timedelta(minutes=1)
AREA = cap.Area("Xã Bát Xát", (cap.ring_around(LAT, LON, 5),))


def message(**changes) -> cap.Message:
    info = {
        "event": "Mưa lớn", "categories": ("Met",), "urgency": "Expected", "severity": "Severe",
        "certainty": "Likely", "language": "vi-VN", "headline": "Mưa lớn diện rộng", "areas": (AREA,),
        "expires": NOON + timedelta(hours=6), "event_codes": (("OET:v1.2", "flood"),),
        "parameters": (("VN-CapDoRuiRoThienTai", "2"),), **changes.pop("info", {}),
    }  # fmt: skip
    whole = {
        "identifier": "KT-1",
        "sender": "kttv@tinh.vn",
        "sent": NOON,
        "status": "Actual",
        "msg_type": "Alert",
    }
    return cap.Message(**{**whole, **changes}, infos=(cap.Info(**info),))


def signed(one: cap.Message, key: bytes = KEY, certificate: bytes = CERTIFICATE) -> bytes:
    return cap.sign(cap.write(one), key, certificate)


@pytest.fixture
def listed(world: World) -> World:
    keep_source(
        world.viewer("leader"), unit_path=COMMUNE, name="Đài tỉnh", sender="kttv@tinh.vn",
        certificate=CERTIFICATE.decode(), valid_from=(NOON - timedelta(days=1)).date(),
    )  # fmt: skip
    return world


def take(data: bytes) -> CapArrival:
    return take_cap(SYSTEM, unit_path=COMMUNE, data=data)


def test_a_listed_source_is_proposed_and_nobody_is_warned_yet(listed: World):
    row = take(signed(message()))
    assert row.state == "taken", row.reason
    assert take(signed(message())).pk != row.pk or take(row.xml.encode()).pk == row.pk
    proposal = WarningProposal.objects.filter(arrival=row).get()
    assert proposal.hazard == "flood" and proposal.level == 2 and "Đài tỉnh" in proposal.reason
    assert proposal.area["polygons"] and not HazardWarning.objects.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<alert/>", "malformed"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "malformed"),
        (cap.write(message()), "signature"),
        (signed(message()).replace(b"flood", b"storm"), "signature"),
        (signed(message(), OTHER_KEY, OTHER), "untrusted"),
        (signed(message(sender="gia@mao.vn")), "untrusted"),
        (signed(message(info={"expires": NOON - MINUTE, "effective": NOON - MINUTE * 60})), "expired"),
        (signed(message(sent=NOON + timedelta(hours=1), info={"expires": NOON + timedelta(hours=9)})), "time"),
        (signed(message(msg_type="Update")), "reference"),
        (signed(message(info={"areas": (cap.Area("Hà Nội", (cap.ring_around(21.03, 105.85, 5),)),)})), "area"),
        (signed(message(info={"areas": (cap.Area("Xã khác", (), (), (("VN-DVHC", "02680"),)),)})), "area"),
    ],
    ids=["xml", "entity", "unsigned", "changed", "stranger", "other-sender", "expired", "future", "no-reference",
         "far-polygon", "other-code"],
)  # fmt: skip
def test_what_is_refused_says_why(listed: World, data: bytes, code: str):
    row = take(data)
    assert (row.state, row.code) == ("refused", code), row.reason
    assert row.reason and not WarningProposal.objects.exists()
    assert take(data).pk == row.pk, "the same again is the same row"


def test_an_exercise_of_others_proposes_nothing(listed: World):
    assert take(signed(message(status="Exercise"))).state == "taken"
    assert not WarningProposal.objects.exists()


def test_a_source_that_ended_is_believed_no_more(listed: World):
    leader = listed.viewer("leader")
    from xaso.services.alerts.models import CapSource

    end_source(leader, source_id=CapSource.objects.get().pk)
    assert take(signed(message())).code == "untrusted"
    with pytest.raises(ActionErrors):
        keep_source(leader, unit_path=COMMUNE, name="x", sender="a b", certificate="không")
    with pytest.raises(Forbidden):
        take_cap(listed.viewer("specialist"), unit_path=COMMUNE, data=b"<a/>")
