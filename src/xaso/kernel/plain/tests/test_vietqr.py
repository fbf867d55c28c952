"""VietQR: published payloads, every rule once, and what must hold for any input."""

from __future__ import annotations

import io
import json
import string
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xaso.kernel.plain import pay_cli
from xaso.kernel.plain.vietqr import (
    PayloadError,
    Service,
    VietQr,
    bank_of,
    banks,
    build,
    crc16,
    find_bank,
    plain_purpose,
    read,
)
from xaso.kernel.plain.vietqr.tlv import check_crc, checksum, split

# Printed by NAPAS (format 1.0 of 09/2021): a static card, a dynamic account.
CARD = "00020101021138600010A00000072701300006970403011697040311012345670208QRIBFTTC53037045802VN63044F52"
ORDER = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA"
    "530370454061800005802VN62340107NPS68690819thanh toan don hang63042E2E"
)
# Printed in the documentation of public VietQR libraries.
TRANSFER = (
    "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA"
    "5303704540410005802VN62150811Chuyen tien6304BBB8"
)
STATIC = "00020101021138540010A00000072701240006970423011000999999990208QRIBFTTA53037045802VN6304CBB4"
# Printed by NAPAS with a length of 12 before an account of 13 digits: only its checksum holds.
MISCOUNTED = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304"
# EMVCo QRCPS-MPM v1.1, annex: Chinese text counted in characters, checksum over its UTF-8 bytes.
EMVCO = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN"
    "5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***"
    "0708A60086670902ME91320016A0112233449988770708123456786304A13A"
)


def signed(body: str) -> str:
    """A body with the right checksum."""
    return f"{body}6304{checksum(body + '6304')}"


def code_of(payload: str) -> str:
    """The error a payload gives."""
    with pytest.raises(PayloadError) as caught:
        read(payload)
    assert caught.value.message
    return caught.value.code


def test_crc_known_answer() -> None:
    assert crc16(b"123456789") == 0x29B1


def test_published_payloads() -> None:
    assert read(CARD).asks == VietQr("970403", "9704031101234567", Service.TO_CARD)
    order = read(ORDER).asks
    assert order == VietQr(
        "970403",
        "0011012345678",
        dynamic=True,
        amount=180000,
        bill_number="NPS6869",
        purpose="thanh toan don hang",
    )
    assert read(TRANSFER).asks.amount == 1000
    assert read(STATIC).asks == VietQr("970423", "0099999999")
    for payload in (CARD, ORDER, TRANSFER, STATIC):
        assert build(read(payload).asks) == payload


def test_emvco_example_counts_characters_but_is_no_vietqr() -> None:
    assert check_crc(EMVCO) == "A13A"
    assert next(node for node in split(EMVCO) if node.id == "64").value.startswith("0002ZH0104最佳运输")
    assert code_of(EMVCO) == "not_vietqr"


def test_miscounted_example_is_refused_though_its_checksum_holds() -> None:
    payload = MISCOUNTED + checksum(MISCOUNTED)
    assert payload.endswith("F4E5")
    assert code_of(payload) == "truncated"


