"""Where people live on the map, and who lives inside a drawn area. Every such look is written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from xaso.kernel import events
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.people.looking import view_people
from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.geometry import GeometryError, position
from xaso.kernel.places.models import Home
from xaso.kernel.plain.moment import today

KEEP, FIND = "places.homes", "places.find_people"
Ring = Sequence[Sequence[float]]


@action
def keep_home(viewer: Viewer, *, person: Person, lat: float, lon: float, unit_path: str) -> Home:
    """Note where a person lives from today on; needs ``places.homes`` there. The spot before ends yesterday."""
    viewer.must(KEEP, unit_path)
    try:
        checked = position(lat, lon)
    except GeometryError as error:
        raise ActionError(str(error), "spot") from error
    spot = [checked[1], checked[0]]
    before = Home.objects.select_for_update().filter(person=person, valid_to__isnull=True).first()
    if before is not None:
        if before.spot == spot and before.unit_path == unit_path:
            return before
        before.valid_to = max(today() - timedelta(days=1), before.valid_from)
        before.save(update_fields=["valid_to"])
    row = Home.objects.create(person=person, spot=spot, unit_path=unit_path)
    events.emit("places.home_kept", record=row, unit_path=unit_path, viewer=viewer)
    return row


def people_in(viewer: Viewer, polygons: Sequence[Ring], purpose: str, unit_path: str = "") -> list[UUID]:
    """Persons whose present home lies in one of the areas (rings of [latitude, longitude]), as far as ``viewer`` may
    find people; ``unit_path`` narrows the search. The look at each of them is logged with its purpose.

    Raises Forbidden without ``places.find_people``.
    """
    if not viewer.can(FIND):
        raise Forbidden()
    rows = Home.objects.filter(viewer.scope(FIND, "unit_path"), valid_from__lte=today())
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today()))
    if unit_path:
        rows = rows.filter(unit_path__startswith=unit_path)
    shapes = [_Shape(ring) for ring in polygons]
    found = [
        (person_id, home_id)
        for home_id, person_id, spot in rows.values_list("pk", "person_id", "spot")
        if spot and any(shape.holds(*spot) for shape in shapes)
    ]
    view_people(viewer, [(person, ("places.home", home), "") for person, home in found], purpose=purpose)
    return [person for person, _ in found]


class _Shape:
    """A ring with its box, so that most homes are told outside at a glance."""

    def __init__(self, ring: Ring) -> None:
        self.points = [(float(lat), float(lon)) for lat, lon in ring]
        lats, lons = zip(*self.points, strict=True)
        self.south, self.north, self.west, self.east = min(lats), max(lats), min(lons), max(lons)

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a point lies inside, by counting the sides that a line to the east crosses."""
        if not (self.south <= lat <= self.north and self.west <= lon <= self.east):
            return False
        inside = False
        before = self.points[-1]
        for here in self.points:
            if (here[0] > lat) != (before[0] > lat):
                crossing = here[1] + (lat - here[0]) / (before[0] - here[0]) * (before[1] - here[1])
                inside ^= lon < crossing
            before = here
        return inside
