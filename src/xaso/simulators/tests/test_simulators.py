"""The simulators by themselves: pages for testers, faults, the mail server, and state that outlives a restart."""

from __future__ import annotations

import smtplib
import subprocess
import sys
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from xaso.simulators.bank import sign
from xaso.simulators.html import BANNER, LINKS
from xaso.simulators.mail import MailServer
from xaso.simulators.people import CITIZENS
from xaso.simulators.post import s10
from xaso.simulators.server import running
from xaso.simulators.world import FAULTS, World

QR = (
    "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA"
    "5303704540410005802VN62150811Chuyen tien6304BBB8"
)


@pytest.fixture
def up() -> Iterator[tuple[World, str]]:
    """A running world that reports to nobody."""
    world = World(product="http://127.0.0.1:9", patience=0)
    with running(world) as base:
        yield world, base


@pytest.mark.parametrize("path", [url for url, _ in LINKS])
def test_every_page_says_what_it_is(up: tuple[World, str], path: str) -> None:
    answer = httpx.get(up[1] + path)
    assert answer.status_code == 200
    assert BANNER in answer.text
    assert "<script" not in answer.text
    assert len(answer.content) < 30_000


def test_nothing_typed_becomes_markup(up: tuple[World, str]) -> None:
    world, base = up
    world.note("sms", {"phone": "<b>1", "text": "<script>x</script>", "brand": "X", "state": "accepted"})
    page = httpx.get(f"{base}/hop-tin").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "&quot;&gt;" in httpx.get(f"{base}/bank/transfer", params={"payload": '">'}).text


def test_a_tester_pays_a_code(up: tuple[World, str]) -> None:
    _, base = up
    asked = httpx.get(f"{base}/bank/transfer", params={"payload": QR}).text
    assert "1.000 đồng" in asked
    assert "Ngân hàng TMCP Á Châu" in asked
    assert "Đã chuyển 1.000 đồng" in httpx.post(f"{base}/bank/transfer", data={"payload": QR}).text
    assert "Sai mã kiểm tra" in httpx.post(f"{base}/bank/transfer", data={"payload": QR[:-1] + "5"}).text
    assert httpx.post(f"{base}/bank/transfer", json={"payload": QR[:-1] + "5"}).status_code == 422
    assert httpx.post(f"{base}/bank/transfer", json={"payload": QR}).json()["transaction"] == 2


def test_a_tester_files_on_the_portal_and_moves_a_parcel(up: tuple[World, str]) -> None:
    world, base = up
    number = next(iter(CITIZENS))
    form = {"number": number, "unit": "H38.12", "procedure": "1.001193", "title": "Đăng ký khai sinh"}
    httpx.post(f"{base}/cong", data=form)
    (row,) = world.rows("portal_inbound")
    assert row["dossier"]["ChuHoSo"] == CITIZENS[number]["name"]
    receiver = {"HoTen": "A", "DiaChi": "B", "DienThoai": "0900000112", "Tinh": "Lào Cai"}
    order = {"MaDonHang": "d1", "NguoiGui": receiver, "NguoiNhan": receiver, "NoiDungHang": "Kết quả"}
    item = httpx.post(f"{base}/post/orders", json=order, auth=("mo-phong", "mo-phong")).json()["SoHieuBuuGui"]
    httpx.post(f"{base}/buu-gui", data={"item": item})
    assert "Đã lấy hàng" in httpx.get(f"{base}/buu-gui").text
    assert httpx.post(f"{base}/post/orders", json=order).status_code == 401


def test_faults_are_switched_on_and_off(up: tuple[World, str]) -> None:
    _, base = up
    url = f"{base}/sms/MainService.svc/json/GetBalance_json"
    body = {"ApiKey": "mo-phong", "SecretKey": "mo-phong"}
    assert (
        httpx.post(f"{base}/faults", json={"system": "sms", "fault": "error", "times": 2}).status_code == 201
    )
    assert [httpx.post(url, json=body).status_code for _ in range(3)] == [500, 500, 200]
    httpx.post(f"{base}/faults", data={"system": "sms", "fault": "denied", "times": "-1"})
    assert [httpx.post(url, json=body).status_code for _ in range(2)] == [401, 401]
    httpx.post(f"{base}/faults/clear")
    assert httpx.post(url, json=body).status_code == 200
    httpx.post(f"{base}/faults", json={"system": "sms", "fault": "drop"})
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(url, json=body)
    httpx.post(f"{base}/faults", json={"system": "sms", "fault": "latency", "ms": 400})
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, json=body, timeout=0.1)
    assert httpx.post(f"{base}/faults", json={"system": "fax", "fault": "error"}).status_code == 422
    assert set(FAULTS) >= {"latency", "error", "wrong_signature", "duplicate", "out_of_order"}


@pytest.mark.parametrize(
    "path",
    [
        "/vneid/token",
        "/vneid/auth",
        "/portal/token",
        "/population/verify",
        "/post/orders",
        "/bank/init",
        "/zalo/message/template",
    ],
)
def test_bad_requests_never_break_a_system(up: tuple[World, str], path: str) -> None:
    _, base = up
    with httpx.Client(base_url=base, headers={"Content-Type": "application/json"}) as client:
        for content in (b"", b"[]", b"{", b"{}", b"\xff"):
            assert client.post(path, content=content).status_code in (200, 400, 401), content


def test_mail_is_kept(up: tuple[World, str]) -> None:
    world, base = up
    with MailServer(("127.0.0.1", 0), world) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with smtplib.SMTP("127.0.0.1", server.server_address[1]) as sender:
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "xa@xaso.example", "may@example.test", "Đã tiếp nhận"
            mail.set_content("Hồ sơ đã được tiếp nhận.\n.\nHết.")
            sender.send_message(mail)
            for address, error in (("x@tu-choi.example", 550), ("x@loi.example", 451)):
                with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
                    sender.sendmail("xa@xaso.example", [address], "x")
                assert caught.value.recipients[address][0] == error
        server.shutdown()
    kept = httpx.get(f"{base}/messages.json").json()["mail"][0]
    assert (kept["subject"], kept["to"]) == ("Đã tiếp nhận", ["may@example.test"])
    assert "\n.\nHết." in kept["text"]


def test_state_outlives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    first = World(path=path)
    first.note("sms", {"text": "a"})
    assert first.next_number("x") == 1
    first.save()
    second = World(path=path)
    assert second.rows("sms")[0]["text"] == "a"
    assert second.next_number("x") == 2
    second.reset()
    second.save()
    assert World(path=path).rows("sms") == []


def test_stands_alone() -> None:
    """The process imports neither Django nor a service."""
    code = (
        "import sys, xaso.simulators.__main__;"
        "bad = [m for m in sys.modules if m.split('.')[0] == 'django' or m.startswith(('xaso.services', 'xaso.site'))];"
        "sys.exit(bool(bad))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd="src").returncode == 0


def test_known_answers() -> None:
    assert s10(47312482, "RA")[:-2] + "GB" == "RA473124829GB"
    assert sign(b"{}", "khoa", at=1).startswith("t=1,v1=")


def test_citizens_are_plausible() -> None:
    for number, one in CITIZENS.items():
        assert len(number) == 12
        century = int(number[3])
        assert (century % 2 == 1) == (one["sex"] == "Nữ")
        assert number[4:6] == one["birth"][2:4]
        assert one["birth"].startswith(str(19 + century // 2))
