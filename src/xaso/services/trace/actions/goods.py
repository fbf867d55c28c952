"""Products and pack sizes, inputs, seasons, certificates, tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import gs1
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import clean, search_text
from xaso.services.trace import crops
from xaso.services.trace.actions.farm import MANAGE, others
from xaso.services.trace.actions.lots_keys import note_gtin
from xaso.services.trace.actions.lots_use import note_test
from xaso.services.trace.models import (
    Certificate,
    Enterprise,
    InputProduct,
    LabTest,
    Lot,
    Product,
    Season,
    TradeItem,
)
from xaso.services.trace.naming import new_token
from xaso.services.trace.seats import MANAGER, must_sit

LONGEST = {"name": 200, "number": 80, "laboratory": 200, "result": 300}
PRODUCT_TEXTS = (
    "name", "name_en", "brand", "description", "description_en", "standards", "storage_note", "safety_note",
)  # fmt: skip


@action
def keep_product(
    viewer: Viewer, *, enterprise: Enterprise, facts: Mapping[str, Any], product: Product | None = None
) -> Product:
    """Add a product or raw material, or correct it."""
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    row = product or Product(enterprise=enterprise, token=new_token())
    for name in PRODUCT_TEXTS:
        setattr(row, name, str(facts.get(name) or "").strip())
    row.name = clean(row.name)
    row.kind = facts.get("kind") or row.kind
    row.crop = facts.get("crop") or ""
    row.uom = facts.get("uom") or row.uom
    row.shelf_life_days = facts.get("shelf_life_days")
    row.is_public = bool(facts.get("is_public"))
    wrong: dict[str, list[str]] = {}
    if not row.name:
        wrong["name"] = ["Nhập tên sản phẩm."]
    if row.kind not in Product.Kind.values:
        wrong["kind"] = ["Chọn nguyên liệu hay thành phẩm."]
    same = Product.objects.filter(enterprise=enterprise, name__iexact=row.name, ended_at__isnull=True)
    if same.exclude(pk=row.pk).exists():
        wrong["name"] = ["Đã có sản phẩm cùng tên."]
    if wrong:
        raise ActionErrors(wrong)
    row.search_text = search_text(f"{row.name} {row.name_en} {row.brand}")[:300]
    row.save()
    emit("trace.product_kept", record=row, unit_path=enterprise.unit_path, viewer=viewer)
    return row


def raw_product(viewer: Viewer, *, enterprise: Enterprise, crop: str) -> Product:
    """The raw material of a crop, made from the crop's template when the enterprise has none yet.

    To be called inside an action whose caller may write for the enterprise.
    """
    known = Product.objects.filter(
        enterprise=enterprise, kind=Product.Kind.RAW, crop=crop, ended_at__isnull=True
    ).order_by("created_at")
    found = known.first()
    if found is not None:
        return found
    template = crops.crop_of(crop)
    name = template.raw if template else "Nguyên liệu"
    row = Product.objects.create(
        enterprise=enterprise,
        kind=Product.Kind.RAW,
        name=name,
        name_en=template.raw_en if template else "",
        crop=crop,
        token=new_token(),
        uom=template.uom if template else "KGM",
        search_text=search_text(name),
    )
    emit("trace.product_kept", record=row, unit_path=enterprise.unit_path, viewer=viewer)
    return row


@action
def keep_item(
    viewer: Viewer,
    *,
    product: Product,
    name: str,
    net_quantity: Decimal,
    net_uom: str = "KGM",
    gtin: str = "",
    item: TradeItem | None = None,
) -> TradeItem:
    """Add a pack size, or correct it. A GTIN only under the enterprise's own GS1 prefix, with its check digit right."""
    enterprise = product.enterprise
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    name, digits = clean(name)[:120], "".join(one for one in gtin if one.isdigit())
    wrong: dict[str, list[str]] = {}
    if not name:
        wrong["name"] = ["Nhập quy cách, ví dụ: Hộp 200 g."]
    if net_quantity <= 0:
        wrong["net_quantity"] = ["Lượng tịnh phải lớn hơn 0."]
    if digits:
        wrong.update(_gtin_problems(enterprise, digits))
    if wrong:
        raise ActionErrors(wrong)
    full = gs1.gtin14(digits) if digits else ""
    taken = others(TradeItem.objects.filter(gtin=full, ended_at__isnull=True), item)
    if full and taken.exists():
        raise Conflict("GTIN này đã dùng cho quy cách khác.", "gtin")
    row = item or TradeItem(product=product)
    gains_gtin = bool(full) and full != row.gtin
    if gains_gtin:
        row.gtin, row.gtin_from = full, today()
    row.name, row.net_quantity, row.net_uom = name, net_quantity, net_uom
    row.save()
    if gains_gtin:
        note_gtin(viewer, row, by_hand=True)
    emit("trace.item_kept", record=row, unit_path=enterprise.unit_path, viewer=viewer)
    return row


