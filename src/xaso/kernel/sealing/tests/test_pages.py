"""``/log/`` for machines and for people, the proof in hand, and a witness that asks over the network."""

import json

import pytest
from django.test import Client

from xaso.kernel.events.models import Event
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.logbook.findings import read_memory
from xaso.kernel.plain.logbook.notes import read_head, read_note
from xaso.kernel.plain.logbook.proof import BadReceipt, check_proof
from xaso.kernel.plain.merkle import check_consistency
from xaso.kernel.sealing import cli, logkeys, sealer, witnessing
from xaso.kernel.sealing.health import is_well
from xaso.kernel.sealing.models import Cosignature, TreeHead
from xaso.kernel.sealing.proofs import by_short, proof_of, recorded, short_proof
from xaso.kernel.sealing.testing import TAMPERINGS, history, say, tamper, unlocked
from xaso.kernel.ui.testing import assert_page_ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed():
    made = [say(n=number) for number in range(30)]
    sealer.seal()
    return made


def page(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    assert_page_ok(answer.content)
    return answer.content.decode()


def test_the_front_page_tells_a_person_what_it_is(client, sealed):
    text = page(client, "/log/")
    for words in ("Nhật ký không thể sửa", "Kiểm tra một biên nhận", "30", "Khóa đầu tiên"):
        assert words in text


def test_the_front_page_of_an_empty_log(client):
    assert "Chưa có mục nào" in page(client, "/log/")


def test_a_short_proof_is_found_and_tells_nothing_more(client, sealed):
    short = short_proof(sealed[12])
    text = page(client, f"/log/?ma={short}")
    assert "Có trong nhật ký" in text
    assert str(sealed[12]) not in text
    assert by_short(short)[0] == 12
    assert "không có mã này" in page(client, f"/log/?ma=12-{'0' * 8}", 422)
    for wrong in ("", "abc", "9" * 40, "12", "12-", "%00", "-1-00000000"):
        page(client, f"/log/?ma={wrong}", 422)


def test_an_address_of_a_proof_may_be_pasted(client, sealed):
    answer = client.get("/log/", {"ma": f"https://xa.example.vn/log/proof/{sealed[3]}/"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/log/proof/{sealed[3]}/"


def test_a_proof_for_people(client, sealed):
    text = page(client, f"/log/proof/{sealed[3]}/")
    assert "Có trong nhật ký, chưa bị sửa" in text
    assert short_proof(sealed[3]) in text


def test_a_proof_of_what_was_changed_says_so(client, sealed):
    with unlocked() as cursor:
        cursor.execute("UPDATE events_event SET name = 'test.other' WHERE id = %s", [sealed[3]])
    assert "Không khớp với nhật ký" in page(client, f"/log/proof/{sealed[3]}/")


def test_what_is_not_sealed_yet_is_told_to_wait(client, sealed):
    fresh = say()
    assert "sau ít phút" in page(client, f"/log/proof/{fresh}/", 404)
    assert client.get(f"/log/proof/{uuid7()}.json").status_code == 404
    assert short_proof(fresh) == ""
    assert proof_of(fresh) is None


def test_a_proof_is_checked_without_the_server(client, sealed, tmp_path, capsys):
    facts = client.get(f"/log/proof/{sealed[7]}.json").json()
    assert check_proof(facts).index == 7
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(facts))
    assert cli.main(["proof", str(file)]) == 0
    assert "mục 7" in capsys.readouterr().out
    for part, wrong in (("index", 8), ("leaf", "00" * 32), ("path", facts["path"][1:]), ("keys", [])):
        with pytest.raises(BadReceipt):
            check_proof({**facts, part: wrong})
    with pytest.raises(BadReceipt):
        check_proof({**facts, "event": {**facts["event"], "name": "test.other"}})
    file.write_text(json.dumps({**facts, "head": facts["head"].replace("\n30\n", "\n31\n")}))
    assert cli.main(["proof", str(file)]) == 2


def test_data_is_shown_only_where_it_is_public(client):
    shut, wide = say(secret="khong-ai-thay"), say("documents.issued", number="31/GCN", sha256="ab" * 32)
    sealer.seal()
    assert "khong-ai-thay" not in client.get(f"/log/proof/{shut}.json").content.decode()
    facts = client.get(f"/log/proof/{wide}.json").json()
    assert json.loads(check_proof(facts).opening.data_text)["sha256"] == "ab" * 32


def test_heads_come_newest_first_and_page_by_page(client, monkeypatch):
    from xaso.kernel.sealing import public

    monkeypatch.setattr(public, "PAGE", 3)
    for _ in range(5):
        say()
        sealer.seal()
    first = client.get("/log/heads.json").json()
    assert [one["number"] for one in first["heads"]] == [5, 4, 3]
    second = client.get(first["more"]).json()
    assert [one["number"] for one in second["heads"]] == [2, 1]
    assert second["more"] is None
    assert read_head(read_note(first["heads"][0]["note"]).text).size == 5


def test_consistency_is_proven_between_any_two_sizes(client):
    roots = {}
    for size in (3, 8, 21):
        while Event.objects.count() < size:
            say()
        roots[size] = bytes(sealer.seal().head.root)
    for first, second in ((3, 8), (3, 21), (8, 21), (21, 21)):
        answer = client.get(f"/log/consistency.json?first={first}&second={second}").json()
        path = [bytes.fromhex(one) for one in answer["path"]]
        check_consistency(first, second, roots[first], roots[second], path)


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 422), ("first=a&second=3", 422), ("first=0&second=3", 422), ("first=3&second=2", 422),
     ("first=1&second=999", 404), (f"first=1&second={'9' * 30}", 422)],
)  # fmt: skip
def test_a_question_without_sense_gets_a_sentence(client, sealed, query, status):
    answer = client.get(f"/log/consistency.json?{query}", headers={"accept": "application/json"})
    assert answer.status_code == status


