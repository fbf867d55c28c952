"""Pages of traceability for everybody and for who sits in an enterprise, room by room."""

from xaso.services.trace.public import buyer, diary, lots, ocop, recall, resolver

urlpatterns = [
    *buyer.buyer_urls,
    *diary.diary_urls,
    *lots.lots_urls,
    *ocop.ocop_urls,
    *recall.recall_urls,
    *resolver.resolver_urls,
]