def _gtin_problems(enterprise: Enterprise, digits: str) -> dict[str, list[str]]:
    if not enterprise.gs1_prefix:
        return {"gtin": ["Cơ sở chưa có mã doanh nghiệp GS1. Để trống: tem dùng địa chỉ của hệ thống."]}
    if len(digits) not in {8, 12, 13, 14} or not gs1.has_good_check_digit(digits):
        return {"gtin": ["GTIN sai chữ số kiểm tra. Xem lại từng chữ số."]}
    # The first digit of 14 is the packing level; then comes the company's prefix.
    if not gs1.gtin14(digits)[1:].startswith(enterprise.gs1_prefix):
        return {"gtin": ["GTIN phải bắt đầu bằng mã doanh nghiệp GS1 của chính cơ sở."]}
    return {}


@action
def keep_input(
    viewer: Viewer, *, enterprise: Enterprise, facts: Mapping[str, Any], row: InputProduct | None = None
) -> InputProduct:
    """Add an input, or correct it. ``confirmed``: the manager has read the waiting time on the label."""
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    name = clean(str(facts.get("name") or ""))[:120]
    wrong: dict[str, list[str]] = {}
    if not name:
        wrong["name"] = ["Nhập tên ghi trên nhãn."]
    if facts.get("kind") not in InputProduct.Kind.values:
        wrong["kind"] = ["Chọn loại vật tư."]
    if facts.get("kind") == InputProduct.Kind.PESTICIDE and facts.get("interval_days") is None:
        wrong["interval_days"] = ["Nhập số ngày cách ly ghi trên nhãn; không phải chờ thì nhập 0."]
    if wrong:
        raise ActionErrors(wrong)
    made = row or InputProduct(enterprise=enterprise)
    made.name, made.kind = name, facts["kind"]
    made.substance = clean(str(facts.get("substance") or ""))[:120]
    made.crop, made.uom = facts.get("crop") or "", facts.get("uom") or "KGM"
    made.usual, made.interval_days = facts.get("usual"), int(facts.get("interval_days") or 0)
    made.source = clean(str(facts.get("source") or ""))[:300]
    made.confirmed = bool(facts.get("confirmed"))
    same = InputProduct.objects.filter(enterprise=enterprise, kind=made.kind, name__iexact=name)
    if same.exclude(pk=made.pk).exists():
        raise Conflict("Đã có vật tư cùng tên.", "name")
    made.save()
    emit("trace.input_kept", record=made, unit_path=enterprise.unit_path, viewer=viewer)
    return made


@action
def take_template(viewer: Viewer, *, enterprise: Enterprise, crop: str, year: int | None = None) -> int:
    """Inputs, seasons of a year and the raw material of a crop, as its template has them; answers how many are new."""
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    template = crops.crop_of(crop)
    if template is None:
        raise ActionError("Chọn cây trồng.", "crop")
    new = 0
    for one in template.inputs:
        told = {
            "substance": one.substance,
            "crop": crop,
            "uom": one.uom,
            "usual": one.usual,
            "interval_days": one.interval_days,
            "source": one.source,
            "confirmed": not one.unconfirmed,
        }
        _, fresh = InputProduct.objects.get_or_create(
            enterprise=enterprise, kind=one.kind, name=one.name, defaults=told
        )
        new += fresh
    for name, first, last in template.seasons_of(year or today().year):
        _, fresh = Season.objects.get_or_create(
            enterprise=enterprise, crop=crop, name=name, defaults={"starts_on": first, "ends_on": last}
        )
        new += fresh
    raw_product(viewer, enterprise=enterprise, crop=crop)
    emit(
        "trace.template_taken",
        record=enterprise,
        unit_path=enterprise.unit_path,
        viewer=viewer,
        data={"crop": crop},
    )
    return new


