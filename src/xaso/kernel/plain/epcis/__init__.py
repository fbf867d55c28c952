"""GS1 EPCIS 2.0 documents: read, check, write, hash, translate. Pure Python, offline.

The way of a captured document::

    document = read(data, content_type)             # ReadError where it cannot be read at all
    problems = check(document)                      # empty where everything may be stored
    hasher = Hasher(document.context)
    for event in document.events:                   # dicts as in GS1's JSON binding
        identity = event.get("eventID") or hasher.hash(event)
        row = expanded(event, document.context)     # {namespace}name keys, canonical CBV terms: store this
        for role, uri, quantity, uom in things(event):   # canonical identifiers with their parts: index these
            ...

and back: ``compacted(row, prefixes)`` gives the event with bare words and prefixes (adding prefixes to the dict it is
given), ``translate(event, epc_format, prefix_length)`` the identifiers as the client wants them, ``write_json`` and
``write_xml`` a document, or with ``query=Query(name)`` a query document. ``read_parameters`` reads the parameters of
a simple query; ``FIXED`` and ``FAMILIES`` of ``parameters`` name them all.
"""

from xaso.kernel.plain.epcis.checking import check, check_event
from xaso.kernel.plain.epcis.context import Names
from xaso.kernel.plain.epcis.document import DOCUMENT, QUERY_DOCUMENT, SINGLE, Document, Event, Limits
from xaso.kernel.plain.epcis.hashing import Hasher, event_hash, hashes, pre_hash
from xaso.kernel.plain.epcis.identifiers import FORMATS, Glob, canonical_id, translate
from xaso.kernel.plain.epcis.parameters import Parameter, loose, read_parameters
from xaso.kernel.plain.epcis.problems import Problem, ReadError
from xaso.kernel.plain.epcis.reading import LIMITS, from_object, read
from xaso.kernel.plain.epcis.shapes import compacted, expanded, term
from xaso.kernel.plain.epcis.things import Thing, things
from xaso.kernel.plain.epcis.writing import Query, document_of, write_event_json, write_json
from xaso.kernel.plain.epcis.xml_writing import write_event_xml, write_xml

__all__ = [
    "DOCUMENT",
    "FORMATS",
    "LIMITS",
    "QUERY_DOCUMENT",
    "SINGLE",
    "Document",
    "Event",
    "Glob",
    "Hasher",
    "Limits",
    "Names",
    "Parameter",
    "Problem",
    "Query",
    "ReadError",
    "Thing",
    "canonical_id",
    "check",
    "check_event",
    "compacted",
    "document_of",
    "event_hash",
    "expanded",
    "from_object",
    "hashes",
    "loose",
    "pre_hash",
    "read",
    "read_parameters",
    "term",
    "things",
    "translate",
    "write_event_json",
    "write_event_xml",
    "write_json",
    "write_xml",
]
