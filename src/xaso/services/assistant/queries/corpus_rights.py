"""The right of the corpus, by name."""

from __future__ import annotations

CORPUS = "assistant.corpus"
