"""How written Vietnamese is said: numbers, days, money, citations, abbreviations. Pure, offline, data-driven."""

from xaso.kernel.plain.spoken.engine import Piece, Spoken, speak
from xaso.kernel.plain.spoken.numbers import RADIO, Conventions, cardinal
from xaso.kernel.plain.spoken.words import EMPTY, Dictionary

__all__ = ["EMPTY", "RADIO", "Conventions", "Dictionary", "Piece", "Spoken", "cardinal", "speak"]
