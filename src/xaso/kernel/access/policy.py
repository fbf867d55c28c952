"""Who must sign in with two proofs: rows by role and day. Whoever has set up a second proof is asked for it anyway."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from xaso.kernel.access.models import FactorPolicy, WatchRule
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError
from xaso.kernel.events import emit
from xaso.kernel.people.accounts import open_grants
from xaso.kernel.people.models import Account, Role
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today

RIGHT = "access.policy"
BASIS = "TCVN 11930:2017, cấp độ 3: xác thực hai yếu tố với tài khoản quản trị"
BASIS_EVERY = "Mặc định của phần mềm: sau 30 ngày từ khi cài, mọi cán bộ đăng nhập bằng hai lớp"
UNCONFIRMED = " (chưa đối chiếu nghị định mới theo Luật An ninh mạng 116/2025/QH15)"
FIRST_ROLES = ("admin", "province_admin")
# A row for every role that has no row of its own: in force a month after the installation.
EVERY = "*"
NOTICE = timedelta(days=30)
FIRST_RULES: dict[str, dict[str, int]] = {
    WatchRule.Kind.NEW_DEVICE: {},
    WatchRule.Kind.NEW_PLACE: {},
    WatchRule.Kind.MASS_VIEW: {"persons": 200, "minutes": 30},
    WatchRule.Kind.NIGHT_EXPORT: {"from_hour": 20, "to_hour": 6},
}


def in_force(day: date | None = None) -> QuerySet[FactorPolicy]:
    """The rows that count on a day, the newest of a role first."""
    on = day or today()
    rows = FactorPolicy.objects.filter(valid_from__lte=on).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    )
    return rows.order_by("role", "-valid_from", "-id")


def required_roles() -> set[str]:
    """Roles whose holders need two proofs today."""
    newest: dict[str, bool] = {}
    for row in in_force():
        newest.setdefault(row.role, row.is_required)
    wanted = {role for role, is_wanted in newest.items() if is_wanted}
    if EVERY in wanted:
        wanted |= set(Role.objects.values_list("code", flat=True)) - set(newest)
    return wanted - {EVERY}


def last_words() -> list[FactorPolicy]:
    """The row of each role that counts in the end, also when its day is still to come."""
    newest: dict[str, FactorPolicy] = {}
    for row in FactorPolicy.objects.filter(valid_to=None).order_by("role", "-valid_from", "-id"):
        newest.setdefault(row.role, row)
    return list(newest.values())


def needs_second(account: Account) -> bool:
    """Whether a role of this account asks for two proofs."""
    if account.kind != Account.Kind.OFFICER:
        return False
    wanted = required_roles()
    return any(grant.role_id in wanted for grant in open_grants(account))


@action
def set_policy(
    viewer: Viewer, *, role: str, is_required: bool, valid_from: date, legal_basis: str
) -> FactorPolicy:
    """From a day on, holders of a role need two proofs, or need not. The row before ends the day before."""
    viewer.must(RIGHT, "")
    if role != EVERY and not Role.objects.filter(pk=role).exists():
        raise ActionError("Chọn vai trò trong danh sách.", "role")
    if not legal_basis.strip():
        raise ActionError("Ghi căn cứ: văn bản hoặc quyết định nào.", "legal_basis")
    row = FactorPolicy.objects.create(
        role=role,
        is_required=is_required,
        valid_from=valid_from,
        legal_basis=legal_basis.strip()[:300],
        set_by=viewer.account_id,
    )
    data = {"role": role, "required": is_required}
    emit("access.policy_set", record=row, unit_path="", viewer=viewer, data=data)
    return row


def rules_in_force() -> dict[str, WatchRule]:
    """The rule of each kind that counts now."""
    return {row.kind: row for row in WatchRule.objects.filter(valid_to__isnull=True)}


@action
def set_rule(
    viewer: Viewer, *, kind: str, is_on: bool, figures: dict[str, int], legal_basis: str
) -> WatchRule:
    """Change what counts as unusual, from now on."""
    viewer.must(RIGHT, "")
    if kind not in FIRST_RULES:
        raise ActionError("Không có loại cảnh báo này.")
    wanted = set(FIRST_RULES[kind])
    if set(figures) != wanted or any(not 0 <= one <= 100_000 for one in figures.values()):
        raise ActionError("Nhập đủ các số, từ 0 trở lên.", "figures")
    if any(name.endswith("_hour") and value > 23 for name, value in figures.items()):
        raise ActionError("Giờ từ 0 đến 23.", "figures")
    moment = now()
    WatchRule.objects.select_for_update().filter(kind=kind, valid_to__isnull=True).update(valid_to=moment)
    row = WatchRule.objects.create(
        kind=kind,
        is_on=is_on,
        figures=figures,
        valid_from=moment,
        legal_basis=legal_basis[:300],
        set_by=viewer.account_id,
    )
    emit("access.rule_set", record=row, unit_path="", viewer=viewer, data={"kind": kind, "on": is_on})
    return row


def seed(**_: object) -> None:
    """First rows, when there are none at all; what an administrator set stays."""
    if not FactorPolicy.objects.exists():
        for role in FIRST_ROLES:
            FactorPolicy.objects.create(
                role=role, is_required=True, valid_from=date(2025, 1, 1), legal_basis=BASIS + UNCONFIRMED
            )
    if not FactorPolicy.objects.filter(role=EVERY).exists():
        FactorPolicy.objects.create(
            role=EVERY, is_required=True, valid_from=today() + NOTICE, legal_basis=BASIS_EVERY
        )
    known = set(WatchRule.objects.values_list("kind", flat=True))
    for kind, figures in FIRST_RULES.items():
        if kind not in known:
            WatchRule.objects.create(kind=kind, figures=figures, legal_basis="Mặc định của phần mềm")
