"""Officers' pages of traceability, room by room."""

from xaso.services.trace.desk import buyer, diary, lots, ocop, outward, recall

app_name = "trace_desk"

urlpatterns = [
    *buyer.buyer_urls,
    *diary.diary_urls,
    *lots.lots_urls,
    *ocop.ocop_urls,
    *recall.recall_urls,
    *outward.outward_urls,
]
