"""Filing a dossier: from the phone, at the desk, by post, through the API; repeated sending makes one dossier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.base.lost_lines import repeated_when_lost
from xaso.kernel.base.once import fingerprint
from xaso.kernel.base.writing import built, gathered, insert_all, insert_values, prepared
from xaso.kernel.cases.actions.opening import open_in_transaction
from xaso.kernel.cases.models import Case, Pause
from xaso.kernel.cases.plans import PlannedStep
from xaso.kernel.events import emit
from xaso.kernel.people.actions import HOLDER, holder_values, keep_person_in_transaction
from xaso.kernel.people.models import Identifier, Person
from xaso.kernel.people.queries import own_person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now
from xaso.services.onestop import eforms, routing, setups_in_force
from xaso.services.onestop.eforms.conditions import fields_in
from xaso.services.onestop.models import Dossier, DossierPaper, Payment, Setup
from xaso.services.onestop.numbering import TAKE, code_of, unit_code_of
from xaso.services.onestop.rules import payment_reference
from xaso.services.onestop.unit_names import UNIT_NAMES

CASE_TYPE = "onestop.dossier"
_KNOWN = "SELECT id FROM onestop_dossier WHERE client_key = %s"
# One journey: the number of the day is taken, and it is asked whether the key and the person are known.
_BEGIN = f"WITH taken AS ({TAKE}) SELECT last, ({_KNOWN}), ({HOLDER}) FROM taken"  # noqa: S608 - our own text


@dataclass(frozen=True)
class Applicant:
    """Whose dossier it is, as stated; what is already proven is not overwritten by it."""

    full_name: str
    id_number: str = ""
    birth_date: str = ""
    sex: str = ""
    ethnicity: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    proof: str = Identifier.Proof.STATED


@dataclass(frozen=True)
class PaperIn:
    """One paper handed in: which component, which file, how many originals and copies."""

    component: str
    name: str = ""
    file_id: UUID | None = None
    document_id: UUID | None = None
    source: str = DossierPaper.Source.UPLOADED
    originals: int = 0
    certified: int = 0
    copies: int = 0
    note: str = ""

    def counted(self, counts: Mapping[str, int]) -> PaperIn:
        """The same paper with its numbers of originals, certified copies and copies."""
        return replace(
            self,
            originals=counts.get("originals", 0),
            certified=counts.get("certified", 0),
            copies=counts.get("copies", 0),
        )


@dataclass(frozen=True)
class Filing:
    """A dossier as it comes in. ``strict`` refuses what is incomplete; otherwise what is missing is listed."""

    setup: Setup
    unit_path: str
    channel: str
    answers: Mapping[str, Any]
    applicant: Applicant | None = None
    person: Person | None = None
    papers: Sequence[PaperIn] = ()
    delivery: Mapping[str, Any] = field(default_factory=dict)
    received_path: str = ""
    client_key: str | None = None
    outside_code: str = ""
    truth: str = "here"
    facts: Mapping[str, Any] = field(default_factory=dict)
    strict: bool = True
    at: datetime | None = None


@dataclass(frozen=True)
class _Read:
    """What reading a filing gave."""

    body: eforms.Setup
    given: eforms.Given
    answers: dict[str, Any]
    missing: list[dict[str, str]]
    quote: eforms.FeeQuote
    term: eforms.LegalTerm


def _may_file(viewer: Viewer, filing: Filing, received_path: str) -> None:
    if viewer.is_citizen and viewer.person_id:
        if filing.person is not None and filing.person.pk != viewer.person_id:
            raise Forbidden("Chỉ nộp được hồ sơ của chính mình. Nộp thay người khác tại bộ phận một cửa.")
        return
    if viewer.kind == "machine":
        viewer.must("onestop.file", filing.unit_path)
    else:
        viewer.must("onestop.receive", received_path)


def _given(filing: Filing, moment: datetime) -> eforms.Given:
    facts = {"channel": filing.channel if filing.channel != "portal" else "online", **filing.facts}
    return eforms.Given(today=moment.date(), facts=facts, unit_names=UNIT_NAMES)


def _read(filing: Filing, moment: datetime) -> _Read:
    body = setups_in_force.body_of(filing.setup)
    given = _given(filing, moment)
    reading = eforms.validate_all(body, filing.answers, given)
    wrong = [one for one in reading.problems if filing.strict or filing.answers.get(one.path.split(".")[0])]
    if wrong:
        errors: dict[str, list[str]] = {}
        for one in wrong:
            errors.setdefault(one.path, []).append(one.message)
        raise ActionErrors(errors)
    stop = eforms.stopped(body, reading.answers, given)
    # Where answers are still missing, a condition on them says nothing yet.
    if stop is not None and fields_in(stop.when) <= reading.answers.keys():
        raise ActionError(f"{stop.title}. {stop.words}")
    missing = [{"field": one.path, "message": one.message} for one in reading.problems]
    papers = eforms.required_components(body, reading.answers, given)
    lacking = eforms.missing_components(papers, {paper.component for paper in filing.papers})
    if lacking and filing.strict:
        raise ActionErrors(
            {f"paper.{p.component.key}": [f"Thêm giấy tờ: {p.component.name}"] for p in lacking}
        )
    missing += [{"paper": p.component.key, "message": f"Thiếu giấy tờ: {p.component.name}"} for p in lacking]
    channel = str(given.facts["channel"])
    rates = setups_in_force.rates_for(filing.unit_path) if body.fees else []
    quote = eforms.fee_lines(body, reading.answers, channel, given.today, rates, given)  # type: ignore[arg-type]
    return _Read(body, given, reading.answers, missing, quote, eforms.term_for(body, reading.answers, given))


def _person(viewer: Viewer, filing: Filing, holder: UUID | None) -> Person:
    if filing.person is not None:
        return filing.person
    if viewer.is_citizen:
        return own_person(viewer)
    if filing.applicant is None:
        raise ActionError("Nhập họ, chữ đệm và tên của người nộp hồ sơ", "full_name")
    one = filing.applicant
    contact = {"phone": one.phone, "email": one.email, "address": one.address}
    return keep_person_in_transaction(
        viewer,
        full_name=one.full_name,
        personal_number=one.id_number,
        birth_date=one.birth_date,
        sex=one.sex,
        ethnicity=one.ethnicity,
        unit_path=filing.unit_path,
        contact={key: value for key, value in contact.items() if value},
        proof=one.proof,
        holder=holder,
    )


class _Filed(Exception):
    """A dossier with this key is there already: the transaction ends and gives the number back."""


def file_dossier(viewer: Viewer, filing: Filing) -> tuple[Dossier, bool]:
    """File a dossier; answers it and whether it is new (a repeat of the same key answers the first one).

    Raises ActionErrors by field, Conflict when the key was used for other content, Forbidden.
    """
    digest = ""
    if filing.client_key:
        papers = [(p.component, str(p.file_id or p.document_id)) for p in filing.papers]
        digest = fingerprint([filing.setup.procedure_id, filing.unit_path, dict(filing.answers), papers])
    try:
        if filing.client_key:
            return repeated_when_lost(lambda: _file(viewer, filing, digest)), True
        return _file(viewer, filing, digest), True
    except (_Filed, ActionError, IntegrityError):
        # What was filed before stays so, though the form may ask for more today; or the same key came twice at
        # once and the other one won. The number was given back by the roll-back.
        known = _filed_with(filing.client_key) if filing.client_key else None
        if known is None:
            raise
        return _same(known, digest), False


def _filed_with(key: str) -> Dossier | None:
    """The dossier that was filed with this key."""
    return Dossier.objects.select_related("case", "procedure").filter(client_key=key).first()


def _same(known: Dossier, digest: str) -> Dossier:
    if known.client_digest != digest:
        raise Conflict("Khóa chống lặp này đã dùng cho một hồ sơ khác. Tạo khóa mới rồi gửi lại.")
    return known


@action
def _file(viewer: Viewer, filing: Filing, digest: str) -> Dossier:
    """The one transaction of filing: person, number, case, dossier, papers, payment, event."""
    moment = filing.at or now()
    received_path = filing.received_path or routing.reception_path(filing.unit_path)
    _may_file(viewer, filing, received_path)
    read = _read(filing, moment)
    code, holder = _begin(filing, received_path, moment)
    with gathered(last=True):
        person = _person(viewer, filing, holder)
        case = _open(viewer, filing, read, code, received_path, person, moment)
        dossier = _build(viewer, filing, digest, read, case, person, moment)
        insert_all(dossier, *_papers(dossier, read.body, filing.papers))
        if read.quote.total:
            insert_values(Payment, _payment(dossier, read.quote))
        data = {"procedure": read.body.procedure, "channel": filing.channel, "case": str(case.pk)}
        emit(
            "onestop.dossier_filed",
            record=dossier,
            unit_path=filing.unit_path,
            viewer=viewer,
            data={"code": code, **data},
        )
    return dossier


def _begin(filing: Filing, received_path: str, moment: datetime) -> tuple[str, UUID | None]:
    """The code of the new dossier, and who holds the applicant's number; raises _Filed for a known key."""
    unit_code, day = unit_code_of(routing.authority_of(received_path)), moment.date()
    number = filing.applicant.id_number if filing.applicant else ""
    with prepared() as cursor:
        asked = [unit_code, day, filing.client_key, *holder_values(Identifier.Kind.PERSONAL_NUMBER, number)]
        cursor.execute(_BEGIN, asked)
        last, known, holder = cursor.fetchone()
    if known is not None:
        raise _Filed
    return code_of(unit_code, day, last), holder if number else None


