"""Officers' pages of commune radio, room by room."""

from typing import Any

app_name = "broadcast_desk"

urlpatterns: list[Any] = []
