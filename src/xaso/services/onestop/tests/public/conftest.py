"""A citizen signed in, with files in a folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from xaso.kernel.people.models import Account
from xaso.kernel.people.testing import a_citizen_account


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path: Path):
    settings.XASO_FILES = str(tmp_path / "files")
    settings.XASO_S3_URL = ""


@pytest.fixture
def account(db) -> Account:
    return a_citizen_account()


@pytest.fixture
def citizen(account) -> Client:
    http = Client()
    http.force_login(account)
    return http
