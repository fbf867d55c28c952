"""Sample data of the shipped papers: from each setup's own sample answers, so that it is always valid.

``python -m xaso.services.onestop.eforms.samples`` writes ``papers/<template>.json``; a test keeps them in step.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from xaso.services.onestop.eforms.conditions import Given
from xaso.services.onestop.eforms.load import shipped_setups
from xaso.services.onestop.eforms.result_data import Issuer, result_data, results_for
from xaso.services.onestop.eforms.schema import Result, Setup

SAMPLE_DAY = date(2026, 10, 15)
PAPERS = Path(__file__).resolve().parent.parent / "papers"
_ISSUER = Issuer("Ủy ban nhân dân xã Ba Bể", "Tỉnh Thái Nguyên", "Ba Bể", "Lý Văn Đình")
_OFFICE = Issuer("Phòng Kinh tế", "Ủy ban nhân dân xã Ba Bể", "Ba Bể", "Hà Thị Loan")
_CODE = "ABCD-EFGH-JKMN"


def sample_given(setup: Setup) -> Given:
    """A day on which the setup is in force and its sample answers are valid."""
    return Given(today=setup.valid_to if setup.valid_to and setup.valid_to < SAMPLE_DAY else SAMPLE_DAY)


def sample_data(setup: Setup, result: Result) -> dict[str, Any]:
    """The data of one paper made from the setup's sample answers and draft."""
    issuer = _OFFICE if result.issuer else _ISSUER
    data = result_data(
        setup,
        result,
        setup.sample_answers,
        setup.sample_draft,
        sample_given(setup),
        issuer,
        "H55.12-261015-0001",
    )
    host = "xaso.example/verify"
    return {**data, "verify_code": _CODE, "verify_host": host, "verify_qr": f"https://{host}/{_CODE}"}


def template_samples() -> dict[str, dict[str, Any]]:
    """One sample for each template, from the first setup that uses it."""
    found: dict[str, dict[str, Any]] = {}
    for setup in shipped_setups():
        for result in results_for(setup, setup.sample_answers, sample_given(setup)):
            found.setdefault(result.template, sample_data(setup, result))
    return found


def as_text(data: dict[str, Any]) -> str:
    """Sample data as the file holds it."""
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_samples() -> list[Path]:
    """Write the sample file of every template; answer the files."""
    written = []
    for template, data in template_samples().items():
        path = PAPERS / f"{template}.json"
        path.write_text(as_text(data), encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    write_samples()
