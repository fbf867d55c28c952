"""A length that ends in 0x80 is a length like any other."""

from asn1crypto import core

from xaso.kernel.documents.signing import asn1_lengths


class Inner(core.Sequence):
    _fields = [("value", core.OctetString)]


class Outer(core.Sequence):
    _fields = [("inner", Inner)]


def test_a_definite_length_is_not_taken_for_an_endless_one(monkeypatch):
    asn1_lengths.mend()
    # 0x180 bytes inside: the header of the inner sequence is 30 82 01 80.
    raw = Inner({"value": b"x" * (0x180 - 4)}).dump()
    assert raw[:4] == b"\x30\x82\x01\x80"
    loaded = Outer.load(Outer({"inner": Inner.load(raw)}).dump())
    forced = []
    original = Inner._set_contents
    monkeypatch.setattr(
        Inner, "_set_contents", lambda self, force=False: (forced.append(force), original(self, force))
    )
    assert loaded["inner"].dump() == raw
    assert forced == []


def test_an_endless_length_is_still_turned_into_a_definite_one():
    endless = b"\x30\x80\x04\x01x\x00\x00"
    assert Inner.load(endless).dump(force=True) == b"\x30\x03\x04\x01x"
