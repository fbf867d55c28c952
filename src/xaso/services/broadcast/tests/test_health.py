"""What the operator is told about loudspeakers before they fall silent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models import Cluster, WireCertificate
from xaso.services.broadcast.queries.health import certificates
from xaso.services.broadcast.tests.core_world import Radio

pytestmark = pytest.mark.django_db


def given(cluster: Cluster, days: int) -> WireCertificate:
    return WireCertificate.objects.create(
        cluster=cluster,
        unit_path=cluster.unit_path,
        serial=f"{cluster.code}-{days}",
        until=now() + timedelta(days=days),
    )


def test_a_certificate_is_renewed_before_it_ends(radio: Radio) -> None:
    Cluster.objects.update(enrolled_at=now())
    assert certificates() == (True, "Chứng thư của 0 cụm loa còn hạn trên 30 ngày.")
    one, two, three = radio.clusters
    for cluster in (one, two):
        given(cluster, 300)
    old = given(three, 12)
    good, said = certificates()
    assert not good
    assert three.name in said and f"{old.until:%m/%Y}" in said and one.name not in said
    assert "Cấp mã ghép nối" in said
    old.ended_at = now()
    old.save()
    given(three, 700)
    assert certificates() == (True, "Chứng thư của 3 cụm loa còn hạn trên 30 ngày.")
