"""Codes of the rights of this area."""

WORDS = "speech.words"
