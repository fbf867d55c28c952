"""Quotes and checked answers read aloud by the machine's own voice."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.speech import audio, spoken_text
from xaso.kernel.speech.audio.coding import MP3
from xaso.services.assistant.answers.reading import said
from xaso.services.assistant.models import Article, CheckedAnswer
from xaso.services.assistant.rules.extract import MOST

MOST_LETTERS = 2400


def words_of_article(article_id: UUID, start: int, end: int) -> str:
    """Citation and words from ``start`` to ``end`` of an article. Raises NotFound for no such place."""
    article = Article.objects.select_related("document").filter(pk=article_id).first()
    if article is None or not 0 <= start < end <= len(article.text) or end - start > MOST:
        raise NotFound("Không có đoạn này để đọc.")
    return f"{said(article)}. {article.text[start:end]}"


def words_of_checked(row: CheckedAnswer) -> str:
    """The answer, and who stands for it."""
    return f"{row.answer}\nNgười kiểm: {row.by_name}, ngày {row.checked_on:%d/%m/%Y}."[:MOST_LETTERS]


def sound_of(words: str, unit_path: str) -> bytes:
    """The words as MP3, as the unit reads names and numbers. Raises ActionError where the machine has no voice."""
    try:
        return _sound(spoken_text(words, unit_path).text)
    except audio.NoVoice as error:
        raise ActionError("Máy chủ chưa có giọng đọc. Đọc chữ trên trang.") from error


@lru_cache(maxsize=32)
def _sound(spoken: str) -> bytes:
    return audio.encode(audio.normalise(audio.synthesize(spoken)), MP3)
