"""A co-operative with a published lot of tea, papers, tests, stars and pictures, for tests of the buyer's page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta

from PIL import Image

from xaso.kernel.documents.actions import keep_file
from xaso.kernel.documents.models import File
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.trace.actions.lots import publish_lot
from xaso.services.trace.models import Certificate, LabTest, Lot, Member, OcopRecognition
from xaso.services.trace.tests.lots_world import Coop, a_coop


@dataclass
class Shop:
    """What a buyer may come upon."""

    coop: Coop
    lot: Lot

    @property
    def url(self) -> str:
        return f"/trace/q/{self.lot.token}"


def a_photo(side: int = 1600) -> File:
    """A photograph as a telephone takes it."""
    out = io.BytesIO()
    picture = Image.effect_noise((side, side * 3 // 4), 60).convert("RGB")
    picture.save(out, "JPEG", quality=88)
    return keep_file(Viewer.system(), content=out.getvalue(), name="che.jpg", owner_service="trace.product")


def a_shop(*, pictures: bool = False) -> Shop:
    """A published lot with papers: one certificate valid, one expired; a test passed; four stars in force."""
    coop, day = a_coop(), today()
    enterprise, tea = coop.enterprise, coop.tea
    tea.standards, tea.brand = "TCVN 9740:2013", "Nậm Lành"
    tea.name_en, tea.description = "Nam Lanh shan tuyet tea", "Chè từ cây cổ thụ trên núi cao."
    enterprise.story = "Chúng tôi hái chè từ những cây trên trăm tuổi."
    member = Member.objects.create(
        enterprise=enterprise, code="01", name="Hộ Giàng A Páo", hamlet="Nậm Lành", shows_name=True
    )
    coop.plot.member = member
    coop.plot.save()
    if pictures:
        tea.photo, enterprise.photo = a_photo().pk, a_photo(1200).pk
    tea.save()
    enterprise.save()
    for number, days in (("VG-01", 300), ("VG-00", -3)):
        Certificate.objects.create(
            enterprise=enterprise, product=tea, standard="VietGAP", number=number, issuer="Trung tâm Chất lượng",
            issued_on=day - timedelta(days=400), expires_on=day + timedelta(days=days),
        )  # fmt: skip
    LabTest.objects.create(
        enterprise=enterprise, product=tea, name="Dư lượng thuốc bảo vệ thực vật", number="PT-12",
        laboratory="Quatest 1", sampled_on=day - timedelta(days=20), result="Không phát hiện", passed=True,
    )  # fmt: skip
    OcopRecognition.objects.create(
        product=tea, product_name=tea.name, owner_name=enterprise.name, group_title="Đồ uống", search_text="che",
        unit_path=enterprise.unit_path, stars=4, decision_number="88/QĐ-UBND", decided_by="UBND tỉnh",
        signed_on=day - timedelta(days=30), expires_on=day + timedelta(days=1000),
    )  # fmt: skip
    lot = publish_lot(coop.viewer, lot=coop.tea_lot())
    return Shop(coop, lot)
