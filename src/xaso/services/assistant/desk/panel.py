"""The block inside a case: the articles the procedure rests on, the notes, and a question box."""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError
from django.urls import reverse

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.manifest import CaseFacts
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.law import citations
from xaso.kernel.plain.moment import today
from xaso.services.assistant.answers import reading
from xaso.services.assistant.queries import asking as queries
from xaso.services.assistant.queries.shelf import article_address

MOST_ARTICLES, MOST_LAWS = 4, 12


def case_panel(viewer: Viewer, facts: CaseFacts) -> dict[str, Any]:
    """What the page of a case shows: never an error, whatever the corpus lacks."""
    return {
        "code": facts.code,
        "ask_url": reverse("assistant_desk:ask"),
        "articles": articles_for(facts),
        "laws": list(facts.laws)[:MOST_LAWS],
        "notes": queries.notes_of(facts.case_id),
    }


def articles_for(facts: CaseFacts) -> list[dict[str, str]]:
    """Articles of the documents that the procedure names, those about the procedure first."""
    numbers = {one.number for law in facts.laws for one in citations(law) if one.number}
    try:
        rows = reading.about(facts.title, sorted(numbers), day=today(), limit=MOST_ARTICLES)
    except (ActionError, DatabaseError, OSError, ValueError):
        return []
    return [
        {
            "said": reading.said(one),
            "title": one.title,
            "url": article_address(one.document.slug, one.number),
        }
        for one in rows
    ]
