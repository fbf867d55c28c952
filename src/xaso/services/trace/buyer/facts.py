"""What the page of a lot or a product tells, gathered once when the page is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Avg, Count, Q

from xaso.kernel.plain.moment import today
from xaso.kernel.units.models import Unit
from xaso.services.trace.buyer import way
from xaso.services.trace.buyer.pictures import Picture, picture_of
from xaso.services.trace.graph import Stage, way_of
from xaso.services.trace.models import (
    Enterprise,
    Entry,
    Feedback,
    Lot,
    Member,
    Product,
    Recall,
    Recording,
    Thing,
)
from xaso.services.trace.models.farm import Certificate, LabTest
from xaso.services.trace.models.ocop import OcopRecognition
from xaso.services.trace.naming import own
from xaso.services.trace.rules.buyer import state_of

NAMES, LISTED, LOTS = 12, 20, 12
LEAST_STARS = 3  # the mark of the programme begins at three stars


@dataclass(frozen=True)
class Paper:
    """A certificate with its state today: valid, expired or ended."""

    title: str
    number: str
    issuer: str
    state: str
    until: date | None


@dataclass(frozen=True)
class Rated:
    """The stars of all buyers, spam left out."""

    mean: float = 0.0
    count: int = 0


@dataclass
class Facts:
    """Everything a page is drawn from; ``lot`` is None for the page of a product."""

    token: str
    lang: str
    day: date
    product: Product
    enterprise: Enterprise
    lot: Lot | None
    picture: Picture | None = None
    portrait: Picture | None = None
    stages: Sequence[Stage] = ()
    steps: Sequence[way.Step] = ()
    care: Sequence[way.Care] = ()
    spots: Sequence[way.Spot] = ()
    names: Sequence[str] = ()
    households: int = 0
    papers: Sequence[Paper] = ()
    tests: Sequence[LabTest] = ()
    star: OcopRecognition | None = None
    rated: Rated = field(default_factory=Rated)
    said: Sequence[Feedback] = ()
    recording: Recording | None = None
    lots: Sequence[Lot] = ()
    uris: Sequence[str] = ()
    recall: Recall | None = None

    @property
    def name(self) -> str:
        """The product's name in the language of the page."""
        return (self.product.name_en if self.lang == "en" else "") or self.product.name

    @property
    def description(self) -> str:
        """What the product is."""
        product = self.product
        return (product.description_en if self.lang == "en" else "") or product.description

    @property
    def story(self) -> str:
        """What the enterprise tells of itself."""
        maker = self.enterprise
        return (maker.story_en if self.lang == "en" else "") or maker.story

    @property
    def home(self) -> Unit:
        """The commune (or province) of the enterprise, also where an office of it keeps the register."""
        unit = self.enterprise.unit
        while unit.parent is not None and unit.level not in (Unit.Level.COMMUNE, Unit.Level.PROVINCE):
            unit = unit.parent
        return unit

    @property
    def gtin(self) -> str:
        """The GTIN of the pack size, where one was issued."""
        return self.lot.item.gtin if self.lot is not None and self.lot.item is not None else ""


def facts_of(token: str, lang: str, day: date | None = None) -> Facts | None:
    """The facts behind a public code; None when nothing published carries it. The caller reaches all rows."""
    on = day or today()
    lot = (
        Lot.objects.select_related(
            "product", "enterprise__unit__parent__parent", "item", "site__member", "thing"
        )
        .filter(token=token, published_at__isnull=False)
        .first()
    )
    if lot is None:
        product = (
            Product.objects.select_related("enterprise__unit__parent__parent")
            .filter(token=token, is_public=True)
            .first()
        )
        if product is None:
            return None
        facts = Facts(token, lang, on, product, product.enterprise, None)
        facts.lots = list(
            Lot.objects.filter(product=product, published_at__isnull=False).order_by("-made_on")[:LOTS]
        )
        facts.uris = [own("class", product.token)]
    else:
        facts = Facts(token, lang, on, lot.product, lot.enterprise, lot)
        _add_way(facts, lot)
        facts.uris = _names_of(lot)
        facts.recall = (
            Recall.objects.filter(
                Q(lot=lot) | Q(things__lot=lot), state__in=[Recall.State.RUNNING, Recall.State.CLOSED]
            )
            .order_by("-started_at")
            .first()
        )
    _add_papers(facts)
    _add_voices(facts)
    return facts


