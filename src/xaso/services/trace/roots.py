"""Addresses at the root that standards fix: /epcis/v2/ (EPCIS), /id/ and /.well-known/gs1resolver (Digital Link)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

root_urls: list[URLPattern | URLResolver] = []
