"""The product's urls and the yardsticks."""

from django.urls import path

from bench.yardstick import views
from xaso.site.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("yardstick/insert", views.insert),
    path("yardstick/row/<uuid:pk>", views.row),
    path("yardstick/page/<uuid:pk>", views.page),
    *urlpatterns,
]
