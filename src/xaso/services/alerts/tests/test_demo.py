"""The demo's month is made once, and its warnings say what they are."""

import pytest

from xaso.kernel.messages.announcement_models import Announcement
from xaso.kernel.people.testing import officer_account
from xaso.kernel.plain import moment
from xaso.kernel.units.testing import a_commune, a_hamlet
from xaso.services.alerts.demo import fill
from xaso.services.alerts.models import Gauge, GaugeReading, HazardWarning, SafeAnswer
from xaso.services.alerts.queries.figures import INDICATORS
from xaso.services.alerts.reporting import durations, report_pdf
from xaso.services.alerts.tests.world import BEFORE, COMMUNE, NOON, SYSTEM, a_person

pytestmark = pytest.mark.django_db


def test_the_month_is_made_once_and_says_what_it_is():
    with moment.frozen(BEFORE):
        commune = a_commune(COMMUNE)
        first, *_ = [
            a_hamlet(commune, name, kind="thôn") for name in ("Mường Hum 1", "Mường Hum 2", "Dền Sáng")
        ]
        accounts = {name: officer_account("leader", COMMUNE, username=name) for name in ("lanhdao", "pct")}
        for number in range(8):
            a_person(f"Vàng Thị {number}", f"01018500020{number}", f"091200020{number}", first, 22.35, 103.86)
    with moment.frozen(NOON):
        for _ in range(2):
            fill(SYSTEM, accounts=accounts, say=lambda words: None)
        assert Gauge.objects.count() == 5 and GaugeReading.objects.count() > 3000
        flood, drill, today = HazardWarning.objects.order_by("issued_at")
        assert flood.state == "ended" and not flood.drill and flood.proposal.reading
        assert [name for name, _ in durations(flood)] == [
            "Số đo", "Đề xuất", "Soạn", "Xác nhận, phát", "Lời báo an toàn đầu tiên", "Báo yên",
        ]  # fmt: skip
        assert report_pdf(flood).startswith(b"%PDF")
        assert drill.drill and drill.state == "ended" and drill.messages.latest("sent").status == "Exercise"
        assert today.state == "live" and today.level == 1 and not today.loud
        assert "minh họa" in today.told["headline"]
        assert [one.title for one in Announcement.objects.filter(state="active")] == [today.told["headline"]]
        assert SafeAnswer.objects.count() == 8 and INDICATORS
