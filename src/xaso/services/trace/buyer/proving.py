"""Whether what the page tells is what was written into the log: each event hashed anew, its leaf followed to a head."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from xaso.kernel.plain.epcis import compacted, event_hash
from xaso.kernel.sealing.proofs import proof_of, recorded
from xaso.services.trace.buyer import way
from xaso.services.trace.buyer.words import day
from xaso.services.trace.graph import Stage, way_of
from xaso.services.trace.models import Lot, Site, TraceEvent
from xaso.services.trace.recording import log_key

EVENT = "trace.event_captured"
MOST = 40  # the newest; each is followed leaf by leaf


@dataclass(frozen=True)
class Proven:
    """One stage: good (in the log, unchanged), waiting (not sealed yet, some seconds), bad (differs from the log)."""

    title: str
    when: str
    place: str
    state: str
    index: int | None = None
    event_id: UUID | None = None


def prove(token: str, lang: str) -> tuple[list[Proven], int]:
    """The stages of a lot, the newest first, each with its proof; and how many older ones were not followed.

    The caller reaches all rows.
    """
    lot = Lot.objects.filter(token=token, published_at__isnull=False).first()
    if lot is None:
        return [], 0
    stages = way_of(lot, lang=lang)
    sites = way.sites_of(stages)
    newest = list(reversed(stages))[:MOST]
    events = TraceEvent.objects.in_bulk([one.seq for one in newest])
    return [_proven(one, events[one.seq], sites, lang) for one in newest], len(stages) - len(newest)


def _proven(stage: Stage, event: TraceEvent, sites: dict[str, Site], lang: str) -> Proven:
    title, when, place = stage.label, day(stage.at, lang), way.place_name(stage, sites, lang)
    line = recorded(log_key(event), EVENT)
    proof = proof_of(line.event_id) if line is not None else None
    if line is None or proof is None:
        return Proven(title, when, place, "waiting")
    try:
        proof.check()
        told = json.loads(proof.opening.data_text or "{}").get("event_hash")
        good = told == event.event_hash == hash_of(event)
    except ValueError:  # a broken path, or a body that is no event any more
        good = False
    return Proven(title, when, place, "good" if good else "bad", proof.index, line.event_id)


def hash_of(event: TraceEvent) -> str:
    """The hash of an event made anew from what is stored."""
    prefixes = dict(event.context)
    body = compacted(event.body, prefixes)
    return event_hash(body, prefixes)[14:78]
