"""The contract of a connector, and the registry by which the rest of the product finds one."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast

from django.conf import settings

from xaso.kernel.connectors.addresses import Address
from xaso.kernel.connectors.errors import OutsideError
from xaso.kernel.connectors.transport import Asked, Reply, Request, Transport

T = TypeVar("T")
C = TypeVar("C", bound="Connector")


@dataclass(frozen=True)
class Health:
    """Whether a connector can do its work now, and a Vietnamese sentence."""

    ok: bool
    sentence: str


class Connector(ABC):
    """One outside system behind one typed client. Subclasses add a method for each thing that can be asked."""

    key: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, address: Address, transport: Transport | None = None) -> None:
        self.address = address
        self.transport = transport or Transport(address)

    @abstractmethod
    def ping(self, asked: Asked) -> str:
        """Ask the cheapest thing that proves address and credentials; answer a Vietnamese sentence.

        Raises OutsideError when it does not work.
        """

    def health(self, asked: Asked | None = None) -> Health:
        """``ping`` without raising."""
        try:
            return Health(True, self.ping(asked or Asked(purpose="Kiểm tra kết nối")))
        except OutsideError as error:
            return Health(False, error.message)

    def send(self, request: Request, asked: Asked, read: Callable[[Reply], T]) -> T:
        """Send through the one transport."""
        return self.transport.send(request, asked, read)

    @property
    def simulated(self) -> bool:
        """Whether the address is the simulator's."""
        return self.address.simulated


_kinds: dict[str, type[Connector]] = {}
_built: dict[tuple[str, Address], Connector] = {}
_lock = threading.Lock()


def register(kind: type[C]) -> type[C]:
    """Class decorator: make a connector known by its key."""
    _kinds[kind.key] = kind
    return kind


def connector(kind: type[C]) -> C:
    """The connector of a kind at the address that the settings give; one object a process."""
    return cast(C, by_key(kind.key))


def by_key(key: str) -> Connector:
    """The connector with that key; raises KeyError for an unknown one."""
    kind = _kinds[key]
    address = addresses()[key]
    place: Any = (key, repr(address))
    with _lock:
        if place not in _built:
            _built[place] = kind(address)
        return _built[place]


def keys() -> tuple[str, ...]:
    """Keys of all connectors, in the order of the operator's page."""
    return tuple(_kinds)


def addresses() -> dict[str, Address]:
    """The addresses as the settings read them at start-up."""
    return settings.XASO_OUTSIDE
