"""A commune, a citizen with a dossier done, the officers of the room."""

from __future__ import annotations

import pytest
from django.test import Client

from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.public import BACKEND
from xaso.kernel.people.testing import a_citizen_account, officer_account
from xaso.kernel.units.testing import a_commune

COMMUNE = "15/02683/"


@pytest.fixture
def citizen(db: None) -> Account:
    """Somebody who lives in the commune and has a telephone."""
    a_commune(COMMUNE)
    account = a_citizen_account("Triệu Thị Mẩy", "010185000012")
    Person.objects.filter(pk=account.person_id).update(unit_path=COMMUNE)
    person = Person.objects.get(pk=account.person_id)
    person.contact = {"phone": "0912345678", "address": "Thôn Pờ Sì Ngài"}
    person.save()
    return Account.objects.get(pk=account.pk)


@pytest.fixture
def clerk(db: None) -> Account:
    """The clerk of that commune."""
    return officer_account("clerk", COMMUNE)


def entered(account: Account) -> Client:
    """A browser of somebody signed in."""
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client
