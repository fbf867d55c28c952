"""Officers' pages of traceability, room by room."""

from xaso.services.trace.desk import ocop

app_name = "trace_desk"

urlpatterns = [*ocop.ocop_urls]
