"""Tables of the one-stop shop."""

from xaso.services.onestop.models.catalogue import (
    BankAccount,
    FeeRate,
    Procedure,
    ProcedureVersion,
    Setup,
)
from xaso.services.onestop.models.dossier import (
    DayNumber,
    Dossier,
    DossierPaper,
    Draft,
    Payment,
    Rating,
    Result,
    Return,
    Supplement,
)
from xaso.services.onestop.models.outside import (
    InboundTrouble,
    PortalSync,
    Webhook,
)

__all__ = [
    "BankAccount",
    "DayNumber",
    "Dossier",
    "DossierPaper",
    "Draft",
    "FeeRate",
    "InboundTrouble",
    "Payment",
    "PortalSync",
    "Procedure",
    "ProcedureVersion",
    "Rating",
    "Result",
    "Return",
    "Setup",
    "Supplement",
    "Webhook",
]
