"""What each may read of enterprises and diaries: who sits there all of it, members what is theirs, officers by unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM, today
from xaso.kernel.plain.text import search_text
from xaso.services.trace import crops, vocabulary
from xaso.services.trace.models import (
    Enterprise,
    Entry,
    EntryFile,
    Group,
    Lot,
    Member,
    Plant,
    Product,
    Seat,
    Site,
)
from xaso.services.trace.seats import MANAGER, MEMBER, RECORDER, must_sit, sat_in
from xaso.services.trace.waiting import Block, waiting_plots

VIEW, MANAGE = "trace.view", "trace.manage"
MOST_PLANTS = 1500  # as many as a page that must work offline carries


@dataclass(frozen=True)
class Place:
    """The workplace of somebody in an enterprise: where they are and what they may do."""

    viewer: Viewer
    enterprise: Enterprise
    role: str

    @property
    def person(self) -> UUID:
        """The person behind the viewer; nobody's key for who comes without one."""
        return self.viewer.person_id or UUID(int=0)

    @property
    def manages(self) -> bool:
        return self.role == MANAGER

    @property
    def records(self) -> bool:
        """Writes for everybody, not only for the own plots."""
        return self.role in {MANAGER, RECORDER}


def workplace(viewer: Viewer, token: str, *roles: str) -> Place:
    """The enterprise of a token for who sits in it with one of the roles (any, without). Raises NotFound, Forbidden."""
    enterprise = Enterprise.objects.filter(token=token, ended_at__isnull=True).select_related("unit").first()
    if enterprise is None:
        raise NotFound("Không tìm thấy cơ sở này. Kiểm tra lại đường dẫn.")
    role = must_sit(viewer, enterprise, *(roles or (MANAGER, RECORDER, MEMBER)))
    return Place(viewer, enterprise, role)


def my_enterprises(viewer: Viewer) -> QuerySet[Enterprise]:
    """Where the viewer sits."""
    return Enterprise.objects.filter(sat_in(viewer), ended_at__isnull=True).order_by("name")


def enterprises(viewer: Viewer, text: str = "") -> QuerySet[Enterprise]:
    """Enterprises of the officer's units, by name."""
    found = Enterprise.objects.filter(viewer.scope(VIEW, "unit_path"), ended_at__isnull=True)
    if text:
        found = found.filter(search_text__contains=search_text(text))
    return found.select_related("unit").order_by("search_text", "pk")


def _how_many(rows: QuerySet[Any]) -> Coalesce:
    """A count of an enterprise's rows as a column."""
    mine = rows.filter(enterprise=OuterRef("pk")).order_by().values("enterprise")
    return Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0)


def counted(rows: QuerySet[Enterprise]) -> QuerySet[Enterprise]:
    """Enterprises with households, plots, lines of a year and lots, all in one statement."""
    year = datetime.combine(today() - timedelta(days=365), time.min, VIETNAM)
    lines = Entry.objects.filter(happened_at__gte=year).exclude(state=Entry.State.WITHDRAWN)
    return rows.annotate(
        households=_how_many(Member.objects.filter(ended_at__isnull=True)),
        plots=_how_many(Site.objects.filter(ended_at__isnull=True, kind=Site.Kind.PLOT)),
        lines=_how_many(lines),
        lot_count=_how_many(Lot.objects.all()),
    )


def enterprise_at_desk(viewer: Viewer, token: str) -> Enterprise:
    """One enterprise for an officer of its unit."""
    found = enterprises(viewer).filter(token=token).first()
    if found is None:
        raise NotFound("Không tìm thấy cơ sở này ở đơn vị của đồng chí.")
    return found


def seats_of(viewer: Viewer, enterprise: Enterprise) -> list[Seat]:
    """Who sits there; for its managers and for officers of its unit."""
    must_sit(viewer, enterprise, MANAGER, right=VIEW)
    with widened("a manager reads who sits in the own enterprise"):
        rows = Seat.objects.filter(enterprise=enterprise, ended_at__isnull=True).select_related("person")
        return list(rows.order_by("role", "person__sort_key"))


def members(place: Place) -> QuerySet[Member]:
    """Households of the enterprise; a member sees the own."""
    rows = Member.objects.filter(enterprise=place.enterprise).select_related("group")
    if place.role == MEMBER:
        rows = rows.filter(person_id=place.person)
    return rows.annotate(plots=Count("sites", filter=Q(sites__ended_at__isnull=True))).order_by("code")


