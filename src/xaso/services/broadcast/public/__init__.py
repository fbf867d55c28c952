"""Pages of commune radio that are open to all."""

from typing import Any

app_name = "broadcast"

urlpatterns: list[Any] = []
