"""What asking registers with the manifest: menu, rights, sentences of the log, jobs, indicators, the panel of cases."""

from __future__ import annotations

from xaso.kernel.base.manifest import HomeCard, NavItem, Panel, Right, TaskSpec
from xaso.services.assistant.actions.asking import forget_words_daily
from xaso.services.assistant.actions.checking import end_changed_daily
from xaso.services.assistant.demo import tell_demo
from xaso.services.assistant.desk.panel import case_panel
from xaso.services.assistant.queries.asking import mark_count, waiting_count
from xaso.services.assistant.queries.asking_rights import ASK, CHECK, QUERY, REPORT
from xaso.services.assistant.queries.reports import INDICATORS

HOME = (
    HomeCard(
        "Hỏi đáp pháp luật", "Hỏi bằng lời thường, đọc đúng điều luật trả lời.", "assistant:front", "scale"
    ),
)
NAV = (
    NavItem("Hỏi đáp pháp luật", "assistant_desk:ask", ASK, "scale"),
    NavItem("Câu hỏi chờ pháp chế", "assistant_desk:tasks", CHECK, "circle-help", waiting_count),
    NavItem("Câu trả lời đã kiểm", "assistant_desk:checked", CHECK, "shield-check"),
    NavItem("Câu trả lời bị báo sai", "assistant_desk:marks", CHECK, "flag", mark_count),
    NavItem("Báo cáo hỏi đáp", "assistant_desk:reports", REPORT, "chart-column"),
)
RIGHTS = (
    Right(ASK, "Hỏi đáp pháp luật tại bàn làm việc, lưu ghi chú có căn cứ",
          ("receptionist", "specialist", "leader", "clerk")),
    Right(CHECK, "Trả lời câu hỏi pháp luật, kiểm câu trả lời", ("specialist", "leader")),
    Right(REPORT, "Xem báo cáo hỏi đáp pháp luật", ("leader", "province_viewer")),
    Right(QUERY, "Hỏi đáp pháp luật qua API", ()),
)  # fmt: skip
ANNOUNCES = {
    "assistant.task_made": "Chuyển câu hỏi cho pháp chế",
    "assistant.task_answered": "Pháp chế đã trả lời câu hỏi",
    "assistant.task_dropped": "Đóng câu hỏi, không trả lời",
    "assistant.answer_checked": "Lưu câu trả lời đã kiểm",
    "assistant.answer_ended": "Thôi dùng câu trả lời đã kiểm",
    "assistant.marked_wrong": "Có người báo câu trả lời sai",
    "assistant.mark_judged": "Kết luận về câu trả lời bị báo sai",
    "assistant.note_saved": "Lưu ghi chú có căn cứ: {place}",
}
TASKS = (
    TaskSpec("assistant.end_changed", end_changed_daily, "20 1 * * *"),
    TaskSpec("assistant.forget_words", forget_words_daily, "50 1 * * *"),
    TaskSpec("assistant.tell_demo", tell_demo),
)
CASE_PANELS = (Panel("case", ASK, "assistant/desk/case_panel.html", case_panel),)
__all__ = ["ANNOUNCES", "CASE_PANELS", "HOME", "INDICATORS", "NAV", "RIGHTS", "TASKS"]
