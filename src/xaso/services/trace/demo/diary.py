"""A tea and an orange co-operative in the demo commune: the year of their diary and what became of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.services.trace.actions import goods
from xaso.services.trace.actions.diary import record_entry, record_many
from xaso.services.trace.actions.lots import pack_lot, process_lots, publish_lot
from xaso.services.trace.demo.coops import COMMUNE, TEA, Coop, make_orange, make_tea
from xaso.services.trace.diary_lines import Line
from xaso.services.trace.models import Enterprise, Lot, Product, Site, TradeItem


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], say: Callable[[str], None] = print, **_: Any
) -> None:
    """Two co-operatives and the year behind them; nothing the second time."""
    if Enterprise.objects.filter(name=TEA["name"]).exists():
        return
    chance = random.Random(20260301)
    begin = datetime.combine(today() - timedelta(days=380), time(8), VIETNAM)
    with moment.frozen(begin), transaction.atomic():
        tea = make_tea(viewer, chance)
        orange = make_orange(viewer, chance)
    say(
        f"Hai hợp tác xã: {len(tea.plots) + len(orange.plots)} thửa, {len(tea.members) + len(orange.members)} hộ"
    )
    lines = _write(tea, _tea_year(tea, chance)) + _write(orange, _orange_year(orange, chance))
    say(f"Nhật ký một năm: {lines} dòng")
    with transaction.atomic():
        made = _dry_tea(tea) + _crates(orange)
        _doubt(tea)
    say(f"{made} lô thành phẩm")


# ---- a year of lines ---------------------------------------------------------------------------------------------


def _days(*months: int) -> Iterator[date]:
    """The tenth of these months in the year behind today."""
    for back in range(364, 0, -1):
        day = today() - timedelta(days=back)
        if day.day == 10 and day.month in months:
            yield day


def _line(coop: Coop, day: date, work: str, key: str, **facts: Any) -> Line:
    at = datetime.combine(day, time(9 + len(key) % 7, (day.day * 7) % 60), VIETNAM)
    if "amount" in facts:
        facts["amount"] = Decimal(str(round(facts["amount"], 1)))
    return Line(
        client_key=f"demo-{coop.enterprise.token}-{day:%y%m%d}-{work}-{key}",
        work=work,
        happened_at=at,
        **facts,
    )


def _for_groups(coop: Coop, day: date, work: str, used: str = "", amount: float = 0) -> Iterator[Line]:
    for number, group in enumerate(coop.groups):
        facts: dict[str, Any] = {"group": group.pk}
        if used:
            facts |= {"input": coop.inputs[used].pk, "amount": amount * (8 + number)}
        yield _line(coop, day + timedelta(days=number), work, str(number), **facts)


def _weather(coop: Coop, chance: random.Random) -> Iterator[Line]:
    for back in range(360, 0, -12):
        day = today() - timedelta(days=back)
        cold = 4 if day.month in {12, 1, 2} else 17
        facts = {
            "rain_mm": str(
                chance.choice((0, 0, 4, 12, 35)) if day.month not in {5, 6, 7, 8} else chance.randint(0, 80)
            ),
            "low_c": str(cold + chance.randint(0, 4)),
            "high_c": str(cold + chance.randint(8, 13)),
            "sky": chance.choice(("Nắng", "Nhiều mây", "Sương mù", "Mưa")),
        }
        yield _line(coop, day, "weather", "w", sites=[coop.plots[0].pk], facts=facts)


def _tea_year(coop: Coop, chance: random.Random) -> list[Line]:
    lines = list(_weather(coop, chance))
    for day in _days(2, 7, 9):
        lines += _for_groups(coop, day, "fertilising", "Phân chuồng ủ hoai", 60)
    for day in _days(4, 6, 8, 10):
        lines += _for_groups(coop, day, "weeding")
    for day in _days(12):
        lines += _for_groups(coop, day, "pruning")
    for day in _days(5, 8):
        lines += _for_groups(coop, day + timedelta(days=4), "spraying", "Chế phẩm tỏi ớt gừng", 2)
    for back in range(356, 2, -13):
        day = today() - timedelta(days=back)
        if not 3 <= day.month <= 11:
            continue
        turn = back // 13
        for number in range(6):
            plot = coop.plots[(turn * 6 + number) % len(coop.plots)]
            lines.append(_picked(coop, day, plot, turn, chance))
    return lines


def _picked(coop: Coop, day: date, plot: Site, turn: int, chance: random.Random) -> Line:
    plants = coop.plants.get(plot.pk)
    amount = chance.uniform(11, 26)
    if plants and turn % 2:
        chosen = chance.sample(plants, 8)
        return _line(
            coop, day, "harvesting", plot.pk.hex[-6:], plants=[one.pk for one in chosen], amount=amount / 3
        )
    return _line(coop, day, "harvesting", plot.pk.hex[-6:], sites=[plot.pk], amount=amount)


def _orange_year(coop: Coop, chance: random.Random) -> list[Line]:
    lines = list(_weather(coop, chance))
    for day in _days(2, 6, 9):
        lines += _for_groups(coop, day, "fertilising", "Phân chuồng ủ hoai", 90)
    for day in _days(3, 7):
        lines += _for_groups(coop, day, "spraying", "Dầu khoáng 99EC", 1)
    for day in _days(5, 8):
        lines += _for_groups(coop, day, "weeding")
    for day in _days(1):
        lines += _for_groups(coop, day, "pruning")
    for back in range(358, 2, -9):
        day = today() - timedelta(days=back)
        if day.month in {10, 11, 12, 1}:
            for number in range(3):
                plot = coop.plots[(back // 9 * 3 + number) % len(coop.plots)]
                lines.append(
                    _line(
                        coop,
                        day,
                        "harvesting",
                        plot.pk.hex[-6:],
                        sites=[plot.pk],
                        amount=chance.uniform(90, 240),
                    )
                )
    return lines


def _write(coop: Coop, lines: list[Line]) -> int:
    """The lines month by month, each month as it was written then."""
    lines = sorted((one for one in lines if one.happened_at < now()), key=lambda one: one.happened_at)
    months: dict[tuple[int, int], list[Line]] = {}
    for one in lines:
        months.setdefault((one.happened_at.year, one.happened_at.month), []).append(one)
    for part in months.values():
        with moment.frozen(part[-1].happened_at + timedelta(minutes=20)):
            record_many(coop.recorder, enterprise=coop.enterprise, lines=part)
    return len(lines)


# ---- what became of it -----------------------------------------------------------------------------------------


def _dry_tea(coop: Coop) -> int:
    """Each round of picking becomes a lot of dry tea; the newest are packed and shown to buyers."""
    tea = goods.keep_product(
        coop.manager,
        enterprise=coop.enterprise,
        facts={
            "name": "Chè Shan tuyết Ky Quan San", "name_en": "Ky Quan San Shan snow tea", "kind": "done", "crop": "tea",
            "uom": "KGM", "brand": "Ky Quan San", "shelf_life_days": 540, "is_public": True,
            "standards": "VietGAP trồng trọt; TCVN 1454 (cơ sở công bố)",
            "description": "Chè Shan hái tay một tôm hai lá, sao chảo gang, hương cốm, hậu ngọt.",
            "description_en": "Hand-picked one bud and two leaves, pan-fired, sweet aftertaste.",
            "storage_note": "Nơi khô, kín, tránh nắng.",
        },
    )  # fmt: skip
    item = goods.keep_item(coop.manager, product=tea, name="Hộp 200 g", net_quantity=Decimal("0.2"))
    workshop = coop.enterprise.sites.get(kind=Site.Kind.WORKSHOP)
    rounds: dict[date, list[Lot]] = {}
    for lot in Lot.objects.filter(enterprise=coop.enterprise, product__kind="raw").order_by(
        "made_on", "code"
    ):
        rounds.setdefault(lot.made_on, []).append(lot)
    newest = sorted(rounds)[-6:]
    for day, leaves in sorted(rounds.items()):
        _one_round(coop, day, leaves, tea, workshop, item if day in newest else None)
    return len(rounds)


def _one_round(
    coop: Coop, day: date, leaves: list[Lot], tea: Product, workshop: Site, item: TradeItem | None
) -> None:
    whole = sum((lot.left for lot in leaves), Decimal(0))
    with moment.frozen(datetime.combine(day, time(20), VIETNAM)):
        dry = process_lots(
            coop.recorder,
            enterprise=coop.enterprise,
            inputs=[(lot.pk, lot.left) for lot in leaves],
            product=tea,
            quantity=(whole * Decimal("0.21")).quantize(Decimal("0.1")),
            made_on=day,
            site=workshop,
            step="roasting",
        )
    with moment.frozen(datetime.combine(day, time(22), VIETNAM)):
        publish_lot(coop.manager, lot=dry)
        if item is not None:
            packed = pack_lot(coop.recorder, lot=dry, item=item, packs=40, site=workshop)
            publish_lot(coop.manager, lot=packed)


def _crates(coop: Coop) -> int:
    """Oranges are graded and sold by the kilogram; each day of harvest is one lot that buyers see."""
    fruit = goods.keep_product(
        coop.manager,
        enterprise=coop.enterprise,
        facts={
            "name": "Cam sành Nậm Pẻn", "name_en": "Nam Pen oranges", "kind": "done", "crop": "orange", "uom": "KGM",
            "shelf_life_days": 30, "is_public": True, "storage_note": "Nơi mát, thoáng.",
            "description": "Cam sành chín cây, vỏ mỏng, nhiều nước.",
        },
    )  # fmt: skip
    days: dict[date, list[Lot]] = {}
    for lot in Lot.objects.filter(enterprise=coop.enterprise, product__kind="raw").order_by(
        "made_on", "code"
    ):
        days.setdefault(lot.made_on, []).append(lot)
    for day, picked in sorted(days.items()):
        whole = sum((lot.left for lot in picked), Decimal(0))
        with moment.frozen(datetime.combine(day, time(19), VIETNAM)):
            lot = process_lots(
                coop.recorder,
                enterprise=coop.enterprise,
                inputs=[(one.pk, one.left) for one in picked],
                product=fruit,
                quantity=(whole * Decimal("0.95")).quantize(Decimal("0.1")),
                made_on=day,
                step="grading",
                sure=True,
            )
            publish_lot(coop.manager, lot=lot)
    return len(days)


def _doubt(coop: Coop) -> None:
    """Two people wrote the same weeding: one line waits for a look. And one plot waits after a spraying."""
    plot, day = coop.plots[0], today() - timedelta(days=2)
    member = Viewer(
        kind="citizen", person_id=coop.members[0].person_id, name=coop.members[0].name, unit_path=COMMUNE
    )
    first = _line(coop, day, "weeding", "member", sites=[plot.pk], note="Làm cỏ bờ trên.")
    record_entry(member, enterprise=coop.enterprise, line=first)
    second = _line(coop, day, "weeding", "recorder", sites=[plot.pk], note="Cả nhà bà Dất làm cỏ.")
    record_entry(coop.recorder, enterprise=coop.enterprise, line=second)
    used = coop.inputs["Abamectin 1.8EC"]
    spray = _line(
        coop,
        today() - timedelta(days=3),
        "spraying",
        "late",
        sites=[coop.plots[5].pk],
        input=used.pk,
        amount=0.2,
    )
    record_entry(coop.recorder, enterprise=coop.enterprise, line=spray)
