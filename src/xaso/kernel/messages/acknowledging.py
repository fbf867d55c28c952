""" "Đã nhận": by the signed link, by telephone, at the desk, or by an answer."""

from __future__ import annotations

import base64
import re
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.events import emit
from xaso.kernel.messages.mass_models import Acknowledgement, Mailing, Receiver
from xaso.kernel.messages.mass_wording import Wording, fill
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import clean

SALT = "messages.acknowledge"
_TAIL = 12
# The sentence at the end of a line that leads to the link: "Bấm đã nhận: {link}".
_TO_LINK = re.compile(r"(?:^|(?<=[.!?] ))[^.!?\n]*\{link\}\.?[ \t]*$", re.M)


def ack_link(receiver_id: UUID) -> str:
    """The address of the page with the button "đã nhận": short, for it stands in text messages."""
    head = base64.urlsafe_b64encode(receiver_id.bytes).rstrip(b"=").decode()
    return f"{settings.XASO_BASE_URL}/nhan/{head}{_tail(head, settings.SECRET_KEY)}/"


def _tail(head: str, secret: str) -> str:
    digest = salted_hmac(SALT, head, secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:9]).decode()


def receiver_of(token: str) -> Receiver:
    """The receiver behind a link; raises NotFound for a false one. Whoever holds the link is let see the text."""
    head, tail = token[:-_TAIL], token[-_TAIL:]
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    wrong = NotFound("Đường dẫn này không đúng hoặc đã bị sửa.")
    if len(head) != 22 or not any(constant_time_compare(tail, _tail(head, one)) for one in secrets):
        raise wrong
    with widened("the page behind the signed link of one receiver"):
        row = (
            Receiver.objects.filter(pk=UUID(bytes=base64.urlsafe_b64decode(head + "==")))
            .select_related("mailing")
            .first()
        )
    if row is None:
        raise wrong
    return row


def words_for(receiver: Receiver) -> tuple[str, str]:
    """Subject and body as this receiver is told them."""
    mailing = receiver.mailing
    wording = Wording.from_json(mailing.wording)
    facts = receiver.facts
    values = {**facts.get("data", {}), "name": facts.get("name", ""), "link": ""}
    # Here the button stands in the place of the link: a sentence that led to it would end in nothing.
    body = _TO_LINK.sub("", wording.body).strip() or wording.body
    return wording.subject_text(values, drill=mailing.drill), fill(body, values)


@action
def acknowledge(viewer: Viewer, *, token: str) -> Receiver:
    """The holder of a link presses "đã nhận". Repeating it is harmless."""
    receiver = receiver_of(token)
    with widened("the holder of a signed link says that the message has come"):
        _keep(viewer, receiver, Acknowledgement.How.LINK, "")
    return receiver


@action
def note_call(
    viewer: Viewer, *, receiver_id: UUID, reached: bool, note: str = "", by_call: bool = True
) -> Receiver:
    """Somebody called a receiver of the list (or met them): reached counts as "đã nhận"; else the try is noted."""
    receiver = (
        Receiver.objects.select_for_update(of=("self",))
        .select_related("mailing")
        .filter(pk=receiver_id)
        .first()
    )
    if receiver is None:
        raise NotFound("Không có người nhận này.")
    viewer.must("messages.mass", receiver.mailing.unit_path)
    receiver.called_at, receiver.called_by, receiver.call_note = now(), viewer.account_id, clean(note)[:200]
    receiver.save(update_fields=["called_at", "called_by", "call_note"])
    if reached:
        how = Acknowledgement.How.CALL if by_call else Acknowledgement.How.DESK
        _keep(viewer, receiver, how, note)
    return receiver


def keep_answer(viewer: Viewer, receiver: Receiver, note: str) -> None:
    """An answer that says "đã nhận" counts as such. Call inside an action."""
    if viewer.kind != "system":
        raise Forbidden()
    _keep(viewer, receiver, Acknowledgement.How.REPLY, note)


def _keep(viewer: Viewer, receiver: Receiver, how: str, note: str) -> None:
    if receiver.mailing.state == Mailing.State.REFUSED:
        raise ActionError("Đợt gửi này không được duyệt.")
    _, fresh = Acknowledgement.objects.get_or_create(
        receiver=receiver,
        defaults={"how": how, "noted_by": viewer.account_id, "note": clean(note)[:300]},
    )
    if not fresh:
        return
    receiver.state, receiver.next_at, receiver.to_call = Receiver.State.ACKNOWLEDGED, None, False
    receiver.save(update_fields=["state", "next_at", "to_call"])
    data = {"mailing_id": str(receiver.mailing_id), "how": how}
    emit(
        "messages.acknowledged",
        record=receiver,
        unit_path=receiver.mailing.unit_path,
        viewer=viewer,
        data=data,
    )
