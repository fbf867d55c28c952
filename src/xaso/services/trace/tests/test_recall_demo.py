"""The demo's recall: told from suspicion to the end, once."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest

from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import VIETNAM, today
from xaso.services.trace.actions.lots_packing import pack_cartons
from xaso.services.trace.actions.lots_shipping import Receiver, ship
from xaso.services.trace.demo import recall
from xaso.services.trace.demo.coops import TEA
from xaso.services.trace.models import Lot, Recall
from xaso.services.trace.tests.lots_world import a_coop

pytestmark = pytest.mark.django_db


def test_the_story_is_told_once_and_leaves_the_goods_free():
    coop = a_coop(name=str(TEA["name"]))
    lot = coop.tea_lot(20)
    with moment.frozen(datetime.combine(today() - timedelta(days=12), time(9), VIETNAM)):
        boxes = pack_cartons(coop.viewer, lot=lot, cartons=2, per_carton=Decimal(2))
        to = Receiver("Cửa hàng Cốc Lếu", phone="0900000301")
        ship(coop.viewer, enterprise=coop.enterprise, to=to, packages=[one.pk for one in boxes])
    accounts = {"lanhdao": officer_account("leader", coop.enterprise.unit_path)}
    for _ in range(2):
        recall.fill(Viewer.system(), accounts=accounts, say=lambda words: None)
    told = Recall.objects.get()
    assert told.state == "closed" and told.scope["counts"]["carton"] == 2
    assert told.holders.get().state == "answered"
    assert Lot.objects.get(pk=lot.pk).state == "open"


def test_without_the_co_operative_nothing_is_told():
    recall.fill(Viewer.system(), accounts={}, say=lambda words: None)
    assert not Recall.objects.exists()
