"""Names of communes for the form engine, which knows no database: looked up one by one, as an address needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xaso.kernel.units.models import Unit
from xaso.kernel.units.queries import full_address, reader


class UnitNames(Mapping[str, str]):
    """Path of a unit to "Xã Mường Hum, tỉnh Lào Cai"; unknown paths are not in it. It is never walked."""

    def __getitem__(self, path: str) -> str:
        index = reader().gazetteer
        node = index.nodes.get(path)
        if node is not None:
            return index.address_of(node)
        unit = Unit.objects.filter(path=path).first() if path and "\x00" not in path else None
        if unit is None:
            raise KeyError(path)
        return full_address(unit)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


UNIT_NAMES = UnitNames()
