"""What looks unusual is told to the account's owner, who says whether it was them, and to the administrator."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from xaso.kernel.access.models import Alert, WatchRule
from xaso.kernel.access.places import end_sessions
from xaso.kernel.access.policy import rules_in_force
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import NotFound
from xaso.kernel.events import emit
from xaso.kernel.messages.actions import send
from xaso.kernel.people.models import Account, PersonView, SignIn
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import stamp
from xaso.kernel.plain.moment import VIETNAM, now

RIGHT = "people.accounts"
TEMPLATE = "access.unusual"
KNOWN_FOR = timedelta(days=180)
_EVERY = timedelta(minutes=10)
Kind = WatchRule.Kind


def words_of(alert: Alert) -> str:
    """What happened, as a sentence without anybody's data."""
    facts = alert.facts
    if alert.kind in (Kind.NEW_DEVICE, Kind.NEW_PLACE):
        first = "thiết bị chưa từng dùng" if alert.kind == Kind.NEW_DEVICE else "mạng chưa từng dùng"
        return f"Đăng nhập từ {first}: {facts.get('device', '')}, {facts.get('network', '')}."
    if alert.kind == Kind.MASS_VIEW:
        return f"Xem hồ sơ của {facts.get('persons')} người trong {facts.get('minutes')} phút."
    return f"Xuất dữ liệu ngoài giờ làm việc: {facts.get('what', '')}."


@action
def raise_alert(
    viewer: Viewer, *, account: Account, rule: WatchRule, facts: dict[str, Any], key: str
) -> Alert | None:
    """Write an alert and tell the owner; None when this one was raised before."""
    row, fresh = Alert.objects.get_or_create(
        key=key[:120],
        defaults={
            "account": account,
            "kind": rule.kind,
            "rule": rule,
            "unit_path": account.unit_path,
            "facts": facts,
        },
    )
    if not fresh:
        return None
    emit(
        "access.alert_raised",
        record=account,
        unit_path=account.unit_path,
        viewer=viewer,
        data={"kind": rule.kind},
    )
    link = "/desk/dang-nhap/" if account.kind == Account.Kind.OFFICER else "/cua-toi/dang-nhap/"
    data = {"what": words_of(row), "when": stamp(row.created_at)}
    to = account.person if account.person is not None else account
    send(viewer, TEMPLATE, to=to, data=data, record=row, unit_path=account.unit_path, link=link, urgent=True)
    return row


def on_sign_in(event: Any) -> None:
    """After each sign-in: a device or a network never seen on this account. The very first sign-in is not unusual."""
    row = SignIn.objects.select_related("account").filter(pk=event.data.get("sign_in")).first()
    if row is None or row.account is None:
        return
    earlier = SignIn.objects.filter(
        account=row.account,
        succeeded=True,
        created_at__lt=row.created_at,
        created_at__gte=row.created_at - KNOWN_FOR,
    )
    if not earlier.exists():
        return
    rules = rules_in_force()
    facts = {"device": row.device, "network": row.network}
    new_device = not row.device_hash or not earlier.filter(device_hash=row.device_hash).exists()
    wanted = [
        (Kind.NEW_DEVICE, new_device and not earlier.filter(device=row.device, network=row.network).exists()),
        (Kind.NEW_PLACE, not earlier.filter(network=row.network).exists()),
    ]
    for kind, unusual in wanted:
        rule = rules.get(kind)
        if unusual and rule is not None and rule.is_on:
            raise_alert(Viewer.system(), account=row.account, rule=rule, facts=facts, key=f"sign-in:{row.pk}")
            return  # one sign-in, one alert


def watch_views() -> None:
    """Now and then: officers who opened the records of too many people in a short time."""
    rule = rules_in_force().get(Kind.MASS_VIEW)
    if rule is None or not rule.is_on:
        return
    minutes, most = int(rule.figures["minutes"]), int(rule.figures["persons"])
    since = now() - timedelta(minutes=minutes) - _EVERY
    seen = (
        PersonView.objects.filter(created_at__gte=since, viewer_kind="officer")
        .exclude(act=PersonView.Act.EXPORT)  # one export is one alert, by its own rule
        .values("viewer_id")
        .annotate(persons=Count("person", distinct=True))
        .filter(persons__gt=most)
    )
    for one in seen:
        account = Account.objects.filter(pk=one["viewer_id"] or UUID(int=0)).first()
        if account is not None:
            facts = {"persons": one["persons"], "minutes": minutes}
            hour = now().astimezone(VIETNAM).strftime("%Y%m%d%H")
            raise_alert(
                Viewer.system(), account=account, rule=rule, facts=facts, key=f"views:{account.pk}:{hour}"
            )


