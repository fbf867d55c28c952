"""One applicant's dossiers with every kind of thing below them, and everybody who might knock at a door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.test import Client

from tests.house.alerts_world import a_warning
from tests.house.assistant_world import a_question
from tests.house.corpus_world import a_shelf
from tests.house.notices_world import a_notice
from tests.house.radio_world import a_radio
from tests.house.trace_world import a_farm
from xaso.kernel.access import delegation
from xaso.kernel.base.fields import keyed_hash
from xaso.kernel.cases.actions import ask_opinion
from xaso.kernel.cases.models import Case, CaseStep, Opinion, Pause
from xaso.kernel.documents.models import Document, File, Upload
from xaso.kernel.documents.queries import file_link
from xaso.kernel.events.models import Event
from xaso.kernel.messages.models import Message, MessageTemplate
from xaso.kernel.people.actions import create_officer
from xaso.kernel.people.machines import issue_token, register_client, viewer_for_token
from xaso.kernel.people.models import Account, Person, RoleGrant
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.units.testing import a_commune, another_commune
from xaso.services.onestop import eforms, setups_in_force, webhooks
from xaso.services.onestop.actions import drafts, reception, results
from xaso.services.onestop.actions.base import open_step
from xaso.services.onestop.actions.filing import Applicant, Filing, file_dossier
from xaso.services.onestop.actions.setups import load_shipped
from xaso.services.onestop.issuing import REFUSAL
from xaso.services.onestop.models import Dossier, DossierPaper, Draft, Payment, Result, Supplement, Webhook
from xaso.services.onestop.testing import BIRTH, COMMUNE, MARITAL, all_papers

SYSTEM = Viewer.system()
NAME, NUMBER, PHONE = "Lù Thị Xúa Kín", "010185000777", "0987000777"
CHILD = "Lù Mí Chẳng Lộ"
ELSEWHERE, BESIDE = "04/01273/", "15/02680/"
ROLES = {
    "here": ("receptionist", "specialist", "leader", "clerk", "admin"),
    "beside": ("receptionist", "leader"),
    "elsewhere": ("receptionist", "specialist", "leader", "clerk", "admin"),
}


@dataclass
class Visitor:
    """Somebody at the door; ``near`` when the applicant's things may be shown to them."""

    name: str
    viewer: Viewer
    http: Client
    near: bool
    token: str = ""
    own: dict[str, Any] = field(default_factory=dict)

    def ask(self, method: str, url: str, data: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if url.startswith("/api/") and method != "GET":
            return self.http.generic(method, url, b"{}", content_type="application/json", headers=headers)
        if method == "GET":
            return self.http.get(url, headers=headers)
        if data is None:
            return self.http.generic(method, url, headers=headers)
        return self.http.post(url, data, headers=headers)


@dataclass
class World:
    """What the applicant has here, and who looks."""

    ids: dict[str, Any]
    codes: list[str]
    visitors: list[Visitor]
    rows: list[tuple[type[models.Model], models.Q]]
    fills: dict[tuple[str, str], Any]

    def visitor(self, name: str) -> Visitor:
        return next(one for one in self.visitors if one.name == name)

    @property
    def secrets(self) -> tuple[str, ...]:
        return (NAME, NUMBER, PHONE, CHILD, *self.codes)

    def state(self) -> list[Any]:
        """All that is stored of the applicant's things; a stranger's request must leave it as it was."""
        return [
            list(model._default_manager.filter(which).order_by("pk").values()) for model, which in self.rows
        ]


def _client(account: Account | None = None) -> Client:
    http = Client(raise_request_exception=False)
    if account is not None:
        http.force_login(account)
    return http


def _people() -> Iterator[Visitor]:
    yield Visitor("anonymous", Viewer(), _client(), near=False)
    for name, path, near in (
        ("here", COMMUNE, True),
        ("beside", BESIDE, False),
        ("elsewhere", ELSEWHERE, False),
    ):
        for role in ROLES[name]:
            account = officer_account(role, path, name=f"Cán bộ {role} {name}")
            yield Visitor(f"{role} {name}", viewer_of(account), _client(account), near=near)
        client, secret = register_client(
            SYSTEM, name=f"Máy {name}", unit_path=path, scopes=["onestop.file", "onestop.read"]
        )
        token = issue_token(client.client_id, secret)["access_token"]
        known = viewer_for_token(token)
        assert known is not None
        yield Visitor(f"machine {name}", known[1], _client(), near=near, token=token)
    for name, path, near in (("here", COMMUNE, True), ("elsewhere", ELSEWHERE, False)):
        account = _delegate(path, name)
        yield Visitor(f"delegate {name}", viewer_of(account), _client(account), near=near)
    for name, path, near in (("here", "15/", True), ("elsewhere", "04/", False)):
        account = officer_account("province_viewer", path, name=f"Theo dõi {name}")
        yield Visitor(f"province {name}", viewer_of(account), _client(account), near=near)
    head = officer_account("hamlet_head", f"{COMMUNE}t-khong/", name="Trưởng thôn")
    yield Visitor("hamlet head", viewer_of(head), _client(head), near=False)
    other = a_citizen_account("Giàng Seo Khác", "010190000555")
    yield Visitor("other citizen", viewer_of(other), _client(other), near=False)


def _delegate(path: str, name: str) -> Account:
    """An officer without a role of their own, who acts for a leader for two days."""
    leader = viewer_of(officer_account("leader", path, name=f"Lãnh đạo giao quyền {name}"))
    account = create_officer(
        SYSTEM,
        username=f"uy-quyen-{name}",
        password="mot hai ba bon nam 12345",
        display_name=f"Người được ủy quyền {name}",
        unit_path=path,
    )
    delegation.delegate(
        leader,
        grant_id=delegation.may_delegate(leader)[0].pk,
        account_id=account.pk,
        manner=RoleGrant.Manner.values[0],
        document_number="12/GUQ-UBND",
        reason="Đi họp",
        first=now() - timedelta(minutes=1),
        last=now() + timedelta(days=2),
    )
    return account


def _file(procedure: str, unit_path: str, person: Person | None = None) -> Dossier:
    setup = setups_in_force.setup_for(procedure, unit_path, now().date())
    body = setups_in_force.body_of(setup)
    answers = dict(body.sample_answers)
    if person is not None and "child_name" in answers:
        answers["child_name"] = CHILD
    filing = Filing(
        setup=setup,
        unit_path=unit_path,
        channel="counter",
        answers=answers,
        person=person,
        applicant=None if person else Applicant("Người Nơi Khác", "004090000123"),
        papers=all_papers(body, answers, "counter"),
        facts={"identity_proven": True},
    )
    return file_dossier(SYSTEM, filing)[0]


def _message(to: dict[str, Any], dossier: Dossier) -> Message:
    template = MessageTemplate.objects.create(
        key=f"onestop.test_{Message.objects.count()}", version=99, service="onestop", title="Thử", body="Thử"
    )
    return Message.objects.create(
        key=f"test:{dossier.pk}:{list(to)[0]}",
        template=template,
        contact={"phone": PHONE},
        subject=f"Hồ sơ {dossier.code}",
        body=f"Hồ sơ {dossier.code} của {NAME}",
        record_type="onestop.dossier",
        record_id=dossier.pk,
        unit_path=COMMUNE,
        data={},
        in_inbox=True,
        next_at=now() + timedelta(days=1),
        **to,
    )


def _handled(dossier: Dossier, specialist: Viewer, receptionist: Viewer) -> Result:
    """Accepted, asked about, and with a drafted result."""
    reception.accept_dossier(receptionist, dossier_id=dossier.pk)
    ask_opinion(
        specialist, case=dossier.case_id, asked_path=f"{COMMUNE}ca/", question=f"Về {NAME}?", term="1wd"
    )
    body = setups_in_force.body_of(dossier.setup)
    results.draft_result(
        specialist,
        dossier_id=dossier.pk,
        key=REFUSAL,
        answers={"reasons": f"Chưa đủ điều kiện: {NAME}", "basis": "Điều 1"},
    )
    assert body.results
    return Result.objects.get(dossier=dossier)


def _draft(citizen: Account, setup: Any, file: File) -> Draft:
    viewer = viewer_of(citizen)
    draft = drafts.begin_draft(viewer, setup=setup, unit_path=COMMUNE, answers={"child_name": CHILD})
    component = setups_in_force.body_of(setup).components[0].key
    return drafts.keep_paper(viewer, draft_id=draft.pk, component=component, file_id=file.pk, name="anh.jpg")


def _upload(citizen: Account) -> Upload:
    owner = keyed_hash(f"account:{citizen.pk}", "documents-upload")
    ends = now() + timedelta(hours=1)
    return Upload.objects.create(owner=owner, name=NAME, size=10, use="onestop.draft", expires_at=ends)


@dataclass
class _Things:
    """What the applicant has here, as rows."""

    citizen: Account
    fresh: Dossier
    main: Dossier
    waiting: Dossier
    result: Result
    supplement: Supplement
    paper: DossierPaper
    draft: Draft
    mail: Message
    desk_mail: Message

    @property
    def dossiers(self) -> list[Dossier]:
        return [self.fresh, self.main, self.waiting]


def build() -> World:
    """Make it all; call in a transaction that is rolled back."""
    a_commune(COMMUNE)
    another_commune()
    setups_in_force.forget()
    load_shipped(SYSTEM)
    citizen = a_citizen_account(NAME, NUMBER)
    assert citizen.person is not None
    citizen.person.contact = {"phone": PHONE}
    citizen.person.save(update_fields=["contact"])
    visitors = [*_people(), Visitor("applicant", viewer_of(citizen), _client(citizen), near=True)]
    by_name = {one.name: one.viewer for one in visitors}
    things = _things(citizen, by_name["receptionist here"], by_name["specialist here"])
    foreign = _file(BIRTH, ELSEWHERE)
    for one in visitors:
        if one.name.endswith((" elsewhere", " beside")):
            one.own["path"] = BESIDE if one.name.endswith("beside") else ELSEWHERE
        if one.name.endswith("elsewhere"):
            one.own["code"] = foreign.code
    ids = _ids(things, by_name["machine here"])
    farm, warned = a_farm(citizen, NAME, PHONE), a_warning(citizen, COMMUNE, NAME, PHONE)
    radio, told = a_radio(COMMUNE, NAME, PHONE), a_notice(citizen, COMMUNE, NAME, PHONE)
    asked, shelf = a_question(COMMUNE, things.main.case_id, things.main.code, NAME), a_shelf(COMMUNE, NAME)
    rows = [*_rows(things), *farm.rows, *warned.rows, *radio.rows, *told.rows, *asked.rows, *shelf.rows]
    fills = {**farm.fills, **warned.fills, **radio.fills, **told.fills, **asked.fills, **shelf.fills}
    return World(ids, [one.code for one in things.dossiers], visitors, rows, fills)


def _things(citizen: Account, receptionist: Viewer, specialist: Viewer) -> _Things:
    """Three dossiers: just filed, with a drafted result, waiting for papers; and what hangs on them."""
    fresh, main, waiting = (_file(kind, COMMUNE, citizen.person) for kind in (MARITAL, BIRTH, BIRTH))
    result = _handled(main, specialist, receptionist)
    supplement = reception.ask_supplement(
        receptionist, dossier_id=waiting.pk, items=[{"name": "Giấy"}], reason=f"Thiếu giấy của {NAME}"
    )
    paper = DossierPaper.objects.filter(dossier__in=[main, waiting]).exclude(file=None).first()
    assert paper is not None and paper.file is not None
    return _Things(
        citizen=citizen,
        fresh=fresh,
        main=main,
        waiting=waiting,
        result=result,
        supplement=supplement,
        paper=paper,
        draft=_draft(citizen, main.setup, paper.file),
        mail=_message({"person": citizen.person}, main),
        desk_mail=_message({"account_id": receptionist.account_id}, main),
    )


def _ids(things: _Things, machine: Viewer) -> dict[str, Any]:
    """The names of parameters in addresses, with the applicant's thing for each."""
    main, paper, result, citizen = things.main, things.paper, things.result, things.citizen
    assert paper.file is not None
    payment = Payment.objects.filter(dossier=things.fresh).first() or Payment.objects.create(
        dossier=things.fresh, reference="XS0TEST0777", amount=15000
    )
    # A public address by its number: no name has to be found.
    hook, _ = webhooks.register_webhook(machine, url="https://1.1.1.1/hook", unit_path=COMMUNE)
    step = open_step(main)
    named = {
        "dossier": main.pk,
        "paper": paper.pk,
        "file": paper.file_id,
        "payment": payment.pk,
        "document": result.document_id,
        "step": step.pk if step else None,
    }
    return {
        **named,
        **{f"{name}_id": key for name, key in named.items()},
        "code": main.code,
        "codes": [one.code for one in things.dossiers],
        "procedure": BIRTH,
        "case_id": main.case_id,
        "person_id": citizen.person_id,
        "account_id": citizen.pk,
        "draft_id": things.draft.pk,
        "page": eforms.Setup.model_validate(main.setup.body).pages[0].key,
        "supplement_id": things.supplement.pk,
        "result_id": result.pk,
        "opinion_id": Opinion.objects.get(case=main.case_id).pk,
        "message_id": things.mail.pk,
        "desk_message_id": things.desk_mail.pk,
        "webhook_id": hook.pk,
        "setup_id": main.setup_id,
        "document_code": result.document.shown_code,
        "token": file_link(viewer_of(citizen), paper.file).rpartition("/")[2],
        "upload_id": _upload(citizen).pk,
    }


def _rows(things: _Things) -> list[tuple[type[models.Model], models.Q]]:
    own = [one.pk for one in things.dossiers]
    cases: list[UUID] = [one.case_id for one in things.dossiers]
    q = models.Q
    below = (DossierPaper, Payment, Supplement, Result)
    of_case = (CaseStep, Pause, Opinion)
    return [
        (Dossier, q(pk__in=own)),
        (Case, q(pk__in=cases)),
        *[(model, q(dossier__in=own)) for model in below],
        *[(model, q(case__in=cases)) for model in of_case],
        (Document, q(record_id__in=own)),
        (Draft, q(pk=things.draft.pk)),
        (Message, q(pk__in=[things.mail.pk, things.desk_mail.pk])),
        (Person, q(pk=things.citizen.person_id)),
        (Account, q(pk=things.citizen.pk)),
        (Webhook, q()),
        (Upload, q()),
        (Event, q(record_id__in=[*own, *cases])),
    ]
