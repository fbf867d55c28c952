"""The result: drafted by the specialist, signed by the leader, numbered and sealed by the clerk, in this order.

Signing and sealing run paper by paper, each in a transaction of its own together with the step it ends, so that
one failure never loses the others and nothing is half done.
"""

from xaso.services.onestop.actions.results.batches import DossierOutcome
from xaso.services.onestop.actions.results.drafting import (
    current_results,
    draft_result,
    drafted_now,
    given_of,
    must_draft,
    offered_results,
)
from xaso.services.onestop.actions.results.issuing import (
    seal_many,
    seal_result,
    sign_in_my_name,
    sign_many,
    sign_result,
)
from xaso.services.onestop.issuing import REFUSAL

__all__ = [
    "REFUSAL",
    "DossierOutcome",
    "current_results",
    "draft_result",
    "drafted_now",
    "given_of",
    "must_draft",
    "offered_results",
    "seal_many",
    "seal_result",
    "sign_in_my_name",
    "sign_many",
    "sign_result",
]
