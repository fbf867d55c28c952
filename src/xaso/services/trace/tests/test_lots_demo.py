"""The demo's lots: a handful are enough to see that the year of cartons and labels can be made, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.trace.actions.lots import pack_lot
from xaso.services.trace.demo import lots as demo
from xaso.services.trace.demo.coops import ORANGE, TEA
from xaso.services.trace.models import LabelBatch, Package, Shipment
from xaso.services.trace.tests.lots_world import a_coop

pytestmark = pytest.mark.django_db


def test_the_demo_sends_packs_and_prints_once():
    tea, orange = a_coop(name=TEA["name"]), a_coop(name=ORANGE["name"])
    for back in (40, 30, 20):
        day = today() - timedelta(days=back)
        dry = tea.tea_lot(20, day=day)
        pack_lot(tea.viewer, lot=dry, item=tea.tin, packs=40)
        orange.tea_lot(100, day=day)
    for _ in range(2):
        demo.fill(Viewer.system(), accounts={}, say=lambda words: None)
        assert Shipment.objects.filter(enterprise=tea.enterprise).count() == 2
        assert Shipment.objects.filter(enterprise=orange.enterprise).count() == 3
        assert Package.objects.count() == 2 * 3 + 1 + 3 * 3
        assert set(LabelBatch.objects.values_list("kind", flat=True)) == {"lot", "plant", "plot"}
