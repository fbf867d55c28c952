"""Events for the tests of the repository."""

from __future__ import annotations

from typing import Any

UNIT = "15/04321/"
OTHER_UNIT = "15/04999/"
EXT = "https://vi-du.vn/truy-xuat/"


def harvest(number: int = 1, **more: Any) -> dict[str, Any]:
    """Leaf of one plot becomes a lot."""
    return {
        "type": "TransformationEvent",
        "eventTime": f"2026-11-0{1 + number % 9}T07:30:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "bizStep": "xaso:harvesting",
        "inputEPCList": ["https://xaso.vn/id/obj/plot1"],
        "outputQuantityList": [
            {"epcClass": f"https://xaso.vn/id/class/leaf{number}", "quantity": 12.5, "uom": "KGM"}
        ],
        "readPoint": {"id": "https://xaso.vn/id/loc/plot1"},
        "bizLocation": {"id": "https://xaso.vn/id/loc/plot1"},
        **more,
    }


def seen(number: int = 1, **more: Any) -> dict[str, Any]:
    """A carton is seen leaving."""
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": "2026-11-10T08:00:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "epcList": [f"https://xaso.vn/id/obj/carton{number}"],
        "bizTransactionList": [{"type": "po", "bizTransaction": "https://vi-du.vn/don/1"}],
        **more,
    }


def packed(parent: str, *children: str, action: str = "ADD", **more: Any) -> dict[str, Any]:
    """Things are put into a package."""
    return {
        "type": "AggregationEvent",
        "action": action,
        "eventTime": "2026-11-10T08:00:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "bizStep": "packing" if action == "ADD" else "unpacking",
        "parentID": f"https://xaso.vn/id/obj/{parent}",
        "childEPCs": [f"https://xaso.vn/id/obj/{child}" for child in children],
        **more,
    }
