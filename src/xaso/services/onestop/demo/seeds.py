"""Citizens, fees, the bank account and trial keys of the demo commune."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime

from xaso.kernel.documents.actions import issue_certificate
from xaso.kernel.documents.models import SigningKey
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM
from xaso.services.onestop import eforms
from xaso.services.onestop.actions.filing import Applicant
from xaso.services.onestop.actions.money import open_account
from xaso.services.onestop.actions.setups import set_rate
from xaso.services.onestop.models import BankAccount, FeeRate, Procedure

COMMUNE, PROVINCE = "15/02728/", "15/"
AGENCY = "Ủy ban nhân dân xã Mường Hum"
PIN = "246810"
KEYS_FROM = datetime(2025, 7, 2, tzinfo=VIETNAM)
HAMLETS = ("Ky Quan San", "Séo Pờ Hồ", "Nậm Pẻn 1", "Piềng Láo", "Tả Pa Cheo", "Mường Hum 1", "Mường Hum 2")
# Those whom the simulated VNeID knows: whoever tries the demo as a citizen finds dossiers of their own.
SIGN_IN = (
    ("Triệu Thị Mẩy", "010185000012", "1985-03-12", "female", "0900000112"),
    ("Giàng A Páo", "010088000024", "1988-07-02", "male", "0900000124"),
    ("Vàng Thị Sua", "010192000036", "1992-11-20", "female", "0900000136"),
    ("Lý Láo Tả", "010079000048", "1979-01-05", "male", "0900000148"),
)
HOME = "xã Mường Hum, tỉnh Lào Cai"
_FAMILY = ("Giàng", "Vàng", "Triệu", "Tẩn", "Lù", "Nông", "Hoàng", "Chảo", "Phàn", "Lý", "Thào", "Đặng")
_MIDDLE = {"male": ("A", "Văn", "Láo", "Seo"), "female": ("Thị", "Mùi", "Mẩy", "Thu")}
_GIVEN = {
    "male": ("Páo", "Sính", "Tả", "Lâm", "Toàn", "Chiến", "Dìn", "Phú"),
    "female": ("Mỷ", "Sua", "Dất", "Bích", "Hoa", "Liều", "Mai", "Xanh"),
}
# Fees that the province sets: invented amounts, marked as such; a real province enters its own resolution.
RATES = {
    "le_phi_ho_tich": 8_000,
    "le_phi_giay_phep_xay_dung": 75_000,
    "le_phi_dang_ky_kinh_doanh": 100_000,
    "le_phi_tam_ngung_kinh_doanh": 30_000,
    "le_phi_cham_dut_kinh_doanh": 30_000,
    "phi_cay_xanh": 50_000,
    "phi_su_dung_long_duong_via_he": 20_000,
}


def citizens(count: int) -> list[Applicant]:
    """Invented people: numbers follow NĐ 137/2015 art. 13 and are nobody's."""
    chance = random.Random(1979)
    people = []
    for serial in range(count):
        sex = chance.choice(("male", "female"))
        year = chance.randint(1952, 2005)
        digit = (0 if sex == "male" else 1) if year < 2000 else (2 if sex == "male" else 3)
        name = f"{chance.choice(_FAMILY)} {chance.choice(_MIDDLE[sex])} {chance.choice(_GIVEN[sex])}"
        people.append(
            Applicant(
                full_name=name,
                id_number=f"010{digit}{year % 100:02d}{900000 + serial:06d}",
                birth_date=f"{year}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
                sex=sex,
                phone=f"09000{chance.randint(10000, 99999)}",
                address=HOME,
            )
        )
    return people


def known_citizens() -> list[Applicant]:
    """The citizens who can sign in."""
    return [
        Applicant(full_name=name, id_number=number, birth_date=birth, sex=sex, phone=phone, address=HOME)
        for name, number, birth, sex, phone in SIGN_IN
    ]


def make_money(viewer: Viewer) -> None:
    """A bank account for fees, and the fees the province sets."""
    if not BankAccount.objects.filter(unit_path=COMMUNE).exists():
        open_account(
            viewer,
            unit_path=COMMUNE,
            bank_bin="970436",
            account="1026000002728",
            holder="UBND XA MUONG HUM",
            valid_from=date(2025, 7, 1),
            legal_basis="Tài khoản mẫu, không có thật",
        )
    for code, fee in sorted(_fees_of_province()):
        procedure = Procedure.objects.filter(code=code).first()
        held = FeeRate.objects.filter(procedure=procedure, unit_path=PROVINCE, body__fee=fee)
        if procedure is None or fee not in RATES or held.exists():
            continue
        set_rate(
            viewer,
            procedure=procedure,
            unit_path=PROVINCE,
            body={"fee": fee, "amount": RATES[fee]},
            valid_from=date(2025, 7, 1),
            legal_basis="Mức thu mẫu để chạy thử, không phải nghị quyết của tỉnh",
        )


def _fees_of_province() -> set[tuple[str, str]]:
    return {
        (setup.procedure, fee.key)
        for setup in eforms.shipped_setups()
        for fee in setup.fees
        if fee.method == "set_by_province"
    }


def make_keys(viewer: Viewer, accounts: Mapping[str, Account]) -> None:
    """Trial signing keys: the leaders' own and the commune's seal."""
    for login in ("lanhdao", "pct", "tpkinhte"):
        account = accounts[login]
        if not SigningKey.objects.filter(account=account).exists():
            issue_certificate(
                viewer,
                name=account.display_name,
                unit_path=COMMUNE,
                kind=SigningKey.Kind.PERSON,
                pin=PIN,
                agency=AGENCY,
                account=account,
                title=account.title,
                start=KEYS_FROM,
            )
    if not SigningKey.objects.filter(unit_path=COMMUNE, kind=SigningKey.Kind.AGENCY).exists():
        issue_certificate(
            viewer,
            name=AGENCY,
            unit_path=COMMUNE,
            kind=SigningKey.Kind.AGENCY,
            pin=PIN,
            agency=AGENCY,
            start=KEYS_FROM,
        )
