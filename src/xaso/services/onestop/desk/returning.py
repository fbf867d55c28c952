"""The return desk: results that wait, handing over with the receiver's name, sending by post."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError
from xaso.kernel.connectors.post import PostalParty
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.searching import put_away, searched
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.ui.fields import IdNumberField, NameField, PhoneField, TextField
from xaso.kernel.ui.forms import ask
from xaso.services.onestop import rules
from xaso.services.onestop.actions.drafts import WAYS
from xaso.services.onestop.actions.returning import post_result, return_result
from xaso.services.onestop.desk.acts import put_errors
from xaso.services.onestop.desk.dossier import paper_url
from xaso.services.onestop.desk.moves import maybe
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.parcels import order_parcel, province_name
from xaso.services.onestop.queries.desk import DossierView, open_dossier, to_return

SHOWN = 100


class ReturnForm(forms.Form):
    """How the result is given, and to whom."""

    way = ask(
        forms.ChoiceField(
            label="Cách trả",
            choices=(("counter", "Trao tại quầy"), ("post", "Gửi bưu chính công ích")),
            widget=forms.RadioSelect,
            error_messages={"required": "Chọn cách trả"},
        )
    )
    name = NameField(label="Người nhận", error_messages={"required": "Nhập họ, chữ đệm và tên người nhận"})
    id_number = IdNumberField(
        label="Số giấy tờ tùy thân của người nhận",
        required=False,
        help_text="Đối chiếu với thẻ của người nhận",
    )
    relation = ask(
        TextField(
            label="Nhận thay thì ghi quan hệ hoặc giấy ủy quyền",
            required=False,
            longest=120,
        ),
        when="way=counter",
    )
    phone = ask(PhoneField(label="Điện thoại người nhận", required=False), when="way=post")
    address = ask(TextField(label="Địa chỉ nhận bưu phẩm", required=False, longest=300), when="way=post")
    parcel = ask(
        TextField(
            label="Mã bưu gửi",
            required=False,
            longest=40,
            help_text="Để trống thì hệ thống gọi bưu điện đến lấy và nhận mã.",
        ),
        when="way=post",
    )

    def clean(self) -> dict[str, Any]:
        """By post an address and a telephone are needed."""
        facts = super().clean() or {}
        if facts.get("way") == "post":
            if not facts.get("address"):
                self.add_error("address", "Nhập địa chỉ nhận bưu phẩm")
            if not facts.get("phone"):
                self.add_error("phone", "Nhập số điện thoại người nhận, ví dụ 0912 345 678")
        return facts


@officer("onestop.view")
@require_http_methods(["GET", "POST"])
def waiting(request: HttpRequest) -> HttpResponse:
    """Dossiers whose results wait to be handed over."""
    if request.method == "POST":
        return put_away(request)
    viewer = viewer_in(request)
    text, _ = searched(request)
    found = to_return(viewer)
    if text:
        found = found.filter(code__icontains=text) | found.filter(applicant__full_name__icontains=text)
    rows = list(found.prefetch_related("handover")[: SHOWN + 1])
    context = {
        "rows": [
            {
                "dossier": one,
                "way": WAYS.get((one.delivery or {}).get("way", ""), "Tại quầy"),
                "parcel": getattr(getattr(one, "handover", None), "parcel", ""),
                "may": viewer.can("onestop.receive", one.received_path),
            }
            for one in rows[:SHOWN]
        ],
        "more": len(rows) > SHOWN,
        "text": text,
    }
    return render(request, "onestop/desk/returning.html", context)


@officer("onestop.receive")
@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, code: str) -> HttpResponse:
    """Hand over one result: to whom, or by which parcel."""
    viewer = viewer_in(request)
    seen = open_dossier(viewer, code, purpose="Trả kết quả hồ sơ")
    viewer.must("onestop.receive", seen.dossier.received_path)
    if seen.dossier.status == rules.RETURNED:
        return render(request, "onestop/desk/returned.html", _returned(seen))
    form = ReturnForm(request.POST) if request.method == "POST" else ReturnForm(initial=_known(seen))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                messages.success(request, _give(viewer, seen.dossier, form.cleaned_data))
                return redirect("onestop_desk:give_back", code=seen.dossier.code)
            except ActionError as error:
                if error.status in {403, 404}:
                    raise
                status = error.status
                put_errors(form, error)
    context = {
        "dossier": seen.dossier,
        "form": form,
        "has_errors": status != 200,
        "results": [
            {"row": one, "url": maybe("result_file", seen.dossier.code, one.pk)}
            for one in seen.results
            if one.issued_at
        ],
        "unpaid": [one for one in seen.payments if one.state == "due"],
        "originals": [one for one in seen.papers if one.originals],
        "parcel": getattr(getattr(seen.dossier, "handover", None), "parcel", ""),
        "back_url": reverse("onestop_desk:dossier", args=[seen.dossier.code]),
    }
    return render(request, "onestop/desk/give_back.html", context, status=status)


def _known(seen: DossierView) -> dict[str, str]:
    dossier = seen.dossier
    contact, delivery = dossier.applicant.contact or {}, dossier.delivery or {}
    return {
        "way": "post" if delivery.get("way") == "post" else "counter",
        "name": dossier.applicant.full_name,
        "phone": contact.get("phone", ""),
        "address": delivery.get("address", "") or contact.get("address", ""),
    }


def _give(viewer: Viewer, dossier: Dossier, facts: dict[str, Any]) -> str:
    receiver = {key: facts.get(key) or "" for key in ("name", "id_number", "relation", "phone", "address")}
    if facts["way"] == "counter":
        return_result(viewer, dossier_id=dossier.pk, way="counter", receiver=receiver)
        return f"Đã trả kết quả hồ sơ {dossier.code} cho {facts['name']}."
    parcel = facts["parcel"]
    if not parcel:
        to = PostalParty(
            facts["name"], facts["phone"], facts["address"], province_name(dossier.received_path)
        )
        parcel = order_parcel(viewer, dossier, to).item_code
    post_result(viewer, dossier_id=dossier.pk, receiver=receiver, parcel=parcel)
    return f"Đã giao bưu điện, mã bưu gửi {parcel}. Hồ sơ chuyển sang đã trả khi bưu điện phát xong."


def _returned(seen: DossierView) -> dict[str, Any]:
    handover = getattr(seen.dossier, "handover", None)
    return {
        "dossier": seen.dossier,
        "handover": handover,
        "receiver": (handover.receiver or {}) if handover else {},
        "slip_url": paper_url(seen.dossier.code, "bien-nhan"),
        "back_url": reverse("onestop_desk:returning"),
    }
