"""Settings come from the settings module, else from the environment."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from xaso.kernel.documents.config import config
from xaso.kernel.documents.store.s3 import S3Store


def test_defaults():
    found = config()
    assert found.profile == "B-LT" and found.trial_authority and found.tsa_url == ""


def test_environment(monkeypatch):
    monkeypatch.setenv("XASO_SIGNATURE_PROFILE", "b-lta")
    monkeypatch.setenv("XASO_TRIAL_AUTHORITY", "no")
    monkeypatch.setenv("XASO_TSA_URL", "https://tsa.example/")
    monkeypatch.setenv("XASO_REMOTE_SIGNING_TIMEOUT", "7")
    found = config()
    assert (found.profile, found.trial_authority, found.tsa_url) == ("B-LTA", False, "https://tsa.example/")
    assert found.remote_timeout == 7.0


def test_wrong_values_are_told(monkeypatch):
    monkeypatch.setenv("XASO_SIGNATURE_PROFILE", "B-B")
    with pytest.raises(ImproperlyConfigured, match="B-LT"):
        config()
    for url in ("", "s3://x", "https://host-only", "ftp://a/b"):
        with pytest.raises(ImproperlyConfigured, match="XASO_S3_URL"):
            S3Store.from_url(url)
