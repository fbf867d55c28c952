"""The report of a recall as PDF, by the layout of official papers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xaso.kernel.base.reach import widened
from xaso.kernel.documents.typeset import typeset
from xaso.kernel.plain.formats import day, figure, stamp
from xaso.kernel.plain.moment import now
from xaso.kernel.units.models import Unit
from xaso.services.trace import lots_rules
from xaso.services.trace.models import Recall
from xaso.services.trace.queries.recall import holders_of, tallies_of
from xaso.services.trace.recall_chart import detail_of, stages, title_of

_TEMPLATE = Path(__file__).parent / "recall_papers" / "report.typ"
HOLDERS = 200
STEPS = 100


def report_pdf(recall: Recall) -> bytes:
    """The report as it stands now; after the end it says the same whenever it is made. The caller checked the right."""
    return typeset(_TEMPLATE.read_text(encoding="utf-8"), _data(recall), fields=False)


def _data(recall: Recall) -> dict[str, Any]:
    at = recall.closed_at or now()
    ordered = recall.kind == Recall.Kind.ORDERED
    unit = Unit.objects.filter(path=recall.unit_path).first()
    agency = unit.full_name if ordered and unit else recall.enterprise.name
    holders = list(holders_of(recall)[: HOLDERS + 1])
    return {
        "code": recall.code,
        "parent": "",
        "agency": agency,
        "number": f"Số: {recall.paper}" if recall.paper else "Số: …",
        "date": f"{unit.name if unit else '…'}, ngày {at.day} tháng {at.month} năm {at.year}",
        "facts": _facts(recall),
        "scope": [[f"{title_of(one)} {detail_of(one)}", figure(one.number)] for one in stages(recall.scope)],
        "holders": [
            [
                str(place),
                one.name + (f" ({', '.join(one.papers[:4])})" if one.papers else ""),
                figure(vars(one)["things"]),
                one.get_state_display() + (f", nhắc {one.chased} lần" if one.chased else ""),
            ]
            for place, one in enumerate(holders[:HOLDERS], 1)
        ],
        "more": max(0, recall.holders.count() - HOLDERS),
        "tallies": [
            [
                lots_rules.word_of(one.uom),
                *map(figure, (one.handed_on, one.came_back, one.destroyed, one.gone, one.open)),
            ]
            for one in tallies_of(recall)
        ],
        "findings": _findings(recall),
        "closing": recall.closing or "Đợt thu hồi chưa kết thúc.",
        "steps": [
            [stamp(one.created_at), one.text, one.by_name]
            for one in recall.steps.order_by("created_at")[:STEPS]
        ],
        "recipients": ["Cơ quan quản lý về an toàn thực phẩm", "Các nơi giữ hàng", "Lưu: VT"],
        "position": "Thủ trưởng cơ quan" if ordered else "Người đại diện cơ sở",
        "signer": "",
    }


def _facts(recall: Recall) -> list[list[str]]:
    lot = recall.lot
    return [
        ["Sản phẩm", f"{lot.product.name}, lô {lot.code}, làm ra ngày {day(lot.made_on)}"],
        ["Cơ sở", f"{recall.enterprise.name}, {recall.enterprise.address}"],
        ["Hình thức", f"{recall.get_kind_display()}. Nguyên nhân: {recall.get_cause_display().lower()}"],
        ["Lý do", recall.reason],
        ["Khuyến cáo", recall.advice],
        ["Người quyết định", recall.decided_by],
        ["Bắt đầu", stamp(recall.started_at) if recall.started_at else "Chưa xác nhận"],
        ["Kết thúc", stamp(recall.closed_at) if recall.closed_at else "Đang thu hồi"],
    ]


def _findings(recall: Recall) -> list[list[str]]:
    with widened("names of holders, for who may see the recall"):
        rows = (
            recall.findings.filter(withdrawn_at__isnull=True)
            .select_related("holder")
            .order_by("happened_on", "pk")
        )
        return [
            [
                day(one.happened_on),
                ". ".join(
                    part
                    for part in (one.holder.name if one.holder else recall.enterprise.name, one.note)
                    if part
                ),
                one.get_kind_display(),
                lots_rules.said(one.quantity, one.uom),
            ]
            for one in rows
        ]
