"""Each test has keys of its own."""

import pytest


@pytest.fixture(autouse=True)
def log_keys(settings, tmp_path):
    settings.XASO_LOG_KEYS = str(tmp_path / "log-keys")
    settings.XASO_LOG_KEY = "file:"
    return tmp_path / "log-keys"


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    return folder
