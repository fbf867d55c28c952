"""Keys and files of these tests lie in folders of their own; one commune with its people and keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from xaso.kernel.documents.signing import file_key
from xaso.kernel.documents.signing.authority import authority
from xaso.kernel.documents.testing import trust_folder
from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop import eforms, routing
from xaso.services.onestop.actions import handling, reception, results
from xaso.services.onestop.actions.base import open_step
from xaso.services.onestop.demo_keys import ensure_demo_keys
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.setups_in_force import body_of
from xaso.services.onestop.testing import COMMUNE, a_dossier, a_setup

PIN, SEAL_PIN = "246810", "135790"


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session", autouse=True)
def quick_keys():
    """Making an RSA key takes long: all signers of these tests share one."""
    kept = file_key.make_key()
    patch = pytest.MonkeyPatch()
    patch.setattr(file_key, "make_key", lambda: kept)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def own_folders(settings, key_folder: Path, tmp_path: Path):
    settings.XASO_KEYS_DIR = str(key_folder)
    settings.XASO_FILES = str(tmp_path / "files")
    settings.XASO_S3_URL = ""
    settings.XASO_BASE_URL = "https://xaso.example"
    routing.forget()


@pytest.fixture(scope="session")
def nss(key_folder: Path, tmp_path_factory: pytest.TempPathFactory):
    made: list[Path] = []

    def folder() -> Path:
        if not made:
            made.append(trust_folder(tmp_path_factory.mktemp("nss"), authority().root.asn1.dump()))
        return made[0]

    return folder


@dataclass(frozen=True)
class House:
    """The people of one commune."""

    receptionist: Viewer
    specialist: Viewer
    leader: Viewer
    clerk: Viewer
    leader_account: Account


@pytest.fixture
def house(db) -> House:
    a_setup()
    leader = officer_account("leader", COMMUNE, name="Vàng Thị Mỷ")
    ensure_demo_keys(COMMUNE, [leader], pin=PIN, seal_pin=SEAL_PIN)
    return House(
        receptionist=officer("receptionist", COMMUNE, name="Lò Thị Văn"),
        specialist=officer("specialist", COMMUNE, name="Giàng A Páo"),
        leader=viewer_of(leader),
        clerk=officer("clerk", COMMUNE, name="Hoàng Thị Liên"),
        leader_account=leader,
    )


def step_of(dossier: Dossier):
    return open_step(Dossier.objects.select_related("case").get(pk=dossier.pk))


def to_drafting(house: House, dossier: Dossier) -> Dossier:
    """Accepted, at the first step where the specialist works."""
    reception.accept_dossier(house.receptionist, dossier_id=dossier.pk)
    return Dossier.objects.get(pk=dossier.pk)


def to_signing(house: House, dossier: Dossier) -> Dossier:
    """Passed on, step by step, until the leader has it."""
    for _ in range(10):
        part = step_of(dossier)
        if part.kind == "sign":
            break
        handling.advance(house.specialist, dossier_id=dossier.pk, step_id=part.pk)
    return Dossier.objects.get(pk=dossier.pk)


def drafted(house: House, procedure: str, **more) -> Dossier:
    """A dossier at the leader's desk with its drafted results."""
    dossier = to_drafting(house, a_dossier(procedure, **more))
    body = body_of(dossier.setup)
    for result in eforms.results_for(body, dossier.answers, results.given_of(dossier)):
        results.draft_result(
            house.specialist, dossier_id=dossier.pk, key=result.key, answers=body.sample_draft
        )
    return to_signing(house, dossier)
