"""Writes of streams: what was really heard, and news of sources that fail."""

from __future__ import annotations

from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.services.broadcast.models import Airing, RelaySource, StreamTurn
from xaso.services.broadcast.streams.channel import Turn

WHY = {
    "": "",
    "silent": "nguồn im lặng quá lâu",
    "connect": "không nối được tới nguồn",
    "answer": "nguồn trả lời sai",
    "address": "địa chỉ nguồn không được phép",
    "sound": "nguồn không phải âm thanh",
    "end": "nguồn ngừng phát",
    "stopped": "tiếng bị đứt",
}
_NOTED = {StreamTurn.Heard.RELAY, StreamTurn.Heard.LIVE, StreamTurn.Heard.FALLBACK, StreamTurn.Heard.SILENCE}


@action
def note_turn(viewer: Viewer, *, station_id: UUID, turn: Turn) -> StreamTurn | None:
    """Keep what a station's stream began to give. Of files nothing is kept: devices report those themselves.

    Emits ``broadcast.relay_lost`` when something else, or nothing, is heard in the place of a relay or a voice, and
    ``broadcast.relay_back`` when it is well again.
    """
    # Whatever this station's stream gave until now ends here.
    StreamTurn.objects.filter(airing__station_id=station_id, until__isnull=True).update(until=turn.at)
    if not turn.key or turn.heard not in _NOTED:
        return None
    airing = Airing.objects.select_related("slot__relay").filter(pk=UUID(turn.key)).first()
    if airing is None:
        return None
    before = StreamTurn.objects.filter(airing=airing).order_by("-at").first()
    row = StreamTurn.objects.create(
        airing=airing, unit_path=airing.unit_path, heard=turn.heard, at=turn.at, why=turn.why
    )
    covered = turn.heard in {StreamTurn.Heard.FALLBACK, StreamTurn.Heard.SILENCE}
    was_covered = before is not None and before.heard in {
        StreamTurn.Heard.FALLBACK,
        StreamTurn.Heard.SILENCE,
    }
    source = airing.slot.relay if airing.slot else None
    if covered and not was_covered:
        emit(
            "broadcast.relay_lost", record=airing, unit_path=airing.unit_path, viewer=viewer,
            data={"why": turn.why, "heard": turn.heard, "source": str(source.pk) if source else ""},
        )  # fmt: skip
    elif was_covered and not covered:
        emit("broadcast.relay_back", record=airing, unit_path=airing.unit_path, viewer=viewer)
    if source is not None:
        _tell_source(source, turn)
    return row


def _tell_source(source: RelaySource, turn: Turn) -> None:
    source.state = {"heard": turn.heard, "why": turn.why, "at": turn.at.isoformat()}
    source.save(update_fields=["state"])
