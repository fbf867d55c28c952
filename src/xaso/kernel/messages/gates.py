"""What holds a channel back for a mailing at this moment: quiet hours, quotas, a gateway that does not answer."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db.models import F

from xaso.kernel.messages.mass_models import GatewayHold, Mailing, Quota, QuotaUse, ZaloTemplate
from xaso.kernel.messages.mass_rows import quotas_for, span_end, span_start
from xaso.kernel.messages.queries import quiet_until
from xaso.kernel.plain.moment import VIETNAM, now

HOLDS_SECONDS = 0.5


class Gates:
    """Asked before each claim, inside its transaction; what it refuses, the mailing's page says."""

    def __init__(self) -> None:
        self._uses: list[QuotaUse] = []
        self._quotas: dict[tuple[str, str], list[Quota]] = {}
        self._holds: tuple[float, dict[str, GatewayHold]] = (0.0, {})
        self.paced = False  # a quota of a second was used up: the next second has room again

    def room(self, mailing: Mailing, channel: str, gateway: str, most: int) -> int:
        """How many may be claimed now, at most ``most``. ``used`` must follow in the same transaction."""
        self._uses = []
        blocked = self._blocked(mailing, channel, gateway)
        if blocked is None:
            left, blocked = self._within_quotas(mailing, channel, most)
            if left:
                _say(mailing, channel, None)
                return left
        _say(mailing, channel, blocked)
        return 0

    def _blocked(self, mailing: Mailing, channel: str, gateway: str) -> tuple[str, datetime] | None:
        moment = now()
        hold = self._held(moment).get(gateway)
        if hold is not None and hold.until > moment:
            return f"Cổng {gateway} đang tạm ngừng: {hold.reason}", hold.until
        if not mailing.urgent:
            loud = quiet_until(channel, mailing.unit_path, moment)
            if loud is not None:
                return f"Giờ yên tĩnh, gửi tiếp lúc {loud.astimezone(VIETNAM):%H:%M}.", loud
        if channel == "zalo":
            return _unapproved(str(mailing.wording.get("zalo_template", "")))
        return None

    def _held(self, moment: datetime) -> dict[str, GatewayHold]:
        """Gateways left alone now, read twice a second: a run asks before each of its hundreds of claims."""
        if time.monotonic() - self._holds[0] > HOLDS_SECONDS:
            rows = GatewayHold.objects.filter(until__gt=moment)
            self._holds = (time.monotonic(), {one.gateway: one for one in rows})
        return self._holds[1]

    def _within_quotas(
        self, mailing: Mailing, channel: str, most: int
    ) -> tuple[int, tuple[str, datetime] | None]:
        moment = now()
        place = (mailing.unit_path, channel)
        if place not in self._quotas:
            self._quotas[place] = quotas_for(*place)
        for quota in self._quotas[place]:
            began = span_start(quota.span, moment)
            QuotaUse.objects.get_or_create(quota=quota, began_at=began)
            use = QuotaUse.objects.select_for_update().get(quota=quota, began_at=began)
            self._uses.append(use)
            most = min(most, quota.most - use.used)
            if most <= 0:
                self.paced |= quota.span == Quota.Span.SECOND
                end = span_end(quota.span, began)
                words = f"Hết hạn mức {quota.most:,} tin mỗi {quota.get_span_display().lower()}.".replace(
                    ",", "."
                )
                return 0, (words, end)
        return most, None

    def used(self, count: int) -> None:
        """So many were claimed."""
        if count and self._uses:
            QuotaUse.objects.filter(pk__in=[use.pk for use in self._uses]).update(used=F("used") + count)
        self._uses = []

    def hold(self, gateway: str, code: str, reason: str, steps: tuple[int, ...]) -> None:
        """Leave a gateway alone; longer each time that it fails again soon after."""
        moment = now()
        before = GatewayHold.objects.filter(gateway=gateway).first()
        if before is not None and before.until > moment:
            return  # calls that were in the air fail for the same reason
        again = before is not None and moment - before.until < timedelta(minutes=5)
        seconds = steps[0]
        if before is not None and again:
            last = (before.until - before.since).total_seconds()
            seconds = next((step for step in steps if step > last), steps[-1])
        GatewayHold.objects.update_or_create(
            gateway=gateway,
            defaults={
                "until": moment + timedelta(seconds=seconds),
                "since": moment,
                "code": code[:60],
                "reason": reason[:200],
            },
        )
        self._holds = (0.0, {})


def _unapproved(number: str) -> tuple[str, datetime] | None:
    kept = ZaloTemplate.objects.filter(number=number).first()
    if kept is None or kept.state in (ZaloTemplate.State.ENABLED, ZaloTemplate.State.UNKNOWN):
        return None
    words = f"Mẫu Zalo {number}: {kept.get_state_display().lower()}."
    return words, now() + timedelta(minutes=30)


def _say(mailing: Mailing, channel: str, blocked: tuple[str, datetime] | None) -> None:
    """Write down why a channel waits, when that has changed."""
    known = mailing.waits.get(channel)
    if blocked is None:
        if known is None:
            return
        mailing.waits.pop(channel)
    else:
        said = {"reason": blocked[0], "until": blocked[1].isoformat(timespec="seconds")}
        if known == said:
            return
        mailing.waits[channel] = said
    mailing.save(update_fields=["waits"])