HEAD = "000201010212"
ACCOUNT = "38530010A0000007270123000697041601092576788590208QRIBFTTA"
TAIL = "5802VN"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("", "empty"),
        ("x", "crc_missing"),
        (TRANSFER[:-1] + "5", "crc_mismatch"),
        (TRANSFER + " ", "crc_missing"),
        (TRANSFER[:-8], "crc_missing"),
        (signed(TRANSFER[:-8] + "5802VN"), "duplicate"),
        ("9" * 600, "too_long"),
        ("\ud800", "not_text"),
        (signed("000202010212" + ACCOUNT + "5303704" + TAIL), "bad_version"),
        (signed("010212000201" + ACCOUNT + "5303704" + TAIL), "order"),
        (signed("000201" + ACCOUNT + "5303704" + TAIL), "missing"),
        (signed("000201010213" + ACCOUNT + "5303704" + TAIL), "bad_format"),
        (signed(HEAD + ACCOUNT + "5303840" + TAIL), "wrong_currency"),
        (signed(HEAD + ACCOUNT + TAIL), "missing"),
        (signed(HEAD + ACCOUNT + "5303704" + "5802TH"), "wrong_country"),
        (signed(HEAD + ACCOUNT + "5303704"), "missing"),
        (signed(HEAD + ACCOUNT + "5303704" + "54010" + TAIL), "bad_amount"),
        (signed(HEAD + ACCOUNT + "5303704" + "54051,000" + TAIL), "bad_amount"),
        (signed(HEAD + ACCOUNT + "5303704" + "540510.50" + TAIL), "bad_amount"),
        (signed(HEAD + ACCOUNT + "5303704" + "5414" + "1" * 14 + TAIL), "bad_length"),
        (signed(HEAD + ACCOUNT + "5303704" + "5400" + TAIL), "bad_length"),
        (signed(HEAD + ACCOUNT + "5303704" + TAIL + "6204AB01"), "bad_id"),
        (signed(HEAD + ACCOUNT + "5303704" + TAIL + "62040800"), "bad_length"),
        (signed(HEAD + ACCOUNT + "5303704" + TAIL + "6230" + "0826" + "x" * 26), "bad_length"),
        (signed(HEAD + ACCOUNT + "5303704" + TAIL + "6209" + "0805tiền "), "bad_format"),
        (signed(HEAD + ACCOUNT + "5303704" + TAIL + "62070903AMZ"), "bad_format"),
        (signed(HEAD + ACCOUNT + "5303704" + TAIL + "5908Nguyễn A"), "bad_format"),
        (signed(HEAD + ACCOUNT + "5303704" + TAIL + "59271234567"), "truncated"),
        (signed(HEAD + ACCOUNT + "5303704" + TAIL + "64060002VI"), "missing"),
        (signed(HEAD + ACCOUNT + "5303704" + "550204" + TAIL), "bad_format"),
        (signed(HEAD + ACCOUNT + "5303704" + "550202" + TAIL), "bad_fee"),
        (signed(HEAD + ACCOUNT + "5303704" + "550203570500.00" + TAIL), "bad_fee"),
        (signed(HEAD + ACCOUNT.replace("QRIBFTTA", "QRXXXXXX") + "5303704" + TAIL), "bad_service"),
        (signed(HEAD + ACCOUNT.replace("970416", "97O416") + "5303704" + TAIL), "bad_format"),
        (signed(HEAD + ACCOUNT.replace("257678859", "2576 8859") + "5303704" + TAIL), "bad_format"),
        (signed(HEAD + "39" + ACCOUNT[2:] + "5303704" + TAIL), "not_vietqr"),
        (signed(HEAD + ACCOUNT + "39" + ACCOUNT[2:] + "5303704" + TAIL), "not_vietqr"),
        (signed(HEAD + "38140010A000000727" + "5303704" + TAIL), "missing"),
        (signed(HEAD + "3804ABCD" + "5303704" + TAIL), "bad_id"),
        (
            signed(HEAD + "38530010A0000007270135000697041601092576788590208QRIBFTTA" + "5303704" + TAIL),
            "misplaced",
        ),
    ],
)
def test_each_rule(payload: str, code: str) -> None:
    assert code_of(payload) == code


def test_lower_case_checksum_is_read_with_a_warning() -> None:
    assert read(TRANSFER[:-4] + TRANSFER[-4:].lower()).warnings


def test_amount_in_a_static_code_is_read_with_a_warning_and_not_built() -> None:
    reading = read(signed("000201010211" + ACCOUNT + "5303704" + "54041000" + TAIL))
    assert reading.asks.amount == 1000
    assert reading.warnings
    with pytest.raises(PayloadError):
        build(reading.asks)


def test_zero_decimals_are_whole_dong() -> None:
    assert read(signed(HEAD + ACCOUNT + "5303704" + "54071000.00" + TAIL)).asks.amount == 1000


def test_language_template_carries_diacritics() -> None:
    asks = VietQr(
        "970436", "1", merchant_name="UBND XA", language_code="VI", alternate_name="UBND xã Mường Hum"
    )
    assert read(build(asks)).asks == asks


@pytest.mark.parametrize(
    "asks",
    [
        VietQr("97043", "1"),
        VietQr("970436", ""),
        VietQr("970436", "1" * 20),
        VietQr("970436", "1", dynamic=True, amount=0),
        VietQr("970436", "1", dynamic=True, amount=-5),
        VietQr("970436", "1", dynamic=True, amount=10**13),
        VietQr("970436", "1", purpose="Nộp phí"),
        VietQr("970436", "1", purpose="x" * 26),
        VietQr("970436", "1", merchant_name="x" * 120),
        VietQr("970436", "1", fee_fixed=5),
        VietQr("970436", "1", alternate_name="Xã"),
        VietQr("970436", "12ab", Service.TO_CARD),
        VietQr("970436", "1", merchant_name="XA", city="Lào Cai"),
    ],
)
def test_what_cannot_be_written_is_refused(asks: VietQr) -> None:
    with pytest.raises(PayloadError):
        build(asks)


def test_banks_are_data() -> None:
    assert bank_of("970436") == find_bank("vietcombank") == find_bank("VCB")
    assert bank_of("000000") is None
    assert all(len(bank.bin) == 6 and bank.name for bank in banks().values())
    assert any(not bank.confirmed for bank in banks().values())


def test_plain_purpose() -> None:
    assert plain_purpose("Nộp phí  hồ sơ Đặng\tH45") == "Nop phi ho so Dang H45"
    assert len(plain_purpose("đ" * 90)) == 25


ANS = st.text(alphabet=st.sampled_from([chr(code) for code in range(32, 127)]), min_size=1, max_size=25)
NO_SPACE = st.text(alphabet=string.ascii_letters + string.digits, min_size=1, max_size=19)


