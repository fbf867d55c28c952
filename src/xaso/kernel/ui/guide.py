"""The living style guide: every component in every state."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xaso.kernel.people.doors import public


def shown() -> bool:
    """The guide is for builders: demo, debug and tests only."""
    return bool(settings.DEBUG or getattr(settings, "DEMO", False) or getattr(settings, "TESTING", False))


class Sample(forms.Form):
    name = forms.CharField(label="Họ, chữ đệm và tên", help_text="Như trên giấy khai sinh hoặc thẻ căn cước.")
    kind = forms.ChoiceField(
        label="Ông/bà là ai?",
        choices=[("self", "Chính người được khai"), ("parent", "Cha hoặc mẹ")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Ghi chú", required=False, widget=forms.Textarea)
    agree = forms.BooleanField(
        label="Tôi đồng ý cho UBND xã dùng số điện thoại này để báo kết quả",
        help_text="Không dùng vào việc khác.",
    )


@public
def citizen_guide(request: HttpRequest) -> HttpResponse:
    """Citizens' components."""
    return render(request, "ui/guide.html", {"form": Sample({}), "back_url": "/"})


@public
def desk_guide(request: HttpRequest) -> HttpResponse:
    """Officers' components."""
    return render(request, "ui/guide_desk.html", {"form": Sample()})
