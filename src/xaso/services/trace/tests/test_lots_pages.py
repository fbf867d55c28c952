"""The enterprise's pages of lots and the officers' view, through the client."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from xaso.kernel.people.testing import a_citizen_account, officer_account
from xaso.kernel.plain import moment
from xaso.services.trace.actions.goods import add_certificate
from xaso.services.trace.actions.lots_packing import pack_cartons
from xaso.services.trace.models import LabelBatch, Lot, Package, ResolverLink, Shipment, Site, TradeItem
from xaso.services.trace.naming import new_token, own
from xaso.services.trace.public.lots import lots_urls
from xaso.services.trace.tests.lots_world import DAY, PREFIX, Coop, a_coop

pytestmark = pytest.mark.django_db


@pytest.fixture
def coop() -> Coop:
    return a_coop(prefix=PREFIX)


@pytest.fixture
def client(coop) -> Client:
    client = Client()
    client.force_login(coop.account)
    return client


def url(coop: Coop, name: str, *args) -> str:
    return reverse(f"trace:{name}", args=[coop.enterprise.token, *args])


def words(answer) -> str:
    return answer.content.decode()


def test_dry_tea_from_three_leaf_lots_in_one_page(coop, client):
    leaves = [coop.leaf_lot(quantity) for quantity in (20, 15, 15)]
    page = client.get(url(coop, "process"))
    assert all(one.code in words(page) for one in leaves)
    post = {f"pick_{one.token}": "on" for one in leaves}
    post |= {
        "product": str(coop.tea.pk),
        "quantity": "40",
        "made_on": DAY.isoformat(),
        "once_key": str(uuid.uuid4()),
    }
    asked = client.post(url(coop, "process"), post)
    assert asked.status_code == 422
    assert "Xem lại số cân" in words(asked)
    assert 'name="sure"' in words(asked)
    assert words(asked).count("checked") >= 3, "nothing typed is lost"
    post["quantity"] = "11,5"
    made = client.post(url(coop, "process"), post)
    assert made.status_code == 302
    lot = Lot.objects.get(product=coop.tea)
    assert lot.quantity == Decimal("11.5")
    assert client.post(url(coop, "process"), post).headers["Location"] == made.headers["Location"]
    assert Lot.objects.filter(product=coop.tea).count() == 1, "pressed twice is made once"
    shown = words(client.get(made.headers["Location"]))
    assert lot.code in shown
    assert "Đường đi" in shown
    assert lot.code in words(client.get(url(coop, "lots")))


def test_part_of_a_lot_and_none_ticked(coop, client):
    leaf = coop.leaf_lot(30)
    post = {"product": str(coop.tea.pk), "quantity": "2", "made_on": DAY.isoformat()}
    none = client.post(url(coop, "process"), post)
    assert none.status_code == 422
    assert "Chọn ít nhất một lô" in words(none)
    too_much = client.post(
        url(coop, "process"), {**post, f"pick_{leaf.token}": "on", f"take_{leaf.token}": "31"}
    )
    assert "chỉ còn 30 kg" in words(too_much)
    client.post(url(coop, "process"), {**post, f"pick_{leaf.token}": "on", f"take_{leaf.token}": "10"})
    assert Lot.objects.get(pk=leaf.pk).left == 20


def test_a_batch_is_filled_over_days_and_finished(coop, client):
    leaves = [coop.leaf_lot(20), coop.leaf_lot(30)]
    begun = client.post(url(coop, "run_new"), {"product": str(coop.tea.pk), "step": "drying"})
    page = begun.headers["Location"]
    assert "Ghi tiếp mẻ" in words(client.get(url(coop, "process")))
    for one in leaves:
        post = {"do": "add", f"pick_{one.token}": "on", "day": DAY.isoformat()}
        assert client.post(page, post).status_code == 302
    assert "30 kg từ lô" in words(client.get(page))
    assert client.post(page, {"do": "add", "day": DAY.isoformat()}).status_code == 422
    end = {"do": "end", "quantity": "40", "made_on": DAY.isoformat()}
    assert 'name="sure"' in words(client.post(page, end))
    assert client.post(page, {**end, "quantity": "11"}).status_code == 302
    tea = Lot.objects.get(product=coop.tea)
    assert {one.token for one in leaves} == set(tea.facts["from"])
    assert client.get(page).status_code == 404


def test_what_can_be_done_with_a_lot(coop, client):
    tea = coop.tea_lot(20)
    store = Site.objects.create(
        enterprise=coop.enterprise, kind="store", name="Kho lạnh", uri=own("loc", new_token())
    )
    paper = add_certificate(
        coop.viewer,
        enterprise=coop.enterprise,
        standard="Hữu cơ",
        number="HC-1",
        issuer="Tổ chức chứng nhận",
        issued_on=DAY - timedelta(days=30),
    )
    doings = [
        ("lot_pack", {"item": str(coop.tin.pk), "packs": "10"}),
        ("lot_cartons", {"cartons": "2", "per_carton": "1,5"}),
        ("lot_split", {"parts": "1; 2,5"}),
        ("lot_use", {"how": "sold", "quantity": "0,5", "note": "Khách đến nhà"}),
        ("lot_store", {"site": str(store.pk)}),
        ("lot_certify", {"certificate": str(paper.pk)}),
        ("lot_hold", {"reason": "Chờ kiểm nghiệm"}),
        ("lot_hold", {"reason": "Đã đạt"}),
    ]
    for name, post in doings:
        assert client.get(url(coop, name, tea.token)).status_code == 200, name
        answer = client.post(url(coop, name, tea.token), post)
        assert answer.status_code == 302, (name, words(answer))
    tea.refresh_from_db()
    assert tea.left == Decimal(20) - 2 - 3 - Decimal("3.5") - Decimal("0.5")
    assert (tea.site_id, tea.state) == (store.pk, "open")
    assert tea.facts["certificates"] == [str(paper.pk)]
    for name in ("lot_pack", "lot_cartons", "lot_split", "lot_use"):
        assert client.post(url(coop, name, tea.token), {"once_key": "1"}).status_code == 422, name
    assert "không đủ" in words(
        client.post(url(coop, "lot_cartons", tea.token), {"cartons": "9", "per_carton": "9"})
    )
    client.post(url(coop, "lot_publish", tea.token))
    assert Lot.objects.get(pk=tea.pk).published_at is not None


def test_packages_leave_and_arrive(coop, client):
    tea = coop.tea_lot(10)
    boxes = pack_cartons(coop.viewer, lot=tea, cartons=3, per_carton=Decimal(2))
    pick = [str(one.pk) for one in boxes]
    client.post(url(coop, "packages"), {"pick": pick[:2], "do": "pallet"})
    pallet = Package.objects.get(kind="pallet")
    assert "Pa-lét" in words(client.get(url(coop, "packages")))
    to_ship = client.post(url(coop, "packages"), {"pick": [str(pallet.pk)], "do": "ship"}, follow=True)
    assert "checked" in words(to_ship)
    post = {
        "to_name": "Cửa hàng Mộc", "to_phone": "0987 654 321", "packages": [str(pallet.pk)], "bill": "VD-1",
        f"pick_{tea.token}": "on", f"take_{tea.token}": "1", "shipped_on": moment.today().isoformat(),
    }  # fmt: skip
    assert client.post(url(coop, "ship"), {**post, "to_name": ""}).status_code == 422
    answer = client.post(url(coop, "ship"), post)
    sent = Shipment.objects.get()
    assert answer.headers["Location"] == url(coop, "shipment", sent.token)
    assert "0987 654 321" in words(client.get(answer.headers["Location"]))
    assert "Cửa hàng Mộc" in words(client.get(url(coop, "shipments")))
    assert "Cửa hàng Mộc" in words(client.get(url(coop, "lot", tea.token)))
    client.post(url(coop, "shipment", sent.token), {"do": "cancel", "reason": "Xe hỏng"})
    assert Lot.objects.get(pk=tea.pk).left == 4
    client.post(url(coop, "packages"), {"pick": [pick[2]], "do": "open"})
    assert Lot.objects.get(pk=tea.pk).left == 6
    client.post(url(coop, "ship"), {**post, "packages": []})
    again = Shipment.objects.exclude(pk=sent.pk).get()
    client.post(url(coop, "shipment", again.token), {"do": "received"})
    assert "Đã nhận" in words(client.get(url(coop, "shipment", again.token)))


def test_labels_are_made_fetched_for_a_day_and_printed_again_with_a_reason(coop, client):
    tea = coop.tea_lot(10, item=coop.tin)
    page = client.get(url(coop, "lot_labels", tea.token))
    assert 'value="50"' in words(page), "as many labels as packs"
    answer = client.post(
        url(coop, "lot_labels", tea.token), {"sheet": "a4_24", "count": "30", "kind": "scratch"}
    )
    batch = LabelBatch.objects.get()
    assert batch.has_scratch
    assert answer.headers["Location"] == url(coop, "label_batch", batch.pk)
    pdf = client.get(url(coop, "label_pdf", batch.pk))
    assert pdf.content.startswith(b"%PDF")
    assert "no-store" in pdf["Cache-Control"]
    assert (
        client.post(
            url(coop, "label_batch", batch.pk), {"first": "1", "last": "31", "reason": "x"}
        ).status_code
        == 422
    )
    client.post(url(coop, "label_batch", batch.pk), {"first": "2", "last": "3", "reason": "Kẹt giấy"})
    reprint = batch.reprints.get()
    assert "Kẹt giấy" in words(client.get(url(coop, "label_batch", batch.pk)))
    assert client.get(url(coop, "label_reprint_pdf", batch.pk, reprint.pk)).content.startswith(b"%PDF")
    LabelBatch.objects.filter(pk=batch.pk).update(printed_at=moment.now() - timedelta(days=2))
    assert client.get(url(coop, "label_pdf", batch.pk)).status_code == 409
    assert "24 giờ" in words(client.get(url(coop, "label_batch", batch.pk)))
    assert "Tem sản phẩm" in words(client.get(url(coop, "label_batches")))


def test_signs_of_plots_plants_and_labels_of_packages(coop, client):
    box = pack_cartons(coop.viewer, lot=coop.tea_lot(4), cartons=1, per_carton=Decimal(1))[0]
    for name, args, which in (
        ("plot_signs", (), coop.plot.pk), ("plant_signs", (coop.plot.pk,), coop.bush.pk), ("package_labels", (), box.pk)
    ):  # fmt: skip
        address = url(coop, name, *args)
        assert client.get(address).status_code == 200
        assert client.post(address, {"sheet": "a4_8"}).status_code == 422
        answer = client.post(address, {"sheet": "a4_8", "which": [str(which)]})
        assert answer.status_code == 302, words(answer)
        assert client.get(answer.headers["Location"] + "tem.pdf").content.startswith(b"%PDF")


def test_numbers_and_links(coop, client):
    assert PREFIX in words(client.get(url(coop, "codes")))
    client.post(url(coop, "codes"), {"do": "gtin", "item": str(coop.tin.pk)})
    assert TradeItem.objects.get(pk=coop.tin.pk).gtin[1:].startswith(PREFIX)
    client.post(url(coop, "codes"), {"do": "gln"})
    coop.enterprise.refresh_from_db()
    assert coop.enterprise.gln.startswith(PREFIX)
    good = {
        "product": str(coop.tea.pk),
        "link_type": "gs1:hasRetailers",
        "title": "Nơi bán",
        "href": "https://a.vn/b",
    }
    assert client.post(url(coop, "code_links"), {**good, "href": "ftp://a"}).status_code == 422
    client.post(url(coop, "code_links"), good)
    link = ResolverLink.objects.get()
    assert "Nơi bán" in words(client.get(url(coop, "code_links")))
    client.post(url(coop, "code_link_end", link.pk))
    assert ResolverLink.objects.get().ended_at is not None


def test_pages_without_anything_yet_say_what_to_do():
    coop = a_coop(name="Hợp tác xã mới lập")
    client = Client()
    client.force_login(coop.account)
    for name in (
        "lots",
        "process",
        "packages",
        "package_labels",
        "shipments",
        "ship",
        "label_batches",
        "codes",
    ):
        assert client.get(url(coop, name)).status_code == 200, name
    assert "chưa có mã doanh nghiệp" in words(client.get(url(coop, "codes"))).lower()


def test_nobody_else_opens_the_pages(coop):
    tea = coop.tea_lot(5)
    stranger, other = Client(), Client()
    stranger.force_login(a_citizen_account("Người Lạ"))
    other.force_login(a_coop(name="Hợp tác xã khác").account)
    for pattern in lots_urls:
        args = {
            "token": coop.enterprise.token, "lot": tea.token, "shipment": "zzzz", "run": "zzzz",
            "batch_id": tea.pk, "site_id": tea.pk,
            "reprint_id": tea.pk, "link_id": tea.pk,
        }  # fmt: skip
        keys = pattern.pattern.converters
        address = reverse(f"trace:{pattern.name}", kwargs={key: args[key] for key in keys})
        for visitor in (stranger, other):
            assert visitor.get(address).status_code in {403, 404, 405}, address
            assert visitor.post(address, {}).status_code in {403, 404, 405}, address
        assert Client().get(address).status_code in {302, 405}


def test_officers_of_the_unit_see_lots_and_others_do_not(coop):
    tea = coop.tea_lot(5)
    here, elsewhere = Client(), Client()
    here.force_login(officer_account("specialist", coop.enterprise.unit_path))
    elsewhere.force_login(officer_account("specialist", "04/01273/"))
    listed = here.get(reverse("trace_desk:lots"))
    assert tea.code in words(listed)
    assert "Chè shan tuyết" in words(here.get(reverse("trace_desk:lot", args=[tea.token])))
    assert tea.code not in words(elsewhere.get(reverse("trace_desk:lots")))
    assert elsewhere.get(reverse("trace_desk:lot", args=[tea.token])).status_code == 404
