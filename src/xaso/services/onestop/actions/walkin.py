"""A dossier handed in at the desk: filed, money taken and received in one go, or nothing of it."""

from __future__ import annotations

from xaso.kernel.base.actions import action
from xaso.kernel.people.viewer import Viewer
from xaso.services.onestop.actions.filing import Filing, file_dossier
from xaso.services.onestop.actions.payments import take_cash
from xaso.services.onestop.actions.reception import accept_dossier
from xaso.services.onestop.models import Dossier, Payment


@action
def receive_walk_in(viewer: Viewer, *, filing: Filing, money: str = "") -> Dossier:
    """File a complete dossier, take what is owed (``money``: cash, card, or empty for later) and receive it.

    The same key again answers the dossier of the first press. Raises what filing, paying and receiving raise;
    then nothing is kept, not even a number.
    """
    dossier, _ = file_dossier(viewer, filing)
    if money:
        for payment in Payment.objects.filter(dossier=dossier, state=Payment.State.DUE):
            take_cash(viewer, payment_id=payment.pk, method="card" if money == "card" else "cash")
    return accept_dossier(viewer, dossier_id=dossier.pk)
