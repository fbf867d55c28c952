"""Every place where work reaches beyond its viewer, with its reason. A new one is refused until it stands here.

Three ways lead beyond: ``widened`` (all rows for a few statements), ``unguarded`` (the connection is told nothing,
for tables without policies), and the product acting by itself (``Viewer.system()``), whose actions reach everywhere.
"""

WIDENED = {
    "src/xaso/kernel/base/actions.py": "an action of the product itself, also inside somebody's request",
    "src/xaso/kernel/people/actions.py": "the person behind a number given in full; filling in what was empty",
    "src/xaso/kernel/people/consents.py": "yes or no to a purpose; what a person at the desk says is written down",
    "src/xaso/kernel/people/vneid.py": "the identity provider has just proven whose sign-in this is",
    "src/xaso/kernel/messages/push.py": "a browser ends or renews its own notices, known by its address alone",
    "src/xaso/kernel/messages/acknowledging.py": "the page behind the signed link of one receiver",
    "src/xaso/kernel/documents/actions/uploads.py": "an upload of the sender who knows its secret",
    "src/xaso/kernel/documents/actions/quarantine.py": "whether this very content was judged or is held already",
    "src/xaso/kernel/documents/verify/check.py": "the check of a paper by its code or by the whole paper",
    "src/xaso/kernel/speech/queries.py": "words and conventions of the units above; they are nobody's data",
    "src/xaso/kernel/speech/actions/rendering.py": "sound made elsewhere of the very words that the caller brought",
    "src/xaso/kernel/sealing/proofs.py": "the proof of an event is public: a digest says nothing of anybody",
    "src/xaso/services/onestop/queries/tracking.py": "a tracking code tells the degree of completion",
    "src/xaso/services/trace/queries/resolver.py": "a scanned code leads to its public page: names of goods and places",
    "src/xaso/services/trace/actions/lots_shipping.py": "a receiver takes in the goods that are addressed to it",
    "src/xaso/services/trace/recording.py": "event ids are unique in the whole repository: is this one taken",
    "src/xaso/services/trace/queries/diary.py": "managers read who sits in their own enterprise",
    "src/xaso/services/trace/actions/farm.py": "managers give and end the seats of their own enterprise",
    "src/xaso/services/trace/store/inserting.py": "which words a unit uses, also when a member records",
    "src/xaso/services/trace/store/circles.py": "what a package lies in, whoever packed it; only whether it is itself",
    "src/xaso/services/trace/rest/sockets.py": "how far events are complete: one number for all connections",
    "src/xaso/services/trace/store/streaming.py": "whether any stream of events is open at all",
    "src/xaso/services/trace/walks.py": "the way of goods crosses units; whoever asks was let see the lot",
    "src/xaso/services/trace/ways.py": "stages of a lot that the caller was let see; no personal data in them",
    "src/xaso/services/trace/actions/ocop.py": "the manager of an enterprise hands in and withdraws its own case",
    "src/xaso/services/trace/queries/ocop.py": "stars of a product, which are public",
    "src/xaso/services/trace/actions/recall.py": "goods stop in every unit; the right to recall was asked",
    "src/xaso/services/trace/actions/recall_holders.py": "the private page of a holder, by a token",
    "src/xaso/services/trace/queries/recall.py": "recalls are public; goods for who may see the recall",
    "src/xaso/services/trace/queries/recall_scope.py": "how far a recall reaches; whoever asks was let see the lot",
    "src/xaso/services/trace/recall_pages.py": "names of holders, for who opened the recall",
    "src/xaso/services/trace/recall_report.py": "names of holders, for who opened the recall",
    "src/xaso/services/trace/queries/buyer.py": "what a public code names; a label's number; a buyer's own words",
    "src/xaso/services/trace/public/buyer.py": "pictures, recordings and stages of published goods",
    "src/xaso/services/trace/actions/buyer_feedback.py": "which goods a buyer writes about; how often they wrote",
    "src/xaso/services/trace/outward.py": "the queue to the national portal; how many wait is a bare count",
}
UNGUARDED = {
    "src/xaso/services/trace/buyer/light.py": "a kept page is the same for all: a table without policies",
    "src/xaso/kernel/people/machines.py": "the client behind a token: one row of a table without policies",
    "src/xaso/kernel/people/reaching.py": "the session, its account and grants: tables without policies",
}
