"""Commune radio for other systems: bulletins, programme, clusters, plays."""

from __future__ import annotations

from ninja import Router

router = Router()
