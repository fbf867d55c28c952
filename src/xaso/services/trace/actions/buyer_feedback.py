"""What buyers write and what is done about it: rating, question, report of a fake; answer, publication, finding."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, NotFound, TooMany
from xaso.kernel.base.reach import widened
from xaso.kernel.documents.models import File
from xaso.kernel.events import emit
from xaso.kernel.messages.actions import Address, send
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import clean, nfc
from xaso.services.trace.actions.buyer_scans import device_hash
from xaso.services.trace.models import Feedback, Lot, Product
from xaso.services.trace.rules.buyer import in_force
from xaso.services.trace.seats import MANAGER, RECORDER, must_sit

FAKES = "trace.fakes"
LONGEST = 2000
GONE = "Không có ý kiến này."


@dataclass(frozen=True)
class Words:
    """What a buyer sends. ``stars`` for a rating only."""

    kind: str
    stars: int | None = None
    words: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    serial: str = ""
    bought_at: str = ""
    lang: str = "vi"
    origin: str = field(default="", repr=False)


def follow_hash(follow: str) -> str:
    """What is kept of the private address: whoever reads the table cannot open it."""
    return hashlib.sha256(follow.encode()).hexdigest()


@action
def must_not_write_too_much(viewer: Viewer, *, token: str, origin: str) -> None:
    """Raise TooMany when this device wrote a lot today, or the goods get a flood just now."""
    rule, day = in_force("writing", today()), today()
    with widened("how often a device wrote today, whoever it was"):
        mine = Feedback.objects.filter(device=device_hash(origin, day), day=day)
        of_device = mine.count()
        lately = Feedback.objects.filter(created_at__gte=now() - timedelta(hours=1))
        flood = (lately.filter(lot__token=token) | lately.filter(product__token=token)).count()
    if of_device >= rule["of_a_device_in_a_day"]:
        raise TooMany("Máy này đã gửi nhiều ý kiến hôm nay. Mai gửi tiếp, hoặc gọi cơ sở sản xuất.")
    if flood >= rule["of_a_lot_in_an_hour"]:
        raise TooMany("Sản phẩm này đang nhận rất nhiều ý kiến. Chờ một giờ rồi gửi lại.")


@action
def give_feedback(
    viewer: Viewer, *, token: str, said: Words, photo: File | None = None
) -> tuple[Feedback, str]:
    """A buyer writes about a published lot or product; answers the row and the secret of its private address.

    Raises ActionErrors by field, TooMany, NotFound.
    """
    must_not_write_too_much(viewer, token=token, origin=said.origin)
    with widened("which published goods a public code names"):
        lot, product = _goods(token)
    _check(said)
    follow, day = secrets.token_urlsafe(16), today()
    contact: Mapping[str, str] = {
        key: value for key, value in (("phone", said.phone), ("email", said.email)) if value
    }
    row = Feedback(
        kind=said.kind,
        lot=lot,
        product=product,
        enterprise=product.enterprise,
        unit_path=product.enterprise.unit_path,
        stars=said.stars if said.kind == Feedback.Kind.RATING else None,
        words=nfc(said.words).strip(),
        name=clean(said.name)[:80],
        # The secret goes along with the contact so that the answer can carry the private address.
        contact={**contact, "follow": follow} if contact else None,
        serial=clean(said.serial)[:40],
        bought_at=clean(said.bought_at)[:200],
        photo=photo,
        lang=said.lang,
        follow=follow_hash(follow),
        device=device_hash(said.origin, day),
        day=day,
    )
    row.save(force_insert=True)
    emit(
        "trace.feedback_given",
        record=row,
        unit_path=row.unit_path,
        viewer=viewer,
        data={"kind": row.kind, "what": row.get_kind_display().lower()},
    )
    return row, follow


def _goods(token: str) -> tuple[Lot | None, Product]:
    lot = (
        Lot.objects.select_related("product__enterprise")
        .filter(token=token, published_at__isnull=False)
        .first()
    )
    if lot is not None:
        return lot, lot.product
    product = Product.objects.select_related("enterprise").filter(token=token, is_public=True).first()
    if product is None:
        raise NotFound("Mã này chưa được công bố hoặc không có.")
    return None, product


def _check(said: Words) -> None:
    problems: dict[str, list[str]] = {}
    if said.kind not in Feedback.Kind.values:
        raise NotFound("Không có loại ý kiến này.")
    if said.kind == Feedback.Kind.RATING and said.stars not in (1, 2, 3, 4, 5):
        problems["stars"] = ["Chọn từ 1 đến 5 sao."]
    if said.kind != Feedback.Kind.RATING and len(said.words.strip()) < 5:
        what = "câu hỏi" if said.kind == Feedback.Kind.QUESTION else "vì sao nghi là hàng giả"
        problems["words"] = [f"Viết {what}, ít nhất vài chữ."]
    if len(said.words) > LONGEST:
        problems["words"] = [f"Viết ngắn lại, nhiều nhất {LONGEST} chữ cái."]
    if problems:
        raise ActionErrors(problems)


def _locked(feedback_id: UUID) -> Feedback:
    row = (
        Feedback.objects.select_for_update(of=("self",))
        .select_related("enterprise", "product")
        .filter(pk=feedback_id)
        .first()
    )
    if row is None:
        raise NotFound(GONE)
    return row


@action
def answer_feedback(viewer: Viewer, *, feedback_id: UUID, answer: str) -> Feedback:
    """The enterprise answers; who left a telephone number or an address is told. An answer may be written anew.

    For managers and recorders of the enterprise.
    """
    row = _locked(feedback_id)
    must_sit(viewer, row.enterprise, MANAGER, RECORDER)
    words = nfc(answer).strip()
    if not 2 <= len(words) <= LONGEST:
        raise ActionError(f"Viết câu trả lời, nhiều nhất {LONGEST} chữ cái.", "answer")
    if row.state == Feedback.State.SPAM:
        raise Conflict("Tin này đã được cán bộ xếp là tin rác.")
    first = row.answered_at is None
    row.answer, row.answered_at, row.answered_by = words, now(), viewer.account_id
    row.state = Feedback.State.ANSWERED
    row.save(update_fields=["answer", "answered_at", "answered_by", "state"])
    emit("trace.feedback_answered", record=row, unit_path=row.unit_path, viewer=viewer)
    if first and row.contact:
        _tell_buyer(viewer, row)
    return row


def _tell_buyer(viewer: Viewer, row: Feedback) -> None:
    contact: Mapping[str, str] = row.contact
    send(
        viewer,
        "trace.buyer_answered",
        to=Address(row.name, contact.get("phone", ""), contact.get("email", "")),
        data={"product": row.product.name, "maker": row.enterprise.short_name or row.enterprise.name},
        record=row,
        unit_path=row.unit_path,
        link=f"/trace/y-kien/{contact['follow']}/",
    )


@action
def publish_feedback(viewer: Viewer, *, feedback_id: UUID, shown: bool) -> Feedback:
    """The manager lets others read a buyer's words and the answer, or takes them off the page; stars stay."""
    row = _locked(feedback_id)
    must_sit(viewer, row.enterprise, MANAGER)
    if row.kind == Feedback.Kind.FAKE:
        raise Conflict("Tin báo hàng giả không công bố; cán bộ xã xem và kết luận.")
    if shown and row.state == Feedback.State.SPAM:
        raise Conflict("Tin này đã được cán bộ xếp là tin rác.")
    if (row.published_at is not None) == shown:
        return row
    row.published_at = now() if shown else None
    row.save(update_fields=["published_at"])
    name = "trace.feedback_published" if shown else "trace.feedback_hidden"
    emit(name, record=row, unit_path=row.unit_path, viewer=viewer)
    return row