def test_keys_are_published_with_their_statements(client, sealed):
    logkeys.rotate()
    facts = client.get("/log/keys.json").json()
    assert [one["number"] for one in facts["keys"]] == [1, 2]
    assert facts["origin"] == logkeys.origin()


def test_what_is_recorded_of_a_thing(sealed):
    record = Event.objects.get(id=sealed[4]).record_id
    found = recorded(record, "test.done", "test.other")
    assert (found.event_id, found.index) == (sealed[4], 4)
    assert found.sentence.startswith("Đã ghi vào nhật ký mục số 4 lúc")
    assert recorded(record, "test.other") is None


def test_the_health_line(sealed):
    assert is_well()[0]
    with unlocked() as cursor:
        cursor.execute("UPDATE sealing_leaf SET hash = %s WHERE index = 29", [b"\0" * 32])
    well, words = is_well()
    assert not well and "đã bị sửa" in words


def test_the_health_line_before_the_first_head():
    assert is_well() == (True, "Chưa có việc nào.")
    say()
    assert not is_well()[0]


# -- a witness over the network --------------------------------------------------------------------------------


@pytest.fixture
def network(monkeypatch):
    """The witness's questions go to the test client; answers may be bent on the way."""
    bent = {}

    def get(address):
        answer = Client().get(address.removeprefix("https://xa.example.vn"))
        if answer.status_code != 200:
            raise witnessing.Unreachable("không trả lời")
        return bent.get(address.rpartition("/")[2], answer.content)

    monkeypatch.setattr(witnessing, "_get", get)
    return bent


@pytest.fixture
def ask(network, tmp_path):
    state = tmp_path / "witness.json"

    def run(*more):
        return cli.main(["witness", "--url", "https://xa.example.vn/log/", "--state", str(state), *more])

    run.state = state
    return run


def test_a_witness_follows_over_the_network_and_its_signature_is_shown(ask, client, sealed, capsys):
    assert ask("--name", "tinh.example.vn/chung-kien") == 0
    assert "Lần đầu" in capsys.readouterr().out
    say()
    sealer.seal()
    assert ask("--name", "tinh.example.vn/chung-kien") == 0
    assert read_memory(ask.state).newest[0] == 31
    key = witnessing._public(ask.state)
    assert cli.main(["cosign", str(ask.state), "--key", key]) == 0
    assert Cosignature.objects.get().witness == "tinh.example.vn/chung-kien"
    assert "tinh.example.vn/chung-kien" in client.get("/log/head.txt").content.decode()
    assert "tinh.example.vn/chung-kien" in page(client, "/log/")


def test_a_witness_over_the_network_cries_out_on_a_fork(ask, files, capsys):
    history(files, each=8)
    assert ask() == 0
    tamper(next(one for one in TAMPERINGS if one.key == "fork for one viewer"), files)
    say()
    sealer.seal()
    assert ask() == 2
    assert "BÁO ĐỘNG" in capsys.readouterr().err
    assert len(read_memory(ask.state).alarms) == 1


def test_a_witness_told_of_another_key_cries_out(ask, sealed):
    assert ask("--expect-key", "0000 1111 2222") == 2
    assert read_memory(ask.state) is None


def test_a_silent_or_strange_server_is_trouble_but_no_fork(ask, network, sealed, capsys):
    assert ask() == 0
    network["keys.json"] = b"<html>"
    assert ask() == 1
    network["keys.json"] = b'{"origin": "other/log", "keys": []}'
    assert ask() == 1
    assert read_memory(ask.state).alarms == []


def test_the_words_of_the_operator(capsys, tmp_path):
    assert cli.main(["head"]) == 1
    say()
    assert cli.main(["seal"]) == 0
    capsys.readouterr()
    assert cli.main(["head"]) == 0
    assert read_head(read_note(capsys.readouterr().out).text).size == 1
    assert cli.main(["rotate-key"]) == 0
    assert cli.main(["verify"]) == 0
    assert cli.main(["verify", "--json"]) == 0
    assert cli.main(["verify", "--witness", str(tmp_path / "none.json")]) == 1
    assert TreeHead.objects.count() == 1
