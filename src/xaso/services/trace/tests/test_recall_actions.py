"""A recall through the actions: every shipped carton and its holder are found, goods stop, answers are kept."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden, NotFound
from xaso.kernel.events.models import Event
from xaso.kernel.messages.models import Message
from xaso.kernel.people.testing import a_citizen, officer
from xaso.kernel.people.viewer import ANONYMOUS, Viewer
from xaso.kernel.plain import moment
from xaso.services.trace.actions.lots import process_lots, publish_lot
from xaso.services.trace.actions.lots_packing import load_pallet, pack_cartons
from xaso.services.trace.actions.lots_shipping import Receiver, ship
from xaso.services.trace.actions.recall import close_recall, drop_recall, prepare_recall, start_recall
from xaso.services.trace.actions.recall_holders import (
    add_finding,
    answer_notice,
    chase_holders,
    note_seen,
    receipts,
    tell_holders,
    withdraw_finding,
)
from xaso.services.trace.graph import way_of
from xaso.services.trace.models import Lot, Package, Recall, RecallHolder, RecallThing, Shipment, TraceEvent
from xaso.services.trace.queries.recall import holders_of, notice_of, sheet_of, tallies_of
from xaso.services.trace.queries.recall_scope import find_scope
from xaso.services.trace.recall_report import report_pdf
from xaso.services.trace.recording import record_event
from xaso.services.trace.tests.lots_world import Coop, a_coop

pytestmark = pytest.mark.django_db
WHY: dict[str, Any] = {
    "cause": Recall.Cause.UNSAFE,
    "reason": "Mẫu kiểm nghiệm có dư lượng vượt mức.",
    "advice": "Ngừng bán, để riêng, chờ người đến nhận lại.",
}


@dataclass
class Story:
    """Three lots of leaf became tea; cartons of it went to two shops, one of them on a pallet."""

    coop: Coop
    bad: Lot
    good: Lot
    tea: Lot
    other_tea: Lot
    cartons: list[Package]
    pallet: Package

    @property
    def leader(self) -> Viewer:
        return officer("leader", self.coop.enterprise.unit_path, name="Hoàng Thị Lãnh")


@pytest.fixture
def story() -> Story:
    coop = a_coop()
    bad, more, good = coop.leaf_lot(20), coop.leaf_lot(30), coop.leaf_lot(50)

    def tea_of(*lots: Lot) -> Lot:
        made = sum((lot.quantity for lot in lots), Decimal(0)) / 5
        return process_lots(
            coop.viewer, enterprise=coop.enterprise, inputs=[(lot.pk, lot.quantity) for lot in lots],
            product=coop.tea, quantity=made, made_on=bad.made_on, site=coop.workshop,
        )  # fmt: skip

    tea, other = tea_of(bad, more), tea_of(good)
    cartons = pack_cartons(coop.viewer, lot=tea, cartons=4, per_carton=Decimal(2))
    pack_cartons(coop.viewer, lot=other, cartons=2, per_carton=Decimal(2))
    pallet = load_pallet(coop.viewer, enterprise=coop.enterprise, packages=[cartons[0].pk, cartons[1].pk])
    near = Receiver("Cửa hàng Hương Núi", "Số 5, chợ Mường", "0912345678")
    far = Receiver("Siêu thị Miền Xuôi", "Hà Nội", "", "kho@sieuthi.example")
    ship(
        coop.viewer, enterprise=coop.enterprise, to=near, packages=[pallet.pk], bill="VD-1", order_ref="DH-7"
    )
    ship(coop.viewer, enterprise=coop.enterprise, to=far, packages=[cartons[2].pk], order_ref="DH-9")
    return Story(coop, bad, good, tea, other, cartons, pallet)


def started(story: Story, viewer: Viewer | None = None, **more) -> Recall:
    viewer = viewer or story.leader
    recall = prepare_recall(viewer, lot=story.bad, **{**WHY, **more})
    return start_recall(viewer, recall=recall, digest=recall.digest)


def state(lot: Lot) -> str:
    return Lot.objects.get(pk=lot.pk).state


def make_of(coop: Coop, source: Lot, made: Lot) -> None:
    """An event captured elsewhere: goods of one enterprise went into another's."""
    event = {
        "type": "TransformationEvent",
        "eventTime": moment.now().isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+07:00",
        "inputQuantityList": [{"epcClass": source.thing.uri}],
        "outputQuantityList": [{"epcClass": made.thing.uri}],
    }
    record_event(
        Viewer.system(), enterprise=coop.enterprise, unit_path=coop.enterprise.unit_path, event=event
    )


