"""Signing by mandate: the page says by whose, the paper says how, the log keeps the number."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client, override_settings

from xaso.kernel.access import delegation
from xaso.kernel.access.models import Alert
from xaso.kernel.cases.queries import timeline
from xaso.kernel.events.models import Event
from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer_account
from xaso.kernel.plain import moment
from xaso.services.onestop.actions import results
from xaso.services.onestop.demo_keys import ensure_demo_keys
from xaso.services.onestop.issuing import issuer_for, result_of, signers_for
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.setups_in_force import body_of
from xaso.services.onestop.testing import BIRTH, COMMUNE
from xaso.services.onestop.tests.results.conftest import PIN, SEAL_PIN, drafted

pytestmark = pytest.mark.django_db
DESK = "/desk/onestop"


def signed_in(account) -> Client:
    http = Client()
    http.force_login(account)
    return http


@pytest.fixture
def deputy(house):
    """A head of office who signs for the leader for three days."""
    account = officer_account("clerk", COMMUNE, name="Lò Văn Chánh")
    Account.objects.filter(pk=account.pk).update(title="Chánh Văn phòng")
    account.refresh_from_db()
    ensure_demo_keys(COMMUNE, [house.leader_account, account], pin=PIN, seal_pin=SEAL_PIN)
    delegation.delegate(
        house.leader,
        grant_id=delegation.may_delegate(house.leader)[0].pk,
        account_id=account.pk,
        manner="TUQ.",
        document_number="12/GUQ-UBND",
        reason="Đi công tác",
        first=moment.now(),
        last=moment.now() + timedelta(days=3),
    )
    return account


def test_signing_by_mandate(house, deputy):
    dossier = drafted(house, BIRTH)
    http = signed_in(deputy)
    url = f"{DESK}/ho-so/{dossier.code}/ky/"
    body = body_of(dossier.setup)
    result = result_of(body, body.results[0].key)
    assert deputy in signers_for(dossier, result)
    issuer = issuer_for(dossier, result, deputy)
    assert issuer.authority.endswith(f"TUQ. {result.position}") and issuer.position == "Chánh Văn phòng"
    assert "TUQ" not in (issuer_for(dossier, result, house.leader_account).authority or "")
    results.sign_in_my_name(viewer_of(deputy), dossier_id=dossier.pk)
    page = re.sub(r"\s+", " ", http.get(url).content.decode())
    assert "Ký theo ủy quyền" in page and "12/GUQ-UBND" in page and "Vàng Thị Mỷ" in page
    assert http.post(url, {"do": "yes", "pin": PIN, "pick": dossier.code}).status_code == 200
    event = Event.objects.get(name="onestop.result_signed", record_id=dossier.pk)
    assert event.data["on_behalf_of"] == str(house.leader.account_id)
    dossier = Dossier.objects.select_related("case").get(pk=dossier.pk)
    lines = [line.sentence for line in timeline(house.leader, dossier.case, also=[dossier.pk])]
    assert any("TUQ. theo văn bản ủy quyền số 12/GUQ-UBND" in line for line in lines), lines


def test_the_leader_signs_by_their_own_right(house, deputy):
    dossier = drafted(house, BIRTH)
    results.sign_in_my_name(house.leader, dossier_id=dossier.pk)
    page = signed_in(house.leader_account).get(f"{DESK}/ho-so/{dossier.code}/ky/").content.decode()
    assert "Ký theo ủy quyền" not in page
    results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    assert "on_behalf_of" not in Event.objects.get(name="onestop.result_signed", record_id=dossier.pk).data


def test_an_old_proof_does_not_sign(house):
    dossier = drafted(house, BIRTH)
    http = signed_in(house.leader_account)
    url = f"{DESK}/ho-so/{dossier.code}/ky/"
    with moment.frozen(moment.now() + timedelta(minutes=20)):
        assert http.get(url)["Location"] == f"/dang-nhap/xac-minh?next={url}"
        posted = http.post(url, {"do": "yes", "pin": PIN, "pick": dossier.code})
        assert posted["Location"].startswith("/dang-nhap/xac-minh")
        assert http.get(f"{DESK}/ky/").status_code == 200, "the list may be looked at"
        with override_settings(XASO_PROOF_MINUTES=30):
            assert http.get(url).status_code == 200


def test_taking_the_book_out_asks_again_and_is_watched_at_night(house):
    http = signed_in(house.leader_account)
    url = f"{DESK}/so-theo-doi/tep.xlsx"
    night = moment.now().replace(hour=23, minute=30)
    with moment.frozen(night):
        again = signed_in(house.leader_account)
        assert again.get(url).status_code == 200
    assert Event.objects.filter(name="access.exported").count() == 1
    assert Alert.objects.filter(kind="night_export").count() == 1
    with moment.frozen(moment.now() + timedelta(minutes=20)):
        assert http.get(url)["Location"].startswith("/dang-nhap/xac-minh")
