"""The page of words: for who holds the right, in the unit they hold it on; sound that can be heard."""

from __future__ import annotations

import pytest
from django.test import Client

from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.speech import audio, spoken_text
from xaso.kernel.speech.actions import keep_word
from xaso.kernel.speech.models import Manner, Word

pytestmark = pytest.mark.django_db
COMMUNE, OTHER = "15/02683/", "15/02680/"
PAGE = "/desk/tu-dien-doc/"


@pytest.fixture
def clerk() -> Client:
    client = Client()
    client.force_login(officer_account("clerk", COMMUNE))
    return client


def test_a_word_is_taught_listed_corrected_and_dropped(clerk: Client) -> None:
    sent = {"don-vi": COMMUNE, "tu-written": "QSEAP", "tu-spoken": "kiu xép"}
    assert clerk.post(f"{PAGE}them/", sent).status_code == 302
    page = clerk.get(PAGE)
    assert page.status_code == 200
    assert "kiu xép" in page.text
    assert spoken_text("QSEAP", COMMUNE).text == "kiu xép"
    clerk.post(f"{PAGE}them/", {**sent, "tu-spoken": "quy xép"})
    word = Word.objects.get(valid_to=None)
    page = clerk.get(PAGE, {"tim": "quy xep"})
    assert "quy xép" in page.text
    assert "Từ đã bỏ hoặc đã sửa" in page.text
    assert clerk.post(f"{PAGE}{word.pk}/bo/").status_code == 302
    assert not Word.objects.filter(valid_to=None).exists()
    assert "Chưa có từ nào" in clerk.get(PAGE).text


def test_a_wrong_word_keeps_what_was_typed(clerk: Client) -> None:
    answer = clerk.post(f"{PAGE}them/", {"don-vi": COMMUNE, "tu-written": "QSEAP", "tu-spoken": "số 5"})
    assert answer.status_code == 422
    assert "viết số và ký hiệu thành lời" in answer.text
    assert 'value="số 5"' in answer.text
    assert clerk.post(f"{PAGE}them/", {"don-vi": COMMUNE}).status_code == 422


def test_unknown_capitals_of_a_text_are_asked(clerk: Client) -> None:
    page = clerk.post(f"{PAGE}thu/", {"don-vi": COMMUNE, "thu-text": "UBND xã họp lúc 7h30, dự án QSEAP"})
    assert page.status_code == 200
    assert "Ủy ban nhân dân xã họp lúc bảy giờ ba mươi phút, dự án quy ét e a pê" in page.text
    assert "tu=QSEAP" in page.text
    assert "tu=UBND" not in page.text
    assert 'value="QSEAP"' in clerk.get(PAGE, {"don-vi": COMMUNE, "tu": "QSEAP"}).text
    assert clerk.post(f"{PAGE}thu/", {"don-vi": COMMUNE}).status_code == 422


def test_what_is_listened_to_is_sound(clerk: Client) -> None:
    lengths = []
    for asked in (
        {"chu": "7h30"},
        {"loi": "bảy giờ ba mươi phút"},
        {"loi": "bảy giờ ba mươi phút", "vung": "south"},
    ):
        answer = clerk.get(f"{PAGE}nghe.mp3", {"don-vi": COMMUNE, **asked})
        assert answer["Content-Type"] == "audio/mpeg"
        lengths.append(audio.measure(audio.decode(answer.content, "audio/mpeg")).seconds)
    assert lengths[0] == pytest.approx(lengths[1], abs=0.1)
    assert lengths[1] != pytest.approx(lengths[2], abs=0.01)
    assert clerk.get(f"{PAGE}nghe.mp3").status_code == 422


def test_the_way_of_reading_is_chosen(clerk: Client) -> None:
    sent = {"don-vi": COMMUNE, "cach-odd": "lẻ", "cach-thousand": "ngàn", "cach-four": "tư"}
    sent |= {"cach-early_days": "-", "cach-slash": "năm"}
    assert clerk.post(f"{PAGE}cach-doc/", sent).status_code == 302
    assert spoken_text("2.105", COMMUNE).text == "hai ngàn một trăm lẻ năm"
    assert Manner.objects.count() == 2, "what stays as it is makes no row"
    assert clerk.post(f"{PAGE}cach-doc/", {**sent, "cach-early_days": "mùng"}).status_code == 302
    assert spoken_text("ngày 5/9", COMMUNE).text == "ngày mùng năm tháng chín"
    assert clerk.post(f"{PAGE}cach-doc/", {**sent, "cach-odd": "x"}).status_code == 422


def test_another_units_words_stay_closed(clerk: Client) -> None:
    word = keep_word(Viewer.system(), unit_path=OTHER, written="JICA", spoken="gi ca")
    above = keep_word(Viewer.system(), unit_path="15/", written="QSEAP", spoken="kiu xép")
    assert clerk.get(PAGE, {"don-vi": OTHER}).status_code == 403
    assert clerk.get(f"{PAGE}nghe.mp3", {"don-vi": OTHER, "chu": "a"}).status_code == 403
    assert (
        clerk.post(f"{PAGE}them/", {"don-vi": OTHER, "tu-written": "A", "tu-spoken": "a"}).status_code == 403
    )
    assert clerk.post(f"{PAGE}{word.pk}/bo/").status_code in {403, 404}
    assert clerk.post(f"{PAGE}{above.pk}/bo/").status_code in {403, 404}
    page = clerk.get(PAGE).text
    assert "kiu xép" in page
    assert f"{above.pk}/bo/" not in page, "a word from above is shown and cannot be dropped here"
    assert "gi ca" not in page


def test_strangers_are_sent_away() -> None:
    client = Client()
    assert client.get(PAGE).status_code == 302
    client.force_login(officer_account("receptionist", COMMUNE))
    assert client.get(PAGE).status_code == 403