def groups(enterprise: Enterprise) -> QuerySet[Group]:
    """Groups with how many households each has."""
    live = Q(members__ended_at__isnull=True)
    rows = Group.objects.filter(enterprise=enterprise, ended_at__isnull=True)
    return rows.annotate(households=Count("members", filter=live)).order_by("name")


def plots(place: Place, *, kind: str = "") -> QuerySet[Site]:
    """Places in use that the viewer may write for."""
    rows = Site.objects.filter(enterprise=place.enterprise, ended_at__isnull=True)
    if place.role == MEMBER:
        rows = rows.filter(member__person_id=place.person)
    if kind:
        rows = rows.filter(kind=kind)
    living = Q(plants__ended_at__isnull=True)
    return (
        rows.select_related("member", "place")
        .annotate(trees=Count("plants", filter=living))
        .order_by("name", "pk")
    )


def plants(place: Place) -> QuerySet[Plant]:
    """Followed plants of those plots."""
    rows = Plant.objects.filter(site__enterprise=place.enterprise, ended_at__isnull=True)
    if place.role == MEMBER:
        rows = rows.filter(site__member__person_id=place.person)
    return rows.select_related("site").order_by("site", "code")


def entries(place: Place, asked: Mapping[str, str] | None = None) -> QuerySet[Entry]:
    """Lines of the book, newest first; a member's own lines and those about the own plots."""
    rows = Entry.objects.filter(enterprise=place.enterprise)
    if place.role == MEMBER:
        mine = Q(targets__site__member__person_id=place.person)
        mine |= Q(member__person_id=place.person)
        if place.viewer.account_id is not None:
            mine |= Q(recorded_by=place.viewer.account_id)
        rows = rows.filter(pk__in=Entry.objects.filter(mine, enterprise=place.enterprise).values("pk"))
    return (
        _narrowed(rows, asked or {})
        .select_related("input", "member", "group", "lot")
        .order_by("-happened_at", "-pk")
    )


def _narrowed(rows: QuerySet[Entry], asked: Mapping[str, str]) -> QuerySet[Entry]:
    if asked.get("viec"):
        rows = rows.filter(work=asked["viec"])
    if asked.get("thua"):
        rows = rows.filter(pk__in=Entry.objects.filter(targets__site=_uuid(asked["thua"])).values("pk"))
    if asked.get("xem") == "xem-lai":
        rows = rows.filter(state=Entry.State.REVIEW)
    first, last = _day(asked.get("tu", "")), _day(asked.get("den", ""))
    if first:
        rows = rows.filter(happened_at__gte=datetime.combine(first, time.min, VIETNAM))
    if last:
        rows = rows.filter(happened_at__lte=datetime.combine(last, time.max, VIETNAM))
    return rows


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def entry(place: Place, entry_id: UUID) -> Entry:
    """One line, if the viewer may read it."""
    found = (
        entries(place)
        .filter(pk=entry_id)
        .select_related("event", "season", "product", "review_of", "lot__product")
        .first()
    )
    if found is None:
        raise NotFound("Không tìm thấy dòng nhật ký này.")
    return found


def reviews(place: Place) -> QuerySet[Entry]:
    """Lines that wait for a look, the oldest first."""
    return entries(place, {"xem": "xem-lai"}).select_related("review_of").order_by("created_at")


def files_of(entry: Entry) -> list[EntryFile]:
    """Photos and voices of a line that the viewer was let see."""
    return list(entry.files.select_related("file").order_by("created_at"))


def raw_lots(place: Place) -> QuerySet[Lot]:
    """Lots that still hold something, for processing and storing."""
    rows = Lot.objects.filter(enterprise=place.enterprise, left__gt=0, state=Lot.State.OPEN)
    return rows.select_related("product").order_by("-made_on", "-code")


def raw_products(place: Place) -> QuerySet[Product]:
    """Raw materials that may be bought."""
    rows = Product.objects.filter(enterprise=place.enterprise, kind=Product.Kind.RAW, ended_at__isnull=True)
    return rows.order_by("name")


# ---- the first page and the writing page -----------------------------------------------------------------------