@st.composite
def askings(draw: st.DrawFn) -> VietQr:
    """Any VietQR that the format can carry."""
    amount = draw(st.none() | st.integers(1, 10**13 - 1))
    tip = draw(st.sampled_from(["", "01", "02", "03"]))
    extra = dict.fromkeys(
        draw(st.sets(st.sampled_from(["bill_number", "reference", "purpose", "mobile"]), max_size=3))
    )
    language = draw(st.booleans())
    return VietQr(
        bank_bin=draw(st.text(alphabet=string.digits, min_size=6, max_size=6)),
        account=draw(NO_SPACE),
        service=draw(st.sampled_from([Service.TO_ACCOUNT, Service.MERCHANT, Service.CASH])),
        dynamic=amount is not None or draw(st.booleans()),
        amount=amount,
        tip_indicator=tip,
        fee_fixed=draw(st.integers(1, 10**6)) if tip == "02" else None,
        fee_percent=draw(st.sampled_from(["1", "0.01", "99.99", "05.5"])) if tip == "03" else "",
        merchant_name=draw(st.just("") | ANS),
        city=draw(st.just("") | ANS.map(lambda text: text[:15])),
        language_code="VI" if language else "",
        alternate_name=draw(st.text(alphabet="Xã Mường Hum", min_size=1, max_size=25)) if language else "",
        **{key: draw(ANS) for key in extra},
    )


@given(askings())
@settings(max_examples=150)
def test_what_is_built_reads_back(asks: VietQr) -> None:
    assert read(build(asks)).asks == asks


@given(st.text(max_size=200))
@example("6304FFFF")
@example("00")
def test_reading_is_total(text: str) -> None:
    try:
        read(text)
    except PayloadError as error:
        assert error.code
        assert error.message


@given(st.text(alphabet="0123456789A", max_size=120).map(signed))
def test_reading_is_total_behind_a_right_checksum(text: str) -> None:
    try:
        read(text)
    except PayloadError as error:
        assert error.code


@given(st.sampled_from([CARD, ORDER, TRANSFER, STATIC]), st.data())
@settings(max_examples=300)
def test_any_single_change_is_caught(payload: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(payload) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda char: char != payload[place]))
    changed = payload[:place] + other + payload[place + 1 :]
    try:
        reading = read(changed)
    except PayloadError:
        return
    assert reading.warnings, "only the letter case of the checksum may change unpunished, and it is told"
    assert changed.lower() == payload.lower()


def run_cli(
    monkeypatch: pytest.MonkeyPatch, argv: list[str], given_bytes: bytes = b""
) -> tuple[int, list[str]]:
    """Run the command with bytes on its input; answer the exit code and the lines of output."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given_bytes)))
    monkeypatch.setattr(sys, "stdout", out)
    code = pay_cli.main(argv)
    return code, out.buffer.getvalue().decode().splitlines()  # type: ignore[attr-defined]


def test_command_reads_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        ORDER.encode(),
        TRANSFER[:-1].encode() + b"5",
        b"\xff\xfe",
        b"",
        CARD.encode() + b"\r",
        b"9" * 200000,
    ]
    code, out = run_cli(monkeypatch, ["vietqr", "-"], b"\n".join(lines) + b"\n")
    answers = [json.loads(line) for line in out]
    assert code == 0
    assert [answer["ok"] for answer in answers] == [True, False, False, False, True, False]
    assert [answer.get("error") for answer in answers] == [
        None,
        "crc_mismatch",
        "not_text",
        "empty",
        None,
        "too_long",
    ]
    first = answers[0]
    assert (first["bank_bin"], first["account"], first["amount"], first["service"]) == (
        "970403",
        "0011012345678",
        180000,
        "QRIBFTTA",
    )
    assert (first["bill_number"], first["purpose"], first["currency"], first["crc_ok"]) == (
        "NPS6869",
        "thanh toan don hang",
        "704",
        True,
    )
    assert first["tlv"][2]["children"][1]["children"][0] == {
        "id": "00",
        "name": "bank_bin",
        "length": 6,
        "value": "970403",
    }


@given(st.binary(max_size=300))
def test_command_never_breaks(content: bytes) -> None:
    for line in content.split(b"\n"):
        answer = pay_cli.describe_bytes(line)
        json.dumps(answer).encode()
        assert answer["ok"] is False or answer["crc_ok"]


def test_command_builds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    options = [
        "--bank",
        "VCB",
        "--account",
        "0011001234567",
        "--amount",
        "50.000",
        "--purpose",
        "Nộp phí hồ sơ",
    ]
    code, out = run_cli(monkeypatch, ["vietqr", "--build", *options])
    assert code == 0
    assert read(out[0]).asks == replace(
        VietQr("970436", "0011001234567"), dynamic=True, amount=50000, purpose="Nop phi ho so"
    )
    assert run_cli(monkeypatch, ["vietqr", "--build", "--bank", "khong co", "--account", "1"])[0] == 2
    assert run_cli(monkeypatch, ["vietqr", "--build", "--bank", "VCB"])[0] == 2
    assert run_cli(monkeypatch, ["vietqr"])[0] == 2
    assert run_cli(monkeypatch, ["nonsense"])[0] == 2
