"""Retrieval for Vietnamese law: an index on disk, updated while it serves, and a learnt ranking. No Django here."""

from .engine import Engine
from .kinds import Doc, EngineError, Hit, Query

__all__ = ["Doc", "Engine", "EngineError", "Hit", "Query"]
