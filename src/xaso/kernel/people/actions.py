"""Writes on people, accounts and roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.fields import keyed_hash, keyed_hashes
from xaso.kernel.base.reach import widened
from xaso.kernel.base.writing import built, gathered, insert_all, insert_values
from xaso.kernel.events import emit
from xaso.kernel.people.accounts import must_give
from xaso.kernel.people.looking import view_person as view_person
from xaso.kernel.people.models import Account, Identifier, Person, Role, RoleGrant, RoleRight
from xaso.kernel.people.roles import taken_back
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import name_sort_key, nfc

# Who holds an identifier now; its values are those of ``holder_values``. A caller on a hot path may ask it
# within a larger question and hand the answer to ``keep_person_in_transaction``.
# It is asked over all people, whoever asks: two records of one person would be worse (a function of the database
# reaches that far and answers a key only).
HOLDER = "SELECT people_holder(%s::text[], %s::text)"
ASK = UUID(int=0)


def identifier_hash(kind: str, value: str) -> str:
    """The searchable digest of an identifier."""
    return keyed_hash(value.strip().upper(), f"identifier:{kind}")


def identifier_hashes(kind: str, value: str) -> list[str]:
    """The digests under which an identifier may be kept while the digest key is being replaced."""
    return keyed_hashes(value.strip().upper(), f"identifier:{kind}")


def holder_values(kind: str, value: str) -> list[Any]:
    """The values of ``HOLDER`` for an identifier."""
    # Digests are hexadecimal: written out as the server reads an array they cost a tenth of what a list costs.
    return ["{" + ",".join(identifier_hashes(kind, value)) + "}", kind]


def find_person(kind: str, value: str) -> Person | None:
    """The person who holds this identifier now."""
    # Mostly nobody is found: the person is read apart, and the question itself is put plainly.
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, holder_values(kind, value))
        holder = cursor.fetchone()[0]
    return _holder(holder) if holder else None


def _holder(person_id: UUID) -> Person:
    with widened("the person behind a number that the asker has given in full"):
        return Person.objects.get(pk=person_id)


def keep_person_in_transaction(
    viewer: Viewer,
    *,
    full_name: str,
    personal_number: str = "",
    birth_date: str = "",
    sex: str = "",
    ethnicity: str = "",
    unit_path: str = "",
    contact: dict[str, str] | None = None,
    proof: str = Identifier.Proof.STATED,
    kind: str = Person.Kind.CITIZEN,
    holder: UUID | None = ASK,
) -> Person:
    """The person with this personal number, made if unknown; a stated value never overwrites a proven one.

    Without a number a new record is made each time: two people may share a name and a birthday. ``holder``:
    who holds the number, where the caller has asked already (None is nobody).
    """
    if holder == ASK:
        known = find_person("personal_number", personal_number) if personal_number else None
    else:
        known = _holder(holder) if holder else None
    if known is not None:
        return _refresh(known, contact=contact, birth_date=birth_date, sex=sex, unit_path=unit_path)
    name = nfc(full_name).strip()
    facts = {
        "kind": kind,
        "full_name": name,
        "sort_key": name_sort_key(name)[:200],
        "birth_date": birth_date,
        "sex": sex,
        "ethnicity": ethnicity,
        "unit_path": unit_path,
        "contact": contact or {},
    }
    person = built(Person, facts)
    with gathered():
        insert_all(person)
        if personal_number:
            number = {
                "person_id": person.pk,
                "kind": Identifier.Kind.PERSONAL_NUMBER,
                "value": personal_number,
                "value_hash": identifier_hash("personal_number", personal_number),
                "proof": proof,
                "valid_from": today(),
            }
            insert_values(Identifier, number)
    return person


def _refresh(person: Person, **facts: Any) -> Person:
    """Fill what is still empty; what is known stays until somebody proves otherwise."""
    changed = []
    for name, value in facts.items():
        if name == "contact":
            merged = {**(value or {}), **{k: v for k, v in (person.contact or {}).items() if v}}
            if merged != (person.contact or {}):
                person.contact = merged
                changed.append("contact")
        elif value and not getattr(person, name):
            setattr(person, name, value)
            changed.append(name)
    if changed:
        with widened("what was empty of a known person is filled in by whoever receives them"):
            person.save(update_fields=changed)
    return person


keep_person = action(keep_person_in_transaction)


@action
def create_officer(
    viewer: Viewer,
    *,
    username: str,
    password: str,
    display_name: str,
    unit_path: str,
    title: str = "",
    email: str = "",
    temporary: bool = False,
) -> Account:
    """Make an officer's account in a unit. Raises ActionError when the name is taken.

    ``temporary``: the password was made by somebody else, so the officer chooses their own at the first sign-in.
    """
    viewer.must("people.accounts", unit_path)
    username = username.strip().lower()
    if Account.objects.filter(username=username).exists():
        raise ActionError("Tên đăng nhập này đã có người dùng. Chọn tên khác.", "username")
    account = Account.objects.create(
        username=username,
        password=make_password(password),
        display_name=nfc(display_name),
        title=title,
        unit_path=unit_path,
        email=email,
        password_is_temporary=temporary,
    )
    emit("people.account_created", record=account, unit_path=unit_path, viewer=viewer)
    return account


@action
def grant_role(
    viewer: Viewer, *, account: Account, role: str, unit_path: str, until: datetime | None = None
) -> RoleGrant:
    """Give an account a role on a unit subtree; nobody gives what reaches beyond their own (see `accounts`)."""
    must_give(viewer, role, unit_path, account)
    grant = RoleGrant.objects.create(
        account=account, role_id=role, unit_path=unit_path, valid_to=until, granted_by=viewer.account_id
    )
    emit("people.role_granted", record=account, unit_path=unit_path, viewer=viewer, data={"role": role})
    return grant


@action
def end_grant(viewer: Viewer, *, grant: RoleGrant) -> None:
    """Take a role back, from now on."""
    must_give(viewer, grant.role_id, grant.unit_path)
    grant.valid_to = now()
    grant.save(update_fields=["valid_to"])
    emit(
        "people.role_ended",
        record=grant.account,
        unit_path=grant.unit_path,
        viewer=viewer,
        data={"role": grant.role_id},
    )


@action
def citizen_account(viewer: Viewer, *, subject: str, full_name: str, personal_number: str) -> Account:
    """The account of a citizen whom the identity provider has just proven; made at the first sign-in."""
    if viewer.kind != "system":
        raise ActionError("Chỉ cổng đăng nhập mới lập được tài khoản công dân.")
    person = keep_person(
        viewer, full_name=full_name, personal_number=personal_number, proof=Identifier.Proof.VNEID
    )
    Identifier.objects.filter(person=person, kind="personal_number").exclude(proof="vneid").update(
        proof="vneid"
    )
    account, fresh = Account.objects.get_or_create(
        person=person,
        kind=Account.Kind.CITIZEN,
        defaults={
            "username": f"vneid:{keyed_hash(subject, 'vneid-subject')[:40]}",
            "display_name": person.full_name,
            "password": make_password(None),
        },
    )
    if fresh:
        emit("people.citizen_signed_up", record=account, unit_path=person.unit_path, viewer=viewer)
    return account


def seed_roles(labels: dict[str, str], rights: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    """Put the default roles and their rights in place; what an operator changed since stays (added only)."""
    Role.objects.bulk_create(
        [Role(code=c, label=label) for c, label in labels.items()], ignore_conflicts=True
    )
    wanted = {(role, right) for right, roles in rights for role in roles} - taken_back(set(labels))
    rows = [RoleRight(role_id=role, right=right) for role, right in sorted(wanted)]
    RoleRight.objects.bulk_create(rows, ignore_conflicts=True)
