"""The bare Django page that the buyer's page stands beside: no middleware, one row by its key, one small template."""

from __future__ import annotations

import os
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

# It is a program of its own with settings of its own, in this one file.
SECRET_KEY = "bare"  # noqa: S105 - keeps nothing
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "bench.tracing.bare"
MIDDLEWARE: list[str] = []
INSTALLED_APPS: list[str] = []
USE_TZ = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [os.path.join(os.path.dirname(__file__), "templates")],
    }
]


def _database() -> dict[str, Any]:
    from xaso.site.database.address import take_apart

    parts: dict[str, Any] = dict(take_apart(os.environ["DATABASE_URL"]))
    return {"ENGINE": "django.db.backends.postgresql", **parts, "CONN_MAX_AGE": None}


if "DATABASE_URL" in os.environ:
    DATABASES = {"default": _database()}


def page(request: HttpRequest, token: str) -> HttpResponse:
    """One row by its key, drawn by a template of a dozen lines."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT token, lang, etag, made_at FROM trace_publicpage WHERE token = %s AND lang = 'vi'",
            [token],
        )
        row = cursor.fetchone()
    return render(request, "bare.html", {"token": row[0], "lang": row[1], "etag": row[2], "made_at": row[3]})


def ready(request: HttpRequest) -> HttpResponse:
    """For whoever waits for the start."""
    return HttpResponse("ok")


urlpatterns = [path("readyz", ready), path("trace/q/<slug:token>", page)]
