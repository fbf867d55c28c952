"""Events whose data is open to all who hold their id: what a public paper says of itself anyway."""

from __future__ import annotations

_names: set[str] = set()


def show_data(*names: str) -> None:
    """Let proofs of these events carry their data; said in the manifest of the area that writes them."""
    _names.update(names)


def is_shown(name: str) -> bool:
    """Whether a proof of this event carries its data."""
    return name in _names