class TestScope:
    def test_each_shipped_carton_is_found_with_its_holder_and_papers(self, story):
        scope = find_scope([story.bad])
        found = {row.thing: row for row in scope.rows}
        assert {one.thing_id for one in story.cartons} <= set(found)
        assert story.pallet.thing_id in found and story.tea.thing_id in found
        assert story.other_tea.thing_id not in found and story.good.thing_id not in found
        handed_on = {one.thing: scope.holders[one.holder] for one in scope.deliveries}
        assert handed_on[story.pallet.thing_id].name == "Cửa hàng Hương Núi"
        assert handed_on[story.pallet.thing_id].papers == ["DH-7", "VD-1"]
        assert handed_on[story.cartons[2].thing_id].contact == {"email": "kho@sieuthi.example"}
        assert story.cartons[3].thing_id not in handed_on
        assert scope.counts["carton"] == 4 and scope.counts["pallet"] == 1 and scope.counts["lots"] == 2

    def test_papers_of_a_holder_stand_in_the_order_of_shipping(self, story):
        to = Receiver("Cửa hàng Hương Núi", "Số 5, chợ Mường", "0912345678")
        late = ship(
            story.coop.viewer, enterprise=story.coop.enterprise, to=to, packages=[story.cartons[3].pk]
        )
        Shipment.objects.filter(pk=late.pk).update(
            order_ref="DH-6", shipped_at=moment.now() - timedelta(days=1)
        )
        scope = find_scope([story.bad])
        near = next(one for one in scope.holders.values() if one.name == "Cửa hàng Hương Núi")
        assert near.papers == ["DH-6", "DH-7", "VD-1"]
        assert [one.at for one in scope.deliveries] == sorted(one.at for one in scope.deliveries)

    def test_back_leads_to_what_the_tea_was_made_of(self, story):
        scope = find_scope([story.tea])
        assert {row.lot_id for row in scope.of("back")} >= {story.bad.pk}
        assert story.good.pk not in {row.lot_id for row in scope.rows}

    def test_the_digest_changes_when_goods_move(self, story):
        before = find_scope([story.bad]).digest
        assert find_scope([story.bad]).digest == before
        to = Receiver("Quán Chè", phone="0987654321")
        ship(story.coop.viewer, enterprise=story.coop.enterprise, to=to, packages=[story.cartons[3].pk])
        assert find_scope([story.bad]).digest != before

    def test_the_way_is_told_in_stages_oldest_first(self, story):
        stages = way_of(story.tea)
        assert [one.at for one in stages] == sorted(one.at for one in stages)
        made = next(one for one in stages if one.kind == "TransformationEvent")
        assert {line.lot_id for line in made.came_in} >= {str(story.bad.pk)}
        assert made.came_out[0].name == f"{story.tea.product.name}, lô {story.tea.code}"
        assert made.enterprise and made.place == story.coop.workshop.name