@action
def add_certificate(
    viewer: Viewer,
    *,
    enterprise: Enterprise,
    standard: str,
    number: str,
    issuer: str,
    issued_on: date,
    expires_on: date | None = None,
    product: Product | None = None,
    scope: str = "",
    file: UUID | None = None,
    is_public: bool = True,
) -> Certificate:
    """Write down a certificate of the enterprise or of one product."""
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    standard, number, issuer = clean(standard)[:120], clean(number)[:80], clean(issuer)[:200]
    wrong: dict[str, list[str]] = {}
    for name, value, words in (
        ("standard", standard, "Nhập tiêu chuẩn, ví dụ: VietGAP trồng trọt."),
        ("number", number, "Nhập số giấy."),
        ("issuer", issuer, "Nhập nơi cấp."),
    ):
        if not value:
            wrong[name] = [words]
    if expires_on is not None and expires_on <= issued_on:
        wrong["expires_on"] = ["Ngày hết hạn phải sau ngày cấp."]
    if issued_on > today():
        wrong["issued_on"] = ["Ngày cấp chưa tới."]
    if wrong:
        raise ActionErrors(wrong)
    if Certificate.objects.filter(enterprise=enterprise, number=number).exists():
        raise Conflict("Đã có giấy mang số này.", "number")
    row = Certificate.objects.create(
        enterprise=enterprise, product=product, standard=standard, number=number, issuer=issuer,
        scope=clean(scope)[:300], issued_on=issued_on, expires_on=expires_on, file=file, is_public=is_public,
    )  # fmt: skip
    emit("trace.certificate_added", record=row, unit_path=enterprise.unit_path, viewer=viewer)
    return row


@action
def end_certificate(viewer: Viewer, *, certificate: Certificate) -> Certificate:
    """A certificate was withdrawn or is no longer true."""
    must_sit(viewer, certificate.enterprise, MANAGER, right=MANAGE)
    certificate.ended_at = now()
    certificate.save(update_fields=["ended_at"])
    emit(
        "trace.certificate_ended",
        record=certificate,
        unit_path=certificate.enterprise.unit_path,
        viewer=viewer,
    )
    return certificate


@action
def add_lab_test(
    viewer: Viewer,
    *,
    enterprise: Enterprise,
    name: str,
    number: str,
    laboratory: str,
    sampled_on: date,
    result: str,
    passed: bool,
    rule: str = "",
    product: Product | None = None,
    lot: Lot | None = None,
    file: UUID | None = None,
    is_public: bool = True,
) -> LabTest:
    """Write down what a laboratory found; of a lot, of a product, or of the enterprise's produce at large."""
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    kept = {"name": name, "number": number, "laboratory": laboratory, "result": result}
    wrong = {key: ["Điền ô này."] for key, value in kept.items() if not clean(value)}
    if sampled_on > today():
        wrong["sampled_on"] = ["Ngày lấy mẫu chưa tới."]
    if lot is not None and lot.enterprise_id != enterprise.pk:
        wrong["lot"] = ["Chọn lô của cơ sở này."]
    if wrong:
        raise ActionErrors(wrong)
    row = LabTest.objects.create(
        enterprise=enterprise, product=product or (lot.product if lot else None), lot=lot, sampled_on=sampled_on,
        passed=passed, rule=clean(rule)[:200], file=file, is_public=is_public,
        **{key: clean(value)[: LONGEST[key]] for key, value in kept.items()},
    )  # fmt: skip
    emit("trace.lab_test_added", record=row, unit_path=enterprise.unit_path, viewer=viewer)
    if lot is not None:
        note_test(viewer, lot=lot, test=row)
    return row
