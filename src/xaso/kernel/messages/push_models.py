"""Browsers that asked to be told: Web Push subscriptions."""

from __future__ import annotations

from typing import Any

from django.db import models

from xaso.kernel.base.fields import SealedJSON
from xaso.kernel.base.models import Record
from xaso.kernel.people.models import Account, Person


class PushSubscription(Record):
    """A browser that takes notices of a unit. Anybody may; who is signed in gets personal ones too."""

    endpoint_hash = models.CharField("băm địa chỉ", max_length=64)
    subscription: Any = SealedJSON("địa chỉ và khóa của trình duyệt")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="người")
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", verbose_name="tài khoản"
    )
    unit_path = models.CharField("nhận tin của đơn vị", max_length=120)
    ended_at = models.DateTimeField("thôi nhận lúc", null=True)
    ended_why = models.CharField("vì sao thôi", max_length=100, blank=True)
    used_at = models.DateTimeField("gửi tới lần cuối", null=True)

    class Meta:
        verbose_name = "trình duyệt nhận tin"
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint_hash"],
                condition=models.Q(ended_at__isnull=True),
                name="push_subscription_once",
            )
        ]
        indexes = [
            models.Index(fields=["unit_path"], condition=models.Q(ended_at__isnull=True), name="push_unit")
        ]
