"""What citizens and officers are told when a dossier changes. Every listener may hear the same event twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.urls import reverse

from xaso.kernel.cases.models import CaseStep, Extension
from xaso.kernel.events.models import Event
from xaso.kernel.messages.actions import send
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import clock, weekday
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.plain.money import show as money
from xaso.kernel.units.models import Unit
from xaso.services.onestop import routing
from xaso.services.onestop.actions.returning import BY_ITSELF, return_by_itself
from xaso.services.onestop.models import Dossier, Supplement

# News that is older than this helps nobody (a worker that stood still, a history taken in from elsewhere).
STALE = timedelta(days=2)
WAYS_DONE = {
    "post": "Bưu điện sẽ phát đến địa chỉ đã đăng ký.",
    "counter": "Mời ông/bà đến {unit} nhận kết quả, mang theo giấy tiếp nhận.",
}
WAYS_RETURNED = {
    "post": "Bưu điện đã phát xong.",
    "counter": "Kết quả đã trao tại quầy.",
    "screen": "Xem và tải kết quả trên trang hồ sơ.",
    "email": "Xem và tải kết quả trên trang hồ sơ.",
}
Data = dict[str, str]


def _dossier(event: Event) -> Dossier | None:
    if event.record_type != "onestop.dossier" or event.at < now() - STALE:
        return None
    return Dossier.objects.filter(pk=event.record_id).select_related("case", "setup", "applicant").first()


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return "sẽ báo sau"
    local = moment.astimezone(VIETNAM)
    return f"{clock(local)} {weekday(local)}"


def _desk_name(dossier: Dossier) -> str:
    authority = routing.authority_of(dossier.received_path)
    found = Unit.objects.filter(path__in=[dossier.received_path, authority]).order_by("-path").first()
    return found.full_name if found else "Bộ phận một cửa"


def _facts(dossier: Dossier) -> Data:
    return {
        "code": dossier.code,
        "matter": dossier.setup.title,
        "unit": _desk_name(dossier),
        "due": _moment(dossier.case.due_at),
        "way": "",
    }


def tell_citizen(event: Event) -> None:
    """Listener: one message to the applicant for each change that is theirs to know, at once."""
    maker = _MAKERS.get(event.name)
    dossier = _dossier(event) if maker else None
    if maker is None or dossier is None:
        return
    made = maker(event, dossier)
    if made is None:
        return
    key, data = made
    send(
        Viewer.system(),
        key,
        to=dossier.applicant,
        data={**_facts(dossier), **data},
        record=dossier,
        unit_path=dossier.received_path,
        link=reverse("onestop:own", args=[dossier.code]),
        key=str(event.seq),
    )


Made = tuple[str, Data] | None


def _filed(event: Event, dossier: Dossier) -> Made:
    """At the counter the receipt is in the person's hand; "received" says the rest."""
    return ("onestop.filed", {}) if dossier.channel in {"online", "portal", "post"} else None


def _supplement(event: Event, dossier: Dossier) -> Made:
    row = Supplement.objects.filter(dossier=dossier).order_by("-created_at").first()
    if row is None:
        return None
    names = [str(one.get("name", "")) for one in row.items if one.get("name")]
    return "onestop.supplement", {
        "reason": row.reason,
        "items": "; ".join(names) or "xem nội dung trong yêu cầu",
    }


def _closing(key: str) -> Callable[[Event, Dossier], Made]:
    def make(event: Event, dossier: Dossier) -> Made:
        steps = CaseStep.objects.filter(case_id=dossier.case_id).exclude(note="")
        note = steps.order_by("-number").values_list("note", flat=True).first()
        return key, {"reason": note or "Xem trên trang hồ sơ."}

    return make


def _extended(event: Event, dossier: Dossier) -> Made:
    row = Extension.objects.filter(case_id=dossier.case_id).order_by("-created_at").first()
    return ("onestop.extended", {"reason": row.reason, "due": _moment(row.new_due_at)}) if row else None


def _done(event: Event, dossier: Dossier) -> Made:
    way = (dossier.delivery or {}).get("way", "counter")
    if way in BY_ITSELF:
        return None  # returned in the same moment; one message is enough
    words = WAYS_DONE.get(way, WAYS_DONE["counter"])
    return "onestop.done", {"way": words.replace("{unit}", _desk_name(dossier))}


def _returned(event: Event, dossier: Dossier) -> Made:
    way = str(event.data.get("way", "counter"))
    return "onestop.returned", {"way": WAYS_RETURNED.get(way, "")}


def _paid(event: Event, dossier: Dossier) -> Made:
    if event.data.get("method") in {"cash", "card"}:
        return None  # paid at the counter, with a receipt in hand
    return "onestop.paid", {"amount": money(int(event.data.get("amount", 0)))}


_MAKERS: dict[str, Callable[[Event, Dossier], Made]] = {
    "onestop.dossier_filed": _filed,
    "onestop.dossier_received": lambda event, dossier: ("onestop.received", {}),
    "onestop.supplement_asked": _supplement,
    "onestop.dossier_refused": _closing("onestop.refused"),
    "onestop.dossier_stopped": _closing("onestop.stopped"),
    "onestop.dossier_extended": _extended,
    "onestop.dossier_done": _done,
    "onestop.result_returned": _returned,
    "onestop.payment_made": _paid,
}
TOLD = tuple(_MAKERS)


def tell_holder(event: Event) -> None:
    """Listener: the officer who holds a dossier hears that the citizen has answered."""
    dossier = _dossier(event)
    if dossier is None or dossier.case.holder is None:
        return
    send(
        Viewer.system(),
        "onestop.supplemented",
        to=dossier.case.holder,
        data={"code": dossier.code, "matter": dossier.setup.title},
        record=dossier,
        unit_path=dossier.case.holder_path,
        link=reverse("onestop_desk:dossier", args=[dossier.code]),
        key=str(event.seq),
    )


def give_by_itself(event: Event) -> None:
    """Listener: a result wanted on the screen or by e-mail is returned as soon as it is there."""
    if event.record_type == "onestop.dossier":
        return_by_itself(event.record_id)
