"""What an action or query may refuse with. Messages are Vietnamese and say what to do next."""

from __future__ import annotations

from collections.abc import Mapping


class ActionError(Exception):
    """The request cannot be done as it stands; ``field`` names the input to mend. Answered with 422."""

    status = 422

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.errors: dict[str, list[str]] = {field or "": [message]}


class ActionErrors(ActionError):
    """Several fields are wrong at once: ``{field: [messages]}``."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(next((m[0] for m in errors.values() if m), "Có lỗi cần sửa."))
        self.errors = {field: list(messages) for field, messages in errors.items()}


class Forbidden(ActionError):
    """The viewer lacks the right on this unit. Answered with 403."""

    status = 403

    def __init__(
        self, message: str = "Tài khoản này không có quyền làm việc đó. Hỏi người quản trị của đơn vị."
    ) -> None:
        super().__init__(message)


class NotFound(ActionError):
    """No such record, or none that this viewer may know of. Answered with 404."""

    status = 404

    def __init__(self, message: str = "Không tìm thấy. Kiểm tra lại mã hoặc đường dẫn.") -> None:
        super().__init__(message)


class Conflict(ActionError):
    """Somebody else changed the record first, or the key was used for other content. Answered with 409."""

    status = 409


class TooMany(ActionError):
    """Too many tries from one place. Answered with 429."""

    status = 429