@action
def judge_feedback(viewer: Viewer, *, feedback_id: UUID, finding: str, note: str = "") -> Feedback:
    """An officer finds whether goods are false ("fake", "genuine", "unclear"), or that the words are spam ("spam").

    Needs ``trace.fakes`` on the unit of the enterprise. A finding needs its reason.
    """
    row = _locked(feedback_id)
    viewer.must(FAKES, row.unit_path)
    note = clean(note)[:500]
    if finding == Feedback.State.SPAM:
        row.state, row.published_at = Feedback.State.SPAM, None
    elif row.kind != Feedback.Kind.FAKE or finding not in Feedback.Finding.values or not finding:
        raise ActionError("Chọn một kết luận.", "finding")
    elif len(note) < 5:
        raise ActionError("Ghi căn cứ của kết luận.", "note")
    else:
        row.finding = Feedback.Finding(finding)
    row.finding_note, row.found_at = note, now()
    row.save(update_fields=["state", "published_at", "finding", "finding_note", "found_at"])
    emit(
        "trace.feedback_judged",
        record=row,
        unit_path=row.unit_path,
        viewer=viewer,
        data={"finding": finding},
    )
    return row


@action
def forget_contacts(viewer: Viewer) -> int:
    """Forget telephone numbers and addresses of buyers who wrote long ago; answers how many."""
    before = now() - timedelta(days=in_force("keeping", today())["contact_days"])
    old = Feedback.objects.filter(created_at__lt=before, contact__isnull=False)
    return old.update(contact=None)


def forget_contacts_daily() -> None:
    """The job of each night."""
    with transaction.atomic():
        forget_contacts(Viewer.system())
