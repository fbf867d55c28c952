"""OCOP on paper: the commune's report and the council's minutes, from the same records as the pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from xaso.kernel.documents.papers_in_force import render_template
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import figure, stamp
from xaso.kernel.plain.moment import now
from xaso.services.trace.actions.ocop_decisions import council_totals
from xaso.services.trace.models import OcopDossier, OcopScore
from xaso.services.trace.queries.ocop import Line, own_total, sheet_of
from xaso.services.trace.rules import ocop as rules


def _about(row: OcopDossier) -> dict[str, Any]:
    return {
        "product": row.product.name,
        "owner": row.enterprise.name,
        "group": row.group.title,
        "basis": row.version.legal_basis,
        "printed_at": stamp(now()),
    }


def _points(value: Decimal | None) -> str:
    return "" if value is None else figure(value, 2)


def _of(score: OcopScore | None) -> str:
    return _points(score.points if score else None)


def report_pdf(viewer: Viewer, row: OcopDossier) -> bytes:
    """The commune's report with the criteria it reviewed, of a dossier the viewer was given."""
    sections = sheet_of(viewer, row)
    lines = [line for part in sections for line in part.lines if line.criterion.by_commune]
    return render_template(
        "trace.ocop_report",
        {
            **_about(row),
            "report": row.commune_report,
            "own_total": figure(own_total(sections), 2),
            "columns": ["Tiêu chí", "Tối đa", "Tự chấm", "Xã", "Minh chứng"],
            "rows": [
                [
                    str(line.criterion),
                    _points(line.criterion.max_points),
                    _of(line.own),
                    _of(line.commune),
                    "; ".join(one.title for one in line.evidence),
                ]
                for line in lines
            ],
        },
    )


def minutes_pdf(viewer: Viewer, row: OcopDossier) -> bytes:
    """The council's minutes: totals of the members, the average, points by criterion."""
    totals = [(name, total) for name, total, whole in council_totals(row) if whole]
    average = row.average if row.average is not None else rules.average([total for _, total in totals])
    lines = [line for part in sheet_of(viewer, row) for line in part.lines]
    stars = rules.band_for(average, row.version.bands).stars
    return render_template(
        "trace.ocop_minutes",
        {
            **_about(row),
            "minutes": row.minutes or "Chưa kết luận.",
            "average": figure(average, 2),
            "outcome": f"{stars} sao theo điểm; {row.get_state_display().lower()}",
            "members": [[name, figure(total, 2)] for name, total in totals],
            "columns": ["Tiêu chí", "Tối đa", "Tự chấm", "Xã", "Hội đồng"],
            "rows": [
                [
                    str(line.criterion),
                    _points(line.criterion.max_points),
                    _of(line.own),
                    _of(line.commune),
                    _council(line),
                ]
                for line in lines
            ],
        },
    )


def _council(line: Line) -> str:
    return _points(rules.average([one.points for one in line.council])) if line.council else ""