class TestStarting:
    def test_nothing_stops_before_it_is_confirmed(self, story):
        recall = prepare_recall(story.leader, lot=story.bad, **WHY)
        assert recall.state == "prepared" and state(story.tea) == "open"
        assert recall.scope["counts"]["holders"] == 2
        assert not RecallThing.objects.exists()

    def test_confirmed_lots_are_recalled_and_the_others_go_on(self, story):
        recall = started(story)
        assert recall.started_at is not None
        assert recall.kind == "ordered" and recall.notify_by == recall.started_at + timedelta(hours=24)
        assert state(story.tea) == state(story.bad) == "recalled"
        assert (state(story.other_tea), state(story.good)) == ("open", "used")
        told = TraceEvent.objects.filter(disposition__endswith="recalled")
        uris = {line["epcClass"] for one in told for line in one.body["quantityList"]}
        assert {story.tea.thing.uri} <= uris
        assert {one.thing.uri for one in story.cartons} <= {
            uri for one in told for uri in one.body["epcList"]
        }
        assert Event.objects.filter(name="trace.lot_recalled", record_id=story.tea.pk).count() == 1
        with pytest.raises(Conflict):
            publish_lot(story.coop.viewer, lot=story.tea)

    def test_a_suspicion_only_holds_and_is_lifted_when_it_was_wrong(self, story):
        recall = started(story, cause=Recall.Cause.SUSPECTED)
        assert state(story.tea) == "held"
        close_recall(story.leader, recall=recall, closing="Kết quả kiểm nghiệm lại đều đạt.", cleared=True)
        assert state(story.tea) == "open" and state(story.bad) == "used"
        assert notice_of(Lot.objects.get(pk=story.tea.pk)) is None

    def test_goods_that_moved_since_the_preview_must_be_looked_at_again(self, story):
        recall = prepare_recall(story.leader, lot=story.bad, **WHY)
        seen = recall.digest
        to = Receiver("Quán Chè", phone="0987654321")
        ship(story.coop.viewer, enterprise=story.coop.enterprise, to=to, packages=[story.cartons[3].pk])
        with pytest.raises(Conflict, match="Xem lại"):
            start_recall(story.leader, recall=recall, digest=seen)
        assert state(story.tea) == "open"

    def test_a_manager_recalls_what_is_theirs_and_only_tells_others(self, story):
        other = a_coop(name="Hợp tác xã Bản Khác")
        theirs = other.tea_lot()
        make_of(other, story.tea, theirs)
        recall = started(story, story.coop.viewer)
        assert recall.kind == "voluntary" and state(story.tea) == "recalled"
        assert theirs.pk in set(recall.things.values_list("lot_id", flat=True))
        assert state(theirs) == "open", "the other enterprise and the authority decide about theirs"

    def test_the_authority_stops_goods_of_every_enterprise(self, story):
        other = a_coop(name="Hợp tác xã Bản Khác")
        theirs = other.tea_lot()
        make_of(other, story.tea, theirs)
        started(story)
        assert state(theirs) == "recalled"

    def test_what_went_wrong_in_the_form_is_said_at_each_field(self, story):
        with pytest.raises(ActionErrors) as refused:
            prepare_recall(story.leader, lot=story.bad, cause="", reason="", advice="ngắn")
        assert set(refused.value.errors) == {"cause", "reason", "advice"}

    def test_nobody_else_recalls(self, story):
        for viewer in (
            a_citizen("Người Lạ"),
            officer("specialist", story.coop.enterprise.unit_path),
            ANONYMOUS,
        ):
            with pytest.raises(Forbidden):
                prepare_recall(viewer, lot=story.bad, **WHY)

    def test_one_recall_of_a_lot_at_a_time(self, story):
        started(story)
        with pytest.raises(Conflict):
            prepare_recall(story.leader, lot=story.bad, **WHY)

    def test_a_manager_does_not_change_what_the_authority_ordered(self, story):
        recall = started(story)
        with pytest.raises(Conflict):
            close_recall(story.coop.viewer, recall=recall, closing="Chúng tôi tự kết thúc.")

    def test_joined_lots_must_lie_on_the_way(self, story):
        with pytest.raises(NotFound):
            prepare_recall(story.leader, lot=story.tea, **WHY, also=[story.good.pk])
        recall = prepare_recall(story.leader, lot=story.tea, **WHY, also=[story.bad.pk])
        assert recall.scope["counts"]["lots"] == 2

    def test_a_prepared_one_is_put_away_without_trace_on_goods(self, story):
        recall = drop_recall(story.leader, recall=prepare_recall(story.leader, lot=story.bad, **WHY))
        assert recall.state == "dropped" and state(story.tea) == "open"
        assert prepare_recall(story.leader, lot=story.bad, **WHY).pk != recall.pk


