"""Addresses: nothing opens by a number that can be counted up, and a file opens only by a short-lived signed link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.house.routes import routes
from tests.house.walk import product_files, relative
from xaso.kernel.documents.actions import keep_made
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
# Numbers in an address that count something which is open already.
NUMBERS = {
    "/desk/onestop/ho-so/<str:code>/ket-qua/<uuid:result_id>/trang-<int:number>.png": "a page of one paper",
}
# Words in an address, and why knowing one opens nothing by itself.
WORDS = {
    "code": "printed codes: a right is asked, or only what is public is told (test_rights_matrix)",
    "token": "signed by us",
    "version": "which words of an interface are spoken; the account decides the rest",
    "key": "names of templates, the same everywhere",
    "keys": "where in one's own draft of a form; the draft is named by its UUID",
    "unit_path": "units are public",
    "purpose": "purposes of processing are published",
    "capture_id": "a UUID of the machine client's own capture",
    "event_id": "an event's public id: answered to who holds trace.query on its unit",
    "value": "words and identifiers of events: answered to who holds trace.query on a unit that uses them",
    "name": "a query of the machine client's own",
    "subscription": "a UUID of the machine client's own subscription",
    "slug": "numbers of laws, which are public",
    "article": "an article of a law, which is public",
    "rest": "an address that the standard does not know: answered 404",
    "bulletin_id": "a UUID, read as one by the API; answered to who may send to its station",
    "identifier": "names of CAP messages, which are published",
    "message_id": "a UUID of the machine client's own message, read as one by the API",
    "job_id": "a UUID of the machine client's own job, read as one by the API",
    "webhook_id": "a UUID of the machine client's own, read as one by the API",
}
# Who reads the bytes of a file for an answer; everybody else hands out a link.
READERS = {
    "src/xaso/kernel/documents/public/files.py": "the signed link itself",
    "src/xaso/kernel/documents/queries.py": "where reading is defined",
    "src/xaso/services/trace/buyer/pictures.py": "the picture that a product or an enterprise shows to all, made small",
    "src/xaso/services/trace/public/buyer.py": "small pictures and recordings of published goods, open to all",
    "src/xaso/services/onestop/desk/papers.py": "papers of a dossier found by `dossier_for`",
    "src/xaso/services/onestop/desk/pictures.py": "pages of a result whose dossier was opened",
    "src/xaso/services/onestop/desk/results.py": "results of a dossier found by `dossier_for`",
    "src/xaso/services/onestop/paperwork/slips.py": "slips made for a dossier that was opened",
    "src/xaso/services/onestop/public/files.py": "pictures the sender has just sent, joined into one paper",
    "src/xaso/services/broadcast/streams/shelf.py": "a file for the air, on its way into the station's stream",
    "src/xaso/services/broadcast/sound_files.py": "a file for the air, by its digest: devices fetch it, all hear it",
    "src/xaso/services/broadcast/actions/sounds.py": "the rendering of a bulletin that is put together for the air",
}


def test_no_address_holds_a_number_that_can_be_counted_up():
    for route in routes():
        for kind, name in PARAMETER.findall(route.pattern):
            if kind == "int":
                assert route.pattern in NUMBERS, (
                    f"{route.pattern}: name it by its UUID, or list it with a reason"
                )
            if kind in {"", "str", "path"}:
                assert name in WORDS, f"{route.pattern}: say in WORDS why knowing {name} opens nothing"


def test_bytes_of_files_are_read_only_where_a_right_was_checked():
    for path in product_files():
        name = relative(path)
        if re.search(r"\b(FileResponse|content_of)\(", path.read_text(encoding="utf-8")):
            assert name in READERS, (
                f"{name} reads a file by itself: hand out file_link, or list it with its right"
            )


@pytest.fixture
def thing(db, settings, tmp_path):
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""
    return keep_made(Viewer.system(), content=b"%PDF-1.7 thu", name="a.pdf", owner_service="onestop.result")


def test_a_link_opens_for_its_holder_and_for_a_short_time(thing):
    owner, other = a_citizen_account(), a_citizen_account("Người Khác")
    link = file_link(viewer_of(owner), thing, minutes=10)
    assert str(thing.pk) not in link, "the key of the file is not part of what one sees"
    mine, theirs = Client(), Client()
    mine.force_login(owner)
    theirs.force_login(other)
    assert mine.get(link).status_code == 200
    assert theirs.get(link).status_code == 404
    assert Client().get(link).status_code == 404
    with moment.frozen(moment.now() + timedelta(minutes=11)):
        assert mine.get(link).status_code == 404


def test_an_altered_or_guessed_link_opens_nothing(thing):
    owner = a_citizen_account()
    client = Client()
    client.force_login(owner)
    link = file_link(viewer_of(owner), thing)
    head, _, token = link.rpartition("/")
    for position in (0, len(token) // 2, -3):
        letters = list(token)
        letters[position] = "A" if letters[position] != "A" else "B"
        assert client.get(f"{head}/{''.join(letters)}").status_code == 404, position
    for guess in (str(thing.pk), thing.pk.hex, thing.sha256, "1", thing.name):
        assert client.get(f"{head}/{guess}").status_code == 404, guess