def _open(
    viewer: Viewer,
    filing: Filing,
    read: _Read,
    code: str,
    received_path: str,
    person: Person,
    moment: datetime,
) -> Case:
    return open_in_transaction(
        viewer,
        type=CASE_TYPE,
        code=code,
        title=read.body.title,
        unit_path=filing.unit_path,
        received_path=received_path,
        subject=person,
        term=read.term.term,
        plan=planned_steps(read.body, read.answers, read.given),
        received_at=moment,
        rule={"legal_basis": read.term.legal_basis, "setup": read.body.id, "case": read.term.case},
        waits_for=Pause.Reason.PAYMENT if _waits(filing, read) else "",
    )


def _waits(filing: Filing, read: _Read) -> bool:
    """Filed online with a fee: the clock begins with the payment."""
    return bool(read.quote.total) and filing.channel == Dossier.Channel.ONLINE


def _build(
    viewer: Viewer, filing: Filing, digest: str, read: _Read, case: Case, person: Person, moment: datetime
) -> Dossier:
    owed = read.quote.total
    facts = {
        "code": case.code,
        "version_id": setups_in_force.version_id_on(filing.setup.procedure_id, moment.date()),
        "submitter_id": viewer.person_id,
        "channel": filing.channel,
        "status": Dossier.Status.PAYMENT if _waits(filing, read) else Dossier.Status.NEW,
        "unit_path": filing.unit_path,
        "received_path": case.received_path,
        "client_key": filing.client_key,
        "client_digest": digest,
        "missing": read.missing,
        "case_key": read.term.case,
        "answers": read.answers,
        "delivery": dict(filing.delivery),
        "fee_total": owed,
        "fee_state": "due" if owed else "none",
        "outside_code": filing.outside_code,
        "truth": filing.truth,
        "submitted_at": moment,
    }
    setup = filing.setup
    return built(Dossier, facts, case=case, procedure=setup.procedure, setup=setup, applicant=person)


