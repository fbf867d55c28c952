"""One word for one thing: every table's Vietnamese name stands in the glossary beside its identifier."""

from __future__ import annotations

import re
import tomllib

from django.apps import apps

from tests.house.walk import ROOT

GLOSSARY = ROOT / "docs" / "glossary.toml"


def _terms() -> list[dict[str, object]]:
    return tomllib.loads(GLOSSARY.read_text(encoding="utf-8"))["term"]


def _identifier(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_every_model_is_found_in_the_glossary():
    known = {(term["vi"], term["id"]) for term in _terms()}
    for model in apps.get_models():
        if model.__module__.startswith("xaso."):
            wanted = (str(model._meta.verbose_name), _identifier(model.__name__))
            assert wanted in known, (
                f"{model._meta.label}: add vi = {wanted[0]!r}, id = {wanted[1]!r} to docs/glossary.toml,"
                " or take the name that is there"
            )


def test_a_term_says_what_it_means_once():
    seen = set()
    for term in _terms():
        assert set(term) <= {"vi", "id", "meaning", "law", "unconfirmed"}, term
        assert term["meaning"], term
        assert re.fullmatch(r"[a-z][a-z0-9_]*", str(term["id"])), term
        assert (term["vi"], term["id"]) not in seen, f"{term['vi']} stands there twice"
        seen.add((term["vi"], term["id"]))


def test_an_identifier_is_one_word_of_english_with_one_meaning():
    ids = [str(term["id"]) for term in _terms()]
    twice = {one for one in ids if ids.count(one) > 1}
    assert not twice, f"one identifier, one meaning: {twice}"
