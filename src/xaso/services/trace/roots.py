"""Addresses at the root that standards fix: /epcis/v2/ (EPCIS), /id/ and /.well-known/gs1resolver (Digital Link)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from xaso.services.trace.public.resolver import resolver_roots
from xaso.services.trace.rest import epcis_urls

root_urls: list[URLPattern | URLResolver] = [*epcis_urls, *resolver_roots]