def _names_of(lot: Lot) -> list[str]:
    further = Thing.objects.filter(same_as_id=lot.thing_id).order_by("id").values_list("uri", flat=True)
    return [lot.thing.uri, *further]


def _add_way(facts: Facts, lot: Lot) -> None:
    stages = way_of(lot, lang=facts.lang)
    sites = way.sites_of(stages)
    lots = _lots_of(stages, lot)
    facts.stages = stages
    facts.care = way.care_of(stages)
    facts.steps = way.steps_of(stages, sites, facts.lang)
    facts.spots = way.spots_of(stages, sites, [one for one in lots if one.pk != lot.pk], facts.lang)
    places = [*sites.values(), *(one.site for one in lots if one.site is not None)]
    members = {site.member_id: site.member for site in places if site.member is not None}
    sold = Entry.objects.filter(lot__in=lots, member__isnull=False).exclude(state=Entry.State.WITHDRAWN)
    members |= {one.member_id: one.member for one in sold.select_related("member") if one.member is not None}
    facts.households = len(members)
    facts.names = [_household(one) for one in members.values() if one is not None and one.shows_name][:NAMES]


def _lots_of(stages: Sequence[Stage], lot: Lot) -> list[Lot]:
    """The lot and what it was made of."""
    keys = {line.lot_id for stage in stages for line in stage.lines if line.lot_id and line.flow != 1}
    return list(Lot.objects.select_related("site__member", "site__place").filter(pk__in=keys | {str(lot.pk)}))


def _household(member: Member) -> str:
    return f"{member.name} ({member.hamlet})" if member.hamlet else member.name


def _add_papers(facts: Facts) -> None:
    """Certificates with their state, tests of this lot before those of the product, stars that are in force."""
    product, day = facts.product, facts.day
    rows = Certificate.objects.filter(
        Q(product=product) | Q(product__isnull=True), enterprise=facts.enterprise, is_public=True
    )
    papers = [
        Paper(
            one.standard,
            one.number,
            one.issuer,
            state_of(one.expires_on, one.ended_at is not None, day),
            one.expires_on,
        )
        for one in rows.order_by("-issued_on")[:LISTED]
    ]
    facts.papers = sorted(papers, key=lambda paper: paper.state != "valid")
    below = {line.lot_id for stage in facts.stages for line in stage.lines if line.lot_id}
    wanted = Q(product=product, lot__isnull=True) | Q(lot_id__in=below)
    if facts.lot is not None:
        wanted |= Q(lot=facts.lot)
    facts.tests = list(LabTest.objects.filter(wanted, is_public=True).order_by("-sampled_on")[:LISTED])
    facts.star = (
        OcopRecognition.objects.filter(
            product=product,
            withdrawn_on__isnull=True,
            signed_on__lte=day,
            expires_on__gte=day,
            stars__gte=LEAST_STARS,
        )
        .order_by("-stars", "-expires_on")
        .first()
    )


def _add_voices(facts: Facts) -> None:
    """Pictures, the recording in this language, stars and what was said."""
    facts.picture = picture_of(facts.product.photo)
    facts.portrait = picture_of(facts.enterprise.photo)
    facts.recording = Recording.objects.filter(
        product=facts.product, lang=facts.lang, ended_at__isnull=True
    ).first()
    said = Feedback.objects.filter(product=facts.product).exclude(state=Feedback.State.SPAM)
    told: dict[str, Any] = said.filter(kind=Feedback.Kind.RATING).aggregate(
        mean=Avg("stars"), count=Count("id")
    )
    facts.rated = Rated(round(float(told["mean"] or 0), 1), told["count"])
    facts.said = list(
        said.filter(published_at__isnull=False)
        .exclude(kind=Feedback.Kind.FAKE)
        .order_by("-published_at")[:LISTED]
    )
