"""Sound measured against the standard's own examples, and what levelling, joining and encoding promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.speech import audio
from xaso.kernel.speech.audio.coding import MEDIA
from xaso.kernel.speech.audio.levels import measure_samples
from xaso.kernel.speech.chunks import chunks
from xaso.kernel.speech.wav import BadSound, Samples, read, resampled, write

RATE = 48_000
WORDS = "Ủy ban nhân dân xã thông báo lịch tiêm phòng cho trẻ em. Bà con đưa trẻ đến trạm y tế từ bảy giờ. "


def tone(decibel: float, seconds: float, hertz: float = 997.0, rate: int = RATE) -> Samples:
    time = np.arange(round(seconds * rate)) / rate
    return (10 ** (decibel / 20) * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


@pytest.fixture(scope="module")
def speech() -> bytes:
    """Ten seconds of the northern voice, as the engine gives it."""
    return audio.synthesize(WORDS, "espeak:vi")


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
def test_a_full_sine_of_one_channel_measures_as_the_standard_says(rate: int) -> None:
    """ITU-R BS.1770-4: 0 dBFS at 997 Hz in one channel is -3.01 LKFS."""
    assert measure_samples(tone(0, 3, rate=rate), rate).lufs == pytest.approx(-3.01, abs=0.05)


def test_what_is_quiet_is_gated_as_ebu_tech_3341_says() -> None:
    """Its third case: 10 s at -36, 60 s at -23, 10 s at -36 measure as the loud part alone (one channel: -3 LU)."""
    parts = np.concatenate([tone(-36, 10), tone(-23, 60), tone(-36, 10)])
    assert measure_samples(parts, RATE).lufs == pytest.approx(-26.0, abs=0.1)
    silence = np.zeros(20 * RATE, np.float32)
    assert measure_samples(np.concatenate([tone(-23, 10), silence]), RATE).lufs == pytest.approx(
        -26.0, abs=0.1
    )
    assert measure_samples(silence, RATE).lufs == -math.inf


def test_the_true_peak_lies_between_the_samples() -> None:
    """Its case of a quarter of the rate, 45 degrees off: samples reach -3 dB, the sound itself 0 dB."""
    place = np.arange(RATE)
    wave = np.sin(2 * np.pi * place / 4 + np.pi / 4).astype(np.float32)
    assert 20 * math.log10(float(np.abs(wave).max())) == pytest.approx(-3.01, abs=0.01)
    assert measure_samples(wave, RATE).peak == pytest.approx(0.0, abs=0.2)


def test_speech_comes_to_the_level_without_a_peak_above_the_ceiling(speech: bytes) -> None:
    before, after = audio.measure(speech), audio.measure(audio.normalise(speech))
    assert before.peak + audio.TARGET - before.lufs > 0, "plain gain would clip here"
    assert after.lufs == pytest.approx(audio.TARGET, abs=0.2)
    assert after.peak <= audio.CEILING + 0.01
    assert after.seconds == before.seconds


@settings(max_examples=25, deadline=None)
@given(
    st.floats(-40, 0),
    st.floats(100, 6000),
    st.lists(st.tuples(st.integers(0, 15_999), st.floats(-1, 1)), max_size=8),
)
def test_whatever_comes_in_nothing_goes_out_above_the_ceiling(
    decibel: float, hertz: float, clicks: list[tuple[int, float]]
) -> None:
    samples = tone(decibel, 1, hertz, rate=16_000)
    for place, size in clicks:
        samples[place] = size
    try:
        found = audio.measure(audio.normalise(write(samples, 16_000)))
    except audio.SilentSound:
        return
    assert found.peak <= audio.CEILING + 0.05
    assert found.lufs <= audio.TARGET + 0.3


def test_silence_is_refused_and_a_whisper_is_not_blown_up() -> None:
    with pytest.raises(audio.SilentSound):
        audio.normalise(audio.silence(2))
    with pytest.raises(audio.SilentSound):
        audio.normalise(write(np.zeros(0, np.float32), 22_050))
    assert audio.measure(audio.normalise(write(tone(-51, 2), RATE))).lufs == pytest.approx(-24.0, abs=0.3)


@pytest.mark.parametrize("kind", ["mp3", "opus"])
def test_what_is_encoded_sounds_as_long_and_as_loud(speech: bytes, kind: str) -> None:
    levelled = audio.normalise(speech)
    content = audio.encode(levelled, kind)
    found = audio.measure(audio.decode(content, MEDIA[kind]))
    assert found.seconds == pytest.approx(audio.seconds_of(levelled), abs=0.15)
    assert found.lufs == pytest.approx(audio.TARGET, abs=0.7)
    assert found.peak < 0
    assert len(content) * 8 / found.seconds < {"mp3": 70_000, "opus": 34_000}[kind]


def test_joined_parts_keep_their_lengths_and_pauses(speech: bytes) -> None:
    low = write(tone(-20, 0.5, rate=8000), 8000)
    joined = audio.join([audio.chime(), speech, low], pause=0.25)
    wanted = sum(audio.seconds_of(one) for one in (audio.chime(), speech, low)) + 0.5
    assert audio.seconds_of(joined) == pytest.approx(wanted, abs=0.01)
    assert read(joined)[1] == 22_050
    with pytest.raises(BadSound):
        audio.join([])


def test_after_a_siren_the_words_are_as_loud_as_it_is(speech: bytes) -> None:
    words = audio.seconds_of(speech)
    for joined in (
        audio.join([audio.siren(3), speech]),
        audio.normalise(audio.join([audio.siren(3), speech])),
    ):
        samples, rate = read(joined)
        tail = measure_samples(samples[-round(words * rate) :], rate)
        assert tail.lufs == pytest.approx(audio.TARGET, abs=0.6)
    raw, rate = read(audio.join([audio.siren(3), speech], level=False))
    assert measure_samples(raw, rate).lufs > audio.TARGET + 3, "the siren alone would drown them"


def test_another_rate_is_the_same_sound() -> None:
    made = resampled(tone(-6, 1.3, 440, 22_050), 22_050, RATE)
    found = measure_samples(made, RATE)
    assert found.seconds == pytest.approx(1.3, abs=0.001)
    assert found.peak == pytest.approx(-6.0, abs=0.3)
    assert resampled(made, RATE, RATE) is made


def test_siren_and_chime_can_be_heard() -> None:
    for sound in (audio.siren(4), audio.chime()):
        found = audio.measure(audio.normalise(sound))
        assert found.lufs == pytest.approx(audio.TARGET, abs=0.3)
    assert audio.seconds_of(audio.siren(4)) == 4.0


@pytest.mark.parametrize("content", [b"", b"RIFF\x00\x00\x00\x00WAVEnothing", b"MZ" * 50])
def test_what_is_no_wav_is_said_so(content: bytes) -> None:
    with pytest.raises(BadSound):
        read(content)


PLAYLIST = b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n"


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"\xff\xfb\x90\x00" + b"\x00" * 40, "audio/mpeg"),
        (b"OggS" + b"\x00" * 400, "audio/ogg"),
        (b"\x1a\x45\xdf\xa3" + b"\xff" * 400, "audio/webm"),
        (b"\x00\x00\x00\x18ftypM4A " + b"\x00" * 400, "audio/mp4"),
        (PLAYLIST, "audio/mpeg"),
        (b"anything", "text/html"),
    ],
    ids=["mp3", "ogg", "webm", "m4a", "playlist", "html"],
)
def test_a_decoder_that_meets_rubbish_answers_with_a_sentence(content: bytes, media: str) -> None:
    with pytest.raises(BadSound, match="[Aa]m thanh|âm thanh"):
        audio.decode(content, media)


def test_a_recording_that_is_too_long_is_not_read_to_its_end(speech: bytes) -> None:
    with pytest.raises(BadSound, match="dài quá"):
        audio.decode(audio.encode(speech, "opus"), "audio/ogg", longest=2.0)


def test_long_texts_are_cut_at_the_ends_of_sentences() -> None:
    text = "Câu một ngắn. " * 900
    cut = chunks(text, 5000)
    assert [len(one) <= 5000 and one.endswith(".") for one in cut] == [True] * 3
    assert " ".join(cut).split() == text.split()
    assert chunks("không có dấu chấm nào cả", 10) == ["không có", "dấu chấm", "nào cả"]
    assert chunks("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]
    assert chunks("  ", 10) == []


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="ab .,\n", max_size=300), st.integers(3, 60))
def test_cutting_loses_no_letter(text: str, most: int) -> None:
    cut = chunks(text, most)
    assert all(0 < len(one) <= most for one in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())