def is_night(moment: datetime, from_hour: int, to_hour: int) -> bool:
    """Whether a moment lies in the hours from … to …, which may span midnight."""
    hour = moment.astimezone(VIETNAM).hour
    return from_hour <= hour < to_hour if from_hour < to_hour else hour >= from_hour or hour < to_hour


@action
def note_export(viewer: Viewer, *, what: str, unit_path: str, rows: int) -> None:
    """Somebody takes data out of the system: written down, and unusual outside office hours."""
    account = Account.objects.filter(pk=viewer.own_account).first() if viewer.is_officer else None
    if account is None:
        return
    emit(
        "access.exported",
        record=account,
        unit_path=unit_path,
        viewer=viewer,
        data={"what": what, "rows": rows},
    )
    rule = rules_in_force().get(Kind.NIGHT_EXPORT)
    moment = now()
    if rule is None or not rule.is_on:
        return
    if is_night(moment, int(rule.figures["from_hour"]), int(rule.figures["to_hour"])):
        hour = moment.astimezone(VIETNAM).strftime("%Y%m%d%H")
        key = f"export:{account.pk}:{hour}"
        raise_alert(Viewer.system(), account=account, rule=rule, facts={"what": what, "rows": rows}, key=key)


def own_alerts(viewer: Viewer, limit: int = 20) -> list[Alert]:
    """Alerts on the viewer's own account, those without an answer first."""
    rows = Alert.objects.filter(account_id=viewer.own_account) if viewer.account_id else Alert.objects.none()
    return sorted(rows.order_by("-created_at")[:limit], key=lambda one: one.state != Alert.State.OPEN)


def alerts_here(viewer: Viewer) -> QuerySet[Alert]:
    """Alerts on officers of one's units, newest first."""
    rows = Alert.objects.filter(viewer.scope(RIGHT, "unit_path"), account__kind=Account.Kind.OFFICER)
    return rows.select_related("account").order_by("-created_at")


def open_count(viewer: Viewer) -> int:
    """How many alerts of one's units wait."""
    return alerts_here(viewer).filter(state__in=[Alert.State.OPEN, Alert.State.NOT_OWN]).count()


@action
def answer_alert(viewer: Viewer, *, alert_id: UUID, own: bool) -> Alert:
    """The owner says "it was me" or "it was not me"; the second ends every session and forces a new password."""
    row = (
        Alert.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(pk=alert_id, account_id=viewer.own_account)
        .first()
    )
    if row is None:
        raise NotFound("Không có cảnh báo này.")
    if row.state in (Alert.State.OPEN, Alert.State.OWN):
        row.state = Alert.State.OWN if own else Alert.State.NOT_OWN
        row.answered_at, row.answered_by = now(), viewer.account_id
        row.save(update_fields=["state", "answered_at", "answered_by"])
        data = {"kind": row.kind, "own": own}
        emit("access.alert_answered", record=row.account, unit_path=row.unit_path, viewer=viewer, data=data)
    if not own:
        if row.account.kind == Account.Kind.OFFICER:
            Account.objects.filter(pk=row.account_id).update(password_is_temporary=True)
        end_sessions(viewer, account=row.account)
    return row


@action
def close_alert(viewer: Viewer, *, alert_id: UUID) -> Alert:
    """An administrator has looked into it."""
    row = Alert.objects.select_for_update().filter(viewer.scope(RIGHT, "unit_path"), pk=alert_id).first()
    if row is None:
        raise NotFound("Không có cảnh báo này trong đơn vị.")
    if row.account_id == viewer.account_id:
        raise NotFound("Cảnh báo trên tài khoản của mình: trả lời ở trang Đăng nhập và thiết bị.")
    row.state, row.answered_at, row.answered_by = Alert.State.CLOSED, now(), viewer.account_id
    row.save(update_fields=["state", "answered_at", "answered_by"])
    emit(
        "access.alert_closed",
        record=row.account,
        unit_path=row.unit_path,
        viewer=viewer,
        data={"kind": row.kind},
    )
    return row