class TestHolders:
    def test_each_holder_is_told_once_by_telephone_or_mail(self, story):
        recall = started(story)
        assert tell_holders(Viewer.system(), recall_id=recall.pk) == 0
        assert tell_holders(Viewer.system(), recall_id=recall.pk) == 0
        sent = Message.objects.filter(record_id=recall.pk)
        assert {one.contact.get("phone") or one.contact.get("email") for one in sent} == {
            "0912345678",
            "kho@sieuthi.example",
        }
        assert sent.count() == 2 and all(one.urgent for one in sent)
        assert set(receipts(recall)) == {one.token for one in recall.holders.all()}

    def test_who_is_silent_is_reminded_and_then_given_to_the_officer(self, story, monkeypatch):
        recall = started(story)
        tell_holders(Viewer.system(), recall_id=recall.pk)
        assert chase_holders(Viewer.system(), recall_id=recall.pk) == (0, 0)
        first = moment.now()
        reminded = []
        for hours in range(13, 13 * 8, 13):
            monkeypatch.setattr(moment, "now", lambda late=first + timedelta(hours=hours): late)
            import xaso.services.trace.actions.recall_holders as module

            monkeypatch.setattr(module, "now", moment.now)
            reminded.append(chase_holders(Viewer.system(), recall_id=recall.pk))
        assert [one for one, _ in reminded] == [2, 2, 2, 2, 2, 0, 0]
        assert reminded[-1][1] == 2
        assert Message.objects.filter(template__key="trace.recall_silent").count() == 1

    def test_the_private_page_keeps_an_answer(self, story):
        recall = started(story)
        tell_holders(Viewer.system(), recall_id=recall.pk)
        holder = recall.holders.get(name="Cửa hàng Hương Núi")
        assert note_seen(ANONYMOUS, token=holder.token).state == "seen"
        answer_notice(
            ANONYMOUS,
            token=holder.token,
            kind="found",
            quantity=Decimal("3.5"),
            uom="KGM",
            note="Còn trên kệ",
        )
        holder.refresh_from_db()
        assert holder.state == "answered"
        assert recall.findings.get().by_name == "Cửa hàng Hương Núi"
        assert holders_of(recall)[0].name == "Siêu thị Miền Xuôi", "who has not answered stands first"
        with pytest.raises(ActionError):
            answer_notice(ANONYMOUS, token=holder.token, kind="found", quantity="-1", uom="KGM")
        with pytest.raises(NotFound):
            note_seen(ANONYMOUS, token="khong-co-ma-nay-dau")

    def test_sums_count_what_is_still_open(self, story):
        recall = started(story)
        holder = recall.holders.get(name="Cửa hàng Hương Núi")
        add_finding(story.leader, recall=recall, kind="returned", quantity="3", uom="KGM", holder=holder)
        add_finding(story.leader, recall=recall, kind="destroyed", quantity="3", uom="KGM", holder=holder)
        wrong = add_finding(story.leader, recall=recall, kind="gone", quantity="2", uom="KGM", holder=holder)
        withdraw_finding(story.leader, finding=wrong)
        (tally,) = tallies_of(recall)
        assert (tally.handed_on, tally.came_back, tally.destroyed, tally.gone, tally.open) == (6, 3, 3, 0, 3)

    def test_after_the_end_nothing_is_added(self, story):
        recall = started(story)
        holder = recall.holders.order_by("name")[0]
        closed = close_recall(story.leader, recall=recall, closing="Đã thu hồi và tiêu hủy toàn bộ.")
        assert closed.state == "closed" and state(story.tea) == "recalled"
        with pytest.raises(Conflict):
            answer_notice(ANONYMOUS, token=holder.token, kind="gone", quantity="1", uom="KGM")
        with pytest.raises(Conflict):
            add_finding(story.leader, recall=recall, kind="gone", quantity="1", uom="KGM")


class TestPapers:
    def test_the_table_names_each_carton_with_its_holder(self, story):
        recall = started(story)
        rows = list(csv.reader("".join(sheet_of(recall)).lstrip("\ufeff").splitlines()))
        by_uri = {row[7]: row for row in rows[1:]}
        assert by_uri[story.cartons[2].thing.uri][8] == "Siêu thị Miền Xuôi"
        assert by_uri[story.cartons[3].thing.uri][8] == ""
        assert by_uri[story.pallet.thing.uri][9] == "DH-7; VD-1"

    def test_a_cell_that_a_spreadsheet_would_run_is_plain_text(self, story):
        RecallHolder.objects.filter(recall=started(story)).update(name="=1+1")
        text = "".join(sheet_of(Recall.objects.get()))
        assert "'=1+1" in text

    def test_the_report_is_a_pdf(self, story):
        assert report_pdf(started(story)).startswith(b"%PDF-")
