"""Whether the log is alive, for the operator's page."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from xaso.kernel.plain.formats import figure, stamp
from xaso.kernel.plain.merkle import root_of
from xaso.kernel.plain.moment import now
from xaso.kernel.sealing import tree
from xaso.kernel.sealing.proofs import newest_head

# A head comes every ten minutes at the least.
SILENT = timedelta(minutes=30)


def is_well() -> tuple[bool, str]:
    """(ok, sentence): the newest head, its age, and whether the tree still leads to it."""
    head = newest_head()
    if head is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM events_event)")
            waiting = cursor.fetchone()[0]
        return (
            not waiting,
            "Chưa ký đầu nhật ký nào. Kiểm tra tiến trình nền (worker)." if waiting else "Chưa có việc nào.",
        )
    try:
        same = root_of(head.size, tree.fetch) == bytes(head.root)
    except tree.Gone:
        same = False
    if not same:
        return False, (
            f"Cây nhật ký không còn dẫn tới đầu đã ký số {head.number}: cơ sở dữ liệu đã bị sửa. "
            "Chạy ./xaso log verify và giữ nguyên hiện trạng."
        )
    told = f"Đầu số {head.number}, {figure(head.size)} mục, ký lúc {stamp(head.at)}."
    if now() - head.at > SILENT:
        return False, told + " Đã lâu không ký: kiểm tra tiến trình nền (worker) và khóa nhật ký."
    return True, told
