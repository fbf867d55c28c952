"""What the form editor is told to mend."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from xaso.services.onestop import eforms
from xaso.services.onestop.tests.eforms.makers import document, setup


def broken(change: Any) -> list[str]:
    changed = copy.deepcopy(document())
    change(changed)
    return [f"{finding.path}: {finding.message}" for finding in eforms.lint_setup(eforms.load_setup(changed))]


def test_the_small_setup_is_clean() -> None:
    assert eforms.lint_setup(setup()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["pages"].append(d["pages"][0]), "Khóa bị trùng"),
        (lambda d: d["pages"][0].update(ask_when={"field": "papers", "filled": True}), "papers đứng sau"),
        (lambda d: d["pages"][0]["fields"][3].update(ask_when={"field": "ghost", "is": 1}), "ghost không có"),
        (
            lambda d: d["pages"][0]["fields"][3].update(ask_when={"field": "married", "is": "yes"}),
            "đúng hoặc sai",
        ),
        (
            lambda d: d["pages"][0]["fields"][3].update(ask_when={"field": "name", "filled": True}),
            "cùng trang thì chỉ dùng is hoặc in",
        ),
        (lambda d: d["components"][0].update(when={"fact": "moon_phase"}), "Không có dữ kiện moon_phase"),
        (lambda d: d["components"][0].update(legal_basis=""), "Thiếu căn cứ pháp lý"),
        (lambda d: d["components"][0].update(cases=["ghost"]), "Không có trường hợp ghost"),
        (lambda d: d["cases"][0].update(when={"field": "married", "is": True}), "Trường hợp cuối"),
        (lambda d: d["cases"].insert(0, d["cases"][0] | {"key": "first"}), "không bao giờ được chọn"),
        (lambda d: d["cases"][0].update(term_basis=""), "Thời hạn thiếu căn cứ"),
        (lambda d: d["cases"][0].update(term="2wd"), "Vượt thời hạn"),
        (lambda d: d["steps"].pop(), "kết thúc bằng trả kết quả"),
        (lambda d: d["steps"][1].update(office="nasa"), "Không có cơ quan nasa"),
        (lambda d: d["steps"][1].update(role="king"), "Không có vai trò king"),
        (lambda d: d.update(fees=[]), "kể cả khi không thu"),
        (lambda d: d["pages"][0]["fields"][1].update(not_before="ghost"), "Nhắc đến câu hỏi ghost"),
        (lambda d: d["pages"][0]["fields"][0].update(prefill="moon.name"), "Không biết nguồn điền sẵn"),
        (
            lambda d: d["pages"][0]["fields"][0].update(kind="select", list_name="ghosts"),
            "Không có danh sách ghosts",
        ),
        (
            lambda d: d["pages"][0]["fields"][0].update(kind="text", pattern="[0-9]+"),
            "thiếu câu chỉ cách nhập",
        ),
        (lambda d: d["pages"][0]["fields"][0].update(hint="Kê khai đầy đủ"), "Thay “kê khai” bằng “điền”"),
        (lambda d: d["pages"][0].update(title="Vui lòng điền tên"), "Thay “vui lòng”"),
        (lambda d: d.update(summary="chữ " * 21), "Câu dài 21 chữ"),
        (lambda d: d["pages"][1]["fields"][1]["compute"].update(of=["papers.ghost"]), "papers.ghost"),
    ],
)
def test_findings(change: Any, words: str) -> None:
    assert any(words in line for line in broken(change)), broken(change)


def test_unreachable_option() -> None:
    def change(changed: dict[str, Any]) -> None:
        changed["pages"][0]["fields"][2] = {
            "key": "married",
            "kind": "radio",
            "label": "Hôn nhân",
            "options": [{"value": "no", "label": "Chưa"}],
        }
        changed["pages"][0]["fields"][3]["ask_when"] = {"field": "married", "is": "yes"}

    assert any("không bao giờ đúng" in line for line in broken(change))


def test_missing_template() -> None:
    findings = eforms.lint_setup(setup(), templates={"other"})
    assert [finding.message for finding in findings] == ["Không có mẫu out"]
