"""CAP 1.2: written and read back the same, the schema and each rule beyond it, signatures, feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from xaso.kernel.plain import cap
from xaso.kernel.plain.cap import areas
from xaso.kernel.plain.moment import VIETNAM

AT = datetime(2026, 11, 22, 14, 0, tzinfo=VIETNAM)
KEY, CERTIFICATE = cap.new_key("UBND xã Bát Xát", AT)
RING = ((22.3, 103.8), (22.4, 103.8), (22.4, 103.9), (22.3, 103.8))
AREA = cap.Area("Bản Nậm Thi", (RING,), ((22.35, 103.86, 2.5),), (("VN-DVHC", "02683"),), 10, 20.5)
INFO = cap.Info(
    "Lũ quét", ("Met", "Safety"), "Immediate", "Severe", "Observed", "vi-VN", ("Evacuate", "Avoid"), "Mọi người",
    (("OET:v1.2", "flashFlood"),), AT, AT + timedelta(minutes=5), AT + timedelta(hours=6), "UBND xã",
    "Cảnh báo lũ quét",
    "Mưa 60 mm < 1 giờ & còn mưa", "Lên chỗ cao", "https://xa.vn/canh-bao/1/", "0200", (("level", "2"),),
    (cap.Resource("Tiếng đọc", "audio/mpeg", 1234, "https://xa.vn/a.mp3"),), (AREA,),
)  # fmt: skip
BEFORE = ("a@b", "CB-0", "2026-11-22T13:00:00+07:00")
MESSAGE = cap.Message(
    "CB-1", "canhbao@xa.vn", AT, "Actual", "Update", "Public", "UBND xã", "", (), ("c1",), "ghi chú", (BEFORE,),
    ("lũ 2026", "x"), (INFO, replace(INFO, language="en-US", headline="Flash flood")),
)  # fmt: skip
ALERT = replace(MESSAGE, msg_type="Alert", references=())


def codes(refused: pytest.ExceptionInfo[cap.Refused]) -> set[str]:
    return {one.code for one in refused.value.problems}


def test_written_and_read_back_the_same():
    assert cap.read(cap.write(MESSAGE)) == MESSAGE
    assert MESSAGE.reference == "canhbao@xa.vn,CB-1,2026-11-22T14:00:00+07:00"
    assert MESSAGE.info("en").headline == "Flash flood" and MESSAGE.info("fr").language == "vi-VN"
    assert MESSAGE.expires == AT + timedelta(hours=6) and MESSAGE.is_real and INFO.parameter("level") == "2"


texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=30).map(
    lambda text: text.strip() or "x"
)


@settings(max_examples=50, deadline=None)
@given(
    texts,
    texts,
    st.integers(-720, 840),
    st.lists(st.tuples(st.floats(8, 23), st.floats(102, 109)), max_size=3),
)
def test_any_words_offsets_and_circles_survive(words, where, minutes, circles):
    zone = timezone(timedelta(minutes=minutes))
    area = cap.Area(where, (), tuple((round(a, 4), round(b, 4), 1.5) for a, b in circles))
    info = replace(INFO, description=words, headline=words, areas=(area,))
    message = replace(ALERT, sent=AT.astimezone(zone), infos=(info,))
    assert cap.read(cap.write(message)) == message
    assert not cap.stamp(message.sent).endswith("Z")


def test_utc_is_written_with_its_offset():
    assert cap.stamp(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05-00:00"
    with pytest.raises(ValueError, match="offset"):
        cap.stamp(datetime(2026, 1, 2))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"+07:00</sent>", b"Z</sent>", "time"),
        (b"+07:00</sent>", b"</sent>", "time"),
        (b"2026-11-22T14:00:00+07:00</sent>", b"2026-11-31T14:00:00+07:00</sent>", "time"),
        (b"<status>Actual", b"<status>Real", "schema"),
        (b"<urgency>Immediate</urgency>", b"", "schema"),
        (b"<scope>Public</scope>", b"<scope>Public</scope><extra/>", "schema"),
        (b"103.8 22.4", b"103.8 222.4", "area"),
        (b"22.3,103.8</polygon>", b"22.5,103.8</polygon>", "area"),
        (b"<polygon>22.3,103.8 22.4,103.8", b"<polygon>22.4,103.8", "area"),
        (b"22.35,103.86 2.5", b"22.35,103.86", "area"),
        (b"urn:oasis:names:tc:emergency:cap:1.2", b"urn:oasis:names:tc:emergency:cap:1.1", "malformed"),
        (b"</alert>", b"", "malformed"),
    ],
)
def test_what_the_schema_and_the_text_refuse(old: bytes, new: bytes, code: str):
    data = cap.write(ALERT)
    assert old in data
    with pytest.raises(cap.Refused) as refused:
        cap.read(data.replace(old, new))
    assert code in codes(refused) and str(refused.value)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"identifier": "a b"}, "identifier"),
        ({"identifier": "a,b"}, "identifier"),
        ({"sender": "a&b"}, "identifier"),
        ({"sender": ""}, "identifier"),
        ({"scope": "Restricted"}, "scope"),
        ({"scope": "Private"}, "scope"),
        ({"restriction": "x"}, "scope"),
        ({"msg_type": "Update"}, "reference"),
        ({"msg_type": "Cancel"}, "reference"),
        ({"msg_type": "Error", "references": (BEFORE,), "note": ""}, "reference"),
        ({"references": (("a", "CB-1", BEFORE[2]),)}, "reference"),
        ({"references": (("a", "b", "2026-11-23T13:00:00+07:00"),)}, "reference"),
        ({"references": (("a", "b", "2026-11-22T13:00:00Z"),)}, "reference"),
        ({"infos": ()}, "schema"),
        ({"infos": (replace(INFO, expires=AT),)}, "time"),
        ({"infos": (replace(INFO, onset=AT + timedelta(hours=7)),)}, "time"),
        ({"infos": (replace(INFO, language="tiếng Việt"),)}, "schema"),
        ({"infos": (replace(INFO, areas=(replace(AREA, altitude=None),)),)}, "area"),
        ({"infos": (replace(INFO, areas=(replace(AREA, polygons=(RING[:3],)),)),)}, "area"),
    ],
)
def test_the_rules_beyond_the_schema(changes, code: str):
    assert code in {one.code for one in cap.rule_problems(replace(ALERT, **changes))}
    assert not cap.rule_problems(ALERT) and not cap.rule_problems(MESSAGE)


def test_polygons_that_cross_or_are_flat_are_refused():
    for text in ("0,0 2,2 0,2 2,0 0,0", "0,0 1,1 2,2 0,0", "0,0 1,1", "0,0 0,0 0,0 0,0"):
        with pytest.raises(cap.AreaError):
            cap.read_polygon(text)
    ring = cap.ring_around(22.35, 103.86, 3)
    assert cap.read_polygon(cap.write_polygon(ring)) == ring
    assert areas.contains(ring, 22.36, 103.87) and not areas.contains(ring, 22.5, 103.87)


def test_signed_checked_and_only_what_was_signed_is_read():
    data = cap.sign(cap.write(MESSAGE), KEY, CERTIFICATE)
    assert cap.take(data, [CERTIFICATE], AT) == MESSAGE
    assert not cap.schema_problems(etree.fromstring(data)), "a signed message passes the published schema"


def wrapped(data: bytes) -> bytes:
    """The signed message moved into another one that says something else."""
    return data.replace(b"<identifier>CB-1", b"<identifier>CB-9", 1)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda data: cap.write(MESSAGE), "signature"),
        (lambda data: data.replace(b"60 mm", b"10 mm"), "signature"),
        (wrapped, "signature"),
        (lambda data: data.replace(b"</ds:SignatureValue>", b"AA</ds:SignatureValue>"), "signature"),
        (lambda data: data.replace(b"sha256", b"sha1"), "signature"),
        (lambda data: cap.sign(cap.write(MESSAGE), *cap.new_key("Khác", AT)), "untrusted"),
        (lambda data: b"<!DOCTYPE x>" + data, "malformed"),
        (lambda data: b"x" * 1_000_001, "malformed"),
        (lambda data: data.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "malformed"),
    ],
)
def test_what_is_not_believed(make, code: str):
    data = cap.sign(cap.write(MESSAGE), KEY, CERTIFICATE)
    with pytest.raises(cap.Refused) as refused:
        cap.take(make(data), [CERTIFICATE], AT)
    assert refused.value.code == code


def test_time_ends_what_was_right():
    data = cap.sign(cap.write(ALERT), KEY, CERTIFICATE)
    for at, code in ((AT + timedelta(hours=7), "expired"), (AT - timedelta(minutes=30), "time"),
                     (AT + timedelta(days=4000), "untrusted")):  # fmt: skip
        with pytest.raises(cap.Refused) as refused:
            cap.take(data, [CERTIFICATE], at)
        assert refused.value.code == code


def test_a_source_known_not_to_sign_may_pass_but_a_wrong_signature_never():
    plain = cap.write(ALERT)
    assert cap.take(plain, [], AT, unsigned=True) == ALERT
    data = cap.sign(plain, KEY, CERTIFICATE).replace(b"60 mm", b"10 mm")
    with pytest.raises(cap.Refused):
        cap.take(data, [CERTIFICATE], AT, unsigned=True)


def test_rsa_keys_and_issuing_authorities():
    root = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    leaf = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in ("Gốc", "Đài")]
    made = []
    for name, key, ca in ((names[0], root, True), (names[1], leaf, False)):
        made.append(
            x509.CertificateBuilder().subject_name(name).issuer_name(names[0]).public_key(key.public_key())
            .serial_number(1000 + ca).not_valid_before(AT - timedelta(days=1)).not_valid_after(AT + timedelta(days=9))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True).sign(root, hashes.SHA256())
        )  # fmt: skip
    pem = [one.public_bytes(serialization.Encoding.PEM) for one in made]
    private = leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    data = cap.sign(cap.write(ALERT), private, pem[1])
    assert cap.take(data, [pem[0]], AT) == ALERT, "by the authority that issued it"
    assert cap.take(data, [CERTIFICATE, pem[1]], AT) == ALERT, "by itself"
    with pytest.raises(ValueError, match="không thuộc chứng thư"):
        cap.sign(cap.write(ALERT), KEY, pem[1])


def test_a_feed_is_atom():
    entry = cap.Entry("k", "Lũ & sạt", "tóm tắt", "https://x/cap.xml", "https://x/", AT, "Actual")
    root = etree.fromstring(cap.feed("Cảnh báo", "https://x/feed", "Xã", AT, [entry]))
    assert root.findtext("{*}entry/{*}title") == "Lũ & sạt"
    assert root.find("{*}entry/{*}link").get("type") == "application/cap+xml"
