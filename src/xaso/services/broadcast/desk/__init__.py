"""Officers' pages of commune radio, room by room."""

from xaso.services.broadcast.desk import (
    bulletins,
    clusters,
    emergency,
    figures,
    log,
    now,
    planning,
    programme,
    settings,
    spoken,
    writing,
)

app_name = "broadcast_desk"

urlpatterns = [
    *now.now_urls,
    *writing.writing_urls,
    *spoken.spoken_urls,
    *bulletins.bulletin_urls,
    *planning.planning_urls,
    *programme.programme_urls,
    *clusters.cluster_urls,
    *log.log_urls,
    *emergency.emergency_urls,
    *settings.settings_urls,
    *figures.figure_urls,
]
