"""What the one-stop shop does when something happened elsewhere. Every listener may hear the same event twice."""

from __future__ import annotations

import logging

from django.db import transaction

from xaso.kernel.base.errors import ActionError
from xaso.kernel.connectors.actions import settle_payment
from xaso.kernel.connectors.models import IncomingPayment
from xaso.kernel.events.models import Event
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop.actions.payments import confirm_transfer
from xaso.services.onestop.models import Payment

log = logging.getLogger("xaso.onestop")


def on_payment_arrived(event: Event) -> None:
    """Money came in: the dossier whose reference it carries is paid. A wrong amount is left for a person."""
    row = IncomingPayment.objects.filter(pk=event.record_id, settled_at__isnull=True).first()
    if row is None:
        return
    codes = [code for code in (*row.codes, row.reference) if code]
    payment = Payment.objects.filter(reference__in=codes).first()
    if payment is None:
        return
    viewer = Viewer.system()
    try:
        with transaction.atomic():
            confirm_transfer(
                viewer,
                reference=payment.reference,
                amount=row.amount,
                bank_id=f"{row.source}:{row.provider_id}",
                paid_at=row.paid_at,
                method="vietqr" if row.source == IncomingPayment.Source.BANK else "gateway",
            )
            settle_payment(viewer, payment_id=row.pk, record_type="onestop.payment", record_id=payment.pk)
    except ActionError as error:
        log.warning("payment %s stays unsettled: %s", row.pk, error.message)
