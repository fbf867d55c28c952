"""A voice of our own making in Piper's shape: a network of four nodes that hums what it is given, written by hand.

The file format is ONNX, which is protocol buffers; what is needed of it fits on a page and no library has to come.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

FLOAT, INT64 = 1, 7
SAMPLES_A_SOUND = 800  # 50 ms at 16,000 samples a second


def _varint(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes | str) -> bytes:
    data = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _value(name: str, kind: int, shape: list[int | str]) -> bytes:
    dims = b"".join(_bytes(1, _number(1, one) if isinstance(one, int) else _bytes(2, one)) for one in shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, dims)))


def _tensor(name: str, kind: int, shape: list[int], raw: bytes) -> bytes:
    return b"".join(_number(1, one) for one in shape) + _number(2, kind) + _bytes(8, name) + _bytes(9, raw)


def _node(kind: str, inputs: list[str], output: str, attribute: bytes = b"") -> bytes:
    named = b"".join(_bytes(1, one) for one in inputs)
    return named + _bytes(2, output) + _bytes(4, kind) + (_bytes(5, attribute) if attribute else b"")


def network() -> bytes:
    """sounds [1, n] to samples [1, 1, 1, 800 n]: each sound is a short wave whose shape its number gives."""
    to_float = _bytes(1, "to") + _number(3, FLOAT) + _number(20, 2)
    ramp = struct.pack(f"<{SAMPLES_A_SOUND}f", *(0.02 * place for place in range(SAMPLES_A_SOUND)))
    nodes = [
        _node("Cast", ["input"], "numbers", to_float),
        _node("Reshape", ["numbers", "column"], "tall"),
        _node("MatMul", ["tall", "ramp"], "phases"),
        _node("Sin", ["phases"], "waves"),
        _node("Reshape", ["waves", "flat"], "output"),
    ]
    constants = [
        _tensor("column", INT64, [2], struct.pack("<2q", -1, 1)),
        _tensor("ramp", FLOAT, [1, SAMPLES_A_SOUND], ramp),
        _tensor("flat", INT64, [4], struct.pack("<4q", 1, 1, 1, -1)),
    ]
    inputs = [
        _value("input", INT64, [1, "n"]),
        _value("input_lengths", INT64, [1]),
        _value("scales", FLOAT, [3]),
    ]
    graph = b"".join(_bytes(1, one) for one in nodes) + _bytes(2, "tiny")
    graph += b"".join(_bytes(5, one) for one in constants) + b"".join(_bytes(11, one) for one in inputs)
    graph += _bytes(12, _value("output", FLOAT, [1, 1, 1, "m"]))
    return _number(1, 8) + _bytes(2, "xaso") + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, 15))


def a_tiny_voice(path: Path, *, title: str, region: str, sex: str) -> None:
    """The network and the description that Piper wants beside it."""
    path.write_bytes(network())
    letters = (
        "_^$ abcdefghijklmnopqrstuvwxyzɑɐɒæɓʙβɔɕçɗɖðʤəɘɚɛɜɝɞɟʄɡɠɢʛɦɧħɥʜ"
        "ɨɪʝɭɬɫɮʟɱɯɰŋɳɲɴøɵɸθœɶʘɹɺɾɻʀʁɽʂʃʈʧʉʊʋⱱʌɣɤʍχʎʏʑʐʒʔˈˌː0123456789.,"
    )
    told = {
        "audio": {"sample_rate": 16_000, "quality": "x_low"},
        "espeak": {"voice": "vi"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": {letter: [place] for place, letter in enumerate(letters)},
        "num_symbols": 256,
        "num_speakers": 1,
        "speaker_id_map": {},
        "dataset": "tiny",
        "xaso": {"title": title, "region": region, "sex": sex},
    }
    path.with_name(path.name + ".json").write_text(json.dumps(told), encoding="utf-8")
