"""The standard's interface over HTTP: what comes in comes out, refusals in the standard's words."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from django.test import Client

from xaso.kernel.people.machines import issue_token, register_client
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import epcis
from xaso.services.trace.actions.store import run_capture
from xaso.services.trace.models import CaptureJob, TraceEvent
from xaso.services.trace.tests.store_samples import EXT, OTHER_UNIT, UNIT, harvest, packed, seen

SYSTEM = Viewer.system()
pytestmark = pytest.mark.django_db
BASE = "/epcis/v2"
CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"ext": EXT, "xaso": "https://xaso.vn/ns/trace/"},
]


class Machine:
    """A machine client over HTTP."""

    def __init__(
        self, unit_path: str = UNIT, scopes: tuple[str, ...] = ("trace.capture", "trace.query")
    ) -> None:
        client, secret = register_client(SYSTEM, name="Máy thử", unit_path=unit_path, scopes=list(scopes))
        self.token = issue_token(client.client_id, secret)["access_token"]
        self.http = Client(raise_request_exception=False)

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json", **headers: str):
        data = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        sent = {
            "Authorization": f"Bearer {self.token}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        return self.http.generic(method, BASE + path, data, content_type=kind, headers=sent)

    def get(self, path: str, **headers: str):
        return self.ask("GET", path, **headers)

    def capture(self, *events: dict[str, Any], **headers: str):
        return self.ask("POST", "/capture", document(*events), **headers)

    def captured(self, *events: dict[str, Any], **headers: str) -> dict[str, Any]:
        """Captured and done: the job."""
        answer = self.capture(*events, **headers)
        assert answer.status_code == 202, answer.content
        where = answer["Location"].rpartition("/")[2]
        run_capture(job=where)
        return orjson.loads(self.get(f"/capture/{where}").content)

    def events(self, path: str = "/events", **headers: str) -> list[dict[str, Any]]:
        answer = self.get(path, **headers)
        assert answer.status_code == 200, answer.content
        return epcis.read(answer.content, answer["Content-Type"]).events


def document(*events: dict[str, Any]) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-10T10:00:00+07:00",
        "epcisBody": {"eventList": list(events)},
    }


@pytest.fixture
def machine() -> Machine:
    return Machine()


def kind_of(answer: Any) -> str:
    assert answer["Content-Type"].startswith("application/problem+json"), answer["Content-Type"]
    body = orjson.loads(answer.content)
    assert body["status"] == answer.status_code
    return body["type"].removeprefix("epcisException:")


def test_a_capture_runs_as_a_job_and_its_events_are_read_back(machine):
    answer = machine.capture(harvest(), seen())
    assert answer.status_code == 202
    where = answer["Location"]
    path = where.partition(BASE)[2]
    before = orjson.loads(machine.get(path).content)
    assert (before["running"], before["success"]) == (True, True)
    run_capture(job=path.rpartition("/")[2])
    after = orjson.loads(machine.get(path).content)
    assert (after["running"], after["success"], after["errors"]) == (False, True, [])
    found = machine.events()
    assert [one["type"] for one in found] == ["TransformationEvent", "ObjectEvent"]
    assert found[0]["eventID"].startswith("ni:///sha-256;")
    assert found[0]["bizStep"] == "xaso:harvesting"
    assert found[0]["recordTime"]
    assert CaptureJob.objects.get().payload is None


@pytest.mark.parametrize("accept", ["application/json", "application/xml"])
def test_what_is_read_back_has_the_hash_of_what_was_sent(machine, accept):
    event = seen(
        **{
            "ext:grade": "A",
            "ext:inner": {"ext:deep": "1"},
            "readPoint": {"id": "urn:epc:id:sgln:0614141.07346.1234"},
        }
    )
    machine.captured(event)
    answer = machine.get("/events", Accept=accept)
    assert answer["Content-Type"].startswith(accept)
    read = epcis.read(answer.content, accept)
    assert [epcis.event_hash(one, read.context) for one in read.events] == [
        epcis.event_hash(event, {"ext": EXT})
    ]


def test_the_same_document_again_is_the_same_job(machine):
    first = machine.capture(harvest())["Location"]
    assert machine.capture(harvest())["Location"] == first
    run_capture(job=first.rpartition("/")[2])
    run_capture(job=first.rpartition("/")[2])
    assert machine.capture(harvest())["Location"] == first
    assert machine.captured(harvest(), seen())["success"]
    assert TraceEvent.objects.count() == 2


def test_rollback_stores_nothing_and_proceed_what_is_right(machine):
    good, bad = seen(1), seen(2, eventTimeZoneOffset="+99:00")
    refused = machine.capture(good, bad)
    assert refused.status_code == 400
    assert kind_of(refused) == "ValidationException"
    assert orjson.loads(refused.content)["instance"] == "/epcisBody/eventList/1/eventTimeZoneOffset"
    assert not CaptureJob.objects.exists()
    job = machine.captured(good, bad, GS1_Capture_Error_Behaviour="proceed")
    assert (job["running"], job["success"], job["captureErrorBehaviour"]) == (False, False, "proceed")
    assert [one["instance"] for one in job["errors"]] == ["/epcisBody/eventList/1/eventTimeZoneOffset"]
    assert len(machine.events()) == 1


def test_an_id_that_other_content_has_fails_the_job_whole_or_that_event_alone(machine):
    machine.captured(seen(1, eventID="urn:uuid:1"))
    events = (seen(5), seen(2, eventID="urn:uuid:1"))
    job = machine.captured(*events)
    assert (job["success"], job["errors"][0]["type"]) == (
        False,
        "epcisException:ResourceAlreadyExistsException",
    )
    assert len(machine.events()) == 1
    job = machine.captured(*events, GS1_Capture_Error_Behaviour="proceed")
    assert not job["success"]
    assert len(machine.events()) == 2


def test_one_event_is_stored_at_once_and_twice_is_a_conflict(machine):
    body = {"@context": CONTEXT, **seen()}
    answer = machine.ask("POST", "/events", body)
    assert answer.status_code == 201
    where = answer["Location"].partition(BASE)[2]
    assert quote("ni:///sha-256;", safe="") in where
    assert len(machine.events(where)) == 1
    again = machine.ask("POST", "/events", body)
    assert again.status_code == 409
    assert kind_of(again) == "ResourceAlreadyExistsException"


def test_an_event_is_answered_with_what_was_declared_of_it(machine):
    declared = harvest(
        errorDeclaration={"declarationTime": "2026-11-12T00:00:00Z", "reason": "did_not_occur"}
    )
    machine.captured(harvest(), declared)
    where = f"/events/{quote(machine.events()[0]['eventID'], safe='')}"
    assert ["errorDeclaration" in one for one in machine.events(where)] == [False, True]
    assert len(machine.events("/events?EXISTS_errorDeclaration=1")) == 1


@pytest.mark.parametrize(
    ("status", "kind", "method", "path", "body", "content_type", "headers"),
    [
        (404, "NoSuchNameException", "GET", "/events/urn:uuid:none", None, "application/json", {}),
        (404, "NoSuchNameException", "GET", "/capture/none", None, "application/json", {}),
        (404, "NoSuchNameException", "GET", "/bizSteps/shipping", None, "application/json", {}),
        (404, "NoSuchNameException", "GET", "/queries/none", None, "application/json", {}),
        (404, "NoSuchNameException", "GET", "/nowhere", None, "application/json", {}),
        (405, "ImplementationException", "PUT", "/events", None, "application/json", {}),
        (406, "NotAcceptableException", "GET", "/events", None, "application/json", {"Accept": "text/html"}),
        (406, "NotAcceptableException", "GET", "/events", None, "application/json", {"GS1_EPCIS_Min": "3.0"}),
        (415, "UnsupportedMediaTypeException", "POST", "/capture", b"a,b", "text/csv", {}),
        (400, "ValidationException", "POST", "/capture", b"{", "application/json", {}),
        (400, "ValidationException", "POST", "/capture", b"<a/>", "application/xml", {}),
        (400, "QueryParameterException", "GET", "/events?EQ_nothing=1", None, "application/json", {}),
        (400, "QueryParameterException", "GET", "/events?GE_eventTime=gestern", None, "application/json", {}),
        (400, "QueryParameterException", "GET", "/events?perPage=0", None, "application/json", {}),
        (400, "QueryParameterException", "GET", "/events?nextPageToken=x", None, "application/json", {}),
        (
            414,
            "URITooLongException",
            "GET",
            "/events?EQ_eventID=urn:" + "x" * 9000,
            None,
            "application/json",
            {},
        ),
    ],
)
def test_refusals_have_the_standards_words(machine, status, kind, method, path, body, content_type, headers):
    answer = machine.ask(method, path, body, content_type, **headers)
    assert answer.status_code == status, answer.content
    assert kind_of(answer) == kind


def test_who_has_no_token_or_no_scope_is_refused(machine):
    machine.captured(seen())
    nobody = Client().get(f"{BASE}/events")
    assert nobody.status_code == 401
    assert kind_of(nobody) == "SecurityException"
    assert nobody["WWW-Authenticate"].startswith("Bearer")
    assert Client().get(f"{BASE}/events", headers={"Authorization": "Bearer x"}).status_code == 401
    reader = Machine(scopes=("trace.query",))
    assert kind_of(reader.capture(seen(2))) == "SecurityException"
    assert reader.capture(seen(2)).status_code == 403
    assert len(reader.events()) == 1
    assert Machine(OTHER_UNIT).events() == []
    assert (
        Machine(OTHER_UNIT).get(f"/epcs/{quote('https://xaso.vn/id/obj/carton1', safe='')}").status_code
        == 404
    )


def test_a_job_is_its_senders_own(machine):
    where = machine.capture(seen())["Location"].partition(BASE)[2]
    assert Machine().get(where).status_code == 404
    assert orjson.loads(Machine().get("/capture").content) == []
    assert len(orjson.loads(machine.get("/capture").content)) == 1


def test_a_payload_beyond_the_limit_is_refused_before_it_is_read(machine, settings):
    settings.XASO_EPCIS_MAX_BYTES = 1000
    answer = machine.ask("POST", "/capture", b"x" * 1001)
    assert answer.status_code == 413
    assert kind_of(answer) == "CaptureLimitExceededException"
    assert answer["GS1-EPCIS-Capture-File-Size-Limit"] == "1000"
    settings.XASO_EPCIS_MAX_BYTES, settings.XASO_EPCIS_MAX_EVENTS = 10**7, 2
    assert machine.capture(seen(1), seen(2), seen(3)).status_code == 413


def test_options_discover_what_is_spoken(machine):
    answer = Client().options(f"{BASE}/capture")
    assert answer.status_code == 204
    assert answer["Allow"] == "OPTIONS, GET, HEAD, POST"
    for name in (
        "GS1-EPCIS-Min",
        "GS1-EPCIS-Max",
        "GS1-CBV-Min",
        "GS1-EPC-Format",
        "GS1-EPCIS-Capture-Limit",
    ):
        assert answer[name]
    assert Client().options(f"{BASE}/events")["GS1-EPCIS-Version"] == "2.0"


def test_the_repository_can_be_walked_through(machine):
    machine.captured(harvest(), seen(), seen(2))
    members = lambda path: orjson.loads(machine.get(path).content)["member"]  # noqa: E731 - read in one line each
    assert "bizSteps" in members("/")
    assert members("/eventTypes") == ["ObjectEvent", "TransformationEvent"]
    assert members("/bizSteps") == ["shipping", "https://xaso.vn/ns/trace/harvesting"]
    assert members("/dispositions") == ["in_transit"]
    assert members("/readPoints") == ["https://xaso.vn/id/loc/plot1"]
    assert len(members("/epcs")) == 4
    assert members("/bizSteps/shipping") == ["events"]
    assert len(machine.events("/bizSteps/shipping/events")) == 2
    assert len(machine.events("/dispositions/in_transit/events")) == 2
    assert len(machine.events("/eventTypes/ObjectEvent/events")) == 2
    for place in ("readPoints", "bizLocations"):
        assert len(machine.events(f"/{place}/{quote('https://xaso.vn/id/loc/plot1', safe='')}/events")) == 1
    epc = quote("https://xaso.vn/id/obj/carton2", safe="")
    assert members(f"/epcs/{epc}") == ["events"]
    assert len(machine.events(f"/epcs/{epc}/events")) == 1
    steps = machine.get("/bizSteps", GS1_Extensions="tra=https://xaso.vn/ns/trace/")
    assert orjson.loads(steps.content)["member"] == ["shipping", "tra:harvesting"]


def test_pages_follow_each_other_and_end(machine):
    machine.captured(*(seen(number) for number in range(7)))
    path, found, pages = "/events?perPage=3&orderBy=recordTime&orderDirection=ASC", [], 0
    while path:
        answer = machine.get(path)
        found += epcis.read(answer.content, "application/json").events
        pages += 1
        link = answer.get("Link", "")
        path = link[1:].partition(">")[0].partition(BASE)[2] if link else ""
        assert not link or answer["GS1-Next-Page-Token-Expires"]
    assert pages == 3
    assert [one["epcList"][0][-1] for one in found] == list("0123456")


def test_a_token_is_good_for_its_question_and_its_owner_until_it_is_given_back(machine):
    machine.captured(*(seen(number) for number in range(4)))
    token = machine.get("/events?perPage=2")["Link"].partition("nextPageToken=")[2].partition(">")[0]
    assert len(machine.events(f"/events?perPage=2&nextPageToken={token}")) == 2
    assert machine.get(f"/events?perPage=2&EQ_action=ADD&nextPageToken={token}").status_code == 400
    assert Machine().get(f"/events?nextPageToken={token}").status_code == 400
    assert machine.ask("DELETE", f"/nextPageToken/{token}").status_code == 204
    assert machine.get(f"/events?perPage=2&nextPageToken={token}").status_code == 400


def test_limits_of_count(machine):
    machine.captured(*(seen(number) for number in range(5)))
    first = machine.get("/events?eventCountLimit=3&orderBy=eventTime&perPage=2")
    rest = first["Link"].partition(BASE)[2].partition(">")[0]
    last = machine.get(rest)
    assert len(epcis.read(last.content, "application/json").events) == 1
    assert "Link" not in last
    too_many = machine.get("/events?maxEventCount=4")
    assert too_many.status_code == 413
    assert kind_of(too_many) == "QueryTooLargeException"
    assert len(machine.events("/events?maxEventCount=5")) == 5


def test_named_queries_are_kept_asked_and_ended(machine):
    body = {"name": "xuat-kho", "query": {"EQ_bizStep": ["shipping"], "EQ_ext:grade": ["A"]}}
    assert kind_of(machine.ask("POST", "/queries", body)) == "QueryParameterException"
    answer = machine.ask("POST", "/queries", {"@context": {"ext": EXT}, **body})
    assert answer.status_code == 201
    assert answer["Location"].endswith("/queries/xuat-kho")
    assert machine.ask("POST", "/queries", {"@context": {"ext": EXT}, **body}).status_code == 409
    machine.captured(seen(1, **{"ext:grade": "A"}), seen(2, **{"ext:grade": "B"}), harvest())
    answer = machine.get("/queries/xuat-kho/events")
    read = epcis.read(answer.content, "application/json")
    assert read.query_name == "xuat-kho"
    assert [one["ext:grade"] for one in read.events] == ["A"]
    assert orjson.loads(machine.get("/queries/xuat-kho").content)["query"]["EQ_bizStep"] == ["shipping"]
    assert Machine().get("/queries/xuat-kho").status_code == 404
    assert machine.ask("DELETE", "/queries/xuat-kho").status_code == 204
    assert machine.get("/queries/xuat-kho").status_code == 404
    assert machine.ask("POST", "/queries", {"@context": {"ext": EXT}, **body}).status_code == 201


def test_identifiers_and_terms_come_in_the_format_that_was_asked_for(machine):
    urn = "urn:epc:id:sgtin:0614141.107346.2017"
    machine.captured(seen(epcList=[urn]))
    assert machine.events()[0]["epcList"] == ["https://id.gs1.org/01/10614141073464/21/2017"]
    assert machine.events(GS1_EPC_Format="Never_Translates")[0]["epcList"] == [urn]
    assert machine.events(GS1_EPC_Format="Always_EPC_URN")[0]["epcList"] == [urn]
    assert machine.get("/events", GS1_EPC_Format="Beliebig").status_code == 400
    xml = {"Accept": "application/xml"}
    assert b"urn:epcglobal:cbv:bizstep:shipping" in machine.get("/events", **xml).content
    web = machine.get("/events", **xml, GS1_CBV_XML_Format="Always_Web_URI")
    assert b"https://ref.gs1.org/cbv/BizStep-shipping" in web.content
    assert b'type="https://ref.gs1.org/cbv/BTT-po"' in web.content
    assert b"urn:epcglobal:cbv:b" not in web.content


def test_a_query_may_come_as_json(machine):
    machine.captured(seen(), harvest())
    answer = machine.ask("GET", "/events", {"eventType": ["ObjectEvent"]})
    assert len(epcis.read(answer.content, "application/json").events) == 1


def test_refusals_come_as_xml_for_who_takes_only_that(machine):
    answer = machine.get("/events?perPage=0", Accept="application/xml")
    assert answer["Content-Type"].startswith("application/problem+xml")
    assert b"epcisException:QueryParameterException" in answer.content


def test_packages_in_a_circle_fail_the_capture(machine):
    machine.captured(packed("box", "bag"))
    answer = machine.capture(packed("bag", "box"))
    assert answer.status_code == 400
    job = machine.captured(packed("bag", "box"), seen(), GS1_Capture_Error_Behaviour="proceed")
    assert (job["success"], len(job["errors"])) == (False, 1)
    assert len(machine.events()) == 2


def test_the_payload_is_known_by_its_digest(machine):
    machine.capture(seen())
    assert CaptureJob.objects.get().sha256 == hashlib.sha256(orjson.dumps(document(seen()))).hexdigest()
