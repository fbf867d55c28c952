"""Pages of traceability for everybody and for who sits in an enterprise, room by room."""

from xaso.services.trace.public import ocop

urlpatterns = [*ocop.ocop_urls]
