"""What buyers did with the demo's goods: scans, ratings, a question with its answer, a report of a fake; pictures."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.db import transaction
from PIL import Image, ImageDraw

from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import ANONYMOUS, Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import now
from xaso.services.trace.actions import buyer_feedback as writing
from xaso.services.trace.actions.buyer_pages import keep_photo, warm_pages
from xaso.services.trace.actions.buyer_scans import note_scan
from xaso.services.trace.demo.coops import ORANGE, TEA
from xaso.services.trace.models import Enterprise, Feedback, Lot, Product, Seat

Colours = tuple[str, str, str]
TEA_COLOURS: Colours = ("#dfe9d8", "#5d8a4a", "#2f5a2b")
ORANGE_COLOURS: Colours = ("#fbeedd", "#e58a1f", "#3f7a35")
TEA_WORDS = (
    (5, "Nước vàng xanh, hậu ngọt lâu. Cả nhà đều thích.", "Chị Hoa", "Cảm ơn chị đã ủng hộ bà con."),
    (5, "Quét mã thấy đúng nương và ngày hái, yên tâm.", "Anh Minh", "Cảm ơn anh. Mỗi lô đều ghi như vậy ạ."),
    (4, "Ngon nhưng hộp hơi khó mở.", "", ""),
    (5, "", "", ""),
)
ORANGE_WORDS = ((5, "Cam mọng, ngọt vừa.", "Cô Lan", "Cảm ơn cô."), (3, "Có vài quả nhỏ.", "", ""))


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], say: Callable[[str], None] = print, **_: Any
) -> None:
    """Pictures, scans and words of buyers; nothing the second time."""
    tea = Enterprise.objects.filter(name=TEA["name"]).first()
    orange = Enterprise.objects.filter(name=ORANGE["name"]).first()
    if tea is None or orange is None or Feedback.objects.exists():
        return
    chance = random.Random(20260322)
    for enterprise, colours in ((tea, TEA_COLOURS), (orange, ORANGE_COLOURS)):
        _pictures(enterprise, colours)
    with transaction.atomic():
        lots = _published(tea)
        _write(tea, lots, TEA_WORDS)
        _write(orange, _published(orange), ORANGE_WORDS)
        if lots:
            _ask(tea, lots[0])
        scans = sum(_scan(lot, chance) for lot in [*lots[:6], *_published(orange)[:4]])
    made = warm_pages(Viewer.system(), limit=4)
    say(f"Người mua: {Feedback.objects.count()} ý kiến, {scans} máy đã quét, {made} trang dựng sẵn")


def _manager(enterprise: Enterprise) -> Viewer:
    seat = Seat.objects.select_related("person").get(
        enterprise=enterprise, role=Seat.Role.MANAGER, ended_at__isnull=True
    )
    return Viewer(kind="citizen", person_id=seat.person_id, name=seat.person.full_name)


def _published(enterprise: Enterprise) -> list[Lot]:
    rows = Lot.objects.filter(enterprise=enterprise, published_at__isnull=False, state=Lot.State.OPEN)
    return list(rows.order_by("-made_on", "code"))


def _pictures(enterprise: Enterprise, colours: Colours) -> None:
    """Drawn, not taken: a demo shows nobody's photograph."""
    keep_photo(Viewer.system(), enterprise=enterprise, content=_hills(colours))
    drawn = _tea if colours is TEA_COLOURS else _fruit
    for product in Product.objects.filter(enterprise=enterprise, kind=Product.Kind.DONE):
        keep_photo(Viewer.system(), enterprise=enterprise, content=drawn(colours), product_id=product.pk)


def _jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def _hills(colours: Colours) -> bytes:
    """Hills with rows of bushes."""
    ground, bright, dark = colours
    picture = Image.new("RGB", (1200, 800), "#cfe0ee")
    pen = ImageDraw.Draw(picture)
    for number, tone in enumerate((ground, bright, dark)):
        top = 300 + number * 130
        pen.polygon(
            [(0, 800), (0, top), (300, top - 110), (700, top + 40), (1200, top - 90), (1200, 800)], fill=tone
        )
    for row in range(6):
        for place in range(24):
            left, down = place * 52 + row % 2 * 26, 600 + row * 34
            pen.ellipse((left, down, left + 40, down + 26), fill=bright)
    return _jpeg(picture)


def _fruit(colours: Colours) -> bytes:
    """A heap on a tray."""
    ground, bright, dark = colours
    picture = Image.new("RGB", (1200, 900), ground)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((140, 480, 1060, 860), fill="#8a5a34")
    pen.ellipse((180, 500, 1020, 820), fill="#b07a4b")
    for row in range(4):
        for place in range(7 - row):
            left, down = 240 + place * 105 + row * 52, 590 - row * 95
            pen.ellipse((left, down, left + 120, down + 120), fill=bright, outline=dark, width=4)
            pen.polygon([(left + 60, down), (left + 96, down - 34), (left + 74, down + 12)], fill=dark)
    return _jpeg(picture)


