"""Who issues a result and in whose name it is signed; the refusal that any procedure may end with."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from xaso.kernel.base.errors import NotFound
from xaso.kernel.documents.models import SigningKey
from xaso.kernel.people.models import Account, RoleGrant
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.plain.moment import now
from xaso.kernel.units.models import Level, Unit
from xaso.kernel.units.queries import unit_at
from xaso.services.onestop import eforms, routing
from xaso.services.onestop.models import Dossier

REFUSAL = "refusal"
COMMITTEE = "Ủy ban nhân dân"


@dataclass(frozen=True)
class Agency:
    """An issuing organisation as it stands on a paper."""

    unit_path: str
    name: str
    parent: str
    place: str


def committee_of(unit: Unit) -> str:
    """The People's Committee of a province or commune, in full; an office keeps its own name."""
    return unit.full_name if unit.level == Level.OFFICE else f"{COMMITTEE} {unit.words}"


def agency_of(unit_path: str) -> Agency:
    """The organisation at a path with the one above it and the place name that stands before dates."""
    unit = unit_at(unit_path)
    authority = unit if unit.level != Level.OFFICE else unit_at(routing.authority_of(unit_path))
    if unit.level == Level.OFFICE:
        parent = committee_of(authority)
    else:
        parent = unit.parent.full_name if unit.parent else ""
    return Agency(unit_path, committee_of(unit), parent, authority.name)


def issuing_path(dossier: Dossier, result: eforms.Result) -> str:
    """The unit that answers for a result: the competent authority, or the office that issues in its own name."""
    return routing.office_path(dossier.unit_path, result.issuer) if result.issuer else dossier.unit_path


def refusal_of(body: eforms.Setup) -> eforms.Result:
    """The notice that a dossier is not granted, signed as the procedure's own result is signed."""
    like = body.results[0] if body.results else None
    return eforms.Result.model_validate(
        {
            "key": REFUSAL,
            "title": "Thông báo không giải quyết hồ sơ",
            "template": "refusal_notice",
            "kind": "notice",
            "symbol": "TB-KT" if like and like.issuer else "TB-UBND",
            "signer": like.signer if like else "leader",
            "sign_as": like.sign_as if like else "TM. Ủy ban nhân dân",
            "position": like.position if like else "Chủ tịch",
            "issuer": like.issuer if like else "",
            "draft": [
                {
                    "key": "reasons",
                    "kind": "long_text",
                    "label": "Lý do không giải quyết",
                    "hint": "Viết để người nộp hiểu: điều kiện nào chưa đạt, vì sao.",
                    "max_length": 3000,
                },
                {
                    "key": "basis",
                    "kind": "text",
                    "label": "Căn cứ pháp luật",
                    "hint": "Ghi điều, khoản, tên văn bản.",
                    "max_length": 300,
                },
                {
                    "key": "advice",
                    "kind": "long_text",
                    "label": "Hướng dẫn việc có thể làm tiếp",
                    "optional": True,
                    "max_length": 1500,
                },
            ],
        }
    )


def result_of(body: eforms.Setup, key: str) -> eforms.Result:
    """A result of a procedure by its key, the refusal included. Raises NotFound."""
    if key == REFUSAL:
        return refusal_of(body)
    found = next((one for one in body.results if one.key == key), None)
    if found is None:
        raise NotFound("Thủ tục này không có loại kết quả đó. Chọn lại kết quả cần soạn.")
    return found


def signers_for(dossier: Dossier, result: eforms.Result) -> list[Account]:
    """Officers who may sign a result, the likeliest first: of the issuing unit, else of the nearest one above.

    First who has a signing key, then who bears the position that the paper names, then by name.
    """
    path = issuing_path(dossier, result)
    moment = now()
    grants = RoleGrant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=moment),
        role_id=result.signer,
        valid_from__lte=moment,
        account__is_active=True,
        account__kind=Account.Kind.OFFICER,
    ).select_related("account")
    parts = path.strip("/").split("/")
    above = ["/".join(parts[:count]) + "/" for count in range(1, len(parts) + 1)]
    held = list(grants.filter(unit_path__in=above))
    nearest = max((len(grant.unit_path) for grant in held), default=0)
    accounts = {grant.account_id: grant.account for grant in held if len(grant.unit_path) == nearest}
    keyed = set(
        SigningKey.objects.filter(
            account__in=accounts, kind=SigningKey.Kind.PERSON, revoked_at=None, valid_to__gt=moment
        ).values_list("account_id", flat=True)
    )
    return sorted(
        accounts.values(),
        key=lambda one: (one.pk not in keyed, *_fits(one.title, result.position), one.display_name),
    )


def _fits(title: str, position: str) -> tuple[bool, bool]:
    """Sorts first who bears the position ("Chủ tịch Ủy ban nhân dân xã" is "Chủ tịch"), last the deputies."""
    return not title.lower().startswith(position.lower()), title.lower().startswith("phó ")


def _mandate_of(signer: Account, result: eforms.Result, path: str) -> str:
    """How somebody signs who holds the role here only by delegation; "" for who holds it themselves."""
    held = viewer_of(signer).delegation("onestop.sign", path)
    return held.manner if held is not None and held.role == result.signer else ""


def issuer_for(dossier: Dossier, result: eforms.Result, signer: Account | None) -> eforms.Issuer:
    """How the paper names its issuer and signer: a deputy signs for the head ("KT."), somebody with a mandate in the
    manner that it says ("TL.", "TUQ."); NĐ 30/2020 art. 13."""
    path = issuing_path(dossier, result)
    agency = agency_of(path)
    authority, position = None, ""
    manner = _mandate_of(signer, result, path) if signer is not None else ""
    if signer is not None and manner:
        authority, position = (
            "\n".join(one for one in (result.sign_as, f"{manner} {result.position}") if one),
            signer.title,
        )
    elif signer is not None and signer.title.lower().startswith("phó "):
        authority = "\n".join(line for line in (result.sign_as, f"KT. {result.position}") if line)
        # "Phó Chủ tịch Ủy ban nhân dân xã" signs as "Phó Chủ tịch": the agency stands in the line above.
        rank = f"Phó {result.position}"
        position = rank if signer.title.lower().startswith(rank.lower()) else signer.title
    return eforms.Issuer(
        agency=agency.name,
        parent=agency.parent,
        place=agency.place,
        signer=signer.display_name if signer else "",
        authority=authority,
        position=position,
    )
