"""Rules of a unit's own, as dated rows: hours, volume, who approves. A changed rule ends and a new row begins."""

from __future__ import annotations

from datetime import date, time, timedelta
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.broadcast.actions.common import STATION, replan
from xaso.services.broadcast.models import ApprovalRule, Cluster, Station, VolumeCap, Window


@action
def keep_window(
    viewer: Viewer,
    *,
    station: Station,
    use: str,
    starts: time,
    ends: time,
    weekdays: str = "1234567",
    name: str = "",
    legal_basis: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Window:
    """Add hours (``use`` broadcast or quiet) of the station's own; its rows then count alone for that use.

    Raises ActionError for what is missing, Forbidden.
    """
    viewer.must(STATION, station.unit_path)
    if use not in Window.Use.values:
        raise ActionError("Chọn giờ phát hoặc giờ yên tĩnh.", "use")
    weekdays = "".join(sorted(set(weekdays)))
    if not weekdays or not set(weekdays) <= set("1234567"):
        raise ActionError("Chọn ít nhất một thứ trong tuần.", "weekdays")
    if starts == ends:
        raise ActionError("Giờ bắt đầu và giờ kết thúc phải khác nhau.", "ends")
    _must_be_based(legal_basis)
    _must_be_ordered(valid_from, valid_to)
    row = Window.objects.create(
        unit_path=station.unit_path,
        use=use,
        starts=starts,
        ends=ends,
        weekdays=weekdays,
        name=name.strip()[:80],
        legal_basis=legal_basis.strip()[:300],
        valid_from=valid_from or today(),
        valid_to=valid_to,
    )
    emit("broadcast.window_kept", record=row, unit_path=station.unit_path, viewer=viewer, data={"use": use})
    replan(station)
    return row


@action
def end_window(viewer: Viewer, *, station: Station, window_id: UUID, last_day: date | None = None) -> Window:
    """The hours hold to the end of ``last_day`` (yesterday by default). Raises NotFound for rows of others."""
    viewer.must(STATION, station.unit_path)
    row = Window.objects.select_for_update().filter(pk=window_id, unit_path=station.unit_path).first()
    if row is None:
        raise NotFound("Không có khung giờ này trong các khung giờ riêng của đài.")
    row.valid_to = last_day or today() - timedelta(days=1)
    row.save(update_fields=["valid_to"])
    emit("broadcast.window_ended", record=row, unit_path=station.unit_path, viewer=viewer)
    replan(station)
    return row


@action
def keep_cap(
    viewer: Viewer,
    *,
    station: Station,
    most: int,
    starts: time = time(),
    ends: time = time(),
    cluster: Cluster | None = None,
    emergency: bool = False,
    legal_basis: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> VolumeCap:
    """Limit the volume at these hours (equal hours: all day), for the whole station or one cluster.

    Raises ActionError, Forbidden.
    """
    viewer.must(STATION, station.unit_path)
    if not 0 <= most <= 100:
        raise ActionError("Âm lượng tối đa từ 0 đến 100.", "most")
    if cluster is not None and cluster.station_id != station.pk:
        raise ActionError("Chọn cụm loa của đài này.", "cluster")
    _must_be_ordered(valid_from, valid_to)
    row = VolumeCap.objects.create(
        unit_path=cluster.unit_path if cluster else station.unit_path,
        cluster=cluster,
        emergency=emergency,
        starts=starts,
        ends=ends,
        most=most,
        legal_basis=legal_basis.strip()[:300],
        valid_from=valid_from or today(),
        valid_to=valid_to,
    )
    emit("broadcast.cap_kept", record=row, unit_path=row.unit_path, viewer=viewer, data={"most": most})
    replan(station)
    return row


@action
def end_cap(viewer: Viewer, *, station: Station, cap_id: UUID) -> VolumeCap:
    """The limit holds no more from today. Raises NotFound for rows of others."""
    viewer.must(STATION, station.unit_path)
    row = (
        VolumeCap.objects.select_for_update()
        .filter(pk=cap_id, unit_path__startswith=station.unit_path)
        .first()
    )
    if row is None:
        raise NotFound("Không có mức âm lượng này trong các mức riêng của đài.")
    row.valid_to = today() - timedelta(days=1)
    row.save(update_fields=["valid_to"])
    emit("broadcast.cap_ended", record=row, unit_path=row.unit_path, viewer=viewer)
    replan(station)
    return row


@action
def keep_approval_rule(
    viewer: Viewer,
    *,
    station: Station,
    what: str,
    approvals: int,
    own: bool = False,
    legal_basis: str,
    valid_from: date | None = None,
) -> ApprovalRule:
    """How many must agree to ``what`` in this commune from a day on; ``own``: who wrote it may be one of them.

    Zero for emergencies: one person alone may interrupt. Raises ActionError, Forbidden.
    """
    viewer.must("broadcast.approve", station.unit_path)
    if what not in ApprovalRule.What.values:
        raise ActionError("Chọn việc cần duyệt.", "what")
    if not 0 <= approvals <= 3:
        raise ActionError("Số người duyệt từ 0 đến 3.", "approvals")
    _must_be_based(legal_basis)
    day = valid_from or today()
    row, _ = ApprovalRule.objects.update_or_create(
        unit_path=station.unit_path,
        what=what,
        valid_from=day,
        defaults={"approvals": approvals, "own": own, "legal_basis": legal_basis.strip()[:300]},
    )
    emit(
        "broadcast.approval_rule_kept",
        record=row,
        unit_path=station.unit_path,
        viewer=viewer,
        data={"what": what, "approvals": approvals},
    )
    return row


def _must_be_based(legal_basis: str) -> None:
    if len(legal_basis.strip()) < 5:
        raise ActionError("Ghi căn cứ: quyết định, quy chế của đài.", "legal_basis")


def _must_be_ordered(valid_from: date | None, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < (valid_from or today()):
        raise ActionError("Ngày cuối không được trước ngày đầu.", "valid_to")
