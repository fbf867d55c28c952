"""The person at the counter: what is typed, what the card's QR says, what the population database answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.fields import keyed_hash, keyed_hashes
from xaso.kernel.connectors.population import PersonQuestion, population
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.people.actions import find_person
from xaso.kernel.people.looking import view_once
from xaso.kernel.people.models import Identifier, Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.idcard import IdCard, NotACard, parse_card
from xaso.kernel.ui.fields import DateField, IdNumberField, NameField, PhoneField, TextField
from xaso.kernel.ui.forms import ask
from xaso.services.onestop.actions.drafts import WAYS
from xaso.services.onestop.actions.filing import Applicant

PREFIX = "nop"
SALT = "onestop.desk.proof"
_PROOF = "onestop_proof"
SCAN = ",".join(
    f"{fact}={PREFIX}-{name}"
    for fact, name in (
        ("number", "id_number"),
        ("full_name", "full_name"),
        ("birth_date", "birth_date"),
        ("sex", "sex"),
        ("address", "address"),
    )
)


class ApplicantForm(forms.Form):
    """Whose dossier it is."""

    id_number = IdNumberField(
        label="Số định danh cá nhân",
        required=False,
        scan=SCAN,
        help_text="Đưa thẻ vào máy quét hoặc nhập tay. Mã trên thẻ chỉ giúp điền, chưa xác thực.",
    )
    full_name = NameField(
        label="Họ, chữ đệm và tên",
        error_messages={"required": "Nhập họ, chữ đệm và tên của người nộp"},
    )
    birth_date = DateField(label="Ngày sinh", partial=True, required=False)
    sex = forms.ChoiceField(
        label="Giới tính",
        required=False,
        choices=(("", "Chưa rõ"), ("male", "Nam"), ("female", "Nữ")),
        widget=forms.Select(attrs={"autocomplete": "off", "class": "w12"}),
    )
    phone = PhoneField(
        label="Điện thoại",
        required=False,
        help_text="Để báo tin khi hồ sơ có thay đổi. Không có thì để trống.",
    )
    address = TextField(label="Nơi ở", required=False, longest=300)
    seen = forms.BooleanField(label="Đã xem thẻ căn cước bản gốc", required=False)


class DeliveryForm(forms.Form):
    """How the dossier came, and how the result should go out."""

    channel = forms.ChoiceField(
        label="Hồ sơ đến bằng",
        choices=(("counter", "Nộp tại quầy"), ("post", "Bưu chính công ích")),
        widget=forms.RadioSelect,
        initial="counter",
    )
    way = forms.ChoiceField(
        label="Nhận kết quả",
        choices=[(key, WAYS[key]) for key in ("counter", "screen", "email", "post")],
        widget=forms.RadioSelect,
        initial="counter",
        error_messages={"required": "Chọn cách nhận kết quả"},
    )
    email = ask(
        forms.EmailField(
            label="Địa chỉ thư điện tử",
            required=False,
            widget=forms.EmailInput(attrs={"autocomplete": "off", "class": "w30"}),
            error_messages={"invalid": "Nhập địa chỉ thư điện tử, ví dụ ten@thu.vn"},
        ),
        when="tra-way=email",
    )
    address = ask(TextField(label="Địa chỉ nhận bưu phẩm", required=False, longest=300), when="tra-way=post")

    def clean(self) -> dict[str, Any]:
        """E-mail and post need an address."""
        facts = super().clean() or {}
        if facts.get("way") == "email" and not facts.get("email") and "email" not in self.errors:
            self.add_error("email", "Nhập địa chỉ thư điện tử, ví dụ ten@thu.vn")
        if facts.get("way") == "post" and not facts.get("address"):
            self.add_error("address", "Nhập địa chỉ nhận bưu phẩm")
        return facts


def card_read(posted: QueryDict) -> tuple[QueryDict, str]:
    """A hand scanner without script types the whole QR into the number's box: take it apart here.

    Answers the (changed) input and a sentence about what was done.
    """
    text = posted.get(f"{PREFIX}-id_number", "")
    if "|" not in text:
        return posted, ""
    changed = posted.copy()
    try:
        card = parse_card(text[:2000])
    except NotACard as problem:
        changed[f"{PREFIX}-id_number"] = ""
        return changed, str(problem)
    _put(changed, card)
    return changed, "Đã điền từ thẻ, chưa xác thực. Đối chiếu với thẻ thật."


def _put(posted: QueryDict, card: IdCard) -> None:
    year, _, rest = card.birth_date.partition("-")
    month, _, day = rest.partition("-")
    facts = {
        "id_number": card.number,
        "full_name": card.full_name,
        "sex": card.sex or "",
        "address": card.address,
        "birth_date.day": day,
        "birth_date.month": month,
        "birth_date.year": year,
    }
    for name, value in facts.items():
        if value:
            posted[f"{PREFIX}-{name}"] = value


@dataclass(frozen=True)
class Looked:
    """What the population database said: words, whether number, name and birth date belong together, the proof."""

    words: str
    matches: bool = False
    proof: str = ""
    sex: str = ""
    address: str = ""


def look_up(viewer: Viewer, facts: dict[str, Any], *, reference: str, procedure: str) -> Looked:
    """Ask the population database about the person at the counter, for this reception.

    The question is logged with officer and purpose; so is the look at the person's record when there is one.
    """
    number = facts.get("id_number") or ""
    if len(number) != 12 or not facts.get("full_name") or not facts.get("birth_date"):
        return Looked("Nhập đủ số định danh 12 chữ số, họ tên và ngày sinh rồi tra cứu.")
    purpose = f"Tiếp nhận hồ sơ {procedure}"
    known = find_person(Identifier.Kind.PERSONAL_NUMBER, number)
    if known is not None:
        view_once(viewer, known, purpose=purpose)
    asked = Asked(
        actor_id=viewer.account_id,
        record_type="people.person",
        record_id=known.pk if known else None,
        purpose=purpose,
    )
    question = PersonQuestion(number, facts["full_name"], facts["birth_date"], reference, viewer.name or "-")
    try:
        found = population().person(asked, question)
        if found is None:
            answer = population().verify(asked, question)
            if not answer.found:
                return Looked("Cơ sở dữ liệu dân cư không có số định danh này. Xem lại số trên thẻ.")
            wrong = ", ".join(answer.wrong) or "thông tin"
            return Looked(f"Không khớp cơ sở dữ liệu dân cư: {wrong}. Xem lại trên thẻ.")
    except ActionError as error:
        return Looked(f"{error.message} Tiếp tục với giấy tờ bản gốc.")
    sex = {"nam": "male", "nữ": "female"}.get(found.sex.lower(), "")
    return Looked(
        "Khớp cơ sở dữ liệu quốc gia về dân cư.",
        True,
        proof_of(viewer, facts),
        sex,
        found.address,
    )


def _facts_line(facts: dict[str, Any]) -> str:
    return "|".join(str(facts.get(name) or "") for name in ("id_number", "full_name", "birth_date"))


def proof_of(viewer: Viewer, facts: dict[str, Any]) -> str:
    """A token that these three facts were confirmed to this officer; it ends with the working day."""
    return signing.dumps([keyed_hash(_facts_line(facts), _PROOF), str(viewer.account_id)], salt=SALT)


def is_proven(viewer: Viewer, facts: dict[str, Any], token: str) -> bool:
    """Whether the token is ours, of this officer, and of exactly these facts."""
    if not token:
        return False
    try:
        digest, account = signing.loads(token, salt=SALT, max_age=12 * 3600)
    except (signing.BadSignature, ValueError):
        return False
    return bool(digest in keyed_hashes(_facts_line(facts), _PROOF) and account == str(viewer.account_id))


def known_person(viewer: Viewer, number: str, procedure: str) -> Person | None:
    """The person of this number when we have a record; the look is logged."""
    if not number:
        return None
    person = find_person(Identifier.Kind.PERSONAL_NUMBER, number)
    if person is not None:
        view_once(viewer, person, purpose=f"Tiếp nhận hồ sơ {procedure}")
    return person


def applicant_of(facts: dict[str, Any], *, proven: bool, email: str = "") -> Applicant:
    """The applicant as filing takes it, with how far the identity is proven."""
    proof = Identifier.Proof.STATED
    if facts.get("seen"):
        proof = Identifier.Proof.SEEN
    if proven:
        proof = Identifier.Proof.REGISTER
    return Applicant(
        full_name=facts["full_name"],
        id_number=facts.get("id_number") or "",
        birth_date=facts.get("birth_date") or "",
        sex=facts.get("sex") or "",
        phone=facts.get("phone") or "",
        email=email,
        address=facts.get("address") or "",
        proof=proof,
    )
