"""Making, keeping and renewing the pages behind the codes; recordings of co-operatives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import connection

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.documents.actions import keep_file, keep_made
from xaso.kernel.documents.intake import IMAGES, IntakeRule
from xaso.kernel.documents.models import File
from xaso.kernel.events import emit
from xaso.kernel.events.models import Event
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.trace.buyer import page
from xaso.services.trace.buyer.facts import facts_of
from xaso.services.trace.buyer.sound import kind_of_sound
from xaso.services.trace.models import Enterprise, Feedback, Lot, Product, PublicPage, Recording
from xaso.services.trace.rules.buyer import LANGS
from xaso.services.trace.seats import MANAGER, RECORDER, must_sit

# Events after which a kept page would tell what was. What many events change at once (a bulk capture, a diary line
# far up the way) is seen when the page's ten minutes are over.
CHANGING = (
    "trace.lot_processed",
    "trace.lot_packed",
    "trace.lot_published",
    "trace.lot_held",
    "trace.lot_recalled",
    "trace.lot_released",
    "trace.product_kept",
    "trace.item_kept",
    "trace.enterprise_edited",
    "trace.member_kept",
    "trace.certificate_added",
    "trace.certificate_ended",
    "trace.lab_test_added",
    "trace.ocop_recognised",
    "trace.ocop_withdrawn",
    "trace.feedback_given",
    "trace.feedback_answered",
    "trace.feedback_published",
    "trace.feedback_hidden",
    "trace.feedback_judged",
    "trace.photo_kept",
    "trace.recording_added",
    "trace.recording_ended",
)
VOICE_BYTES = 3 << 20
PHOTO = IntakeRule(kinds=IMAGES, max_bytes=8 << 20, max_side=1600)
STALE = timedelta(seconds=1)


@action
def freeze_page(viewer: Viewer, *, token: str, lang: str) -> PublicPage | None:
    """Make the page of a code anew and keep it; None when nothing published carries the code.

    Two at once make it once: the second waits for the first and takes its page.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"trace.page {token} {lang}"])
    row = PublicPage.objects.filter(token=token, lang=lang).first()
    if row is not None and row.build == page.build() and row.fresh_until > now():
        return row
    facts = facts_of(token, lang)
    if facts is None:
        return None
    made = page.make(facts)
    found, _ = PublicPage.objects.update_or_create(
        token=token,
        lang=lang,
        defaults={
            "lot": facts.lot,
            "product": facts.product,
            "build": page.build(),
            "etag": made.etag,
            "packed": made.packed,
            "facts": made.facts,
            "made_at": made.made_at,
            "fresh_until": made.fresh_until,
        },
    )
    return found


@action
def renew_pages(
    viewer: Viewer,
    *,
    lots: Iterable[UUID] = (),
    products: Iterable[UUID] = (),
    enterprises: Iterable[UUID] = (),
) -> int:
    """What is kept of these is made anew at the next look; answers how many pages that touches."""
    past, changed = now() - STALE, 0
    for field, keys in (("lot_id", lots), ("product_id", products), ("product__enterprise_id", enterprises)):
        wanted = list(keys)
        if wanted:
            rows = PublicPage.objects.filter(**{f"{field}__in": wanted}, fresh_until__gt=past)
            changed += rows.update(fresh_until=past)
    return changed


def on_change(event: Event) -> None:
    """Listener: a lot, a product, an enterprise, a certificate or a word of a buyer changed; so do pages."""
    viewer, kind, key = Viewer.system(), event.record_type, event.record_id
    if kind == "trace.lot":
        renew_pages(viewer, lots=[key])
    elif kind == "trace.product":
        renew_pages(viewer, products=[key])
    elif kind == "trace.enterprise":
        renew_pages(viewer, enterprises=[key])
    elif kind == "trace.feedback":
        rows = Feedback.objects.filter(pk=key)
        renew_pages(viewer, products=rows.values_list("product_id", flat=True))
    else:
        _by_unit(viewer, event)


def _by_unit(viewer: Viewer, event: Event) -> None:
    """Papers and recordings are few: whose they are is asked of the row itself."""
    from django.apps import apps

    model = apps.get_model(event.record_type)
    row = model.objects.filter(pk=event.record_id).first()
    if row is None:
        return
    product, enterprise = getattr(row, "product_id", None), getattr(row, "enterprise_id", None)
    if product:
        renew_pages(viewer, products=[product])
    elif enterprise:
        renew_pages(viewer, enterprises=[enterprise])


