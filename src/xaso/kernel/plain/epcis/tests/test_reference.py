"""Our hash beside release 1.9.3 of the reference (epcis-event-hash-generator) on every example that GS1 publishes.

That release writes events with sensors as the draft of CBV 2.1 has them: the name of the list, extensions inside their
parents, GS1's vocabulary at its older address. The vectors that its repository publishes for CBV 2.0 since
(``SensorDataExamples``, ``ReferenceEventHashAlgorithm2`` and ``3``, ``CertificationInfoAndSensorReportWithCRS``; see
``test_vectors.py``) do not, and leave certificates out; so do we. Everything else is the same but for the faults named
here, each with the vector or the rule that proves it.
"""

from __future__ import annotations

import logging

import pytest
from epcis_event_hash_generator import hash_generator, json_to_py, xml_to_py

from xaso.kernel.plain.epcis import QUERY_DOCUMENT, pre_hash
from xaso.kernel.plain.epcis.document import Event
from xaso.kernel.plain.epcis.tests.examples import ALL, FOLDER, example

ORDER = "transactions, sources and destinations stand behind bizLocation: vector ReferenceEventHashAlgorithm3"
NIL = "rule 4: what xsi:nil leaves out is not there"
NONE = "the reference gives no hash at all, for transactions without a type"

DIFFERENT: dict[tuple[str, int], str] = {
    ("ErrorDeclarationAndCorrectiveEvent.xml", 0): NIL,
    ("ErrorDeclarationAndCorrectiveEvent.xml", 1): NIL,
    ("Example-TransactionEvent-2020_07_03y.xml", 0): NONE,
    ("Example-TransactionEvent-2020_07_03y.xml", 1): NONE,
    ("Example-TransactionEvents-2020_07_03y.jsonld", 0): NONE,
    ("Example-TransactionEvents-2020_07_03y.jsonld", 1): NONE,
    ("Example_9.6.2-ObjectEvent.jsonld", 0): ORDER,
    ("Example_9.6.2-ObjectEventWithDigitalLink.jsonld", 0): ORDER,
    ("PersistentDisposition-example.jsonld", 0): ORDER,
    ("PersistentDisposition-example.jsonld", 1): ORDER,
    ("Example-PersistentDisposition.xml", 0): ORDER,
    ("Example-PersistentDisposition.xml", 1): ORDER,
    ("Mimasu-Example2.xml", 0): ORDER,
}


def is_written_otherwise(event: Event) -> bool:
    """Whether an event holds what the vectors of CBV 2.0 write otherwise than release 1.9.3."""
    places = [event.get("readPoint", {}), event.get("bizLocation", {})]
    return (
        bool(event.get("sensorElementList"))
        or "certificationInfo" in event
        or any(len(one) > 1 for one in places)
    )


def reference(name: str) -> list[str]:
    """The reference's strings for the events of an example; empty where it fails."""
    logging.disable(logging.CRITICAL)
    text = (FOLDER / name).read_text(encoding="utf-8")
    module = xml_to_py if name.endswith(".xml") else json_to_py
    json_to_py._namespaces = {}  # it keeps the prefixes of the document before
    try:
        return list(
            hash_generator.derive_prehashes_from_events(module.event_list_from_epcis_document_str(text))
        )
    except Exception:
        return []
    finally:
        logging.disable(logging.NOTSET)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ALL)
def test_agrees_with_the_reference_or_says_why_not(name: str) -> None:
    document = example(name)
    if document.kind == QUERY_DOCUMENT:  # which this release of the reference does not read
        return
    theirs = reference(name)
    for place, event in enumerate(document.events):
        agrees = pre_hash(event, document.context) in theirs[place : place + 1]
        fault = DIFFERENT.get((name, place))
        assert agrees == (fault is None and not is_written_otherwise(event)), fault
        if fault is not None:
            assert (fault == NONE) == (len(theirs) <= place)
