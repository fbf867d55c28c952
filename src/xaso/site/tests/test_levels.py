"""Levels of data: read from the tables, and nothing that opens something lies there in the clear."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command

from xaso.kernel.base.fields import SealedText
from xaso.site.operating.levels import Level, classed, level_of

pytestmark = pytest.mark.django_db
# Columns that sound like a secret and are none, with the reason.
NO_SECRET = {
    "credential_id": "by it the public half of a passkey is found",
    "token": "a code in an address that is printed on goods and letters",
    "password": "an Argon2 hash",
}


def test_each_table_has_a_level_and_sealed_columns_the_higher_ones():
    found = {one.table: one for one in classed()}
    assert found["people_identifier"].level == Level.SENSITIVE
    assert dict(found["people_identifier"].columns) == {"value": Level.SENSITIVE}
    assert found["access_codeapp"].level == Level.SECRET
    assert found["onestop_dossier"].level == Level.SENSITIVE
    assert found["cases_case"].level == Level.INTERNAL
    assert found["units_unit"].level == Level.OPEN
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedText):
                assert level_of(field) in {Level.SENSITIVE, Level.SECRET}
                assert found[model._meta.db_table].level >= Level.SENSITIVE


def test_what_opens_something_is_sealed_or_kept_as_a_digest_only():
    sounds = re.compile(r"(^|_)(secret|token|password|passphrase|pin|private|seed|credential)(_|$)")
    for model in apps.get_models():
        if not model.__module__.startswith("xaso."):
            continue
        for field in model._meta.concrete_fields:
            text = field.get_internal_type() in {"CharField", "TextField", "BinaryField", "JSONField"}
            kept_well = isinstance(field, SealedText) or field.name.endswith(("_hash", "_hashes", "_digest"))
            if text and sounds.search(field.name) and not kept_well:
                assert field.name in NO_SECRET, f"{model._meta.label}.{field.name}: seal it, or say why not"


def test_the_command_lists_every_table():
    out = StringIO()
    call_command("data_levels", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(list(classed()))
    assert any(line.startswith("4  access_codeapp") and "secret (4)" in line for line in lines)
