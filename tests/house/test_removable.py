"""A service can be left out: the house stands without it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.house.walk import ROOT, SOURCE, service_folders

OPEN_FRONT_PAGE = """
import django; django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
assert settings.XASO_SERVICES == {services!r}, settings.XASO_SERVICES
call_command("check", fail_level="ERROR")
answer = Client(headers={{"host": "127.0.0.1"}}).get("/")
assert answer.status_code == 200, answer.status_code
"""


@pytest.mark.slow
@pytest.mark.parametrize("left_out", [folder.name for folder in service_folders()])
def test_the_front_page_opens_without_a_service(left_out: str) -> None:
    rest = sorted({folder.name for folder in service_folders()} - {left_out})
    env = {
        **os.environ,
        "XASO_SERVICES": ",".join(rest),
        "XASO_DEBUG": "yes",
        "DJANGO_SETTINGS_MODULE": "xaso.site.settings",
        "PYTHONPATH": str(SOURCE.parent),
    }
    done = subprocess.run(
        [sys.executable, "-c", OPEN_FRONT_PAGE.format(services=rest)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
