"""Every write on places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from xaso.kernel import events
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places import geometry as shapes
from xaso.kernel.places.models import Layer, Place
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import clean, search_text
from xaso.kernel.units.actions import HAMLETS
from xaso.kernel.units.models import Level, Unit

LAYERS, EDIT = "places.layers", "places.edit"


@action
def add_layer(
    viewer: Viewer,
    *,
    key: str,
    title: str,
    shape: str,
    unit_path: str = "",
    is_public: bool = False,
    color: str = "#0B4F8A",
) -> Layer:
    """Add a layer of the map for a unit, or for the country ("").

    Needs ``places.layers`` there. Conflict when the key is taken.
    """
    viewer.must(LAYERS, unit_path)
    title = clean(title)
    wrong = {}
    if not title:
        wrong["title"] = ["Nhập tên lớp, ví dụ: Trường học."]
    if shape not in Layer.Shape.values:
        wrong["shape"] = ["Chọn điểm, đường hoặc vùng."]
    if wrong:
        raise ActionErrors(wrong)
    if Layer.objects.filter(key=key).exists():
        raise Conflict(f"Đã có lớp {key}. Chọn khóa khác.", "key")
    layer = Layer.objects.create(
        key=key, title=title, shape=shape, unit_path=unit_path, is_public=is_public, color=color
    )
    events.emit("places.layer_added", record=layer, unit_path=unit_path, viewer=viewer, data={"key": key})
    return layer


def _checked(layer: Layer, raw: Any) -> dict[str, Any]:
    try:
        checked = shapes.read(raw)
    except shapes.GeometryError as error:
        raise ActionError(str(error), "geometry") from error
    if shapes.SHAPES[checked["type"]] != layer.shape:
        raise ActionError(
            f"Lớp {layer.title} chỉ nhận hình loại {layer.get_shape_display().lower()}.", "geometry"
        )
    return checked


def _measures(checked: Mapping[str, Any]) -> dict[str, float]:
    box, (lon, lat) = shapes.box_of(checked), shapes.centre_of(checked)
    return {
        "west": box.west, "south": box.south, "east": box.east, "north": box.north, "lat": lat, "lon": lon,
    }  # fmt: skip


@action
def add_place(
    viewer: Viewer,
    *,
    layer: Layer,
    unit: Unit,
    name: str,
    geometry: Any,
    address: str = "",
    facts: Mapping[str, Any] | None = None,
    valid_from: date | None = None,
) -> Place:
    """Put a place on a layer; needs ``places.edit`` on its unit. ActionError says what is wrong with the shape."""
    viewer.must(EDIT, unit.path)
    name = clean(name)
    if not name:
        raise ActionError("Nhập tên địa điểm.", "name")
    if not unit.in_force():
        raise ActionError(f"{unit.full_name} đã hết hiệu lực. Chọn đơn vị hiện nay.", "unit")
    checked = _checked(layer, geometry)
    place = Place.objects.create(
        layer=layer,
        unit=unit,
        unit_path=unit.path,
        name=name[:200],
        search_text=search_text(name)[:200],
        address=clean(address)[:300],
        geometry=checked,
        facts=dict(facts or {}),
        valid_from=valid_from,
        **_measures(checked),
    )
    events.emit(
        "places.place_added", record=place, unit_path=unit.path, viewer=viewer, data={"layer": layer.key}
    )
    return place


@action
def move_place(viewer: Viewer, *, place: Place, geometry: Any) -> Place:
    """Correct the shape of a place; needs ``places.edit`` on its unit."""
    viewer.must(EDIT, place.unit_path)
    place = Place.objects.select_for_update().select_related("layer").get(pk=place.pk)
    checked = _checked(place.layer, geometry)
    place.geometry = checked
    for field, value in _measures(checked).items():
        setattr(place, field, value)
    place.save()
    events.emit("places.place_moved", record=place, unit_path=place.unit_path, viewer=viewer)
    return place


@action
def end_place(viewer: Viewer, *, place: Place, last_day: date | None = None) -> Place:
    """End a place after a day (yesterday by default); its row stays for its time."""
    viewer.must(EDIT, place.unit_path)
    place = Place.objects.select_for_update().get(pk=place.pk)
    if place.valid_to is not None:
        raise Conflict("Địa điểm này đã kết thúc.")
    place.valid_to = last_day or today() - timedelta(days=1)
    place.save(update_fields=["valid_to"])
    events.emit("places.place_ended", record=place, unit_path=place.unit_path, viewer=viewer)
    return place


@action
def place_hamlet(viewer: Viewer, *, unit: Unit, lat: float | None, lon: float | None) -> Unit:
    """Where a hamlet stands on maps, in degrees: its house of culture, say; two times None takes it off the maps.

    Needs ``units.hamlets`` there. Raises ActionErrors for half a place and for one outside Vietnam.
    """
    viewer.must(HAMLETS, unit.path)
    if unit.level != Level.HAMLET:
        raise ActionError("Chỉ thôn, bản, tổ dân phố mới ghi vị trí ở đây.")
    if (lat is None) != (lon is None):
        raise ActionErrors(
            {"lon" if lon is None else "lat": ["Nhập đủ vĩ độ và kinh độ, hoặc bỏ trống cả hai."]}
        )
    if lat is not None and lon is not None:
        try:
            lon, lat = shapes.position(lat, lon)
        except shapes.GeometryError as error:
            raise ActionError(str(error), "lat") from error
    Unit.objects.filter(pk=unit.pk).update(lat=lat, lon=lon)
    unit.lat, unit.lon = lat, lon
    events.emit(
        "places.hamlet_placed", record=unit, unit_path=unit.path, viewer=viewer, data={"code": unit.code}
    )
    return unit