@dataclass(frozen=True)
class Usual:
    """A work that is usual this month: when it was last done."""

    term: str
    label: str
    icon: str
    last: date | None


def usual_works(place: Place) -> list[Usual]:
    """What is usual now for the crops that grow here, the longest undone first."""
    grown = set(plots(place, kind=Site.Kind.PLOT).values_list("crop", flat=True))
    wanted: dict[str, crops.Work] = {}
    for key in sorted(grown):
        crop = crops.crop_of(key)
        for work in crop.works if crop else ():
            if today().month in work.months:
                wanted.setdefault(work.term, work)
    done: dict[str, datetime] = dict(
        entries(place)
        .filter(work__in=list(wanted))
        .exclude(state=Entry.State.WITHDRAWN)
        .order_by()
        .values_list("work")
        .annotate(last=Max("happened_at"))
    )
    rows = [
        Usual(
            term,
            work.label,
            work.icon,
            done[term].astimezone(VIETNAM).date() if term in done else None,
        )
        for term, work in wanted.items()
    ]
    return sorted(rows, key=lambda one: one.last or date.min)


def waiting(place: Place) -> list[Block]:
    """Plots that may not be harvested today, the earliest end first."""
    keys = list(plots(place, kind=Site.Kind.PLOT).values_list("pk", flat=True))
    return sorted(waiting_plots(keys, today()).values(), key=lambda one: one.first_day)


def last_values(place: Place) -> dict[str, dict[str, str]]:
    """For each work what was used and how much at last, to be filled in beforehand."""
    found: dict[str, dict[str, str]] = {}
    rows = entries(place).exclude(state=Entry.State.WITHDRAWN).filter(amount__isnull=False)[:120]
    for row in rows:
        amount = (row.amount or Decimal(0)).normalize()
        kept = {"amount": f"{amount:f}".replace(".", ","), "input": str(row.input_id or "")}
        found.setdefault(row.work, kept)
    return found


def works_here(place: Place) -> list[dict[str, Any]]:
    """The works that can be written here, those usual this month first; each with the crops it belongs to."""
    grown = sorted(set(plots(place, kind=Site.Kind.PLOT).values_list("crop", flat=True)))
    found: dict[str, dict[str, Any]] = {}
    for usual in (True, False):
        for key in grown:
            crop = crops.crop_of(key)
            for work in crop.works if crop else ():
                if (today().month in work.months) is usual:
                    row = found.setdefault(
                        work.term, {"term": work.term, "label": work.label, "icon": work.icon, "crops": []}
                    )
                    row["crops"].append(key)
    more = ["weather"]
    if place.records:
        more += ["purchasing", *_processing(grown), "storing"]
    for term in more:
        label = vocabulary.label_of(vocabulary.step_uri(term))
        found.setdefault(term, {"term": term, "label": label, "icon": crops.icon_of(term), "crops": []})
    return list(found.values())


def _processing(grown: list[str]) -> list[str]:
    found = [crops.crop_of(key) for key in grown]
    return list(dict.fromkeys(term for crop in found if crop for term in crop.processing))


def figures(enterprise: Enterprise) -> dict[str, Any]:
    """What stands at the head of an enterprise's page. The caller has checked the right."""
    year = datetime.combine(today() - timedelta(days=365), time.min, VIETNAM)
    kept = Entry.objects.filter(enterprise=enterprise, happened_at__gte=year).exclude(
        state=Entry.State.WITHDRAWN
    )
    harvest = kept.filter(kind__in=[Entry.Kind.HARVEST, Entry.Kind.PURCHASE], uom="KGM")
    live = {"enterprise": enterprise, "ended_at__isnull": True}
    plots_ = Site.objects.filter(**live, kind=Site.Kind.PLOT)
    return {
        "members": Member.objects.filter(**live).count(),
        "plots": plots_.count(),
        "area": (plots_.aggregate(sum=Sum("area_m2"))["sum"] or Decimal(0)) / 10000,
        "plants": Plant.objects.filter(site__enterprise=enterprise, ended_at__isnull=True).count(),
        "entries": kept.count(),
        "harvest": harvest.aggregate(sum=Sum("amount"))["sum"] or Decimal(0),
        "lots": Lot.objects.filter(enterprise=enterprise).count(),
        "reviews": Entry.objects.filter(enterprise=enterprise, state=Entry.State.REVIEW).count(),
    }
