"""Whether the database role in use is bound by the policies, asked when a process starts and by the operator."""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection

log = logging.getLogger("xaso.database")

_ASK = """
SELECT rolname, rolsuper, rolbypassrls,
  EXISTS (SELECT 1 FROM pg_class c WHERE c.relname = 'people_person' AND pg_has_role(r.oid, c.relowner, 'USAGE'))
FROM pg_roles r WHERE rolname = current_user
"""


def role_is_bound() -> tuple[bool, str]:
    """(whether the policies bind the role in use, a sentence that says so or what to do)."""
    with connection.cursor() as cursor:
        cursor.execute(_ASK)
        role, is_super, bypasses, owns = cursor.fetchone()
    follow = (
        "Đặt DATABASE_URL cho vai trò chỉ đọc ghi hàng (xaso_app) và XASO_OWNER_URL cho chủ sở hữu bảng: "
        "docs/build/rls.md, mục “Roles of the database”."
    )
    if is_super or bypasses:
        return False, f"Vai trò “{role}” của cơ sở dữ liệu bỏ qua được lớp chặn theo hàng. {follow}"
    if owns:
        return False, f"Vai trò “{role}” là chủ sở hữu bảng, tự gỡ được lớp chặn theo hàng. {follow}"
    return True, f"Vai trò “{role}” bị ràng buộc bởi lớp chặn theo hàng."


def tell_at_start() -> None:
    """Say it in the log when the role could go round the policies; a database that is away says it elsewhere."""
    try:
        bound, words = role_is_bound()
    except DatabaseError:
        return
    if not bound:
        log.warning(words)
    connection.close()
