"""How personal data are shown in the record of calls: enough to recognise, too little to use."""

from __future__ import annotations


def mask_number(number: str) -> str:
    """An identity number as ``001*******56``; short ones vanish altogether."""
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}" if len(number) >= 8 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """A telephone number as ``***567``."""
    return f"***{phone[-3:]}" if len(phone) >= 8 else "***"


def mask_name(name: str) -> str:
    """A name as the first letters of its words: ``T. T. M.``"""
    return " ".join(f"{word[0]}." for word in name.split())
