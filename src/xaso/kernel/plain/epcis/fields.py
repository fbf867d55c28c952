"""The fields of the event types: which there are, in the order of the XML schema, and what each holds."""

from __future__ import annotations

COMMON = (
    "eventTime",
    "recordTime",
    "eventTimeZoneOffset",
    "eventID",
    "errorDeclaration",
    "certificationInfo",
)
_WHERE = ("bizStep", "disposition", "readPoint", "bizLocation")
_TAIL = ("sourceList", "destinationList", "sensorElementList", "persistentDisposition")

FIELDS: dict[str, tuple[str, ...]] = {
    "ObjectEvent": (
        *COMMON, "epcList", "action", *_WHERE, "bizTransactionList", "quantityList", *_TAIL, "ilmd",
    ),
    "AggregationEvent": (
        *COMMON, "parentID", "childEPCs", "action", *_WHERE, "bizTransactionList", "childQuantityList", *_TAIL,
    ),
    "AssociationEvent": (
        *COMMON, "parentID", "childEPCs", "childQuantityList", "action", *_WHERE, "bizTransactionList", *_TAIL,
    ),
    "TransactionEvent": (
        *COMMON, "bizTransactionList", "parentID", "epcList", "action", *_WHERE, "quantityList", *_TAIL,
    ),
    "TransformationEvent": (
        *COMMON, "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList", "transformationID",
        *_WHERE, "bizTransactionList", *_TAIL, "ilmd",
    ),
}  # fmt: skip
# An event type of somebody else's may use any field of the five.
EVERY = (
    *COMMON, "parentID", "epcList", "childEPCs", "inputEPCList", "quantityList", "childQuantityList",
    "inputQuantityList", "outputEPCList", "outputQuantityList", "action", "transformationID", *_WHERE,
    "bizTransactionList", *_TAIL, "ilmd",
)  # fmt: skip

# Lists that the XML schema wants even when they are empty.
WANTED: dict[str, str] = {
    "ObjectEvent": "epcList",
    "AggregationEvent": "childEPCs",
    "TransactionEvent": "epcList",
}

EPC_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
# Lists of pairs of type and value: name of the list to name of the value.
TYPED_LISTS = {
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
}
PLACES = ("readPoint", "bizLocation")

METADATA = (
    "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules",
)  # fmt: skip
REPORT = (
    "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time", "microorganism",
    "chemicalSubstance", "value", "component", "stringValue", "booleanValue", "hexBinaryValue", "uriValue",
    "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue", "uom", "coordinateReferenceSystem",
)  # fmt: skip
# Allowed in a report too, though the event hash counts it among the extensions.
REPORT_ALSO = ("bizRules",)
REPORT_NUMBERS = frozenset({"value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"})
