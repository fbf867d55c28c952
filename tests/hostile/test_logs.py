"""What the server writes down: no secret, no name, no number, no address as it was asked for."""

from __future__ import annotations

from tests.hostile.client import Browser
from tests.hostile.conftest import Site
from tests.house.world import NAME, NUMBER, PHONE


def test_nothing_personal_and_no_secret_is_written_down(site: Site):
    token, code = str(site.world.ids["token"]), str(site.world.ids["code"])
    stop = "ngung:bi-mat-cua-nguoi-nhan"
    stranger = Browser(site.port)
    for path in (
        f"/tep/{token}",
        f"/ngung-nhan-tin/{stop}/",
        f"/khong-co/{NUMBER}/",
        f"/onestop/ho-so/{code}/",
    ):
        stranger.get(path)
        stranger.post(path, {"phone": PHONE}, forged=True)
    stranger.get(f"/onestop/thu-tuc/?q={NUMBER}")
    stranger.post("/dang-nhap/can-bo", {"username": NUMBER, "password": "mat-khau-bi-mat"})
    stranger.get("/api/v1/onestop/dossiers", {"Authorization": "Bearer bi-mat-cua-may"})
    leader = site.browser("leader here")
    leader.get(f"/desk/onestop/?q={NUMBER}")
    leader.get(f"/desk/onestop/ho-so/{code}/khong-co/")
    written = site.log.read_text(errors="replace")
    assert written, "the server writes nothing at all, so this test would show nothing"
    secrets = [
        token,
        stop,
        NAME,
        NUMBER,
        PHONE,
        "mat-khau-bi-mat",
        "bi-mat-cua-may",
        *leader.cookies.values(),
    ]
    assert not [one for one in secrets if one in written]
    assert code not in written, (
        "addresses hold codes of dossiers: the route's pattern is what a line may name"
    )
