"""The dictionary of a unit: inherited downwards, by rows that end, for who holds the right there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.base.reach import watched
from xaso.kernel.people.reaching import reach_of
from xaso.kernel.people.testing import officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.spoken.choices import CHOICES
from xaso.kernel.speech import queries, spoken_text
from xaso.kernel.speech.actions import drop_word, keep_word, set_manner
from xaso.kernel.speech.models import Manner, Word

pytestmark = pytest.mark.django_db
PROVINCE, COMMUNE, HAMLET, OTHER = "15/", "15/02683/", "15/02683/t-nam-dam/", "15/02680/"
SYSTEM = Viewer.system()


def said(text: str, unit_path: str = COMMUNE) -> str:
    return spoken_text(text, unit_path).text


def test_the_nearest_unit_decides_how_a_word_is_read() -> None:
    keep_word(SYSTEM, unit_path="", written="QSEAP", spoken="quy xép")
    keep_word(SYSTEM, unit_path=PROVINCE, written="QSEAP", spoken="kiu xép")
    keep_word(SYSTEM, unit_path=COMMUNE, written="Nà Pái", spoken="Nà Páy")
    assert said("QSEAP ở Nà Pái") == "kiu xép ở Nà Páy"
    assert said("QSEAP ở Nà Pái", HAMLET) == "kiu xép ở Nà Páy"
    assert said("QSEAP ở Nà Pái", OTHER) == "kiu xép ở Nà Pái"
    assert said("QSEAP ở Nà Pái", "04/01273/") == "quy xép ở Nà Pái"


def test_a_changed_word_ends_and_a_new_row_begins() -> None:
    first = keep_word(SYSTEM, unit_path=COMMUNE, written="JICA", spoken="gi ca")
    assert keep_word(SYSTEM, unit_path=COMMUNE, written=" JICA ", spoken="gi ca").pk == first.pk
    second = keep_word(SYSTEM, unit_path=COMMUNE, written="JICA", spoken="giai ca")
    first.refresh_from_db()
    assert first.valid_to == second.valid_from
    assert said("JICA") == "giai ca"
    drop_word(SYSTEM, word_id=second.pk)
    assert drop_word(SYSTEM, word_id=second.pk).valid_to is not None
    assert said("JICA") == "gi i xê a"
    assert Word.objects.filter(written="JICA").count() == 2
    with moment.frozen(moment.now() + timedelta(days=1)):
        assert keep_word(SYSTEM, unit_path=COMMUNE, written="JICA", spoken="gi ca").pk not in {
            first.pk,
            second.pk,
        }


@pytest.mark.parametrize(
    ("written", "spoken", "field"),
    [
        ("", "a", "written"),
        ("-/-", "a", "written"),
        ("x" * 81, "a", "written"),
        ("A", " ", "spoken"),
        ("A", "số 5", "spoken"),
        ("A", "a/b", "spoken"),
        ("A", "a" * 201, "spoken"),
    ],
)
def test_what_cannot_be_a_word_is_refused_at_its_field(written: str, spoken: str, field: str) -> None:
    with pytest.raises(ActionError) as caught:
        keep_word(SYSTEM, unit_path=COMMUNE, written=written, spoken=spoken)
    assert list(caught.value.errors) == [field]


def test_conventions_are_chosen_by_unit() -> None:
    set_manner(SYSTEM, unit_path=PROVINCE, name="thousand", value="ngàn")
    set_manner(SYSTEM, unit_path=COMMUNE, name="odd", value="lẻ")
    assert said("1.105 hộ") == "một ngàn một trăm lẻ năm hộ"
    assert said("1.105 hộ", OTHER) == "một ngàn một trăm linh năm hộ"
    again = set_manner(SYSTEM, unit_path=COMMUNE, name="odd", value="linh")
    assert set_manner(SYSTEM, unit_path=COMMUNE, name="odd", value="linh").pk == again.pk
    assert Manner.objects.filter(unit_path=COMMUNE, name="odd").count() == 2
    assert said("105") == "một trăm linh năm"
    for name, value in (("odd", "nhịp"), ("khac", "x")):
        with pytest.raises(ActionError):
            set_manner(SYSTEM, unit_path=COMMUNE, name=name, value=value)


def test_each_choice_shows_what_it_then_says() -> None:
    from xaso.kernel.plain.spoken import Conventions, speak

    for name, choice in CHOICES.items():
        for value, sounds in choice.values.items():
            heard = speak(choice.example, how=Conventions(**{name: value})).text
            assert sounds == heard or name == "slash"


def test_only_who_holds_the_right_there_teaches_words() -> None:
    clerk, stranger = officer("clerk", COMMUNE), officer("clerk", OTHER)
    receptionist = officer("receptionist", COMMUNE)
    word = keep_word(clerk, unit_path=COMMUNE, written="Pác Nặm", spoken="Pác Nậm")
    for viewer in (stranger, receptionist, Viewer()):
        with pytest.raises(Forbidden):
            keep_word(viewer, unit_path=COMMUNE, written="A", spoken="a")
        with pytest.raises(Forbidden):
            drop_word(viewer, word_id=word.pk)
        with pytest.raises(Forbidden):
            set_manner(viewer, unit_path=COMMUNE, name="odd", value="lẻ")
        with pytest.raises(Forbidden):
            queries.words_of(viewer, COMMUNE)
    with pytest.raises(Forbidden):
        keep_word(clerk, unit_path=PROVINCE, written="A", spoken="a")
    with pytest.raises(NotFound):
        drop_word(clerk, word_id=uuid7())


def test_the_second_wall_shows_words_of_the_own_unit_and_speech_still_uses_those_above() -> None:
    keep_word(SYSTEM, unit_path=PROVINCE, written="QSEAP", spoken="kiu xép")
    keep_word(SYSTEM, unit_path=OTHER, written="Nà Pái", spoken="Nà Páy")
    own = keep_word(SYSTEM, unit_path=COMMUNE, written="JICA", spoken="gi ca")
    clerk = officer("clerk", COMMUNE)
    with watched(reach_of(clerk)):
        assert [one.pk for one in Word.objects.all()] == [own.pk]
        assert said("QSEAP") == "kiu xép"
        rows = queries.words_of(clerk, COMMUNE)
    assert [(row.word.written, row.own) for row in rows] == [("JICA", True), ("QSEAP", False)]


def test_the_page_lists_what_a_nearer_unit_hides() -> None:
    keep_word(SYSTEM, unit_path=PROVINCE, written="QSEAP", spoken="kiu xép")
    keep_word(SYSTEM, unit_path=COMMUNE, written="QSEAP", spoken="quy xép")
    rows = queries.words_of(SYSTEM, COMMUNE, "xep")
    assert [(row.word.spoken, row.hidden) for row in rows] == [("quy xép", False), ("kiu xép", True)]
    assert queries.words_of(SYSTEM, COMMUNE, "không có") == []