def _tea(colours: Colours) -> bytes:
    """Dried leaves on a tray, a fresh sprig of a bud and two leaves, a cup."""
    ground, bright, dark = colours
    picture = Image.new("RGB", (1200, 900), ground)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((80, 420, 860, 850), fill="#8a5a34")
    pen.ellipse((115, 440, 825, 815), fill="#b07a4b")
    chance = random.Random(7)
    for _ in range(520):
        turn, far = chance.uniform(0, 2 * math.pi), math.sqrt(chance.random())
        left, down = 470 + 290 * far * math.cos(turn), 620 + 135 * far * math.sin(turn) - 60 * (1 - far)
        start = chance.uniform(0, 360)
        tone = chance.choice(("#2b3a26", "#3d4c30", "#55613c", "#8d927c"))
        box = (left - 34, down - 16, left + 34, down + 16)
        pen.arc(box, start, start + chance.uniform(110, 190), fill=tone, width=9)
    _leaf(pen, (420, 560), 205, 300, bright, dark)
    _leaf(pen, (420, 560), 330, 300, bright, dark)
    _leaf(pen, (420, 560), 268, 210, "#9cc07c", dark)
    pen.ellipse((800, 640, 1130, 730), fill="#c9cfc4")
    pen.polygon([(840, 500), (1090, 500), (1045, 690), (885, 690)], fill="#ffffff")
    pen.ellipse((880, 665, 1050, 715), fill="#ffffff")
    pen.ellipse((840, 465, 1090, 535), fill="#eef1ea", outline="#c9cfc4", width=4)
    pen.ellipse((862, 475, 1068, 526), fill="#c9b64a")
    return _jpeg(picture)


def _leaf(
    pen: ImageDraw.ImageDraw, stem: tuple[int, int], turn: float, long: float, fill: str, dark: str
) -> None:
    """A pointed leaf from its stem; ``turn`` in degrees, 270 is up."""
    along = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    across = -along[1], along[0]
    edge = [
        (
            stem[0] + along[0] * long * part + across[0] * side * long * 0.17 * math.sin(math.pi * part**0.8),
            stem[1] + along[1] * long * part + across[1] * side * long * 0.17 * math.sin(math.pi * part**0.8),
        )
        for side, parts in ((1, range(0, 21)), (-1, range(20, -1, -1)))
        for part in (step / 20 for step in parts)
    ]
    pen.polygon(edge, fill=fill, outline=dark)
    tip = stem[0] + along[0] * long * 0.94, stem[1] + along[1] * long * 0.94
    pen.line([stem, tip], fill=dark, width=5)


def _write(enterprise: Enterprise, lots: Sequence[Lot], said: Sequence[tuple[int, str, str, str]]) -> None:
    manager = _manager(enterprise)
    for number, (stars, words, name, answer) in enumerate(said):
        if not lots:
            return
        given = writing.Words(kind="rating", stars=stars, words=words, name=name, origin=f"demo {number}")
        with moment.frozen(now() - timedelta(days=12 - number * 2)):
            row, _ = writing.give_feedback(ANONYMOUS, token=lots[number % len(lots)].token, said=given)
        if answer:
            writing.answer_feedback(manager, feedback_id=row.pk, answer=answer)
            writing.publish_feedback(manager, feedback_id=row.pk, shown=True)


def _ask(enterprise: Enterprise, lot: Lot) -> None:
    """A question that was answered, one that waits, and a report of a fake for the commune."""
    asked = writing.Words(
        kind="question", words="Pha nước bao nhiêu độ thì ngon?", name="Anh Tú", origin="demo hỏi"
    )
    row, _ = writing.give_feedback(ANONYMOUS, token=lot.token, said=asked)
    manager = _manager(enterprise)
    writing.answer_feedback(manager, feedback_id=row.pk, answer="Anh pha nước khoảng 85 độ, hãm hai phút.")
    writing.publish_feedback(manager, feedback_id=row.pk, shown=True)
    for kind, words, where in (
        ("question", "Cơ sở có bán sỉ cho quán trà không?", ""),
        ("fake", "Tem in mờ, lớp cào đã cào sẵn, giá rẻ một nửa.", "Gian hàng trên mạng xã hội"),
    ):
        said = writing.Words(kind=kind, words=words, bought_at=where, origin=f"demo {kind}")
        writing.give_feedback(ANONYMOUS, token=lot.token, said=said)


def _scan(lot: Lot, chance: random.Random) -> int:
    devices = chance.randint(3, 14)
    for number in range(devices):
        with moment.frozen(now() - timedelta(days=chance.randint(0, 20))):
            note_scan(ANONYMOUS, code=lot.token, origin=f"demo {lot.code} {number}")
    return devices
