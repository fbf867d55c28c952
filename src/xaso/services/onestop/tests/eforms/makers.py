"""Small setups for tests of the engine."""

from __future__ import annotations

from datetime import date
from typing import Any

from xaso.services.onestop import eforms

DAY = date(2026, 10, 15)
GIVEN = eforms.Given(today=DAY)


def pages() -> list[dict[str, Any]]:
    """A page of four questions, one of them conditional, and a page with a repeated group."""
    married = {"field": "married", "is": True}
    return [
        {
            "key": "who",
            "title": "Ai?",
            "fields": [
                {"key": "name", "kind": "person_name", "label": "Họ và tên", "prefill": "person.full_name"},
                {"key": "born", "kind": "date", "label": "Ngày sinh", "not_future": True},
                {"key": "married", "kind": "yes_no", "label": "Đã kết hôn"},
                {"key": "spouse", "kind": "person_name", "label": "Vợ hoặc chồng", "ask_when": married},
            ],
        },
        {
            "key": "papers_page",
            "title": "Giấy tờ",
            "fields": [
                {
                    "key": "papers",
                    "kind": "group",
                    "label": "Giấy tờ",
                    "item_title": "Giấy",
                    "min_items": 1,
                    "max_items": 3,
                    "fields": [
                        {"key": "title", "kind": "text", "label": "Tên giấy"},
                        {"key": "pages", "kind": "number", "label": "Số trang", "min": 1, "max": 500},
                        {"key": "copies", "kind": "number", "label": "Số bản", "min": 1, "max": 100},
                    ],
                },
                {
                    "key": "page_sum",
                    "kind": "computed",
                    "label": "Tổng số trang",
                    "compute": {"op": "sum", "of": ["papers.pages"]},
                },
            ],
        },
    ]


def document(**changes: Any) -> dict[str, Any]:
    """A complete, small document."""
    law = "NĐ 1/2026/NĐ-CP"
    base: dict[str, Any] = {
        "procedure": "1.000001",
        "title": "Xin giấy thử",
        "formal_name": "Thủ tục thử",
        "field": "Thử",
        "valid_from": "2026-01-01",
        "legal_basis": [law],
        "who_can": ["Mọi người."],
        "summary": "Để thử.",
        "competent": "Ủy ban nhân dân xã.",
        "pages": pages(),
        "components": [
            {"key": "form", "name": "Tờ khai", "is_form": True, "legal_basis": law},
            {
                "key": "identity",
                "name": "Căn cước",
                "duty": "show",
                "skip_when": {"fact": "identity_proven"},
                "skip_words": "Không cần cho xem.",
                "legal_basis": law,
            },
        ],
        "cases": [{"key": "only", "title": "Mọi trường hợp", "term": "3wd", "term_basis": law}],
        "steps": [
            step("receive", "receive", "4h"),
            step("review", "review", "12h"),
            step("sign", "sign", "4h"),
            step("return", "return", "4h"),
        ],
        "fees": [{"key": "none", "name": "Không thu", "method": "none", "legal_basis": law}],
        "results": [
            {"key": "out", "title": "Giấy thử", "template": "out", "kind": "notice", "signer": "leader"}
        ],
    }
    return base | changes


def step(key: str, kind: str, term: str, **more: Any) -> dict[str, Any]:
    """One step of a plan."""
    return {
        "key": key,
        "title": key.title(),
        "role": "specialist",
        "office": "tuphap",
        "kind": kind,
        "term": term,
        **more,
    }


def setup(**changes: Any) -> eforms.Setup:
    """A small setup."""
    return eforms.load_setup(document(**changes))


ANSWERS: dict[str, Any] = {
    "name": "Nông Văn Dũng",
    "born": "1985-02-17",
    "married": False,
    "papers": [{"title": "Bằng lái", "pages": 2, "copies": 3}],
}
