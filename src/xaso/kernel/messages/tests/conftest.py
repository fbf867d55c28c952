"""A template of our own, the simulated gateways, and a real mail server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from django.test import override_settings

from xaso.kernel.connectors.testing import simulators
from xaso.kernel.messages.models import MessageTemplate, QuietHours
from xaso.kernel.messages.seeding import put_version
from xaso.kernel.messages.wording import Wording
from xaso.simulators.world import World

WORDING = Wording(
    key="onestop.received_test",
    title="Báo đã tiếp nhận",
    subject="Đã tiếp nhận hồ sơ {code}",
    body="Hồ sơ {code} đã được tiếp nhận.\n\nHẹn trả kết quả ngày {due}.",
    variables=("code", "due"),
    sms="UBND xã đã tiếp nhận hồ sơ {code}, hẹn trả {due}.",
    zalo_template="100001",
    zalo_data={"ma_ho_so": "{code}", "hen": "{due}"},
)
DATA = {"code": "H38.12-261121-0001", "due": "30/11/2026"}


def put(**changes: object) -> MessageTemplate:
    """The template, perhaps changed, as a row in force."""
    wording = Wording(
        **{**{name: getattr(WORDING, name) for name in Wording.__dataclass_fields__}, **changes}
    )
    wording.check()
    return put_version(wording, "onestop", MessageTemplate.Origin.FILE)


@pytest.fixture
def template(db: None) -> MessageTemplate:
    """The template as it stands above; no quiet hours."""
    QuietHours.objects.all().delete()
    return put()


@pytest.fixture
def world(template: MessageTemplate) -> Iterator[World]:
    """The simulated gateways."""
    with simulators() as (made, _):
        yield made


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Path]:
    """A real SMTP server that keeps what it receives in a folder."""
    for name in ("tmp", "new", "cur"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(Mailbox(str(tmp_path / "mail")), hostname="127.0.0.1", port=port)
    controller.start()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    try:
        with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
            yield tmp_path / "mail" / "new"
    finally:
        controller.stop()
