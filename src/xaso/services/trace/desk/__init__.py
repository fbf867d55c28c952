"""Officers' pages of traceability, room by room."""

from xaso.services.trace.desk import buyer, ocop, recall

app_name = "trace_desk"

urlpatterns = [*buyer.buyer_urls, *ocop.ocop_urls, *recall.recall_urls]
