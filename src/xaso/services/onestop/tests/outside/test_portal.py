"""Synchronisation with the simulated national portal, both ways; faults included."""

from __future__ import annotations

import pytest
from django.test import override_settings

from xaso.kernel.connectors.testing import simulators
from xaso.kernel.events import relay
from xaso.kernel.tasks import adapter
from xaso.kernel.units.models import Unit, UnitIdentifier
from xaso.services.onestop import connectors
from xaso.services.onestop.actions.reception import accept_dossier
from xaso.services.onestop.models import Dossier, InboundTrouble, PortalSync
from xaso.services.onestop.testing import BIRTH, COMMUNE, SYSTEM, a_dossier, a_setup
from xaso.simulators.portal import file_on_portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with simulators() as (made, _):
        yield made


def test_the_portal_is_told_the_newest_state_once(world):
    dossier = a_dossier()
    connectors.push.run(dossier=str(dossier.pk))
    connectors.push.run(dossier=str(dossier.pk))
    assert PortalSync.objects.get(dossier=dossier).times == 1
    accept_dossier(SYSTEM, dossier_id=dossier.pk)
    connectors.push.run(dossier=str(dossier.pk))
    assert PortalSync.objects.get(dossier=dossier).times == 2
    kept = world.table("portal_dossiers")[dossier.code]["dossier"]
    assert kept["TrangThaiHoSo"] == "4"
    assert kept["MaTTHC"] == BIRTH
    assert kept["NgayHenTra"]


def an_inbound(world, code="H38.12-261121-0001", **more):
    body = {
        "MaHoSo": code,
        "MaTTHC": BIRTH,
        "TenTTHC": "Đăng ký khai sinh",
        "ChuHoSo": "Giàng A Páo",
        "SoGiayToChuHoSo": "010088000024",
        "NgayNopHoSo": "20261120083000",
        "NgayTiepNhan": "20261120083000",
        "TrangThaiHoSo": "1",
        "DonViXuLy": COMMUNE.strip("/").rpartition("/")[2],
        **more,
    }
    return connectors.PortalDossier.model_validate(body)


def test_a_dossier_of_the_portal_is_taken_in_once(world):
    a_setup(BIRTH)
    one = an_inbound(world)
    assert connectors._take(one, "15/") == 1
    assert connectors._take(one, "15/") == 0
    dossier = Dossier.objects.get()
    assert (dossier.channel, dossier.outside_code, dossier.truth) == ("portal", one.MaHoSo, "portal")
    assert dossier.submitted_at.strftime("%Y%m%d") == "20261120"
    assert dossier.missing
    assert connectors.outward(dossier).MaHoSo == one.MaHoSo


def test_what_cannot_be_taken_is_listed_and_settled_later(world):
    a_setup(BIRTH)
    assert connectors._take(an_inbound(world, DonViXuLy="99999"), "15/") == 0
    trouble = InboundTrouble.objects.get()
    assert "99999" in trouble.reason
    trouble.body["DonViXuLy"] = COMMUNE.strip("/").rpartition("/")[2]
    trouble.save()
    dossier = connectors.retake(SYSTEM, trouble_id=trouble.pk)
    assert dossier is not None
    trouble.refresh_from_db()
    assert trouble.settled_at is not None


def test_nothing_is_pulled_where_citizens_file_here(world):
    with override_settings(XASO_FILING="here"):
        connectors.pull_all()
    assert not Dossier.objects.exists()


def test_in_national_mode_dossiers_arrive_by_synchronisation(world):
    a_setup(BIRTH)
    province = Unit.objects.get(path="15/")
    UnitIdentifier.objects.get_or_create(
        unit=province, scheme="org", valid_to=None, defaults={"value": "H38"}
    )
    UnitIdentifier.objects.create(unit=Unit.objects.get(path=COMMUNE), scheme="org", value="H38.12")
    filed = file_on_portal(
        world, "H38.12", an_inbound(world).model_dump(exclude={"MaHoSo", "NgayNopHoSo", "DonViXuLy"})
    )
    with override_settings(XASO_FILING="national"):
        connectors.pull_all()
        connectors.pull_all()
    assert Dossier.objects.filter(outside_code=filed["MaHoSo"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_reaches_the_portal_through_the_worker(world):
    dossier = a_dossier()
    relay.run_once()
    adapter.run_ready_jobs()
    assert dossier.code in world.table("portal_dossiers")
