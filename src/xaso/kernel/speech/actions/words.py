"""Teaching the reader: words and conventions of a unit, by rows that end."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.spoken.choices import CHOICES
from xaso.kernel.plain.text import clean
from xaso.kernel.speech.models import Manner, Word
from xaso.kernel.speech.rights import WORDS

LONGEST_WRITTEN, LONGEST_SPOKEN = 80, 200


@action
def keep_word(viewer: Viewer, *, unit_path: str, written: str, spoken: str) -> Word:
    """From now on the unit and all below it read ``written`` as ``spoken``. Repeating it changes nothing.

    Raises ActionError for a word that is empty, too long, or has figures or signs in what is to be said.
    """
    viewer.must(WORDS, unit_path)
    written, spoken = clean(written), clean(spoken)
    _check(written, spoken)
    old = Word.objects.select_for_update().filter(unit_path=unit_path, written=written, valid_to=None).first()
    if old is not None and old.spoken == spoken:
        return old
    moment = now()
    if old is not None:
        old.valid_to, old.ended_by = moment, viewer.account_id
        old.save(update_fields=["valid_to", "ended_by"])
    try:
        with transaction.atomic():
            word = Word.objects.create(
                unit_path=unit_path,
                written=written,
                spoken=spoken,
                valid_from=moment,
                kept_by=viewer.account_id,
            )
    except IntegrityError as error:
        raise Conflict("Có người vừa sửa từ này. Mở lại trang để xem.") from error
    emit("speech.word_kept", record=word, unit_path=unit_path, viewer=viewer)
    return word


def _check(written: str, spoken: str) -> None:
    if not written:
        raise ActionError("Nhập chữ như trong bản tin.", "written")
    if not any(letter.isalnum() for letter in written):
        raise ActionError("Chữ viết phải có ít nhất một chữ cái hoặc chữ số.", "written")
    if len(written) > LONGEST_WRITTEN:
        raise ActionError(f"Chữ viết dài quá {LONGEST_WRITTEN} ký tự.", "written")
    if not spoken:
        raise ActionError("Nhập cách đọc thành lời.", "spoken")
    if len(spoken) > LONGEST_SPOKEN:
        raise ActionError(f"Cách đọc dài quá {LONGEST_SPOKEN} ký tự.", "spoken")
    if not all(letter.isalpha() or letter in " ,.-'" for letter in spoken):
        raise ActionError("Cách đọc chỉ gồm chữ, ví dụ “ô cóp”: viết số và ký hiệu thành lời.", "spoken")


@action
def drop_word(viewer: Viewer, *, word_id: UUID) -> Word:
    """The word holds no more; the row stays. Raises NotFound, Forbidden."""
    word = Word.objects.select_for_update().filter(pk=word_id).first()
    if word is None:
        raise NotFound("Không có từ này trong từ điển.")
    viewer.must(WORDS, word.unit_path)
    if word.valid_to is None:
        word.valid_to, word.ended_by = now(), viewer.account_id
        word.save(update_fields=["valid_to", "ended_by"])
        emit("speech.word_dropped", record=word, unit_path=word.unit_path, viewer=viewer)
    return word


@action
def set_manner(viewer: Viewer, *, unit_path: str, name: str, value: str) -> Manner:
    """Choose one of the good readings for a unit and all below it. Raises ActionError for an unknown one."""
    viewer.must(WORDS, unit_path)
    offered = CHOICES.get(name)
    if offered is None or value not in offered.values:
        raise ActionError("Chọn một trong các cách đọc đã cho.", name if offered else None)
    old = Manner.objects.select_for_update().filter(unit_path=unit_path, name=name, valid_to=None).first()
    if old is not None and old.value == value:
        return old
    moment = now()
    if old is not None:
        old.valid_to = moment
        old.save(update_fields=["valid_to"])
    made = Manner.objects.create(
        unit_path=unit_path, name=name, value=value, valid_from=moment, kept_by=viewer.account_id
    )
    emit("speech.manner_set", record=made, unit_path=unit_path, viewer=viewer, data={"name": name})
    return made
