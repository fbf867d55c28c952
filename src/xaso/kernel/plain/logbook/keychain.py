"""The keys of a log in their order: each signed by the one before, so that the first vouches for the last."""

from __future__ import annotations

from xaso.kernel.plain.logbook.notes import BadNote, Head, KeyStatement, Note, read_key, read_note


class Keychain:
    """Grows by statements; judges heads."""

    def __init__(self) -> None:
        self.statements: list[KeyStatement] = []
        self._at = 0  # the key that signed the newest head: older ones sign no more

    def add(self, written: str, origin: str) -> str:
        """Take the next key's statement; answers a Vietnamese sentence when it is not to be trusted, else ""."""
        number = len(self.statements) + 1
        try:
            note = read_note(written)
            found = read_key(note.text)
        except BadNote:
            return f"Giấy chứng khóa số {number} của nhật ký không đọc được."
        before = self.statements[-1] if self.statements else found
        if found.number != number or found.origin != origin or found.from_size < before.from_size:
            return f"Giấy chứng khóa số {number} của nhật ký không đúng thứ tự."
        if not note.has(origin, found.public) or not note.has(origin, before.public):
            return f"Khóa số {number} của nhật ký không được khóa trước ký xác nhận: khóa lạ."
        self.statements.append(found)
        return ""

    def judge(self, note: Note, head: Head, origin: str) -> str:
        """Whether a head is signed by a key in force; answers a Vietnamese clause when it is not, else ""."""
        if head.origin != origin:
            return "đầu nhật ký của nơi khác"
        signers = [at for at, one in enumerate(self.statements) if note.has(origin, one.public)]
        if not signers:
            return "chữ ký không đúng, đầu nhật ký đã bị viết lại"
        if signers[-1] < self._at or head.size < self.statements[signers[-1]].from_size:
            return "ký bằng khóa không còn dùng lúc đó"
        self._at = signers[-1]
        return ""