def keep_photo(
    viewer: Viewer, *, enterprise: Enterprise, content: bytes, product_id: UUID | None = None
) -> File:
    """The picture that buyers see of a product, or of the enterprise itself; it takes the place of the one before.

    For managers and recorders. Outside a transaction of one's own, as ``keep_file``. Raises BadFile, NotFound.
    """
    must_sit(viewer, enterprise, MANAGER, RECORDER, right="trace.manage")
    file = keep_file(
        viewer,
        content=content,
        name="anh.jpg",
        owner_service="trace.photo",
        unit_path=enterprise.unit_path,
        rule=PHOTO,
    )
    _set_photo(viewer, enterprise=enterprise, file=file, product_id=product_id)
    return file


@action
def _set_photo(viewer: Viewer, *, enterprise: Enterprise, file: File, product_id: UUID | None) -> None:
    """Hang a kept picture on the product or the enterprise."""
    of: Product | Enterprise | None = enterprise
    if product_id is not None:
        of = Product.objects.filter(pk=product_id, enterprise=enterprise).first()
    if of is None:
        raise NotFound("Không có sản phẩm này.")
    of.photo = file.pk
    of.save(update_fields=["photo"])
    emit("trace.photo_kept", record=of, unit_path=enterprise.unit_path, viewer=viewer)


@action
def add_recording(viewer: Viewer, *, product_id: UUID, lang: str, content: bytes) -> Recording:
    """A co-operative gives its product a voice; it takes the place of the one before in that language.

    For managers and recorders of the enterprise. Raises ActionError for what is no recording, or too long.
    """
    product = Product.objects.select_related("enterprise").filter(pk=product_id).first()
    if product is None:
        raise NotFound("Không có sản phẩm này.")
    must_sit(viewer, product.enterprise, MANAGER, RECORDER, right="trace.manage")
    if lang not in LANGS:
        raise ActionError("Chọn tiếng Việt hoặc tiếng Anh.", "lang")
    if len(content) > VOICE_BYTES:
        raise ActionError("Lời kể nặng quá 3 MB. Thu ngắn lại, khoảng hai phút là vừa.", "file")
    media_type = kind_of_sound(content)
    if not media_type:
        raise ActionError("Tệp này không phải lời thu âm. Gửi tệp MP3, M4A, OGG, WebM hoặc WAV.", "file")
    file = keep_made(
        viewer,
        content=content,
        name=f"loi-ke.{media_type.partition('/')[2]}",
        owner_service="trace.recording",
        unit_path=product.enterprise.unit_path,
        media_type=media_type,
    )
    end_recording(viewer, product_id=product.pk, lang=lang)
    row = Recording.objects.create(
        product=product,
        enterprise=product.enterprise,
        lang=lang,
        file=file,
        media_type=media_type,
        size=len(content),
    )
    emit("trace.recording_added", record=row, unit_path=product.enterprise.unit_path, viewer=viewer)
    return row


@action
def end_recording(viewer: Viewer, *, product_id: UUID, lang: str) -> None:
    """The recording in a language is not offered any more; nothing happens when there is none."""
    row = (
        Recording.objects.select_for_update(of=("self",))
        .select_related("enterprise")
        .filter(product_id=product_id, lang=lang, ended_at__isnull=True)
        .first()
    )
    if row is None:
        return
    must_sit(viewer, row.enterprise, MANAGER, RECORDER, right="trace.manage")
    row.ended_at = now()
    row.save(update_fields=["ended_at"])
    emit("trace.recording_ended", record=row, unit_path=row.enterprise.unit_path, viewer=viewer)


@action
def warm_pages(viewer: Viewer, *, limit: int = 200) -> int:
    """Make the pages of the newest published lots before anybody asks; answers how many."""
    done = 0
    tokens = (
        Lot.objects.filter(published_at__isnull=False)
        .order_by("-published_at")
        .values_list("token", flat=True)
    )
    for token in tokens[:limit]:
        for lang in LANGS:
            done += freeze_page(viewer, token=token, lang=lang) is not None
    return done
