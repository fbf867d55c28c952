"""The first draft of an electronic procedure: from what the catalogue says, or from a setup there is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from xaso.kernel.plain.clock.terms import parse_term
from xaso.kernel.plain.moment import today
from xaso.services.onestop.desk.admin.boxes import plain
from xaso.services.onestop.desk.admin.choices import GENERIC
from xaso.services.onestop.desk.admin.document import Body, clean, new_key
from xaso.services.onestop.eforms.load import expand, shared_blocks
from xaso.services.onestop.models import ProcedureVersion, Setup

FROM_PORTAL = "Lấy từ Cổng Dịch vụ công quốc gia, chưa đối chiếu văn bản"
_MOST_PAPERS = 40
_SUBJECTS = {"Công dân Việt Nam": "Công dân Việt Nam.", "Người nước ngoài": "Người nước ngoài.",
             "Doanh nghiệp": "Doanh nghiệp.", "Hợp tác xã": "Hợp tác xã."}  # fmt: skip


def from_catalogue(version: ProcedureVersion) -> Body:
    """What the catalogue tells, in its place; what it leaves open stands in the list of unconfirmed points."""
    data, code = version.data or {}, version.procedure.code
    basis = _basis(version)
    open_points: list[Body] = []
    body: Body = {
        "procedure": code,
        "title": _short(version.name),
        "formal_name": version.name,
        "field": version.field or "Chưa rõ lĩnh vực",
        "valid_from": (today() + timedelta(days=1)).isoformat(),
        "legal_basis": _laws(data) or [basis],
        "who_can": _who(data) or ["Người có nhu cầu làm thủ tục này."],
        "summary": _short(version.name),
        "competent": plain("; ".join(data.get("competent") or data.get("agencies") or []))[:300],
        "pages": expand({"pages": [{"use": "applicant"}]}, shared_blocks())["pages"],
        "promises": expand({"promises": [{"use": "truth"}]}, shared_blocks())["promises"],
        "steps": [],
    }
    body["pages"].append(
        {
            "key": "request_page",
            "section": "Nội dung đề nghị",
            "title": "Đề nghị giải quyết việc gì?",
            "fields": [
                {"key": "request", "kind": "long_text", "label": "Nội dung đề nghị", "max_length": 3000}
            ],
        }
    )
    body["components"] = _papers(body, data, basis)
    body["cases"] = [_term(data.get("term") or {}, basis, open_points)]
    body["steps"] = _steps(body["cases"][0]["term"])
    body["fees"] = [_fee(data.get("fee") or {}, basis, open_points)]
    body["results"] = _results(body, data)
    open_points.append(
        {"what": "Câu hỏi", "why": "Danh mục không có nội dung tờ khai; soạn theo mẫu đơn ban hành."}
    )
    body["unconfirmed"] = open_points
    return body


def from_setup(setup: Setup) -> Body:
    """A new version of a setup: the same document, from tomorrow on."""
    body = clean(dict(setup.body))
    body["valid_from"] = (today() + timedelta(days=1)).isoformat()
    body.pop("valid_to", None)
    return body


def _short(name: str) -> str:
    words = plain(name)
    for start in ("Thủ tục ", "thủ tục "):
        words = words.removeprefix(start)
    return (words[:1].upper() + words[1:])[:190]


def _basis(version: ProcedureVersion) -> str:
    decision = version.decision or version.legal_basis
    return f"Cổng Dịch vụ công quốc gia, {decision}" if decision else "Cổng Dịch vụ công quốc gia"


def _laws(data: Body) -> list[str]:
    found = []
    for one in data.get("legal") or []:
        words = " ".join(part for part in (one.get("title", ""), one.get("number", "")) if part)
        if words and one.get("status") == "parsed":
            found.append(plain(words)[:300])
    return list(dict.fromkeys(found))[:20]


def _who(data: Body) -> list[str]:
    return [_SUBJECTS.get(one, f"{one}.") for one in (data.get("subjects") or [])][:8]


def _papers(body: Body, data: Body, basis: str) -> list[Body]:
    made: list[Body] = []
    for one in (data.get("components") or [])[:_MOST_PAPERS]:
        name = plain(str(one.get("name", ""))).lstrip("-+• ").strip()
        if not name or one.get("mode") == "note":
            continue
        part: Body = {
            "key": new_key({"held": [body, made]}, name[:40]),
            "name": name[:600],
            "legal_basis": basis,
        }
        originals, copies = one.get("originals"), one.get("copies")
        part["originals"] = originals if isinstance(originals, int) else 1
        if isinstance(copies, int) and copies:
            part["copies"] = copies
        if one.get("mode") == "show":
            part["duty"] = "show"
        if one.get("optional") or one.get("condition"):
            part["optional"] = True
        if one.get("condition"):
            part["note"] = plain(str(one["condition"]))[:300]
        doubt = one.get("status") != "parsed" or not isinstance(originals, int)
        part["unconfirmed"] = "Danh mục ghi chưa rõ tên hoặc số bản" if doubt else FROM_PORTAL
        if not made and one.get("form") == "yes":
            part["is_form"] = True
        made.append(part)
    return made or [
        {"key": "declaration", "name": "Đơn đề nghị", "is_form": True, "unconfirmed": FROM_PORTAL}
    ]


def _term(term: Body, basis: str, open_points: list[Body]) -> Body:
    case: Body = {"key": "ordinary", "title": "Mọi hồ sơ", "term": ""}
    code = str(term.get("code", ""))
    if term.get("status") == "parsed" and code:
        try:
            parse_term(code)
            case |= {"term": code, "term_basis": term.get("basis") or basis}
            return case
        except ValueError:
            pass
    raw = plain(str(term.get("raw", "")))[:200]
    told = f"Danh mục ghi: “{raw}”." if raw else "Danh mục không ghi thời hạn."
    case["term_unconfirmed"] = told
    open_points.append({"what": "Thời hạn", "why": told})
    return case


def _steps(term: str) -> list[Body]:
    """A plan that fits a known term: a same-day plan, or reception, appraisal, signing, sealing, return."""
    try:
        part = parse_term(term).parts[0] if term else None
    except ValueError:
        part = None
    hours = 0.0 if part is None else float(part.amount) * (1 if part.kind == "h" else 8)
    if part is not None and part.kind == "d":
        days = int(part.amount) * 5 // 7 - 1
        hours = days * 8.0
    if part is not None and part.kind == "mo":
        hours = 8.0 * 18 * int(part.amount)
    call: dict[str, Any] = {"use": "plan_same_day", "office": "tuphap"}
    if hours >= 24:
        call = {"use": "plan_days", "office": "tuphap", "review": f"{int(hours // 8) - 2}wd"}
    elif hours >= 16:
        call = {"use": "plan_days", "office": "tuphap", "review": "4h"}
    steps: list[Body] = expand({"steps": [call]}, shared_blocks())["steps"]
    return steps


def _fee(fee: Body, basis: str, open_points: list[Body]) -> Body:
    kind, raw = fee.get("kind"), plain(str(fee.get("note") or fee.get("raw") or ""))[:300]
    made: Body = {
        "key": "le_phi",
        "name": "Phí, lệ phí",
        "kind": "charge",
        "legal_basis": fee.get("basis") or basis,
    }
    if fee.get("status") == "parsed" and kind == "none":
        return {**made, "key": "khong_thu", "method": "none"}
    if fee.get("status") == "parsed" and kind == "fixed" and fee.get("currency", "VND") == "VND":
        return {**made, "method": "fixed", "amount": fee.get("amount")}
    if kind in ("set_by_council", "set_by_committee"):
        return {
            **made,
            "method": "set_by_province",
            "note": raw or "Mức do Hội đồng nhân dân tỉnh quyết định.",
        }
    told = f"Danh mục ghi: “{raw}”." if raw else "Danh mục không ghi phí, lệ phí."
    open_points.append({"what": "Phí, lệ phí", "why": told})
    return {**made, "method": "", "unconfirmed": told}


def _results(body: Body, data: Body) -> list[Body]:
    made: list[Body] = []
    for one in (data.get("results") or [])[:6]:
        name = plain(str(one.get("name", ""))).lstrip("-+• ").strip()[:200]
        if not name:
            continue
        made.append(
            {**_result(new_key({"held": [body, made]}, name[:40]), name), "code": str(one.get("code", ""))}
        )
    return made or [_result("result", "Văn bản trả lời")]


def _result(key: str, title: str) -> Body:
    return {
        "key": key,
        "title": title,
        "template": GENERIC,
        "kind": "decision",
        "symbol": "QĐ-UBND",
        "signer": "leader",
        "layout_note": "Mẫu trình bày chung, chưa đối chiếu mẫu ban hành",
        "draft": [
            {
                "key": f"{key}_decided"[:60],
                "kind": "long_text",
                "label": "Nội dung quyết định",
                "max_length": 5000,
            }
        ],
    }
