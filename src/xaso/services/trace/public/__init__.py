"""Pages of traceability for everybody and for who sits in an enterprise, room by room."""

from xaso.services.trace.public import buyer, ocop, recall

urlpatterns = [*buyer.buyer_urls, *ocop.ocop_urls, *recall.recall_urls]
