"""Sign-in against the simulated provider: the whole flow, and every way in which it must fail."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from xaso.kernel.base.errors import ActionError
from xaso.kernel.connectors.errors import (
    OutsideDenied,
    OutsideError,
    OutsideGarbled,
    OutsideRefused,
    OutsideUnavailable,
)
from xaso.kernel.connectors.vneid import SignInStart, VneidIdentity, vneid
from xaso.simulators.vneid import KEPT
from xaso.simulators.world import World

BACK = "http://127.0.0.1:8300/dang-nhap/vneid/ve"
MAY = "010185000012"


def go_through(start: SignInStart, **answers: str) -> dict[str, str]:
    """Open the provider's page and pick a citizen; answer what the browser brings back."""
    page = httpx.get(start.url)
    assert "Triệu Thị Mẩy" in page.text
    assert "Mô phỏng – không phải hệ thống thật" in page.text
    asked = {name: values[0] for name, values in parse_qs(urlsplit(start.url).query).items() if name in KEPT}
    sent = httpx.post(str(httpx.URL(start.url).copy_with(query=None)), data={**asked, **answers})
    assert sent.status_code == 302
    target = sent.headers["Location"]
    assert target.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


def sign_in(**answers: str) -> VneidIdentity:
    """The whole flow."""
    start = vneid().begin(BACK)
    kept = SignInStart.from_session(start.to_session())
    return vneid().finish(kept, redirect_uri=BACK, params=go_through(start, **answers))


def test_a_citizen_signs_in(world: World) -> None:
    who = sign_in(number=MAY)
    assert (who.full_name, who.personal_number, who.birth_date, who.level) == (
        "Triệu Thị Mẩy",
        MAY,
        "1985-03-12",
        2,
    )
    assert who.subject
    assert who.subject == sign_in(number=MAY).subject != sign_in(number="010088000024").subject
    assert sign_in(number="010203000063").level == 1


def test_somebody_new_signs_in(world: World) -> None:
    who = sign_in(number="010199000999", name="Lù Thị Mai", birth="1999-09-09", sex="Nữ")
    assert (who.full_name, who.personal_number) == ("Lù Thị Mai", "010199000999")


def test_the_request_carries_what_it_must(world: World) -> None:
    query = parse_qs(urlsplit(vneid().begin(BACK).url).query)
    assert query["response_type"] == ["code"]
    assert query["scope"] == ["openid"]
    assert query["code_challenge_method"] == ["S256"]
    assert all(query[name] for name in ("state", "nonce", "code_challenge"))


def test_refusal_of_the_citizen(world: World) -> None:
    with pytest.raises(ActionError, match="từ chối chia sẻ"):
        sign_in(deny="1")


def test_another_session_is_not_let_in(world: World) -> None:
    start = vneid().begin(BACK)
    params = go_through(start, number=MAY)
    with pytest.raises(ActionError, match="không khớp"):
        vneid().finish(vneid().begin(BACK), redirect_uri=BACK, params=params)
    with pytest.raises(ActionError, match="không trả mã"):
        vneid().finish(start, redirect_uri=BACK, params={"state": start.state})
    with pytest.raises(ActionError, match="hết hạn"):
        SignInStart.from_session({})


def test_a_code_serves_once(world: World) -> None:
    start = vneid().begin(BACK)
    params = go_through(start, number=MAY)
    vneid().finish(start, redirect_uri=BACK, params=params)
    with pytest.raises(OutsideRefused, match="đã dùng"):
        vneid().finish(start, redirect_uri=BACK, params=params)


def test_a_stolen_code_lacks_the_verifier(world: World) -> None:
    start = vneid().begin(BACK)
    params = go_through(start, number=MAY)
    thief = SignInStart("", start.state, start.nonce, "x" * 64)
    with pytest.raises(OutsideRefused):
        vneid().finish(thief, redirect_uri=BACK, params=params)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("wrong_signature", OutsideGarbled),
        ("expired", OutsideGarbled),
        ("out_of_order", OutsideGarbled),  # the answer to another request: its nonce is not ours
        ("garbled", OutsideGarbled),
        ("denied", OutsideDenied),
        ("error", OutsideUnavailable),
        ("drop", OutsideUnavailable),
    ],
)
def test_a_faulty_provider_lets_nobody_in(world: World, fault: str, error: type[OutsideError]) -> None:
    start = vneid().begin(BACK)
    params = go_through(start, number=MAY)
    world.break_it("vneid", fault)
    with pytest.raises(error):
        vneid().finish(start, redirect_uri=BACK, params=params)


def test_a_changed_key_is_fetched_anew(world: World) -> None:
    sign_in(number=MAY)
    world.table("vneid").clear()
    assert sign_in(number=MAY).personal_number == MAY


def test_health(world: World) -> None:
    assert vneid().health().ok
    world.break_it("vneid", "error", times=-1)
    health = vneid().health()
    assert not health.ok
    assert "máy chủ" in health.sentence


def test_sign_out_address(world: World) -> None:
    assert "post_logout_redirect_uri=http" in vneid().sign_out_url("http://127.0.0.1:8300/")
