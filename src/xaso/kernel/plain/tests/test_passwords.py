"""Passwords: length, known ones, habits, and what must be let through."""

from __future__ import annotations

import io

import pytest

from xaso.kernel.plain import passwords, passwords_cli
from xaso.kernel.plain.passwords import Known, problem_of, words_about, write_known

ABOUT = words_about("Hoàng Thị Mai", "motcua", "Cán bộ một cửa", "Mường Hum")


@pytest.mark.parametrize(
    "password",
    [
        "ngan", "matkhau2026", "Matkhau@123456", "MẬT KHẨU 123456", "muonghum2025@@", "Mườnghum@2026!",
        "ubndxamuonghum2026", "Tư pháp Mường Hum 2026!", "hoangthimai1990", "Qwerty123456@", "abcd1234abcd1234",
        "123456789012", "aaaaaaaaaaaaaa", "Canbomotcua@2026", "passwordpassword", "p@ssw0rd1234",
    ],
)  # fmt: skip
def test_what_a_guesser_tries_first_is_refused(password):
    assert problem_of(password, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "bon tu ghep lai",
        "k3mx-22pq-aaqz-m2x9",
        "ăn cơm chưa em ơi",
        "mua tren doi che xanh",
        "correct horse battery",
    ],
)
def test_what_is_hard_to_guess_passes(password):
    assert problem_of(password, about=ABOUT) == ""


def test_the_file_of_known_ones_is_asked_by_halving(tmp_path):
    path = tmp_path / "known.bin"
    assert write_known(["một mật khẩu rất dài", "b", "c", "", "b"], path) == 3
    known = Known(path)
    assert "MOT MAT KHAU RAT DAI" in known and "c" in known
    assert "d" not in known and "" not in known
    assert problem_of("một mật khẩu rất dài", more=str(path)).startswith("Mật khẩu này có trong danh sách")
    write_known([], path)
    assert "c" not in Known(path)


def test_the_carried_file_is_sorted_and_large_enough():
    data = passwords.CARRIED.read_bytes()
    entries = [data[at : at + passwords.WIDTH] for at in range(0, len(data), passwords.WIDTH)]
    assert len(entries) > 40_000 and entries == sorted(set(entries))
    assert "password123" in Known(passwords.CARRIED)


def test_the_command_makes_a_file_and_judges(tmp_path, capsys, monkeypatch):
    source, out = tmp_path / "list.txt", tmp_path / "own.bin"
    source.write_text("mua tren doi che xanh\nkhac\n", encoding="utf-8")
    assert passwords_cli.main(["make", str(source), "--out", str(out)]) == 0
    assert "2 mật khẩu" in capsys.readouterr().out
    assert problem_of("Mưa trên đồi chè xanh", more=str(out))
    for typed, code in (("matkhau2026\n", 1), ("mua tren doi che xanh\n", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert passwords_cli.main(["check"]) == code
    assert passwords_cli.main(["count"]) == 0
    assert "known-passwords.bin" in capsys.readouterr().out
