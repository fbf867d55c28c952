"""Labels: the code on the page opens what it should; what was printed stays; copies are told apart."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.people.testing import a_citizen
from xaso.kernel.plain import gs1
from xaso.services.trace import labels_rules
from xaso.services.trace.actions.labels import (
    print_labels,
    print_package_labels,
    print_plant_signs,
    print_plot_signs,
    reprint_labels,
)
from xaso.services.trace.actions.lots_keys import give_gtin
from xaso.services.trace.actions.lots_packing import load_pallet, pack_cartons
from xaso.services.trace.actions.lots_use import hold_lot
from xaso.services.trace.buyer.serials import is_right
from xaso.services.trace.labels_sheet import labels_pdf
from xaso.services.trace.models import LabelBatch, LabelCode, Lot, Thing
from xaso.services.trace.tests.lots_world import PREFIX, Coop, a_coop

pytestmark = pytest.mark.django_db


@pytest.fixture
def coop() -> Coop:
    return a_coop()


def pages_of(pdf: bytes, folder: Path, dpi: int = 203) -> list[Image.Image]:
    """The pages as a thermal printer or a camera sees them."""
    for old in folder.glob("page-*"):
        old.unlink()
    path = folder / "labels.pdf"
    path.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", str(path), str(folder / "page")], check=True)
    return [Image.open(io.BytesIO(one.read_bytes())) for one in sorted(folder.glob("page-*.pgm"))]


def codes_on(pdf: bytes, folder: Path, dpi: int = 203) -> list[str]:
    found = []
    for page in pages_of(pdf, folder, dpi):
        found += [one.text for one in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)]
    return found


def words_on(pdf: bytes, folder: Path) -> str:
    path = folder / "words.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.mark.parametrize("sheet", [one.key for one in labels_rules.sheets_for("lot")])
def test_each_code_on_the_page_is_read_back(coop, tmp_path, sheet):
    tea = coop.tea_lot(10, item=coop.tin)
    batch = print_labels(coop.viewer, lot=tea, sheet=sheet, count=5, skipped=0)
    pdf = labels_pdf(batch)
    assert codes_on(pdf, tmp_path) == [f"{settings.XASO_BASE_URL}/id/class/{tea.token}"] * 5
    words = words_on(pdf, tmp_path)
    assert all(word in words for word in ("Chè", "shan", "tuyết", "Nậm", "Lành", "0912"))
    assert tea.code in words
    assert Lot.objects.get(pk=tea.pk).published_at is not None


def test_labels_of_a_pack_with_gtin_carry_it_and_old_stickers_stay_true(tmp_path):
    coop = a_coop(prefix=PREFIX)
    tea = coop.tea_lot(10, item=coop.tin)
    old = print_labels(coop.viewer, lot=tea, sheet="a4_24", count=1)
    item = give_gtin(coop.viewer, item=coop.tin)
    assert item.gtin[1:].startswith(PREFIX)
    new = print_labels(coop.viewer, lot=Lot.objects.get(pk=tea.pk), sheet="a4_24", count=1, serials=True)
    (read,) = codes_on(labels_pdf(new), tmp_path)
    link = gs1.parse(read, public=True)
    assert link.elements == {"01": item.gtin, "10": tea.code, "21": new.codes.get().serial}
    further = Thing.objects.get(uri=gs1.build({"01": item.gtin, "10": tea.code}))
    assert further.same_as_id == tea.thing_id, "the lot is still the same thing"
    (again,) = codes_on(labels_pdf(old), tmp_path)
    assert again.endswith(f"/id/class/{tea.token}"), "what was printed is frozen"
    later = coop.tea_lot(5, item=item)
    assert later.thing.uri == gs1.build({"01": item.gtin, "10": later.code})
    assert Thing.objects.get(uri__endswith=f"/class/{later.token}").same_as_id == later.thing_id


def test_serials_are_signed_and_each_label_has_its_own(coop, tmp_path):
    batch = print_labels(coop.viewer, lot=coop.tea_lot(), sheet="a4_24", count=30, skipped=3, scratch=True)
    codes = codes_on(labels_pdf(batch), tmp_path)
    assert len(set(codes)) == 30
    assert len(pages_of(labels_pdf(batch), tmp_path)) == 2
    serials = set(LabelCode.objects.filter(batch=batch).values_list("serial", flat=True))
    assert {one.rsplit("-", 1)[1] for one in codes} == serials
    assert all(labels_rules.is_signed(batch.seed, one) for one in serials)
    words = words_on(labels_pdf(batch), tmp_path)
    first = batch.codes.get(number=1).serial
    scratch = labels_rules.scratch_code(batch.seed, first)
    assert labels_rules.grouped(scratch) in words
    assert is_right(batch.codes.get(number=1), scratch.upper()[:4] + "-" + scratch[4:])
    assert not is_right(batch.codes.get(number=2), scratch)


@given(some.text("23456789abcdefghjkmnpqrstuvwxyz", min_size=16, max_size=16))
def test_a_serial_made_up_is_not_signed(serial):
    assert not labels_rules.is_signed("00" * 32, serial) or serial[10:] == labels_rules._letters(
        "00" * 32, "serial", serial[:10], 6
    )
    made = labels_rules.new_serial("00" * 32)
    assert labels_rules.is_signed("00" * 32, made)
    assert not labels_rules.is_signed("11" * 32, made)


def test_a_second_printing_leaves_its_reason_and_is_the_same(coop, tmp_path):
    tea = coop.tea_lot()
    batch = print_labels(coop.viewer, lot=tea, sheet="a4_14", count=20, serials=True)
    first = codes_on(labels_pdf(batch), tmp_path)
    coop.tea.name = "Tên mới"
    coop.tea.save()
    with pytest.raises(ActionError):
        reprint_labels(coop.viewer, batch=batch, first=1, last=2, reason=" ")
    with pytest.raises(ActionError):
        reprint_labels(coop.viewer, batch=batch, first=19, last=21, reason="Kẹt giấy")
    again = reprint_labels(coop.viewer, batch=batch, first=3, last=4, reason="Kẹt giấy")
    pdf = labels_pdf(LabelBatch.objects.get(pk=batch.pk), again)
    second = codes_on(pdf, tmp_path)
    assert len(set(second)) == 2
    assert set(second) <= set(first)
    assert "Tên mới" not in words_on(pdf, tmp_path)
    assert again.printer_name == "Lý Thị Xuân"
    hold_lot(coop.viewer, lot=tea, reason="Chờ kiểm tra")
    batch.refresh_from_db()
    with pytest.raises(Conflict):
        reprint_labels(coop.viewer, batch=batch, first=1, last=1, reason="Rách")
    with pytest.raises(Conflict):
        print_labels(coop.viewer, lot=tea, sheet="a4_14", count=1)


def test_signs_of_plants_plots_and_cartons(tmp_path):
    coop = a_coop(prefix=PREFIX)
    signs = print_plant_signs(coop.viewer, site=coop.plot, sheet="a4_8")
    assert codes_on(labels_pdf(signs), tmp_path) == [coop.bush.uri]
    plots = print_plot_signs(coop.viewer, enterprise=coop.enterprise, sites=[coop.plot.pk], sheet="a4_2")
    assert codes_on(labels_pdf(plots), tmp_path) == [coop.plot.uri]
    cartons = pack_cartons(coop.viewer, lot=coop.tea_lot(10), cartons=2, per_carton=2)
    pallet = load_pallet(coop.viewer, enterprise=coop.enterprise, packages=[one.pk for one in cartons])
    keys = [pallet.pk, *(one.pk for one in cartons)]
    labels = print_package_labels(
        coop.viewer, enterprise=coop.enterprise, packages=keys, sheet="thermal_100x75"
    )
    read = codes_on(labels_pdf(labels), tmp_path)
    assert {gs1.parse(one).key for one in read} == {("00", one.sscc) for one in (*cartons, pallet)}


def test_labels_are_for_those_of_the_enterprise_and_for_goods(coop):
    tea = coop.tea_lot()
    with pytest.raises(Forbidden):
        print_labels(a_citizen("Người Lạ"), lot=tea, sheet="a4_24", count=1)
    with pytest.raises(ActionError, match="thành phẩm"):
        print_labels(coop.viewer, lot=coop.leaf_lot(), sheet="a4_24", count=1)
    for wrong in ({"count": 0}, {"count": 9999}, {"skipped": 24}, {"sheet": "a4_2"}, {"sheet": "khong-co"}):
        with pytest.raises(ActionError):
            print_labels(coop.viewer, lot=tea, **{"sheet": "a4_24", "count": 1, **wrong})


@given(some.integers(10, 120), some.floats(12, 100))
def test_a_code_is_as_strong_as_its_size_allows(length, side):
    text = "https://x.vn/" + "a" * length
    try:
        drawn = labels_rules.draw(text, side)
    except ValueError:
        return
    assert (
        drawn.module
        >= (labels_rules.USUAL_MODULE if drawn.level != "l" else labels_rules.LEAST_MODULE) - 0.001
    )
    if drawn.level != "q":
        larger = labels_rules.draw(text, side * 2.5)
        assert "lmq".index(larger.level) >= "lmq".index(drawn.level)
