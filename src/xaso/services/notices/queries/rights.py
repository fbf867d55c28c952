"""The rights of the room by name, and who may speak to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.messages import audience, mass
from xaso.kernel.people.viewer import Viewer

VIEW, WRITE, URGENT = "notices.view", "notices.write", "notices.urgent"
TASKS, HEAD = "notices.tasks", "notices.head"
# Speaking to many is one right of the house, whoever speaks; so are its templates, lists and answers.
SEND = WORDINGS = LISTS = REPLIES = audience.RIGHT
APPROVE = mass.APPROVE


def home_of(viewer: Viewer, right: str) -> str:
    """The unit for which somebody works with a right: their own, or the widest where it is held.

    A commune's officer who sits in an office speaks for what the right was given on. Raises Forbidden.
    """
    paths = viewer.paths(right)
    if not paths:
        raise Forbidden()
    inside = [path for path in paths if viewer.unit_path.startswith(path)]
    return inside[0] if inside and inside[0] else viewer.unit_path or paths[0]


def must_reach(viewer: Viewer, right: str, spec: Mapping[str, Any], unit_path: str) -> None:
    """Raise unless every place of an audience lies in the sender's unit and where the right is held.

    This is the most dangerous right of all: nobody speaks to somebody else's people.
    """
    viewer.must(right, unit_path)
    for path in _places(spec):
        if not path.startswith(unit_path):
            raise ActionError(
                "Chỉ gửi được tới địa bàn của đơn vị mình. Bỏ nơi nằm ngoài rồi gửi lại.", "units"
            )
        viewer.must(right, path)


def _places(spec: Mapping[str, Any]) -> Iterable[str]:
    return [str(path) for path in spec.get("units", ())]