def planned_steps(body: eforms.Setup, answers: Mapping[str, Any], given: eforms.Given) -> list[PlannedStep]:
    """The plan of a dossier as the kernel pins it; office and role are resolved when a step begins."""
    return [
        PlannedStep(
            key=step.key,
            title=step.title,
            kind=_KINDS.get(step.kind, "review"),
            term=step.term,
            where=step.office,
            extra={"role": step.role, "kind": step.kind, "parallel": step.parallel, "stage": step.stage},
        )
        for step in eforms.plan_for(body, answers, given)
    ]


# The kernel knows seven kinds of step; finer words of a plan are kept in the step's title.
_KINDS = {
    "receive": "receive",
    "review": "review",
    "inspect": "review",
    "meet": "review",
    "notify": "review",
    "opinion": "opinion",
    "decide": "decide",
    "sign": "sign",
    "seal": "seal",
    "return": "return",
}


def _papers(dossier: Dossier, body: eforms.Setup, papers: Sequence[PaperIn]) -> list[DossierPaper]:
    names = {component.key: component.name for component in body.components}
    return [
        DossierPaper(
            dossier=dossier,
            component=paper.component,
            name=(paper.name or names.get(paper.component, paper.component))[:300],
            file_id=paper.file_id,
            document_id=paper.document_id,
            source=paper.source,
            originals=paper.originals,
            certified=paper.certified,
            copies=paper.copies,
            note=paper.note,
        )
        for paper in papers
    ]


def _payment(dossier: Dossier, quote: eforms.FeeQuote) -> dict[str, Any]:
    identity = uuid7()
    return {
        "id": identity,
        "dossier_id": dossier.pk,
        "reference": payment_reference(identity),
        "amount": quote.total,
        "lines": [
            {"name": line.name, "amount": line.amount, "reckoning": line.reckoning, "basis": line.legal_basis}
            for line in quote.lines
        ],
    }
